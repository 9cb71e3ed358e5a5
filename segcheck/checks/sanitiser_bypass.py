"""Hosts that are to exchange data through a sanitiser talk to each other directly."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Cause, Kind
from segcheck.checks._base import Context, grouped, named
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight

CHECK = Check(
    id="sanitiser-bypass",
    weight=Weight.CRITICAL,
    requirements=("LG-02", "LG-11"),
    title=("無害化を通らない直接の通信", "Direct traffic around the sanitiser"),
    message=(
        "台帳 {entry} で無害化を経ることになっている相手と、直接通信できる。場所: {places}。規則: {rules}",
        "Hosts that register entry {entry} has meet through a sanitiser can talk directly: {places}. Rule: {rules}",
    ),
    why=(
        "メールやファイルが無害化されずに入れば、マルウェアがそのまま届く。",
        "Mail and files that pass unsanitised bring malware along.",
    ),
    fix=(
        "直接の規則を削除し、無害化装置の両側の規則だけを残す。",
        "Delete the direct rule; keep only the two legs of the gateway.",
    ),
    wrong=("無害化装置が別のアドレスを使うとき。", "If the gateway uses other addresses than declared."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely passes directly between the ends of a sanitised communication."""
    direct = (cause for cause in context.causes if cause.kind is Kind.BYPASS)
    yield from grouped(context, CHECK, direct, _remedy)


def _remedy(cause: Cause) -> Said:
    rules = named(cause.statements)
    return (
        f"{rules} を削除し、台帳 {cause.entry} の無害化装置を経る通信だけを残す。",
        f"Delete {rules}; keep only the traffic of register entry {cause.entry} through its gateway.",
    )
