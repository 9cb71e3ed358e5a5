"""What the exported rules say of communications that were seen, and what the three sources say together (DESIGN §2.18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import product

import numpy as np

from segcheck.analysis import permitting
from segcheck.analysis.attribution import Attribution
from segcheck.analysis.distinctions import Distinctions
from segcheck.analysis.journeys import ASSUMING, MAX_JOURNEYS, travel
from segcheck.analysis.network import Network
from segcheck.analysis.permitting import Allowance
from segcheck.analysis.rulings import Rulings, Seen
from segcheck.analysis.sight_lines import Wire, wire_of, wires_of
from segcheck.analysis.turns import Turns
from segcheck.analysis.unseen import unseen
from segcheck.model.crossing import PlaceKind
from segcheck.model.journey import Journey, SiteTrace
from segcheck.model.register import Kind, RegisterEntry, Use
from segcheck.model.replay import (
    Answer,
    EntryUse,
    Join,
    LegUse,
    Observed,
    Permitted,
    Ruling,
    Sighting,
    Spot,
    SpotKind,
    UnseenRule,
)
from segcheck.model.schedule import wall_minute
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.header import ERROR_TYPES, ICMP, ICMPV6, SYN, TCP
from segcheck.sets.intervals import IntervalSet

#: Packets that the rules are asked about in one run; what is left over is undecided. Each takes some milliseconds.
MAX_ASKED = 2_000
#: Stands for a sender's port that nobody recorded: the first of the dynamic ports (RFC 6335 section 6).
_SOME_PORT = 49_152
#: Ranges of each end of a rarely used entry that a packet is followed of.
_EXAMPLES = 4
_VERDICTS = {Verdict.PERMIT: Permitted.YES, Verdict.DENY: Permitted.NO, Verdict.UNDECIDED: Permitted.UNDECIDED}


@dataclass(eq=False)
class Joining:
    """Joins sightings with the rules; `asked` counts the packets that were followed.

    finer   what rules and register tell apart: of packets that are alike, one is followed for all
    """

    network: Network
    join: Join
    attribution: Attribution
    rulings: Rulings
    finer: Distinctions
    asked: int = 0
    turns: Turns = field(init=False)
    _traces: dict[object, SiteTrace] = field(default_factory=dict)
    _hours: dict[int, int] = field(default_factory=dict)
    _redirecting: dict[str, bool] = field(default_factory=dict)
    _wires_of: dict[tuple[str, int | None], Wire] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.turns = Turns.at(self.network)

    def hidden(self, one: Sighting) -> bool:
        """Return whether an end may be another one, before or behind the translations of a device that stands there."""
        if not one.tap or is_answer(one) or one.ruling is Ruling.LOCAL:
            return False
        return self._hides(one) or self._redirects(one.src) or self._redirects(one.dst)

    def _redirects(self, spot: Spot) -> bool:
        """Return whether a device that stands where a spot is may send packets on to other receivers than they name."""
        name = spot.wire or spot.place
        if name not in self._redirecting:
            ports = self.network.ports.get(name, ())
            self._redirecting[name] = any("dst" in self.network.stations[port.device].translates for port in ports)
        return self._redirecting[name]

    def settled(self, one: Sighting, opening: Mapping[str, int]) -> Sighting:
        """Return a sighting as the register sees its real ends, where devices of the site translate one of them.

        It is ruled by its receiver after all translations on its way; it is TRANSLATED if its sender may be somebody whom a
        device hides behind its own address, unless the register permits that address itself.
        """
        if one.ruling is Ruling.REGISTERED or not self.hidden(one):
            return one
        if self._hides(one):
            return replace(one, ruling=Ruling.TRANSLATED, entry="")
        found = self._trace(one, opening)
        real = _receivers(found)
        if found is not None and real - {self.finer.alike(opening["dst"]), None}:
            found = self._trace(one, opening, exact=True)  # receivers by ranges: each has its own
            real = _receivers(found)
            if found is None:
                return replace(one, ruling=Ruling.TRANSLATED, entry="")
            if not real - {opening["dst"], None}:
                return one
        else:
            return one
        rulings = {self._ruling(one, opening, end) for end in real if end is not None}
        if len(rulings) > 1 or None in real:
            return replace(one, ruling=Ruling.TRANSLATED, entry="")
        ruling, entry = rulings.pop()
        return replace(one, ruling=ruling, entry=entry)

    def answer(self, one: Sighting, opening: Mapping[str, int]) -> Answer:
        """Return what the rules say of a sighting, and the outcome of the join; nothing is said of one without a tap."""
        registered = not one.ruling.forbidden
        found = self._trace(one, opening)
        if found is None:
            row = self.join.row(registered, Permitted.UNDECIDED, one.observed)
            return Answer(permitted=Permitted.UNDECIDED, outcome=row.outcome, because=self._why(one))
        permitted = _VERDICTS[found.verdict]
        row = self.join.row(registered, permitted, one.observed)
        deniers = _deniers(found) if permitted is Permitted.NO else ()
        written = all(self.network.site.devices[device].exports for device in deniers)
        behind = bool(deniers) and written and self._off(one, found)
        return Answer(
            permitted=permitted,
            outcome=row.behind if behind else row.outcome,
            deniers=deniers,
            behind=behind,
            dated=bool(deniers) and written and all(self._dated(device, one.days) for device in deniers),
            because=_conditions(self.network, found) if permitted is Permitted.UNDECIDED else (),
            journeys=found.journeys,
        )

    # ---- asking

    def follows(self, one: Sighting) -> bool:
        """Return whether rules can be asked of a sighting: a tap shows it, it opens something, and its sender has a place."""
        return bool(one.tap) and not is_answer(one) and bool(self.network.ports.get(_place(one)))

    def _trace(self, one: Sighting, opening: Mapping[str, int], *, exact: bool = False) -> SiteTrace | None:
        """Return every way of the packet that opened it, as its sender sent it; None if nobody can say where that is.

        The packet is one that nothing tells apart from it, unless it is to be that very one.
        """
        if not self.follows(one):
            return None
        packet = dict(opening)
        if not exact:
            packet |= {name: self.finer.alike(opening[name]) for name in ("src", "dst")}
            packet |= {name: self.finer.alike_port(opening[name]) for name in ("sport",) if name in opening}
        minute = minute_of(one.first)
        if minute not in self._hours:
            self._hours[minute] = int(self.turns.number(np.array([one.first]))[0])
        key = _place(one), tuple(packet.items()), self._hours[minute]
        if key not in self._traces:
            if self.asked >= MAX_ASKED:
                return None
            self.asked += 1
            self._traces[key] = travel(self.network, _place(one), packet, minute=minute)
        return self._traces[key]

    def _why(self, one: Sighting) -> tuple[str, ...]:
        if self.asked >= MAX_ASKED:
            return ("bound:asked",)
        return (f"sender:{one.src.place}",)

    def _hides(self, one: Sighting) -> bool:
        """Return whether the sender's address is that of a device that hides senders, and a tap saw it behind that."""
        if one.src.kind is not SpotKind.DEVICE or one.dst.kind is SpotKind.DEVICE:
            return False
        before = self.network.site.taps[one.tap].nat_before is True
        return "src" in self.network.stations[one.src.place].translates and not before

    def _ruling(self, one: Sighting, opening: Mapping[str, int], real: int) -> tuple[Ruling, str]:
        """Return what the register says if `real` is the receiver."""
        atoms = self.attribution
        seen = Seen(
            src=atoms.atom(opening["src"], one.src.domain),
            dst=atoms.atom(real, one.dst.domain),
            proto=one.proto,
            port=one.port,
            own=opening.get("sport", 0),
            fragment=one.fragment,
            days=one.days,
        )
        return self.rulings.rule(seen)

    # ---- where it was seen

    def _off(self, one: Sighting, found: SiteTrace) -> bool:
        """Return whether a packet that rules stop was seen off every wire that it may come to before it is stopped."""
        key = one.tap, one.vlan
        if key not in self._wires_of:
            tags = () if one.vlan is None else (one.vlan,)
            self._wires_of[key] = wire_of(self.network.site, self.network.site.taps[one.tap], tags)
        wire = self._wires_of[key]
        if not wire.segments or len(found.journeys) >= MAX_JOURNEYS:
            return False
        start = one.src.wire or one.src.place
        seen = {start}.union(*(self._wires(journey) for journey in found.journeys))
        return not seen & {name for one in wire.segments for name in self._together(one)}

    def _wires(self, journey: Journey) -> set[str]:
        found: set[str] = set()
        for hop in journey.hops:
            for name in (hop.ingress, hop.egress):
                port = self.network.stations[hop.device].port(name)
                found |= set(port.places) if port is not None else set()
        return found

    def _together(self, segment: str) -> set[str]:
        """Return a segment with those that a doubt about switches may join it to."""
        found = {segment}
        for join in self.network.joins:
            if segment in join.places and not join.doubt.assumption:
                found |= set(join.places)
        return found

    def _dated(self, device: str, days: tuple[date, date]) -> bool:
        """Return whether all exports of a device were taken near the days of the packets."""
        taken = [export.as_of for export in self.network.site.devices[device].exports]
        span = timedelta(days=self.join.valid_days)
        return bool(taken) and all(day is not None and days[0] - span <= day <= days[1] + span for day in taken)

    # ---- the register's entries

    def uses(self, sightings: Iterable[Sighting], taps: Sequence[str], day: date) -> list[EntryUse]:
        """Return for every entry in force on a day what was seen of it, and whether some of these taps would show it."""
        seen: dict[str, list[Sighting]] = {}
        for one in sightings:
            if one.ruling is Ruling.REGISTERED and one.entry:
                seen.setdefault(one.entry, []).append(one)
        wires = [wire for tap in taps for wire in wires_of(self.network.site, self.network.site.taps[tap])]
        found: dict[str, EntryUse] = {}
        for entry, allowance in self.rulings.allowances:
            if entry.permits_on(day) and entry.id not in found:
                found[entry.id] = self._use(entry, allowance, seen.get(entry.id, []), wires)
        return list(found.values())

    def unseen(self, answers: Iterable[Answer | None], taps: Sequence[str]) -> tuple[UnseenRule, ...] | None:
        """Return the permits that these taps would show in use, and that nothing seen may have passed by.

        None: there was no tap, or not all could be asked. What lets rarely used entries pass is never among them.
        """
        rare = tuple(self._rare())
        if not taps or self.asked >= MAX_ASKED:
            return None
        seen = (journey for one in answers if one is not None for journey in one.journeys)
        return unseen(self.network, seen, rare, taps)

    def _rare(self) -> Iterator[Journey]:
        """Yield ways of the entries that are used yearly, in disasters or for recovery, in force or not."""
        for entry, allowance in self.rulings.allowances:
            if entry.use is Use.REGULAR:
                continue
            for src, dst in product(allowance.initiators.ranges[:_EXAMPLES], allowance.responders.ranges[:_EXAMPLES]):
                ends = replace(allowance, initiators=IntervalSet.of(src[0]), responders=IntervalSet.of(dst[0]))
                for service in allowance.services:
                    found = self._example(replace(ends, services=(service,)))
                    yield from found.journeys if found is not None else ()

    def _use(
        self, entry: RegisterEntry, allowance: Allowance, seen: Sequence[Sighting], wires: Sequence[Wire]
    ) -> EntryUse:
        if seen:
            most = min((one.observed for one in seen), key=lambda one: one.rank)
            row = self.join.row(True, Permitted.YES, most)
            return EntryUse(entry.id, most, sum(one.conversations for one in seen), row.outcome)
        trace = self._example(allowance) if wires else None
        shown = trace is not None and self._passes(trace, wires)
        observed = Observed.NOT_SEEN if shown else Observed.NOT_VISIBLE
        permitted = _VERDICTS[trace.verdict] if trace is not None else Permitted.UNDECIDED
        return EntryUse(entry.id, observed, 0, self.join.row(True, permitted, observed).outcome)

    def legs(self, sightings: Iterable[Sighting], taps: Sequence[str], day: date) -> list[LegUse]:
        """Return for every leg of a sanitised communication in force what was seen of it, or whether a tap would show it."""
        site = self.network.site
        seen = [one for one in sightings if one.ruling is Ruling.REGISTERED and one.entry]
        wires = [wire for tap in taps for wire in wires_of(site, site.taps[tap])]
        gateways = {entry.id: entry.gateway for entry in site.policy.register if entry.kind is Kind.SANITISE}
        found = []
        for entry, allowance in self.rulings.allowances:
            if not allowance.leg or entry.kind is not Kind.SANITISE or not entry.permits_on(day):
                continue
            leg = next(one for one in site.gateways[entry.gateway].legs if one.id == allowance.leg)
            mine = [one for one in seen if gateways.get(one.entry) == entry.gateway and self._belongs(one, allowance)]
            observed = self._use(entry, allowance, mine, wires).observed
            found.append(LegUse(entry.id, entry.gateway, leg.id, leg.incoming, observed, tuple(mine)))
        return found

    def _belongs(self, one: Sighting, allowance: Allowance) -> bool:
        """Return whether a sighting is a session of an allowance, as far as its segments and its service tell."""
        ends = ((one.src, allowance.initiators), (one.dst, allowance.responders))
        ports = one.ports if one.ports is not None else IntervalSet.of(one.port)
        return (
            not one.fragment
            and all(
                values.meets(self.network.addresses.get(spot.wire or spot.place, IntervalSet.empty()))
                for spot, values in ends
            )
            and any(permitting.serves(service, one.proto, ports.min) for service in allowance.services)
        )

    def _example(self, allowance: Allowance) -> SiteTrace | None:
        """Return the ways of one opening packet of an allowance."""
        if not allowance.initiators or not allowance.responders or self.asked >= MAX_ASKED:
            return None
        src = allowance.initiators.min
        dst = next((r[0] for r in allowance.responders.ranges if addresses.family(r[0]) == addresses.family(src)), None)
        place = next(
            (
                n
                for n, p in self.network.places.items()
                if p.kind is PlaceKind.SEGMENT and src in self.network.addresses[n]
            ),
            None,
        )
        if dst is None or place is None:
            return None
        service = allowance.services[0]
        fields = {"src": src, "dst": dst, "proto": service.protocol, "fragment": 0}
        if service.protocol in (ICMP, ICMPV6):
            fields |= {"icmp_type": service.ports.min if service.ports else 8, "icmp_code": service.code or 0}
        else:
            fields |= {"sport": _SOME_PORT, "dport": service.ports.min if service.ports else 0}
            fields |= {"tcp_flags": SYN} if service.protocol == TCP else {}
        self.asked += 1
        return travel(self.network, place, fields)

    def _passes(self, trace: SiteTrace, wires: Sequence[Wire]) -> bool:
        """Return whether some way of a packet comes through the interface of a tap."""
        taps = self.network.site.taps
        standing = {(taps[wire.tap].device, name) for wire in wires for name in wire.segments}
        for journey in trace.journeys:
            for hop in journey.hops:
                for interface in (hop.ingress, hop.egress):
                    port = self.network.stations[hop.device].port(interface)
                    if port is not None and any((hop.device, place) in standing for place in port.places):
                        return True
        return False


def _place(one: Sighting) -> str:
    """Return the place that the sender of a sighting stands in."""
    return one.src.wire if one.src.kind is SpotKind.SEGMENT else one.src.place


def _receivers(found: SiteTrace | None) -> set[int | None]:
    """Return whom the ways that surely arrive bring a packet to, after all translations."""
    arrived = [j for j in (found.journeys if found else ()) if j.verdict is Verdict.PERMIT and j.hops]
    return {journey.hops[-1].after.get("dst") for journey in arrived}


def minute_of(moment: int) -> int:
    """Return the minute of the wall clock in Japan at a time in ns since 1970."""
    return wall_minute(datetime(1970, 1, 1) + timedelta(microseconds=moment // 1000, hours=9))


def is_answer(one: Sighting) -> bool:
    """Return whether it is an ICMP error or answer, which opens nothing."""
    return one.proto in (ICMP, ICMPV6) and not one.fragment and one.port >> 8 in ERROR_TYPES[one.proto]


def _deniers(found: SiteTrace) -> tuple[str, ...]:
    """Return the devices at which the ways of a packet end."""
    return tuple(dict.fromkeys(journey.hops[-1].device for journey in found.journeys if journey.hops))


def _conditions(network: Network, found: SiteTrace) -> tuple[str, ...]:
    """Return why the rules cannot be decided: doubts of the network by id, else the devices at which it depends."""
    known = {doubt.id for doubt in network.doubts}
    names: dict[str, None] = {}
    for journey in found.journeys:
        for hop in journey.hops:
            for name in hop.conditions:
                if name in known:
                    names[name] = None
                elif not name.startswith(ASSUMING):
                    names[f"rules:{hop.device}"] = None
    return tuple(names)
