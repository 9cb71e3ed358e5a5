"""Two rules that decide otherwise overlap, and neither contains the other: what they share goes by their order alone."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.anomalies import AnomalyKind
from segcheck.analysis.compiling.expressions import matched
from segcheck.checks._base import Context
from segcheck.checks._hygiene import Listed, exports_read, grouped, odd, some
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Finding, Weight
from segcheck.model.rules import Rule
from segcheck.sets import addresses
from segcheck.sets.header import Packet

CHECK = Check(
    id="correlated-rules",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("順序だけで結果が決まる規則の組", "Pairs of rules that their order alone decides"),
    message=(
        "{device} に、動作が反対で一部だけ重なる規則の組が {pairs_count} 組ある。重なる通信は順序だけで可否が決まる: {pairs}",
        "{device} has {pairs_count} pairs of rules that decide otherwise and overlap in part; their order alone decides what "
        "they share: {pairs}",
    ),
    why=(
        "並べ替えや取り込み直しで順序が変わると、止めていた通信が通る。",
        "Once the order changes, by tidying or importing, what was stopped passes.",
    ),
    fix=("どちらかの規則を、重ならないように狭める。", "Narrow one rule of each pair so that they do not overlap."),
    wrong=("重なる通信がどちらでもよいとき。", "If it does not matter what becomes of what they share."),
    unsure=(
        ("順序だけで結果が決まる規則の組", "Pairs of rules that their order alone decides"),
        (
            "{device} の規則が多すぎるか複雑すぎて、{rules} 以下は順序と重複の影響を調べきれなかった。",
            "{device} has too many rules, or too intricate ones: from {rules} on their order and overlap were not all looked at.",
        ),
    ),
)
covered = exports_read
#: Pairs of a device whose shared packets are shown.
_SHOWN = 4


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, its crossing pairs with a packet that both match, and where there were too many to look at."""
    devices: dict[str, list[tuple[Listed, Rule, Rule]]] = {}
    for one, found in odd(context):
        hidden = {each.rule for each in found if each.kind in (AnomalyKind.SHADOWED, AnomalyKind.REDUNDANT)}
        for each in found:
            if each.kind is AnomalyKind.CORRELATED and each.because[0] not in hidden:
                devices.setdefault(one.device, []).append((one, each.rule, each.because[0]))
        limited = [(one, each.rule) for each in found if each.kind in (AnomalyKind.LIMITED, AnomalyKind.UNDECIDED)]
        if limited:
            yield _limited(limited)
    for device, members in devices.items():
        yield _finding(context, device, members)


def _finding(context: Context, device: str, members: list[tuple[Listed, Rule, Rule]]) -> Finding:
    pairs = []
    for number, (one, rule, earlier) in enumerate(members):
        shared = f" ({_shared(context, one, rule, earlier)})" if number < _SHOWN else ""
        pairs.append(f"{one.name(earlier)} × {rule.id}{shared}")
    keys = sorted({f"{one.rules.name}/{earlier.key}*{rule.key}" for one, rule, earlier in members})
    return grouped(
        CHECK,
        device,
        [(one, rule) for one, rule, _ in members],
        key=f"{device}/{'+'.join(keys)}",
        beside=[(one, earlier) for one, _, earlier in members],
        params=(("pairs", some(pairs)), ("pairs_count", str(len(members)))),
        remedy=(
            "重なる通信をどちらに扱うべきかを所管課に確かめ、規則を重ならない範囲に狭める。",
            "Confirm what is to become of the shared packets, and narrow the rules so that they do not overlap.",
        ),
    )


def _shared(context: Context, one: Listed, rule: Rule, earlier: Rule) -> str:
    """Return a packet that both rules surely match, in short."""
    space = context.judgement.reach.spaces[one.device]
    both = space.left(matched(space, rule.match).must & matched(space, earlier.match).must)
    return _short(both.witness()) if both else "?"


def _short(packet: Packet) -> str:
    """Return a packet in a few words: 10.1.0.50 > 10.2.0.25 6/443."""
    port = packet.get("dport")
    ends = f"{addresses.text(packet.src)} > {addresses.text(packet.dst)}"
    return f"{ends} {packet.proto}" + (f"/{port}" if port is not None else "")


def _limited(rules: list[tuple[Listed, Rule]]) -> Finding:
    one, first = rules[0]
    return grouped(
        CHECK,
        one.device,
        [(one, first)],
        standing=Standing.UNDECIDED,
        remedy=(
            f"{one.name(first)} より下は、リストを分けるか規則を整理してから調べ直す。",
            f"Split the list or tidy it up, and ask again what lies from {one.name(first)} on.",
        ),
    )
