"""A rule is an exception from a wider one below it that decides otherwise: meant so, or forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.anomalies import AnomalyKind
from segcheck.checks._base import Context
from segcheck.checks._hygiene import Listed, exports_read, grouped, odd, some, written_default
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.rules import Rule

CHECK = Check(
    id="generalised-rule",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("下の広い規則の例外になっている規則", "Rules that are exceptions from wider ones below"),
    message=(
        "{device} の規則 {count} 件の上に、反対の動作をする狭い規則がある。例外として意図したものか確認が必要: {pairs}",
        "{count} rules of {device} have narrower ones above them that decide otherwise; meant as exceptions? {pairs}",
    ),
    why=(
        "「例外を先に書く」意図なら正しいが、例外が消えると下の広い規則がそのまま効く。",
        "Right if meant as exceptions before the rule; once an exception goes, the wider rule takes its packets.",
    ),
    fix=(
        "例外であることをコメントに残すか、広い規則を狭める。",
        "Say in a comment that it is an exception, or narrow the rule.",
    ),
    wrong=("例外として意図して並べたとき。", "If the order is meant: exceptions first."),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, the pairs of an exception and the wider rule below it.

    A wider rule that says at the end of a list what happens there anyway is left out: everything above it is an exception.
    """
    devices: dict[str, list[tuple[Listed, Rule, Rule]]] = {}
    for one, found in odd(context):
        for each in found:
            if each.kind is AnomalyKind.GENERALISED and not written_default(one.rules, each.rule):
                devices.setdefault(one.device, []).append((one, each.rule, each.because[0]))
    for device, members in devices.items():
        pairs = [f"{one.name(rule)} ⊃ {earlier.id}" for one, rule, earlier in members]
        yield grouped(
            CHECK,
            device,
            [(one, rule) for one, rule, _ in members],
            beside=[(one, earlier) for one, _, earlier in members],
            params=(("pairs", some(pairs)),),
            remedy=(
                "例外として意図したものかを所管課に確かめ、意図していなければ広い規則を狭める。",
                "Confirm that the exceptions are meant; if not, narrow the wider rules.",
            ),
        )
