"""A communication still passes although its entry of the register is past its last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.analysis.causes import Cause, Kind
from segcheck.checks._base import Context, grouped, named
from segcheck.model.check import Check, Said
from segcheck.model.finding import ConfigEvidence, Finding, Weight

CHECK = Check(
    id="expired-entry",
    weight=Weight.HIGH,
    requirements=("MN-03", "X-12"),
    title=("期限切れの登録による通信", "Traffic of an expired entry"),
    message=(
        "台帳 {entry} は期限が切れているが、通信は今も通る。場所: {places}。規則: {rules}",
        "Register entry {entry} has expired, yet its traffic still passes: {places}. Rule: {rules}",
    ),
    why=(
        "期限の過ぎた通信は承認がない。移行や障害対応のための一時的な規則が残ると、誰も知らない経路になる。",
        "Nobody approves it any more. Temporary rules that stay become ways that nobody knows.",
    ),
    fix=(
        "不要なら規則を削除する。必要なら台帳を更新して承認を得る。",
        "Delete the rule, or renew the entry with an approval.",
    ),
    wrong=("台帳の期限の書き漏らし。", "If the entry was renewed and the register not updated."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield one finding for each expired entry and zone pair whose traffic still passes."""
    expired = (cause for cause in context.causes if cause.kind is Kind.EXPIRED)
    for finding in grouped(context, CHECK, expired, _remedy):
        entry = context.entries[dict(finding.params)["entry"]]
        line = ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose} ({entry.expires})")
        yield replace(finding, subject=entry.id, evidence=(*finding.evidence, line))


def _remedy(cause: Cause) -> Said:
    rules = named(cause.statements)
    return (
        f"{rules} を削除する。引き続き必要であれば、台帳 {cause.entry} を更新して承認を得る。",
        f"Delete {rules}; if it is still needed, renew register entry {cause.entry} with an approval.",
    )
