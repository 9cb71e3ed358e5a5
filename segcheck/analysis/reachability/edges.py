"""What is met on a wire, as packet sets: worked out once for each port and next hop, used by both directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segcheck.analysis.compiling.routing import ANYONE
from segcheck.analysis.network import Doubt, Port, Station
from segcheck.analysis.reachability.doubts import Doubts
from segcheck.analysis.reachability.wires import Meeting, Wires
from segcheck.sets.packets import PacketSet

if TYPE_CHECKING:
    from segcheck.sets.packets import Universe

#: Where packets are on their way: (device id, ingress interface), or ("", number) in a joined broadcast domain.
Node = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """From a wire on to a node, or to the end at a place.

    allowed   the packets that go there (under the doubts that say so); None = every packet
    sure      it is there whatever the doubts
    """

    node: Node | None
    place: str
    allowed: PacketSet | None
    sure: bool


class Edges:
    """The edges of a network in one universe."""

    def __init__(self, wires: Wires, doubts: Doubts, universe: Universe) -> None:
        self._wires = wires
        self._doubts = doubts
        self._universe = universe
        self._known: dict[tuple[str, str, str, int | None], tuple[Edge, ...]] = {}
        self._when: dict[tuple[Doubt, ...], PacketSet] = {}

    def when(self, *doubts: Doubt) -> PacketSet:
        """Return the packets in those circumstances in which one of the doubts is true."""
        if doubts not in self._when:
            self._when[doubts] = self._doubts.when(self._universe, doubts)
        return self._when[doubts]

    def injected(self, place: str) -> tuple[Edge, ...]:
        """Return where a host in a place can send to."""
        return self._of(("injected", place, "", None))

    def direct(self, place: str) -> tuple[Edge, ...]:
        """Return whom a host in a place reaches without a gateway."""
        return self._of(("direct", place, "", None))

    def across(self, join: int) -> tuple[Edge, ...]:
        """Return where packets go that are in a broadcast domain that nobody knows to be several."""
        return self._of(("across", "", "", join))

    def towards(self, station: Station, interface: str, gateway: int | None) -> tuple[Edge, ...]:
        """Return where packets go that leave by an interface to a gateway (`ANYONE`: unknown; None: directly)."""
        return self._of(("towards", station.device.id, interface, gateway), station.port(interface))

    def anyone(self, port: Port) -> tuple[Edge, ...]:
        """Return whoever may be met behind a port."""
        return self._of(("anyone", port.device, port.interface, None), port)

    def _of(self, key: tuple[str, str, str, int | None], port: Port | None = None) -> tuple[Edge, ...]:
        if key not in self._known:
            self._known[key] = self._made(self._meetings(key, port))
        return self._known[key]

    def _meetings(self, key: tuple[str, str, str, int | None], port: Port | None) -> tuple[Meeting, ...]:
        wires = self._wires
        kind, first, _, number = key
        if kind == "injected":
            return wires.injected(first)
        if kind == "direct":
            return wires.direct(first)
        if kind == "across":
            return wires.across(number or 0)
        if port is None:
            return ()
        if kind == "anyone":
            return wires.anyone(port)
        return wires.neighbourly(port) if number == ANYONE else wires.towards(port, number)

    def _made(self, meetings: tuple[Meeting, ...]) -> tuple[Edge, ...]:
        found: dict[tuple[Node | None, str, bool], PacketSet | None] = {}
        for meeting in meetings:
            node: Node | None = None
            if meeting.port is not None:
                node = (meeting.port.device, meeting.port.interface)
            elif meeting.join is not None:
                node = ("", str(meeting.join))
            allowed = None
            if meeting.destinations is not None:
                allowed = self._universe.field("dst", meeting.destinations)
            if meeting.doubt is not None:
                doubted = self.when(meeting.doubt)
                allowed = doubted if allowed is None else allowed & doubted
            key = node, meeting.place, meeting.doubt is None and not meeting.maybe
            if key in found:
                known = found[key]
                allowed = None if known is None or allowed is None else known | allowed
            found[key] = allowed
        return tuple(
            Edge(node, place, allowed, sure)
            for (node, place, sure), allowed in found.items()
            if allowed is None or allowed
        )
