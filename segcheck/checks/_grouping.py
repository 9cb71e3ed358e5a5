"""One finding per mistake: causes of forbidden packets, put together by the rule lines that have to be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from segcheck.analysis.causes import Cause, Statement
from segcheck.checks._base import OUTSIDE, Context, confirmed, crossing_weight, named, statement_evidence
from segcheck.checks._registered import serving
from segcheck.checks._services import broken_by
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding
from segcheck.model.register import Kind
from segcheck.model.site_words import HostRole, Tier
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet

#: Pairs of places that a message names.
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Mistake:
    """Causes that the same rules answer for.

    statements   rules that let every one of its packets through; () = no rule does, nothing filters on the way
    rules        all rules that any of its packets passes, in the order of the longest way
    entries      register entries that the causes name
    about        the one entry that all of it is about, "" if it is about the rules
    """

    statements: tuple[Statement, ...]
    rules: tuple[Statement, ...]
    entries: tuple[str, ...]
    causes: tuple[Cause, ...]
    about: str = ""


def mistakes(found: Iterable[Cause], *, by_entry: bool = False) -> Iterator[Mistake]:
    """Yield the causes by the fewest rules that answer for them, gravest first.

    Where one rule lets packets through by itself, ways that pass further rules besides are its own as well: they are
    closed with it. `by_entry`: all causes that name one entry are one mistake.
    """
    causes = sorted(found, key=lambda cause: len(_rules(cause)))
    groups: dict[frozenset[object], list[Cause]] = {}
    for cause in causes:
        own: frozenset[object] = frozenset(map(_identity, _rules(cause)))
        if by_entry:
            key: frozenset[object] = frozenset((cause.entry,))
        elif not own:
            key = frozenset(("", *(hop.device for hop in cause.journey.hops))) if cause.journey else frozenset(("",))
        else:
            key = next((known for known in groups if "" not in known and known <= own), own)
        groups.setdefault(key, []).append(cause)
    for members in groups.values():
        longest_first = sorted(members, key=lambda cause: (-len(_rules(cause)), *map(_place, _rules(cause))))
        everything = {_identity(rule): rule for cause in longest_first for rule in _rules(cause)}
        common = set(everything).intersection(*({_identity(rule) for rule in _rules(cause)} for cause in members))
        shared = [rule for name, rule in everything.items() if name in common]
        entries = sorted({cause.entry for cause in members if cause.entry})
        about = entries[0] if by_entry else ""
        yield Mistake(tuple(shared), tuple(everything.values()), tuple(entries), tuple(members), about)


def _rules(cause: Cause) -> tuple[Statement, ...]:
    """Return the rules by which the packets of a cause pass, each once: a translation by the rule that permits is no other."""
    found: dict[object, Statement] = {}
    for one in cause.statements:
        found.setdefault(_identity(one), one)
    return tuple(found.values())


def _identity(rule: Statement) -> tuple[str, str, object]:
    return rule.device, rule.rule, rule.span


def _place(rule: Statement) -> tuple[str, str, int, str]:
    return rule.device, rule.span.path if rule.span else "", rule.span.first if rule.span else 0, rule.rule


def findings(
    context: Context,
    check: Check,
    found: Iterable[Mistake],
    remedy: Callable[[Context, Mistake], Said],
    *,
    breaks: tuple[str, ...] = (),
) -> Iterator[Finding]:
    """Yield a finding for each mistake.

    breaks   requirements that it breaks beside those of the tiers that are mixed
    """
    for mistake in found:
        yield _finding(context, check, mistake, remedy(context, mistake), breaks)


def _finding(context: Context, check: Check, mistake: Mistake, remedy: Said, breaks: tuple[str, ...]) -> Finding:
    causes = sorted(mistake.causes, key=lambda one: _gravity(context, one))
    first = causes[0]
    packets = first.packets
    universe = context.judgement.reach.universe
    opening = universe.of_class(PacketClass.OPENING)  # a reply is for a port of the initiator's own
    for other in causes[1:]:
        packets = packets | other.packets
    zones = tuple(dict.fromkeys((one.pair.src.zone, one.pair.dst.zone) for one in causes))
    at_home = [one for one in causes if _at_home(context, one)] or causes
    places = list(dict.fromkeys(f"{one.pair.src.id} → {one.pair.dst.id}" for one in at_home))
    weight = min((crossing_weight(one.pair.src.tier, one.pair.dst.tier) for one in causes), key=lambda one: one.rank)
    broken = dict.fromkeys(
        name
        for one in causes
        for name in broken_by(universe, one.pair.src.tier, one.pair.dst.tier, one.packets & opening)
    )
    if any(one.against for one in causes):
        broken["SP-4"] = None
    if mistake.entries and "MN-01" in broken:
        broken["MN-03"] = None
    rules = named(mistake.rules)
    return Finding(
        check=check.id,
        weight=weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=mistake.about or (named(mistake.statements or mistake.rules) if mistake.rules else places[0]),
        key=_key(mistake),
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(
            ("entry", ", ".join(mistake.entries)),
            ("count", str(len(places))),
            ("places", ", ".join(places[:SHOWN]) + (", ..." if len(places) > SHOWN else "")),
            ("rules", rules),
            ("zones", ", ".join(f"{src} → {dst}" for src, dst in zones)),
        ),
        packets=packets.boxes(8),
        assumptions=tuple(dict.fromkeys(name for one in causes for name in one.assumptions)),
        evidence=(confirmed(context, first), *statement_evidence(mistake.rules)),
        remedy=remedy,
        requirements=tuple(dict.fromkeys((*broken, *_beside(context, causes), *breaks))),
    )


def _beside(context: Context, causes: Iterable[Cause]) -> Iterator[str]:
    """Yield what else is broken: LG-09 where a server that hands out updates gets out, LG-06 beside a local breakout."""
    hosts = (one for one in context.site.hosts.values() if one.role is HostRole.UPDATE_RELAY)
    relays = IntervalSet.of(*(address for one in hosts for address in one.addresses))
    breakout = any(one.kind is Kind.LBO and one.permits_on(context.day) for one in context.site.policy.register)
    for one in causes:
        if one.pair.src.tier is not Tier.LGWAN:
            continue
        if one.pair.dst.tier in OUTSIDE and any(box.src.meets(relays) for box in one.packets.boxes(8).boxes):
            yield "LG-09"
        if breakout and one.pair.dst.tier is Tier.PUBLIC:
            yield "LG-06"


def _key(mistake: Mistake) -> str:
    """Return what names a mistake over runs: its rules; of an entry that it is about alone, the entry."""
    if mistake.about:
        return mistake.about
    if mistake.statements:
        return "+".join(dict.fromkeys(f"{one.device}/{one.key}" for one in mistake.statements))
    hops = {hop.device for one in mistake.causes if one.journey is not None for hop in one.journey.hops}
    return "unfiltered:" + "+".join(sorted(hops))


def _gravity(context: Context, cause: Cause) -> tuple[int, bool, bool, tuple[str, str], tuple[str, str]]:
    """Return what the causes of a mistake are ordered by: the first gives the witness."""
    transit = context.transit(cause.pair.src.id)
    weight = crossing_weight(cause.pair.src.tier, cause.pair.dst.tier)
    return weight.rank, not _at_home(context, cause), transit, cause.pair.src.key, cause.pair.dst.key


def _at_home(context: Context, cause: Cause) -> bool:
    """Return whether the witness is sent from the segment that its source address belongs to."""
    return cause.witness.src in context.network.addresses[cause.pair.src.id]


def removal(context: Context, mistake: Mistake) -> Said:
    """Return how to close what a mistake opens: rules to delete, and those to narrow because they serve the register too."""
    if not mistake.rules:
        pair = mistake.causes[0].pair
        return (
            f"{pair.src.id} から {pair.dst.id} への経路には通信を止める規則がない。境界にフィルターを置く。",
            f"Nothing filters on the way from {pair.src.id} to {pair.dst.id}: put a filter at the boundary.",
        )
    served = {_identity(one): serving(context, one) for one in mistake.rules}
    spare = [one for one in mistake.rules if not served[_identity(one)]]
    needed = [one for one in mistake.rules if served[_identity(one)]]
    entries = ", ".join(dict.fromkeys(name for one in needed for name in served[_identity(one)]))
    closed = any(
        one in mistake.statements for one in spare
    )  # the rules that also serve the register can stay as they are
    japanese, english = [], []
    if spare:
        japanese.append(f"{named(spare, '、')} を削除する。")
        english.append(f"Delete {named(spare, ', ')}.")
    if needed and closed:
        japanese.append(f"{named(needed, '、')} は台帳 {entries} の通信も通すので残す。")
        english.append(f"Keep {named(needed, ', ')}: register entry {entries} needs it.")
    elif needed:
        japanese.append(f"{named(needed, '、')} は台帳 {entries} の通信も通すので、削除せず、登録した範囲に狭める。")
        english.append(f"Narrow {named(needed, ', ')} to what is registered; do not delete it, {entries} needs it.")
    return "".join(japanese), " ".join(english)
