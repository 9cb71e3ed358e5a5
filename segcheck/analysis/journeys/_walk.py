"""One packet from wire to wire, every way it may go, within a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from segcheck.analysis.journeys import _wires
from segcheck.analysis.journeys._outcomes import LIMIT, End, Outcome, outcomes
from segcheck.analysis.journeys._wires import Met
from segcheck.analysis.network import UNKNOWN, Network, Port, Station
from segcheck.analysis.ordinary import completed
from segcheck.analysis.tracing import trace, trace_answer
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.device import DeviceConfig
from segcheck.model.journey import Hop, Journey
from segcheck.model.match import State
from segcheck.model.site_words import Tier
from segcheck.model.trace import Path, Probe, Trace, Verdict

#: Devices that all journeys of one question may pass together. After the first of them a packet that has already come to
#: a device is not followed a second time: how it ends is told.
ALL_WAYS, MAX_HOPS = 300, 3000
ASSUMING = "assuming "
#: Follows the name of a device that the packet comes to once more with the same header.
AGAIN = "asks its translations again"
NO_WIRE, LOOP, DENIED, NO_ROUTE = "no wire", "loop", "denied", "no route"
UNKNOWN_WAY, UNREAD, PASSES_NOTHING = "way out not known", "not read", "assumed to pass nothing"


@dataclass(frozen=True, slots=True)
class Session:
    """A device that has let a packet pass, and how."""

    device: str
    probe: Probe
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """A packet under way.

    known      what is known of it here
    leans      assumptions that it would not have come this way, or no further, without
    doubtful   it is here only if something that nobody knows is so, and that something is not told as another journey
    seen       (device, interface, header) that it has met on this journey
    """

    known: Mapping[str, int]
    choice: object
    hops: tuple[Hop, ...] = ()
    sessions: tuple[Session, ...] = ()
    conditions: tuple[str, ...] = ()
    leans: tuple[str, ...] = ()
    doubtful: bool = False
    beside: bool = False
    seen: frozenset[tuple[str, str, frozenset[tuple[str, int]]]] = frozenset()

    def given(self, conditions: tuple[str, ...]) -> Under:
        """Return the packet if something is so besides."""
        return replace(self, conditions=_united(self.conditions, conditions)) if conditions else self


class Walk:
    """Follows one packet, and an answer to it, through a network; `ends` holds how its journeys end.

    sessions   the devices whose connections an answer belongs to
    """

    def __init__(
        self,
        network: Network,
        minute: int | None,
        sessions: Sequence[Session] = (),
        *,
        state: State = State.NONE,
    ) -> None:
        self._network = network
        self._minute = minute
        self._sessions = sessions
        self._state = state
        self._left = MAX_HOPS
        self._traces: dict[object, Trace] = {}
        self._arrived: set[object] = set()
        self._loose: set[object] = set()  # what devices that may do anything have passed on, over all journeys
        self.ends: list[End] = []
        self.passed: dict[int, tuple[Session, ...]] = {}  # by position in `ends`

    # ---- on the wire

    def meet(self, met: Met, under: Under) -> None:
        """Follow a packet to somebody on a wire."""
        under = under.given(met.conditions)
        if met.beside:
            under = replace(under, beside=True, doubtful=True)
        if met.maybe:
            under = replace(under, doubtful=True)
        if met.port is None:
            self._end(under, Verdict.PERMIT, place=self._network.places[met.place])
        elif not under.beside or self._first(met.port, under):
            self.arrive(met.port, under)

    def _onward(self, port: Port, found: Sequence[Met], under: Under) -> None:
        leans = _wires.assumed_apart(self._network, port.places)
        under = replace(under, leans=_united(under.leans, leans))
        if not any(not met.beside for met in found):
            self._end(under, Verdict.DENY, why=NO_WIRE)
        for met in found:
            self.meet(met, under)

    def _end(self, under: Under, verdict: Verdict, *, place: Place | None = None, why: str = "") -> None:
        if verdict is Verdict.PERMIT and under.doubtful:
            verdict = Verdict.UNDECIDED
        if verdict is Verdict.DENY and under.beside:
            return  # a copy that a doubt would make, and that comes to nothing
        assuming = tuple(f"{ASSUMING}{name}" for name in under.leans) if verdict is Verdict.DENY else ()
        conditions = _united(under.conditions, assuming)
        journey = Journey(verdict=verdict, hops=under.hops, delivered=place, why=why, conditions=conditions)
        self.passed[len(self.ends)] = under.sessions
        self.ends.append(End(journey, under.choice, under.beside))

    # ---- at a device

    def arrive(self, port: Port, under: Under) -> None:
        """Follow a packet that arrives at a device's port."""
        station = self._network.stations[port.device]
        here = (port.device, port.interface, frozenset(under.known.items()))
        if here in under.seen:
            self._end(under, Verdict.DENY, why=LOOP)
            return
        if not self._spend(under):
            return
        if station.translates and any(seen[0] == here[0] and seen[2] == here[2] for seen in under.seen):
            # It knows the session since the packet was here the first time, and does not ask its translations anew.
            known = under.given((f"{port.device} {AGAIN}",))
            self._end(known, Verdict.UNDECIDED, why=LOOP)
            under = known
        under = replace(under, seen=under.seen | {here})
        again = (here, under.choice, under.doubtful, under.beside)
        if again in self._arrived and self._left < MAX_HOPS - ALL_WAYS:
            return
        self._arrived.add(again)
        doubts = tuple(doubt.id for doubt in station.havoc if not doubt.assumption)
        assuming = (*(doubt.id for doubt in station.havoc if doubt.assumption), *station.assumed)
        if doubts:
            self._anything(station, port, under, doubts)
        if station.config is None:
            if not doubts:
                stays = tuple(f"{ASSUMING}{name}" for name in dict.fromkeys(assuming))
                hop = Hop(
                    device=port.device, domain=port.domain, ingress=port.interface, conditions=stays, before=under.known
                )
                self._end(_with(under, hop), Verdict.DENY, why=PASSES_NOTHING)
            return
        under = under.given((*(f"not {name}" for name in doubts), *(f"{ASSUMING}{name}" for name in assuming)))
        self._through(station, station.config, port, under)

    def send(self, session: Session, under: Under) -> None:
        """Follow an answer that a device sends to a packet it has taken in."""
        station = self._network.stations[session.device]
        if station.config is None or not self._spend(under):
            return
        found = trace_answer(station.config, session.probe, session.path, under.known, ingress="")
        if found is not None:
            source = Port(device=session.device, interface="", domain="", places=())
            self._continue(station, source, under, found, session.probe)

    def _spend(self, under: Under) -> bool:
        self._left -= 1
        if self._left < 0:
            self._end(under.given((LIMIT,)), Verdict.UNDECIDED, why=LIMIT)
        return self._left >= 0

    def _through(self, station: Station, config: DeviceConfig, port: Port, under: Under) -> None:
        probe = self._probe(station, port, under.known)
        for session in reversed(self._sessions):
            if session.device == port.device:
                answer = trace_answer(config, session.probe, session.path, under.known, ingress=port.interface)
                if answer is not None:
                    self._continue(station, port, under, answer, probe)
                    return
        key = (port.device, port.interface, frozenset(probe.known.items()))
        if key not in self._traces:
            self._traces[key] = trace(config, probe)
        self._continue(station, port, under, self._traces[key], probe)

    def _probe(self, station: Station, port: Port, known: Mapping[str, int]) -> Probe:
        probe = Probe(known=known, ingress=port.interface, minute=self._minute, state=self._state)
        return completed(probe, station.usual)

    def _continue(self, station: Station, port: Port, under: Under, found: Trace, probe: Probe) -> None:
        told, whole = outcomes(found)
        for outcome in told:
            path = outcome.path
            hop = Hop(
                device=port.device,
                domain=port.domain,
                ingress=port.interface,
                egress=path.egress,
                path=path,
                conditions=outcome.conditions,
                before=under.known,
                after=outcome.known,
            )
            session = Session(port.device, probe, path)
            after = replace(_with(under, hop), known=outcome.known, sessions=(*under.sessions, session))
            self._outcome(station, outcome, after)
        if not whole:
            self._end(under.given((LIMIT,)), Verdict.UNDECIDED, why=LIMIT)

    def _outcome(self, station: Station, outcome: Outcome, after: Under) -> None:
        path = outcome.path
        if path.verdict is Verdict.DENY:
            last = path.deciding or (path.steps[-1] if path.steps else None)
            routed = last is not None and last.stage == "routing"
            self._end(after, Verdict.DENY, why=NO_ROUTE if routed else DENIED)
            return
        if path.verdict is Verdict.UNDECIDED:
            self._end(after, Verdict.UNDECIDED, why=UNREAD)
            after = replace(after, beside=True, doubtful=True)
        if path.local:
            self._end(after, Verdict.PERMIT, place=device_place(self._network, station.device.id))
            return
        if not path.egress:
            if path.verdict is Verdict.PERMIT:
                self._end(after, Verdict.UNDECIDED, why=UNKNOWN_WAY)
            return
        port = station.port(path.egress)
        if port is None:
            self._end(after, Verdict.DENY, why=NO_WIRE)
            return
        destination = outcome.known.get("dst")
        if path.guessed:
            self._onward(port, _wires.neighbours(self._network, port, destination), after)
        else:
            self._onward(port, _wires.next_on_wire(self._network, port, destination, path.gateway), after)

    # ---- devices that may do anything

    def _anything(self, station: Station, port: Port, under: Under, doubts: tuple[str, ...]) -> None:
        """Tell what a device may do of which nothing is known: put any header on any of its wires.

        The packet is followed further as if it were passed on as it is; places that only another header would reach are
        told once each, without their ways.
        """
        hop = Hop(device=port.device, domain=port.domain, ingress=port.interface, conditions=doubts, before=under.known)
        loose = replace(_with(under, hop), doubtful=True)
        self._end(loose, Verdict.UNDECIDED, why=UNREAD)
        place = device_place(self._network, station.device.id)
        self._told_once(place, loose)
        for behind in station.ports:
            for met in _wires.anyone(self._network, behind):
                further = loose.given(met.conditions)
                if met.port is None:
                    self._told_once(self._network.places[met.place], further)
                elif self._first(met.port, further):
                    self.arrive(met.port, further)
        for name in _connected(self._network, station):
            self._told_once(self._network.places[name], loose)

    def _first(self, port: Port, under: Under) -> bool:
        """Return whether a packet that only a doubt has brought here comes for the first time, over all journeys.

        Once is enough: such ways are told, and keep a denial from being sure, but no verdict counts them.
        """
        key = (port.device, port.interface, frozenset(under.known.items()))
        new = key not in self._loose
        self._loose.add(key)
        return new

    def _told_once(self, place: Place, under: Under) -> None:
        if place.key not in self._loose:
            self._loose.add(place.key)
            self._end(replace(under, beside=True), Verdict.UNDECIDED, place=place)


def device_place(network: Network, device: str) -> Place:
    """Return a device as a place that packets are delivered to; the filter of a host lies in the host's zone."""
    host = network.site.hosts.get(device)
    if host is None or host.segment not in network.places:
        return Place(device, PlaceKind.DEVICE, "", Tier.UNKNOWN, "")
    segment = network.places[host.segment]
    return Place(device, PlaceKind.DEVICE, segment.zone, segment.tier, segment.domain)


def _connected(network: Network, station: Station) -> list[str]:
    """Return every place that can be reached from a device over devices that may pass anything at all, nearest first."""
    found: dict[str, None] = {}
    waiting, seen = [station], {station.device.id}
    while waiting:
        for port in waiting.pop(0).ports:
            for met in _wires.anyone(network, port):
                if met.port is None:
                    found.setdefault(met.place)
                elif met.port.device not in seen:
                    seen.add(met.port.device)
                    other = network.stations[met.port.device]
                    if other.config is not None or any(not doubt.assumption for doubt in other.havoc):
                        waiting.append(other)
    return [name for name in found if name != UNKNOWN.id] + [name for name in found if name == UNKNOWN.id]


def _with(under: Under, hop: Hop) -> Under:
    return replace(under, hops=(*under.hops, hop), conditions=_united(under.conditions, hop.conditions))


def _united(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
