"""Where a device sends packets, as sets of destinations per egress interface."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segcheck.analysis.compiling.needs import BROADCAST, LOOPBACK, MULTICAST, network
from segcheck.analysis.compiling.space import Space
from segcheck.model.device import DeviceConfig, InterfaceAddress, Route, RouteKind, Scope
from segcheck.sets.addresses import ALL, V4
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

#: A next hop that is not known.
ANYONE = -1


@dataclass(frozen=True, slots=True)
class Ways:
    """Routes of equal rank: for `destinations` a packet takes one of `hops`, as (interface, gateway).

    The gateway is None where it goes directly, `ANYONE` where nobody knows.
    """

    destinations: IntervalSet
    hops: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Destinations by what becomes of a packet for them.

    ways      best first; a destination of several may take any of them: which one is not known
    dropped   destinations that may have no way at all
    known     False: any interface of the domain may be the way for every destination, towards anyone, and so may none
    """

    ways: tuple[Ways, ...]
    dropped: IntervalSet
    known: bool = True

    @property
    def possible(self) -> Mapping[str, IntervalSet]:
        """Return, by interface, the destinations for which a packet may leave by it."""
        found: dict[str, IntervalSet] = defaultdict(IntervalSet.empty)
        for ways in self.ways:
            for interface in dict.fromkeys(interface for interface, _ in ways.hops):
                found[interface] = found[interface] | ways.destinations
        return dict(found)


def domains(space: Space) -> dict[str, tuple[str, ...]]:
    """Return the interfaces of each routing domain; those that the export does not list are in `default`."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in space.interfaces:
        interface = space.device.interface(name)
        found["default" if interface is None else interface.domain].append(name)
    return {domain: tuple(names) for domain, names in sorted(found.items())}


def known(device: DeviceConfig) -> bool:
    """Return whether the routing table is known to be whole."""
    return device.routing_known and not any(taint.scope is Scope.ROUTING for taint in device.taints)


def table(space: Space, domain: str, names: Sequence[str]) -> Table:
    """Return the routing table of a domain by destination; `names` are its interfaces.

    The longest prefix wins, then the lowest distance, then the lowest metric; equal routes are all possible. Only sure
    routes hide what lies behind them.
    """
    device = space.device
    if not known(device):
        return Table(tuple(Ways(ALL, ((name, None),)) for name in names), ALL, known=False)
    ranked: dict[tuple[int, int, int], list[Route]] = defaultdict(list)
    for route in device.routes:
        if route.domain != domain:
            continue
        ranked[(_prefix_bits(route.to), route.distance, route.metric)].append(route)
    for interface in device.interfaces:
        if interface.enabled is False or interface.domain != domain:
            continue
        for own in interface.addresses:
            connected = network(own.address, own.length)
            ranked[(_prefix_bits(connected), 0, 0)].append(Route(to=connected, interface=interface.name, distance=0))
    left = ALL
    found: list[Ways] = []
    dropped = IntervalSet.empty()
    for key in sorted(ranked):
        hidden = IntervalSet.empty()
        sharing: dict[IntervalSet, list[tuple[str, int | None]]] = defaultdict(list)
        for route in ranked[key]:
            here = route.to & left
            if not here:
                continue
            if route.kind is RouteKind.DISCARD:
                dropped = dropped | here
            else:
                exits = interfaces_of(device, route.interface, route.gateway, domain)
                hops = [(name, route.gateway) for name in exits]
                if device.unresolved(route):
                    # not in force, or reached by some other route: nobody says where to
                    found += (Ways(here, ((name, ANYONE),)) for name in names)
                    dropped = dropped | here
                    continue
                if route.sure:
                    sharing[here] += hops
                elif hops:
                    found += (Ways(here, (hop,)) for hop in hops)
                if not exits:
                    dropped = dropped | here
            if route.sure:
                hidden = hidden | route.to
        found += (Ways(here, tuple(dict.fromkeys(hops))) for here, hops in sharing.items() if hops)
        left = left - hidden
    return Table(tuple(found), dropped | left)


def ends(own: InterfaceAddress) -> IntervalSet:
    """Return the addresses of a connected network that mean its routers or everyone on it.

    IPv4: the broadcast address, which /31 (RFC 3021) and /32 lack. IPv6: the subnet-router anycast address (RFC 4291
    section 2.6.1), which RFC 6164 spares /127 and longer.
    """
    lo, hi = network(own.address, own.length).ranges[0]
    if own.address in V4:
        return IntervalSet.of(hi) if own.length < 31 else IntervalSet.empty()
    return IntervalSet.of(lo) if own.length < 127 else IntervalSet.empty()


def interfaces_of(
    device: DeviceConfig, interface: str | None, gateway: int | None, domain: str | None = None
) -> tuple[str, ...]:
    """Return the interfaces that a route leaves by: the one it names, or those whose network holds the gateway.

    domain   the routing domain whose networks count; None: any
    """
    if interface is not None:
        found = device.interface(interface)
        return () if found is not None and found.enabled is False else (interface,)
    if gateway is None:
        return ()
    return tuple(
        i.name
        for i in device.interfaces
        if i.enabled is not False and domain in (None, i.domain)
        if any(gateway in network(a.address, a.length) for a in i.addresses)
    )


def local(space: Space) -> tuple[PacketSet, PacketSet]:
    """Return the packets that surely, and those that possibly, are for the device itself, broadcast and anycast included.

    An address of another routing domain is one like any other.
    """
    by_domain = domains(space)
    if len(by_domain) < 2:
        return _for_itself(space, next(iter(by_domain), "default"))
    sure = possible = space.nothing
    for domain, names in by_domain.items():
        arriving = space.on("in", names)
        surely, possibly = _for_itself(space, domain)
        sure, possible = sure | (arriving & surely), possible | (arriving & possibly)
    return sure, possible


def _for_itself(space: Space, domain: str) -> tuple[PacketSet, PacketSet]:
    device = space.device
    own = LOOPBACK | BROADCAST
    for interface in device.interfaces:
        for address in interface.addresses if interface.domain == domain else ():
            own = own | IntervalSet.of(address.address)
            own = own | ends(address)
    possible = own | MULTICAST if device.addressing_known else ALL
    return space.field("dst", own), space.field("dst", possible)


def _prefix_bits(prefix: IntervalSet) -> int:
    """Return minus the length of a prefix within its family, so that longer ones sort first."""
    lo, hi = prefix.ranges[0]
    width = 32 if lo in V4 else 128
    return (hi - lo).bit_length() - width
