"""A site compiled into one universe, and the questions that can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from segcheck.analysis.compiling.devices import Compiled
from segcheck.analysis.compiling.ground import Ground
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.network import PUBLIC, UNKNOWN, Network
from segcheck.analysis.network.addressing import CAST
from segcheck.analysis.network.contents import CONTENT
from segcheck.analysis.reachability.backward import Backward
from segcheck.analysis.reachability.doubts import FORGED, RENAMED, STRAYED, Doubts
from segcheck.analysis.reachability.edges import Edges, Node
from segcheck.analysis.reachability.flood import HEADER, Flood
from segcheck.analysis.reachability.passages import Passages
from segcheck.analysis.reachability.wires import Wires
from segcheck.model.schedule import wall_minute
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe

#: Questions that are carried backward together, and the dimensions that hold the number of one.
TOGETHER = 32
_NUMBER = tuple((f"question.{bit}", bit) for bit in range((TOGETHER - 1).bit_length()))


def device_key(device: str) -> str:
    """Return the name under which a device is a receiver."""
    return f"device:{device}"


class Reach:
    """One site, compiled once; every question about it is asked of the same universe.

    cuts       further values to tell apart, by header field
    spaces     each device's view of the universe, where something is known of the device

    Raises:
        CapacityExceeded: by any question; ask again of a Reach with a larger capacity.
    """

    def __init__(
        self, network: Network, *, cuts: Iterable[tuple[str, IntervalSet]] = (), capacity: int = 1 << 20
    ) -> None:
        self.network = network
        self.wires = Wires(network)
        self.doubts = Doubts(network)
        configs = {name: s.config for name, s in network.stations.items() if s.config is not None and s.ports}
        own = [
            ("dst", IntervalSet.of(address))
            for s in network.stations.values()
            for p in s.ports
            for address in (*(a.address for a in p.addresses), *p.hosts)
        ]
        known = [("dst", values) for values in (*network.addresses.values(), CAST)]
        ground = Ground(
            configs,
            dimensions=(*(name for name, _ in _NUMBER), *self.doubts.labels),
            cuts=(*cuts, *own, *known),
            capacity=capacity,
            near=wall_minute(datetime(network.day.year, network.day.month, network.day.day)),
        )
        self.universe: Universe = ground.universe
        self.instants = ground.instants
        self.spaces = {name: Space(c, ground=ground, label=name) for name, c in configs.items()}
        self.compiled = {name: Compiled(c, space=self.spaces[name]) for name, c in configs.items()}
        self.edges = Edges(self.wires, self.doubts, self.universe)
        self.passages = Passages(self)
        self._feeding: dict[Node | str, set[str]] = {}
        self._floods: dict[str, Flood] = {}
        self._sent: dict[str, Mapping[str, PacketSet]] = {}
        self._through: dict[str, PacketSet] = {}
        self._passing: dict[tuple[str, str], PacketSet] = {}

    def backward(
        self, sinks: Mapping[str, PacketSet], mode: Mode = Mode.MAY, *, without: frozenset[str] = frozenset()
    ) -> Mapping[str, PacketSet]:
        """Return, by source place, the packets as they leave a host there that reach one of the sinks.

        without  devices that are taken to be switched off
        sinks   by receiver (place ids and `device_key`s), the packets that count as they arrive

        For traffic that must work a host sends to the declared gateways of its segment, all of which have to carry it,
        or to any device on it where none is declared; otherwise to whichever device it likes.
        """
        return Backward(self, sinks, mode, without).result()

    def backward_each(
        self, questions: Iterable[Mapping[str, PacketSet]], mode: Mode
    ) -> Iterator[Mapping[str, PacketSet]]:
        """Yield what `backward` says to each of several questions; they are carried together, `TOGETHER` at a time.

        Each question has a number, which its packets carry on the whole way in dimensions of their own.
        """
        names = [name for name, _ in _NUMBER]
        waiting = iter(questions)
        while batch := tuple(islice(waiting, TOGETHER)):
            numbers = [self._number(number) for number in range(len(batch))]
            sinks: dict[str, PacketSet] = {}
            for number, asked in zip(numbers, batch, strict=True):
                for receiver, packets in asked.items():
                    sinks[receiver] = sinks.get(receiver, self.universe.nothing) | (packets & number)
            found = self.backward(sinks, mode)
            for number in numbers:
                answers = ((source, (packets & number).exists(*names)) for source, packets in found.items())
                yield {source: packets for source, packets in answers if packets}

    def _number(self, number: int) -> PacketSet:
        """Return the packets that carry the number of a question."""
        found = self.universe.everything
        for name, bit in _NUMBER:
            found = found & self.universe.field(name, IntervalSet.of(number >> bit & 1))
        return found

    def forward(self, source: str) -> Mapping[str, PacketSet]:
        """Return, by receiver, what may arrive there of what a host in a place sends, whatever it sends."""
        return self._flood(source).ends

    def sent(self, source: str) -> Mapping[str, PacketSet]:
        """Return, by receiver, what a host in a place may have sent for something to arrive there.

        Exact unless `renamed`; behind a device of which nothing is known, whatever may come to such a device.
        """
        if source not in self._sent:
            forged = self.universe.field(FORGED, IntervalSet.of(1))
            self._sent[source] = {
                receiver: (packets - forged).exists(FORGED, RENAMED, STRAYED) | self.forged(source, receiver)
                for receiver, packets in self._flood(source).ends.items()
            }
        return self._sent[source]

    def forged(self, source: str, receiver: str) -> PacketSet:
        """Return what a host in a place may have sent for a packet to arrive that a device of which nothing is known made."""
        flood = self._flood(source)
        forged = self.universe.field(FORGED, IntervalSet.of(1))
        behind = (flood.ends.get(receiver, self.universe.nothing) & forged).exists(*HEADER, FORGED, RENAMED, STRAYED)
        if not behind:
            return behind
        entering = flood.loose - forged
        translated = entering & self.universe.field(RENAMED, IntervalSet.of(1))
        # Of what was translated before, any header may have been sent.
        return ((entering - translated) | translated.exists(*HEADER)).exists(FORGED, RENAMED, STRAYED) & behind

    def renamed(self, source: str, receiver: str) -> bool:
        """Return whether something of what a host in a place sends may arrive translated: `sent` then tells too little."""
        forged = self.universe.field(FORGED, IntervalSet.of(1))
        arriving = self._flood(source).ends.get(receiver, self.universe.nothing)
        return bool((arriving - forged) & self.universe.field(RENAMED, IntervalSet.of(1)))

    def strayed(self, source: str, receiver: str) -> tuple[PacketSet, PacketSet]:
        """Return what a host in a place may have sent that left the zone on its way and came back, and what need not have.

        Both as far as headers arrive as they were sent; of what is renamed or forged on the way anything may have been sent.
        """
        arriving = self._flood(source).ends.get(receiver, self.universe.nothing)
        away = arriving & self.universe.field(STRAYED, IntervalSet.of(1))
        found = []
        for part in (away, arriving - away):
            changed = part & (
                self.universe.field(FORGED, IntervalSet.of(1)) | self.universe.field(RENAMED, IntervalSet.of(1))
            )
            sent = (part - changed) | changed.exists(*HEADER)
            found.append(sent.exists(FORGED, RENAMED, STRAYED))
        return found[0], found[1]

    def possibly(self, packets: PacketSet) -> PacketSet:
        """Return the packets that are in the set if the doubts, and what devices decide by content, fall some way."""
        by_content = sorted(name for name in self.universe.dimensions if f"/{CONTENT}" in name)
        return self.doubts.anyway(packets).exists(*by_content)

    def visited(self, source: str, packets: PacketSet | None = None) -> Mapping[str, PacketSet]:
        """Return, by device id, what may arrive there of packets that a host in a place sends (None: of any)."""
        flood = self._flood(source) if packets is None else Flood(self, source, packets)
        found: dict[str, PacketSet] = {}
        for (device, _), seen in flood.seen.items():
            if device:  # else a broadcast domain
                found[device] = found.get(device, self.universe.nothing) | seen
        return found

    def feeding(self, target: Node | str) -> tuple[str, ...]:
        """Return the devices from which packets may come to a node, or to the end at a place, in one step."""
        if not self._feeding:
            for name, station in self.network.stations.items():
                for port in station.ports:
                    edges = (*self.edges.anyone(port), *self.edges.towards(station, port.interface, None))
                    for edge in edges:
                        self._feeding.setdefault(edge.place if edge.node is None else edge.node, set()).add(name)
                    for outside in (PUBLIC.id, UNKNOWN.id):  # where a next hop leads that nobody owns
                        self._feeding.setdefault(outside, set()).add(name)
        return tuple(sorted(self._feeding.get(target, ())))

    def surely_passing(self, device: str, interface: str) -> PacketSet:
        """Return the packets that surely pass a device from an interface, wherever they then go."""
        key = device, interface
        if key not in self._passing:
            if device not in self._through:
                self._through[device] = self.compiled[device].passing(every=True)
            self._passing[key] = self.spaces[device].arriving(self._through[device], interface, every=True)
        return self._passing[key]

    def _flood(self, source: str) -> Flood:
        if source not in self._floods:
            self._floods[source] = Flood(self, source, self.universe.everything)
        return self._floods[source]
