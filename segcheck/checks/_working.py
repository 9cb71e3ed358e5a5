"""Whether a communication that is registered or required really works: the question carried backward (DESIGN §2.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from segcheck.analysis import permitting
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.permitted import meant
from segcheck.analysis.permitting import Allowance
from segcheck.analysis.reachability import device_key
from segcheck.analysis.tracing import trace_list
from segcheck.checks._base import Context, once
from segcheck.model.check import Check, Said
from segcheck.model.crossing import PlaceKind, Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, WitnessEvidence
from segcheck.model.journey import Hop
from segcheck.model.match import State
from segcheck.model.register import RegisterEntry, RequiredFlow
from segcheck.model.rules import Permit, Rule
from segcheck.model.site import Service
from segcheck.model.site_words import DeviceKind
from segcheck.model.source import Span
from segcheck.model.trace import Probe, Verdict
from segcheck.sets.header import SIZES, Packet
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    """A part of a communication that does not, or may not, work.

    source       place that it would be sent from
    receiver     place or device that it would reach
    standing     VIOLATED: it surely fails at some time; UNDECIDED: it may
    assumptions  ids of the assumptions without which it would not surely fail
    packet       one packet that fails
    """

    source: str
    receiver: str
    service: Service
    standing: Standing
    assumptions: tuple[str, ...]
    packet: Packet


@dataclass(frozen=True, slots=True)
class Wanted:
    """A communication that is to work; `at_times`: it is enough that it does at some time."""

    communication: Allowance
    at_times: bool = False


@dataclass(frozen=True, slots=True)
class FailedEntry:
    """What of a register entry does not pass; `without_rule`: nothing of it may, and no rule stands for it, not even disabled."""

    parts: tuple[Fails, ...]
    without_rule: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """What one place sends to one receiver for one service; `question` is the number of the receiver's question."""

    wanted: Wanted
    service: Service
    source: str
    receiver: str
    flow: PacketSet
    question: int


def failing(context: Context, communications: Iterable[Wanted]) -> Iterator[tuple[Allowance, Fails]]:
    """Yield what of some communications does not work: by source place and service, the first packet that fails.

    What devices send themselves is not asked, nor what reaches no place that the topology knows. Within one place nothing
    stands between. All are asked together, once.
    """
    sinks: dict[tuple[str, IntervalSet], int] = {}
    parts = [part for wanted in communications for part in _parts(context, wanted, sinks)]
    reach = context.judgement.reach
    nothing = reach.universe.nothing
    works = _answers(context, sinks, {part.question for part in parts}, Mode.REQUIRED)
    failing_at = [(part, part.flow - _when(works[part.question].get(part.source, nothing), part)) for part in parts]
    maybe = _answers(context, sinks, {part.question for part, rest in failing_at if rest}, Mode.MAYBE_REQUIRED)
    for part, rest in failing_at:
        communication = part.wanted.communication
        if not rest:
            working = part.flow & works[part.question][part.source]
            for one in _unanswered(context, part.source, part.receiver, part.service, working):
                yield communication, one
            continue
        possible = maybe[part.question].get(part.source, nothing)
        surely = part.flow - _when(reach.possibly(possible), part)
        assumptions: tuple[str, ...] = ()
        if not surely:
            surely = part.flow - _when(reach.possibly(reach.doubts.without_assumptions(possible)), part)
            leaning = reach.doubts.supporting(possible & surely) if surely else ()
            assumptions = tuple(doubt.id for doubt in leaning if doubt.assumption)
        yield (
            communication,
            Fails(
                source=part.source,
                receiver=part.receiver,
                service=part.service,
                standing=Standing.VIOLATED if surely else Standing.UNDECIDED,
                assumptions=assumptions,
                packet=example(context.network, surely or rest, part.source, part.receiver),
            ),
        )


@once
def failing_entries(context: Context) -> Mapping[str, FailedEntry]:
    """Return the entries in force of which something does not surely pass, by id, in the order of the register."""
    registered = context.judgement.allowances
    failed: dict[str, list[Fails]] = {}
    wanted = [Wanted(one, at_times=bool(context.entries[one.entry].schedule)) for one in registered]
    for allowance, one in failing(context, wanted):
        failed.setdefault(allowance.entry, []).append(one)
    return {
        entry: FailedEntry(tuple(failed[entry]), _without_rule(context, entry, failed[entry]))
        for entry in dict.fromkeys(one.entry for one in registered)
        if entry in failed
    }


def _without_rule(context: Context, entry: str, failed: Iterable[Fails]) -> bool:
    """Return whether nothing of an entry may pass between zones, and no disabled rule would let it."""
    if any(one.standing is not Standing.VIOLATED for one in failed):
        return False
    universe = context.judgement.reach.universe
    for allowance in context.judgement.allowances:
        if allowance.entry != entry:
            continue
        asked = permitting.openings(universe, allowance)
        for pair in context.judgement.pairs:
            ends = meant(context.network, allowance, pair.src, pair.dst)
            own = ends.initiators & context.network.addresses[pair.src.id]
            there = ends.responders
            if pair.dst.kind is not PlaceKind.DEVICE:
                there = there & context.network.addresses[pair.dst.id]
            if not own or not there:
                continue
            flow = asked & universe.field("src", own) & pair.may
            if "dst" not in context.judgement.translated[pair.src.id]:
                flow = flow & universe.field("dst", there)
            if flow:
                return False
    hops = (
        hop for one in failed for way in travel(context.network, one.source, one.packet).journeys for hop in way.hops
    )
    return not any(True for hop in hops for _ in disabled(context, hop))


def _parts(context: Context, wanted: Wanted, sinks: dict[tuple[str, IntervalSet], int]) -> Iterator[_Part]:
    universe = context.judgement.reach.universe
    communication = wanted.communication
    for service in communication.services:
        asked = permitting.openings(universe, replace(communication, services=(service,)))
        for receiver, targets in receivers(context, communication):
            question = sinks.setdefault((receiver, targets), len(sinks))
            for place in context.network.places.values():
                here = meant(context.network, communication, place, place).initiators
                own = (here & context.network.addresses[place.id]) - context.network.own(place.id)
                if not own or place.id == receiver or place.kind is PlaceKind.BUILT_IN:
                    continue
                flow = asked & universe.field("src", own) & universe.field("dst", targets)
                if flow:
                    yield _Part(wanted, service, place.id, receiver, flow, question)


def _answers(
    context: Context, sinks: Mapping[tuple[str, IntervalSet], int], needed: Collection[int], mode: Mode
) -> Mapping[int, Mapping[str, PacketSet]]:
    """Return, by number of a question, what of each place reaches the receiver."""
    reach = context.judgement.reach
    asked = [(number, key) for key, number in sinks.items() if number in needed]
    questions = ({receiver: reach.universe.field("dst", targets)} for _, (receiver, targets) in asked)
    return {number: found for (number, _), found in zip(asked, reach.backward_each(questions, mode), strict=True)}


def _unanswered(context: Context, source: str, receiver: str, service: Service, flow: PacketSet) -> Iterator[Fails]:
    """Yield the first packet of a communication if what answers it does not surely come back (DESIGN §2.11).

    Devices that keep state let answers pass by it; lists without state are asked for them.
    """
    packet = example(context.network, flow, source, receiver)
    examples = context.judgement.reach.instants.examples
    minute = examples[packet.extra["time"]] if "time" in packet.extra and len(examples) > 1 else None
    segment = context.site.segments.get(source)
    told = travel(
        context.network,
        source,
        packet,
        minute=minute,
        reply=True,
        via=(segment.gateways or None) if segment is not None else None,
    )
    if told.reply is not None and told.reply.verdict is not Verdict.PERMIT:
        denied = told.reply.verdict is Verdict.DENY
        yield Fails(
            source=source,
            receiver=receiver,
            service=service,
            standing=Standing.VIOLATED if denied else Standing.UNDECIDED,
            assumptions=(),
            packet=packet,
        )


def _when(packets: PacketSet, part: _Part) -> PacketSet:
    return packets.exists("time") if part.wanted.at_times else packets


def receivers(context: Context, communication: Allowance) -> Iterator[tuple[str, IntervalSet]]:
    """Yield who receives packets for its responders: devices for their own, places for the rest."""
    network = context.network
    taken: dict[str, IntervalSet] = {}
    for name, station in network.stations.items():
        if station.device.kind is not DeviceKind.HOST:
            continue
        host = network.site.hosts.get(name)
        segment = host.segment if host is not None else ""
        domain = network.site.segments[segment].domain if segment else ""
        held = IntervalSet.of(*(a.address for port in station.ports for a in port.addresses))
        own = held & communication.answered_in(domain) - taken.get(domain, IntervalSet.empty())
        if own:
            yield device_key(name), own
            taken[domain] = taken.get(domain, IntervalSet.empty()) | own
    for name, place in network.places.items():
        targets = meant(network, communication, place, place).responders
        own = network.addresses[name] & targets - taken.get(place.domain, IntervalSet.empty())
        if own and network.ports[name]:
            yield name, own


def finding(
    context: Context,
    check: Check,
    communication: RegisterEntry | RequiredFlow,
    failed: Iterable[Fails],
    *,
    named: str,
    remedy: Said,
) -> Finding:
    """Return the finding that parts of a communication fail; `named` is the parameter of the message that names it."""
    parts = sorted(failed, key=lambda one: -one.standing.rank)
    sources = tuple(dict.fromkeys(one.source for one in parts))
    zones = tuple(dict.fromkeys((context.zone_of(name), "") for name in sources))
    return Finding(
        check=check.id,
        weight=check.weight,
        standing=parts[0].standing,
        basis=(Basis.RULES,),
        subject=communication.id,
        key=communication.id,
        src_zone=zones[0][0],
        zones=zones,
        params=(
            (named, communication.id),
            ("service", ", ".join(dict.fromkeys(one.service.text for one in parts))),
            ("source", ", ".join(sources)),
        ),
        assumptions=tuple(dict.fromkeys(name for one in parts for name in one.assumptions)),
        evidence=(
            *_shown(context, parts),
            ConfigEvidence(communication.span, f"{communication.id}: {communication.purpose}"),
        ),
        remedy=remedy,
        requirements=check.requirements,
    )


def _shown(context: Context, failed: Iterable[Fails]) -> tuple[Evidence, ...]:
    """Return the evidence that a communication fails: a packet with its ways, and the lines that keep it from passing.

    Those are the disabled rules that would let it pass; without any, the rules that stop it.
    """
    told: list[Evidence] = []
    switched_off: dict[Span, Evidence] = {}
    stopping: dict[Span, Evidence] = {}
    for one in failed:
        found = travel(context.network, one.source, one.packet).journeys
        ways = tuple(sorted(found, key=lambda way: (way.verdict is Verdict.PERMIT, -len(way.hops))))
        if not told:
            told.append(WitnessEvidence(one.packet, one.source, None, ways[:1], confirm(context.network, ways[:1])))
        for hop in (hop for way in ways for hop in way.hops):
            for _, _, line in disabled(context, hop):
                switched_off.setdefault(line.span, line)
            last = hop.path.deciding if hop.path is not None else None
            if last is not None and last.action != "permit" and last.span is not None:
                line = ConfigEvidence(last.span, "", f"{hop.device}:{last.list}:{last.rule}")
                stopping.setdefault(last.span, line)
    return (*told, *(switched_off or stopping).values())


def disabled(context: Context, hop: Hop) -> Iterator[tuple[str, Rule, ConfigEvidence]]:
    """Yield the disabled rules of a device that fit a packet on its way, with the names of their lists and their lines."""
    config = context.network.stations[hop.device].config
    if config is None or not hop.ingress:
        return
    known = {name: value for name, value in hop.before.items() if name in SIZES}
    probe = Probe(known=known, ingress=hop.ingress, state=State.NEW)
    for name, rules in config.lists.items():
        for rule in rules.rules if not rules.builtin else ():
            if rule.enabled or not isinstance(rule.action, Permit) or rule.span is None:
                continue
            alone = replace(rules, rules=(replace(rule, enabled=True),))
            found = trace_list(replace(config, lists={**config.lists, name: alone}), name, probe)
            if any(path.deciding is not None and path.deciding.rule == rule.id for path in found.paths):
                yield name, rule, ConfigEvidence(rule.span, rule.text, f"{hop.device}:{name}:{rule.id}")
