"""What a packet that leaves a device by an interface meets: devices and places on the wire, by its destination."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from segcheck.analysis.network import PUBLIC, UNKNOWN, Doubt, Network, Port
from segcheck.analysis.network.addressing import CAST
from segcheck.model.crossing import PlaceKind
from segcheck.model.site_words import SegmentKind
from segcheck.sets.addresses import ALL, V4, V6
from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True)
class Meeting:
    """Somebody on the wire, for destinations in `destinations` (None: whatever they are).

    port    a device's interface, or None
    place   where it is delivered if `port` is None
    join    number of the places that it may get to on layer 2, if neither is given
    doubt   it is there only if this is true
    maybe   nobody said whether it is there: a family of which the topology says nothing, multicast
    """

    destinations: IntervalSet | None
    port: Port | None = None
    place: str = ""
    join: int | None = None
    doubt: Doubt | None = None
    maybe: bool = False


class Wires:
    """The wires of a network: which places share one, and who is met there."""

    def __init__(self, network: Network) -> None:
        self.network = network
        shared: dict[str, set[str]] = {name: {name} for name in network.places}
        for station in network.stations.values():
            for port in station.ports:
                for name in port.places:
                    shared[name].update(port.places)
        self._shared = {name: tuple(sorted(places)) for name, places in shared.items()}

    def together(self, place: str) -> tuple[str, ...]:
        """Return the places on the same wire as one: itself, and those that a line joins it with."""
        return self._shared[place]

    def injected(self, place: str) -> tuple[Meeting, ...]:
        """Return whom a host in a place meets: every device on its wire, and hosts of other places there."""
        network = self.network
        found: list[Meeting] = []
        near = self.together(place)
        for name in near:
            found += (Meeting(None, port=port) for port in network.ports[name])
            if name != place:
                found.append(Meeting(self._hosts(name, near), place=name))
        return tuple(dict.fromkeys((*found, *self._joined(near))))

    def across(self, join: int) -> tuple[Meeting, ...]:
        """Return whom packets may meet once they are in a broadcast domain that nobody knows to be several."""
        found: list[Meeting] = []
        near = tuple(dict.fromkeys(other for own in self.network.joins[join].places for other in self.together(own)))
        for name in near:
            found.append(Meeting(None, place=name))
            found += (Meeting(None, port=port) for port in self.network.ports[name])
        found += (one for one in self._joined(near) if one.join != join)
        return tuple(dict.fromkeys(found))

    def _joined(self, places: Iterable[str]) -> Iterator[Meeting]:
        for number, join in enumerate(self.network.joins):
            if any(name in join.places for name in places):
                yield Meeting(None, join=number, doubt=join.doubt)

    def direct(self, place: str) -> tuple[Meeting, ...]:
        """Return whom a host in a place reaches without a gateway: devices' own addresses, and other places on its wire."""
        found: list[Meeting] = []
        near = self.together(place)
        for name in near:
            for port in self.network.ports[name]:
                own = IntervalSet.of(*(a.address for a in port.addresses))
                if own:
                    found.append(Meeting(own, port=port))
                if port.hosts:
                    found.append(Meeting(IntervalSet.of(*port.hosts), port=port))
            if name != place:
                found.append(Meeting(self._hosts(name, near), place=name))
        return tuple(dict.fromkeys(found))

    def towards(self, port: Port, gateway: int | None) -> tuple[Meeting, ...]:
        """Return whom packets meet that leave by a port towards a gateway, or directly towards their destination."""
        if far := self.network.far_ends(port):
            return (*(Meeting(None, port=other) for other in far), *self._joined(port.places))
        places = tuple(dict.fromkeys(name for own in port.places for name in self.together(own)))
        found = list(self._owners(places, port, gateway))
        certain = bool(found)
        found += self._doubles(places, port, gateway)
        found += self._joined(places)
        if not places:
            return ()
        if gateway is not None and certain:
            return tuple(found)
        if gateway is not None and not any(self._outside(name) for name in places):
            return (*found, Meeting(None, place=UNKNOWN.id))
        owned = IntervalSet.empty()
        if gateway is None:
            owned = IntervalSet.of(*(a.address for n in places for p in self.network.ports[n] for a in p.addresses))
        rest = ALL - owned
        for name in places:
            here = self.network.addresses[name]
            found.append(Meeting(here & rest, place=name))
            found.append(Meeting(CAST, place=name, maybe=True))
            if unsaid := self._unsaid(name) & rest - here:
                found.append(Meeting(unsaid, place=name, maybe=True))
            rest = rest - here
        if any(self._outside(name) for name in places):
            found.append(Meeting(rest & self.network.addresses[PUBLIC.id], place=PUBLIC.id))
            rest = rest - self.network.addresses[PUBLIC.id]
        found.append(Meeting(rest - CAST, place=UNKNOWN.id))
        return tuple(dict.fromkeys(found))

    def anyone(self, port: Port) -> tuple[Meeting, ...]:
        """Return whoever may be met behind a port, whatever the destination: as gateway or as host, and who nobody declared.

        No less than `towards` finds for any gateway: a device that may do anything may also do what one would do that is read.
        """
        found: list[Meeting] = []
        places = tuple(dict.fromkeys(name for own in port.places for name in self.together(own)))
        for name in places:
            found.append(Meeting(None, place=name))
            found += (Meeting(None, port=other) for other in self.network.ports[name] if other != port)
        if places:
            found.append(Meeting(None, place=UNKNOWN.id))
        if any(self._outside(name) for name in places):
            found.append(Meeting(self.network.addresses[PUBLIC.id], place=PUBLIC.id))
        found += self._joined(port.places)
        return tuple(dict.fromkeys(found))

    def neighbourly(self, port: Port) -> tuple[Meeting, ...]:
        """Return whoever may be met behind a port when the next hop is not known: any device, or a host by its address."""
        devices = (one for one in self.anyone(port) if not one.place)
        return tuple(dict.fromkeys((*devices, *(one for one in self.towards(port, None) if one.place))))

    def _owners(self, places: tuple[str, ...], port: Port, gateway: int | None) -> Iterator[Meeting]:
        for name in places:
            for other in self.network.ports[name]:
                own = IntervalSet.of(*(a.address for a in other.addresses))
                if gateway is not None and gateway in own:
                    yield Meeting(None, port=other)
                elif gateway is None and own and other != port:
                    yield Meeting(own, port=other)

    def _doubles(self, places: tuple[str, ...], port: Port, gateway: int | None) -> Iterator[Meeting]:
        """Yield the devices that hosts on the wire are at the same time, for packets that these hosts get."""
        for name in places:
            for other in self.network.ports[name]:
                if other.hosts and other != port and (gateway is None or gateway in other.hosts):
                    yield Meeting(IntervalSet.of(*other.hosts) if gateway is None else None, port=other)

    def _hosts(self, name: str, near: tuple[str, ...]) -> IntervalSet:
        """Return the addresses of a place's hosts: without those that a device on the same wire has."""
        found = self.network.addresses[name]
        for place in near:
            found = found - self.network.own(place)
        return found

    def _unsaid(self, name: str) -> IntervalSet:
        """Return the addresses of the families of which the topology does not say whether the place has any."""
        segment = self.network.site.segments.get(name)
        found = IntervalSet.empty()
        if segment is not None and segment.v4 is None:
            found = found | V4
        if segment is not None and segment.v6 is None:
            found = found | V6
        return found

    def _outside(self, name: str) -> bool:
        place = self.network.places[name]
        if place.kind is PlaceKind.BUILT_IN:
            return True
        segment = self.network.site.segments.get(name)
        return segment is not None and segment.kind is SegmentKind.EXTERNAL
