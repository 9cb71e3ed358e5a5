"""Every ordered pair of places of different zones: what may and must get across, and what of it nobody permitted.

DESIGN §2.2-2.4, §2.17. What may arrive is flooded forward from each source; where nothing is translated on the way, headers
arrive as they were sent and are compared with the register at once. Otherwise, and for what surely arrives, the question
is carried backward from each group of receivers that the register tells apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from segcheck.analysis import expected, permitting
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.network import Doubt, DoubtKind, Network, equipping
from segcheck.analysis.permitted import Permitted
from segcheck.analysis.permitting import Allowance
from segcheck.analysis.reachability import Reach, device_key
from segcheck.model.crossing import Place, PlaceKind, Standing
from segcheck.model.match import Field, leaves
from segcheck.model.site_words import DeviceKind
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, growing

#: Nodes of the store to begin with, and the most that is tried.
FIRST_CAPACITY, LAST_CAPACITY = 1 << 22, 1 << 26
HEADER = ("fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One pair; packets are as they leave the initiator, with the instant left in, doubts taken out.

    because      doubts that leave it undecided
    assumptions  doubts that an assumption rules out and without which it would not stand
    held         what of `may` is possible while every assumption holds
    """

    src: Place
    dst: Place
    standing: Standing
    because: tuple[Doubt, ...]
    assumptions: tuple[Doubt, ...]
    must: PacketSet
    may: PacketSet
    forbidden_must: PacketSet
    forbidden_may: PacketSet
    held: PacketSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All pairs of a site, ordered, and the compiled site for further questions.

    translated   which addresses ("src", "dst") devices may rewrite on the way of a source's packets
    """

    reach: Reach
    allowances: tuple[Allowance, ...]
    pairs: tuple[Judged, ...]
    translated: Mapping[str, frozenset[str]]


def judge(
    network: Network,
    allowances: Sequence[Allowance],
    *,
    cuts: Iterable[tuple[str, IntervalSet]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Judgement:
    """Return what becomes of every pair of places of different zones.

    cuts       further values that later questions will ask about, by header field
    progress   told (sources and receivers done, all)

    Raises:
        CapacityExceeded: the site does not fit into the largest store.
    """
    registered = (*allowances, *permitting.asked(network.site))
    wanted = (
        *cuts,
        *expected.cuts(network),
        *_offered(network),
        *(cut for allowance in registered for cut in permitting.cuts(allowance)),
    )

    def at(capacity: int) -> Judgement:
        reach = Reach(network, cuts=wanted, capacity=capacity)
        return _Judge(reach, tuple(allowances), progress).judgement()

    return growing(at, FIRST_CAPACITY, LAST_CAPACITY)


def _offered(network: Network) -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values by header field that tell apart what reaches the devices' own services."""
    for station in network.stations.values():
        for service in station.config.services if station.config is not None else ():
            yield from ((leaf.name, leaf.values) for leaf in leaves(service.match) if isinstance(leaf, Field))


def ends(pair: Judged) -> tuple[str, str]:
    """Return the keys of a pair's source and receiver."""
    return receiver_key(pair.src), receiver_key(pair.dst)


def receiver_key(place: Place) -> str:
    """Return the name under which a place is a receiver."""
    return device_key(place.id) if place.kind is PlaceKind.DEVICE else place.id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """What is known so far of the ways to one receiver; the sets, by source, grow.

    sources    places of other zones; `reaching` are those of which something may arrive
    renamed    something may arrive translated: the question has to be carried backward
    groups     parts of its addresses that are asked about apart; (None,) where the header tells the receiver
    """

    receiver: Place
    key: str
    sources: tuple[Place, ...]
    reaching: tuple[Place, ...]
    renamed: bool
    groups: tuple[IntervalSet | None, ...]
    must: dict[str, PacketSet]
    may: dict[str, PacketSet]
    forbidden_must: dict[str, PacketSet]
    forbidden_may: dict[str, PacketSet]


class _Judge:
    def __init__(
        self, reach: Reach, allowances: tuple[Allowance, ...], progress: Callable[[int, int], None] | None
    ) -> None:
        self.reach = reach
        self.network = reach.network
        self.universe = reach.universe
        self.allowances = allowances
        self.permitted = Permitted(reach.universe, reach.network, allowances)
        self._progress = progress
        self._steps = 0
        self._rewriting: dict[str, frozenset[str]] = {}
        self._forbidden: dict[
            tuple[str, str], PacketSet
        ] = {}  # with the circumstances, which judged pairs no longer hold

    def judgement(self) -> Judgement:
        """Return every pair."""
        sources = sorted(self.network.sources(), key=lambda place: place.key)
        receivers = sorted(self._receivers(), key=lambda place: place.key)
        self._steps = len(sources) + 2 * len(receivers)
        arriving: dict[str, Mapping[str, PacketSet]] = {}
        for done, source in enumerate(sources):
            self._tell(done)
            arriving[source.id] = self.reach.sent(source.id)
        columns = [
            self._column(receiver, [s for s in sources if self._apart(s, receiver)], arriving) for receiver in receivers
        ]
        for column in columns:
            if not column.renamed:
                self._add_possible(column, None, _column(arriving, column.key))
        translated = [column for column in columns if column.renamed]
        for column, group, packets in self._carried(translated, Mode.MAY, len(sources), len(receivers)):
            self._add_possible(column, group, packets)
        # What surely arrives does so however the doubts fall: without any such packet there is no need to ask.
        certain = [c for c in columns if any(self.reach.doubts.resolved(packets) for packets in c.may.values())]
        for column, group, packets in self._carried(certain, Mode.MUST, len(sources) + len(receivers), len(receivers)):
            self._add_sure(column, group, packets)
        self._tell(self._steps)
        pairs = [pair for column in columns for pair in self._pairs(column)]
        for receiver in receivers:
            pairs += self._around(receiver, [s for s in sources if s.zone == receiver.zone and s != receiver])
        ordered = sorted(self._expecting(pairs), key=lambda pair: (pair.src.key, pair.dst.key))
        return Judgement(
            reach=self.reach,
            allowances=self.allowances,
            pairs=tuple(ordered),
            translated={source.id: self._translated(source.id) for source in sources},
        )

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self._steps)

    def _receivers(self) -> list[Place]:
        """Return the places, and the hosts whose own filter is a device."""
        site = self.network.site
        found = list(self.network.places.values())
        for device in site.devices.values():
            host = site.hosts.get(device.id)
            if device.kind is DeviceKind.HOST and host is not None and host.segment:
                segment = site.segments[host.segment]
                tier = site.zones[segment.zone].tier
                found.append(Place(device.id, PlaceKind.DEVICE, segment.zone, tier, segment.domain))
        return found

    def _apart(self, source: Place, receiver: Place) -> bool:
        if source.zone == receiver.zone:
            return False
        return not self.network.site.policy.intra_tier(source.zone, source.tier, receiver.zone, receiver.tier)

    # ---- one receiver

    def _column(
        self, receiver: Place, sources: Sequence[Place], arriving: Mapping[str, Mapping[str, PacketSet]]
    ) -> _Column:
        key = receiver_key(receiver)
        reaching = [source for source in sources if arriving[source.id].get(key)]
        renamed = frozenset().union(*(self._translated(s.id) for s in reaching if self.reach.renamed(s.id, key)))
        empty = dict.fromkeys((source.id for source in reaching), self.universe.nothing)
        return _Column(
            receiver=receiver,
            key=key,
            sources=tuple(sources),
            reaching=tuple(reaching),
            renamed=bool(renamed),
            groups=tuple(self.permitted.groups(receiver)) if "dst" in renamed else (None,),
            must=dict(empty),
            may=dict(empty),
            forbidden_must=dict(empty),
            forbidden_may=dict(empty),
        )

    def _around(self, receiver: Place, sources: Sequence[Place]) -> Iterator[Judged]:
        """Yield the pairs of one zone between which packets leave it on their way, and nobody permitted that."""
        key = receiver_key(receiver)
        surely: Mapping[str, PacketSet] | None = None
        for source in sources if receiver.id in self.network.watched else ():
            may, straight = self.reach.strayed(source.id, key)
            permitted = self.permitted.between(source, receiver)
            forbidden = may - permitted
            if not forbidden:
                continue
            sure = self.universe.nothing
            if self.reach.doubts.resolved(may):
                if surely is None:
                    surely = self.reach.backward({key: self.universe.everything}, Mode.MUST)
                sure = (
                    surely.get(source.id, sure) & may
                ) - straight  # it surely arrives, and not without leaving the zone
            yield self._judged(source, receiver, sure, may, sure - permitted, forbidden)

    def _carried(
        self, columns: Sequence[_Column], mode: Mode, done: int, steps: int
    ) -> Iterator[tuple[_Column, IntervalSet | None, Mapping[str, PacketSet]]]:
        """Yield, by receiver and group of its addresses, what reaches it by source; worth `steps` steps of progress."""
        asked = [(column, group) for column in columns for group in column.groups]
        sinks = (
            {column.key: self.universe.everything if group is None else self.universe.field("dst", group)}
            for column, group in asked
        )
        for number, packets in enumerate(self.reach.backward_each(sinks, mode)):
            self._tell(done + steps * number // len(asked))
            yield *asked[number], packets

    def _add_possible(self, column: _Column, group: IntervalSet | None, packets: Mapping[str, PacketSet]) -> None:
        for source in column.reaching:
            there = packets.get(source.id, self.universe.nothing)
            column.may[source.id] = column.may[source.id] | there
            permitted = self.permitted.between(source, column.receiver, group)
            if group is None:  # what was forged on the way arrives at whomever
                permitted = permitted - self.reach.forged(source.id, column.key)
            column.forbidden_may[source.id] = column.forbidden_may[source.id] | (there - permitted)

    def _add_sure(self, column: _Column, group: IntervalSet | None, packets: Mapping[str, PacketSet]) -> None:
        for source in column.reaching:
            sure = packets.get(source.id, self.universe.nothing)
            column.must[source.id] = column.must[source.id] | sure
            permitted = self.permitted.between(source, column.receiver, group)
            column.forbidden_must[source.id] = column.forbidden_must[source.id] | (sure - permitted)

    def _pairs(self, column: _Column) -> Iterator[Judged]:
        for source in column.sources:
            if source not in column.reaching:
                yield _proven(source, column.receiver, self.universe.nothing)
                continue
            name = source.id
            sets = column.must[name], column.may[name], column.forbidden_must[name], column.forbidden_may[name]
            yield self._judged(source, column.receiver, *sets)

    def _judged(
        self, source: Place, receiver: Place, must: PacketSet, may: PacketSet, worst: PacketSet, forbidden: PacketSet
    ) -> Judged:
        doubts = self.reach.doubts
        circumstances = forbidden.exists(*HEADER)
        standing = Standing.PROVEN
        because: tuple[Doubt, ...] = ()
        assumptions: tuple[Doubt, ...] = ()
        if forbidden:
            self._forbidden[source.id, receiver.id] = forbidden
        if worst:
            standing = Standing.VIOLATED
        elif forbidden:
            anyhow = doubts.without_assumptions(circumstances)
            supporting = doubts.supporting(anyhow or circumstances)
            standing = Standing.UNDECIDED if anyhow else Standing.PROVEN_ASSUMING
            because = tuple(doubt for doubt in supporting if not doubt.assumption)
            if anyhow and not because:
                because = self._undocumented(source)
            assumptions = tuple(doubt for doubt in supporting if doubt.assumption)
        return Judged(
            src=source,
            dst=receiver,
            standing=standing,
            because=because,
            assumptions=assumptions,
            must=doubts.anyway(must),
            may=doubts.anyway(may),
            forbidden_must=doubts.anyway(worst),
            forbidden_may=doubts.anyway(forbidden),
            held=doubts.anyway(doubts.without_assumptions(may)),
        )

    def _undocumented(self, source: Place) -> tuple[Doubt, ...]:
        """Return the devices on the way whose built-in behaviour is not documented: the only reason left."""
        stations = (self.network.stations[device] for device in sorted(self.reach.visited(source.id)))
        return tuple(
            Doubt(f"vendor:{station.device.id}", DoubtKind.VENDOR, station.device.id)
            for station in stations
            if station.config is not None and equipping.undocumented(station.config)
        )

    def _expecting(self, pairs: Sequence[Judged]) -> Iterator[Judged]:
        """Yield the pairs, with the way back that helpers may open for control sessions that nobody registered.

        A control session that passes only where an assumption fails opens its way back only there.
        """
        network, universe = self.network, self.universe
        opened: dict[tuple[str, str], tuple[PacketSet, tuple[Doubt, ...], tuple[Doubt, ...]]] = {}
        for pair in pairs:
            if not pair.forbidden_may:
                continue
            found = expected.helpers(network, self.reach.visited(pair.src.id))
            session = pair.forbidden_may & expected.control(universe, found) if found else None
            if session:  # and only helpers that it passes can read it
                found = expected.helpers(network, self.reach.visited(pair.src.id, session))
                session = session & expected.control(universe, found)
            if session:
                ends = network.addresses[pair.src.id], network.addresses.get(pair.dst.id, IntervalSet.empty())
                names = dict.fromkeys(device for device, _ in found)
                doubts = tuple(Doubt(f"helper:{name}", DoubtKind.HELPER, name) for name in names)
                assumed = () if session & self._forbidden_anyhow(pair) else self._assumed(pair, session)
                opened[pair.dst.id, pair.src.id] = expected.way_back(universe, session, *ends), doubts, assumed
        for pair in pairs:
            back, doubts, assumed = opened.get((pair.src.id, pair.dst.id), (universe.nothing, (), ()))
            if back <= (pair.forbidden_may if assumed else self._forbidden_anyhow(pair)):
                yield pair  # as it stands without helpers
            elif assumed:
                proven = pair.standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING)
                yield replace(
                    pair,
                    standing=Standing.PROVEN_ASSUMING if proven else pair.standing,
                    assumptions=tuple(dict.fromkeys((*pair.assumptions, *assumed))) if proven else pair.assumptions,
                    may=pair.may | back,
                    forbidden_may=pair.forbidden_may | back,
                )
            else:
                proven = pair.standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING)
                yield replace(
                    pair,
                    standing=Standing.UNDECIDED if proven else pair.standing,
                    because=(*pair.because, *doubts) if pair.standing is not Standing.VIOLATED else (),
                    assumptions=() if proven else pair.assumptions,
                    may=pair.may | back,
                    forbidden_may=pair.forbidden_may | back,
                    held=pair.held | back,
                )

    def _forbidden_anyhow(self, pair: Judged) -> PacketSet:
        """Return what could cross a pair that nobody permitted, while every assumption holds."""
        found = self._forbidden.get((pair.src.id, pair.dst.id), self.universe.nothing)
        return self.reach.doubts.anyway(self.reach.doubts.without_assumptions(found))

    def _assumed(self, pair: Judged, packets: PacketSet) -> tuple[Doubt, ...]:
        """Return the assumptions without which these packets could cross a pair."""
        circumstances = (self._forbidden[pair.src.id, pair.dst.id] & packets).exists(*HEADER)
        return tuple(doubt for doubt in self.reach.doubts.supporting(circumstances) if doubt.assumption)

    def _translated(self, source: str) -> frozenset[str]:
        """Return which addresses may be rewritten by the rules of a device that packets of a source may pass."""
        if source not in self._rewriting:
            passed = (self.network.stations[device].translates for device in self.reach.visited(source))
            self._rewriting[source] = frozenset().union(*passed)
        return self._rewriting[source]


def _column(table: Mapping[str, Mapping[str, PacketSet]], key: str) -> Mapping[str, PacketSet]:
    return {source: row[key] for source, row in table.items() if key in row}


def _proven(source: Place, receiver: Place, nothing: PacketSet) -> Judged:
    return Judged(
        src=source,
        dst=receiver,
        standing=Standing.PROVEN,
        because=(),
        assumptions=(),
        must=nothing,
        may=nothing,
        forbidden_must=nothing,
        forbidden_may=nothing,
        held=nothing,
    )
