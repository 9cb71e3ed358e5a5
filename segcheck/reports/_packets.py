"""Packet sets and single packets for people: short lines of addresses, protocol and ports."""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.loaders.packet_table import PROTOCOLS
from segcheck.sets import addresses
from segcheck.sets.header import Packet
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes

_NAMES = {number: name for name, number in reversed(PROTOCOLS.items())}
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
        parts.append(_some(names))
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
    more = f" (+{len(texts) - SHOWN})" if len(texts) > SHOWN else ""
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


def trace_command(site: str, place: str, packet: Packet) -> str:
    """Return the command that follows the packet through the site."""
    words = [
        f"segcheck trace {site} --from {addresses.text(packet.src)} --to {addresses.text(packet.dst)} --in {place}"
    ]
    words.append(f"--proto {_NAMES.get(packet.proto, str(packet.proto))}")
    if packet.dport is not None:
        words.append(f"--sport {packet.sport} --dport {packet.dport}")
    if packet.icmp_type is not None:
        words.append(f"--icmp-type {packet.icmp_type}")
    return " ".join(words)


_EVERYWHERE = {addresses.V4: "IPv4", addresses.V6: "IPv6", addresses.ALL: "*"}


def boxes_json(found: Boxes, domain: str, instants: Sequence[Sequence[str]]) -> dict[str, object]:
    """Return BOXES of the result contract (DESIGN §4); domain is that of the initiator."""
    return {
        "boxes": [_box_json(box, domain, instants) for box in found.boxes],
        "total": found.total,
        "truncated": found.truncated,
    }


def _box_json(box: Box, domain: str, instants: Sequence[Sequence[str]]) -> dict[str, object]:
    extras = dict(box.extras)
    when = extras.pop("time", None)
    state = [
        name.removeprefix("varies:") if values == IntervalSet.of(1) else f"not {name.removeprefix('varies:')}"
        for name, values in extras.items()
    ]
    return {
        "domain": domain,
        "family": box.family,
        "class": box.packet_class.value,
        "reply_shaped": box.reply_shaped,
        "src": list(addresses.describe(box.src)),
        "dst": list(addresses.describe(box.dst)),
        "proto": _ranges(box.proto),
        "sport": _ranges(box.sport),
        "dport": _ranges(box.dport),
        "flags": _ranges(box.tcp_flags),
        "icmp": None
        if box.icmp_type is None and box.icmp_code is None
        else {"type": _ranges(box.icmp_type), "code": _ranges(box.icmp_code)},
        "when": None
        if when is None
        else [list(instants[n]) for lo, hi in when.ranges for n in range(lo, min(hi + 1, len(instants)))],
        "state": state or None,
    }


def _ranges(values: IntervalSet | None) -> list[str] | None:
    if values is None:
        return None
    return [str(lo) if lo == hi else f"{lo}-{hi}" for lo, hi in values.ranges]
