"""The register restricts a communication to certain hours, and no rule on its way does."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._registered import steps, used
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.match import InForce, leaves

CHECK = Check(
    id="schedule-missing",
    weight=Weight.HIGH,
    requirements=("X-03",),
    title=("時間帯の制限がない規則", "A rule without its hours"),
    message=(
        "台帳 {entry} は「{schedule}」だけの通信だが、経路上の規則 {rules} に時間帯の制限がない。",
        "Register entry {entry} is for “{schedule}” only, but no rule on its way is limited in time: {rules}",
    ),
    why=(
        "保守の通信がいつでも通れば、作業のない時間にも外部から入れる。",
        "A maintenance way that is always open lets somebody in when nobody works.",
    ),
    fix=("規則にスケジュールを付ける。", "Give the rule the schedule."),
    wrong=("時間外は回線そのものを切っているとき。", "If the line itself is down outside those hours."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield each entry with hours whose way has no rule with a schedule."""
    seen = set()
    for one in used(context):
        met = [(hop, step, rule) for hop, step, _, rule in steps(context, one.journey) if step.action == "permit"]
        timed = any(isinstance(leaf, InForce) for _, _, rule in met if rule is not None for leaf in leaves(rule.match))
        if not one.entry.schedule or timed or one.entry.id in seen:
            continue
        seen.add(one.entry.id)
        rules = ", ".join(f"{hop.device} {step.rule}" for hop, step, _ in met) or "-"
        lines: list[Evidence] = [
            ConfigEvidence(step.span, rule.text if rule else "", f"{hop.device}:{step.list}:{step.rule}")
            for hop, step, rule in met
            if step.span is not None
        ]
        lines.append(ConfigEvidence(one.entry.span, f"{one.entry.id}: {one.entry.schedule}"))
        yield Finding(
            check=CHECK.id,
            weight=CHECK.weight,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=one.entry.id,
            key=one.entry.id,
            src_zone=one.source.zone,
            dst_zone=one.journey.delivered.zone if one.journey.delivered else "",
            params=(("entry", one.entry.id), ("schedule", one.entry.schedule), ("rules", rules)),
            evidence=tuple(lines),
            remedy=(
                f"{rules} に台帳 {one.entry.id} の時間帯「{one.entry.schedule}」のスケジュールを付ける。",
                f"Give {rules} a schedule of “{one.entry.schedule}”, as register entry {one.entry.id} says.",
            ),
            requirements=CHECK.requirements,
        )
