"""A rule that carries a registered communication between zones does not log, though the register says it is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.checks._base import Context, rule_name
from segcheck.checks._coverage import by_entries
from segcheck.checks._entries import lacking, requirements_of, weight_of
from segcheck.checks._registered import Met, Used, permits, used, zones_of
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.source import Span

CHECK = Check(
    id="log-off",
    weight=Weight.MEDIUM,
    requirements=("SP-8", "MN-03", "X-13"),
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


#: Formats whose devices do not log by the rule that permits: Linux has rules of their own, AWS the VPC's flow logs.
_BY_OWN_RULES = ("iptables", "nftables", "aws")


def find(context: Context) -> Iterator[Finding]:
    """Yield each rule without a log that lets entries pass which are to be logged."""
    silent: dict[tuple[str, str, Span | None], list[tuple[Used, Met]]] = {}
    for one in used(context):
        if not one.entry.log:
            continue
        met = list(permits(context, one.journey))
        logged = {(each.device, each.step.span) for each in met if each.rule is not None and each.rule.log}
        for each in met:
            # Linux and AWS log apart from the rules, and a host's filter is no boundary.
            if each.rule is None or (each.device, each.step.span) in logged or each.config.format in _BY_OWN_RULES:
                continue
            silent.setdefault((each.device, each.step.rule, each.step.span), []).append((one, each))
    for members in silent.values():
        yield _finding(context, members)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return the entries of which no rule's log can be seen, by requirement: those not to be logged, or that nobody follows.

    Linux and AWS log apart from the rules that permit, which is not held against them.
    """
    told = {
        one.entry.id
        for one in used(context)
        for met in permits(context, one.journey)
        if met.rule is not None and met.config.format not in _BY_OWN_RULES
    }
    return by_entries(
        context,
        CHECK,
        lambda entries: lacking(
            (one.id for one in entries if not one.log or one.id not in told),
            (
                "許可規則のログ取得を設定から確かめられない登録がある: {names}",
                "Whether the permitting rule logs cannot be seen for these entries: {names}",
            ),
        ),
    )


def _finding(context: Context, members: list[tuple[Used, Met]]) -> Finding:
    met = members[0][1]
    assert met.rule is not None
    entries = list(dict.fromkeys(one.entry.id for one, _ in members))
    lines = {one.entry.id: ConfigEvidence(one.entry.span, f"{one.entry.id}: {one.entry.purpose}") for one, _ in members}
    zones = zones_of(one for one, _ in members)
    name = rule_name(met.device, met.step.list, met.step.rule)
    return Finding(
        check=CHECK.id,
        weight=min((weight_of(context.network, one.entry, worst=False) for one, _ in members), key=lambda w: w.rank),
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
        requirements=(*requirements_of(context.network, (one.entry for one, _ in members), "SP-8"), "X-13"),
    )
