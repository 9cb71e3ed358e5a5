"""A rule lets the end that answers in the register open sessions to the end that opens them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.analysis.causes import Kind
from segcheck.analysis.permitted import meant
from segcheck.checks import _entries
from segcheck.checks._base import Context
from segcheck.checks._grouping import Mistake, findings, mistakes, removal
from segcheck.model.check import Check, Said
from segcheck.model.finding import ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.sets.header import PacketClass

CHECK = Check(
    id="reverse-permitted",
    weight=Weight.HIGH,
    requirements=("SP-4", "MN-03", "X-12"),
    title=("登録と逆向きの通信を通す規則", "A rule against the direction of the register"),
    message=(
        "台帳 {entry} で受ける側が、開始する側へ通信を始められる。区間対 {count}: {places}。通している規則: {rules}",
        "The end that answers in register entry {entry} can open sessions to the end that opens it. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "特定通信は開始する側を決めて承認する。逆向きに始められれば、相手側から入り込む経路になる。",
        "An entry is approved with the end that opens it. Opened the other way round it is a way in.",
    ),
    fix=("逆向きの規則を削除する。", "Delete the rule for the other direction."),
    crosses=True,
    wrong=(
        "逆向きの通信も業務に必要で、台帳に載せ忘れたとき。",
        "If the other direction is needed too and was not registered.",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield one finding for each entry against which rules let sessions open that nobody registered.

    Rules that let more through than that are findings of other checks, which then name SP-4 too.
    """
    turned = (cause for cause in context.causes if cause.kind is Kind.REVERSED)
    for finding in findings(context, CHECK, mistakes(turned, by_entry=True), _remedy, breaks=("SP-4", "X-12")):
        entry = context.entries[finding.subject]
        line = ConfigEvidence(entry.span, f"{entry.id}: {entry.purpose}")
        yield replace(finding, evidence=(*finding.evidence, line))


def covered(context: Context) -> Covered:
    """Return the entries of which nobody can say whether rules let the other end open sessions."""
    if not _entries.in_force(context):
        return _entries.NO_ENTRY
    universe = context.judgement.reach.universe
    opening = universe.of_class(PacketClass.OPENING)
    unsure = [pair for pair in context.judgement.pairs if (pair.forbidden_may - pair.forbidden_must) & opening]
    open_ones = []
    for allowance in context.judgement.allowances:
        if not _entries.concerned(context, context.entries[allowance.entry]):
            continue
        for pair in unsure:
            ends = meant(context.network, allowance, pair.dst, pair.src)
            answerers = ends.responders & context.network.addresses[pair.src.id]
            back = universe.field("src", answerers) & universe.field("dst", ends.initiators)
            if (pair.forbidden_may - pair.forbidden_must) & opening & back:
                open_ones.append(allowance.entry)
                break
    return _entries.lacking(
        open_ones,
        (
            "逆向きの通信が通るかどうか、読めた規則からは分からない登録がある: {names}",
            "Whether the other direction of these entries passes cannot be told from what was read: {names}",
        ),
    )


def _remedy(context: Context, mistake: Mistake) -> Said:
    japanese, english = removal(context, mistake)
    return (
        f"{japanese}逆向きの通信も必要であれば、先に台帳へ登録して承認を得る。",
        f"{english} If that direction is needed too, register and approve it first.",
    )
