"""Forwards: everything that packets of one source may come to, device by device, until nothing new arrives anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from segcheck.analysis.network import Station
from segcheck.analysis.reachability.doubts import FORGED, RENAMED, STRAYED
from segcheck.analysis.reachability.edges import Edge, Node
from segcheck.model.device import Scope
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

if TYPE_CHECKING:
    from segcheck.analysis.reachability.reach import Reach

#: The header fields that a device of which nothing is known may rewrite: all.
HEADER = ("fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")


_YES, _NO = IntervalSet.of(1), IntervalSet.of(0)


class Flood:
    """What may become of `packets` that a host in a place sends; those that were forged on the way are marked.

    loose  packets that set a device free to do anything, as it receives them
    seen   packets as they arrive at a device's interface
    ends   packets as they are delivered, by receiver (place id, or `device:ID` for what a device takes in)
    """

    def __init__(self, reach: Reach, source: str, packets: PacketSet) -> None:
        self._reach = reach
        self._nothing = reach.universe.nothing
        self.seen: dict[Node, PacketSet] = {}
        self.ends: dict[str, PacketSet] = {}
        self.loose = self._nothing
        self._work: dict[str, dict[str, PacketSet]] = {}
        self._made: dict[str, PacketSet] = {}
        self._zone = reach.network.watched.get(source, "")
        fresh = packets
        for label in (FORGED, RENAMED, STRAYED):
            fresh = fresh & reach.universe.field(label, _NO)
        self._meet(reach.edges.injected(source), fresh)
        while self._work:
            device = next(iter(self._work))
            new = dict(self._news(device, self._work.pop(device)))
            if device:
                self._pass(device, new)
            else:
                for join, found in new.items():
                    self._meet(reach.edges.across(int(join)), found)

    def _news(self, device: str, arriving: Mapping[str, PacketSet]) -> Iterator[tuple[str, PacketSet]]:
        """Yield what has not been seen before, by interface, and remember it."""
        for interface, packets in arriving.items():
            known = self.seen.get((device, interface), self._nothing)
            new = packets - known
            if new:
                self.seen[device, interface] = known | new
                yield interface, new

    def _meet(self, edges: tuple[Edge, ...], packets: PacketSet, *, foreign: bool = False) -> None:
        """Follow packets on a wire; `foreign`: whoever meets another device there has left the zone of the sender."""
        onward = packets.assigned(STRAYED, _YES) if foreign and packets else packets
        for edge in edges:
            moving = onward if edge.node is not None and edge.node[0] else packets
            self._arrive(edge.node, edge.place, moving if edge.allowed is None else moving & edge.allowed)

    def _arrive(self, node: Node | None, place: str, packets: PacketSet) -> None:
        if not packets:
            return
        if node is None:
            self.ends[place] = self.ends.get(place, self._nothing) | packets
        else:
            device, interface = node
            waiting = self._work.setdefault(device, {})
            waiting[interface] = waiting.get(interface, self._nothing) | packets

    def _take_in(self, device: str, packets: PacketSet) -> None:
        self._arrive(None, f"device:{device}", packets)

    def _pass(self, device: str, arriving: Mapping[str, PacketSet]) -> None:
        station = self._reach.network.stations[device]
        for packets in arriving.values():
            for part in self._loose(station, packets):
                self.loose = self.loose | part
                anything = part.exists(*HEADER).assigned(FORGED, _YES) - self._made.get(device, self._nothing)
                if not anything:
                    continue  # it has been free to send all this before
                self._made[device] = self._made.get(device, self._nothing) | anything
                for port in station.ports:
                    self._meet(
                        self._reach.edges.anyone(port), anything, foreign=self._reach.passages.foreign(self._zone, port)
                    )
                self._take_in(device, anything)
        if device in self._reach.compiled:
            for interface, packets in arriving.items():
                self._through(station, interface, packets)

    def _through(self, station: Station, interface: str, packets: PacketSet) -> None:
        """Carry packets through a device as far as it was read."""
        reach, device = self._reach, station.device.id
        passage = reach.passages.of(device, interface)
        for (node, place), allowed, strays in reach.passages.seen_from(self._zone, device, interface):
            found = packets & allowed
            self._arrive(node, place, found.assigned(STRAYED, _YES) if strays and found else found)
        self._take_in(device, packets & passage.local)
        renaming = packets & passage.renaming
        if renaming:
            space = reach.spaces[device]
            walk = reach.compiled[device].possible_walk(space.arrived(renaming, interface), RENAMED)
            for egress, leaving in walk.leaving.items():
                foreign = reach.passages.foreign(self._zone, station.port(egress))
                for (node, place), found in reach.passages.onward(station, egress, space.left(leaving)):
                    strays = foreign and node is not None and bool(node[0])
                    self._arrive(node, place, found.assigned(STRAYED, _YES) if strays else found)
            self._take_in(device, space.left(walk.local))

    def _loose(self, station: Station, packets: PacketSet) -> Iterator[PacketSet]:
        """Yield the packets that may set a device free to do anything, each under the doubt that lets it."""
        reach = self._reach
        if station.havoc:
            free = packets & reach.edges.when(*station.havoc)
            if free:
                yield free
        if station.config is None or station.unread is None:
            return
        unread = packets & reach.edges.when(station.unread)
        wide = any(taint.scope in (Scope.INTERFACE, Scope.LOCAL) for taint in station.config.taints)
        if not wide:
            unread = unread & reach.spaces[station.device.id].family({4, 6} - station.config.families)
        if unread:
            yield unread
