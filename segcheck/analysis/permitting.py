"""What the register permits, as addresses and services: who may open which session to whom (DESIGN §2.17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from segcheck.analysis.ends import Part
from segcheck.analysis.ends import addresses_of as addresses_of  # asked of here: what an end stands for
from segcheck.analysis.profiling import Profiling, Refusal, Session
from segcheck.model.register import Kind, RegisterEntry, RequiredFlow
from segcheck.model.site import DeviceService, Endpoint, Service, Site, TopologyDevice
from segcheck.model.site_words import EndpointKind
from segcheck.sets.addresses import ALL
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe

_PORTED = (6, 17, 33, 132, 136)
_ICMP = (1, 58)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A session that an entry of the register permits: `initiators` open it to `responders`.

    path   ids of the devices in order; () = any
    leg    id of the gateway's leg that it is, "" where it is none
    domains  (routing domain, initiators in it, responders in it): an address means somebody else in another domain; () = there
           is one domain only
    """

    entry: str
    initiators: IntervalSet
    responders: IntervalSet
    services: tuple[Service, ...]
    path: tuple[str, ...] = ()
    leg: str = ""
    domains: tuple[tuple[str, IntervalSet, IntervalSet], ...] = ()

    def opened_in(self, domain: str) -> IntervalSet:
        """Return who opens it in a routing domain."""
        return next((opener for name, opener, _ in self.domains if name == domain), self.initiators)

    def answered_in(self, domain: str) -> IntervalSet:
        """Return who answers it in a routing domain."""
        return next((answerer for name, _, answerer in self.domains if name == domain), self.responders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry in force, held against the models: what of it permits, what the models refuse, and why."""

    entry: RegisterEntry
    allowances: tuple[Allowance, ...]
    refused: tuple[Allowance, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Register:
    """A site's register as the models in force let it count; what is asked of a day is worked out once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        guideline = site.policy.guideline
        self.profiling = None if guideline is None else Profiling(site, guideline)
        self._held: dict[date, tuple[Held, ...]] = {}
        self._fits: dict[tuple[str, str, str, str, date], bool] = {}

    def on(self, day: date) -> tuple[Held, ...]:
        """Return every entry that is in force on a day by its own dates and status, in the order of the register."""
        if day not in self._held:
            entries = (entry for entry in self.site.policy.register if entry.permits_on(day))
            self._held[day] = tuple(self._hold(entry, day) for entry in entries)
        return self._held[day]

    def fits(self, entry: RegisterEntry, leg: str, opener: str, answerer: str, day: date) -> bool:
        """Return whether the models let hosts of one place open an entry's session to another's on a day."""
        if self.profiling is None:
            return True
        key = entry.id, leg, opener, answerer, day
        if key not in self._fits:
            self._fits[key] = any(
                self.profiling.refusal(entry, session, one, other, day) is None
                for session in sessions(self.site, entry)
                for one in self.profiling.places.parts(session.opener)
                for other in self.profiling.places.parts(session.answerer)
                if (session.leg, one.place, other.place) == (leg, opener, answerer)
            )
        return self._fits[key]

    def _hold(self, entry: RegisterEntry, day: date) -> Held:
        whole = tuple(of_entry(self.site, entry))
        if self.profiling is None:
            return Held(entry=entry, allowances=whole)
        permitted: list[Allowance] = []
        refused: list[Allowance] = []
        refusals: list[Refusal] = []
        for session, allowance in zip(sessions(self.site, entry), whole, strict=True):
            told = self._split(entry, session, allowance, day, permitted, refused)
            refusals += told
        return Held(
            entry=entry, allowances=tuple(permitted), refused=tuple(refused), refusals=tuple(dict.fromkeys(refusals))
        )

    def _split(
        self,
        entry: RegisterEntry,
        session: Session,
        allowance: Allowance,
        day: date,
        permitted: list[Allowance],
        refused: list[Allowance],
    ) -> list[Refusal]:
        """Divide a session into what the models know and what they refuse, and return why they do."""
        assert self.profiling is not None
        openers = self.profiling.places.parts(session.opener)
        answerers = self.profiling.places.parts(session.answerer)
        answers = {
            (opener.place, answerer.place): self.profiling.refusal(entry, session, opener, answerer, day)
            for opener in openers
            for answerer in answerers
        }
        if all(answer is None for answer in answers.values()):
            permitted.append(allowance)
            return []
        for opener in openers:
            for bad, found in ((False, permitted), (True, refused)):
                theirs = [one for one in answerers if (answers[opener.place, one.place] is not None) is bad]
                if theirs:
                    found.append(self._divided(allowance, (opener,), theirs))
        # A gateway with a foot in the zone of its peer is met there: that its other foot is out of bounds is no news.
        return [
            answer
            for (opener, answerer), answer in answers.items()
            if answer is not None and not (session.leg and self._met_elsewhere(session, opener, answerer, answers))
        ]

    def _divided(self, allowance: Allowance, openers: Sequence[Part], answerers: Sequence[Part]) -> Allowance:
        """Return what of an allowance lies in some places, in each routing domain what lies in places of that domain."""
        return replace(
            allowance,
            initiators=allowance.initiators & self._together(openers),
            responders=allowance.responders & self._together(answerers),
            domains=tuple(
                (name, initiators & self._together(openers, name), responders & self._together(answerers, name))
                for name, initiators, responders in allowance.domains
            ),
        )

    def _together(self, parts: Iterable[Part], domain: str | None = None) -> IntervalSet:
        """Return the addresses of parts, or of those in a routing domain; places beyond the city are in every one."""
        found = IntervalSet.empty()
        for one in parts:
            segment = self.site.segments.get(one.place)
            if domain is None or segment is None or segment.domain == domain:
                found = found | one.addresses
        return found

    def _met_elsewhere(
        self, session: Session, opener: str, answerer: str, answers: Mapping[tuple[str, str], Refusal | None]
    ) -> bool:
        by_gateway = session.opener.kind is EndpointKind.GATEWAY
        return any(
            answer is None and ((to == answerer) if by_gateway else (by == opener))
            for (by, to), answer in answers.items()
        )


def allowances(site: Site, day: date) -> tuple[Allowance, ...]:
    """Return what the register permits on a day; an entry over a gateway permits its legs, never the direct pair.

    What the models in force do not know is not among it, whatever the register says.
    """
    return tuple(allowance for held in Register(site).on(day) for allowance in held.allowances)


def sessions(site: Site, entry: RegisterEntry) -> Iterator[Session]:
    """Yield who opens each session of an entry to whom, in the order of `of_entry`."""
    if entry.gateway and entry.legs:
        own = Endpoint(EndpointKind.GATEWAY, entry.gateway)
        for leg in site.gateways[entry.gateway].legs:
            if leg.id in entry.legs:
                opener, answerer = (own, leg.peer) if leg.self_opens else (leg.peer, own)
                yield Session(leg=leg.id, opener=opener, answerer=answerer)
        return
    ends = (entry.source, entry.destination) if entry.opened_by_source else (entry.destination, entry.source)
    yield Session(leg="", opener=ends[0], answerer=ends[1])


def of_entry(site: Site, entry: RegisterEntry, domain: str | None = None) -> Iterator[Allowance]:
    """Yield the sessions that an entry describes, whether or not it permits them today, and whatever the models say.

    domain   only the addresses that its ends have in this routing domain; None: all, told apart
    """
    if domain is not None:
        return _of_entry(site, entry, domain)
    return _apart(site, lambda one: _of_entry(site, entry, one))


def _apart(site: Site, build: Callable[[str | None], Iterable[Allowance]]) -> Iterator[Allowance]:
    """Yield what `build` returns for all routing domains, with what it returns for each of several."""
    domains = sorted({segment.domain for segment in site.segments.values()})
    apart = {domain: tuple(build(domain)) for domain in domains} if len(domains) > 1 else {}
    for number, allowance in enumerate(build(None)):
        yield replace(
            allowance,
            domains=tuple((name, each[number].initiators, each[number].responders) for name, each in apart.items()),
        )


def _of_entry(site: Site, entry: RegisterEntry, domain: str | None) -> Iterator[Allowance]:
    services = {leg.id: leg.services for leg in site.gateways[entry.gateway].legs} if entry.gateway else {}
    for session in sessions(site, entry):
        source, destination = (addresses_of(site, end, domain) for end in (session.opener, session.answerer))
        if entry.kind is Kind.SANITISE and not session.leg:
            # Without legs it says how nothing goes; the direct pair is what it must not permit.
            source = destination = IntervalSet.empty()
        yield Allowance(
            entry=entry.id,
            initiators=source,
            responders=destination,
            services=services[session.leg] if session.leg else entry.services,
            path=entry.path,
            leg=session.leg,
        )


def asked(site: Site) -> Iterator[Allowance]:
    """Yield every communication that somebody may ask about: all entries, permitting or not, and required flows."""
    for entry in site.policy.register:
        yield from of_entry(site, entry)
        if entry.kind is Kind.SANITISE:  # the direct pair, which it must not permit
            ends = addresses_of(site, entry.source), addresses_of(site, entry.destination)
            yield Allowance(entry=entry.id, initiators=ends[0], responders=ends[1], services=entry.services)
    for flow in site.policy.required:
        yield of_flow(site, flow)
    for device in site.devices.values():
        for service in device.services:
            yield of_service(site, device, service)


def of_flow(site: Site, flow: RequiredFlow) -> Allowance:
    """Return a communication that must work, in the form of an allowance."""

    def build(domain: str | None) -> tuple[Allowance]:
        ends = addresses_of(site, flow.source, domain), addresses_of(site, flow.destination, domain)
        return (Allowance(entry=flow.id, initiators=ends[0], responders=ends[1], services=flow.services),)

    return next(_apart(site, build))


def of_service(site: Site, device: TopologyDevice, service: DeviceService) -> Allowance:
    """Return what reaches a declared service of a device, from anywhere."""
    own = addresses_of(site, Endpoint(EndpointKind.DEVICE, device.id))
    return Allowance(entry=service.kind, initiators=ALL, responders=own, services=service.services)


def unmistakable(site: Site, endpoint: Endpoint) -> IntervalSet:
    """Return the addresses of an end that mean nobody else in another routing domain: what packets alone can be told by."""
    domains = {segment.domain for segment in site.segments.values()}
    if len(domains) < 2:
        return addresses_of(site, endpoint)
    found = IntervalSet.empty()
    for domain in domains:
        own = addresses_of(site, endpoint, domain)
        for segment in site.segments.values():
            if segment.domain != domain:
                for prefix in segment.prefixes:
                    own = own - prefix
        found = found | own
    return found


def serves(service: Service, protocol: int, port: int | None, code: int | None = None) -> bool:
    """Return whether a packet belongs to a service; `port` is its destination port or ICMP type, None if it is not known."""
    if protocol != service.protocol:
        return False
    if service.ports is not None and (port is None or port not in service.ports):
        return False
    return service.code is None or code == service.code


def cuts(allowance: Allowance) -> Iterator[tuple[str, IntervalSet]]:
    """Yield the values by header field that a universe must tell apart for `covered`."""
    yield "sport", IntervalSet.of((0, 1023))
    yield "src", allowance.initiators
    yield "src", allowance.responders
    for service in allowance.services:
        yield "proto", IntervalSet.of(service.protocol)
        if service.ports is not None:
            yield ("icmp_type" if service.protocol in _ICMP else "dport"), service.ports
        if service.code is not None:
            yield "icmp_code", IntervalSet.of(service.code)


def openings(universe: Universe, allowance: Allowance) -> PacketSet:
    """Return ordinary first packets of the exchange: a bare SYN, a datagram, a request, from an unprivileged port."""
    packets = covered(universe, allowance) & universe.of_class(PacketClass.OPENING)
    own = universe.nothing
    for service in allowance.services:
        own = own | universe.field("proto", IntervalSet.of(service.protocol))
    ported = universe.field("sport", IntervalSet.of((0, 1023)))
    tcp = universe.field("proto", IntervalSet.of(6)) - universe.field("tcp_flags", IntervalSet.of(2))
    return (packets & own) - ported - tcp


def covered(universe: Universe, allowance: Allowance, *, reverse: bool = False) -> PacketSet:
    """Return the packets that belong to the exchange, from the initiators or, `reverse`, back to them.

    Forward, packets of the service in every class; back, only what cannot open a session: TCP replies from the service's
    ports, ICMP errors, later fragments. UDP from the service's port is an opening packet and not among them. The
    destination is left to the caller.
    """
    fragments = universe.of_class(PacketClass.FRAGMENT)
    found = universe.of_class(PacketClass.ICMP_ERROR)
    for service in allowance.services:
        protocol = universe.field("proto", IntervalSet.of(service.protocol))
        found = found | (protocol & fragments)
        packets = protocol - fragments
        if reverse:
            packets = packets & universe.of_class(PacketClass.REPLY)
        if service.protocol in _ICMP:
            if service.ports is not None:
                packets = packets & universe.field("icmp_type", service.ports)
            if service.code is not None:
                packets = packets & universe.field("icmp_code", IntervalSet.of(service.code))
        elif service.protocol in _PORTED and service.ports is not None:
            packets = packets & universe.field("sport" if reverse else "dport", service.ports)
        found = found | packets
    return found & universe.field("src", allowance.responders if reverse else allowance.initiators)
