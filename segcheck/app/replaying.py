"""Captures judged: frames read, addresses attributed, the register and the rules asked of what was seen (`replay`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from segcheck import checks
from segcheck.analysis import network as graphs
from segcheck.analysis.attribution import Attribution
from segcheck.analysis.joining import Joining
from segcheck.analysis.network import PUBLIC, UNKNOWN, Network
from segcheck.analysis.rulings import Rulings
from segcheck.analysis.sight_lines import Sides
from segcheck.analysis.sightings import SAMPLES, Sightings, samples
from segcheck.app import assessing, contents, validating
from segcheck.captures import reading
from segcheck.captures.reading import Read
from segcheck.checks import Seen, SeenContext
from segcheck.errors import BadArguments
from segcheck.loaders import joining, protocols
from segcheck.loaders.problems import SiteFile, did_you_mean
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Crossing, Place, PlaceKind, Standing
from segcheck.model.finding import Basis, Finding
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.replay import Grade, Outcome, Ruling, Sighting, Spot, SpotKind
from segcheck.model.replayed import Count, Replayed
from segcheck.model.result import Binding
from segcheck.model.site import Site
from segcheck.sets.listing import Boxes

Progress = Callable[[int, int | None, int], None]
_NOTHING = Boxes((), 0, False)


@dataclass(frozen=True, slots=True)
class Judged:
    """What captures show, with the site's own files."""

    replayed: Replayed
    files: tuple[SiteFile, ...]


def replay(
    folder: str,
    captures: Sequence[str],
    *,
    day: date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    engine: str = "auto",
    progress: Progress | None = None,
) -> Judged:
    """Return the judgement of captures, each "PATH" or "PATH@TAP", against a site.

    day   decides which assumptions, waivers and entries count as in force; packets are judged by the register of their own
          days (JST)

    Raises:
        BadInput: the site's files or a capture cannot be used; nothing was judged.
        BadArguments: a tap or a check that does not exist.
    """
    wanted = assessing.wanted_of(Basis.CAPTURES, select, ignore)
    validated = validating.validate(folder)
    if validated.site is None:
        raise assessing.unusable(folder, validated.files)
    named = [tapped(validated.site, folder, text) for text in captures]
    read = reading.read(named, engine=engine, progress=progress, hashes=True)
    found = judge(validated.site, validated.bindings, read, folder=folder, day=day, wanted=wanted)
    weakened = tuple([f"--select {one}" for one in select] + [f"--ignore {one}" for one in ignore])
    assessment = replace(found.assessment, weakened=weakened)
    return Judged(replace(found, assessment=assessment), validated.files)


def judge(
    site: Site,
    bindings: tuple[Binding, ...],
    read: Read,
    *,
    folder: str,
    day: date,
    wanted: frozenset[str] | None = None,
) -> Replayed:
    """Return the judgement of captures that were read; `wanted` None: all checks are asked."""
    network = graphs.build(site, bindings, day)
    paths = tuple(shown(one.path, folder) for one in read.files)
    seen, asked = _seen(network, read)
    join = joining.load()
    context = SeenContext(site=site, day=day, join=join, seen=tuple(seen), paths=paths)
    findings = tuple(sorted(assessing.waived(site, day, checks.find(context, wanted)), key=checks.order))
    gaps = tuple(gaps_of(read.files, read.frames))
    sightings = [one.sighting for one in seen]
    taps = tuple(dict.fromkeys(one.tap for one in read.files if one.tap))
    return Replayed(
        assessment=_assessment(site, day, bindings, seen, findings, gaps),
        files=read.files,
        paths=paths,
        frames=read.frames,
        conversations=_total(read),
        rulings=_counted(sightings),
        outcomes=Counter(one.answer.outcome for one in seen if one.answer is not None),
        grades=_grades(sightings),
        uses=tuple(asked.uses(sightings, taps, day)),
        join=join,
        inferred=sum(one.inferred for one in sightings),
        gaps=gaps,
        unasked=sum(one.answer is not None and "bound:asked" in one.answer.because for one in seen),
    )


# ---- captures as they are named


def tapped(site: Site, folder: str, text: str) -> tuple[str, str]:
    """Return the path and the tap of a capture: as written behind the last "@", else as the site declares for the file.

    Raises:
        BadArguments: no such tap.
    """
    path, mark, tap = text.rpartition("@")
    if not mark or Path(text).exists():
        return text, _declared(site, folder, text)
    if tap not in site.taps:
        hint_en, hint_ja = did_you_mean(tap, list(site.taps))
        known = ", ".join(site.taps) or "-"
        raise BadArguments(
            f"{text}: the site has no tap '{tap}'; nothing was judged.\n  = {hint_en}\n  Taps: {known}",
            f"{text}: サイトにキャプチャ地点 '{tap}' はありません。判定は行っていません。\n  = {hint_ja}\n  地点: {known}",
        )
    return path, tap


def _declared(site: Site, folder: str, path: str) -> str:
    """Return the tap of the captures that the topology names, if the file is one of them."""
    try:
        inside = Path(path).resolve().relative_to(Path(folder).resolve()).as_posix()
    except ValueError:
        return ""
    return next((one.tap for one in site.captures if fnmatch(inside, one.glob)), "")


def shown(path: str, folder: str) -> str:
    """Return how a capture is called in outputs: relative to the site if it lies there, else without folders of this machine."""
    if path == "-":
        return path
    try:
        return Path(path).resolve().relative_to(Path(folder).resolve()).as_posix()
    except ValueError:
        return path if not Path(path).is_absolute() else Path(path).name


# ---- what was seen


def _seen(network: Network, read: Read) -> tuple[list[Seen], Joining]:
    """Return every sighting of every tap with what rules say of it, and who answered that."""
    site = network.site
    rulings = Rulings(site)
    attribution = Attribution(site, rulings.sets)
    sightings = Sightings(site, rulings, attribution, Sides(network))
    asking = Joining(network, joining.load(), attribution, rulings)
    entries = {entry.id: entry for entry in site.policy.register}
    expectations = protocols.load()
    found: list[Seen] = []
    for tap in sorted(read.flows):
        flows = read.flows[tap]
        for group in sightings.of(tap, flows):
            one = group.sighting
            if one.ruling in (Ruling.LOCAL, Ruling.SAME_ZONE) and not one.stray:
                found.append(Seen(one))
                continue
            shows = samples(flows, group, SAMPLES)
            one = replace(asking.settled(one, shows[0]), samples=shows)
            if one.ruling is Ruling.REGISTERED:
                held = contents.content(flows, group, entries.get(one.entry), expectations)
                if held is not None:
                    one = replace(one, content=held[0], samples=samples(flows, held[1], SAMPLES))
            elif one.ruling.forbidden:
                one = replace(one, spoken=contents.spoken(flows, group, SAMPLES))
            joined = one.tap and (one.ruling.forbidden or one.ruling is Ruling.REGISTERED)
            found.append(Seen(one, asking.answer(one, shows[0]) if joined else None))
    return found, asking


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


def gaps_of(files: Iterable[CaptureFile], frames: Frames) -> Iterator[tuple[str, str]]:
    """Yield, in Japanese and English, why what was read is not all that passed; nothing forbidden in the rest is no answer."""
    if not frames.read:
        yield "フレームが 1 つもない", "there is not a single frame"
    for count, japanese, english in (
        (frames.truncated, "ヘッダーが切れたフレーム", "frames whose headers were cut"),
        (frames.malformed, "壊れたフレーム", "malformed frames"),
        (frames.unknown_link, "読めないリンク種別のフレーム", "frames of a link type that is not read"),
        (frames.skipped_bytes, "読み飛ばしたバイト", "bytes skipped between readable frames"),
        (sum(one.dropped or 0 for one in files), "取りこぼしたフレーム", "frames that the capture dropped"),
    ):
        if count:
            yield f"{japanese}: {count}", f"{english}: {count}"
    cut = sum(not one.complete for one in files)
    if cut:
        yield f"途中で終わるファイル: {cut}", f"files that end early: {cut}"
    damaged = sum(bool(one.damage) and one.complete for one in files)
    if damaged and not frames.skipped_bytes:
        yield f"損傷のあるファイル: {damaged}", f"damaged files: {damaged}"


# ---- the judgement


def _assessment(
    site: Site,
    day: date,
    bindings: tuple[Binding, ...],
    seen: Sequence[Seen],
    findings: tuple[Finding, ...],
    gaps: tuple[tuple[str, str], ...],
) -> Assessment:
    crossings = tuple(_crossings(site, seen))
    standings = [one.standing for one in findings] + [one.standing for one in crossings]
    standings.append(Standing.UNDECIDED if gaps else Standing.NOTHING_SEEN)
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
    if one.sighting.ruling in (Ruling.TRANSLATED, Ruling.UNDECLARED):
        return Standing.UNDECIDED
    if not one.sighting.ruling.forbidden:
        return Standing.NOTHING_SEEN
    if checks.crosses(one.sighting) or (one.answer is not None and one.answer.outcome is Outcome.HOLE):
        return Standing.VIOLATED
    return (
        Standing.UNDECIDED
        if one.answer is not None and one.answer.outcome is Outcome.UNCLEAR
        else Standing.NOTHING_SEEN
    )


def _place(spot: Spot) -> Place:
    if spot.kind is SpotKind.DEVICE:
        return Place(spot.place, PlaceKind.DEVICE, spot.zone, spot.tier, spot.domain)
    kind = PlaceKind.BUILT_IN if spot.place in (PUBLIC.id, UNKNOWN.id) or spot.kind.local else PlaceKind.SEGMENT
    return Place(spot.place, kind, spot.zone, spot.tier, spot.domain)
