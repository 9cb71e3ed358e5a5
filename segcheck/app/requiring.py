"""How a site stands to each requirement: what checks say joined with how far they could be asked (`check`, `replay`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from segcheck import checks
from segcheck.analysis import outcomes
from segcheck.analysis.organs import Concerned
from segcheck.analysis.outcomes import Crossed, Judging, Serving
from segcheck.checks import Context, SeenContext
from segcheck.loaders import profiles as guidelines
from segcheck.loaders import requirements
from segcheck.model.check import Said
from segcheck.model.clauses import Clauses
from segcheck.model.crossing import Crossing, Standing
from segcheck.model.finding import Basis, Finding
from segcheck.model.organ import Organ
from segcheck.model.register import ProfileUse
from segcheck.model.requirement import Coverage, Covered, Met
from segcheck.model.site import Site
from segcheck.model.site_words import Tier

#: The judgement of crossings serves requirements too, whichever checks are asked.
CROSSINGS = "crossings"
_BARE = Covered(
    Coverage.NOTHING_TO_ASK,
    ("この機関に機器・ホスト・台帳の項目がない", "no device, host or entry of the register is the organ's"),
)
_UNSEEN = Covered(
    Coverage.NO_INPUT, ("この範囲の通信は観測されていない", "no communication of it was seen in the captures")
)
_NONE: Mapping[tuple[str, str], tuple[Said, ...]] = {}
_TOO_LARGE = ("サイトが大きすぎて判定できない", "the site is too large to be judged")


def stands(
    site: Site,
    day: date,
    context: Context | SeenContext | None,
    *,
    wanted: Collection[str] | None,
    findings: tuple[Finding, ...],
    crossings: tuple[Crossing, ...] = (),
    seen: SeenContext | None = None,
    refuted: Mapping[tuple[str, str], tuple[Said, ...]] = _NONE,
) -> tuple[Met, ...]:
    """Return how a site stands to each requirement on a day; where it has organs, how each of them does, one after the other.

    context    what the checks were asked of; None: the site was too large for them
    wanted     ids of the checks that were asked; None = all
    findings   those of `seen` too
    crossings  judged by rules; what is seen of them in captures is in the findings
    seen       captures that were replayed beside the rules: there is one outcome over all of it
    refuted    by organ ("" = the site) and requirement, what captures of earlier runs showed

    Raises:
        CapacityExceeded: a check must ask the store how far it could be asked, which is full.
    """
    asks = Basis.CAPTURES if isinstance(context, SeenContext) else Basis.RULES
    concerned = Concerned(site)
    # Of checks of rules a replay would only say that they are there; loading them all takes longer than judging.
    both = asks is Basis.RULES and seen is None
    asked = checks.installed() if both else checks.asked_of(asks)

    def judging(organ: Organ | None, findings: tuple[Finding, ...], crossings: tuple[Crossing, ...]) -> Judging:
        about, bare, observed = context, False, seen
        if organ is not None and isinstance(context, Context):
            about, bare = context.of(concerned.part(organ), organ), not concerned.own(organ)
            observed = seen and _observed(seen, organ, concerned)
        profiles = [one for one in site.policy.profiles if _holds(site, one, organ, day)]
        zones = site.zones.values()
        return Judging(
            asks=asks,
            serving=(
                *(serving for module in asked for serving in _servings(module, about, asks, wanted, bare=bare)),
                *(_observations(observed, wanted, bare=bare) if observed is not None else ()),
                *(_crossing_serving(crossings, judged=context is not None) if asks is Basis.RULES else ()),
            ),
            findings=findings,
            crossed=_crossed(crossings, findings),
            tiers=frozenset(zone.tier for zone in zones),
            editions=frozenset(one.guideline_edition for one in profiles),
            models=frozenset(one.model for one in profiles),
            guideline=site.policy.guideline or guidelines.load(),
            scope=frozenset(site.policy.scope),
            organ=organ.id if organ is not None else "",
            own=frozenset(zone.tier for zone in zones if organ is not None and zone.id in organ.zones),
            replayed=observed is not None,
            refuted={name: said for (whose, name), said in refuted.items() if whose == (organ.id if organ else "")},
        )

    every, example = requirements.load(), requirements.example()
    if not site.policy.organs:
        return outcomes.outcomes(every, judging(None, findings, crossings), site.clauses, example)
    found: list[Met] = []
    for organ in site.policy.organs:
        mine = tuple(one for one in findings if organ.id in concerned.finding(one))
        pairs = tuple(one for one in crossings if organ.id in concerned.crossing(one))
        found += outcomes.outcomes(every, judging(organ, mine, pairs), _clauses(site, organ), example)
    return tuple(found)


def _holds(site: Site, use: ProfileUse, organ: Organ | None, day: date) -> bool:
    """Return whether a model is in force on a day, for some segment of an organ if one is asked about."""
    if organ is None:
        return (use.begins is None or use.begins <= day) and (use.until is None or day <= use.until)
    return any(use.holds(one.id, day) for one in site.segments.values() if one.zone in organ.zones)


def _clauses(site: Site, organ: Organ) -> tuple[Clauses, ...]:
    """Return the clauses of an organ: those that it names, or those of the body that no organ names."""
    if organ.clauses:
        return tuple(one for one in site.clauses if one.name == organ.clauses)
    taken = {one.clauses for one in site.policy.organs}
    return tuple(one for one in site.clauses if one.name not in taken)


def _observed(seen: SeenContext, organ: Organ, concerned: Concerned) -> SeenContext:
    """Return what captures show of an organ: what its zones were an end of, and its entries of the register."""
    part = concerned.part(organ).policy.register
    entries = {one.id for one in part}
    return replace(
        seen,
        seen=tuple(
            one for one in seen.seen if organ.id in concerned.zones((one.sighting.src.zone, one.sighting.dst.zone))
        ),
        uses=tuple(one for one in seen.uses if one.entry in entries),
        legs=tuple(one for one in seen.legs if one.entry in entries),
    )


def _observations(seen: SeenContext, wanted: Collection[str] | None, *, bare: bool) -> Iterator[Serving]:
    """Yield what the checks of captures serve; where nothing was seen of an organ, none of them was asked anything."""
    for module in checks.asked_of(Basis.CAPTURES):
        for one in _servings(module, seen, Basis.CAPTURES, wanted, bare=bare):
            unseen = not seen.seen and one.covered == Covered(Coverage.ASKED)
            yield replace(one, covered=_UNSEEN) if unseen else one


def _servings(
    module: checks.CheckModule,
    context: Context | SeenContext | None,
    asks: Basis,
    wanted: Collection[str] | None,
    *,
    bare: bool,
) -> Iterator[Serving]:
    """Yield what a check serves, requirements apart of which it could be asked differently.

    bare   it is asked of an organ in which nothing stands: only what crosses from and to its segments can be asked
    """
    check = module.CHECK
    alike: dict[Covered | None, list[str]] = {}
    if check.asks is not asks or (wanted is not None and check.id not in wanted):
        alike[None] = list(check.requirements)
    elif context is None:
        alike[Covered(Coverage.NO_INPUT, _TOO_LARGE)] = list(check.requirements)
    else:
        for name, covered in checks.covered_by(module, context).items():
            if bare and covered.coverage is Coverage.ASKED and not (check.crosses and _of_zones(name)):
                covered = _BARE
            alike.setdefault(covered, []).append(name)
    for answer, names in alike.items():
        yield Serving(check.id, frozenset(names), check.asks, check.bases, answer)


def _of_zones(requirement: str) -> bool:
    """Return whether a requirement binds zones, not entries of the register one by one."""
    return not requirement.startswith("SP-")


def _crossing_serving(crossings: Iterable[Crossing], *, judged: bool) -> Iterator[Serving]:
    """Yield that the judgement of crossings serves what an unregistered crossing would break, where there are such pairs."""
    there = {name for one in crossings for name in _broken(one)}
    for name in sorted(_breakable()):
        covered = Covered(Coverage.ASKED)
        if not judged:
            covered = Covered(Coverage.NO_INPUT, _TOO_LARGE)
        elif name not in there:
            covered = Covered(Coverage.NOTHING_TO_ASK, ("該当するゾーンの組がない", "there are no such pairs of zones"))
        yield Serving(CROSSINGS, frozenset((name,)), Basis.RULES, (Basis.RULES,), covered)


def _broken(one: Crossing) -> tuple[str, ...]:
    return checks.crossing_requirements(one.src.tier, one.dst.tier)


@cache
def _breakable() -> frozenset[str]:
    return frozenset(name for src in Tier for dst in Tier for name in checks.crossing_requirements(src, dst))


def _crossed(crossings: Iterable[Crossing], findings: Iterable[Finding]) -> dict[str, Crossed]:
    told = {pair for one in findings if one.standing is Standing.VIOLATED for pair in one.pairs}
    by_name: dict[str, list[Crossing]] = defaultdict(list)
    for one in crossings:
        for name in _broken(one):
            by_name[name].append(one)
    return {
        name: Crossed(
            violated=_pairs(one for one in mine if one.standing is Standing.VIOLATED and _zones(one) not in told),
            undecided=_pairs(one for one in mine if one.standing is Standing.UNDECIDED),
            assumptions=tuple(dict.fromkeys(one for pair in mine for one in pair.assumptions)),
        )
        for name, mine in by_name.items()
    }


def _zones(one: Crossing) -> tuple[str, str]:
    return one.src.zone, one.dst.zone


def _pairs(crossings: Iterable[Crossing]) -> tuple[tuple[str, str], ...]:
    """Return pairs of zones for people, each once; a device has none of its own."""
    return tuple(dict.fromkeys((one.src.zone or one.src.id, one.dst.zone or one.dst.id) for one in crossings))
