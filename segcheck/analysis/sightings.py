"""Captured conversations put together: one sighting for all that the site's register and topology cannot tell apart.

Columns are worked on whole; Python runs once for each sighting, not for each conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from segcheck.analysis import openings as opening
from segcheck.analysis.address_lines import V6_START, Indexes
from segcheck.analysis.attribution import Attribution
from segcheck.analysis.columns import Column, grouped, packed, totals
from segcheck.analysis.distinctions import Distinctions
from segcheck.analysis.rulings import Rulings, Seen
from segcheck.analysis.sight_lines import Sides, Wire, wires_at
from segcheck.analysis.turns import Turns
from segcheck.model.flow import NO_VLAN, Bits
from segcheck.model.replay import Observed, Ruling, Sighting, Spot, SpotKind, stays
from segcheck.model.site import DEFAULT_DOMAIN, Site
from segcheck.sets.header import CARRIERS, SYN, TCP
from segcheck.sets.intervals import IntervalSet

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
_SHOWN = ("a_hi", "a_lo", "b_hi", "b_lo", "pa", "pb", "proto", "family")
_RULED = ("src", "dst", "proto", "port", "own", "fragment", "inferred", "begins", "ends")
#: Services of a pair of ends from which on those that nothing tells apart are one sighting (a port scan has 65536).
MANY_SERVICES = 64
#: Sightings of one tap; what would make more is counted in `Sightings.left`, and nobody is asked about it.
MAX_SIGHTINGS = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A sighting with the rows that it is made of, earliest first, and on whose side the initiator is in each.

    flows     the table that the rows are of
    finer     a number for each row: rules may tell apart those with different ones; None where there is only one
    """

    sighting: Sighting
    rows: Column
    from_a: Column
    flows: Column
    finer: Column | None = None

    def opening(self, at: int = 0) -> Mapping[str, int]:
        """Return the header of the packet that opened one of them: fields by name, as `journeys.travel` takes them."""
        row = self.flows[self.rows[at]]
        first = {name: row[name].item() for name in _SHOWN}
        return header(first, from_a=bool(self.from_a[at]), fragment=self.sighting.fragment)

    def part(self, at: Column) -> Group:
        """Return the group of some of the rows only, given by their ascending positions."""
        rows, from_a = self.rows[at], self.from_a[at]
        sums = totals(self.flows, rows, np.arange(len(rows)), np.zeros(1, np.int64))
        one = replace(
            self.sighting,
            inferred=len(rows) if self.sighting.inferred else 0,
            conversations=len(rows),
            packets=sums["packets"][0],
            bytes=sums["bytes"][0],
            first=sums["first"][0],
            last=sums["last"][0],
        )
        return Group(one, rows, from_a, self.flows)


@dataclass(eq=False)
class Sightings:
    """Puts the conversations of taps together.

    sides   None: it is not asked on which side of a tap's device anybody is
    turns   what the rules let pass may change then
    finer   what the rules, and whoever else asks, tell apart
    left    conversations beyond `MAX_SIGHTINGS`
    """

    site: Site
    rulings: Rulings
    attribution: Attribution
    sides: Sides | None = None
    turns: Turns = field(default_factory=lambda: Turns.of(()))
    finer: Distinctions = field(default_factory=lambda: Distinctions.of(None, ()))
    left: int = 0
    _ruled: dict[object, tuple[Ruling, str]] = field(default_factory=dict)
    _days: dict[tuple[int, int], tuple[date, date]] = field(default_factory=dict)

    def of(self, tap: str, flows: Column, found: opening.Openings) -> Iterator[Group]:
        """Yield the sightings of one tap ("" = none was named), in an order that depends on nothing but the site and them."""
        if not len(flows):
            return
        wires, number = _wires(self.site, tap, flows)
        ends = [self._attributed(flows, end, wires, number) for end in ("a", "b")]
        rows, from_a = opening.both_directions(flows, found)
        columns = self._columns(flows, rows, from_a, found, ends, number)
        finer = self._finer(tap, flows, rows, from_a)
        columns["standing"] = self._standings(flows, rows, from_a, columns, finer, wires)
        earliest = np.argsort(flows["first_frame"][rows], kind="stable")
        order, begins = grouped(columns, earliest)
        spread = self._spread(columns, order, begins)
        if spread.any():
            seen_ports = columns["port"]
            columns |= {"port": np.where(spread, self._services(columns), seen_ports), "spread": spread}
            # the ends of an ICMP exchange have the type and code of its question both
            columns["own"] = np.where(np.isin(columns["proto"], _ICMP), columns["port"], columns["own"])
            order, begins = grouped(columns, earliest)
        sums = totals(flows, rows, order, begins)
        ends_at = np.append(begins[1:], len(order))
        firsts = {name: values[order[begins]].tolist() for name, values in columns.items()}
        inner = packed(finer, len(rows))[order]
        divided = np.minimum.reduceat(inner, begins) != np.maximum.reduceat(inner, begins)
        for position in self._kept(flows["first_frame"][rows[order[begins]]], sums["conversations"]):
            span = slice(begins[position], ends_at[position])
            mine = order[span]
            one = {name: values[position] for name, values in firsts.items()}
            sighting = self._told(
                tap, one, wires[one["wire"]], {name: values[position] for name, values in sums.items()}
            )
            if one.get("spread"):
                sighting = replace(sighting, ports=IntervalSet.of(*sorted(set(seen_ports[mine].tolist()))))
            yield Group(sighting, rows[mine], from_a[mine], flows, inner[span] if divided[position] else None)

    def _kept(self, first: Column, conversations: list[int]) -> list[int]:
        """Return which groups become sightings: all, or those that begin first."""
        if len(first) <= MAX_SIGHTINGS:
            return list(range(len(first)))
        kept: list[int] = np.sort(np.argsort(first, kind="stable")[:MAX_SIGHTINGS]).tolist()
        self.left += sum(conversations) - sum(conversations[position] for position in kept)
        return kept

    def _finer(self, tap: str, flows: Column, rows: Column, from_a: Column) -> tuple[Column, ...]:
        """Return what rules tell apart in the ends of conversations; without a tap no rules are asked."""
        if tap not in self.site.taps:
            return ()
        a, b = (end[rows] for end in self.finer.ends(flows))
        port = self.finer.port(np.where(from_a, flows["pa"][rows], flows["pb"][rows]))
        icmp = np.isin(flows["proto"][rows], _ICMP)
        return np.where(from_a, a, b), np.where(from_a, b, a), np.where(icmp, 0, port)

    def _standings(
        self,
        flows: Column,
        rows: Column,
        from_a: Column,
        columns: Mapping[str, Column],
        finer: tuple[Column, ...],
        wires: list[Wire],
    ) -> Column:
        """Return for each conversation what the tap's place says of it, as bits: see `_standing`."""
        if not finer:
            return np.zeros(len(rows), np.int64)
        keys = packed((columns["wire"], columns["src"], columns["dst"], *finer[:2]), len(rows))
        _, at, number = np.unique(keys, return_index=True, return_inverse=True)
        atoms = self.attribution.atoms
        ends = {name: flows[name][rows[at]].tolist() for name in _SHOWN}
        ways = zip(*(columns[name][at].tolist() for name in ("wire", "src", "dst")), from_a[at].tolist(), strict=True)
        found = np.empty(len(at), np.int64)
        for position, (wire, src, dst, forth) in enumerate(ways):
            one = {name: values[position] for name, values in ends.items()}
            a, b = (self.finer.alike(_address(one, end)) for end in ("a", "b"))
            told = self._standing(wires[wire], atoms[src].spot, atoms[dst].spot, (a, b) if forth else (b, a))
            found[position] = sum(bit << place for place, bit in enumerate(told))
        standings: Column = found[number.reshape(-1)]
        return standings

    def _spread(self, columns: Mapping[str, Column], order: Column, begins: Column) -> Column:
        """Return of which conversations the services are too many to be sightings of their own."""
        found = np.zeros(len(order), np.bool_)
        if len(begins) <= MANY_SERVICES:
            return found
        firsts = {name: values[order[begins]] for name, values in columns.items() if name != "port"}
        firsts["own"] = np.where(np.isin(firsts["proto"], _ICMP), 0, firsts["own"])
        ends = packed(firsts.values(), len(begins))
        _, number, count = np.unique(ends, return_inverse=True, return_counts=True)
        many = count[number.reshape(-1)] > MANY_SERVICES
        found[order] = np.repeat(many, np.diff(np.append(begins, len(order))))
        return found

    def _services(self, columns: Mapping[str, Column]) -> Column:
        """Return for each conversation the first service that nothing tells apart from its own."""
        ports = columns["port"]
        return np.where(np.isin(columns["proto"], _ICMP), self.finer.code(ports), self.finer.port(ports))

    def _attributed(self, flows: Column, end: str, wires: list[Wire], number: Column) -> Indexes:
        domains = _by_domain(wires, number)
        if len(domains) == 1:  # no copy of all that was captured
            return self.attribution.find(flows, end, domains[0][0])
        found = np.zeros(len(flows), np.int32)
        for domain, rows in domains:
            found[rows] = self.attribution.find(flows[rows], end, domain)
        return found

    def _columns(
        self, flows: Column, rows: Column, from_a: Column, found: opening.Openings, ends: list[Indexes], number: Column
    ) -> dict[str, Column]:
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
        for protocol in np.flatnonzero(np.bincount(proto)).tolist():
            cuts = np.array([0, *self.rulings.cuts(protocol)], np.int64)
            if protocol not in _ICMP:
                mine = proto == protocol
                found[mine] = cuts[np.searchsorted(cuts, ports[mine], side="right") - 1]
        return found

    def _told(self, tap: str, one: Mapping[str, int], wire: Wire, sums: Mapping[str, int]) -> Sighting:
        src, dst = (self.attribution.atoms[one[end]] for end in ("src", "dst"))
        begins, ends = one["begins"], one["ends"]
        if (begins, ends) not in self._days:
            self._days[begins, ends] = _EPOCH + timedelta(days=begins), _EPOCH + timedelta(days=ends)
        days = self._days[begins, ends]
        standing = one["standing"]
        arrived, through, stray, transit = standing & 1 > 0, standing & 2 > 0, standing & 4 > 0, standing & 8 > 0
        key = *(one[name] for name in _RULED), tap if through else "", transit
        if key not in self._ruled:
            seen = Seen(
                src=src,
                dst=dst,
                proto=one["proto"],
                port=one["port"],
                own=one["own"],
                fragment=bool(one["fragment"]),
                days=days,
                passed=self.site.taps[tap].device if through else "",
                inferred=bool(one["inferred"]),
            )
            self._ruled[key] = self.rulings.register(seen) if transit else self.rulings.rule(seen)
        ruling, entry = self._ruled[key]
        observed = _WAYS[one["far"]]
        if one["far"] == opening.DATAGRAM and arrived:
            observed = Observed.ONE_WAY  # nobody has to answer: it has left the sender's side
        return Sighting(
            src=src.spot,
            dst=dst.spot,
            proto=one["proto"],
            port=one["port"],
            fragment=bool(one["fragment"]),
            tap=tap,
            days=days,
            observed=observed,
            inferred=sums["conversations"] if one["inferred"] and one["proto"] in _PORTED else 0,
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
    outer, inner = (np.where(flows[name] == 0, NO_VLAN, flows[name]) for name in ("vlan", "vlan_inner"))
    distinct, number = np.unique(np.where(outer == NO_VLAN, inner, outer), return_inverse=True)
    ways = [() if tag == NO_VLAN else (tag,) for tag in distinct.tolist()]
    return wires_at(site, declared, ways), number.reshape(-1)


_PLACED = (SpotKind.SEGMENT, SpotKind.DEVICE)


def header(flow: Mapping[str, int], *, from_a: bool, fragment: bool) -> Mapping[str, int]:
    """Return the header of the packet that opened a conversation."""
    src, dst = ("a", "b") if from_a else ("b", "a")
    found = {"src": _address(flow, src), "dst": _address(flow, dst), "proto": flow["proto"], "fragment": int(fragment)}
    if fragment:
        return found
    if flow["proto"] in CARRIERS["icmp_type"]:
        return found | {"icmp_type": flow["pa"] >> 8, "icmp_code": flow["pa"] & 0xFF}
    if flow["proto"] in CARRIERS["dport"]:
        found |= {"sport": flow[f"p{src}"], "dport": flow[f"p{dst}"]}
        found |= {"tcp_flags": SYN} if flow["proto"] == TCP else {}
    return found


def _address(flow: Mapping[str, int], end: str) -> int:
    """Return the address of one end of a conversation on the joint address line of `sets.addresses`."""
    if flow["family"] == 4:
        return flow[f"{end}_lo"] & 0xFFFFFFFF
    return V6_START + (flow[f"{end}_hi"] << 64 | flow[f"{end}_lo"])
