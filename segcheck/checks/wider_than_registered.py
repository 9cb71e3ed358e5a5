"""A rule serves a registered communication and lets more through than the entry says."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Kind
from segcheck.checks._base import Context, named
from segcheck.checks._grouping import Mistake, findings, mistakes
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight

CHECK = Check(
    id="wider-than-registered",
    weight=Weight.HIGH,
    requirements=("MN-03", "X-12"),
    title=("台帳の登録より広い規則", "A rule wider than the register"),
    message=(
        "台帳 {entry} の通信を通す規則が、登録より広い範囲を通している。区間対 {count}: {places}。通している規則: {rules}",
        "The rules behind register entry {entry} let more through than is registered. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "特定通信は送信元・宛先・ポートを限って承認する。規則がそれより広ければ、承認していない通信が同じ規則を通る。",
        "An entry is approved for given hosts and ports. A wider rule carries what nobody approved.",
    ),
    fix=(
        "規則の送信元・宛先・サービスを台帳と同じにする。",
        "Give the rule the sources, destinations and services of the entry.",
    ),
    crosses=True,
    wrong=("台帳の登録漏れのとき。台帳を直す。", "If the entry is what is incomplete: correct the register."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses by rules that also serve a registered communication."""
    wider = (cause for cause in context.causes if cause.kind is Kind.WIDER)
    yield from findings(context, CHECK, mistakes(wider), _remedy, breaks=("X-12",))


def _remedy(_context: Context, mistake: Mistake) -> Said:
    entries = ", ".join(mistake.entries)
    return (
        f"{named(mistake.rules, '、')} の送信元・宛先・サービスを、台帳 {entries} の登録と同じ範囲に狭める。",
        f"Narrow {named(mistake.rules, ', ')} to the sources, destinations and services of register entry {entries}.",
    )
