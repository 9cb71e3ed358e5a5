"""Every way out of a city's devices, accounted for: uplink, line to others, breakout, detached line, or an exit of its own.

The security cloud is to be the only way to the internet (domain.md §2.5): egress interfaces less its uplink, declared
detached lines and, where the model has it, the local breakout must be none, in IPv4 and IPv6.
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.compiling import routing
from segcheck.analysis.compiling.needs import actions_of
from segcheck.analysis.network import PUBLIC, UNKNOWN, Network, Port, Station
from segcheck.analysis.network.nouns import LINE
from segcheck.model.device import DeviceConfig, Interface, Route
from segcheck.model.exit import Exit, Leads
from segcheck.model.register import Kind
from segcheck.model.rules import Via
from segcheck.model.site import Link
from segcheck.model.site_words import DeviceKind, LinkKind, Responsibility, SegmentKind, Tier
from segcheck.model.source import Span
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Tiers that no line past the security cloud may share a device with (IN-11).
SEPARATED = frozenset((Tier.MYNUMBER, Tier.LGWAN, Tier.INTERNET, Tier.SANITISE, Tier.DMZ))
#: Lines to networks that are closed themselves, and to those that have the internet behind them.
_CLOSED = frozenset((Tier.LGWAN_WAN, Tier.JUKI, Tier.GOV_CLOUD))
_FOREIGN = frozenset((Tier.MAINTENANCE, Tier.SCHOOL))
_LINES = frozenset((LinkKind.ISP, LinkKind.LTE))


def exits(network: Network) -> tuple[Exit, ...]:
    """Return every way out of the city's own devices, in the order of the topology; devices that others run are not asked."""
    return tuple(
        found
        for station in network.stations.values()
        if station.device.responsibility is Responsibility.CITY and station.device.id in network.site.devices
        for port in station.ports
        if (found := _exit(network, station, port)) is not None
    )


def shared(network: Network, device: str) -> tuple[str, ...]:
    """Return the zones of the separated tiers that a device stands in."""
    station = network.stations[device]
    places = {name: network.places[name] for port in station.ports for name in port.places}
    declared = (one.segment for one in station.device.interfaces if one.segment)
    places |= {name: network.places[name] for name in declared}
    return tuple(dict.fromkeys(place.zone for place in places.values() if place.tier in SEPARATED))


def _exit(network: Network, station: Station, port: Port) -> Exit | None:
    site, device = network.site, station.device
    links = tuple(
        link
        for link in site.links.values()
        if any((e.device, e.interface) == (device.id, port.interface) for e in link.ends)
    )
    config = station.config
    own = config.interface(port.interface) if config is not None else None
    outside = [name for name in port.places if _outside(network, name)]
    line = any(link.kind in _LINES for link in links)
    if not outside and not line:
        return None
    routes = tuple(
        one
        for one in (config.routes if config is not None else ())
        if _by(station, port, one) and _outward(network, port, one)
    )
    families = tuple(version for version in (4, 6) if any(_family(one, version) for one in routes))
    steered = tuple(_steered(config, port.interface)) if config is not None else ()
    leads = _leads(network, station, port, links, out=bool(routes or steered), own=own)
    return Exit(
        device=device.id,
        interface=port.interface,
        leads=leads,
        routes=routes,
        families=families,
        learned=own is not None and own.dynamic,
        tunnel=own is not None and own.kind == "tunnel",
        links=links,
        steered=steered,
    )


def _leads(
    network: Network,
    station: Station,
    port: Port,
    links: tuple[Link, ...],
    *,
    out: bool,
    own: Interface | None,
) -> Leads:
    """Return where an interface leads; `out`: something sends packets out by it further than to the line."""
    tiers = {network.places[name].tier for name in port.places}
    internet = bool({PUBLIC.id, UNKNOWN.id} & set(port.places)) or any(link.kind in _LINES for link in links)
    internet = internet or Tier.PUBLIC in tiers
    if not internet and tiers <= {Tier.SECURITY_CLOUD}:
        return Leads.UPLINK
    if not internet and (tiers <= _CLOSED | {Tier.SECURITY_CLOUD} or (tiers <= _CLOSED | _FOREIGN and not out)):
        return Leads.OTHERS
    if not shared(network, station.device.id):
        return Leads.DETACHED
    if internet and _breakout(network, station, tiers):
        return Leads.BREAKOUT
    if out:
        return Leads.EXIT
    tunnel = own is not None and own.kind == "tunnel"
    if station.config is None or (own is not None and own.dynamic) or tunnel or not station.config.routing_known:
        return Leads.OPEN
    return Leads.LINE


def _steered(config: DeviceConfig, interface: str) -> Iterator[Span]:
    """Yield the policy routes that surely or possibly send packets out by an interface."""
    rules = config.lists.get(config.pipeline.policy_routes)
    for rule in rules.rules if rules is not None else ():
        for action in actions_of(rule.action) if rule.enabled and rule.span is not None else ():
            if isinstance(action, Via) and interface in routing.interfaces_of(config, action.interface, action.gateway):
                assert rule.span is not None
                yield rule.span


def _outside(network: Network, name: str) -> bool:
    """Return whether a place lies beyond what the city answers for."""
    if name in (PUBLIC.id, UNKNOWN.id):
        return True
    if name.startswith(LINE):
        return False  # the far end is a device of the topology
    segment = network.site.segments[name]
    return segment.kind is SegmentKind.EXTERNAL or network.places[name].tier in (Tier.PUBLIC, Tier.SECURITY_CLOUD)


def _breakout(network: Network, station: Station, tiers: set[Tier]) -> bool:
    """Return whether a device is on the declared path of a local breakout that is in force."""
    policy = network.site.policy
    named = any(
        entry.kind is Kind.LBO and entry.permits_on(network.day) and station.device.id in entry.path
        for entry in policy.register
    )
    inside = {network.places[name].tier for port in station.ports for name in port.places} - tiers
    return named or (bool(policy.options.in_lbo_destinations) and not inside & {Tier.LGWAN, Tier.MYNUMBER})


def _by(station: Station, port: Port, route: Route) -> bool:
    """Return whether a route leaves by an interface: it names it, or a gateway on its line."""
    if route.interface is not None:
        return route.interface == port.interface
    return route.gateway is not None and any(
        route.gateway in addresses.prefix(own.address, own.length) for own in port.addresses
    )


def _outward(network: Network, port: Port, route: Route) -> bool:
    """Return whether a route leads to public addresses further than to the line itself."""
    line = IntervalSet.empty()
    for own in port.addresses:
        line = line | addresses.prefix(own.address, own.length)
    return bool((route.to - line) & network.addresses[PUBLIC.id])


def _family(route: Route, version: int) -> bool:
    return addresses.family(route.to.min) == version


def asked(network: Network) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the city's devices whose ways out were read, or are assumed, and those of which nothing is known; no switches."""
    known: list[str] = []
    unknown: list[str] = []
    for name, station in network.stations.items():
        own = station.device
        if name not in network.site.devices or own.responsibility is not Responsibility.CITY:
            continue
        if own.kind in (DeviceKind.SWITCH, DeviceKind.WIRELESS, DeviceKind.HOST):
            continue
        (known if station.config is not None or station.assumed else unknown).append(name)
    return tuple(known), tuple(unknown)
