"""Backwards: which packets, as they leave each source, come to count at some receivers, in any of the four modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.network import Port, Station
from segcheck.analysis.reachability.wires import Meeting
from segcheck.sets.packets import PacketSet

if TYPE_CHECKING:
    from segcheck.analysis.reachability.reach import Reach

HEADER = ("fragment", "src", "dst", "proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")
Node = tuple[str, str]  # device id, ingress interface


class Backward:
    """A fixpoint from below: what counts at each device's interfaces, growing until no neighbour changes."""

    def __init__(self, reach: Reach, sinks: Mapping[str, PacketSet], mode: Mode) -> None:
        self._reach = reach
        self._sinks = sinks
        self.mode = mode
        self._nothing = reach.universe.nothing
        self._at: dict[Node, PacketSet] = {}

    def result(self) -> Mapping[str, PacketSet]:
        """Return, by source place, the packets that count as they leave a host there."""
        network = self._reach.network
        work = {name: None for name, station in network.stations.items() if station.ports}
        while work:
            device = min(work)
            del work[device]
            changed = self._update(network.stations[device])
            for port in changed:
                for neighbour in self._neighbours(port):
                    work.setdefault(neighbour)
        found = {}
        for place in network.sources():
            sent = self._sent(place.id)
            if sent:
                found[place.id] = sent
        return found

    # ---- between devices

    def counting(self, meetings: tuple[Meeting, ...]) -> PacketSet:
        """Return the packets on a wire that count, by whom they meet there."""
        found = self._nothing
        universe = self._reach.universe
        for meeting in meetings:
            if meeting.doubt is not None and self.mode.sure:
                continue
            if meeting.port is None:
                packets = self._sinks.get(meeting.place, self._nothing)
            else:
                packets = self._at.get((meeting.port.device, meeting.port.interface), self._nothing)
            if not packets:
                continue
            if meeting.destinations is not None:
                packets = packets & universe.field("dst", meeting.destinations)
            if meeting.doubt is not None:
                packets = packets & self._reach.doubts.when(universe, (meeting.doubt,))
            found = found | packets
        return found

    def _sent(self, place: str) -> PacketSet:
        network, wires = self._reach.network, self._reach.wires
        meetings = wires.injected(place)
        if not self.mode.every:
            return self.counting(meetings)
        segment = network.site.segments.get(place)
        gateways = [m for m in meetings if m.port is not None and m.doubt is None]
        if segment is not None and segment.gateways:
            declared = [m for m in gateways if m.port is not None and m.port.device in segment.gateways]
            gateways = declared or gateways
        onward = self._reach.universe.everything if gateways else self._nothing
        for meeting in gateways:
            onward = onward & self.counting((meeting,))
        near = self._nothing
        direct = wires.direct(place)  # a neighbour on the same wire needs no gateway
        for meeting in direct:
            if meeting.destinations is not None:
                near = near | self._reach.universe.field("dst", meeting.destinations)
        return (onward - near) | self.counting(direct)

    def _neighbours(self, port: Port) -> list[str]:
        wires = self._reach.wires
        return list(dict.fromkeys(m.port.device for m in wires.anyone(port) if m.port is not None))

    # ---- through one device

    def _update(self, station: Station) -> list[Port]:
        """Compute anew what counts at a device's interfaces; return those where it has grown."""
        reach, device = self._reach, station.device.id
        wanted = self._wanted(station)
        loose = self._nothing
        if station.havoc and not self.mode.sure:
            loose = wanted.anything & reach.doubts.when(reach.universe, station.havoc)
        compiled = reach.compiled.get(device)
        found = sure = None
        if compiled is not None:
            found = compiled.arriving(wanted, mode=self.mode)
            if station.unread is not None and not self.mode.sure:
                sure = compiled.arriving(wanted, mode=Mode.REQUIRED if self.mode.every else Mode.MUST)
        changed = []
        for port in station.ports:
            counts = loose
            if found is not None:
                counts = counts | self._at_port(station, port, found, sure)
            known = self._at.get((device, port.interface), self._nothing)
            if not counts <= known:
                self._at[device, port.interface] = known | counts
                changed.append(port)
        return changed

    def _at_port(self, station: Station, port: Port, found: PacketSet, sure: PacketSet | None) -> PacketSet:
        """Return what counts at one interface; what does so only by what nobody read, under the doubt that it may."""
        reach = self._reach
        space = reach.spaces[port.device]
        counts = space.arriving(found, port.interface, every=self.mode.sure)
        if sure is None or station.unread is None:
            return counts
        doubted = counts & reach.doubts.when(reach.universe, (station.unread,))
        return space.arriving(sure, port.interface, every=True) | doubted

    def _wanted(self, station: Station) -> _Wanted:
        inward = self._sinks.get(f"device:{station.device.id}", self._nothing)
        anything = self._nothing
        if not self.mode.sure and (station.havoc or station.unread is not None):
            for port in station.ports:
                anything = anything | self.counting(self._reach.wires.anyone(port))
            anything = (anything | inward).exists(*HEADER)
        return _Wanted(self, station, inward, anything, {})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What counts behind each interface of one device, now (`compiling.Exits`)."""

    backward: Backward
    station: Station
    inward: PacketSet
    anything: PacketSet
    known: dict[tuple[str, int | None, bool], PacketSet]

    def by(self, interface: str, gateway: int | None) -> PacketSet:
        """Return what counts towards a gateway, or directly."""
        return self._of(interface, gateway, anyone=False)

    def anyhow(self, interface: str) -> PacketSet:
        """Return what counts for some neighbour."""
        return self._of(interface, None, anyone=True)

    def _of(self, interface: str, gateway: int | None, *, anyone: bool) -> PacketSet:
        key = (interface, gateway, anyone)
        if key not in self.known:
            wires = self.backward._reach.wires
            port = self.station.port(interface)
            meetings = () if port is None else wires.neighbourly(port) if anyone else wires.towards(port, gateway)
            self.known[key] = self.backward.counting(meetings)
        return self.known[key]
