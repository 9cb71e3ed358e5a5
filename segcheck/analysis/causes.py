"""What opens a crossing: forbidden packets grouped by the rule lines that let them pass (DESIGN §4, findings).

A witness of the forbidden set is sent through the site; the statements that permit it on its way are its cause. What the
same statements match is taken out of the set, and the next witness asked, until nothing is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from segcheck.analysis import permitting
from segcheck.analysis.crossings import Judged, Judgement
from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.network import Network
from segcheck.analysis.permitted import meant
from segcheck.analysis.permitting import Allowance
from segcheck.analysis.regions import Regions, rule_of
from segcheck.model.crossing import PlaceKind
from segcheck.model.journey import Journey
from segcheck.model.register import Kind as EntryKind
from segcheck.model.source import Span
from segcheck.model.trace import Verdict
from segcheck.sets.header import Packet, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

#: Causes that are told apart for one pair of places; what is left then counts for the last one.
MOST = 40
#: What the steps do by which a packet passes.
PASSING = ("permit", "translate")


class Kind(Enum):
    """What is wrong with a group of forbidden packets; the gravest reading that fits comes first."""

    EXPIRED = "expired"  # an entry that has run out would permit it
    UNAPPROVED = "unapproved"  # an entry that is applied for, not yet approved or retired would permit it
    OUT_OF_MODEL = "out-of-model"  # an entry would permit it that the models in force do not know
    BYPASS = "bypass"  # the very hosts that are to meet through a gateway talk to each other directly
    WIDER = "wider"  # the same statements serve a registered communication, and more
    IPV6 = "ipv6"  # IPv6 from or to a zone that is declared to have none
    REVERSED = "reversed"  # all of it is opened by the end that answers in the register
    PLAIN = "plain"
    SPOOFED = "spoofed"  # only sources pass that do not belong to the zone
    ONE_WAY = "one-way"  # only packets pass that cannot open a session


#: Kinds of which all packets that pass by the same statements are one cause.
_WHOLE = (Kind.PLAIN, Kind.WIDER, Kind.REVERSED)


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule that lets a packet pass: on which device, in which list, and how it is written; `rule` None = a list's default."""

    device: str
    list: str
    rule: str
    key: str
    span: Span | None
    text: str
    log: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Forbidden packets of one pair that pass by the same statements.

    statements   in the order of the way; () = no device on it filters
    entry        register entry that has expired, that nobody approved, that no model knows, or that the statements serve
                 besides; "" if none
    against      entries whose responders open sessions to their initiators among the packets
    assumptions  ids that the way itself leans on
    """

    pair: Judged
    kind: Kind
    statements: tuple[Statement, ...]
    packets: PacketSet
    witness: Packet
    minute: int | None
    journey: Journey | None
    entry: str = ""
    against: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


def causes(
    judgement: Judgement,
    expired: Sequence[Allowance] = (),
    unapproved: Sequence[Allowance] = (),
    refused: Sequence[Allowance] = (),
) -> Iterator[Cause]:
    """Yield the causes of every violated pair, in the order of the pairs.

    expired, unapproved   what entries would permit that no longer do, or that nobody has approved
    refused               of entries in force that the models do not know
    """
    finder = _Finder(judgement, {Kind.EXPIRED: expired, Kind.UNAPPROVED: unapproved, Kind.OUT_OF_MODEL: refused})
    for pair in judgement.pairs:
        if pair.forbidden_must:
            yield from finder.of(pair)


class _Finder:
    def __init__(self, judgement: Judgement, spoken_for: Mapping[Kind, Sequence[Allowance]]) -> None:
        self.judgement = judgement
        self.reach = judgement.reach
        self.network = judgement.reach.network
        self.universe = judgement.reach.universe
        self.spoken_for = spoken_for
        self.regions = Regions(judgement.reach)
        self._turned: dict[tuple[int, str, str, str], PacketSet] = {}

    def of(self, pair: Judged) -> Iterator[Cause]:
        """Yield the causes of a pair, those first that need neither a foreign source nor a stray packet."""
        left = pair.forbidden_must
        own = self._own(pair.src.zone)
        opening = self.universe.of_class(PacketClass.OPENING)
        honest = opening & self.universe.field("src", own)
        found = 0
        for kind, among in (
            (Kind.EXPIRED, honest),
            (Kind.UNAPPROVED, honest),
            (Kind.OUT_OF_MODEL, honest),
            (Kind.BYPASS, honest),
            (Kind.IPV6, self.universe.family(6)),
            (Kind.PLAIN, honest),
            (Kind.SPOOFED, opening),
            (Kind.ONE_WAY, self.universe.everything),
        ):
            for entry, part in self._parts(kind, pair, left & among):
                part = part & left
                while part:
                    found += 1
                    cause, group = self._cause(pair, kind, part, entry)
                    if found >= MOST:
                        group = left
                    yield cause
                    left, part = left - group, part - group

    def _own(self, zone: str) -> IntervalSet:
        """Return the addresses of a zone's places."""
        own = IntervalSet.empty()
        for name, place in self.network.places.items():
            if place.zone == zone:
                own = own | self.network.addresses[name]
        return own

    def _parts(self, kind: Kind, pair: Judged, packets: PacketSet) -> Iterator[tuple[str, PacketSet]]:
        if kind in self.spoken_for:
            for one in self.spoken_for[kind]:
                allowance = meant(self.network, one, pair.src, pair.dst)
                covered = permitting.covered(self.universe, allowance) & packets
                if pair.dst.kind is PlaceKind.SEGMENT and covered:
                    covered = covered & self.universe.field("dst", allowance.responders)
                if covered:
                    yield allowance.entry, covered
        elif kind is Kind.BYPASS:
            for entry in self.network.site.policy.register:
                if entry.kind is EntryKind.SANITISE and entry.gateway:
                    source = permitting.addresses_of(self.network.site, entry.source, pair.src.domain or None)
                    target = permitting.addresses_of(self.network.site, entry.destination, pair.dst.domain or None)
                    direct = packets & self.universe.field("src", source) & self.universe.field("dst", target)
                    if direct:
                        yield entry.id, direct
        elif kind is Kind.IPV6:
            if self._without_six(pair.src.zone) or self._without_six(pair.dst.zone):
                yield "", packets
        else:
            yield "", packets

    def _without_six(self, zone: str) -> bool:
        """Return whether every segment of a zone is declared to have no IPv6."""
        segments = [one for one in self.network.site.segments.values() if one.zone == zone]
        return bool(segments) and all(one.v6 == () for one in segments)

    def _cause(self, pair: Judged, kind: Kind, packets: PacketSet, entry: str) -> tuple[Cause, PacketSet]:
        witness = example(self.network, packets, pair.src.id, pair.dst.id)
        instant = witness.extra.get("time")
        examples = self.reach.instants.examples
        minute = examples[instant] if instant is not None and len(examples) > 1 else None
        journey = self._journey(pair, witness, minute)
        passed = tuple(statements(self.network, journey)) if journey is not None else ()
        group = self.regions.alike(packets, journey, witness)
        registered = pair.must - pair.forbidden_must
        if kind is Kind.PLAIN and passed:
            serving = self._serving(pair, registered & self.regions.of(journey)) if journey is not None else ""
            kind, entry = (Kind.WIDER, serving) if serving else (kind, entry)
        everything = self.regions.alike(pair.forbidden_must, journey, witness)
        against, wholly = self._against(pair, everything)
        if kind is Kind.PLAIN and wholly:
            kind, entry = Kind.REVERSED, wholly
        assumed: tuple[str, ...] = ()
        if journey is not None:
            stations = (self.network.stations[hop.device] for hop in journey.hops)
            assumed = tuple(dict.fromkeys(name for station in stations for name in station.assumed))
        cause = Cause(
            pair=pair,
            kind=kind,
            statements=passed,
            packets=everything if kind in _WHOLE else group,
            witness=witness,
            minute=minute,
            journey=journey,
            entry=entry,
            against=against,
            assumptions=assumed,
        )
        return cause, everything if kind in _WHOLE else group

    def _against(self, pair: Judged, packets: PacketSet) -> tuple[tuple[str, ...], str]:
        """Return the entries whose ends open sessions the wrong way round, and one of them that this is all there is of."""
        opening = packets & self.universe.of_class(PacketClass.OPENING)
        if not opening:
            return (), ""
        found, wholly = [], ""
        for number, allowance in enumerate(self.judgement.allowances):
            key = number, pair.src.zone, pair.src.domain, pair.dst.domain
            if key not in self._turned:
                ends = meant(self.network, allowance, pair.dst, pair.src)
                answerers = ends.responders & self._own(pair.src.zone)  # others only feign their addresses
                self._turned[key] = self.universe.field("src", answerers) & self.universe.field("dst", ends.initiators)
            back = self._turned[key]
            if opening & back:
                found.append(allowance.entry)
                wholly = wholly or (allowance.entry if opening <= back else "")
        return tuple(dict.fromkeys(found)), wholly

    def _journey(self, pair: Judged, witness: Packet, minute: int | None) -> Journey | None:
        """Return the way on which the witness surely arrives at the receiver, the shortest of several."""
        found = travel(self.network, pair.src.id, witness, minute=minute)
        arriving = [
            one
            for one in found.journeys
            if one.verdict is Verdict.PERMIT and one.delivered is not None and one.delivered.id == pair.dst.id
        ]
        return min(arriving, key=lambda one: len(one.hops), default=None)

    def _serving(self, pair: Judged, registered: PacketSet) -> str:
        """Return the entry whose communication is among the packets, or ""."""
        if not registered:
            return ""
        for allowance in self.judgement.allowances:
            if registered & permitting.covered(self.universe, meant(self.network, allowance, pair.src, pair.dst)):
                return allowance.entry
        return ""


def statements(network: Network, journey: Journey, actions: Collection[str] = PASSING) -> Iterator[Statement]:
    """Yield the statements on a way that people wrote and that do one of `actions`, in its order."""
    for hop in journey.hops:
        config = network.stations[hop.device].config
        if config is None or hop.path is None:
            continue
        for step in hop.path.steps:
            rules = config.lists.get(step.list)
            if rules is None or rules.builtin or step.action not in actions:
                continue
            rule = rule_of(rules.rules, step)
            text = rule.text if rule is not None else ""
            key = rule.key if rule is not None else "default"
            log = rule.log if rule is not None else True
            yield Statement(hop.device, step.list, step.rule, key, step.span, text, log)
