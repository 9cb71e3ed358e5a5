"""Permitted sessions one after the other: who can step from tier to tier without passing a sanitiser (DESIGN §2.15-2.16).

Two closures: *control* goes from the initiator of a session to its responder, *data* both ways. Whoever has a foothold in
a segment may use any address of it. What comes to a sanitiser by a leg of a registered pair, with a method that the profile
accepts between these tiers, does not leave by the other leg; on every other session the sanitiser is an ordinary host.
Steps are sessions that the register permits and the rules let pass: what passes unregistered is a finding of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from segcheck.analysis import permitting
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.crossings import Judged, Judgement
from segcheck.analysis.permitted import meant
from segcheck.analysis.permitting import Allowance
from segcheck.model.closure import Carries, Closure, Closures
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.register import Kind, ProfileModel, RegisterEntry
from segcheck.model.site import Endpoint, Gateway, Site
from segcheck.model.site_words import EndpointKind, Responsibility, SegmentKind, Tier
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody has a foothold: any address of a segment, or a sanitiser that was reached by one of its legs."""

    segment: str
    gateway: str = ""
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One session, or a move within a zone (`entry` ""), from spot to spot.

    sure   the rules surely let it pass
    """

    origin: Spot
    target: Spot
    entry: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """The shortest way from a zone to another that the closure forbids."""

    closure: Closure
    source: Place
    target: Place
    steps: tuple[Step, ...]

    @property
    def sure(self) -> bool:
        """Whether the rules surely let every step pass."""
        return all(step.sure for step in self.steps)

    @property
    def entries(self) -> tuple[str, ...]:
        """The register entries on the way, in order."""
        return tuple(step.entry for step in self.steps if step.entry)


def chains(judgement: Judgement, table: Closures, day: date) -> Iterator[Chain]:
    """Yield the shortest chain of each closure from each zone to each other one that it forbids, in the order of the zones.

    A single registered session is what the register permits; only two and more make a chain. Chains that the policy
    accepts, entry by entry, are not told.
    """
    sessions = _Sessions(judgement)
    for closure in table.closures:
        yield from _Search(sessions, closure, table, day).chains()


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a session: the segment it lies in, and the gateway that it is, by which leg of a registered pair."""

    segment: str
    gateway: str = ""
    leg: str = ""

    @property
    def origins(self) -> tuple[Spot, ...]:
        """Who can use this end: anybody in the segment, and whoever holds the gateway alone."""
        wide = Spot(self.segment)
        return (wide, Spot(self.segment, self.gateway, self.leg)) if self.gateway else (wide,)

    @property
    def target(self) -> Spot:
        """What arriving here gives: behind the leg of a sanitiser no more than the sanitiser."""
        return Spot(self.segment, self.gateway, self.leg) if self.leg else Spot(self.segment)


@dataclass(frozen=True, slots=True)
class _Session:
    """A registered session that the rules let pass."""

    entry: RegisterEntry
    initiator: _End
    responder: _End
    sure: bool


class _Sessions:
    """Every session that the register permits and that passes, and who reaches whom within a zone."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.network = judgement.reach.network
        self.site = self.network.site
        self.universe = judgement.reach.universe
        self._own = {
            name: permitting.addresses_of(self.site, Endpoint(EndpointKind.GATEWAY, name))
            for name in self.site.gateways
        }
        self.all = tuple(self._all())
        self._inside: dict[tuple[str, str], bool] = {}
        self._surely: dict[str, Mapping[str, PacketSet]] = {}

    def _all(self) -> Iterator[_Session]:
        pairs = [pair for pair in self.judgement.pairs if pair.may and pair.src.kind is not PlaceKind.DEVICE]
        for held in permitting.Register(self.site).on(self.network.day):
            entry = held.entry
            for allowance in held.allowances:  # what no model knows is a forbidden crossing, not a step
                wanted = permitting.openings(self.universe, allowance)
                for pair in pairs:
                    ends = meant(self.network, allowance, pair.src, pair.dst)
                    passing = self._passing(pair, ends, wanted)
                    if passing:
                        initiator = self._end(entry, pair.src, ends.initiators, ends.leg)
                        responder = self._end(entry, pair.dst, ends.responders, ends.leg)
                        yield _Session(entry, initiator, responder, bool(passing & pair.must))

    def _passing(self, pair: Judged, allowance: Allowance, wanted: PacketSet) -> PacketSet:
        if not allowance.initiators.meets(self.network.addresses[pair.src.id]):
            return self.universe.nothing
        there = allowance.responders & self._received(pair.dst)
        if not there:
            return self.universe.nothing
        own = allowance.initiators & self.network.addresses[pair.src.id]
        packets = wanted & self.universe.field("src", own) & pair.may
        if "dst" in self.judgement.translated[pair.src.id]:
            return packets
        return packets & self.universe.field("dst", there)

    def _received(self, place: Place) -> IntervalSet:
        if place.kind is not PlaceKind.DEVICE:
            return self.network.addresses[place.id]
        return IntervalSet.of(*(a.address for port in self.network.stations[place.id].ports for a in port.addresses))

    def _end(self, entry: RegisterEntry, place: Place, addresses: IntervalSet, leg: str) -> _End:
        # A host whose own filter is judged as a device lies in its segment.
        segment = self.site.hosts[place.id].segment if place.kind is PlaceKind.DEVICE else place.id
        here = addresses & self._received(place)
        gateway = next((name for name, own in self._own.items() if here & own), "")
        ends_here = entry.kind is Kind.SANITISE and gateway == entry.gateway
        return _End(segment, gateway, leg if ends_here else "")

    def neighbours(self, segment: str) -> Iterator[str]:
        """Yield the other segments of a segment's zone that its hosts reach, as far as anybody knows."""
        here = self.network.places[segment]
        for place in self.network.sources():
            if place.zone == here.zone and place.id != segment and self._open(segment, place.id):
                yield place.id

    def _open(self, source: str, target: str) -> bool:
        key = source, target
        if key not in self._inside:
            reach = self.judgement.reach
            own = self.universe.field("src", self.network.addresses[source])
            arriving = reach.sent(source).get(target, self.universe.nothing) & own
            self._inside[key] = bool(reach.doubts.without_assumptions(arriving))
        return self._inside[key]

    def surely_open(self, source: str, target: str) -> bool:
        """Return whether hosts of a segment surely reach another segment."""
        if target not in self._surely:
            self._surely[target] = self.judgement.reach.backward({target: self.universe.everything}, Mode.MUST)
        own = self.universe.field("src", self.network.addresses[source])
        return bool(self._surely[target].get(source, self.universe.nothing) & own)

    def beyond(self, segment: str) -> bool:
        """Return whether others answer for what happens in a segment: no chain is followed through it (DESIGN §2.14)."""
        known = self.site.segments.get(segment)
        if known is None or known.kind is SegmentKind.EXTERNAL:
            return True
        return self.site.zones[known.zone].responsibility is not Responsibility.CITY


class _Sanitisers:
    """Which legs of a gateway end what came in by which others."""

    def __init__(self, site: Site, places: Mapping[str, IntervalSet], table: Closures, day: date) -> None:
        self._site = site
        self._addresses = places
        self._table = table
        self._day = day
        self._known = {held.entry.id for held in permitting.Register(site).on(day) if not held.refusals}

    def cut(self, gateway: str, one: str, other: str, segment: str) -> bool:
        """Return whether what came to a gateway by one leg ends there instead of leaving by the other into a segment."""
        own = self._site.gateways[gateway]
        sides = self._sides(own, (one, other))
        model = self._model(segment, sides)
        if own.forwards or model is None:
            return False
        registered = any(
            entry.kind is Kind.SANITISE
            and entry.gateway == gateway
            and len(entry.legs) > 1
            and entry.id in self._known
            and self._sides(own, entry.legs) == sides
            for entry in self._site.policy.register
        )
        tiers = frozenset(self._site.zones[zone].tier for zone in sides)
        return registered and any(
            own.method in cutting.methods.get(model, frozenset()) and cutting.between(tiers)
            for cutting in self._table.cuttings
        )

    def _model(self, segment: str, zones: frozenset[str]) -> ProfileModel | None:
        """Return the model in force in a segment; where none is, that of the LGWAN tier on either side."""
        lgwan = (s.id for s in self._site.segments.values() if s.zone in zones and self._tier(s.zone) is Tier.LGWAN)
        profiles = self._site.policy.profiles
        return next((p.model for name in (segment, *lgwan) for p in profiles if p.holds(name, self._day)), None)

    def _tier(self, zone: str) -> Tier:
        return self._site.zones[zone].tier

    def _sides(self, gateway: Gateway, legs: tuple[str, ...]) -> frozenset[str]:
        """Return the zones that legs of a gateway lead to."""
        peers = [leg.peer for leg in gateway.legs if leg.id in legs]
        return frozenset(
            segment.zone
            for segment in self._site.segments.values()
            for peer in peers
            if permitting.addresses_of(self._site, peer, segment.domain) & self._addresses[segment.id]
        )


#: Entries passed so far, while they are one session or the beginning of an accepted chain; None once they are more.
_Passed = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _At:
    """How far a search has come; `held` are zones entered by a permitted session or an accepted chain: coming back is no news."""

    spot: Spot
    passed: _Passed = ()
    held: frozenset[str] = frozenset()


class _Search:
    """Breadth first over spots, from each zone that a closure begins at."""

    def __init__(self, sessions: _Sessions, closure: Closure, table: Closures, day: date) -> None:
        self._sessions = sessions
        self._places = sessions.network.places
        self._closure = closure
        self._sanitisers = _Sanitisers(sessions.site, sessions.network.addresses, table, day)
        self._accepted = frozenset(one.accept for one in sessions.site.policy.chains if day <= one.review_due)
        self._leaving: dict[Spot, list[Step]] = {}
        for session in sessions.all:
            ways = [(session.initiator, session.responder)]
            if closure.carries is Carries.DATA and session.entry.kind not in table.one_way:
                ways.append((session.responder, session.initiator))
            for origin, target in ways:
                if session.entry.kind not in self._passed_over((target.segment, origin.segment), day):
                    for spot in origin.origins:
                        step = Step(spot, target.target, session.entry.id, session.sure)
                        self._leaving.setdefault(Spot(spot.segment, spot.gateway), []).append(step)

    def _passed_over(self, segments: tuple[str, str], day: date) -> frozenset[Kind]:
        """Return the kinds that are no step between two segments: the model of the second counts where the first has none."""
        profiles = self._sessions.site.policy.profiles
        models = [one.model for name in segments for one in profiles if one.holds(name, day)]
        return self._closure.passes_over.get(models[0], frozenset()) if models else frozenset()

    def chains(self) -> Iterator[Chain]:
        """Yield what is found, by zone where it begins, shortest first."""
        places = [place for place in self._sessions.network.sources() if place.tier in self._closure.sources]
        for zone in sorted({place.zone for place in places}):
            yield from self._from([place for place in places if place.zone == zone])

    def _from(self, begin: list[Place]) -> Iterator[Chain]:
        told: set[str] = set()
        queue: deque[tuple[_At, tuple[Step, ...]]] = deque((_At(Spot(place.id)), ()) for place in begin)
        seen = {at for at, _ in queue}
        while queue:
            at, way = queue.popleft()
            for step in self._onward(at.spot, away=at.passed != ()):
                passed, held = self._after(at.passed, step), at.held
                longer = (*way, step)
                arrived = self._places[step.target.segment]
                if arrived.zone == begin[0].zone and step.entry:
                    continue  # back where the search began: nothing is gained
                if arrived.tier in self._closure.targets:
                    if not self._forbidden(passed):
                        held = held | {arrived.zone}
                    elif arrived.zone not in told | held:
                        told.add(arrived.zone)
                        yield Chain(self._closure, self._places[longer[0].origin.segment], arrived, longer)
                after = _At(step.target, passed, held)
                if after not in seen:
                    seen.add(after)
                    queue.append((after, longer))

    def _after(self, passed: _Passed, step: Step) -> _Passed:
        if passed is None or not step.entry:
            return passed
        longer = (*passed, step.entry)
        known = len(longer) == 1 or any(one[: len(longer)] == longer for one in self._accepted)
        return longer if known else None

    def _forbidden(self, passed: _Passed) -> bool:
        """Return whether a way is a chain that nobody accepted: two sessions or more."""
        return passed is None or (len(passed) > 1 and passed not in self._accepted)

    def _onward(self, spot: Spot, *, away: bool) -> Iterator[Step]:
        """Yield the steps from a spot: registered sessions, and moves within its zone; `away` = the first zone is left."""
        if away and self._sessions.beyond(spot.segment):
            return
        for step in self._leaving.get(Spot(spot.segment, spot.gateway), ()):
            leaving = step.origin.leg
            ends = leaving and self._sanitisers.cut(spot.gateway, spot.leg, leaving, step.target.segment)
            if not ends:
                yield step
        if spot.gateway:
            return
        for name in self._sessions.neighbours(spot.segment):
            yield Step(spot, Spot(name), "", self._sessions.surely_open(spot.segment, name))
