"""Rules that write an extra dimension, as sets: which packets become a given set, and what a set becomes."""

from __future__ import annotations

from segcheck.analysis.compiling.ground import bit_name
from segcheck.analysis.compiling.needs import BITWISE
from segcheck.analysis.compiling.space import Space
from segcheck.model.rules import Assign, Copy
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet


def before_assign(space: Space, action: Assign, goal: PacketSet) -> PacketSet:
    """Return the packets that lie in `goal` once the assignment has been made."""
    name = action.name
    if name not in BITWISE:
        return goal.at(name, action.value)
    for bit in space.bits[name]:
        dimension = bit_name(name, bit)
        value = action.value >> bit & 1
        if action.mask >> bit & 1:
            goal = goal.at(dimension, value)
        elif value:  # outside the mask the bit is flipped
            one = space.universe.field(dimension, IntervalSet.of(1))
            goal = (goal.at(dimension, 0) & one) | (goal.at(dimension, 1) - one)
    return goal


def after_assign(space: Space, action: Assign, packets: PacketSet) -> PacketSet:
    """Return what `packets` are once the assignment has been made."""
    name = action.name
    if name not in BITWISE:
        return packets.assigned(name, IntervalSet.of(action.value))
    for bit in space.bits[name]:
        dimension = bit_name(name, bit)
        value = action.value >> bit & 1
        if action.mask >> bit & 1:
            packets = packets.assigned(dimension, IntervalSet.of(value))
        elif value:
            one = space.universe.field(dimension, IntervalSet.of(1))
            cleared = (packets & one).assigned(dimension, IntervalSet.of(0))
            packets = cleared | (packets - one).assigned(dimension, IntervalSet.of(1))
    return packets


def _copies(space: Space, action: Copy) -> list[tuple[str, list[tuple[PacketSet, IntervalSet]]]]:
    """Return, for each dimension written, (packets whose source says so, values then written); these partition all."""
    if action.name in BITWISE:
        written = []
        for bit in space.bits[action.name]:
            if action.mask >> bit & 1:
                one = space.masked(action.source, 1 << bit, 1 << bit)
                written.append((bit_name(action.name, bit), [(one, IntervalSet.of(1)), (~one, IntervalSet.of(0))]))
        return written
    parts = [(space.field(action.source, part), part) for part in space.origins[action.name]]
    uncarried = space.everything
    for packets, _ in parts:
        uncarried = uncarried - packets
    return [(action.name, [*parts, (uncarried, IntervalSet.of(0))])]


def before_copy(space: Space, action: Copy, goal: PacketSet) -> PacketSet:
    """Return the packets that lie in `goal` once the copy has been made."""
    for dimension, parts in _copies(space, action):
        written = space.nothing
        for packets, values in parts:
            written = written | (packets & goal.at(dimension, values.ranges[0][0]))
        goal = written
    return goal


def after_copy(space: Space, action: Copy, packets: PacketSet) -> PacketSet:
    """Return what `packets` are once the copy has been made; of values that no rule tells apart, any."""
    for dimension, parts in _copies(space, action):
        written = space.nothing
        for source, values in parts:
            part = packets & source
            if part:
                written = written | part.assigned(dimension, values)
        packets = written
    return packets
