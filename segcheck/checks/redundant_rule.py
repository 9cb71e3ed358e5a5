"""Rules that change nothing: others decide alike whatever reaches them."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.anomalies import AnomalyKind
from segcheck.checks._base import Context
from segcheck.checks._hygiene import Listed, exports_read, grouped, odd, some, written_default
from segcheck.model.check import Check
from segcheck.model.finding import Finding, Weight
from segcheck.model.rules import Rule

CHECK = Check(
    id="redundant-rule",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("なくても変わらない規則", "Rules that change nothing"),
    message=(
        "{device} の規則 {count} 件は、まとめて削除しても通信の可否が変わらない: {pairs}",
        "{count} rules of {device} can go together without any packet being decided otherwise: {pairs}",
    ),
    why=(
        "要らない規則が多いと、本当に通しているものが読み取れず、片方だけ直して穴が残る。",
        "Where much is written twice nobody sees what is really open, and one copy is mended while the other stays.",
    ),
    fix=("要らない規則を削除する。", "Delete the rules that are not needed."),
    wrong=("規則ごとに件数や帯域を分けて測っているとき。", "If the rules count or shape their traffic separately."),
)
covered = exports_read


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, its rules that earlier or later ones make superfluous; rules that log apart are not.

    Nor is what a list ends with anyway, written out.
    """
    devices: dict[str, list[tuple[Listed, Rule, tuple[Rule, ...]]]] = {}
    for one, found in odd(context):
        for each in found:
            if each.kind in (AnomalyKind.REDUNDANT, AnomalyKind.SPARE) and not written_default(one.rules, each.rule):
                devices.setdefault(one.device, []).append((one, each.rule, each.because))
    for device, members in devices.items():
        pairs = [f"{one.name(rule)} ({', '.join(other.id for other in because)})" for one, rule, because in members]
        names = some([one.name(rule) for one, rule, _ in members])
        yield grouped(
            CHECK,
            device,
            [(one, rule) for one, rule, _ in members],
            beside=[(one, other) for one, _, because in members for other in because],
            params=(("pairs", some(pairs)),),
            remedy=(
                f"{names} が要らないことを所管課に確かめ、変更申請を経て削除する。",
                f"Confirm that {names} are not needed, and delete them by the usual change procedure.",
            ),
        )
