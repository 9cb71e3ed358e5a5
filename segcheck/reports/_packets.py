"""Packet sets and single packets for people: short lines of addresses, protocol and ports."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from segcheck.loaders.packet_table import PROTOCOLS
from segcheck.model.schedule import clock
from segcheck.sets import addresses
from segcheck.sets.header import CARRIERS, SIZES, SYN, Packet, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes

_NAMES = {number: name for name, number in reversed(PROTOCOLS.items())}
#: Before the name of a condition that varies, among the extras of a box.
VARIES = "varies:"
#: Pieces of one field that a line shows.
SHOWN = 4


def box_text(box: Box) -> str:
    """Return a box as one line: sources -> destinations, service."""
    return f"{address_text(box.src)} -> {address_text(box.dst)}  {service_text(box)}"


def address_text(values: IntervalSet) -> str:
    """Return a set of addresses, at most a few pieces of it."""
    if values in _EVERYWHERE:
        return _EVERYWHERE[values]
    return _some(addresses.describe(values))


def service_text(box: Box) -> str:
    """Return what a box asks beside its addresses."""
    parts = []
    if box.packet_class.value != "opening":
        parts.append(box.packet_class.value)
    elif box.reply_shaped:
        parts.append("reply-shaped")
    if box.proto is not None:
        names = [_NAMES.get(lo, str(lo)) if lo == hi else f"{lo}-{hi}" for lo, hi in box.proto.ranges]
        parts.append(_some(names) if names[0].isalpha() or names[0] in _NAMES.values() else f"proto/{_some(names)}")
    else:
        parts.append(f"IPv{box.family}")
    for mark, values in (
        ("/", box.dport),
        (" sport ", box.sport),
        (" type ", box.icmp_type),
        (" code ", box.icmp_code),
    ):
        if values is not None:
            parts[-1] += mark + _some([str(lo) if lo == hi else f"{lo}-{hi}" for lo, hi in values.ranges])
    return " ".join(parts)


def _some(texts: Sequence[str]) -> str:
    more = f", ... (+{len(texts) - SHOWN})" if len(texts) > SHOWN else ""
    return ",".join(texts[:SHOWN]) + more


def packet_text(packet: Packet) -> str:
    """Return one packet: source and destination with ports, protocol."""
    ports = ("", "") if packet.sport is None else (f":{packet.sport}", f":{packet.dport}")
    ends = f"{addresses.text(packet.src)}{ports[0]} -> {addresses.text(packet.dst)}{ports[1]}"
    name = _NAMES.get(packet.proto, str(packet.proto))
    icmp = f" type {packet.icmp_type}" if packet.icmp_type is not None else ""
    shape = "reply-shaped" if packet.reply_shaped else packet.packet_class.value
    kind = "" if shape == "opening" else f" ({shape})"
    return f"{ends} {name}{icmp}{kind}"


def trace_command(site: str, place: str, packet: Packet, minute: int | None, day: str) -> str:
    """Return the command that follows the packet through the site, at that minute and as of that day."""
    words = [
        f"segcheck trace {quote(site)} --from {addresses.text(packet.src)} --to {addresses.text(packet.dst)} --in {place}"
    ]
    words.append(f"--proto {_NAMES.get(packet.proto, str(packet.proto))}")
    if packet.dport is not None:
        words.append(f"--sport {packet.sport} --dport {packet.dport}")
    if packet.icmp_type is not None:
        words.append(f"--icmp-type {packet.icmp_type} --icmp-code {packet.icmp_code}")
    if packet.tcp_flags is not None and packet.tcp_flags != SYN:
        words.append(f"--tcp-flags {packet.tcp_flags}")
    if packet.fragment:
        words.append("--fragment yes")
    if minute is not None:
        words.append(f"--time {clock(minute)}")
    if minute is None or not clock(minute).startswith(day):
        words.append(f"--day {day}")
    return " ".join(words)


_EVERYWHERE = {addresses.V4: "IPv4", addresses.V6: "IPv6", addresses.ALL: "*"}


def boxes_json(found: Boxes, domain: str, instants: Sequence[Sequence[str]]) -> dict[str, object]:
    """Return BOXES of the result contract (DESIGN §4); domain is that of the initiator."""
    return {
        "boxes": [box_json(box, domain, instants) for box in found.boxes],
        "total": found.total,
        "truncated": found.truncated,
    }


def box_json(box: Box, domain: str, instants: Sequence[Sequence[str]]) -> dict[str, object]:
    """Return BOX of the result contract: a field that is free has all its values, one that nobody carries has none."""
    extras = dict(box.extras)
    return {
        "domain": domain,
        "family": box.family,
        "class": box.packet_class.value,
        "reply_shaped": box.reply_shaped,
        "src": list(addresses.describe(box.src)),
        "dst": list(addresses.describe(box.dst)),
        "proto": _ranges(box.proto if box.proto is not None else IntervalSet.of((0, SIZES["proto"] - 1))),
        "sport": _ranges(_carried(box, "sport", box.sport)),
        "dport": _ranges(_carried(box, "dport", box.dport)),
        "flags": None if box.tcp_flags is None else _ranges(box.tcp_flags),
        "icmp": _icmp(box),
        "when": in_force(extras["time"], instants) if "time" in extras else None,
        "state": conditions(box) or None,
    }


def conditions(box: Box) -> list[str]:
    """Return what must be so, or not be so, for the packets to pass: the named conditions that rules ask for."""
    found = ((name.removeprefix(VARIES), values) for name, values in box.extras if name.startswith(VARIES))
    return [name if values == IntervalSet.of(1) else f"not {name}" for name, values in found]


def in_force(values: IntervalSet, instants: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the schedules that are in force at each kind of instant in `values`."""
    return [list(row) for number, row in enumerate(instants) if number in values]


def _carried(box: Box, name: str, values: IntervalSet | None) -> IntervalSet:
    """Return the values of a field: all of them if it is free and some packet of the box carries it."""
    if values is not None:
        return values
    carriers = CARRIERS[name]
    carried = box.packet_class is not PacketClass.FRAGMENT and (box.proto is None or bool(box.proto & carriers))
    return IntervalSet.of((0, SIZES[name] - 1)) if carried else IntervalSet.empty()


def _icmp(box: Box) -> list[str]:
    """Return ICMP types, each with its codes after a slash where they are not free."""
    types = _ranges(_carried(box, "icmp_type", box.icmp_type))
    if box.icmp_code is None:
        return types
    return [f"{kind}/{code}" for kind in types for code in _ranges(box.icmp_code)]


def _ranges(values: IntervalSet) -> list[str]:
    return [str(lo) if lo == hi else f"{lo}-{hi}" for lo, hi in values.ranges]
