"""Captured conversations put together: one sighting for all that the site's register and topology cannot tell apart.

Columns are worked on whole; Python runs once for each sighting, not for each conversation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.analysis import openings as opening
from segcheck.analysis.attribution import Attribution, Indexes
from segcheck.analysis.rulings import Rulings, Seen
from segcheck.analysis.sight_lines import Sides, Wire, wire_of
from segcheck.analysis.turns import Turns
from segcheck.model.flow import NO_VLAN, Bits
from segcheck.model.replay import Observed, Ruling, Sighting, Spot, SpotKind, stays
from segcheck.model.site import DEFAULT_DOMAIN, Site
from segcheck.sets import addresses

_DAY = 86_400 * 10**9
_JST = 9 * 3600 * 10**9
_EPOCH = date(1970, 1, 1)
_PORTED = (6, 17, 33, 132, 136)
_ICMP = (1, 58)
_WAYS = {
    opening.ATTEMPTED: Observed.ATTEMPTED,
    opening.DATAGRAM: Observed.ATTEMPTED,
    opening.ANSWERED: Observed.ANSWERED,
    opening.ONE_WAY: Observed.ONE_WAY,
    opening.BOTH: Observed.BOTH,
}
Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Group:
    """A sighting with the rows that it is made of, and on whose side the initiator is in each."""

    sighting: Sighting
    rows: npt.NDArray[np.int64]
    from_a: npt.NDArray[np.bool_]


@dataclass(eq=False)
class Sightings:
    """Puts the conversations of taps together.

    sides   None: it is not asked on which side of a tap's device anybody is
    turns   what the rules let pass may change then
    """

    site: Site
    rulings: Rulings
    attribution: Attribution
    sides: Sides | None = None
    turns: Turns = field(default_factory=lambda: Turns.of(()))
    _ruled: dict[object, tuple[Ruling, str]] = field(default_factory=dict)

    def of(self, tap: str, flows: Column, found: opening.Openings) -> Iterator[Group]:
        """Yield the sightings of one tap ("" = none was named), in an order that depends on nothing but the site and them."""
        if not len(flows):
            return
        wires, number = _wires(self.site, tap, flows)
        ends = [self._attributed(flows, end, wires, number) for end in ("a", "b")]
        rows, from_a = opening.both_directions(flows, found)
        columns = self._columns(flows, rows, from_a, found, ends, number)
        order, begins = _grouped(columns, flows["first_frame"][rows])
        totals = _totals(flows, rows, order, begins)
        ends_at = np.append(begins[1:], len(order))
        firsts = {name: values[order[begins]].tolist() for name, values in columns.items()}
        for position in range(len(begins)):
            mine = order[begins[position] : ends_at[position]]
            one = {name: values[position] for name, values in firsts.items()}
            sums = {name: values[position] for name, values in totals.items()}
            flow, begun = flows[rows[mine[0]]], bool(from_a[mine[0]])
            shown = address_of(flow, "a" if begun else "b"), address_of(flow, "b" if begun else "a")
            yield Group(self._told(tap, one, wires[one["wire"]], sums, shown), rows[mine], from_a[mine])

    def _attributed(self, flows: Column, end: str, wires: list[Wire], number: Column) -> Indexes:
        found = np.zeros(len(flows), np.int32)
        for domain, rows in _by_domain(wires, number):
            found[rows] = self.attribution.find(flows[rows], end, domain)
        return found

    def _columns(
        self, flows: Column, rows: Column, from_a: Column, found: opening.Openings, ends: list[Indexes], number: Column
    ) -> Mapping[str, Column]:
        """Return what sightings are told apart by."""
        atom_a, atom_b = (end[rows] for end in ends)
        port_a, port_b = flows["pa"][rows].astype(np.int64), flows["pb"][rows].astype(np.int64)
        own = np.where(from_a, port_a, port_b)
        proto = flows["proto"][rows]
        return {
            "src": np.where(from_a, atom_a, atom_b),
            "dst": np.where(from_a, atom_b, atom_a),
            "proto": proto,
            "port": np.where(from_a, port_b, port_a),
            "own": self._own(proto, own),
            "fragment": (flows["bits"][rows] & Bits.FRAGMENT) != 0,
            "begins": (flows["first"][rows] + _JST) // _DAY,
            "ends": (flows["last"][rows] + _JST) // _DAY,
            "hours": self.turns.number(flows["first"][rows]),
            "far": found.far[rows],
            "inferred": found.inferred[rows],
            "wire": number[rows],
        }

    def _own(self, proto: Column, ports: Column) -> Column:
        """Return a source port for each that means the same to the register, so that few different ones are left."""
        found = ports.copy()
        for protocol in np.unique(proto).tolist():
            cuts = np.array([0, *self.rulings.cuts(protocol)], np.int64)
            if protocol not in _ICMP:
                mine = proto == protocol
                found[mine] = cuts[np.searchsorted(cuts, ports[mine], side="right") - 1]
        return found

    def _told(
        self, tap: str, one: Mapping[str, int], wire: Wire, sums: Mapping[str, int], first: tuple[int, int]
    ) -> Sighting:
        atoms = self.attribution.atoms
        src, dst = atoms[one["src"]], atoms[one["dst"]]
        days = _EPOCH + timedelta(days=one["begins"]), _EPOCH + timedelta(days=one["ends"])
        arrived, through, stray, transit = self._standing(wire, src.spot, dst.spot, first)
        passed = self.site.taps[tap].device if through else ""
        seen = Seen(
            src=src,
            dst=dst,
            proto=one["proto"],
            port=one["port"],
            own=one["own"],
            fragment=bool(one["fragment"]),
            days=days,
            passed=passed,
            inferred=bool(one["inferred"]),
        )
        key = seen.src.sets, src.spot, seen.dst.sets, dst.spot, seen.proto, one["port"], one["own"], one["fragment"]
        ruled = (*key, days, passed, seen.inferred, transit)
        if ruled not in self._ruled:
            self._ruled[ruled] = self.rulings.register(seen) if transit else self.rulings.rule(seen)
        ruling, entry = self._ruled[ruled]
        observed = _WAYS[one["far"]]
        if one["far"] == opening.DATAGRAM and arrived:
            observed = Observed.ONE_WAY  # nobody has to answer: it has left the sender's side
        return Sighting(
            src=src.spot,
            dst=dst.spot,
            proto=one["proto"],
            port=one["port"],
            fragment=seen.fragment,
            tap=tap,
            days=days,
            observed=observed,
            inferred=sums["conversations"] if seen.inferred and one["proto"] in _PORTED else 0,
            conversations=sums["conversations"],
            packets=sums["packets"],
            bytes=sums["bytes"],
            first=sums["first"],
            last=sums["last"],
            ruling=ruling,
            entry=entry,
            stray=stray,
            transit=transit,
            arrived=arrived,
            vlan=wire.vlan,
        )

    # ---- what the tap's place says

    def _standing(self, wire: Wire, src: Spot, dst: Spot, ends: tuple[int, int]) -> tuple[bool, bool, bool, bool]:
        """Return whether it arrived, passed the tap's device, is stray, and is in transit through another zone."""
        tap = self.site.taps.get(wire.tap)
        if tap is None:
            return False, False, False, False
        zones = {self.site.segments[name].zone for name in wire.segments}
        arrived = bool(zones) and bool(src.zone) and src.zone not in zones
        inside = src.zone == dst.zone and src.kind in _PLACED and dst.kind in _PLACED
        transit = inside and arrived
        if not wire.segments:
            return arrived, False, wire.vlan is not None, transit
        sides = [self.sides.toward(wire, end) if self.sides is not None else None for end in ends]
        passed = None not in sides and sides[0] != sides[1]
        if stays(src, dst):
            # Multicast may have been routed; what cannot leave its wire was sent there.
            stray = dst.kind is SpotKind.BROADCAST and not dst.wire and sides[0] is False and not src.kind.local
            return arrived, False, stray, transit
        return arrived, passed, sides == [False, False], transit


def domains_of(site: Site, tap: str, flows: Column) -> list[tuple[str, Column]]:
    """Return the routing domains of a tap's conversations, each with the rows (a mask) that were seen in it."""
    return _by_domain(*_wires(site, tap, flows))


def _by_domain(wires: list[Wire], number: Column) -> list[tuple[str, Column]]:
    domains = sorted({wire.domain for wire in wires})
    if len(domains) == 1:
        return [(domains[0], np.ones(len(number), np.bool_))]
    return [(one, np.isin(number, [n for n, wire in enumerate(wires) if wire.domain == one])) for one in domains]


def _wires(site: Site, tap: str, flows: Column) -> tuple[list[Wire], Column]:
    """Return the wires that frames were seen on, and for each conversation the number of its wire."""
    declared = site.taps.get(tap)
    if declared is None:
        return [Wire("", (), DEFAULT_DOMAIN)], np.zeros(len(flows), np.int64)
    tags = flows["vlan"].astype(np.int64) << 16 | flows["vlan_inner"]
    distinct, number = np.unique(tags, return_inverse=True)
    return [wire_of(site, declared, _tags(int(tag))) for tag in distinct], number.reshape(-1)


_PLACED = (SpotKind.SEGMENT, SpotKind.DEVICE)


def address_of(flow: Any, end: str) -> int:
    """Return the address of one end of a conversation on the joint address line of `sets.addresses`."""
    if flow["family"] == 4:
        return int(flow[f"{end}_lo"]) & 0xFFFFFFFF
    return addresses.V4.max + 1 + (int(flow[f"{end}_hi"]) << 64 | int(flow[f"{end}_lo"]))


def _tags(tag: int) -> tuple[int, ...]:
    return tuple(one for one in (tag >> 16, tag & 0xFFFF) if one != NO_VLAN)


def _grouped(columns: Mapping[str, Column], first: Column) -> tuple[Column, Column]:
    """Return the rows sorted by what they are told apart by, the earliest of equals first, and where each group begins."""
    packed = _packed(columns.values(), len(first))
    order = np.lexsort((first, packed))
    sorted_keys = packed[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = sorted_keys[1:] != sorted_keys[:-1]
    return order, np.flatnonzero(fresh)


def _packed(columns: Iterable[Column], count: int) -> Column:
    """Return one number for each row, ordered as the columns are; it is renumbered whenever it might not fit."""
    packed, size = np.zeros(count, np.int64), 1
    for column in columns:
        values = column.astype(np.int64)
        low = int(values.min())
        span = int(values.max()) - low + 1
        if size * span >= 1 << 62:
            distinct, inverse = np.unique(packed, return_inverse=True)
            packed, size = inverse.reshape(-1).astype(np.int64), len(distinct)
        packed, size = packed * span + (values - low), size * span
    return packed


def _totals(flows: Column, rows: Column, order: Column, begins: Column) -> Mapping[str, list[int]]:
    mine = rows[order]
    packets = flows["packets_ab"][mine].astype(np.uint64) + flows["packets_ba"][mine]
    size = flows["bytes_ab"][mine] + flows["bytes_ba"][mine]
    return {
        "conversations": np.diff(np.append(begins, len(order))).tolist(),
        "packets": np.add.reduceat(packets, begins).tolist(),
        "bytes": np.add.reduceat(size, begins).tolist(),
        "first": np.minimum.reduceat(flows["first"][mine], begins).tolist(),
        "last": np.maximum.reduceat(flows["last"][mine], begins).tolist(),
    }
