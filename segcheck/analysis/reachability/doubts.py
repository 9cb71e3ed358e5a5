"""Doubts as dimensions of the packet sets: a set's dependence on one says that the result leans on it."""

from __future__ import annotations

from collections.abc import Mapping

from segcheck.analysis.network import Doubt, Network
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe

#: More doubts than this share the last dimension: diagrams grow with every one of them.
MOST = 40
_YES = IntervalSet.of(1)
#: Not a doubt, but its consequence: 1 = a device of which nothing is known has sent it, with whatever header.
FORGED = "forged"
#: Likewise: 1 = a device has translated it by its rules, so that its header is no longer the one that was sent.
RENAMED = "renamed"
#: Likewise: 1 = it has gone from device to device over a segment of another zone than its sender's.
STRAYED = "strayed"


class Doubts:
    """The doubts of a network by dimension; `labels` can be made before the universe is."""

    def __init__(self, network: Network) -> None:
        self.known: Mapping[str, Doubt] = {doubt.id: doubt for doubt in network.doubts}
        self._dimension: dict[str, str] = {}
        # Assumptions first: whether a result leans on one decides its standing, the other doubts only explain it.
        for doubt in sorted(network.doubts, key=lambda d: (not d.assumption, d.id)):
            shared = len(self._dimension) >= MOST and not doubt.assumption
            self._dimension[doubt.id] = "doubt:*" if shared else f"doubt:{doubt.id}"

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the names of the dimensions."""
        return (*dict.fromkeys(self._dimension.values()), FORGED, RENAMED, STRAYED)

    def when(self, universe: Universe, doubts: tuple[Doubt, ...]) -> PacketSet:
        """Return the packets in those circumstances in which one of the doubts is true."""
        found = universe.nothing
        for doubt in doubts:
            found = found | universe.field(self._dimension[doubt.id], _YES)
        return found

    def without_assumptions(self, packets: PacketSet) -> PacketSet:
        """Return the packets that are in the set while every assumption holds."""
        for doubt in self.known.values():
            if doubt.assumption:
                packets = packets.at(self._dimension[doubt.id], 0)
        return packets

    def resolved(self, packets: PacketSet) -> PacketSet:
        """Return the packets that are in the set while no doubt is true."""
        packets = packets.exists(RENAMED)
        for dimension in self.labels:
            packets = packets.at(dimension, 0)
        return packets

    def supporting(self, packets: PacketSet) -> tuple[Doubt, ...]:
        """Return the doubts without which the set would be smaller, by id."""
        return tuple(
            doubt
            for name, doubt in sorted(self.known.items())
            if packets.at(self._dimension[name], 0) != packets.at(self._dimension[name], 1)
        )

    def anyway(self, packets: PacketSet) -> PacketSet:
        """Return the packets that are in the set if the doubts fall some way."""
        return packets.exists(*self.labels)
