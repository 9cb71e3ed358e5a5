"""Packets cross with a source address that does not belong to the zone they come from."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.causes import Cause, Kind
from segcheck.checks._base import Context, grouped, named
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight

CHECK = Check(
    id="spoofed-source",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("送信元を偽った通信がゾーンを越えられる", "Traffic with a forged source can cross"),
    message=(
        "よそのゾーンの送信元アドレスを名乗れば越えられる。場所: {places}。規則: {rules}",
        "Whoever claims a source address of another zone gets across: {places}. Let through by: {rules}",
    ),
    why=(
        "規則が送信元アドレスだけで判断し、どのインターフェースから来たかを見ないと、名乗るだけで通れる。",
        "If a rule judges by the source address alone and not by the interface, claiming the address is enough.",
    ),
    fix=(
        "規則に入力インターフェースを加えるか、逆方向経路の検査 (uRPF、アンチスプーフィング) を有効にする。",
        "Tie the rule to the ingress interface, or switch on reverse-path checks (uRPF, anti-spoofing).",
    ),
    wrong=(
        "下位の機器が送信元を検査していて、その設定を読んでいないとき。",
        "If a device below checks sources and its export was not read.",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses only with a foreign source."""
    spoofed = (cause for cause in context.causes if cause.kind is Kind.SPOOFED)
    yield from grouped(context, CHECK, spoofed, _remedy)


def _remedy(cause: Cause) -> Said:
    rules = named(cause.statements)
    return (
        f"{rules} を入力インターフェースに結び付けるか、{cause.pair.src.id} 側で送信元を検査する。",
        f"Tie {rules} to the ingress interface, or check sources on the side of {cause.pair.src.id}.",
    )
