"""What the register permits of one packet: the header as it leaves the initiator, and who really receives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segcheck.model.register import RegisterEntry
from segcheck.model.site import Endpoint, Service, Site
from segcheck.model.site_words import EndpointKind
from segcheck.sets.header import ERROR_TYPES
from tests.soundness.gate.ground import Ground
from tests.soundness.gate.packets import PORTED, Header

_ICMP = (1, 58)


@dataclass(frozen=True)
class _Session:
    """A session that may be opened: by whom, to whom, for what."""

    opener: Endpoint
    answerer: Endpoint
    services: tuple[Service, ...]


class Register:
    """The register of a site on a day."""

    def __init__(self, ground: Ground) -> None:
        self._site = ground.site
        self._ground = ground
        entries = [entry for entry in ground.site.policy.register if entry.permits_on(ground.day)]
        self._sessions = [session for entry in entries for session in _sessions(ground.site, entry)]
        self._known: dict[tuple[Endpoint, int, str | None], bool] = {}

    def permits(self, sent: Header, source: str, receiver: str, destination: int) -> bool:
        """Return whether a packet may get from a place to an address that somebody in the receiving place really has.

        source, receiver   ids of places, or `device:ID`
        destination        the address that it is delivered to
        """
        if not self._sessions or not self._belongs(sent.src, source):
            return False
        if not receiver.startswith("device:") and not self._ground.owns(receiver, destination):
            return False
        here, there = self._domain(source, sent.src), self._domain(receiver, destination)
        return any(
            (
                self._has(s.opener, sent.src, here)
                and self._has(s.answerer, destination, there)
                and _of_service(sent, s.services)
            )
            or (
                self._has(s.answerer, sent.src, here)
                and self._has(s.opener, destination, there)
                and _answers(sent, s.services)
            )
            for s in self._sessions
        )

    def _domain(self, place: str, address: int) -> str | None:
        """Return the routing domain in which an address at a place is meant; None = any, where nobody of its own has it."""
        name = place
        if place.startswith("device:"):
            host = self._site.hosts.get(place.removeprefix("device:"))
            name = host.segment if host is not None else ""
        if name not in self._site.segments:
            return None
        domain = self._site.segments[name].domain
        own = (one for one in self._site.segments.values() if one.domain == domain)
        return domain if any(address in prefix for one in own for prefix in one.prefixes) else None

    def _belongs(self, address: int, source: str) -> bool:
        """Return whether an address is one of the zone's that the packet comes from: nobody else's packets are permitted."""
        zone = source if source not in self._site.segments else self._site.segments[source].zone
        own = [s.id for s in self._site.segments.values() if s.zone == zone] or [source]
        return any(self._ground.owns(place, address) for place in own)

    def _has(self, end: Endpoint, address: int, domain: str | None) -> bool:
        key = end, address, domain
        if key not in self._known:
            self._known[key] = _has(self._site, end, address, domain)
        return self._known[key]


def _sessions(site: Site, entry: RegisterEntry) -> Iterator[_Session]:
    """Yield the sessions of an entry: its own, or those of the named legs of its gateway."""
    if not (entry.gateway and entry.legs):
        ends = (entry.source, entry.destination)
        opener, answerer = ends if entry.opened_by_source else ends[::-1]
        yield _Session(opener, answerer, entry.services)
        return
    own = Endpoint(EndpointKind.GATEWAY, entry.gateway)
    for leg in site.gateways[entry.gateway].legs:
        if leg.id in entry.legs:
            ends = (own, leg.peer) if leg.self_opens else (leg.peer, own)
            yield _Session(ends[0], ends[1], leg.services)


def _has(site: Site, end: Endpoint, address: int, domain: str | None) -> bool:
    def within(name: str) -> bool:
        return domain is None or not name or site.segments[name].domain == domain

    def host(name: str) -> bool:
        return address in site.hosts[name].addresses and within(site.hosts[name].segment)

    def segment(name: str) -> bool:
        return within(name) and any(address in prefix for prefix in site.segments[name].prefixes)

    if end.kind is EndpointKind.HOST:
        return host(end.id)
    if end.kind is EndpointKind.SEGMENT:
        return segment(end.id)
    if end.kind is EndpointKind.GATEWAY:
        return any(map(host, site.gateways[end.id].hosts))
    if end.kind is EndpointKind.ZONE:
        return any(segment(name) for name, one in site.segments.items() if one.zone == end.id)
    if end.kind is EndpointKind.DEVICE:
        return any(
            address == a.address for i in site.devices[end.id].interfaces if within(i.segment) for a in i.addresses
        )
    group = site.groups[end.id]
    return address in group.ranges or any(map(host, group.hosts)) or any(map(segment, group.segments))


def _is_error(sent: Header) -> bool:
    return sent.icmp_type >= 0 and sent.icmp_type in ERROR_TYPES[sent.proto]


def _of_service(sent: Header, services: tuple[Service, ...]) -> bool:
    """Return whether a packet belongs to a session, on its way from the opener."""
    return _is_error(sent) or any(_fits(sent, one, sent.dport) for one in services)


def _answers(sent: Header, services: tuple[Service, ...]) -> bool:
    """Return whether a packet belongs to a session, on its way back: nothing that could open one."""
    if _is_error(sent):
        return True
    settled = sent.fragment or (sent.tcp_flags >= 0 and sent.tcp_flags & 0x14)
    return bool(settled) and any(_fits(sent, one, sent.sport) for one in services)


def _fits(sent: Header, service: Service, port: int) -> bool:
    if sent.proto != service.protocol:
        return False
    if sent.fragment:
        return True
    if sent.proto in _ICMP:
        told = service.ports is None or sent.icmp_type in service.ports
        return told and service.code in (None, sent.icmp_code)
    return service.ports is None or sent.proto not in PORTED or port in service.ports
