"""A registered communication can travel off its declared path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segcheck.analysis import permitting
from segcheck.analysis.causes import Statement
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.lookups import confirm
from segcheck.analysis.permitted import meant
from segcheck.analysis.permitting import Allowance
from segcheck.checks._base import Context, statement_evidence
from segcheck.checks._coverage import by_entries, followed
from segcheck.checks._entries import lacking, requirements_of, weight_of
from segcheck.checks._registered import Used, steps, used
from segcheck.checks._working import receivers
from segcheck.model.check import Check
from segcheck.model.crossing import Place, PlaceKind, Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight, WitnessEvidence
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DeviceKind
from segcheck.sets.packets import PacketSet

CHECK = Check(
    id="register-path",
    weight=Weight.HIGH,
    requirements=("SP-5", "MN-03", "X-12"),
    title=("登録した経路を外れる通信", "Off the registered path"),
    message=(
        "台帳 {entry} の経路は {path} だが、{way} を通る。",
        "Register entry {entry} is to take {path}, but goes by {way}.",
    ),
    why=(
        "特定通信は経路も含めて承認する。別の機器やセグメントを通れば、そこで見られ、止められもしない。",
        "An entry is approved with its path. On another way nobody meant to watch or stop it.",
    ),
    fix=(
        "経路か規則を直し、登録した経路だけを残す。",
        "Mend routes or rules so that only the registered path is left.",
    ),
    wrong=("台帳の経路の書き漏らし。", "If the path in the register is incomplete."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry of which some packet surely arrives on another way than declared, then those of which one may."""
    seen = set()
    for one in used(context):
        way = [hop.device for hop in one.journey.hops]
        if not one.allowance.path or _follows(context, way, one.allowance.path):
            continue
        key = (one.entry.id, tuple(way))
        if key in seen:
            continue
        seen.add(key)
        yield _finding(context, one, way)
    told = {entry for entry, _ in seen}
    for allowance in context.judgement.allowances:
        if allowance.path and allowance.entry not in told:
            for found in _past(context, allowance):
                told.add(allowance.entry)
                yield found
                break


def covered(context: Context) -> Mapping[str, Covered]:
    """Return the entries in force whose path nobody declared, then those that cannot be followed, by requirement."""

    def asked(entries: Sequence[RegisterEntry]) -> Covered:
        nowhere = [one.id for one in entries if not one.path and not one.gateway]
        if nowhere:
            said = "経路 (path) を宣言していない登録がある: {names}", "No path is declared for: {names}"
            return lacking(nowhere, said)
        return followed(context, entries)

    return by_entries(context, CHECK, asked)


def _follows(context: Context, way: Sequence[str], path: Sequence[str]) -> bool:
    """Return whether a way has the declared devices in order, and no firewall or router beside them."""
    wanted = list(path)
    for device in way:
        if wanted and device == wanted[0]:
            wanted.pop(0)
        elif context.network.stations[device].device.kind in (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.VPN):
            return False
    return not wanted


def _past(context: Context, allowance: Allowance) -> Iterator[Finding]:
    """Yield what of an entry arrives, or may, with one of its declared devices switched off: then it does not need it."""
    reach, network = context.judgement.reach, context.network
    universe = reach.universe
    wanted = permitting.openings(universe, allowance)
    for receiver, targets in receivers(context, allowance):
        sources = [
            place
            for place in network.sources()
            if place.kind is PlaceKind.SEGMENT
            and place.id != receiver
            and meant(network, allowance, place, place).initiators & network.addresses[place.id]
        ]
        for device in allowance.path:
            if not any(_connected(context, place.id, receiver, device) for place in sources):
                continue
            sink = {receiver: universe.field("dst", targets)}
            for mode in (Mode.MUST, Mode.MAY):
                arriving = reach.backward(sink, mode, without=frozenset((device,)))
                for place in sources:
                    here = meant(network, allowance, place, place).initiators & network.addresses[place.id]
                    own = universe.field("src", here)
                    flow = arriving.get(place.id, universe.nothing) & wanted & own & universe.field("dst", targets)
                    flow = reach.doubts.without_assumptions(flow)
                    if flow:
                        yield _avoiding(context, allowance, place, device, flow, sure=mode is Mode.MUST)
                        return


def _connected(context: Context, source: str, receiver: str, without: str) -> bool:
    """Return whether any line of devices leads from a place to a receiver past a device; joined places count as one."""
    import networkx

    graph = context.network.graph.copy()
    for join in context.network.joins:
        networkx.add_path(graph, [("place", name) for name in join.places])
    graph.remove_node(("device", without))
    kind, _, name = receiver.rpartition(":")
    end = (kind or "place", name)
    return end in graph and networkx.has_path(graph, ("place", source), end)


def _avoiding(
    context: Context, allowance: Allowance, place: Place, device: str, flow: PacketSet, *, sure: bool
) -> Finding:
    entry = context.entries[allowance.entry]
    because = () if sure else tuple(doubt.id for doubt in context.judgement.reach.doubts.supporting(flow))
    return Finding(
        check=CHECK.id,
        weight=weight_of(context.network, entry, worst=True),
        standing=Standing.VIOLATED if sure else Standing.UNDECIDED,
        basis=(Basis.RULES,),
        subject=entry.id,
        key=f"{entry.id}:-{device}",
        src_zone=place.zone,
        params=(("entry", entry.id), ("path", " → ".join(allowance.path)), ("way", f"… (- {device})")),
        packets=context.judgement.reach.doubts.anyway(flow).boxes(4),
        because=because,
        evidence=(
            WitnessEvidence(flow.witness(), place.id, None, ()),
            ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}"),
        ),
        remedy=(
            f"{device} を通らずに届く道をなくす。",
            f"Close every way that does without {device}.",
        ),
        requirements=requirements_of(context.network, (entry,), "SP-5"),
    )


def _finding(context: Context, one: Used, way: Sequence[str]) -> Finding:
    statements = [
        Statement(hop.device, step.list, step.rule, step.rule, step.span, rule.text if rule else "")
        for hop, step, _, rule in steps(context, one.journey)
        if step.action == "permit"
    ]
    declared = [
        ConfigEvidence(interface.span, f"{hop.device} {hop.egress}")
        for hop in one.journey.hops
        if hop.egress
        and (interface := context.network.stations[hop.device].device.interface(hop.egress)) is not None
        and hop.device in one.allowance.path
    ]
    return Finding(
        check=CHECK.id,
        weight=weight_of(context.network, one.entry, worst=True),
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=one.entry.id,
        key=f"{one.entry.id}:{'/'.join(way)}",
        src_zone=one.source.zone,
        dst_zone=one.journey.delivered.zone if one.journey.delivered else "",
        params=(("entry", one.entry.id), ("path", " → ".join(one.allowance.path)), ("way", " → ".join(way))),
        evidence=(
            WitnessEvidence(
                one.packet, one.source.id, one.minute, (one.journey,), confirm(context.network, (one.journey,))
            ),
            *statement_evidence(statements),
            *declared[:1],
        ),
        remedy=(
            f"台帳 {one.entry.id} の通信が {' → '.join(one.allowance.path)} だけを通るように、経路と規則を直す。",
            f"Mend routes and rules so that register entry {one.entry.id} takes {' → '.join(one.allowance.path)} only.",
        ),
        requirements=requirements_of(context.network, (one.entry,), "SP-5"),
    )
