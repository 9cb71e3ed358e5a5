"""Short ways to build a site's network by hand: places, and devices with what stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from segcheck.analysis.network import PUBLIC, UNKNOWN, Doubt, DoubtKind, Network, Port, Station
from segcheck.analysis.network.addressing import shares
from segcheck.analysis.network.nouns import Join
from segcheck.app import bundled
from segcheck.loaders.site import load
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route
from segcheck.model.journey import Journey, SiteTrace
from segcheck.model.rules import RuleList
from segcheck.model.site import Host, Segment, Site, TopologyDevice, Zone
from segcheck.model.site_words import DeviceKind, SegmentKind, Tier
from segcheck.model.source import Span
from segcheck.sets import addresses
from tests.analysis.builders import ip, lists

DAY = date(2026, 11, 23)
HERE = Span("topology.yaml", 1, 1)


def segment(
    name: str,
    *prefixes: str,
    gateway: Sequence[str] = (),
    outside: bool = False,
    v6: bool = False,
    domain: str = "default",
) -> Segment:
    """Return a segment in a zone of the same name; IPv6 is declared absent unless `v6` leaves that open."""
    return Segment(
        id=name,
        zone=name,
        domain=domain,
        kind=SegmentKind.EXTERNAL if outside else SegmentKind.LAN,
        v4=tuple(addresses.parse(text) for text in prefixes),
        v6=None if v6 else (),
        gateways=tuple(gateway),
        span=HERE,
    )


def station(
    name: str,
    ports: Mapping[str, str],
    *rule_lists: RuleList,
    routes: Sequence[Route] = (),
    domains: Mapping[str, str] | None = None,
    known: bool = True,
    havoc: Sequence[Doubt] = (),
    assumed: Sequence[str] = (),
    **parts: object,
) -> Station:
    """Return a device.

    ports   interface to "address/length place place ..."; no address: "- place"
    known   False: nothing is known of it, and only `havoc` says what it may do
    """
    standing: list[Port] = []
    interfaces: list[Interface] = []
    for interface, text in ports.items():
        address, *places = text.split()
        value, _, length = address.partition("/")
        held = () if address == "-" else (InterfaceAddress(ip(value), int(length)),)
        domain = (domains or {}).get(interface, "default")
        standing.append(Port(device=name, interface=interface, domain=domain, places=tuple(places), addresses=held))
        interfaces.append(Interface(name=interface, addresses=held, domain=domain))
    config = DeviceConfig(
        format="test",
        interfaces=tuple(interfaces),
        lists=lists(*rule_lists),
        routes=tuple(routes),
        **({"routing_known": True, "addressing_known": True} | parts),  # type: ignore[arg-type]
    )
    return Station(
        device=TopologyDevice(id=name, kind=DeviceKind.FIREWALL, span=HERE),
        config=config if known else None,
        ports=tuple(standing),
        havoc=tuple(havoc),
        assumed=tuple(assumed),
    )


def anything(name: str) -> Doubt:
    """Return the doubt of a device without an export."""
    return Doubt(f"no-export:{name}", DoubtKind.NO_EXPORT, name)


def declared(name: str, device: str) -> Doubt:
    """Return a doubt that an assumption rules out."""
    return Doubt(name, DoubtKind.NO_EXPORT, device, assumption=True)


def joined(*places: str, assumption: str = "") -> Join:
    """Return places that a switch may join, unless an assumption says that it does not."""
    doubt = Doubt(assumption or "layer2:sw", DoubtKind.LAYER2, "sw", assumption=bool(assumption))
    return Join(places, doubt)


def network(
    segments: Sequence[Segment], *stations: Station, joins: Sequence[Join] = (), hosts: Sequence[Host] = ()
) -> Network:
    """Return the graph of a site that has just these segments and devices."""
    site = replace(
        _empty(),
        zones={one.zone: Zone(id=one.zone, tier=Tier.LGWAN, span=HERE) for one in segments},
        segments={one.id: one for one in segments},
        devices={one.device.id: one.device for one in stations},
        hosts={one.id: one for one in hosts},
    )
    places = {s.id: Place(s.id, PlaceKind.SEGMENT, s.zone, Tier.LGWAN, s.domain) for s in segments}
    return Network(
        site=site,
        day=DAY,
        stations={one.device.id: one for one in stations},
        places={**places, PUBLIC.id: PUBLIC, UNKNOWN.id: UNKNOWN},
        addresses=shares(site),
        joins=tuple(joins),
    )


@cache
def _empty() -> Site:
    site = load(str(bundled.sites()["reiji"])).site
    assert site is not None
    nothing: dict[str, object] = {"hosts": {}, "groups": {}, "links": {}, "gateways": {}, "taps": {}}
    policy = replace(site.policy, register=(), required=(), chains=())
    return replace(site, policy=policy, attestations=(), assumptions=(), waivers=(), captures=(), **nothing)  # type: ignore[arg-type]


def ends(found: SiteTrace) -> set[str]:
    """Return where the packet surely or perhaps arrives, and why it does not."""
    return {journey.delivered.id if journey.delivered else journey.why for journey in found.journeys}


def devices(journey: Journey) -> list[str]:
    """Return the devices that a journey passes."""
    return [hop.device for hop in journey.hops]
