"""A communication still passes although its entry of the register is past its last day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from segcheck.analysis.causes import Kind
from segcheck.checks import _coverage
from segcheck.checks._base import Context
from segcheck.checks._grouping import Mistake, findings, mistakes, removal
from segcheck.model.check import Check, Said
from segcheck.model.finding import ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="expired-entry",
    weight=Weight.HIGH,
    requirements=("SP-4", "SP-9", "MN-03", "X-12"),
    title=("期限切れの登録による通信", "Traffic of an expired entry"),
    message=(
        "台帳 {entry} は期限が切れているが、通信は今も通る。区間対 {count}: {places}。通している規則: {rules}",
        "Register entry {entry} has expired, yet its traffic still passes. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "期限の過ぎた通信は承認がない。移行や障害対応のための一時的な規則が残ると、誰も知らない経路になる。",
        "Nobody approves it any more. Temporary rules that stay become ways that nobody knows.",
    ),
    fix=(
        "不要なら規則を削除する。必要なら台帳を更新して承認を得る。",
        "Delete the rule, or renew the entry with an approval.",
    ),
    crosses=True,
    wrong=("台帳の期限の書き漏らし。", "If the entry was renewed and the register not updated."),
)


def covered(context: Context) -> Covered | Mapping[str, Covered]:
    """Return whether an entry is past its last day, and whether it can be told that nothing of it passes."""
    if context.expired:
        return _coverage.undecided_by(context, CHECK)
    return Covered(Coverage.NOTHING_TO_ASK, ("期限切れの登録はない。", "There is no expired entry."))


def find(context: Context) -> Iterator[Finding]:
    """Yield one finding for each expired entry whose traffic still passes."""
    expired = (cause for cause in context.causes if cause.kind is Kind.EXPIRED)
    for finding in findings(context, CHECK, mistakes(expired, by_entry=True), _remedy, breaks=("SP-9", "X-12")):
        entry = context.entries[finding.subject]
        line = ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose} ({entry.expires})")
        yield replace(finding, evidence=(*finding.evidence, line))


def _remedy(context: Context, mistake: Mistake) -> Said:
    japanese, english = removal(context, mistake)
    return (
        f"{japanese}引き続き必要であれば、台帳 {mistake.about} を更新して承認を得る。",
        f"{english} If it is still needed, renew register entry {mistake.about} with an approval instead.",
    )
