"""How a site stands to each requirement, from what checks found and how far they could be asked (DESIGN §2.19).

A violated finding fails a requirement. Otherwise everything that it needs must have been asked and answered: what was not
asked, could not be read, or is only claimed leaves it without evidence, and a capture that shows nothing against a
prohibition proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from segcheck.model.check import Said
from segcheck.model.clauses import Clauses, serving
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding
from segcheck.model.profile import Guideline
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Coverage, Covered, Met, Outcome, Requirement, in_force
from segcheck.model.site_words import Tier

#: What each command decides from; nothing of the other's is known, unless `run` asked both.
READS: Mapping[Basis, tuple[Basis, ...]] = {
    Basis.RULES: (Basis.RULES, Basis.ATTRIBUTES),
    Basis.CAPTURES: (Basis.CAPTURES,),
}
_EVIDENCE: Mapping[Basis, Said] = {
    Basis.RULES: ("規則", "rules"),
    Basis.CAPTURES: ("キャプチャ", "captures"),
    Basis.ATTRIBUTES: ("属性・文書", "attributes and documents"),
}
#: Ids of checks that a sentence names.
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Serving:
    """A check, or the judgement of crossings, that bears on requirements.

    asks       RULES: by `check`, CAPTURES: by `replay`
    bases      the kinds of evidence that it decides from
    covered    how far it could be asked; None if options left it out
    """

    check: str
    requirements: frozenset[str]
    asks: Basis
    bases: tuple[Basis, ...]
    covered: Covered | None = None

    def shows(self, requirement: Requirement) -> frozenset[Basis]:
        """Return the kinds of evidence that it gives for a requirement; where rules cannot speak to it, what is declared does."""
        if self.asks is Basis.RULES and Basis.RULES not in requirement.by:
            return frozenset((Basis.ATTRIBUTES,))
        return frozenset(self.bases)


@dataclass(frozen=True, slots=True)
class Crossed:
    """What the judgement of crossings says of a requirement.

    violated      zone pairs that are crossed, with no finding about them
    undecided     zone pairs that are not decided
    assumptions   ids of what the pairs that are proven lean on
    """

    violated: tuple[tuple[str, str], ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What a run knows.

    asks        RULES for `check`, CAPTURES for `replay`
    replayed    captures were replayed beside a `check`: its evidence and theirs make one outcome
    refuted     by requirement, what captures showed in earlier runs that nobody has looked for since
    serving     every check that there is, those of the other command too
    crossed     by requirement
    tiers       of the site's zones
    editions, models   of the profiles in force
    scope       requirements that the site's policy names; () = those decidable from rules
    organ       of which all this is known, "" = the whole site; `own` are the tiers of its zones
    """

    asks: Basis
    serving: tuple[Serving, ...]
    findings: tuple[Finding, ...]
    crossed: Mapping[str, Crossed]
    tiers: frozenset[Tier]
    editions: frozenset[str]
    models: frozenset[ProfileModel]
    guideline: Guideline
    scope: frozenset[str] = frozenset()
    organ: str = ""
    own: frozenset[Tier] = frozenset()
    replayed: bool = False
    refuted: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)

    @property
    def reads(self) -> tuple[Basis, ...]:
        """Return the kinds of evidence that were read."""
        return (*READS[self.asks], Basis.CAPTURES) if self.replayed else READS[self.asks]

    def asked(self, every: Iterable[Serving]) -> list[Serving]:
        """Return those of the checks that were there to be asked."""
        return [check for check in every if self.replayed or check.asks is self.asks]

    def deciding(self, one: Requirement, every: Iterable[Serving]) -> list[Serving]:
        """Return those on whose answers it rests whether a requirement applies, and passes.

        Captures decide only what needs them, or where no rule and nothing declared is asked: what they do not show is no answer.
        """
        mine = self.asked(every)
        own = [check for check in mine if check.asks is self.asks]
        return own if own and Basis.CAPTURES not in one.needs else mine


def outcomes(
    every: Iterable[Requirement], judging: Judging, own: Sequence[Clauses], example: Clauses
) -> tuple[Met, ...]:
    """Return how the site, or an organ of it, stands to each requirement, in the order of the catalogue."""
    return tuple(
        _met(one, demanded, judging, serving(one.id, own, example))
        for one, demanded in in_force(every, judging.editions, judging.models, judging.guideline)
    )


def decidable(requirement: Requirement, checks: Iterable[Serving]) -> bool:
    """Return whether rules alone can show it, and some check of rules is there to do so."""
    unneeded = {Basis.CAPTURES, Basis.ATTRIBUTES}.isdisjoint(requirement.needs)
    served = any(one.asks is Basis.RULES and Basis.RULES in one.shows(requirement) for one in checks)
    return Basis.RULES in requirement.by and unneeded and served


def _met(one: Requirement, demanded: bool, judging: Judging, clauses: tuple[tuple[str, ...], str, bool]) -> Met:
    every = [check for check in judging.serving if one.id in check.requirements]
    deciding = judging.deciding(one, every)
    asked = [one for one in judging.asked(every) if one.covered and one.covered.coverage is Coverage.ASKED]
    findings = [finding for finding in judging.findings if one.id in finding.requirements]
    crossed = judging.crossed.get(one.id, Crossed())
    outcome, because = _outcome(one, demanded, judging, every, findings, crossed)
    if outcome in (Outcome.FAIL, Outcome.EXCEPTED):
        bases = {basis for f in findings if f.standing is Standing.VIOLATED for basis in f.basis} or {judging.asks}
    else:
        bases = {basis for check in asked for basis in check.shows(one)} & set(one.by)
        if outcome is Outcome.PASS and judging.replayed and not one.presence:
            bases.discard(Basis.CAPTURES)  # they were not against it; that is no proof
    return Met(
        requirement=one,
        outcome=outcome,
        sources=tuple(basis for basis in Basis if basis in bases),
        clauses=clauses[0],
        policy=clauses[1],
        example=clauses[2],
        because=because,
        findings=tuple(dict.fromkeys(finding.fingerprint for finding in findings)),
        in_scope=_in_scope(one, judging, every, supplied=all(map(_supplied, deciding))),
        organ=judging.organ,
    )


def _supplied(check: Serving) -> bool:
    """Return whether a check was asked with all that it reads."""
    return check.covered is not None and check.covered.coverage in (Coverage.ASKED, Coverage.NOTHING_TO_ASK)


def _in_scope(one: Requirement, judging: Judging, every: Iterable[Serving], *, supplied: bool) -> bool:
    """Return whether a lack of evidence counts: what the policy names, as far as this command reads what it needs.

    Without a policy's word it is what rules decide, as far as it was asked and nothing was missing: options that leave
    checks out are told as such, and files that nobody supplied (counters, ledgers) are listed as lacking.
    """
    if judging.asks is Basis.CAPTURES:
        return one.id in judging.scope and set(one.needs) == {Basis.CAPTURES}
    return one.id in judging.scope if judging.scope else supplied and decidable(one, every)


def _outcome(
    one: Requirement,
    demanded: bool,
    judging: Judging,
    every: Sequence[Serving],
    findings: Sequence[Finding],
    crossed: Crossed,
) -> tuple[Outcome, tuple[Said, ...]]:
    violated = [finding for finding in findings if finding.standing is Standing.VIOLATED]
    standing = [finding for finding in violated if not finding.waived]
    if standing or crossed.violated:
        return Outcome.FAIL, tuple(_failed(standing, crossed))
    if not one.by:
        return Outcome.NOT_APPLICABLE, (("対象外（文書で確認）", "not asked here: shown by documents"),)
    missing = [tier for tier in one.tiers if tier not in judging.tiers]
    if not demanded and not violated:
        return Outcome.NOT_APPLICABLE, (_undemanded(one),)
    if missing and not findings and not crossed.undecided:
        names = ", ".join(tier.value for tier in missing)
        return Outcome.NOT_APPLICABLE, ((f"このサイトにない階層: {names}", f"the site has no zone of tier {names}"),)
    beside = judging.organ and one.tiers and judging.own.isdisjoint(one.tiers) and one.id not in judging.crossed
    if beside and not findings:  # and no pair of an organ's own zones with others' is judged by it
        names = ", ".join(tier.value for tier in one.tiers)
        return Outcome.NOT_APPLICABLE, ((f"この機関にない階層: {names}", f"the organ has no zone of tier {names}"),)
    mine = judging.asked(every)
    open_ = [finding for finding in findings if finding.standing is Standing.UNDECIDED]
    answers = [check.covered for check in judging.deciding(one, every)]
    nothing = [answer for answer in answers if answer is not None and answer.coverage is Coverage.NOTHING_TO_ASK]
    if answers and len(nothing) == len(answers) and not (findings or crossed.undecided or one.id in judging.refuted):
        return Outcome.NOT_APPLICABLE, _once(answer.reason for answer in nothing)
    excepted = _excepted(violated)
    lacks = _once((*_undecided(open_, crossed), *_lacks(one, judging, every)))
    if lacks:
        return Outcome.INSUFFICIENT, (*excepted, *lacks)
    notes = (*excepted, *_assumed(crossed), *_notes(one, mine))
    return Outcome.EXCEPTED if violated else Outcome.PASS, notes


def _failed(standing: Sequence[Finding], crossed: Crossed) -> Iterable[Said]:
    if standing:
        names = _names(finding.check for finding in standing)
        yield f"指摘 {len(standing)} 件: {names}", f"findings: {len(standing)} ({names})"
    if crossed.violated:
        pairs = _names(f"{src} → {dst}" for src, dst in crossed.violated)
        yield f"指摘のない越境: {pairs}", f"crossed, with no finding told: {pairs}"


def _undemanded(one: Requirement) -> Said:
    if one.models:
        names = ", ".join(model.value for model in one.models)
        return f"モデルが対象外（対象: {names}）", f"not of this model or edition (of {names})"
    first, last = one.editions
    return f"ガイドラインの版が対象外（{first}〜{last}）", f"not of this edition of the guideline ({first} to {last})"


def _excepted(violated: Iterable[Finding]) -> tuple[Said, ...]:
    names = _names(finding.waived for finding in violated if finding.waived)
    return ((f"例外措置（承認済）: {names}", f"exception (approved): {names}"),) if names else ()


def _undecided(findings: Sequence[Finding], crossed: Crossed) -> Iterable[Said]:
    if findings:
        names = _names(finding.check for finding in findings)
        yield f"判定不能の指摘 {len(findings)} 件: {names}", f"undecided findings: {len(findings)} ({names})"
    elif crossed.undecided:
        pairs = _names(f"{src} → {dst}" for src, dst in crossed.undecided)
        yield f"判定不能の区間: {pairs}", f"undecided between zones: {pairs}"


def _lacks(one: Requirement, judging: Judging, every: Sequence[Serving]) -> Iterable[Said]:
    """Yield what is missing for the requirement to be met for all that this run knows."""
    if not every and judging.asks is Basis.CAPTURES:
        yield "キャプチャで確かめるチェックがない", "no check asks this of captures"
    elif not every:
        yield "確かめるチェックがない（文書で確認）", "no check asks this; shown by documents"
        return
    yield from judging.refuted.get(one.id, ())
    reads = judging.reads
    for basis in one.needs:
        if basis not in reads:
            told = _EVIDENCE[basis]
            other = "replay" if basis is Basis.CAPTURES else "check"
            yield (
                f"この実行では{told[0]}を読んでいない（segcheck {other}）",
                f"this run reads no {told[1]} (segcheck {other})",
            )
    mine = judging.asked(every)
    left_out = _names(check.check for check in mine if check.covered is None)
    if left_out:
        yield f"オプションで除いたチェック: {left_out}", f"left out by options: {left_out}"
    answered = [(check, check.covered) for check in mine if check.covered is not None]
    for check, covered in answered:
        if covered.coverage in _OPEN and not check.shows(one).isdisjoint(one.needs):
            yield _short(check, covered)
    for basis in one.needs:
        if basis in reads and not left_out and not any(basis in check.shows(one) for check in mine):
            told = _EVIDENCE[basis]
            yield f"{told[0]}で確かめるチェックがない", f"no check asks this of {told[1]}"
    seen = judging.asks is Basis.CAPTURES or (judging.replayed and Basis.CAPTURES in one.needs)
    if seen and mine and not one.presence:
        yield "見えなかったことは禁止の証明にならない", "that nothing was seen proves no prohibition"
    if judging.asks is Basis.RULES and mine and not left_out:
        decided = [check.covered for check in judging.deciding(one, every) if check.covered is not None]
        if not any(covered.coverage is Coverage.ASKED for covered in decided):
            yield from (_short(check, covered) for check, covered in answered if covered.coverage in _OPEN)


_OPEN = (Coverage.NO_INPUT, Coverage.CLAIMED)


def _short(check: Serving, covered: Covered) -> Said:
    japanese, english = covered.reason
    if covered.coverage is Coverage.CLAIMED:
        return f"証拠のない申告: {japanese}", f"claimed, without evidence: {english}"
    return f"入力不足 ({check.check}): {japanese}", f"input is missing ({check.check}): {english}"


def _notes(one: Requirement, mine: Iterable[Serving]) -> Iterable[Said]:
    """Yield what could not be asked although nothing depends on it."""
    for check in mine:
        if check.covered is not None and check.covered.coverage in _OPEN and check.shows(one).isdisjoint(one.needs):
            yield _short(check, check.covered)


def _assumed(crossed: Crossed) -> tuple[Said, ...]:
    names = _names(crossed.assumptions)
    count = len(crossed.assumptions)
    return ((f"前提 {count} 件のもとで: {names}", f"under assumptions: {count} ({names})"),) if names else ()


def _names(every: Iterable[str]) -> str:
    names = list(dict.fromkeys(name for name in every if name))
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def _once(said: Iterable[Said]) -> tuple[Said, ...]:
    return tuple(dict.fromkeys(one for one in said if any(one)))
