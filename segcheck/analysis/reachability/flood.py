"""Forwards: everything that packets of one source may come to, device by device, until nothing new arrives anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segcheck.analysis.compiling import routing
from segcheck.analysis.compiling.space import actions_of
from segcheck.analysis.network import Station
from segcheck.analysis.reachability.wires import Meeting
from segcheck.model.device import Scope
from segcheck.model.rules import Via
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

if TYPE_CHECKING:
    from segcheck.analysis.reachability.reach import Reach

#: The header fields that a device of which nothing is known may rewrite: all.
HEADER = ("fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")
Node = tuple[str, str]  # device id, ingress interface


class Flood:
    """What may become of `packets` that a host in a place sends.

    seen   packets as they arrive at a device's interface
    ends   packets as they are delivered, by receiver (place id, or `device:ID` for what a device takes in)
    """

    def __init__(self, reach: Reach, source: str, packets: PacketSet) -> None:
        self._reach = reach
        self._nothing = reach.universe.nothing
        self.seen: dict[Node, PacketSet] = {}
        self.ends: dict[str, PacketSet] = {}
        self._work: dict[Node, PacketSet] = {}
        self._meet(reach.wires.injected(source), packets)
        while self._work:
            node = min(self._work)
            new = self._work.pop(node) - self.seen.get(node, self._nothing)
            if new:
                self.seen[node] = self.seen.get(node, self._nothing) | new
                self._pass(node, new)

    def _meet(self, meetings: tuple[Meeting, ...], packets: PacketSet) -> None:
        universe = self._reach.universe
        for meeting in meetings:
            found = packets
            if meeting.destinations is not None:
                found = found & universe.field("dst", meeting.destinations)
            if meeting.doubt is not None:
                found = found & self._reach.doubts.when(universe, (meeting.doubt,))
            if not found:
                continue
            if meeting.port is None:
                self.ends[meeting.place] = self.ends.get(meeting.place, self._nothing) | found
            else:
                node = (meeting.port.device, meeting.port.interface)
                self._work[node] = self._work.get(node, self._nothing) | found

    def _take_in(self, device: str, packets: PacketSet) -> None:
        name = f"device:{device}"
        self.ends[name] = self.ends.get(name, self._nothing) | packets

    def _pass(self, node: Node, packets: PacketSet) -> None:
        device, interface = node
        station = self._reach.network.stations[device]
        for part in self._loose(station, packets):
            anything = part.exists(*HEADER)
            for port in station.ports:
                self._meet(self._reach.wires.anyone(port), anything)
            self._take_in(device, anything)
        compiled = self._reach.compiled.get(device)
        if compiled is None:
            return
        space = self._reach.spaces[device]
        for part in self._doubted(station, interface, packets):
            walk = compiled.possible_walk(space.arrived(part, interface))
            for egress, leaving in walk.leaving.items():
                gone = space.left(leaving)
                for destinations, meetings in self._hops(station, egress):
                    self._meet(meetings, gone & self._reach.universe.field("dst", destinations))
            if walk.local:
                self._take_in(device, space.left(walk.local))

    def _loose(self, station: Station, packets: PacketSet) -> Iterator[PacketSet]:
        """Yield the packets that may set a device free to do anything, each under the doubt that lets it."""
        reach = self._reach
        if station.havoc:
            free = packets & reach.doubts.when(reach.universe, station.havoc)
            if free:
                yield free
        if station.config is None or station.unread is None:
            return
        unread = packets & reach.doubts.when(reach.universe, (station.unread,))
        wide = any(taint.scope in (Scope.INTERFACE, Scope.LOCAL) for taint in station.config.taints)
        if not wide:
            unread = unread & reach.spaces[station.device.id].family({4, 6} - station.config.families)
        if unread:
            yield unread

    def _doubted(self, station: Station, interface: str, packets: PacketSet) -> Iterator[PacketSet]:
        """Yield packets by what they lean on: those that surely pass, and those that pass by what nobody read."""
        if station.unread is None:
            yield packets
            return
        reach = self._reach
        device = station.device.id
        sure = packets & reach.surely_passing(device, interface)
        if sure:
            yield sure
        doubtful = (packets - sure) & reach.doubts.when(reach.universe, (station.unread,))
        if doubtful:
            yield doubtful

    def _hops(self, station: Station, egress: str) -> Iterator[tuple[IntervalSet, tuple[Meeting, ...]]]:
        """Yield, for an interface, whom packets may meet by their destination."""
        config = station.config
        port = station.port(egress)
        if config is None or port is None:
            return
        wires = self._reach.wires
        for destinations, gateway in self._ways(station, egress):
            meetings = wires.neighbourly(port) if gateway == _ANYONE else wires.towards(port, gateway)
            yield destinations, meetings

    def _ways(self, station: Station, egress: str) -> Iterator[tuple[IntervalSet, int | None]]:
        compiled = self._reach.compiled[station.device.id]
        for table in compiled.tables:
            for ways in table.ways:
                for name, gateway in ways.hops:
                    if name == egress:
                        yield ways.destinations, gateway if table.known else _ANYONE
        config = compiled.device
        if config.pipeline.policy_routes:
            for rule in config.lists[config.pipeline.policy_routes].rules:
                for action in actions_of(rule.action):
                    if isinstance(action, Via) and egress in routing.interfaces_of(
                        config, action.interface, action.gateway
                    ):
                        yield _EVERYWHERE, action.gateway


_ANYONE = -1
_EVERYWHERE = IntervalSet.of((0, (1 << 32) + (1 << 128) - 1))
