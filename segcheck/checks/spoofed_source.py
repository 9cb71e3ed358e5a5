"""Packets cross with a source address that does not belong to the zone they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.causes import Kind, Statement
from segcheck.checks import _coverage
from segcheck.checks._base import Context, named
from segcheck.checks._grouping import Mistake, findings, mistakes, removal
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight
from segcheck.model.match import Interface, leaves
from segcheck.model.requirement import Covered

CHECK = Check(
    id="spoofed-source",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("送信元を偽った通信がゾーンを越えられる", "Traffic with a forged source can cross"),
    message=(
        "よそのゾーンの送信元アドレスを名乗れば、ゾーンを越えられる。区間対 {count}: {places}。通している規則: {rules}",
        "Whoever claims a source address of another zone gets across. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    why=(
        "規則が送信元アドレスだけで判断し、どのインターフェースから来たかを見ないと、名乗るだけで通れる。",
        "If a rule judges by the source address alone and not by the interface, claiming the address is enough.",
    ),
    fix=(
        "規則に入力インターフェースを加えるか、逆方向経路の検査 (uRPF、アンチスプーフィング) を有効にする。",
        "Tie the rule to the ingress interface, or switch on reverse-path checks (uRPF, anti-spoofing).",
    ),
    crosses=True,
    wrong=(
        "下位の機器が送信元を検査していて、その設定を読んでいないとき。",
        "If a device below checks sources and its export was not read.",
    ),
)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return ASKED wherever there are such pairs of zones; what cannot be told of them `forbidden-crossing` says."""
    return _coverage.between(context, CHECK)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses only with a foreign source."""
    spoofed = (cause for cause in context.causes if cause.kind is Kind.SPOOFED)
    yield from findings(context, CHECK, mistakes(spoofed), _remedy)


def _remedy(context: Context, mistake: Mistake) -> Said:
    if not mistake.rules:
        return removal(context, mistake)
    sources = ", ".join(dict.fromkeys(one.pair.src.zone for one in mistake.causes))
    loose = [one for one in mistake.rules if not _tied(context, one)]
    if loose:
        return (
            f"{named(loose, '、')} に入力インターフェースを指定するか、逆方向経路の検査を有効にする。",
            f"Give {named(loose, ', ')} the ingress interface, or switch on reverse-path checks.",
        )
    return (
        f"{named(mistake.rules, '、')} は入力インターフェースを指定しているが、{sources} の送信元も同じところから届く。"
        "不要な規則は削除し、必要なら手前の機器で送信元を検査する。",
        f"{named(mistake.rules, ', ')} asks for the ingress interface, but what {sources} sends arrives there as well. "
        "Delete what is not needed; else check sources on the device before it.",
    )


def _tied(context: Context, statement: Statement) -> bool:
    """Return whether a rule asks where its packets come in."""
    config = context.network.stations[statement.device].config
    rules = config.lists[statement.list].rules if config is not None else ()
    rule = next((one for one in rules if one.id == statement.rule and one.span == statement.span), None)
    return rule is not None and any(isinstance(leaf, Interface) and leaf.side == "in" for leaf in leaves(rule.match))
