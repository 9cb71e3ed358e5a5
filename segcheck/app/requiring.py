"""How a site stands to each requirement: what checks say joined with how far they could be asked (`check`, `replay`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import cache

from segcheck import checks
from segcheck.analysis import outcomes
from segcheck.analysis.outcomes import Crossed, Judging, Serving
from segcheck.checks import Context, SeenContext
from segcheck.loaders import requirements
from segcheck.model.crossing import Crossing, Standing
from segcheck.model.finding import Basis, Finding
from segcheck.model.requirement import Coverage, Covered, Met
from segcheck.model.site import Site
from segcheck.model.site_words import Tier

#: The judgement of crossings serves requirements too, whichever checks are asked.
CROSSINGS = "crossings"
_TOO_LARGE = ("サイトが大きすぎて判定できない", "the site is too large to be judged")


def stands(
    site: Site,
    day: date,
    context: Context | SeenContext | None,
    *,
    wanted: Collection[str] | None,
    findings: tuple[Finding, ...],
    crossings: tuple[Crossing, ...] = (),
) -> tuple[Met, ...]:
    """Return how a site stands to each requirement on a day.

    context    what the checks were asked of; None: the site was too large for them
    wanted     ids of the checks that were asked; None = all
    crossings  judged by rules; what is seen of them in captures is in the findings

    Raises:
        CapacityExceeded: a check must ask the store how far it could be asked, which is full.
    """
    asks = Basis.CAPTURES if isinstance(context, SeenContext) else Basis.RULES
    # Of checks of rules a replay would only say that they are there; loading them all takes longer than judging.
    asked = checks.installed() if asks is Basis.RULES else checks.asked_of(asks)
    profiles = [one for one in site.policy.profiles if _holds(one.begins, one.until, day)]
    judging = Judging(
        asks=asks,
        serving=(
            *(serving for module in asked for serving in _servings(module, context, asks, wanted)),
            *(_crossing_serving(crossings, judged=context is not None) if asks is Basis.RULES else ()),
        ),
        findings=findings,
        crossed=_crossed(crossings, findings),
        tiers=frozenset(zone.tier for zone in site.zones.values()),
        editions=frozenset(one.guideline_edition for one in profiles),
        models=frozenset(one.model for one in profiles),
        scope=frozenset(site.policy.scope),
    )
    return outcomes.outcomes(requirements.load(), judging, site.clauses, requirements.example())


def _holds(begins: date | None, until: date | None, day: date) -> bool:
    return (begins is None or begins <= day) and (until is None or day <= until)


def _servings(
    module: checks.CheckModule, context: Context | SeenContext | None, asks: Basis, wanted: Collection[str] | None
) -> Iterator[Serving]:
    """Yield what a check serves, requirements apart of which it could be asked differently."""
    check = module.CHECK
    alike: dict[Covered | None, list[str]] = {}
    if check.asks is not asks or (wanted is not None and check.id not in wanted):
        alike[None] = list(check.requirements)
    elif context is None:
        alike[Covered(Coverage.NO_INPUT, _TOO_LARGE)] = list(check.requirements)
    else:
        for name, covered in checks.covered_by(module, context).items():
            alike.setdefault(covered, []).append(name)
    for answer, names in alike.items():
        yield Serving(check.id, frozenset(names), check.asks, check.bases, answer)


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
