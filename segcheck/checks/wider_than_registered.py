"""A rule serves a registered communication and lets more through than the entry says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.causes import Kind
from segcheck.analysis.permitted import meant
from segcheck.checks._base import Context, named
from segcheck.checks._coverage import undecided_by
from segcheck.checks._entries import NO_ENTRY, in_force
from segcheck.checks._grouping import Mistake, findings, mistakes
from segcheck.model.check import Check, Said
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Covered

CHECK = Check(
    id="wider-than-registered",
    weight=Weight.HIGH,
    requirements=("SP-4", "SP-1", "SP-2", "MN-03", "X-12"),
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
    for mistake in mistakes(wider):
        yield from findings(context, CHECK, (mistake,), _remedy, breaks=(*_surplus(context, mistake), "X-12"))


def covered(context: Context) -> Covered | Mapping[str, Covered]:
    """Return the pairs of places between which nobody can say whether more passes than is registered."""
    if not in_force(context):
        return NO_ENTRY
    return undecided_by(
        context,
        CHECK,
        said=(
            "登録より広く通すかどうか、読めた規則からは分からない区間がある: {names}",
            "Whether more passes than is registered cannot be told from what was read: {names}",
        ),
    )


def _surplus(context: Context, mistake: Mistake) -> tuple[str, ...]:
    """Return what the surplus lies in: hosts (SP-1), ports between registered hosts (SP-2), or both.

    Exact: what passes is held against the hosts of every entry that the rules serve.
    """
    universe = context.judgement.reach.universe
    found = set()
    for cause in mistake.causes:
        pair, left = cause.pair, cause.packets
        for allowance in context.judgement.allowances:
            if allowance.entry in mistake.entries:
                ends = meant(context.network, allowance, pair.src, pair.dst)
                same = left & universe.field("src", ends.initiators) & universe.field("dst", ends.responders)
                if same:
                    found.add("SP-2")
                left = left - same
        if left:
            found.add("SP-1")
    return tuple(sorted(found))


def _remedy(_context: Context, mistake: Mistake) -> Said:
    entries = ", ".join(mistake.entries)
    return (
        f"{named(mistake.rules, '、')} の送信元・宛先・サービスを、台帳 {entries} の登録と同じ範囲に狭める。",
        f"Narrow {named(mistake.rules, ', ')} to the sources, destinations and services of register entry {entries}.",
    )
