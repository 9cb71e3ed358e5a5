"""What the register permits, as addresses and services: who may open which session to whom (DESIGN §2.17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

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


def allowances(site: Site, day: date) -> tuple[Allowance, ...]:
    """Return what the register permits on a day; an entry over a gateway permits its legs, never the direct pair."""
    return tuple(
        allowance for entry in site.policy.register if entry.permits_on(day) for allowance in of_entry(site, entry)
    )


def of_entry(site: Site, entry: RegisterEntry, domain: str | None = None) -> Iterator[Allowance]:
    """Yield the sessions that an entry describes, whether or not it permits them today.

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
    if entry.gateway and entry.legs:
        gateway = site.gateways[entry.gateway]
        own = addresses_of(site, Endpoint(EndpointKind.GATEWAY, gateway.id), domain)
        for leg in gateway.legs:
            if leg.id in entry.legs:
                peer = addresses_of(site, leg.peer, domain)
                opener, answerer = (own, peer) if leg.self_opens else (peer, own)
                yield Allowance(
                    entry=entry.id,
                    initiators=opener,
                    responders=answerer,
                    services=leg.services,
                    path=entry.path,
                    leg=leg.id,
                )
        return
    source, destination = (addresses_of(site, end, domain) for end in (entry.source, entry.destination))
    if not entry.opened_by_source:
        source, destination = destination, source
    if entry.kind is Kind.SANITISE:  # without legs it says how nothing goes; the direct pair is what it must not permit
        source = destination = IntervalSet.empty()
    yield Allowance(entry=entry.id, initiators=source, responders=destination, services=entry.services, path=entry.path)


def asked(site: Site) -> Iterator[Allowance]:
    """Yield every communication that somebody may ask about: all entries, permitting or not, and required flows."""
    for entry in site.policy.register:
        yield from of_entry(site, entry)
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


def addresses_of(site: Site, endpoint: Endpoint, domain: str | None = None) -> IntervalSet:
    """Return the addresses that an end of a communication stands for.

    domain   only those of hosts and segments in this routing domain; ranges, and hosts beyond the city, are in every one
    """
    found = IntervalSet.empty()
    match endpoint.kind:
        case EndpointKind.HOST:
            return _host(site, endpoint.id, domain)
        case EndpointKind.GROUP:
            group = site.groups[endpoint.id]
            found = group.ranges
            for host in group.hosts:
                found = found | _host(site, host, domain)
            for segment in group.segments:
                found = found | _prefixes(site, segment, domain)
        case EndpointKind.SEGMENT:
            found = _prefixes(site, endpoint.id, domain)
        case EndpointKind.ZONE:
            for name, place in site.segments.items():
                if place.zone == endpoint.id:
                    found = found | _prefixes(site, name, domain)
        case EndpointKind.DEVICE:
            interfaces = site.devices[endpoint.id].interfaces
            here = (one for one in interfaces if not one.segment or _within(site, one.segment, domain))
            found = IntervalSet.of(*(a.address for i in here for a in i.addresses))
        case EndpointKind.GATEWAY:
            for host in site.gateways[endpoint.id].hosts:
                found = found | _host(site, host, domain)
    return found


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


def _host(site: Site, name: str, domain: str | None) -> IntervalSet:
    host = site.hosts[name]
    there = not host.segment or _within(site, host.segment, domain)
    return IntervalSet.of(*host.addresses) if there else IntervalSet.empty()


def _within(site: Site, segment: str, domain: str | None) -> bool:
    return domain is None or site.segments[segment].domain == domain


def _prefixes(site: Site, segment: str, domain: str | None) -> IntervalSet:
    found = IntervalSet.empty()
    if not _within(site, segment, domain):
        return found
    for prefix in site.segments[segment].prefixes:
        found = found | prefix
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
