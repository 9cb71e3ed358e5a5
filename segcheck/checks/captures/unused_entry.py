"""A register entry that captures of more than a year never show: a candidate for review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from segcheck.checks import _entries
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import RegisterEntry, Use
from segcheck.model.replay import Observed
from segcheck.model.replayed import LONG
from segcheck.model.requirement import Covered

CHECK = Check(
    id="unused-entry",
    weight=Weight.LOW,
    requirements=("SP-10", "MN-03", "X-12"),
    title=("長期間観測のない登録", "An entry that was not seen for long"),
    message=(
        "台帳 {entry} (所管 {section}) の通信は、観測期間 {days} 日の間に一度も観測されていない。見直しの候補。",
        "Nothing of register entry {entry} (section {section}) was seen in {days} days of captures: a candidate for review.",
    ),
    why=(
        "使われない登録と規則は、だれも見ていない通信路として残る。",
        "Entries and rules that nobody uses stay open unwatched.",
    ),
    fix=(
        "所管課が要否を確かめ、不要なら廃止して規則を閉じる。",
        "The section in charge retires the entry if it is not needed, and its rule is closed.",
    ),
    wrong=(
        "年次・災害・DR の通信のとき。台帳の use に書く。",
        "If it is used yearly, in disasters or for recovery only: write so in `use`.",
    ),
    asks=Basis.CAPTURES,
)
#: Captures of less say nothing of a communication that may be needed once a year.
DAYS = LONG


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield each regular entry that a tap would show and that was not seen in `DAYS` days; it is no violation."""
    for name in _unseen(context):
        entry = context.entries[name]
        if not _long(context, entry):
            continue
        yield _entries.finding(
            CHECK,
            context.network,
            entry,
            "SP-10",
            params=(("section", entry.section or "-"), ("days", str(context.watched // 86_400))),
            basis=(Basis.CAPTURES,),
            standing=Standing.NOTHING_SEEN,
            weight=CHECK.weight,
            remedy=(
                f"台帳 {name} の要否を所管課に確かめる。不要なら変更申請を経て廃止し、規則を閉じる。",
                f"Ask the section in charge whether register entry {name} is needed; if not, retire it and close its rule.",
            ),
        )


def covered(context: SeenContext) -> Covered:
    """Return that nobody can say of entries that were not seen for less than `DAYS` days, or that no tap would show."""
    if not context.uses:
        return _entries.NO_ENTRY
    hours = context.watched // 3_600
    if early := [name for name in _unseen(context) if not _long(context, context.entries[name])]:
        return _entries.lacking(
            early,
            (
                f"観測なし（観測期間 {hours} 時間、判断不可）: {{names}}",
                f"Not seen (observed for {hours} hours, which decides nothing): {{names}}",
            ),
        )
    hidden = (one.entry for one in context.uses if one.observed is Observed.NOT_VISIBLE)
    return _entries.lacking(
        (name for name in hidden if context.entries[name].use is Use.REGULAR),
        ("どのキャプチャ地点からも見えない: {names}", "No tap would show: {names}"),
    )


def _unseen(context: SeenContext) -> list[str]:
    """Return the entries of regular use that a tap would show, and that no tap showed."""
    found = (one.entry for one in context.uses if one.observed is Observed.NOT_SEEN)
    return [name for name in found if context.entries[name].use is Use.REGULAR]


def _long(context: SeenContext, entry: RegisterEntry) -> bool:
    """Return whether every tap has watched for long enough, while the entry was approved."""
    approved = entry.approved is not None and entry.approved <= context.day - timedelta(days=DAYS)
    return approved and context.watched >= DAYS * 86_400
