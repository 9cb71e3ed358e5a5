"""What the register lets one place send to another, as sets of packets (DESIGN §2.2, §2.17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from segcheck.analysis import permitting
from segcheck.analysis.network import Network
from segcheck.analysis.permitting import Allowance
from segcheck.model.crossing import Place, PlaceKind
from segcheck.sets.addresses import ALL
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe


def meant(network: Network, allowance: Allowance, src: Place, dst: Place) -> Allowance:
    """Return an allowance as it counts from one place to another: the hosts that its ends mean in the places' routing domains.

    What no place of a domain has comes from another one, and is still who it was there.
    """
    if not allowance.domains:
        return allowance
    known = network.declared
    opener, answerer = known.get(src.domain, IntervalSet.empty()), known.get(dst.domain, IntervalSet.empty())
    return replace(
        allowance,
        initiators=allowance.opened_in(src.domain) | (allowance.initiators - opener),
        responders=allowance.answered_in(dst.domain) | (allowance.responders - answerer),
    )


class Permitted:
    """The allowances of a site's register between its places; what is covered is built once per zone."""

    def __init__(self, universe: Universe, network: Network, allowances: Sequence[Allowance]) -> None:
        self._universe = universe
        self._network = network
        self._allowances = allowances
        self._zone_addresses = _zone_addresses(network)
        self._covered: dict[tuple[str, str, bool], tuple[tuple[Allowance, PacketSet], ...]] = {}

    def between(self, source: Place, receiver: Place, group: IntervalSet | None = None) -> PacketSet:
        """Return what a source may send to a receiver, or to those of its addresses that lie in `group`."""
        found = self._universe.nothing
        for reverse in (False, True):
            for allowance, packets in self._covering(source, reverse=reverse):
                targets = self._targets(allowance, source, receiver, reverse=reverse)
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
            there = meant(self._network, allowance, receiver, receiver)
            for values in (there.initiators, there.responders):
                parts = [piece for part in parts for piece in (part & values, part - values) if piece]
        return [*parts, ALL - own]

    def _targets(self, allowance: Allowance, source: Place, receiver: Place, *, reverse: bool) -> IntervalSet:
        """Return whom of a receiver's routing domain an allowance means."""
        if reverse:
            return meant(self._network, allowance, receiver, source).initiators
        return meant(self._network, allowance, source, receiver).responders

    def _covering(self, source: Place, *, reverse: bool) -> tuple[tuple[Allowance, PacketSet], ...]:
        """Return the allowances that hosts of a source's zone open (or answer) from there, with what they may send.

        Sources of their own only.
        """
        key = source.zone, source.domain, reverse
        known = self._covered.get(key)
        if known is None:
            own = self._zone_addresses.get(source.zone, IntervalSet.empty())
            narrowed = ((one, meant(self._network, one, source, source)) for one in self._allowances)
            known = tuple(
                (
                    allowance,
                    permitting.covered(self._universe, here, reverse=reverse) & self._universe.field("src", mine),
                )
                for allowance, here in narrowed
                if (mine := (here.responders if reverse else here.initiators) & own)
            )
            self._covered[key] = known
        return known


def _zone_addresses(network: Network) -> Mapping[str, IntervalSet]:
    found: dict[str, IntervalSet] = {}
    for name, place in network.places.items():
        found[place.zone] = found.get(place.zone, IntervalSet.empty()) | network.addresses[name]
    return found
