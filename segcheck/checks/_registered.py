"""How registered communications really go: one ordinary packet of each, from each segment of its initiators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from segcheck.analysis import permitting
from segcheck.analysis.journeys import travel
from segcheck.analysis.permitting import Allowance
from segcheck.checks._base import Context
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.device import DeviceConfig
from segcheck.model.journey import Hop, Journey
from segcheck.model.register import RegisterEntry
from segcheck.model.rules import Rule
from segcheck.model.site import Service
from segcheck.model.trace import Step, Verdict
from segcheck.sets.header import Packet
from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True)
class Used:
    """A registered communication on its way: `journey` is one on which the packet arrives."""

    entry: RegisterEntry
    allowance: Allowance
    service: Service
    source: Place
    packet: Packet
    minute: int | None
    journey: Journey


@lru_cache(maxsize=1)
def used(context: Context) -> tuple[Used, ...]:
    """Return every way that the witness of a registered communication can go, where it crosses zones."""
    return tuple(_used(context))


def _used(context: Context) -> Iterator[Used]:
    judgement = context.judgement
    universe, network = judgement.reach.universe, context.network
    examples = judgement.reach.instants.examples
    open_pairs = [pair for pair in judgement.pairs if pair.must - pair.forbidden_must]
    for allowance in judgement.allowances:
        entry = context.entries[allowance.entry]
        for service in allowance.services:
            single = Allowance(
                entry=entry.id, initiators=allowance.initiators, responders=allowance.responders, services=(service,)
            )
            wanted = permitting.openings(universe, single)
            for pair in open_pairs:
                if pair.src.kind is not PlaceKind.SEGMENT:
                    continue
                own = allowance.initiators & network.addresses[pair.src.id]
                if not own:
                    continue
                flow = pair.must & wanted & universe.field("src", own)
                if not (targets := allowance.responders & _received(context, pair.dst)):
                    continue
                if "dst" not in judgement.translated[pair.src.id]:
                    flow = flow & universe.field("dst", targets)
                if not flow:
                    continue
                packet = flow.witness()
                minute = examples[packet.extra["time"]] if len(examples) > 1 and "time" in packet.extra else None
                for journey in travel(network, pair.src.id, packet, minute=minute).journeys:
                    arrives = journey.delivered is not None and journey.delivered.id == pair.dst.id
                    if journey.verdict is Verdict.PERMIT and arrives:
                        yield Used(entry, allowance, service, pair.src, packet, minute, journey)


def _received(context: Context, place: Place) -> IntervalSet:
    """Return the addresses for which packets are delivered to a place."""
    if place.kind is not PlaceKind.DEVICE:
        return context.network.addresses[place.id]
    return IntervalSet.of(*(a.address for port in context.network.stations[place.id].ports for a in port.addresses))


def steps(context: Context, journey: Journey) -> Iterator[tuple[Hop, Step, DeviceConfig, Rule | None]]:
    """Yield the written statements that a packet met, with their rules."""
    for hop in journey.hops:
        config = context.network.stations[hop.device].config
        if config is None or hop.path is None:
            continue
        for step in hop.path.steps:
            rules = config.lists.get(step.list)
            if rules is None or rules.builtin or step.span is None:
                continue
            rule = next((one for one in rules.rules if one.id == step.rule and one.span == step.span), None)
            yield hop, step, config, rule
