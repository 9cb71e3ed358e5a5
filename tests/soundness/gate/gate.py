"""The comparison: what the engine says of a site's packets, and what brute force says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.crossings import Judged, Judgement, judge
from segcheck.analysis.network import Network, build
from segcheck.analysis.permitting import allowances
from segcheck.analysis.reachability import Reach, device_key
from segcheck.model.crossing import Place, PlaceKind, Standing
from segcheck.model.pipeline import StageKind
from segcheck.model.rules import Translate
from segcheck.sets.header import Packet, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet
from tests.soundness.gate.ground import Box, Ground
from tests.soundness.gate.packets import Header, Samples, minutes
from tests.soundness.gate.permitting import Register
from tests.soundness.gate.simulator import Arrivals, OverBudget, Simulator
from tests.soundness.gate.sites import Case, make

PROVEN = (Standing.PROVEN, Standing.PROVEN_ASSUMING)


@dataclass(frozen=True)
class Exceptional:
    """Something that may not be: what, of which packet, from where to where."""

    seed: int
    what: str
    source: str
    receiver: str
    header: Header | None = None


@dataclass
class Found:
    """What the comparison of some sites found; sums of them are made with `add`.

    exceptions   where the engine is unsound, or its two directions contradict each other
    imprecise    where it says too little of a site of which everything is read; sound, but not what DESIGN promises
    """

    counts: Counter[str] = field(default_factory=Counter)
    exceptions: list[Exceptional] = field(default_factory=list)
    imprecise: list[Exceptional] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.counts.update(other.counts)
        self.exceptions += other.exceptions
        self.imprecise += other.imprecise


def compare(case: Case) -> Found:
    """Return what engine and brute force say of a site, and where they may not both be right."""
    return Comparison(case).found()


def compare_all(seeds: Iterable[int]) -> Found:
    """Return the sum over the sites of some seeds; a site on which either side breaks down is an exception."""
    found = Found()
    for seed in seeds:
        try:
            found.add(compare(make(seed)))
        except Exception as error:
            found.counts["sites"] += 1
            found.exceptions.append(Exceptional(seed, f"broke down: {error!r}", "", ""))
    return found


def header_of(packet: Packet) -> Header:
    return Header(*(-1 if (value := packet.get(name)) is None else value for name in Header._fields))


class Comparison:
    def __init__(self, case: Case, cuts: Iterable[tuple[str, IntervalSet]] = ()) -> None:
        """Judge a site; `cuts` are further values that its universe has to tell apart."""
        self.case = case
        self.random = Random(case.seed)
        self.counts: Counter[str] = Counter(sites=1)
        self.exceptions: list[Exceptional] = []
        self.imprecise: list[Exceptional] = []
        self.network: Network = build(case.site, case.bindings, case.day)
        self.judgement: Judgement = judge(self.network, allowances(case.site, case.day), cuts=[*_cuts(case), *cuts])
        self.reach: Reach = self.judgement.reach
        self.universe = self.reach.universe
        self.ground = Ground(case.site, case.bindings, case.day)
        self.register = Register(self.ground)
        schedules = {
            f"{name}: {schedule.name}": schedule
            for name, box in self.ground.boxes.items()
            for schedule in (box.config.schedules.values() if box.config is not None else ())
        }
        samples = Samples(case.addresses, case.ports, minutes(schedules))
        self.simulator = Simulator(self.ground, samples, case.forged)
        self.receivers = [*self.ground.places, *(f"device:{name}" for name in self.ground.boxes)]
        self.number = {name: number for number, name in enumerate(self.receivers)}
        self.plain = all(map(_plain, self.ground.boxes.values()))
        self.exact = self.plain and not self.ground.joins and all(map(_exact, self.ground.boxes.values()))
        self.states = [name for name in self.universe.dimensions if name == "time" or name.startswith("varies:")]

    def found(self) -> Found:
        self.agreement()
        asked: dict[tuple[str, Header], None] = dict.fromkeys(self.case.packets)
        asked |= dict.fromkeys(self.witnesses())
        by_source: dict[str, list[Judged]] = {}
        for pair in self.judgement.pairs:
            by_source.setdefault(pair.src.id, []).append(pair)
            self.counts[f"pairs {pair.standing.value}"] += 1
        for source, header in asked:
            if source not in by_source and not self.ground.ports[source]:
                continue
            self.counts["packets"] += 1
            try:
                arrivals = self.simulator.arrivals(source, header, self.bits(source, header))
            except OverBudget:
                self.counts["over budget"] += 1
                continue
            packets = self.universe.packet(**{n: v for n, v in header._asdict().items() if v >= 0})
            for pair in by_source.get(source, ()):
                if pair.src.zone == pair.dst.zone:
                    self.within(pair, header, packets, arrivals)
                else:
                    self.judged(pair, header, packets, arrivals)
            self.asked_backward(source, header, packets, arrivals)
        return Found(self.counts, self.exceptions, self.imprecise)

    def wrong(self, what: str, source: str, receiver: str, header: Header | None = None) -> None:
        self.exceptions.append(Exceptional(self.case.seed, what, source, receiver, header))

    def less(self, what: str, source: str, receiver: str, header: Header) -> None:
        self.imprecise.append(Exceptional(self.case.seed, what, source, receiver, header))

    # ---- brute force

    def bits(self, source: str, sent: Header) -> _Bits:
        return _Bits(self, source, sent)

    # ---- what is asked

    def witnesses(self) -> Iterator[tuple[str, Header]]:
        """Yield packets of the sets that the engine found, and neighbours of them."""
        pairs = list(self.judgement.pairs)
        self.random.shuffle(pairs)
        left = {Standing.VIOLATED: 3, Standing.UNDECIDED: 2, Standing.PROVEN_ASSUMING: 1, Standing.PROVEN: 1}
        for pair in pairs:
            left[pair.standing] -= 1
            if left[pair.standing] < 0:
                continue
            sets = [pair.forbidden_must, pair.forbidden_may, pair.may - pair.must]
            for packets in sets if pair.standing is not Standing.PROVEN else (pair.may,):
                if packets:
                    header = header_of(packets.witness())
                    yield pair.src.id, header
                    if self.random.random() < 0.3:
                        yield pair.src.id, self.beside(header)
            kind = self.random.choice((PacketClass.REPLY, PacketClass.ICMP_ERROR, PacketClass.FRAGMENT))
            others = pair.may & self.universe.of_class(kind)
            if others:
                yield pair.src.id, header_of(others.witness())
        for mode in (Mode.REQUIRED, Mode.MAYBE_REQUIRED):
            for source, packets in sorted(self.backward[mode].items(), key=lambda one: one[0])[:2]:
                settled = self.reach.doubts.anyway(packets).forall(*self.states)
                if settled:
                    yield source, header_of(settled.witness())

    def beside(self, header: Header) -> Header:
        """Return a packet that differs in one field."""
        name = self.random.choice(("dport", "src", "dst", "tcp_flags", "sport"))
        value = getattr(header, name)
        if value < 0:
            return header
        if name in ("src", "dst"):
            alike = [a for a in self.case.addresses if (a < 1 << 32) == (header.dst < 1 << 32)]
            return header._replace(**{name: self.random.choice(alike)}) if alike else header
        return header._replace(**{name: {"tcp_flags": 18 - value if value in (2, 16) else 2}.get(name, 22)})

    # ---- one packet

    def judged(self, pair: Judged, header: Header, packets: PacketSet, arrivals: Arrivals) -> None:
        key = _key(pair.dst)
        arrives, unpermitted = 1 << 2 * self.number[key], 2 << 2 * self.number[key]
        source = pair.src.id
        may, must = bool(pair.may & packets), bool(pair.must & packets)
        forbidden, worst = bool(pair.forbidden_may & packets), bool(pair.forbidden_must & packets)
        self.counts["cases"] += 1
        self.counts[f"cases {pair.standing.value}"] += 1
        self.counts["may"] += may
        self.counts["must"] += must
        if arrivals.may & arrives and not may:
            self.wrong("arrives under some completion, but not in may", source, key, header)
        if arrivals.may & unpermitted and not forbidden:
            self.wrong("arrives unpermitted, but not in forbidden_may", source, key, header)
        if arrivals.may & unpermitted and pair.standing is Standing.PROVEN:
            self.wrong("arrives unpermitted, but proven", source, key, header)
        if arrivals.assuming & unpermitted and pair.standing in PROVEN:
            self.wrong("arrives unpermitted while every assumption holds, but proven_assuming", source, key, header)
        if must and not arrivals.must & arrives:
            self.wrong("in must, but does not arrive under every completion", source, key, header)
        if worst and not arrivals.must & unpermitted:
            self.wrong("in forbidden_must, but does not arrive unpermitted under every completion", source, key, header)
        if worst and pair.standing is not Standing.VIOLATED:
            self.wrong("in forbidden_must, but not violated", source, key, header)
        lost, gained = bool(arrivals.must & arrives) and not must, may and not arrivals.may & arrives
        self.counts["arrives for sure, not in must"] += lost
        self.counts["in may, not seen to arrive"] += gained
        if self.exact:
            self.counts["cases where all is read"] += 1
            if lost:
                self.less("arrives under every completion, but not in must", source, key, header)
            if gained:
                self.less("in may, but arrives under no completion", source, key, header)

    def within(self, pair: Judged, header: Header, packets: PacketSet, arrivals: Arrivals) -> None:
        """Compare a pair of one zone, which holds only what leaves the zone on its way: brute force does not follow zones."""
        self.counts["cases within a zone"] += 1
        key = _key(pair.dst)
        surely = pair.must | pair.forbidden_must
        if surely & packets and not arrivals.must & (1 << 2 * self.number[key]):
            self.wrong("leaves its zone for sure, but does not arrive under every completion", pair.src.id, key, header)

    # ---- the other modes, and the two directions

    def agreement(self) -> None:
        """Ask forward and backward where what every source sends may arrive at one receiver."""
        network, reach = self.network, self.reach
        named = [name for name in self.receivers if name.startswith("device:") or self.ground.ports[name]]
        self.receiver = self.random.choice(named)
        sinks = {self.receiver: self.universe.everything}
        # What must arrive at a place of another zone has been asked already.
        modes = [mode for mode in Mode if mode is not Mode.MUST or self.receiver.startswith("device:")]
        self.backward = {mode: reach.backward(sinks, mode) for mode in modes}
        nothing = self.universe.nothing
        for place in network.sources():
            source = place.id
            self.counts["directions compared"] += 1
            ahead = reach.forward(source).get(self.receiver, nothing)
            back = self.backward[Mode.MAY].get(source, nothing)
            self.directions(source, ahead, back)

    def directions(self, source: str, ahead: PacketSet, back: PacketSet) -> None:
        """Compare what flows forward to the receiver with what is carried backward from it.

        Forward may be broader where a device is taken as a whole: one that may do anything, has unread lines, or chooses
        ways by policy. Backward may never find what forward has not.
        """
        doubts = self.reach.doubts
        broader = False
        for found in (lambda packets: packets, doubts.without_assumptions):
            if found(back) and not found(ahead):
                self.wrong("found backward, not forward", source, self.receiver)
            broader = broader or (bool(found(ahead)) and not found(back))
        if not self.reach.renamed(source, self.receiver):
            sent = doubts.anyway(self.reach.sent(source).get(self.receiver, self.universe.nothing))
            more = doubts.anyway(back) - sent
            if more:
                self.wrong("found backward, not forward", source, self.receiver, header_of(more.witness()))
            broader = broader or not sent <= doubts.anyway(back)
        if broader and self.plain:
            self.wrong("found forward, not backward", source, self.receiver)
        self.counts["forward is broader"] += broader

    def asked_backward(self, source: str, header: Header, packets: PacketSet, arrivals: Arrivals) -> None:
        """Compare what is carried backward to one receiver, in every mode."""
        nothing = self.universe.nothing
        arrives = 1 << 2 * self.number[self.receiver]
        found = {mode: self.backward.get(mode, {}).get(source, nothing) for mode in Mode}
        self.counts["cases backward"] += 1
        required = packets <= found[Mode.REQUIRED]
        hoped = packets <= self.reach.doubts.anyway(found[Mode.MAYBE_REQUIRED])
        may, must = bool(packets & found[Mode.MAY]), bool(packets & found[Mode.MUST])
        self.counts["required"] += required
        if arrivals.may & arrives and not may:
            self.wrong("arrives under some completion, but not in backward may", source, self.receiver, header)
        if must and not arrivals.must & arrives:
            self.wrong("in backward must, but does not arrive under every completion", source, self.receiver, header)
        if required and not arrivals.required & arrives:
            self.wrong("required and proven, but some state or completion drops it", source, self.receiver, header)
        if arrivals.hoped & arrives and not hoped:
            self.wrong("required and violated, but some completion always lets it pass", source, self.receiver, header)
        self.counts["works for sure, not required"] += bool(arrivals.required & arrives) and not required
        self.counts["required perhaps, not seen to work"] += hoped and not arrivals.hoped & arrives


class _Bits:
    """Bits of a receiver: that a packet arrives, and that it does so though nobody permitted it."""

    def __init__(self, comparison: Comparison, source: str, sent: Header) -> None:
        self._comparison, self._source, self._sent = comparison, source, sent
        self._known: dict[tuple[str, int], int] = {}

    def __call__(self, receiver: str, header: Header) -> int:
        key = receiver, header.dst
        if key not in self._known:
            bit = 1 << 2 * self._comparison.number[receiver]
            permitted = self._comparison.register.permits(self._sent, self._source, receiver, header.dst)
            self._known[key] = bit if permitted else 3 * bit
        return self._known[key]


def _plain(box: Box) -> bool:
    """Return whether a device is read in full and has one table of routes, so that forward is as precise as backward."""
    config = box.config
    if config is None or box.loose or box.assumed or box.rerouted:
        return False
    unresolved = any(route.interface is None and config.unresolved(route) for route in config.routes)
    return not (config.taints or config.pipeline.policy_routes or unresolved) and config.families >= {4, 6}


def _exact(box: Box) -> bool:
    """Return whether brute force tries all that a device may do: nothing of it may write just any value."""
    config = box.config
    if config is None or any(stage.kind is StageKind.DEFRAGMENT for stage in config.pipeline.stages()):
        return False
    rules = [rule for rules in config.lists.values() for rule in rules.rules]
    return not any(isinstance(rule.action, Translate) and rule.action.translation is None for rule in rules)


def _key(place: Place) -> str:
    return device_key(place.id) if place.kind is PlaceKind.DEVICE else place.id


def _cuts(case: Case) -> list[tuple[str, IntervalSet]]:
    headers = [header for _, header in case.packets]
    found: Mapping[str, Iterable[int]] = {
        "src": [h.src for h in headers],
        "dst": [h.dst for h in headers],
        "sport": [h.sport for h in headers if h.sport >= 0],
        "dport": [h.dport for h in headers if h.dport >= 0],
        "proto": [h.proto for h in headers],
        "icmp_type": [h.icmp_type for h in headers if h.icmp_type >= 0],
        "icmp_code": [h.icmp_code for h in headers if h.icmp_code >= 0],
    }
    return [(name, IntervalSet.of(one)) for name, values in found.items() for one in sorted(set(values))]
