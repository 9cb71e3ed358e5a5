"""Backwards: which packets, as they leave each source, come to count at some receivers, in any of the four modes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.compiling.routing import ANYONE
from segcheck.analysis.network import Port, Station
from segcheck.analysis.reachability.edges import Edge, Node
from segcheck.sets.packets import PacketSet

if TYPE_CHECKING:
    from segcheck.analysis.reachability.reach import Reach

HEADER = ("fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")


class Backward:
    """A fixpoint from below: what counts at each device's interfaces, growing until no neighbour changes."""

    def __init__(
        self, reach: Reach, sinks: Mapping[str, PacketSet], mode: Mode, without: frozenset[str] = frozenset()
    ) -> None:
        self._reach = reach
        self._without = without
        self._sinks = sinks
        self.mode = mode
        self._nothing = reach.universe.nothing
        self._at: dict[Node, PacketSet] = {}

    def result(self) -> Mapping[str, PacketSet]:
        """Return, by source place, the packets that count as they leave a host there."""
        network = self._reach.network
        list(self._grown())
        work = dict.fromkeys(self._first())
        while work:
            device = next(iter(work))
            del work[device]
            if device in self._without:
                continue
            changed = self._update(network.stations[device])
            for node in changed:
                work |= dict.fromkeys(self._reach.feeding(node))
            for join in self._grown() if changed else ():
                work |= dict.fromkeys(self._reach.feeding(join))
        found = {}
        for place in network.sources():
            sent = self._sent(place.id)
            if sent:
                found[place.id] = sent
        return found

    def _grown(self) -> Iterator[Node]:
        """Yield the broadcast domains in which more counts than before; what counts in one may count in the next."""
        joins = range(len(self._reach.network.joins)) if not self.mode.sure else ()
        growing = True
        while growing:
            growing = False
            for number in joins:
                join = ("", str(number))
                counts = self.counting(self._reach.edges.across(number))
                if counts != self._at.get(join, self._nothing):
                    self._at[join] = counts
                    growing = True
                    yield join

    def _first(self) -> Iterator[str]:
        """Yield the devices that may hand packets to a sink at once."""
        for name in sorted(self._sinks):
            if name.startswith("device:"):
                yield name.removeprefix("device:")
            yield from self._reach.feeding(name)
        for number in range(len(self._reach.network.joins)):
            if self._at.get(("", str(number))):
                yield from self._reach.feeding(("", str(number)))

    # ---- between devices

    def counting(self, edges: Iterable[Edge]) -> PacketSet:
        """Return the packets on a wire that count, by where they go from there."""
        found = self._nothing
        for edge in edges:
            if self.mode.sure and not edge.sure:
                continue
            packets = self._at.get(edge.node) if edge.node is not None else self._sinks.get(edge.place)
            if packets:
                found = found | (packets if edge.allowed is None else packets & edge.allowed)
        return found

    def _sent(self, place: str) -> PacketSet:
        network, edges = self._reach.network, self._reach.edges
        sending = edges.injected(place)
        if not self.mode.every:
            return self.counting(sending)
        segment = network.site.segments.get(place)
        gateways = [edge for edge in sending if edge.node is not None and edge.node[0]]
        if segment is not None and segment.gateways:
            declared = [edge for edge in gateways if edge.node is not None and edge.node[0] in segment.gateways]
            gateways = declared or gateways
        onward = self._reach.universe.everything if gateways else self._nothing
        for edge in gateways:
            onward = onward & self.counting((edge,))
        near = self._nothing
        direct = edges.direct(place)  # a neighbour on the same wire needs no gateway
        for edge in direct:
            if edge.allowed is not None:
                near = near | edge.allowed
        return (onward - near) | self.counting(direct)

    # ---- through one device

    def _update(self, station: Station) -> list[Node]:
        """Compute anew what counts at a device's interfaces; return those where it has grown."""
        reach, device = self._reach, station.device.id
        wanted = self._wanted(station)
        loose = self._nothing
        if station.havoc and not self.mode.sure:
            loose = wanted.anything & reach.edges.when(*station.havoc)
        compiled = reach.compiled.get(device)
        found = sure = None
        # Nothing is sure of a device that may do anything at all, unless an assumption says that it does not.
        if compiled is not None and not (self.mode.sure and any(not doubt.assumption for doubt in station.havoc)):
            found = compiled.arriving(wanted, mode=self.mode)
            if station.unread is not None and not self.mode.sure:
                sure = compiled.arriving(wanted, mode=Mode.REQUIRED if self.mode.every else Mode.MUST)
        changed: list[Node] = []
        for port in station.ports:
            counts = loose
            if found is not None:
                counts = counts | self._at_port(station, port, found, sure)
            known = self._at.get((device, port.interface), self._nothing)
            if not counts <= known:
                self._at[device, port.interface] = known | counts
                changed.append((device, port.interface))
        return changed

    def _at_port(self, station: Station, port: Port, found: PacketSet, sure: PacketSet | None) -> PacketSet:
        """Return what counts at one interface; what does so only by what nobody read, under the doubt that it may."""
        reach = self._reach
        space = reach.spaces[port.device]
        counts = space.arriving(found, port.interface, every=self.mode.sure)
        if sure is None or station.unread is None:
            return counts
        doubted = counts & reach.edges.when(station.unread)
        return space.arriving(sure, port.interface, every=True) | doubted

    def _wanted(self, station: Station) -> _Wanted:
        inward = self._sinks.get(f"device:{station.device.id}", self._nothing)
        anything = self._nothing
        if not self.mode.sure and (station.havoc or station.unread is not None):
            for port in station.ports:
                anything = anything | self.counting(self._reach.edges.anyone(port))
            anything = (anything | inward).exists(*HEADER)
        return _Wanted(self, station, inward, anything, {})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What counts behind each interface of one device, now (`compiling.Exits`)."""

    backward: Backward
    station: Station
    inward: PacketSet
    anything: PacketSet
    known: dict[tuple[str, int | None], PacketSet]

    def by(self, interface: str, gateway: int | None) -> PacketSet:
        """Return what counts towards a gateway, or directly."""
        return self._of(interface, gateway, anyone=False)

    def anyhow(self, interface: str) -> PacketSet:
        """Return what counts for some neighbour."""
        return self._of(interface, None, anyone=True)

    def _of(self, interface: str, gateway: int | None, *, anyone: bool) -> PacketSet:
        key = interface, ANYONE if anyone else gateway
        if key not in self.known:
            self.known[key] = self.backward.counting(self.backward._reach.edges.towards(self.station, *key))
        return self.known[key]
