"""`organs:` of policy.yaml: who answers for which zones, by which models, which standard, which clauses.

An organ that names neither zones nor segments is the main one and has all that no other names; where none does so, the body
itself is. Zones that others answer for (LGWAN, the security cloud) are nobody's unless they are named. Zones are what crossings
are judged between, so a zone is of one organ as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from segcheck.loaders import marked
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.model.diagnostic import Severity
from segcheck.model.organ import Organ
from segcheck.model.profile import StandardRule
from segcheck.model.register import ProfileUse
from segcheck.model.site_words import BUILT_IN_ZONES, Responsibility
from segcheck.model.source import Span

#: The id of the body itself where no organ of the file is the main one.
MAIN = "main"
#: Segments that a note names.
_SHOWN = 8


def check(page: Page, names: Names, clauses: Sequence[str]) -> None:
    """Note zones and segments of two organs, zones in parts, and clauses that there are none of; then what nobody names.

    clauses   names of the files of clauses
    """
    found = page.items("organs")
    if not found:
        return
    _mains(page)
    claims = _claims(page, names)
    for path, one in found:
        if one.clauses is not None and one.clauses not in clauses:
            page.note(
                (*path, "clauses"),
                f"no file clauses/{one.clauses}.yaml",
                f"clauses/{one.clauses}.yaml がありません",
                did_you_mean(one.clauses, [*clauses])
                if clauses
                else ("make the folder clauses", "clauses フォルダーに作成してください"),
            )
        if one.profiles or one.standard:
            _own(page, path, one, names.topology)
    if not any(_rest(one) for _, one in found):
        _without(page, names.topology, claims)


def _rest(one: Any) -> bool:
    return not one.zones and not one.segments


def _mains(page: Page) -> None:
    mains = [(path, one) for path, one in page.items("organs") if _rest(one)]
    for path, one in mains[1:]:
        page.note(
            (*path, "id"),
            f"'{one.id}' names no zones, and neither does '{mains[0][1].id}'; all that no organ names belongs to one only",
            f"'{one.id}' も '{mains[0][1].id}' もゾーンを挙げていません。残り全部を所管する機関は 1 つだけです",
            ("write its zones", "zones に所管するゾーンを書いてください"),
        )
    for path, one in page.items("organs"):
        if one.id == MAIN and not mains:
            page.note(
                (*path, "id"),
                f"'{MAIN}' is the body itself where no organ is without zones",
                f"'{MAIN}' は、残り全部を所管する機関を書かないときの団体自身の ID です",
                ("give it another id", "別の ID にしてください"),
            )


def _claims(page: Page, names: Names) -> dict[str, str]:
    """Return the organ of each zone that one names; what is named twice, or in part, is noted."""
    topology = names.topology
    zone_of = {str(path[1]): one.zone for path, one in topology.items("segments")}
    claims: dict[str, tuple[str, marked.Path]] = {}
    for path, one in page.items("organs"):
        for index, zone in enumerate(one.zones):
            here = (*path, "zones", index)
            if zone in BUILT_IN_ZONES:
                page.note(
                    here,
                    f"zone '{zone}' is built in and nobody's",
                    f"ゾーン '{zone}' は組込みで、どの機関のものでもありません",
                )
            elif names.ask(page, here, zone, "zones"):
                _claim(page, claims, zone, one.id, here)
        said: set[str] = set()
        for index, segment in enumerate(one.segments):
            here = (*path, "segments", index)
            if not names.ask(page, here, segment, "segments") or segment not in zone_of:
                continue
            zone = zone_of[segment]
            if zone not in said:
                said.add(zone)
                _claim(page, claims, zone, one.id, here)
                _whole(page, here, one, zone, [name for name, its in zone_of.items() if its == zone])
    return {zone: organ for zone, (organ, _) in claims.items()}


def _claim(page: Page, claims: dict[str, tuple[str, marked.Path]], zone: str, organ: str, here: marked.Path) -> None:
    if zone in claims and claims[zone][0] != organ:
        en, ja = page.where(claims[zone][1])
        page.note(
            here,
            f"zone '{zone}' is of organ '{claims[zone][0]}' already ({en}); it has one organ only",
            f"ゾーン '{zone}' は {ja}で機関 '{claims[zone][0]}' のものです。所管する機関は 1 つだけです",
            ("take it out of one of them", "どちらか一方から削除してください"),
        )
    claims.setdefault(zone, (organ, here))


def _whole(page: Page, here: marked.Path, one: Any, zone: str, segments: Sequence[str]) -> None:
    left = [name for name in segments if name not in one.segments]
    if left and zone not in one.zones:
        names = ", ".join(left)
        page.note(
            here,
            f"zone '{zone}' has segments that '{one.id}' does not name ({names}); a zone is of one organ, "
            "for between its own segments nothing is forbidden",
            f"ゾーン '{zone}' には '{one.id}' が挙げていないセグメントがあります ({names})。"
            "ゾーンの中の通信は禁止されないため、1 つのゾーンは 1 つの機関のものとします",
            (
                "give the segments of the organ a zone of their own, or name them all",
                "機関のセグメントを独立したゾーンにするか、すべて挙げてください",
            ),
        )


def _own(page: Page, path: marked.Path, one: Any, topology: Page) -> None:
    """Note profiles of an organ for segments of others, and changes whose id stands elsewhere too."""
    zones = {str(at[1]): segment.zone for at, segment in topology.items("segments")}
    own = zones_of(page, topology).get(one.id, frozenset())
    for number, use in enumerate(one.profiles):
        for index, name in enumerate(use.segments):
            if name in zones and zones[name] not in own:
                page.note(
                    (*path, "profiles", number, "segments", index),
                    f"segment '{name}' is none of '{one.id}'",
                    f"セグメント '{name}' は '{one.id}' のものではありません",
                )
    others = [(at, rule.id) for at, rule in every_standard(page)]
    for number, rule in enumerate(one.standard):
        here: marked.Path = (*path, "standard", number)
        first = next(at for at, name in others if name == rule.id)
        if first != here:
            en, ja = page.where((*first, "id"))
            page.note(
                (*here, "id"),
                f"'{rule.id}' is the id of something else already ({en})",
                f"ID '{rule.id}' は {ja}で使われています",
            )


def _without(page: Page, topology: Page, claims: Mapping[str, str]) -> None:
    zones = {str(path[1]): one for path, one in topology.items("zones")}
    left = [
        str(path[1])
        for path, one in topology.items("segments")
        if one.zone in zones and one.zone not in claims and _city(zones[one.zone])
    ]
    if left:
        more = len(left) - _SHOWN
        names = ", ".join(left[:_SHOWN])
        page.note(
            ("organs",),
            f"segments that no organ names belong to the body itself: {names}"
            + (f" and {more} more" if more > 0 else ""),
            f"どの機関も挙げていないセグメントは団体自身のものとします: {names}"
            + (f" ほか {more} 件" if more > 0 else ""),
            (
                "add the organ that has the rest, without zones",
                "残り全部を所管する機関を、zones なしで追加してください",
            ),
            severity=Severity.NOTE,
            key=True,
        )


def _city(zone: Any) -> bool:
    return bool(zone.responsibility is Responsibility.CITY)


# --- to nouns --------------------------------------------------------------------------------------------------------


def zones_of(page: Page, topology: Page) -> Mapping[str, frozenset[str]]:
    """Return the zones of each organ by its id, the main one's too."""
    found = [one for _, one in page.items("organs")]
    if not found:
        return {}
    zone_of = {str(path[1]): one.zone for path, one in topology.items("segments")}
    named = {
        one.id: frozenset((*one.zones, *(zone_of[name] for name in one.segments if name in zone_of))) for one in found
    }
    taken = frozenset().union(*named.values())
    rest = frozenset(str(path[1]) for path, zone in topology.items("zones") if path[1] not in taken and _city(zone))
    main = next((one.id for one in found if _rest(one)), MAIN)
    return {**named, main: named.get(main, frozenset()) | rest}


def build(page: Page, topology: Page) -> Iterator[Organ]:
    """Yield the organs; the body itself comes first where no organ of the file is the main one."""
    found = page.items("organs")
    if not found:
        return
    zones = zones_of(page, topology)
    if not any(_rest(one) for _, one in found):
        name = str(topology.entry.name)
        yield Organ(id=MAIN, name=name, zones=zones[MAIN], main=True, span=Span(page.source.path, 1, 1))
    for path, one in found:
        yield Organ(
            id=one.id,
            name=one.name or one.id,
            zones=zones[one.id],
            main=_rest(one),
            responsible=one.responsible,
            clauses=one.clauses or "",
            span=page.span(path),
        )


def ids(page: Page) -> tuple[str, ...]:
    """Return the ids that `build` gives its organs."""
    found = page.items("organs")
    named = tuple(one.id for _, one in found)
    return named if not found or any(_rest(one) for _, one in found) else (MAIN, *named)


def every_profile(page: Page) -> Iterator[tuple[marked.Path, Any]]:
    """Yield the site's profiles, then those of its organs, with their paths."""
    yield from page.items("profiles")
    for path, one in page.items("organs"):
        yield from (((*path, "profiles", index), use) for index, use in enumerate(one.profiles))


def every_standard(page: Page) -> Iterator[tuple[marked.Path, Any]]:
    """Yield the changes of the site's own standard, then those of its organs, with their paths."""
    yield from page.items("standard")
    for path, one in page.items("organs"):
        yield from (((*path, "standard", index), rule) for index, rule in enumerate(one.standard))


def _organ(page: Page, path: marked.Path) -> str:
    """Return whose own an entry at a path is, "" if the site's."""
    return str(next(one.id for at, one in page.items("organs") if at == path[:2])) if path[0] == "organs" else ""


def _segments(page: Page, topology: Page, organs: frozenset[str]) -> tuple[str, ...]:
    """Return the segments of some organs, in the order of the topology."""
    zones = frozenset().union(*(own for organ, own in zones_of(page, topology).items() if organ in organs))
    return tuple(str(path[1]) for path, one in topology.items("segments") if one.zone in zones)


def _modelled(page: Page) -> frozenset[str]:
    """Return the organs with models of their own."""
    return frozenset(str(one.id) for _, one in page.items("organs") if one.profiles)


def segments_of(path: marked.Path, use: Any, page: Page, topology: Page) -> frozenset[str]:
    """Return the segments for which a profile at a path holds: of "all", the site's leave out what organs say themselves."""
    if use.segments:
        return frozenset(use.segments)
    organ = _organ(page, path)
    if organ:
        return frozenset(_segments(page, topology, frozenset((organ,))))
    every = frozenset(str(at[1]) for at, _ in topology.items("segments"))
    return every - frozenset(_segments(page, topology, _modelled(page)))


def profiles(page: Page, topology: Page) -> Iterator[ProfileUse]:
    """Yield the models of the site and of its organs, each for the segments that it holds for."""
    besides = frozenset(_segments(page, topology, _modelled(page)))
    for path, use in every_profile(page):
        organ = _organ(page, path)
        everywhere = _segments(page, topology, frozenset((organ,))) if organ else None
        yield ProfileUse(
            model=use.model,
            guideline_edition=use.guideline_edition,
            segments=tuple(use.segments) or everywhere,
            besides=besides if not organ and not use.segments else frozenset(),
            organ=organ,
            begins=use.from_,
            until=use.until,
            span=page.span(path),
        )


def standards(page: Page) -> Iterator[StandardRule]:
    """Yield what the site's own standard changes, and those of its organs."""
    for path, rule in every_standard(page):
        yield StandardRule(
            id=rule.id,
            initiator=rule.from_,
            responder=rule.to,
            model=rule.model,
            kinds=frozenset(rule.kinds),
            document=rule.document,
            approver=rule.approver,
            reason=rule.reason,
            review_due=rule.review_due,
            organ=_organ(page, path),
            span=page.span(path),
        )
