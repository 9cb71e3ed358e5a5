"""A written rule decides nothing, because earlier ones that decide otherwise have taken all its packets."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.anomalies import CAPACITY, SECONDS, Anomaly, AnomalyKind, anomalies
from segcheck.checks._base import Context, rule_name
from segcheck.checks._hygiene import exports_read
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.pipeline import StageKind
from segcheck.model.rules import Deny

CHECK = Check(
    id="shadowed-rule",
    weight=Weight.HIGH,
    requirements=("X-12",),
    title=("上の規則に隠れて働かない規則", "A rule hidden by those above"),
    message=(
        "{rule} は何も決めない。その通信はすべて、上にある {hiding} が先に決める。",
        "{rule} decides nothing: everything it matches is decided above it, by {hiding}.",
    ),
    why=(
        "止めるつもりの規則が、広い許可の下にあって効いていない。書いた人の意図と動きが違う。",
        "A rule that is meant to stop something stands below a wide permit. What was meant and what happens differ.",
    ),
    fix=(
        "順序を入れ替えるか、上の規則を狭める。不要なら削除する。",
        "Change the order, narrow the rules above, or delete it.",
    ),
    wrong=("装置が書かれた順に評価しないとき。", "If the device does not evaluate in the order written."),
)


covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield each written rule that earlier rules with another outcome surely hide, and those of which nobody can tell."""
    for name, station in context.network.stations.items():
        config = station.config
        if config is None or station.assumed:
            continue
        others = {b.list for s in config.pipeline.stages() if s.kind is not StageKind.FILTER for b in s.bindings}
        for listed, rules in config.lists.items():  # those that only another list calls, too
            if rules.builtin or listed in others:
                continue
            for one in anomalies(config, listed):
                if one.kind in (AnomalyKind.SHADOWED, AnomalyKind.UNDECIDED) and one.rule.span is not None:
                    yield _finding(name, one)


def _finding(device: str, one: Anomaly) -> Finding:
    name = rule_name(device, one.list, one.rule.id)
    undecided = one.kind is AnomalyKind.UNDECIDED
    hiding = f"? (engine-capacity: {CAPACITY} nodes, {SECONDS:g} s)" if undecided else _named(one)
    lines: list[Evidence] = [
        ConfigEvidence(rule.span, rule.text, f"{device}:{one.list}:{rule.id}")
        for rule in (one.rule, *one.because)
        if rule.span is not None
    ]
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight if isinstance(one.rule.action, Deny) and not undecided else Weight.LOW,
        standing=Standing.UNDECIDED if undecided else Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=name,
        key=f"{device}/{one.list}/{one.rule.key}",
        params=(("rule", name), ("hiding", hiding)),
        evidence=tuple(lines),
        remedy=(
            f"{name} を {hiding} より上に移すか、{hiding} を狭める。不要な規則は削除する。",
            f"Move {name} above {hiding}, or narrow {hiding}; delete what is not needed.",
        ),
        requirements=CHECK.requirements,
    )


def _named(one: Anomaly) -> str:
    return ", ".join(rule.id for rule in one.because)
