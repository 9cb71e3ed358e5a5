"""Whether a communication that is registered or required really works: the question carried backward (DESIGN §2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segcheck.analysis import permitting
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.permitting import Allowance
from segcheck.analysis.reachability import device_key
from segcheck.checks._base import Context
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.site import Service
from segcheck.model.site_words import DeviceKind
from segcheck.sets.header import Packet
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    """A part of a communication that does not, or may not, work.

    source     place that it would be sent from
    standing   VIOLATED: it surely fails at some time; UNDECIDED: it may
    packet     one packet that fails
    """

    source: str
    service: Service
    standing: Standing
    packet: Packet


def failing(context: Context, wanted: Allowance, *, at_times: bool = False) -> Iterator[Fails]:
    """Yield what of a communication does not work: by source place and service, the first packet that fails.

    What devices send themselves is not asked, nor what reaches no place that the topology knows. Within one place nothing
    stands between.

    at_times   it is enough that it works at some time
    """
    reach = context.judgement.reach
    universe = reach.universe
    for service in wanted.services:
        single = Allowance(
            entry=wanted.entry, initiators=wanted.initiators, responders=wanted.responders, services=(service,)
        )
        asked = permitting.openings(universe, single)
        for receiver, targets in _receivers(context, wanted.responders):
            sink = {receiver: universe.field("dst", targets)}
            works = fails = None
            for place in context.network.places.values():
                own = (wanted.initiators & context.network.addresses[place.id]) - context.network.own(place.id)
                if not own or place.id == receiver or place.kind is PlaceKind.BUILT_IN:
                    continue
                flow = asked & universe.field("src", own) & universe.field("dst", targets)
                if not flow:
                    continue
                if works is None:
                    works = reach.backward(sink, Mode.REQUIRED)
                missing = flow - _when(works.get(place.id, universe.nothing), at_times=at_times)
                if not missing:
                    continue
                if fails is None:
                    fails = reach.backward(sink, Mode.MAYBE_REQUIRED)
                surely = flow - _when(reach.possibly(fails.get(place.id, universe.nothing)), at_times=at_times)
                yield Fails(
                    source=place.id,
                    service=service,
                    standing=Standing.VIOLATED if surely else Standing.UNDECIDED,
                    packet=(surely or missing).witness(),
                )


def _when(packets: PacketSet, *, at_times: bool) -> PacketSet:
    return packets.exists("time") if at_times else packets


def _receivers(context: Context, targets: IntervalSet) -> Iterator[tuple[str, IntervalSet]]:
    """Yield who receives packets for some addresses: devices for their own, places for the rest."""
    network = context.network
    for name, station in network.stations.items():
        own = IntervalSet.of(*(a.address for port in station.ports for a in port.addresses)) & targets
        if own and station.device.kind is DeviceKind.HOST:
            yield device_key(name), own
            targets = targets - own
    for name, addresses in network.addresses.items():
        own = addresses & targets
        if own and network.ports[name]:
            yield name, own
