"""What the register lets one place send to another, as sets of packets (DESIGN §2.2, §2.17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segcheck.analysis import permitting
from segcheck.analysis.network import Network
from segcheck.analysis.permitting import Allowance
from segcheck.model.crossing import Place, PlaceKind
from segcheck.sets.addresses import ALL
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe


class Permitted:
    """The allowances of a site's register between its places; what is covered is built once per zone."""

    def __init__(self, universe: Universe, network: Network, allowances: Sequence[Allowance]) -> None:
        self._universe = universe
        self._network = network
        self._allowances = allowances
        self._zone_addresses = _zone_addresses(network)
        self._covered: dict[tuple[str, bool], tuple[tuple[Allowance, PacketSet], ...]] = {}

    def between(self, source: Place, receiver: Place, group: IntervalSet | None = None) -> PacketSet:
        """Return what a source may send to a receiver, or to those of its addresses that lie in `group`."""
        found = self._universe.nothing
        for reverse in (False, True):
            for allowance, packets in self._covering(source.zone, reverse=reverse):
                targets = allowance.initiators if reverse else allowance.responders
                if receiver.kind is not PlaceKind.DEVICE:  # arriving elsewhere it is not what was registered
                    targets = targets & self._network.addresses[receiver.id]
                if group is None:
                    found = found | (packets & self._universe.field("dst", targets))
                elif group <= targets:
                    found = found | packets
        return found

    def groups(self, receiver: Place) -> list[IntervalSet]:
        """Return a receiver's addresses in parts that no entry of the register tells apart, and last all other addresses."""
        if receiver.kind is PlaceKind.DEVICE:
            own = IntervalSet.of(*(a.address for p in self._network.stations[receiver.id].ports for a in p.addresses))
        else:
            own = self._network.addresses[receiver.id]
        parts = [own] if own else []
        for allowance in self._allowances:
            for values in (allowance.initiators, allowance.responders):
                parts = [piece for part in parts for piece in (part & values, part - values) if piece]
        return [*parts, ALL - own]

    def _covering(self, zone: str, *, reverse: bool) -> tuple[tuple[Allowance, PacketSet], ...]:
        """Return the allowances that hosts of a zone open (or answer), with what they may send; sources of their own only."""
        known = self._covered.get((zone, reverse))
        if known is None:
            own = self._zone_addresses.get(zone, IntervalSet.empty())
            known = tuple(
                (
                    allowance,
                    permitting.covered(self._universe, allowance, reverse=reverse) & self._universe.field("src", mine),
                )
                for allowance in self._allowances
                if (mine := (allowance.responders if reverse else allowance.initiators) & own)
            )
            self._covered[zone, reverse] = known
        return known


def _zone_addresses(network: Network) -> Mapping[str, IntervalSet]:
    found: dict[str, IntervalSet] = {}
    for name, place in network.places.items():
        found[place.zone] = found.get(place.zone, IntervalSet.empty()) | network.addresses[name]
    return found
