"""A rule serves a registered communication and lets more through than the entry says."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Cause, Kind
from segcheck.checks._base import Context, grouped, named
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight

CHECK = Check(
    id="wider-than-registered",
    weight=Weight.HIGH,
    requirements=("MN-03", "X-12"),
    title=("台帳の登録より広い規則", "A rule wider than the register"),
    message=(
        "台帳 {entry} の通信を通す規則が、登録より広い範囲を通している。場所: {places}。規則: {rules}",
        "The rule behind register entry {entry} lets more through than is registered: {places}. Rule: {rules}",
    ),
    why=(
        "特定通信は送信元・宛先・ポートを限って承認する。規則がそれより広ければ、承認していない通信が同じ規則を通る。",
        "An entry is approved for given hosts and ports. A wider rule carries what nobody approved.",
    ),
    fix=(
        "規則の送信元・宛先・サービスを台帳と同じにする。",
        "Give the rule the sources, destinations and services of the entry.",
    ),
    wrong=("台帳の登録漏れのとき。台帳を直す。", "If the entry is what is incomplete: correct the register."),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses by a rule that also serves a registered communication."""
    wider = (cause for cause in context.causes if cause.kind is Kind.WIDER)
    yield from grouped(context, CHECK, wider, _remedy)


def _remedy(cause: Cause) -> Said:
    rules = named(cause.statements)
    return (
        f"{rules} の送信元・宛先・サービスを、台帳 {cause.entry} の登録と同じ範囲に狭める。",
        f"Narrow {rules} to the sources, destinations and services of register entry {cause.entry}.",
    )
