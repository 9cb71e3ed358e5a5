"""Address translation, as sets: which packets become a given set, and what a set becomes."""

from __future__ import annotations

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.compiling.needs import actions_of
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.compiling.writes import after_assign, before_assign
from segcheck.model.rules import Translate, Translation
from segcheck.sets.addresses import V4, V6
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

PORTS = IntervalSet.of((0, 65535))


def before(space: Space, action: Translate, goal: PacketSet, side: str, *, mode: Mode) -> PacketSet:
    """Return the packets that lie in `goal` after the translation, in the mode's sense."""
    for assign in reversed(action.assigns):
        goal = before_assign(space, assign, goal)
    translation = action.translation
    if translation is None:
        return anyhow(goal, side, every=mode.sure)
    port = port_of(translation.side)
    if translation.ports is not None:
        if translation.port_shift is not None:
            goal = _unshifted(goal, port, translation.ports, translation.port_shift)
        else:
            goal = _picked(space, goal, port, translation.ports, every=mode.every)
    elif translation.port_may_change is not None:
        other = _picked(space, goal, port, translation.port_may_change, every=mode.every)
        goal = goal & other if mode.every else goal | other
    if translation.interface:
        return _before_own_address(space, goal, translation, mode=mode)
    if translation.addresses is None:
        return goal
    if translation.shift is not None:
        return _unshifted(goal, translation.side, translation.addresses, translation.shift)
    return _picked(space, goal, translation.side, translation.addresses, every=mode.every)


def after(space: Space, action: Translate, packets: PacketSet, side: str, *, moving: bool = False) -> PacketSet:
    """Return what `packets` may be after the translation; a port that the device keeps when it can is kept, or may move."""
    translation = action.translation
    if translation is None:
        return packets | packets.exists(side) | packets.exists(side, port_of(side))
    port = port_of(translation.side)
    if translation.ports is not None:
        carrying = packets & space.field(port, PORTS)
        if translation.port_shift is not None:
            moved = _shifted(carrying, port, translation.ports, translation.port_shift)
        else:
            moved = carrying.assigned(port, translation.ports) if carrying else carrying
        packets = (packets - carrying) | moved
    elif moving and translation.port_may_change is not None:
        carrying = packets & space.field(port, PORTS)
        packets = packets | (carrying.assigned(port, translation.port_may_change) if carrying else carrying)
    if translation.interface:
        packets = _after_own_address(space, packets, translation)
    elif translation.addresses is not None:
        if translation.shift is not None:
            packets = _shifted(packets, translation.side, translation.addresses, translation.shift)
        elif packets:
            packets = packets.assigned(translation.side, translation.addresses)
    for assign in action.assigns:
        packets = after_assign(space, assign, packets)
    return packets


def served_by_anyone(space: Space) -> IntervalSet:
    """Return the addresses that full-cone mappings of the device answer to (Translation.full_cone)."""
    found = IntervalSet.empty()
    for rules in space.device.lists.values():
        for rule in rules.rules:
            for action in actions_of(rule.action) if rule.enabled else ():
                translation = action.translation if isinstance(action, Translate) else None
                if translation is not None and translation.full_cone and translation.side == "src":
                    own = IntervalSet.of(*(a.address for i in space.device.interfaces for a in i.addresses))
                    found = found | (translation.addresses or (own if space.device.addressing_known else V4 | V6))
    return found


def anyhow(goal: PacketSet, side: str, *, every: bool) -> PacketSet:
    """Return the packets that reach `goal` if address and port of `side` may be rewritten in any way, or not at all."""
    if every:
        return goal.forall(side, port_of(side))
    return goal.exists(side, port_of(side))


def unread(goal: PacketSet, *, every: bool) -> PacketSet:
    """Return the packets that reach `goal` if translations that nobody read may rewrite either side, family included."""
    names = ("src", "dst", "sport", "dport")
    return goal.forall(*names) if every else goal.exists(*names)


def port_of(side: str) -> str:
    """Return the port field on the side of an address field."""
    return "sport" if side == "src" else "dport"


def _picked(space: Space, goal: PacketSet, name: str, values: IntervalSet, *, every: bool) -> PacketSet:
    """Return the packets that lie in `goal` once `name` is set to one of `values`; those without the field, as is."""
    carrying = space.field(name, values if name in ("src", "dst") else PORTS)
    there = space.field(name, values)
    picked = there - (goal if every else ~goal)
    reached = picked.exists(name)
    if name in ("src", "dst"):
        fitting = space.family(_families(values))
        # A packet of the other family would change family: nobody says how, so nothing is sure of it.
        return fitting - reached if every else (reached & fitting) | (space.everything - fitting)
    without = goal - carrying
    return without | ((carrying - reached) if every else (reached & carrying))


def _families(values: IntervalSet) -> tuple[int, ...]:
    return tuple(version for version, line in ((4, V4), (6, V6)) if values & line)


def _unshifted(goal: PacketSet, name: str, values: IntervalSet, shift: int) -> PacketSet:
    """Return the packets that lie in `goal` once `shift` has been added to `name`, where the sum lies in `values`."""
    found = goal - goal
    for lo, hi in values.ranges:
        found = found | goal.moved(name, lo, hi, -shift)
    return found


def _shifted(packets: PacketSet, name: str, values: IntervalSet, shift: int) -> PacketSet:
    found = packets - packets
    for lo, hi in values.ranges:
        found = found | packets.moved(name, lo - shift, hi - shift, shift)
    return found


def _own(space: Space, name: str) -> list[tuple[int, IntervalSet]]:
    """Return the addresses that an interface has, by family; any of the family where none is known."""
    interface = space.device.interface(name)
    known = () if interface is None or interface.dynamic else interface.addresses
    own = IntervalSet.of(*(a.address for a in known))
    return [(version, (own & line) or line) for version, line in ((4, V4), (6, V6))]


def _before_own_address(space: Space, goal: PacketSet, translation: Translation, *, mode: Mode) -> PacketSet:
    every = mode.sure or mode.every  # which of its addresses a device takes is fixed, but not known to us
    found = space.nothing
    for name in space.interfaces:
        here = space.on(translation.interface, (name,))
        if not goal & here:
            continue
        for version, values in _own(space, name):
            picked = _picked(space, goal, translation.side, values, every=every)
            found = found | (picked & here & space.family((version,)))
    return found


def _after_own_address(space: Space, packets: PacketSet, translation: Translation) -> PacketSet:
    found = space.nothing
    for name in space.interfaces:
        for version, values in _own(space, name):
            here = packets & space.on(translation.interface, (name,)) & space.family((version,))
            if here:
                found = found | here.assigned(translation.side, values)
    return found
