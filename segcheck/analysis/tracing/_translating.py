"""What a translation makes of a header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segcheck.analysis.tracing._addressing import Addressing
from segcheck.analysis.tracing._flows import ORIGINAL, Flow
from segcheck.model.device import DeviceConfig
from segcheck.model.match import EXTRAS, State
from segcheck.model.rules import Assign, Copy, Translate, Translation, Unsure
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

PORT_OF = {"src": "sport", "dst": "dport"}


def translated(flow: Flow, action: Translate, side: str, addressing: Addressing) -> Flow:
    """Return the packet after a translation; what has several possible values is not known afterwards.

    side   what the stage may rewrite, for a translation that could not be read: "src", "dst" or "" (either)

    A port that the device keeps when it can (`port_may_change`) stays in the header, but rules that ask for it
    afterwards get no sure answer.
    """
    new = action.translation
    after = forgotten(flow, side) if new is None else _rewritten(flow, new, addressing)
    for assign in action.assigns:
        after = assigned(after, assign)
    return after


def forgotten(flow: Flow, side: str) -> Flow:
    """Return the packet with address and port of a side not known; with "" those of both, and IPv4 or IPv6 as well.

    Rewriting one side alone leaves the family: a packet has one.
    """
    if side:
        return flow.having({side: None, PORT_OF[side]: None})
    return forgotten(forgotten(flow, "src"), "dst").of_family(None)


def _rewritten(flow: Flow, translation: Translation, addressing: Addressing) -> Flow:
    side, port = translation.side, PORT_OF[translation.side]
    changes: dict[str, int | None] = {}
    loose: frozenset[str] = frozenset()
    family = flow.family
    if translation.interface:
        used = flow.egress if translation.interface == "out" else flow.ingress
        changes[side] = addressing.own_address(used, flow.family)
    elif translation.addresses is not None:
        changes[side] = _chosen(flow.values.get(side), translation.shift, translation.addresses)
        families = {addresses.family(end) for pair in translation.addresses.ranges for end in pair}
        family = next(iter(families)) if len(families) == 1 else None
    if port in flow.absent:
        return flow.having(changes).of_family(family)
    if translation.ports is not None:
        new = _chosen(flow.values.get(port), translation.port_shift, translation.ports)
        changes[port] = new if flow.surely_carries(port) else None
    elif translation.port_may_change is not None and port in flow.values:
        changes[port] = flow.values[port]
        loose = frozenset((port,))
    return flow.having(changes, loose).of_family(family)


def _chosen(old: int | None, shift: int | None, values: IntervalSet) -> int | None:
    """Return the new value if there is only one that it can be."""
    if shift is not None:
        return old + shift if old is not None and old + shift in values else None
    ranges = values.ranges
    return ranges[0][0] if len(ranges) == 1 and ranges[0][0] == ranges[0][1] else None


def assigned(flow: Flow, assign: Assign) -> Flow:
    """Return the packet after an extra dimension was written; unknown bits that remain leave it unknown."""
    old = _kept_bits(flow, assign.name, assign.mask)
    return flow.having({assign.name: None if old is None else old ^ assign.value})


def copied(flow: Flow, copy: Copy) -> Flow:
    """Return the packet after bits of one field were copied to an extra dimension."""
    source = None if copy.source in flow.loose else flow.values.get(copy.source)
    old = _kept_bits(flow, copy.name, copy.mask)
    return flow.having({copy.name: None if source is None or old is None else old | (source & copy.mask)})


def _kept_bits(flow: Flow, name: str, mask: int) -> int | None:
    """Return the bits of an extra outside of `mask`, None if they are not known."""
    old = flow.values.get(name)
    if old is not None:
        return old & ~mask
    whole = (1 << (EXTRAS[name].size - 1).bit_length()) - 1
    return None if whole & ~mask else 0


def undone(flow: Flow, side: str) -> Flow:
    """Return an answer with its destination (or source) as the initiator knows it.

    The answer's destination is the initiator, whose first header had it as source, and the other way round. An answer
    that the device has decided not to track stays as it came.
    """
    if flow.state in (State.INVALID, State.UNTRACKED):
        return flow
    other = "src" if side == "dst" else "dst"
    original: Mapping[str, str] = {new: old for old, new in ORIGINAL.items()}
    return flow.having(
        {
            side: flow.values.get(original[other]),
            PORT_OF[side]: flow.values.get(original[PORT_OF[other]]),
        }
    )


def translations(device: DeviceConfig) -> Iterator[tuple[Translation | None, str]]:
    """Yield every translation of a device's enabled rules with the rule's id."""
    for rules in device.lists.values():
        for rule in rules.rules:
            if rule.enabled:
                for action in rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,):
                    if isinstance(action, Translate):
                        yield action.translation, rule.id


def mappings_back(device: DeviceConfig, side: str) -> tuple[tuple[Translation, str], ...]:
    """Return the translations of the other side that also serve connections opened from behind them.

    Those of `full_cone` rewrite `side` of such connections to whichever client holds the mapping.
    """
    return tuple(
        (translation, rule)
        for translation, rule in translations(device)
        if translation is not None and translation.side != side and translation.full_cone
    )


def mapped_back(flow: Flow, mappings: Sequence[tuple[Translation, str]], side: str) -> Iterator[tuple[Flow, str]]:
    """Yield what the packet may become by each mapping that it may belong to, with the rule's id.

    Whether it does belong to one depends on interfaces and services of the first direction, so none is sure.
    """
    address, port = flow.values.get(side), flow.values.get(PORT_OF[side])
    for mapping, rule in mappings:
        there, ports = mapping.addresses, mapping.ports
        if address is not None and there is not None and address not in there:
            continue
        if port is not None and ports is not None and port not in ports:
            continue
        old: int | None = None
        if address is not None and there is not None and mapping.shift is not None:
            old = address - mapping.shift
        changes = {side: old}
        if ports is not None or mapping.port_may_change is not None:
            shift = mapping.port_shift
            changes[PORT_OF[side]] = port - shift if port is not None and shift is not None else None
        yield flow.having(changes).of_family(flow.family if old is not None else None), rule
