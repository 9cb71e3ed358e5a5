"""Hosts that are to exchange data through a sanitiser talk to each other directly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.causes import Kind
from segcheck.checks._base import Context
from segcheck.checks._coverage import undecided_by
from segcheck.checks._grouping import Mistake, findings, mistakes, removal
from segcheck.checks._sanitising import asked
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="sanitiser-bypass",
    weight=Weight.CRITICAL,
    requirements=("SP-4", "LG-01", "LG-02", "LG-11", "LG-13"),
    title=("無害化を通らない直接の通信", "Direct traffic around the sanitiser"),
    message=(
        "台帳 {entry} で無害化を経ることになっている相手と、直接通信できる。区間対 {count}: {places}。通している規則: {rules}",
        "Hosts that are to meet through a sanitiser (register entry {entry}) can talk directly. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "メールやファイルが無害化されずに入れば、マルウェアがそのまま届く。",
        "Mail and files that pass unsanitised bring malware along.",
    ),
    fix=(
        "直接の規則を削除し、無害化装置の両側の規則だけを残す。",
        "Delete the direct rule; keep only the two legs of the gateway.",
    ),
    crosses=True,
    wrong=("無害化装置が別のアドレスを使うとき。", "If the gateway uses other addresses than declared."),
)


def covered(context: Context) -> Covered | Mapping[str, Covered]:
    """Return whether a sanitised communication is in force, and whether it can be told that nothing goes around it."""
    known = asked(context)
    return undecided_by(context, CHECK) if known.coverage is Coverage.ASKED else known


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely passes directly between the ends of a sanitised communication."""
    direct = (cause for cause in context.causes if cause.kind is Kind.BYPASS)
    yield from findings(context, CHECK, mistakes(direct), _remedy, breaks=("LG-02",))


def _remedy(context: Context, mistake: Mistake) -> Said:
    japanese, english = removal(context, mistake)
    entries = ", ".join(mistake.entries)
    return (
        f"{japanese}台帳 {entries} の通信は無害化装置を経る規則だけで通す。",
        f"{english} Let the traffic of register entry {entries} pass by the rules of its gateway only.",
    )
