"""How registered communications really go: ordinary packets of each, from each segment of its initiators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from segcheck.analysis import permitting
from segcheck.analysis.causes import Statement
from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.permitted import meant
from segcheck.analysis.permitting import Allowance
from segcheck.analysis.reachability import device_key
from segcheck.analysis.regions import Regions
from segcheck.checks._base import Context, once
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.device import DeviceConfig
from segcheck.model.finding import ConfigEvidence
from segcheck.model.journey import Hop, Journey
from segcheck.model.register import RegisterEntry
from segcheck.model.rules import Rule
from segcheck.model.site import Service
from segcheck.model.source import Span
from segcheck.model.trace import Step, Verdict
from segcheck.sets.header import Packet
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet

#: Ways by different rules that are told apart for one communication between two places.
MOST = 12


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


@once
def used(context: Context) -> tuple[Used, ...]:
    """Return the ways that registered communications can go where they cross zones: of each, a packet by every rule."""
    return tuple(_used(context))


def serving(context: Context, statement: Statement) -> tuple[str, ...]:
    """Return the entries of the register whose communication a written rule lets pass, or may do so for all that is known."""
    found = set(_served(context).get((statement.device, statement.rule, statement.span), ()))
    space = context.judgement.reach.spaces.get(statement.device)
    rules = space.device.lists[statement.list].rules if space is not None else ()
    rule = next((one for one in rules if one.id == statement.rule and one.span == statement.span), None)
    if rule is not None and (open_ones := _possible(context)):
        region = Regions(context.judgement.reach).decided(statement.device, statement.list, rule)
        found |= {entry for entry, packets in open_ones if packets & region}
    return tuple(sorted(found))


@once
def _possible(context: Context) -> tuple[tuple[str, PacketSet], ...]:
    """Return the registered communications of which nobody can say whether they pass, as they leave their initiators.

    Assumptions hold: what may pass only if one of them is false is not meant.
    """
    reach, network = context.judgement.reach, context.network
    universe = reach.universe
    found = []
    for allowance in context.judgement.allowances:
        wanted = permitting.openings(universe, allowance) & universe.field("dst", allowance.responders)
        for pair in context.judgement.pairs:
            here = network.addresses.get(pair.src.id, IntervalSet.empty())
            ends = meant(network, allowance, pair.src, pair.dst)
            if not (ends.initiators.meets(here) and ends.responders.meets(_received(context, pair.dst))):
                continue
            own = ends.initiators & here
            packets = (pair.may - pair.must) & wanted & universe.field("src", own)
            if packets:  # leave out what only a false assumption lets pass
                key = device_key(pair.dst.id) if pair.dst.kind is PlaceKind.DEVICE else pair.dst.id
                sent = reach.sent(pair.src.id).get(key, universe.nothing)
                may = reach.doubts.anyway(reach.doubts.without_assumptions(sent))
                if packets := packets & may:
                    found.append((allowance.entry, packets))
    return tuple(found)


@once
def _served(context: Context) -> Mapping[tuple[str, str, Span | None], frozenset[str]]:
    found: dict[tuple[str, str, Span | None], frozenset[str]] = {}
    for one in used(context):
        for hop, step, _, _ in steps(context, one.journey):
            if step.action in ("permit", "translate"):
                key = hop.device, step.rule, step.span
                found[key] = found.get(key, frozenset()) | {one.entry.id}
    return found


@once
def answering(context: Context) -> frozenset[tuple[str, str, Span | None]]:
    """Return the written rules (device, id, lines) that let answers of registered communications pass: of filters without state."""
    found = set()
    for one in used(context):
        asked = travel(context.network, one.source.id, one.packet, minute=one.minute, reply=True)
        for journey in asked.reply.journeys if asked.reply is not None else ():
            found |= {(met.device, met.step.rule, met.step.span) for met in permits(context, journey)}
    return frozenset(found)


def _used(context: Context) -> Iterator[Used]:
    judgement = context.judgement
    universe, network = judgement.reach.universe, context.network
    regions = Regions(judgement.reach)
    examples = judgement.reach.instants.examples
    open_pairs = [pair for pair in judgement.pairs if pair.must - pair.forbidden_must]
    for allowance in judgement.allowances:
        entry = context.entries[allowance.entry]
        for service in allowance.services:
            single = replace(allowance, services=(service,))
            wanted = permitting.openings(universe, single)
            for pair in open_pairs:
                if pair.src.kind is not PlaceKind.SEGMENT:
                    continue
                ends = meant(network, allowance, pair.src, pair.dst)
                own = ends.initiators & network.addresses[pair.src.id]
                if not own:
                    continue
                flow = pair.must & wanted & universe.field("src", own)
                if not (targets := ends.responders & _received(context, pair.dst)):
                    continue
                if "dst" not in judgement.translated[pair.src.id]:
                    flow = flow & universe.field("dst", targets)
                for _ in range(MOST):
                    if not flow:
                        break
                    packet = example(network, flow, pair.src.id, pair.dst.id)
                    minute = examples[packet.extra["time"]] if len(examples) > 1 and "time" in packet.extra else None
                    arriving = [
                        journey
                        for journey in travel(network, pair.src.id, packet, minute=minute).journeys
                        if journey.verdict is Verdict.PERMIT
                        and journey.delivered is not None
                        and journey.delivered.id == pair.dst.id
                    ]
                    for journey in arriving:
                        yield Used(entry, allowance, service, pair.src, packet, minute, journey)
                    flow = flow - regions.alike(flow, arriving[0] if arriving else None, packet)


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


@dataclass(frozen=True, slots=True)
class Met:
    """A written rule that let a packet pass on its way."""

    device: str
    step: Step
    config: DeviceConfig
    rule: Rule | None

    @property
    def evidence(self) -> ConfigEvidence | None:
        """Return its lines, None where it has none of its own."""
        if self.step.span is None:
            return None
        text = self.rule.text if self.rule is not None else ""
        return ConfigEvidence(self.step.span, text, f"{self.device}:{self.step.list}:{self.step.rule}")


def permits(context: Context, journey: Journey) -> Iterator[Met]:
    """Yield the written rules that let a packet pass, in the order of its way."""
    for hop, step, config, rule in steps(context, journey):
        if step.action == "permit":
            yield Met(hop.device, step, config, rule)


def zones_of(ways: Iterable[Used]) -> tuple[tuple[str, str], ...]:
    """Return the zones that registered communications go between, each pair once."""
    return tuple(
        dict.fromkeys((one.source.zone, one.journey.delivered.zone if one.journey.delivered else "") for one in ways)
    )
