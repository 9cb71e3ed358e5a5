"""A registered communication can travel off its declared path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from segcheck.analysis.causes import Statement
from segcheck.analysis.lookups import confirm
from segcheck.checks._base import Context, statement_evidence
from segcheck.checks._registered import Used, steps, used
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight, WitnessEvidence
from segcheck.model.site_words import DeviceKind

CHECK = Check(
    id="register-path",
    weight=Weight.HIGH,
    requirements=("MN-03",),
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
    """Yield each entry of which some packet surely arrives on another way than declared."""
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


def _follows(context: Context, way: Sequence[str], path: Sequence[str]) -> bool:
    """Return whether a way has the declared devices in order, and no firewall or router beside them."""
    wanted = list(path)
    for device in way:
        if wanted and device == wanted[0]:
            wanted.pop(0)
        elif context.network.stations[device].device.kind in (DeviceKind.FIREWALL, DeviceKind.ROUTER, DeviceKind.VPN):
            return False
    return not wanted


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
        weight=CHECK.weight,
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
        requirements=CHECK.requirements,
    )
