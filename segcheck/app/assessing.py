"""A site judged: files read, crossings judged, checks asked, exceptions applied (`check`, `matrix`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, partial
from typing import TYPE_CHECKING

from segcheck import checks
from segcheck.analysis import network as graphs
from segcheck.analysis import permitting
from segcheck.analysis.network import Doubt, DoubtKind, Network
from segcheck.app import excepting, modelling, requiring, validating
from segcheck.errors import BadArguments, BadInput
from segcheck.loaders.problems import SiteFile, did_you_mean
from segcheck.model.assessment import Assessment, AssumptionUse
from segcheck.model.crossing import Crossing, Standing
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.exit import Exit
from segcheck.model.finding import Basis, Finding
from segcheck.model.register import ProfileModel
from segcheck.model.result import Binding
from segcheck.model.site import Attestation, Site
from segcheck.model.site_words import DeviceKind, Responsibility
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Boxes
from segcheck.sets.packets import CapacityExceeded, PacketSet

if TYPE_CHECKING:  # imported where a site is judged by its rules: replay, which does not, comes here for the rest
    from segcheck.analysis.crossings import Judged, Judgement
    from segcheck.app.validating import Validated

JST = timezone(timedelta(hours=9))
#: Boxes that are listed of one set; how many there are in all is always told.
BOXES = 20
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A judgement with what reports need beside it: the site's own files, the compiled site, what checks were asked of."""

    assessment: Assessment
    files: tuple[SiteFile, ...]
    judgement: Judgement | None
    context: checks.Context | None = None


def today() -> date:
    """Return the day in Japan."""
    return datetime.now(UTC).astimezone(JST).date()


def assess(
    folder: str,
    *,
    day: date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    only_crossings: bool = False,
    spelt: bool = True,
    as_model: ProfileModel | None = None,
    depth: bool = False,
    progress: Progress | None = None,
    validated: Validated | None = None,
    cuts: Iterable[tuple[str, IntervalSet]] = (),
) -> Assessed:
    """Return the judgement of a site on a day.

    only_crossings   no check is asked
    spelt            crossings are spelt out as boxes, and it is asked whether they stand by the filters alone; otherwise
                     only whether there is anything is told
    as_model         judged as if this model held for all segments and days, instead of the declared profiles
    depth            it is asked which devices would alone open each pair, which takes as long again for each that filters
    select, ignore   ids of checks to ask alone, or to leave out; crossings are judged in any case
    progress         told (what is being done, done, all)
    validated        the site, where it was read already
    cuts             further values that will be asked about, by header field

    Raises:
        BadInput: the site's files cannot be used; nothing was judged.
        BadArguments: an id that is no check's.
    """
    from segcheck.analysis import crossings

    wanted = wanted_of(Basis.RULES, select, ignore) if not only_crossings else frozenset()
    validated = validated or validating.validate(folder)
    site = validated.site
    if site is None:
        raise unusable(folder, validated.files)
    if as_model is not None:
        site = modelling.supposing(site, as_model, day)
    network = graphs.build(site, validated.bindings, day)
    allowed = permitting.allowances(site, day)

    def judging(done: int, total: int) -> None:
        if progress is not None:
            progress("crossings", done, total)

    found: list[Finding] = []
    modules = [module for module in checks.asked_of(Basis.RULES) if module.CHECK.id in wanted]
    try:
        judgement = crossings.judge(network, allowed, cuts=(*checks.cuts(), *cuts), progress=judging)
        context = checks.Context(site=site, day=day, network=network, bindings=validated.bindings, judgement=judgement)
        for done, module in enumerate(modules):
            if progress is not None:
                progress("checks", done, len(modules))
            found += module.find(context)
        findings = tuple(sorted(excepting.waived(site, day, found), key=checks.order))
        filtered = _by_filters(judgement) if spelt else frozenset()
        boxes = cache(lambda packets: _boxes(packets, spelt=spelt))  # many pairs are crossed by the same packets
        opened = _opened(judgement, progress) if depth else {}
        told = tuple(_crossing(pair, filtered, opened, boxes) for pair in judgement.pairs)
        met = (
            ()
            if only_crossings
            else requiring.stands(site, day, context, wanted=wanted, findings=findings, crossings=told)
        )
        passing = checks.passing(context) if spelt and not only_crossings else None
    except CapacityExceeded as error:  # a check asks more of the same store: without its answer nothing is told
        return Assessed(_exhausted(site, validated.bindings, day, error.capacity), validated.files, None)
    if progress is not None:
        progress("checks", len(modules), len(modules))
    assessment = Assessment(
        site=site,
        day=day,
        standing=_worst(told, findings),
        bindings=validated.bindings,
        crossings=told,
        findings=findings,
        checks={module.CHECK.id: module.CHECK for module in checks.installed()},
        assumptions=tuple(_assumptions(network, judgement.pairs)),
        diagnostics=(*diagnostics_of(validated.bindings), *excepting.told(site, day, findings, wanted)),
        requirements=met,
        weakened=(
            *(f"--select {one}" for one in select),
            *(f"--ignore {one}" for one in ignore),
            *modelling.weakened(site, day),
        ),
        as_model=None if as_model is None else site.policy.profiles[0],
        instants=tuple(
            tuple(one.name for one, on in zip(judgement.reach.instants.schedules, row, strict=True) if on)
            for row in judgement.reach.instants.classes
        ),
        layer2=_layer2(network),
        devices=devices_of(validated.bindings),
        outside=tuple(outside(site)),
        exits=_exits(network),
        passing=passing,
        as_of=oldest(site),
    )
    return Assessed(assessment, validated.files, judgement, context)


def unusable(folder: str, files: Sequence[SiteFile]) -> BadInput:
    """Return the error that says that a site's files cannot be used."""
    count = sum(problem.severity is Severity.ERROR for one in files for problem in one.problems)
    return BadInput(
        f"{folder}: the site's files have errors: {count}; nothing was judged. `segcheck validate {folder}` shows them",
        f"{folder}: サイトのファイルに誤りが {count} 件あります。判定は行っていません。"
        f"segcheck validate {folder} で確かめてください",
    )


def wanted_of(asks: Basis, select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """Return the ids of the checks to ask, of those that ask of rules or of captures.

    Raises:
        BadArguments: an id that is none of theirs.
    """
    known = [module.CHECK.id for module in checks.asked_of(asks)]
    for name in (*select, *ignore):
        if name not in known:
            hint_en, hint_ja = did_you_mean(name, known)
            raise BadArguments(
                f"check '{name}' does not exist; nothing was judged.\n  = {hint_en}\n  Checks: {', '.join(known)}",
                f"チェック '{name}' はありません。判定は行っていません。\n  = {hint_ja}\n  チェック: {', '.join(known)}",
            )
    return frozenset(name for name in (select or known) if name not in ignore)


def _by_filters(judgement: Judgement) -> frozenset[tuple[str, str]]:
    """Return the pairs that stay proven whatever the routes are; none where that cannot be worked out in the largest store."""
    from segcheck.analysis.by_filters import by_filters_alone

    try:
        return by_filters_alone(judgement)
    except CapacityExceeded:
        return frozenset()


def _opened(judgement: Judgement, progress: Progress | None) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return which devices would alone open each pair; none where that cannot be worked out in the largest store."""
    from segcheck.analysis.depth import opened_by

    try:
        return opened_by(judgement, None if progress is None else partial(progress, "depth"))
    except CapacityExceeded:
        return {}


def _crossing(
    pair: Judged,
    filtered: frozenset[tuple[str, str]],
    opened: Mapping[tuple[str, str], tuple[str, ...]],
    boxes: Callable[[PacketSet], Boxes],
) -> Crossing:
    from segcheck.analysis.crossings import ends

    because = (name for doubt in pair.because for name in (doubt.id, *doubt.because))
    return Crossing(
        src=pair.src,
        dst=pair.dst,
        standing=pair.standing,
        support="filters" if ends(pair) in filtered else "filters+routing",
        because=tuple(dict.fromkeys(because)),
        assumptions=tuple(doubt.id for doubt in pair.assumptions),
        must=boxes(pair.must),
        may=boxes(pair.may),
        forbidden_must=boxes(pair.forbidden_must),
        forbidden_may=boxes(pair.forbidden_may),
        opened_by=opened.get(ends(pair)),
    )


def _boxes(packets: PacketSet, *, spelt: bool) -> Boxes:
    return packets.boxes(BOXES) if spelt else Boxes((), int(bool(packets)), bool(packets))


def _worst(told: Iterable[Crossing], findings: Iterable[Finding]) -> Standing:
    standings = [one.standing for one in told]
    standings += [one.standing for one in findings]  # one that is excepted is no less there
    return max(standings, key=lambda one: one.rank, default=Standing.PROVEN)


def _assumptions(network: Network, pairs: Iterable[Judged]) -> Iterator[AssumptionUse]:
    leaning = Counter(doubt.id for pair in pairs for doubt in pair.assumptions)
    declared = {one.id: one for one in (*network.site.assumptions, *network.site.attestations)}
    for doubt in network.doubts:
        if leaning[doubt.id] and doubt.id not in declared:
            yield AssumptionUse(id=doubt.id, text=_implied(doubt), leaning=leaning[doubt.id])
    for one in declared.values():
        expired = one.review_due < network.day
        if leaning[one.id] or (expired and one.assume is not None):
            yield _declared(one, leaning[one.id], expired=expired)


def _declared(one: Attestation, leaning: int, *, expired: bool) -> AssumptionUse:
    return AssumptionUse(
        id=one.id,
        text=(f"{one.subject}: {one.claim}", f"{one.subject}: {one.claim}"),
        owner=one.owner,
        reason=one.reason,
        document=one.document,
        review_due=one.review_due,
        expired=expired,
        leaning=leaning,
    )


def _implied(doubt: Doubt) -> tuple[str, str]:
    if doubt.kind is DoubtKind.ROUTES_DECLARED:
        return (
            f"{doubt.subject}: 書かれた経路がすべてである (routes_complete)",
            f"{doubt.subject}: the routes written are all there are (routes_complete)",
        )
    if doubt.kind is DoubtKind.MEMBERS:
        return (
            f"{doubt.subject}: HA 構成の機器はすべて読んだエクスポートと同じ設定である (members)",
            f"{doubt.subject}: every unit of the HA pair is configured like the export that was read (members)",
        )
    return (f"{doubt.subject}: {doubt.kind.value}", f"{doubt.subject}: {doubt.kind.value}")


def diagnostics_of(bindings: Iterable[Binding]) -> Iterator[Diagnostic]:
    """Yield every diagnostic once; devices may share a file."""
    seen: set[str] = set()
    for bound in bindings:
        for one in (*bound.diagnostics, *(d for reading in bound.readings for d in reading.diagnostics)):
            if one.id not in seen:
                seen.add(one.id)
                yield one


def _layer2(network: Network) -> tuple[int, int]:
    """Return how many segments need no word about layer 2, and how many rest on a declaration or on nobody's word."""
    shared = {name for join in network.joins if join.doubt.kind is DoubtKind.LAYER2 for name in join.places}
    standing = [name for name in network.site.segments if network.ports[name] or name in shared]
    return sum(name not in shared for name in standing), sum(name in shared for name in standing)


def devices_of(bindings: Iterable[Binding]) -> tuple[int, int]:
    """Return how many of the city's own filtering devices have an export that was read, and how many there are."""
    own = [
        b for b in bindings if b.device.responsibility is Responsibility.CITY and b.device.kind is not DeviceKind.SWITCH
    ]
    return sum(bound.config is not None for bound in own), len(own)


def outside(site: Site) -> Iterator[str]:
    """Yield the devices and zones that others answer for."""
    yield from (d.id for d in site.devices.values() if d.responsibility is not Responsibility.CITY)
    yield from (f"zone:{z.id}" for z in site.zones.values() if z.responsibility is not Responsibility.CITY)


def _exits(network: Network) -> tuple[Exit, ...]:
    from segcheck.analysis.exits import exits  # only where rules are judged

    return exits(network)


def oldest(site: Site) -> date | None:
    """Return the oldest day of the exports; None where none says."""
    return min((e.as_of for d in site.devices.values() for e in d.exports if e.as_of is not None), default=None)


def _exhausted(site: Site, bindings: tuple[Binding, ...], day: date, capacity: int) -> Assessment:
    """Return that nothing could be told: the site does not fit into the largest store."""
    params = (("what", f"{capacity} nodes"),)
    told = Diagnostic(Code.ENGINE_CAPACITY, Severity.ERROR, None, scope="site", params=params)
    return Assessment(
        site=site,
        day=day,
        standing=Standing.UNDECIDED,
        bindings=bindings,
        crossings=(),
        findings=(),
        assumptions=(),
        diagnostics=(told, *diagnostics_of(bindings)),
        requirements=requiring.stands(site, day, None, wanted=None, findings=()),
        devices=devices_of(bindings),
        outside=tuple(outside(site)),
    )
