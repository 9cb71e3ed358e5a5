"""What a device's own addresses and routes make of one address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route, RouteKind, Scope
from segcheck.model.match import AddressClass
from segcheck.model.source import Span
from segcheck.sets import addresses

_LOOPBACK = addresses.parse("127.0.0.0/8") | addresses.parse("::1")
_MULTICAST = addresses.parse("224.0.0.0/4") | addresses.parse("ff00::/8")
_LINK_LOCAL = addresses.parse("fe80::/10")
#: RFC 919 section 7, and the old form that RFC 1122 section 3.3.6 has hosts accept.
_LIMITED_BROADCAST = (addresses.parse_one("255.255.255.255"), addresses.parse_one("0.0.0.0"))
_MAX_GATEWAY_HOPS = 8  # a gateway reached by way of another gateway, and so on
#: Addresses whose classes and ways are remembered.
MAX_KNOWN = 1 << 12


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from the routing decision.

    egress      None = by an interface that is not known; "" = the packet is dropped
    route       how people know it
    conditions  empty when it surely is the way
    gateway     the next hop, None = the destination itself
    guessed     how routing goes is not known: whoever is behind `egress` may be the next hop
    """

    egress: str | None
    route: str
    span: Span | None = None
    conditions: tuple[str, ...] = ()
    gateway: int | None = None
    guessed: bool = False

    def towards(self, gateway: int | None) -> Way:
        """Return the way on which a gateway is the next hop, unless it is itself reached by another."""
        return replace(self, gateway=gateway) if self.gateway is None else self


class Addressing:
    """A device's addresses and routes, asked one address at a time; O(interfaces + routes) per question."""

    def __init__(self, device: DeviceConfig) -> None:
        self._interfaces = device.interfaces
        self._routes = device.routes
        self._by_name = {interface.name: interface for interface in device.interfaces}
        self._domains = {i.domain for i in device.interfaces} | {r.domain for r in device.routes}
        self._complete = device.addressing_known
        self.routing_known = device.routing_known and all(t.scope is not Scope.ROUTING for t in device.taints)
        self._classes: dict[tuple[int, str | None], frozenset[AddressClass]] = {}
        self._gateways: dict[tuple[int, str], list[Way]] = {}
        self._ways: dict[tuple[int, str | None], tuple[Way, ...]] = {}
        self._networks = {domain: tuple(self._connected(domain)) for domain in self._domains}

    def domain(self, interface: str | None) -> str | None:
        """Return the routing domain of an interface; None if it cannot be told."""
        known = self._by_name.get(interface or "")
        if known is not None:
            return known.domain
        return next(iter(self._domains)) if len(self._domains) == 1 else None

    def classes(self, address: int, domain: str | None) -> frozenset[AddressClass]:
        """Return the classes that the address may have in that routing domain (None: in any of them); never empty."""
        key = (address, domain)
        if len(self._classes) >= MAX_KNOWN:
            self._classes.clear()
        if key not in self._classes:
            self._classes[key] = frozenset(self._possible_classes(address, domain))
        return self._classes[key]

    def _possible_classes(self, address: int, domain: str | None) -> Iterator[AddressClass]:
        if address in _MULTICAST:
            yield AddressClass.MULTICAST
            return
        if address in _LIMITED_BROADCAST:
            yield AddressClass.BROADCAST
            return
        if address in _LOOPBACK:
            yield AddressClass.LOCAL
            return
        own = [(i, a) for i in self._within(domain) for a in i.addresses]
        local = [i for i, a in own if a.address == address]
        broadcast = [i for i, a in own if _broadcast(a) == address]
        anycast = [i for i, a in own if _anycast(a) == address and a.address != address]
        if local:
            yield AddressClass.LOCAL
        if broadcast:
            yield AddressClass.BROADCAST
        if anycast and not local:
            yield AddressClass.ANYCAST
        if any(i.enabled for i in (*local, *broadcast, *anycast)) and self._one_domain(domain):
            return
        if not local and (not self._addresses_known(domain) or address in _LINK_LOCAL):
            yield AddressClass.LOCAL  # link-local addresses are rarely part of an export
        if not broadcast and addresses.family(address) == 4 and not self._addresses_known(domain):
            yield AddressClass.BROADCAST
        ends = {way.egress == "" for way in self.ways(address, domain)}
        if False in ends:
            yield AddressClass.UNICAST
        if True in ends:
            yield AddressClass.UNROUTED

    def _addresses_known(self, domain: str | None) -> bool:
        return self._complete and not any(i.dynamic and not i.addresses for i in self._within(domain))

    def _within(self, domain: str | None) -> Iterator[Interface]:
        return (i for i in self._interfaces if domain is None or i.domain == domain)

    def _one_domain(self, domain: str | None) -> bool:
        return domain is not None or len(self._domains) <= 1

    def own_address(self, interface: str | None, family: int | None) -> int | None:
        """Return the only address of that family that the interface has; None if it is not known or there are several."""
        known = self._by_name.get(interface or "")
        if known is None or known.dynamic or not self._complete:
            return None
        fitting = [a.address for a in known.addresses if addresses.family(a.address) == family]
        return fitting[0] if len(fitting) == 1 else None

    def any_way(self, domain: str | None, why: str) -> tuple[Way, ...]:
        """Return what unknown routing may do: leave by any interface of the domain, or drop the packet."""
        names = [i.name for i in self._within(domain) if i.enabled is not False]
        exits: list[str | None] = [*names]
        if not names or not self._complete:
            exits.append(None)
        return (*(Way(name, why, None, (why,), guessed=True) for name in exits), Way("", why, None, (why,)))

    def ways(self, address: int, domain: str | None) -> tuple[Way, ...]:
        """Return where the table may send a packet for `address`; several for equal costs or routes that are unsure."""
        key = (address, domain)
        if len(self._ways) >= MAX_KNOWN:
            self._ways.clear()
        if key not in self._ways:
            self._ways[key] = self._asked(address, domain)
        return self._ways[key]

    def _asked(self, address: int, domain: str | None) -> tuple[Way, ...]:
        if not self.routing_known:
            return self.any_way(domain, "routing not known")
        domains = self._domains if domain is None else {domain}
        found = [way for name in sorted(domains) for way in self._lookup(address, name, _MAX_GATEWAY_HOPS)]
        found = found or [Way("", "no route")]
        if len(found) == 1:
            return tuple(found)
        return tuple(replace(w, conditions=w.conditions or (f"routed by {w.route}",)) for w in found)

    def _lookup(self, address: int, domain: str, hops: int) -> list[Way]:
        """Return the ways in order of preference down to the first that surely is there, or to "no route"."""
        found = [
            Way(i.name, f"network of {i.name}", i.span, (f"{i.name} has got its address",), guessed=True)
            for i in self._within(domain)
            if i.dynamic and not i.addresses and i.enabled is not False
        ]
        gateway = hops < _MAX_GATEWAY_HOPS
        for _, equals in groupby(self._candidates(address, domain, gateway), key=_preference):
            settled = False
            for route in dict.fromkeys(equals):
                ways, reached = self._along(route, domain, hops)
                found.extend(ways)
                settled = settled or (route.sure and reached)
            if settled:
                return found
        return [*found, Way("", "no route")]

    def _candidates(self, address: int, domain: str, gateway: bool) -> list[Route]:
        """Return the routes for an address; for a gateway without default routes, which vendors do not all resolve by."""
        routes = [
            route
            for route in (*self._routes, *self._networks.get(domain, ()))
            if route.domain == domain and address in route.to and self._usable(route.interface)
            if not (gateway and route.to in (addresses.V4, addresses.V6))
        ]
        return sorted(routes, key=_preference)

    def _connected(self, domain: str) -> Iterator[Route]:
        for interface in self._within(domain):
            for own in interface.addresses:
                yield Route(
                    to=addresses.prefix(own.address, own.length),
                    interface=interface.name,
                    distance=0,
                    domain=domain,
                    sure=interface.enabled is True,
                    span=interface.span,
                )

    def _usable(self, interface: str | None) -> bool:
        known = self._by_name.get(interface or "")
        return known is None or known.enabled is not False

    def _along(self, route: Route, domain: str, hops: int) -> tuple[list[Way], bool]:
        """Return the ways that one route stands for, and whether its way out is known."""
        text = ", ".join(addresses.describe(route.to))
        doubt = () if route.sure else (f"route {text} is in force",)
        if route.kind is RouteKind.DISCARD:
            return [Way("", f"{text} discard", route.span, doubt)], True
        if route.interface is not None:
            return [Way(route.interface, f"{text} by {route.interface}", route.span, doubt, route.gateway)], True
        ways = self._to_gateway(route.gateway, domain, hops) if route.gateway is not None else []
        exits = [way for way in ways if way.egress != ""]
        if exits and len(exits) == len(ways):
            split = len(exits) > 1
            return [
                replace(
                    w.towards(route.gateway),
                    route=f"{text} by {w.egress}",
                    span=route.span,
                    conditions=doubt or w.conditions or (w.route,) * split,
                )
                for w in exits
            ], True
        # The gateway is on no network that we know of: the route may lead anywhere or not be in force.
        why = f"gateway of {text} not known"
        return [replace(w, route=text, span=route.span) for w in self.any_way(domain, why)], False

    def _to_gateway(self, gateway: int, domain: str, hops: int) -> list[Way]:
        """Return the ways to a gateway, each gateway looked up once; none while it is being looked up, or too far."""
        key = (gateway, domain)
        if key not in self._gateways:
            self._gateways[key] = []
            if hops:
                self._gateways[key] = list(dict.fromkeys(self._lookup(gateway, domain, hops - 1)))
        return self._gateways[key]


def _preference(route: Route) -> tuple[int, int, int]:
    return (route.to.count, route.distance, route.metric)


def _anycast(own: InterfaceAddress) -> int | None:
    """Return the subnet-router anycast address of a connected IPv6 network; RFC 6164 spares /127 and longer."""
    v6 = addresses.family(own.address) == 6 and own.length < 127
    return addresses.prefix(own.address, own.length).min if v6 else None


def _broadcast(own: InterfaceAddress) -> int | None:
    """Return the broadcast address of a connected IPv4 network; /31 (RFC 3021) and /32 have none."""
    v4 = addresses.family(own.address) == 4 and own.length <= 30
    return addresses.prefix(own.address, own.length).max if v4 else None
