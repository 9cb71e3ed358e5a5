"""A communication passes whose register entry nobody has approved, or not yet, or that is retired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from segcheck.analysis.causes import Kind
from segcheck.checks._base import Context
from segcheck.checks._coverage import undecided_by
from segcheck.checks._grouping import Mistake, findings, mistakes, removal
from segcheck.model.check import Check, Said
from segcheck.model.finding import ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="unapproved-entry",
    weight=Weight.HIGH,
    requirements=("SP-4", "SP-9", "MN-03", "X-12"),
    title=("承認のない登録による通信", "Traffic of an entry that is not approved"),
    message=(
        "台帳 {entry} は承認されていない (状態 {status}) が、通信は通る。区間対 {count}: {places}。通している規則: {rules}",
        "Register entry {entry} is not approved (status {status}), yet its traffic passes. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "申請中や廃止の登録は許可ではない。承認の前に開けた規則、廃止のあとに残った規則は、だれも許していない経路である。",
        "What is applied for or retired permits nothing. A rule opened before the approval, or left after, is nobody's decision.",
    ),
    fix=(
        "規則を閉じる。必要であれば、先に台帳の承認を得る。",
        "Close the rule, or have the entry approved first.",
    ),
    crosses=True,
    wrong=("承認されたのに台帳の状態を改めていないとき。", "If it was approved and the register not updated."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield one finding for each entry whose traffic passes though it permits nothing and is not merely expired."""
    unapproved = (cause for cause in context.causes if cause.kind is Kind.UNAPPROVED)
    for finding in findings(context, CHECK, mistakes(unapproved, by_entry=True), _remedy, breaks=("SP-9", "X-12")):
        entry = context.entries[finding.subject]
        line = ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose} ({entry.status.value})")
        params = (*finding.params, ("status", entry.status.value))
        yield replace(finding, evidence=(*finding.evidence, line), params=params)


def covered(context: Context) -> Covered | Mapping[str, Covered]:
    """Return whether an entry is not approved, and whether it can be told that nothing of it passes."""
    if context.unapproved:
        return undecided_by(context, CHECK)
    return Covered(Coverage.NOTHING_TO_ASK, ("承認のない登録はない。", "There is no entry that is not approved."))


def _remedy(context: Context, mistake: Mistake) -> Said:
    japanese, english = removal(context, mistake)
    return (
        f"{japanese}必要であれば、台帳 {mistake.about} の承認を先に得る。",
        f"{english} If it is needed, have register entry {mistake.about} approved first.",
    )
