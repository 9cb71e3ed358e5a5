"""A rule that carries a registered communication between zones does not log, though the register says it is logged."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context, rule_name
from segcheck.checks._registered import Met, Used, permits, used, zones_of
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.source import Span

CHECK = Check(
    id="log-off",
    weight=Weight.MEDIUM,
    requirements=("MN-03", "X-13"),
    title=("ログを取らない許可規則", "A permit that does not log"),
    message=(
        "台帳 {entry} はログを取ることになっているが、{rule} はログを取らない。",
        "Register entry {entry} is to be logged, but {rule} does not log.",
    ),
    why=(
        "通った記録がなければ、事故のあとに何が越えたかを確かめられない。",
        "Without a record nobody can tell afterwards what crossed.",
    ),
    fix=("規則のログを有効にする。", "Switch the rule's log on."),
    wrong=("経路上の別の機器で同じ通信を記録しているとき。", "If another device on the way records the same traffic."),
)


#: Formats whose devices log by rules of their own.
_BY_OWN_RULES = ("iptables", "nftables")


def find(context: Context) -> Iterator[Finding]:
    """Yield each rule without a log that lets entries pass which are to be logged."""
    silent: dict[tuple[str, str, Span | None], list[tuple[Used, Met]]] = {}
    for one in used(context):
        if not one.entry.log:
            continue
        met = list(permits(context, one.journey))
        logged = {(each.device, each.step.span) for each in met if each.rule is not None and each.rule.log}
        for each in met:
            # Linux logs by rules of their own, and a host's filter is no boundary.
            if each.rule is None or (each.device, each.step.span) in logged or each.config.format in _BY_OWN_RULES:
                continue
            silent.setdefault((each.device, each.step.rule, each.step.span), []).append((one, each))
    for members in silent.values():
        yield _finding(members)


def _finding(members: list[tuple[Used, Met]]) -> Finding:
    met = members[0][1]
    assert met.rule is not None
    entries = list(dict.fromkeys(one.entry.id for one, _ in members))
    lines = {one.entry.id: ConfigEvidence(one.entry.span, f"{one.entry.id}: {one.entry.purpose}") for one, _ in members}
    zones = zones_of(one for one, _ in members)
    name = rule_name(met.device, met.step.list, met.step.rule)
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=name,
        key=f"{met.device}/{met.rule.key}",
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(("entry", ", ".join(entries)), ("rule", name)),
        evidence=(*((met.evidence,) if met.evidence is not None else ()), *lines.values()),
        remedy=(f"{name} のログを有効にする。", f"Switch on the log of {name}."),
        requirements=CHECK.requirements,
    )
