"""Captures judged: frames read, addresses attributed, the register and the rules asked of what was seen (`replay`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from segcheck import checks
from segcheck.analysis import dividing, openings
from segcheck.analysis import network as graphs
from segcheck.analysis.attribution import Attribution
from segcheck.analysis.distinctions import Distinctions
from segcheck.analysis.joining import Joining
from segcheck.analysis.network import PUBLIC, UNKNOWN, Network
from segcheck.analysis.openings import Openings
from segcheck.analysis.rulings import Rulings
from segcheck.analysis.sight_lines import Sides
from segcheck.analysis.sightings import Sightings
from segcheck.analysis.turns import within
from segcheck.app import (
    assessing,
    capture_gaps,
    capture_names,
    claiming,
    contents,
    excepting,
    modelling,
    requiring,
    validating,
)
from segcheck.app.validating import Validated
from segcheck.captures import reading, telling
from segcheck.captures.reading import Read
from segcheck.captures.tables import Table
from segcheck.checks import Seen, SeenContext
from segcheck.loaders import joining, protocols
from segcheck.loaders.problems import SiteFile
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Crossing, Place, PlaceKind, Standing
from segcheck.model.finding import Basis, Finding
from segcheck.model.flow import CaptureFile, Initiator
from segcheck.model.replay import Grade, Outcome, Ruling, Sighting, Spot, SpotKind
from segcheck.model.replayed import Count, Replayed
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.model.site_words import Tier
from segcheck.sets.listing import Boxes

if TYPE_CHECKING:
    from segcheck.captures.evidence import Written

Progress = Callable[[int, int | None, int], None]
#: Conversations that are shown of a sighting, and that go into an evidence file.
SHOWN, EVIDENCE = 3, 100
_NOTHING = Boxes((), 0, False)


@dataclass(frozen=True, slots=True)
class Judged:
    """What captures show, with the site's own files.

    context  what the checks were asked of
    wanted   returns the conversations that findings are about, by tap, with whether an end lies in the My Number tier
    """

    replayed: Replayed
    files: tuple[SiteFile, ...] = ()
    wanted: Callable[[], Mapping[str, tuple[Table, npt.NDArray[np.bool_]]]] = dict
    context: SeenContext | None = None


def replay(
    folder: str,
    captures: Sequence[str],
    *,
    day: date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    engine: str = "auto",
    hashes: bool = True,
    progress: Progress | None = None,
    validated: Validated | None = None,
) -> Judged:
    """Return the judgement of captures, each "PATH" or "PATH@TAP", against a site.

    day     decides which assumptions, waivers and entries count as in force; packets are judged by the register of their
            own days (JST)
    hashes  the captures' SHA-256 is worked out, some 0.6 s for a GB; only results in JSON hold it
    validated  the site, where it was read already; `folder` is then where its captures lie

    Raises:
        BadInput: the site's files or a capture cannot be used; nothing was judged.
        BadArguments: a tap or a check that does not exist.
    """
    wanted = assessing.wanted_of(Basis.CAPTURES, select, ignore)
    validated = validated or validating.validate(folder)
    if validated.site is None:
        raise assessing.unusable(folder, validated.files)
    named = [capture_names.tapped(validated.site, folder, text) for text in captures]
    read = reading.read(named, engine=engine, progress=progress, hashes=hashes)
    found = judge(validated.site, validated.bindings, read, folder=folder, day=day, wanted=wanted)
    weakened = (
        *(f"--select {one}" for one in select),
        *(f"--ignore {one}" for one in ignore),
        *modelling.weakened(validated.site, day),
    )
    assessment = replace(found.replayed.assessment, weakened=weakened)
    return replace(found, replayed=replace(found.replayed, assessment=assessment), files=validated.files)


def write_evidence(target: str, found: Judged, *, with_payload: bool = False, reason: str = "") -> Written:
    """Write the first frames of what findings are about to a pcapng file, cut behind their headers.

    with_payload   whole frames, with the reason in the file; those of the My Number tier are left out then

    Raises:
        BadArguments: payload without a reason, or a file that cannot be written or was read.
    """
    from segcheck.captures import evidence  # only where it is asked for

    wanted = {tap: table[~secret] if with_payload else table for tap, (table, secret) in found.wanted().items()}
    return evidence.write(target, found.replayed.files, wanted, with_payload=with_payload, reason=reason)


def judge(
    site: Site,
    bindings: tuple[Binding, ...],
    read: Read,
    *,
    folder: str,
    day: date,
    wanted: frozenset[str] | None = None,
) -> Judged:
    """Return the judgement of captures that were read; `wanted` None: all checks are asked."""
    network = graphs.build(site, bindings, day)
    paths = tuple(capture_names.shown(one.path, folder) for one in read.files)
    seen, rows, asked, left = _seen(network, read)
    join = joining.load()
    sightings = [one.sighting for one in seen]
    taps = tuple(dict.fromkeys(one.tap for one in read.files if one.tap))
    watched = _watched(read.files)
    uses = tuple(asked.uses(sightings, taps, day))
    context = SeenContext(
        network=network,
        day=day,
        join=join,
        seen=tuple(seen),
        paths=paths,
        neighbours=read.neighbours,
        uses=uses,
        watched=watched,
        legs=tuple(asked.legs(sightings, taps, day)),
        claims=tuple(claiming.seen(site, read)),
    )
    findings = tuple(sorted(excepting.waived(site, day, checks.find(context, wanted)), key=checks.order))
    lost = (*capture_gaps.of_files(read.files, read.frames, left), *capture_gaps.unheard(read))
    unasked = sum(
        one.sighting.conversations for one in seen if one.answer is not None and "bound:asked" in one.answer.because
    )
    replayed = Replayed(
        assessment=replace(
            _assessment(site, day, bindings, seen, findings, whole=not lost and not unasked),
            requirements=requiring.stands(site, day, context, wanted=wanted, findings=findings),
        ),
        files=read.files,
        paths=paths,
        frames=read.frames,
        conversations=_total(read),
        rulings=_counted(sightings),
        outcomes=Counter(one.answer.outcome for one in seen if one.answer is not None),
        grades=_grades(sightings),
        uses=uses,
        legs=context.legs,
        join=join,
        inferred=sum(one.inferred for one in sightings),
        gaps=lost,
        watched=watched,
        unseen=None if unasked or left else asked.unseen((one.answer for one in seen), taps),
        unasked=unasked,
    )
    return Judged(replayed, wanted=lambda: _wanted(site, read, seen, rows), context=context)


# ---- what was seen


def _seen(network: Network, read: Read) -> tuple[list[Seen], list[npt.NDArray[np.int64]], Joining, int]:
    """Return every sighting of every tap with what rules say of it, the rows that it is made of, and who answered.

    Last comes how many conversations were left out, because there are too many different ones.
    """
    site = network.site
    rulings = Rulings(site)
    attribution = Attribution(site, rulings.sets)
    expectations = protocols.load()
    tapped = network if any(tap in site.taps for tap in read.flows) else None
    finer = Distinctions.of(tapped, [*rulings.values(), *(("dport", one.ports) for one in expectations.entries)])
    asking = Joining(network, joining.load(), attribution, rulings, finer)
    sightings = Sightings(site, rulings, attribution, Sides(network), asking.turns, finer)
    entries = {entry.id: entry for entry in site.policy.register}
    found: list[Seen] = []
    rows: list[npt.NDArray[np.int64]] = []
    for tap in sorted(read.flows):
        flows = read.flows[tap]
        known = telling.openings(flows)
        screened = cache(partial(contents.screened, flows, known, limit=SHOWN))
        for first in sightings.of(tap, flows, measured(flows, known)):
            one = first.sighting
            if one.ruling in (Ruling.LOCAL, Ruling.SAME_ZONE) and not one.stray and not asking.hidden(one):
                found.append(Seen(one))
                rows.append(first.rows)
                continue
            for group, answer in dividing.joined(asking, first):
                one = group.sighting
                if one.ruling is Ruling.REGISTERED:
                    held, group = contents.content(flows, known, group, entries.get(one.entry), expectations)
                    one = replace(one, content=held)
                rows.append(group.rows)
                found.append(
                    Seen(
                        one,
                        answer,
                        show=partial(contents.shown, flows, known, group, SHOWN),
                        speak=partial(contents.spoken, flows, known, group, SHOWN),
                        screen=partial(screened, group),
                    )
                )
    return found, rows, asking, sightings.left


def _wanted(
    site: Site, read: Read, seen: Sequence[Seen], rows: Sequence[npt.NDArray[np.int64]]
) -> dict[str, tuple[Table, npt.NDArray[np.bool_]]]:
    """Return the first conversations of every sighting that something is wrong with, or that cannot be told."""
    found: dict[str, dict[int, bool]] = defaultdict(dict)
    schedules = {entry.id: entry.schedule for entry in site.policy.register if entry.schedule}
    for one, mine in zip(seen, rows, strict=True):
        sighting = one.sighting
        content = sighting.content
        behind = one.answer is not None and one.answer.behind
        wrong = sighting.ruling.forbidden or sighting.ruling in _OPEN or sighting.stray or behind
        if sighting.ruling is Ruling.REGISTERED and sighting.entry in schedules:
            wrong = wrong or not within(schedules[sighting.entry], sighting.first)
        count = EVIDENCE if wrong else 0
        if content is not None and not wrong:  # the rows begin with what gave the grade
            count = min(EVIDENCE, content.differs or (content.unknown if content.declared else 0))
        if count:
            secret = Tier.MYNUMBER in (sighting.src.tier, sighting.dst.tier)
            for row in mine[:count].tolist():
                found[sighting.tap][row] = found[sighting.tap].get(row, False) or secret
    return {
        tap: (read.flows[tap][sorted(picked)], np.array([picked[row] for row in sorted(picked)], np.bool_))
        for tap, picked in sorted(found.items())
    }


_OPEN = (Ruling.TRANSLATED, Ruling.UNDECLARED)


def measured(flows: Table, known: telling.Openings) -> Openings:
    """Return who opened each conversation and how far it went."""
    inferred = known.initiator == telling.INITIATORS.index(Initiator.INFERRED)
    return openings.measured(flows, known.from_a, inferred, known.also)


def _watched(files: Iterable[CaptureFile]) -> int:
    """Return the seconds that every tap was watched for: of the tap that has the fewest, moments of several captures once."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in files:
        spans[one.tap] += [(one.first, one.last)] if one.first is not None and one.last is not None else []
    totals = []
    for held in spans.values():
        total, until = 0, 0
        for first, last in sorted(held):
            total += max(0, last - max(first, until))
            until = max(until, last)
        totals.append(total // 10**9)
    return min(totals, default=0)


def _total(read: Read) -> Count:
    total = Count()
    for flows in read.flows.values():
        packets = int(flows["packets_ab"].sum(dtype="u8")) + int(flows["packets_ba"].sum(dtype="u8"))
        total += Count(len(flows), packets, int(flows["bytes_ab"].sum()) + int(flows["bytes_ba"].sum()))
    return total


def _counted(sightings: Iterable[Sighting]) -> dict[Ruling, Count]:
    found: dict[Ruling, Count] = defaultdict(Count)
    for one in sightings:
        found[one.ruling] += Count(one.conversations, one.packets, one.bytes)
    return {ruling: found[ruling] for ruling in Ruling if ruling in found}


def _grades(sightings: Iterable[Sighting]) -> dict[Grade, int]:
    held = [one.content for one in sightings if one.content is not None]
    return {
        Grade.CONFORMS: sum(one.conforms for one in held),
        Grade.DIFFERS: sum(one.differs for one in held),
        Grade.UNKNOWN: sum(one.unknown for one in held),
    }


# ---- the judgement


def _assessment(
    site: Site,
    day: date,
    bindings: tuple[Binding, ...],
    seen: Sequence[Seen],
    findings: tuple[Finding, ...],
    *,
    whole: bool,
) -> Assessment:
    crossings = tuple(_crossings(site, seen))
    standings = [one.standing for one in findings] + [one.standing for one in crossings]
    standings.append(Standing.NOTHING_SEEN if whole else Standing.UNDECIDED)
    return Assessment(
        site=site,
        day=day,
        standing=max(standings, key=lambda one: one.rank),
        bindings=bindings,
        crossings=crossings,
        findings=findings,
        checks={module.CHECK.id: module.CHECK for module in checks.asked_of(Basis.CAPTURES)},
        assumptions=(),
        diagnostics=tuple(assessing.diagnostics_of(bindings)),
        devices=assessing.devices_of(bindings),
        outside=tuple(assessing.outside(site)),
        as_of=assessing.oldest(site),
    )


def _crossings(site: Site, seen: Iterable[Seen]) -> Iterator[Crossing]:
    """Yield every pair of places of different zones between which something was seen, by the worst of it."""
    pairs: dict[tuple[Spot, Spot], list[Seen]] = defaultdict(list)
    for one in seen:
        if one.sighting.ruling not in (Ruling.LOCAL, Ruling.SAME_ZONE) or one.sighting.transit:
            pairs[one.sighting.src, one.sighting.dst].append(one)
    for (src, dst), members in sorted(
        pairs.items(), key=lambda pair: (*_place(pair[0][0]).key, *_place(pair[0][1]).key)
    ):
        standing = max((_standing(one) for one in members), key=lambda one: one.rank)
        because = dict.fromkeys(name for one in members if one.answer is not None for name in one.answer.because)
        yield Crossing(
            src=_place(src),
            dst=_place(dst),
            standing=standing,
            support="captures",
            because=tuple(because) if standing is Standing.UNDECIDED else (),
            assumptions=(),
            must=_NOTHING,
            may=_NOTHING,
            forbidden_must=_NOTHING,
            forbidden_may=_NOTHING,
        )


def _standing(one: Seen) -> Standing:
    """Return how a sighting stands: an attempt that rules stop, or of which nobody knows, is no crossing."""
    if one.sighting.ruling in _OPEN:
        return Standing.UNDECIDED
    if not one.sighting.ruling.forbidden:
        return Standing.NOTHING_SEEN
    if checks.crosses(one.sighting) or (one.answer is not None and one.answer.outcome is Outcome.HOLE):
        return Standing.VIOLATED
    unclear = one.answer is not None and one.answer.outcome is Outcome.UNCLEAR
    return Standing.UNDECIDED if unclear else Standing.NOTHING_SEEN


def _place(spot: Spot) -> Place:
    if spot.kind is SpotKind.DEVICE:
        return Place(spot.place, PlaceKind.DEVICE, spot.zone, spot.tier, spot.domain)
    kind = PlaceKind.BUILT_IN if spot.place in (PUBLIC.id, UNKNOWN.id) or spot.kind.local else PlaceKind.SEGMENT
    return Place(spot.place, kind, spot.zone, spot.tier, spot.domain)
