"""A rule that carries a registered communication between zones does not log, though the register says it is logged."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._registered import steps, used
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight

CHECK = Check(
    id="log-off",
    weight=Weight.MEDIUM,
    requirements=("MN-03", "X-13"),
    title=("ログを取らない許可規則", "A permit that does not log"),
    message=(
        "台帳 {entry} はログ取得とあるが、{device} の規則 {rule} はログを取らない。",
        "Register entry {entry} is to be logged, but rule {rule} of {device} does not log.",
    ),
    why=(
        "通った記録がなければ、事故のあとに何が越えたかを確かめられない。",
        "Without a record nobody can tell afterwards what crossed.",
    ),
    fix=("規則のログを有効にする。", "Switch the rule's log on."),
    wrong=("経路上の別の機器で同じ通信を記録しているとき。", "If another device on the way records the same traffic."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each rule without a log on the way of an entry that is to be logged."""
    seen = set()
    for one in used(context):
        if not one.entry.log:
            continue
        met = list(steps(context, one.journey))
        logged = {(hop.device, step.span) for hop, step, _, rule in met if rule is not None and rule.log}
        for hop, step, config, rule in met:
            key = (one.entry.id, hop.device, step.span)
            if step.action != "permit" or rule is None or key in seen or (hop.device, step.span) in logged:
                continue
            # Linux logs by rules of their own, and a host's filter is no boundary.
            if config.format == "iptables" or step.span is None:
                continue
            seen.add(key)
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=f"{hop.device} {step.rule}",
                key=f"{one.entry.id}:{hop.device}/{rule.key}",
                src_zone=one.source.zone,
                dst_zone=one.journey.delivered.zone if one.journey.delivered else "",
                params=(("entry", one.entry.id), ("device", hop.device), ("rule", step.rule)),
                evidence=(
                    ConfigEvidence(step.span, rule.text, f"{hop.device}:{step.list}:{step.rule}"),
                    ConfigEvidence(one.entry.span, f"{one.entry.id}: {one.entry.purpose}"),
                ),
                remedy=(
                    f"{hop.device} の規則 {step.rule} でログを有効にする。",
                    f"Switch on the log of rule {step.rule} on {hop.device}.",
                ),
                requirements=CHECK.requirements,
            )
