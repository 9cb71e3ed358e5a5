"""How far checks could be asked that share what they read: crossings, the ways of entries, exports, what was captured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from segcheck.analysis.crossings import Judged
from segcheck.checks import _entries
from segcheck.checks._base import Context, crossing_requirements
from segcheck.checks._registered import used
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.register import RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DeviceKind, Responsibility, Tier
from segcheck.sets.packets import PacketSet

#: What requirements of a tier are about, beside those that say between which two.
_TIERS: Mapping[str, frozenset[Tier]] = {
    "MN": frozenset((Tier.MYNUMBER,)),
    "LG": frozenset((Tier.LGWAN, Tier.LGWAN_WAN, Tier.SANITISE)),
    "IN": frozenset((Tier.INTERNET, Tier.DMZ)),
}
_BETWEEN = frozenset(name for one in Tier for other in Tier for name in crossing_requirements(one, other)) - {
    "X-12"  # which is about all rules
}
_NO_PAIR = Covered(
    Coverage.NOTHING_TO_ASK, ("該当するゾーンの組がない", "there are no such pairs of zones")
)  # of an organ
_OPEN: Said = (
    "越えるかどうか、読めた規則からは分からない区間がある: {names}",
    "Whether this crosses cannot be told from what was read: {names}",
)


def undecided(context: Context, among: PacketSet | None = None, said: Said = _OPEN) -> Covered:
    """Return the pairs of places between which nobody can say what crosses; `among`: of these packets only."""
    return _entries.lacking(map(_named, _open(context, among)), said)


def undecided_by(
    context: Context, check: Check, among: PacketSet | None = None, said: Said = _OPEN
) -> Mapping[str, Covered]:
    """Return the same by requirement: of those between tiers that it is not about, nothing is missing for it."""
    pairs = list(_open(context, among))
    there = between(context, check)
    return {
        name: _entries.lacking((_named(pair) for pair in pairs if _about(name, pair)), said)
        if there[name].coverage is Coverage.ASKED
        else there[name]
        for name in check.requirements
    }


def between(context: Context, check: Check) -> Mapping[str, Covered]:
    """Return whether an organ has pairs of places that a requirement is about; of a whole site the judgement says it.

    What cannot be told of them is a finding of its own. What binds entries of the register needs one.
    """
    if context.organ is None:
        return dict.fromkeys(check.requirements, Covered(Coverage.ASKED))
    pairs = [one for one in context.judgement.pairs if context.concerns(one.src.zone, one.dst.zone)]
    entries = bool(_entries.in_force(context))
    return {name: _there(name, pairs, entries=entries) for name in check.requirements}


def _there(name: str, pairs: Sequence[Judged], *, entries: bool) -> Covered:
    if name.startswith("SP-") and not entries:
        return _entries.NO_ENTRY
    return Covered(Coverage.ASKED) if any(_about(name, one) for one in pairs) else _NO_PAIR


def _open(context: Context, among: PacketSet | None) -> Iterator[Judged]:
    for pair in context.judgement.pairs:
        asked = pair.standing is Standing.UNDECIDED and context.concerns(pair.src.zone, pair.dst.zone)
        if asked and (among is None or pair.forbidden_may & among):
            yield pair


def _about(requirement: str, pair: Judged) -> bool:
    """Return whether a requirement is about what crosses between two tiers; those of no tier are about all of it."""
    tiers = pair.src.tier, pair.dst.tier
    if requirement in crossing_requirements(*tiers):
        return True
    if requirement in _BETWEEN:
        return False
    return not _TIERS.get(requirement.partition("-")[0], frozenset(tiers)).isdisjoint(tiers)


def _named(pair: Judged) -> str:
    return f"{pair.src.id} → {pair.dst.id}"


def followed(context: Context, entries: Iterable[RegisterEntry]) -> Covered:
    """Return the entries between zones of which no session surely arrives: the ways of these cannot be looked at.

    What the models refuse permits nothing, and is a finding of its own.
    """
    known = {one.entry.id for one in used(context)}
    permitting = {one.entry for one in context.judgement.allowances}
    entries = [one for one in entries if one.id in permitting and one.id not in known and _crosses(context, one)]
    return _entries.lacking(
        (one.id for one in entries),
        (
            "経路をたどれない登録がある (規則か経路が足りない、または通らない): {names}",
            "The ways of these entries cannot be followed (rules or routes are missing, or they do not pass): {names}",
        ),
    )


def _crosses(context: Context, entry: RegisterEntry) -> bool:
    ends = (entry.source, entry.destination)
    return bool(entry.gateway) or len({zone for end in ends for _, zone in _entries.places(context.network, end)}) != 1


def by_entries(
    context: Context, check: Check, ask: Callable[[Sequence[RegisterEntry]], Covered]
) -> Mapping[str, Covered]:
    """Return what `ask` says of the entries in force, by requirement.

    MN-03 is about those of the My Number tier, X-12 about the others; the rest of the requirements is about all of them.
    """
    every = _entries.in_force(context)
    grave = [one for one in every if _entries.grave(context.network, one)]
    theirs = {one.id for one in grave}
    meant = {"MN-03": grave, "X-12": [one for one in every if one.id not in theirs]}
    return {name: _of(meant.get(name, every), ask) for name in check.requirements}


def _of(entries: Sequence[RegisterEntry], ask: Callable[[Sequence[RegisterEntry]], Covered]) -> Covered:
    return ask(entries) if entries else _entries.NO_ENTRY


def devices_read(context: Context) -> Covered:
    """Return whether an export of every device of the city was read, switches with rules too; assumptions are no export."""
    own = [
        station
        for name, station in context.network.stations.items()
        if name in context.site.devices
        and context.concerns_device(name)
        and station.device.responsibility is Responsibility.CITY
        and station.device.kind not in (DeviceKind.HOST, DeviceKind.SWITCH)
    ]
    if not own:
        return Covered(Coverage.NOTHING_TO_ASK, ("団体の機器がない", "the city has no devices of its own"))
    return _entries.lacking(
        (one.device.id for one in own if one.config is None or one.assumed),
        ("次の機器の設定情報が読めていない: {names}", "The exports of these devices were not read: {names}"),
    )
