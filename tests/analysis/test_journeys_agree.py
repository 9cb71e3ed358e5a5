"""One packet through a site, and the sets of packets, say the same of random networks and of the bundled cities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from segcheck.analysis.journeys import ASSUMING, travel
from segcheck.analysis.network import Network, build
from segcheck.analysis.permitting import allowances
from segcheck.analysis.reachability import Mode, Reach
from segcheck.app import bundled
from segcheck.app.binding import bind
from segcheck.loaders.site import load
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.journey import SiteTrace
from segcheck.model.site import Service
from segcheck.model.trace import Verdict
from segcheck.sets.header import SIZES, Packet
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import TCP, UDP, ip, route
from tests.analysis.random_networks import Maker
from tests.analysis.sites import DAY, anything, network, segment, station

SITES = 40
PACKETS = 12


class Asked:
    """The engine's answers of one network, by receiver and source."""

    def __init__(self, network: Network, packets: list[Packet]) -> None:
        self.network = network
        named = {name: IntervalSet.of(*(v for p in packets if (v := p.get(name)) is not None)) for name in SIZES}
        self.reach = Reach(network, cuts=[(name, values) for name, values in named.items() if values])
        self._found: dict[tuple[str, Mode], object] = {}
        # the sets take a device with an unread line, or a route whose gateway another route reaches, more broadly
        configs = [station.config for station in network.stations.values() if station.config is not None]
        self.guessing = any(config.taints or any(map(config.unresolved, config.routes)) for config in configs)

    def receivers(self) -> Iterator[str]:
        yield from self.network.places
        yield from (f"device:{name}" for name in self.network.stations)

    def holds(self, mode: Mode, receiver: str, source: str, packet: Packet) -> bool:
        """Return whether the packet counts for the receiver while every assumption holds."""
        key = receiver, mode
        if key not in self._found:
            self._found[key] = self.reach.backward({receiver: self.reach.universe.everything}, mode)
        found = self._found[key].get(source)  # type: ignore[attr-defined]
        if found is None:
            return False
        found = self.reach.doubts.without_assumptions(found)
        header = {name: value for name in SIZES if (value := packet.get(name)) is not None}
        return bool(found & self.reach.universe.packet(**header))


def key(place: Place) -> str:
    return f"device:{place.id}" if place.kind is PlaceKind.DEVICE else place.id


def arrivals(found: SiteTrace) -> tuple[set[str], set[str]]:
    """Return the receivers that the packet surely gets to, and those that it possibly does."""
    possible = {key(one.delivered) for one in found.journeys if one.delivered is not None}
    sure = {
        key(one.delivered)
        for one in found.journeys
        if one.delivered is not None
        and one.verdict is Verdict.PERMIT
        and all(name.startswith(ASSUMING) for name in one.conditions)
    }
    return sure, possible


def contradictions(asked: Asked, source: str, packet: Packet) -> list[str]:
    found = travel(asked.network, source, packet)
    sure, possible = arrivals(found)
    wrong = []
    for receiver in asked.receivers():
        if receiver == source:
            continue  # what stays where it was sent is no crossing, and no set holds it
        may = asked.holds(Mode.MAY, receiver, source, packet)
        must = asked.holds(Mode.MUST, receiver, source, packet)
        if receiver in sure and not may:
            wrong.append(f"{receiver}: arrives, but not in may")
        if must and receiver not in possible:
            wrong.append(f"{receiver}: in must, but does not arrive")
        if may and found.verdict is Verdict.DENY and not asked.guessing:
            wrong.append(f"{receiver}: in may, but denied")
    return wrong


@pytest.mark.parametrize("seed", range(SITES))
def test_a_packet_and_the_sets_agree_on_random_networks(seed: int) -> None:
    maker = Maker(seed)
    packets = maker.packets(PACKETS)
    asked = Asked(maker.network(), [packet for _, packet in packets])

    wrong = [(source, packet, what) for source, packet in packets for what in contradictions(asked, source, packet)]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(bundled.sites()))
def test_a_packet_and_the_sets_agree_on_the_bundled_cities(name: str) -> None:
    folder = str(bundled.sites()[name])
    site = load(folder).site
    assert site is not None
    where = build(site, bind(site, folder), DAY)
    sent = [*registered(where), *between_hosts(where, 30)]
    asked = Asked(where, [packet for _, packet in sent])

    wrong = [(source, packet, what) for source, packet in sent for what in contradictions(asked, source, packet)]
    assert wrong == []


def registered(where: Network) -> Iterator[tuple[str, Packet]]:
    """Yield the first packet of every session that the register permits."""
    for allowance in allowances(where.site, DAY):
        service = allowance.services[0]
        for place in where.site.segments:
            source, destination = allowance.initiators.min, allowance.responders.min
            if source in where.addresses[place] and service.protocol in (TCP, UDP):
                yield place, packet(source, destination, service)


def between_hosts(where: Network, count: int) -> Iterator[tuple[str, Packet]]:
    """Yield packets of registered services between any hosts, some with a forged source."""
    random = Random(5)
    hosts = [host for host in where.site.hosts.values() if host.segment]
    services = [s for entry in where.site.policy.register for s in entry.services if s.protocol in (TCP, UDP)]
    for _ in range(count):
        sender, receiver, forged = random.sample(hosts, 3)
        source = random.choice((sender, sender, sender, forged)).addresses[0]
        yield sender.segment, packet(source, receiver.addresses[0], random.choice(services))


def packet(source: int, destination: int, service: Service) -> Packet:
    port = service.ports.min if service.ports else 80
    return Packet(src=source, dst=destination, proto=service.protocol, sport=40000, dport=port, tcp_flags=2)


# ---- what the comparison has found in the sets


def both(where: Network, source: str, packet: Packet, receiver: str) -> tuple[bool, bool]:
    """Return whether a packet gets somewhere: possibly, surely; after checking that the journeys agree."""
    asked = Asked(where, [packet])
    assert contradictions(asked, source, packet) == []
    return asked.holds(Mode.MAY, receiver, source, packet), asked.holds(Mode.MUST, receiver, source, packet)


def web(source: str, destination: str) -> Packet:
    return Packet(src=ip(source), dst=ip(destination), proto=TCP, sport=40000, dport=443, tcp_flags=2)


A, B = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")


def test_address_of_another_routing_domain_is_none_of_the_device() -> None:
    split = station("d", {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}, domains={"out": "other"})

    assert both(network((A, B), split), "a", web("10.1.0.5", "10.2.0.1"), "device:d") == (False, False)


def test_gateway_in_another_routing_domain_leads_nowhere_for_sure() -> None:
    routes = (route("0.0.0.0/0", gateway="10.2.0.9"),)
    split = station("d", {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}, domains={"out": "other"}, routes=routes)

    assert both(network((A, B), split), "a", web("10.1.0.5", "10.2.0.5"), "b") == (False, False)


def test_address_of_a_device_on_a_shared_wire_is_no_host() -> None:
    line = station("d", {"in": "10.1.0.1/24 a b"})
    other = station("e", {"in": "10.2.0.1/24 b"})

    assert both(network((A, B), line, other), "a", web("10.1.0.5", "10.2.0.1"), "b") == (False, False)
    assert both(network((A, B), line, other), "a", web("10.1.0.5", "10.2.0.1"), "device:e") == (True, True)


def test_host_that_may_forward_gets_what_is_sent_to_it_and_so_does_its_other_side() -> None:
    router = station("d", {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"})
    gateway = station("g", {"near": "- b", "far": "- c"}, known=False, havoc=(anything("g"),))
    ports = tuple(replace(p, hosts=(ip("10.2.0.9"),) if p.interface == "near" else ()) for p in gateway.ports)
    where = network((A, B, segment("c", "10.3.0.0/24")), router, replace(gateway, ports=ports))

    assert both(where, "a", web("10.1.0.5", "10.2.0.9"), "b") == (True, True)
    assert both(where, "a", web("10.1.0.5", "10.2.0.9"), "c") == (True, False)
    assert both(where, "a", web("10.1.0.5", "10.2.0.8"), "c") == (False, False)
