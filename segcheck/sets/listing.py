"""Packet sets spelt out: disjoint boxes for people, and a digest of the meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from segcheck.sets.header import ACK, ERROR_TYPES, RST, SERVICE_PORTS, UDP, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.store import Dimension, remainders, rows

if TYPE_CHECKING:
    from segcheck.sets.layout import Layout
    from segcheck.sets.store import Function

_HEADER = ("proto", "dport", "sport", "tcp_flags", "icmp_type", "icmp_code")
_REPLIES = IntervalSet.of(*(flags for flags in range(256) if flags & (ACK | RST)))
#: The TCP flags that packets of a class can have.
_FLAGS = {PacketClass.OPENING: _REPLIES.complement(256), PacketClass.REPLY: _REPLIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """All packets of one class and family whose fields have values in the given sets.

    A field that is None is free: any value that the class allows, or not carried. Fields that are not None are carried by
    every protocol of the box.

    extras   (name, values) of the extras that are not free, in the universe's order
    """

    packet_class: PacketClass
    family: int
    src: IntervalSet
    dst: IntervalSet
    proto: IntervalSet | None = None
    sport: IntervalSet | None = None
    dport: IntervalSet | None = None
    tcp_flags: IntervalSet | None = None
    icmp_type: IntervalSet | None = None
    icmp_code: IntervalSet | None = None
    extras: tuple[tuple[str, IntervalSet], ...] = ()

    @property
    def reply_shaped(self) -> bool:
        """Whether all its packets open a session and look like an answer: UDP from service ports (a view, not a class)."""
        if self.packet_class is not PacketClass.OPENING or self.proto is None or self.sport is None:
            return False
        return self.proto <= IntervalSet.of(UDP) and self.sport <= SERVICE_PORTS


@dataclass(frozen=True, slots=True)
class Boxes:
    """A packet set as disjoint boxes: the first of them in canonical order, and how many there are in all."""

    boxes: tuple[Box, ...]
    total: int
    truncated: bool


def list_boxes(layout: Layout, function: Function, limit: int) -> Boxes:
    """Return the boxes of a set: by class, family, then extras and fields from the top; equal remainders are joined."""
    listing = _Listing(layout)
    found: list[Box] = []
    total = 0
    for packet_class in PacketClass:
        for family in (4, 6):
            part = _freed(layout, function & layout.classes[packet_class] & layout.families[family], packet_class)
            total += listing.count(part)
            if len(found) < limit:
                for values in listing.boxes(part, limit - len(found)):
                    fields = {name: values.pop(name) for name in ("src", "dst", *_HEADER) if name in values}
                    if "tcp_flags" in fields:
                        fields["tcp_flags"] = fields["tcp_flags"] & _FLAGS[packet_class]
                    found.append(Box(packet_class=packet_class, family=family, extras=tuple(values.items()), **fields))
    return Boxes(tuple(found), total, total > len(found))


def digest(layout: Layout, function: Function) -> str:
    """Return the SHA-256 of the rows of a set, dimension by dimension; dimensions that do not matter leave no trace."""
    known = {layout.store.true: sha256(b"all").digest(), layout.store.false: sha256(b"none").digest()}

    def of(rest: Function) -> bytes:
        if rest not in known:
            dimension = _first(layout, rest)
            spelt = sha256(dimension.name.encode() + b"\0")
            for values, below in rows(rest, dimension):
                spelt.update(repr(values.ranges).encode())
                spelt.update(of(below))
            known[rest] = spelt.digest()
        return known[rest]

    return sha256(of(function)).hexdigest()


class _Listing:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._counts: dict[Function, int] = {layout.store.true: 1, layout.store.false: 0}

    def count(self, rest: Function) -> int:
        if rest not in self._counts:
            self._counts[rest] = sum(self.count(below) for below in remainders(rest, _first(self._layout, rest)))
        return self._counts[rest]

    def boxes(self, rest: Function, limit: int) -> Iterator[dict[str, IntervalSet]]:
        """Yield the first `limit` boxes as values by dimension, in the order of dimensions."""
        left = limit

        def walk(rest: Function, so_far: dict[str, IntervalSet]) -> Iterator[dict[str, IntervalSet]]:
            nonlocal left
            if rest.node_var() is None:
                if rest.satisfiable() and left:
                    left -= 1
                    yield dict(so_far)
                return
            dimension = _first(self._layout, rest)
            for values, below in rows(rest, dimension):
                if not left:
                    return
                yield from walk(below, {**so_far, dimension.name: values})

        return walk(rest, {})


def _first(layout: Layout, function: Function) -> Dimension:
    variable = function.node_var()
    assert variable is not None
    return layout.dimension_of[variable]


def _freed(layout: Layout, part: Function, packet_class: PacketClass) -> Function:
    """Return `part`, a set within one class, with everything that the class settles left free.

    So that, for instance, "every opening packet" is one box and not one for each protocol: the fragment bit is dropped; in
    the opening class the flags ACK and RST are, and the ICMP types of other classes follow the rest of their protocol.
    """
    drop = layout.cube("fragment")
    if packet_class is PacketClass.OPENING:
        for bit in (ACK, RST):
            # Packets without flags are level in them; those with flags have both bits zero here.
            part = (part & ~layout.flag(bit)).exists(layout.flag(bit))
    part = (part & _fragment(layout, packet_class is PacketClass.FRAGMENT)).exists(drop)
    if packet_class is PacketClass.REPLY:
        settled = ~layout.flag(ACK) & ~layout.flag(RST)
        every = (part | settled).forall(layout.cube("tcp_flags"))
        return part | (every & settled)
    if packet_class is PacketClass.FRAGMENT:
        return part
    icmp = layout.cube("icmp_type", "icmp_code")
    for proto, types in ERROR_TYPES.items():
        errors = layout.values("icmp_type", types)
        settled = errors if packet_class is PacketClass.OPENING else ~errors
        of_proto = layout.values("proto", IntervalSet.of(proto))
        every = ((part & of_proto) | settled).forall(icmp)
        part = part | (every & settled & of_proto)
    return part


def _fragment(layout: Layout, is_fragment: bool) -> Function:
    return layout.values("fragment", IntervalSet.of(int(is_fragment)))
