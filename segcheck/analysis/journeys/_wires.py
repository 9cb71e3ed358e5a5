"""Whom one packet meets on a wire; the reading of the same places and ports that `analysis.reachability` has for sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from segcheck.analysis.network import PUBLIC, UNKNOWN, Network, Port
from segcheck.analysis.network.addressing import CAST
from segcheck.model.crossing import PlaceKind
from segcheck.model.site_words import SegmentKind
from segcheck.sets import addresses

_NO_ADDRESS = "destination not known"


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who gets the packet: a device by a port, or (`port` None) the hosts of a place.

    conditions   what has to be so
    beside       somebody else gets the packet in any case; this one gets a copy, or gets it instead, if a doubt is true
    maybe        nobody knows whether anybody is there
    """

    port: Port | None = None
    place: str = ""
    conditions: tuple[str, ...] = ()
    beside: bool = False
    maybe: bool = False


def together(network: Network, places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the places on the wires of some: themselves, and what a port joins with them."""
    found = dict.fromkeys(places)
    for place in places:
        for port in network.ports[place]:
            found |= dict.fromkeys(port.places)
    return tuple(sorted(found))


def entrances(network: Network, place: str, destination: int | None) -> list[Met]:
    """Return whom a host of a place can hand a packet to: any device on the wire as its gateway, or the receiver itself."""
    near = together(network, (place,))
    found = [Met(port=port) for name in near for port in network.ports[name]]
    found += (Met(place=name) for name in near if _receives(network, name, near, destination))
    return list(dict.fromkeys((*found, *_across(network, near, None))))


def next_on_wire(network: Network, port: Port, destination: int | None, gateway: int | None) -> list[Met]:
    """Return who gets a packet that leaves by a port: the owner of the next hop's address, else whoever has the destination.

    Several that are not `beside` each other are alternatives, of which each has its condition. () = no wire there.
    """
    near = together(network, port.places)
    if not near:
        return []
    if far := network.far_ends(port):
        return list(dict.fromkeys((*(Met(port=other) for other in far), *_across(network, near, port))))
    found: list[Met] = []
    if gateway is not None:
        found = _owners(network, near, None, gateway)
    elif destination is not None:
        found = _owners(network, near, port, destination)
    if not found and destination is not None:
        found = list(_delivered(network, near, destination, gateway))
    elif not found:
        places = [
            *(one for one in anyone(network, port) if not one.beside),
            Met(place=PUBLIC.id),
            Met(place=UNKNOWN.id),
        ]
        found = [replace(one, conditions=(_NO_ADDRESS,)) for one in dict.fromkeys(places)]
    doubles = _doubles(network, near, port, destination if gateway is None else gateway)
    return list(dict.fromkeys((*found, *doubles, *_across(network, near, port))))


def _doubles(network: Network, near: tuple[str, ...], leaving: Port, address: int | None) -> Iterator[Met]:
    """Yield the devices that the host with an address is at the same time."""
    for name in near:
        for port in network.ports[name]:
            if port != leaving and address in port.hosts:
                yield Met(port=port, beside=True)


def anyone(network: Network, port: Port) -> list[Met]:
    """Return everybody behind a port: places with all that stands in them, also those that switches may join to them."""
    near = together(network, port.places)
    found = [one for name in near for one in _all_in(network, name, port)]
    if near:
        found.append(Met(place=UNKNOWN.id))  # by a next hop that nobody owns
    if any(outside(network, name) for name in near):
        found.append(Met(place=PUBLIC.id))
    return list(dict.fromkeys((*found, *_across(network, near, port))))


def neighbours(network: Network, port: Port, destination: int | None) -> list[Met]:
    """Return who gets a packet whose next hop is not known: any device behind the port, or the host that has the address."""
    devices = [one for one in anyone(network, port) if one.port is not None]
    return [*devices, *(one for one in next_on_wire(network, port, destination, None) if one.port is None)]


def assumed_apart(network: Network, places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the assumptions by which nobody else than those on the wires of some places sees what passes there."""
    near = together(network, places)
    joins = (join for join in network.joins if join.doubt.assumption and set(near) & set(join.places))
    return tuple(dict.fromkeys(join.doubt.id for join in joins))


def has(met: Met, destination: int | None) -> bool:
    """Return whether somebody on the wire is the receiver himself: a host, or a device by its own address."""
    return met.port is None or any(own.address == destination for own in met.port.addresses)


def _across(network: Network, near: tuple[str, ...], leaving: Port | None) -> Iterator[Met]:
    """Yield everybody in the broadcast domains that the wires may belong to by a doubt that no assumption rules out."""
    for join in network.joins:
        if not join.doubt.assumption and set(near) & set(join.places):
            for name in join.places:
                for one in _all_in(network, name, leaving):
                    yield replace(one, conditions=(join.doubt.id,), beside=True)


def _all_in(network: Network, place: str, leaving: Port | None) -> Iterator[Met]:
    yield Met(place=place)
    for port in network.ports[place]:
        if port != leaving:
            yield Met(port=port)


def _owners(network: Network, places: tuple[str, ...], leaving: Port | None, address: int) -> list[Met]:
    held = [
        port
        for name in places
        for port in network.ports[name]
        if port != leaving and any(own.address == address for own in port.addresses)
    ]
    found = list(dict.fromkeys(held))
    if len(found) == 1:
        return [Met(port=found[0])]
    text = addresses.text(address)
    return [Met(port=port, conditions=(f"{port.device} answers for {text}",)) for port in found]


def _delivered(network: Network, near: tuple[str, ...], destination: int, gateway: int | None) -> Iterator[Met]:
    """Yield the places where hosts get a packet that no device on the wire gets.

    One that is sent to many may be received anywhere; so may one of a family of which nobody said whether a segment has it.
    """
    beyond = any(outside(network, name) for name in near)
    if gateway is not None and not beyond:
        yield Met(place=UNKNOWN.id)
        return
    if destination in CAST:
        for name in near:
            yield Met(
                place=name, conditions=(f"somebody in {name} receives {addresses.text(destination)}",), maybe=True
            )
        return
    for name in near:
        if destination in network.addresses[name]:
            yield Met(place=name)
            return
        if _unsaid(network, name, addresses.family(destination)):
            version = addresses.family(destination)
            yield Met(place=name, conditions=(f"{name} has IPv{version}",), beside=True)
    public = beyond and destination in network.addresses[PUBLIC.id]
    yield Met(place=PUBLIC.id if public else UNKNOWN.id)


def _unsaid(network: Network, place: str, family: int) -> bool:
    """Return whether the topology does not say if a segment has addresses of a family."""
    segment = network.site.segments.get(place)
    return segment is not None and (segment.v4 if family == 4 else segment.v6) is None


def _receives(network: Network, place: str, near: tuple[str, ...], destination: int | None) -> bool:
    """Return whether a host of a place has the destination address, which is no device's there."""
    if destination is None or destination not in network.addresses[place]:
        return False
    return not any(destination in network.own(name) for name in near)


def outside(network: Network, place: str) -> bool:
    """Return whether further networks lie behind a place, of which nobody says which."""
    segment = network.site.segments.get(place)
    built_in = network.places[place].kind is PlaceKind.BUILT_IN
    return built_in or (segment is not None and segment.kind is SegmentKind.EXTERNAL)
