"""What a device does to packets that no rule of it translates, worked out once: where those of an interface may go on.

Such packets leave as they came, so what may become of any of them is what may become of all, cut down to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segcheck.analysis.compiling import routing
from segcheck.analysis.compiling.needs import actions_of
from segcheck.analysis.compiling.routing import ANYONE
from segcheck.analysis.network import Port, Station
from segcheck.analysis.network.nouns import LINE
from segcheck.analysis.reachability.doubts import RENAMED
from segcheck.analysis.reachability.edges import Node
from segcheck.model.device import Scope
from segcheck.model.rules import Via
from segcheck.sets.addresses import ALL
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

if TYPE_CHECKING:
    from segcheck.analysis.reachability.reach import Reach

#: Where packets go on to: a node, or the end at a place.
Target = tuple[Node | None, str]


@dataclass(frozen=True, slots=True)
class Passage:
    """What may become of packets that arrive at one interface of a device.

    onward     by egress interface and target, those that may go there untranslated
    local      those that the device may take in untranslated
    renaming   those that some rule may translate
    """

    onward: tuple[tuple[str, tuple[tuple[Target, PacketSet], ...]], ...]
    local: PacketSet
    renaming: PacketSet


class Passages:
    """The passages of a site's devices, made when first asked for: one walk for all interfaces of a device."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._known: dict[str, dict[str, Passage]] = {}
        self._by_zone: dict[tuple[str, str, str], tuple[tuple[Target, PacketSet, bool], ...]] = {}

    def of(self, device: str, interface: str) -> Passage:
        """Return the passage of a device, of which something was read, from one of its interfaces."""
        if device not in self._known:
            self._known[device] = dict(self._made(self._reach.network.stations[device]))
        return self._known[device][interface]

    def seen_from(self, zone: str, device: str, interface: str) -> tuple[tuple[Target, PacketSet, bool], ...]:
        """Return a passage's `onward` by target, apart where packets of a zone leave it that way (True: for a device beyond)."""
        key = zone, device, interface
        if key not in self._by_zone:
            station = self._reach.network.stations[device]
            found: dict[tuple[Target, bool], PacketSet] = {}
            for egress, onward in self.of(device, interface).onward:
                foreign = self.foreign(zone, station.port(egress))
                for target, allowed in onward:
                    strays = foreign and target[0] is not None and bool(target[0][0])
                    known = found.get((target, strays))
                    found[target, strays] = allowed if known is None else known | allowed
            self._by_zone[key] = tuple((target, allowed, strays) for (target, strays), allowed in found.items())
        return self._by_zone[key]

    def foreign(self, zone: str, port: Port | None) -> bool:
        """Return whether a port stands in segments of other zones only; "" = the zone is of no interest."""
        if not zone or port is None or not port.places:
            return False
        zones = {self._reach.network.places[name].zone for name in port.places if not name.startswith(LINE)}
        return bool(zones) and zone not in zones

    def onward(self, station: Station, egress: str, gone: PacketSet) -> Iterator[tuple[Target, PacketSet]]:
        """Yield where packets go that leave a device by an interface, as the wire sees them."""
        space = self._reach.spaces[station.device.id]
        for destinations, gateway in self._ways(station, egress):
            part = gone & space.field("dst", destinations)
            if part:
                for edge in self._reach.edges.towards(station, egress, gateway):
                    found = part if edge.allowed is None else part & edge.allowed
                    if found:
                        yield (edge.node, edge.place), found

    def _made(self, station: Station) -> Iterator[tuple[str, Passage]]:
        reach, device = self._reach, station.device.id
        space = reach.spaces[device]
        fresh = reach.universe.field(RENAMED, IntervalSet.of(0))
        arriving = space.nothing
        for port in station.ports:
            arriving = arriving | space.arrived(self._passing(station, port), port.interface)
        walk = reach.compiled[device].possible_walk(arriving & fresh, RENAMED)
        for port in station.ports:
            there = space.on("in", (port.interface,)) & fresh

            def seen(packets: PacketSet, there: PacketSet = there) -> PacketSet:
                return space.left(packets & there).exists(RENAMED)

            onward = []
            for egress, leaving in walk.leaving.items():
                met: dict[Target, PacketSet] = {}
                for target, found in self.onward(station, egress, seen(leaving)):
                    met[target] = met.get(target, space.nothing) | found
                onward.append((egress, tuple(met.items())))
            yield port.interface, Passage(tuple(onward), seen(walk.local), seen(walk.renaming))

    def _passing(self, station: Station, port: Port) -> PacketSet:
        """Return the packets that may pass for all that was read: all, but under the doubt those that do not surely pass."""
        reach = self._reach
        if station.unread is None:
            return reach.universe.everything
        return reach.surely_passing(port.device, port.interface) | reach.edges.when(station.unread)

    def _ways(self, station: Station, egress: str) -> Iterator[tuple[IntervalSet, int | None]]:
        compiled = self._reach.compiled[station.device.id]
        # What was not read may have given packets another destination since they were routed.
        moved = Scope.TRANSLATION in compiled.parts.scopes
        for table in compiled.tables:
            for ways in table.ways:
                for name, gateway in ways.hops:
                    if name == egress:
                        yield ALL if moved else ways.destinations, gateway if table.known else ANYONE
        config = compiled.device
        if config.pipeline.policy_routes:
            for rule in config.lists[config.pipeline.policy_routes].rules:
                for action in actions_of(rule.action):
                    if isinstance(action, Via) and egress in routing.interfaces_of(
                        config, action.interface, action.gateway
                    ):
                        yield ALL, action.gateway
