"""Every requirement reaches every outcome that it can reach, and no other, by what checks found and could be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segcheck import checks
from segcheck.analysis.outcomes import READS, Crossed, Judging, Serving, decidable, outcomes
from segcheck.loaders import profiles, requirements
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Coverage, Covered, Met, Outcome, Requirement
from segcheck.model.site_words import Tier

R, C, A = Basis.RULES, Basis.CAPTURES, Basis.ATTRIBUTES
ASKED = Covered(Coverage.ASKED)
NOTHING = Covered(Coverage.NOTHING_TO_ASK, ("該当なし", "there is none"))
NO_INPUT = Covered(Coverage.NO_INPUT, ("台帳がない", "there is no ledger"))
CLAIMED = Covered(Coverage.CLAIMED, ("課長の申告", "a post says so"))
#: The catalogue as the latest edition words it, and each earlier wording.
LATEST = tuple({one.id: one for one in requirements.load()}.values())
EARLIER = tuple(one for one in requirements.load() if one not in LATEST)
EVERYWHERE = frozenset(Tier)
SHOWABLE = [one for one in LATEST if one.by]
IDS = [one.id for one in SHOWABLE]


def finding(one: Requirement, standing: Standing = Standing.VIOLATED, basis: Basis = R, waived: str = "") -> Finding:
    return Finding(
        check="synthetic",
        weight=Weight.HIGH,
        standing=standing,
        basis=(basis,),
        subject="x",
        key="x",
        requirements=(one.id,),
        waived=waived,
    )


def serving(one: Requirement, covered: Covered | None = ASKED, asks: Basis = R) -> Serving:
    """Return a check of rules (or captures) that gives every kind of evidence that its command can give."""
    return Serving(f"by-{asks.value}", frozenset((one.id,)), asks, READS[asks], covered)


def judging(one: Requirement, *found: Finding, asks: Basis = R, by: tuple[Serving, ...] | None = None) -> Judging:
    return Judging(
        asks=asks,
        serving=(serving(one, asks=asks),) if by is None else by,
        findings=found,
        crossed={},
        tiers=EVERYWHERE,
        editions=frozenset(),
        models=frozenset(),
        guideline=profiles.load(),
    )


def met(one: Requirement, known: Judging) -> Met:
    (found,) = outcomes([one], known, (), requirements.example())
    assert found.requirement is one
    assert found.clauses == one.clauses
    assert found.example
    assert found.outcome is Outcome.PASS or found.because
    for japanese, english in found.because:
        assert japanese != english
        assert english.isascii() or "→" in english or "…" in english
        assert "適合" not in japanese
    return found


def can_pass(one: Requirement, asks: Basis) -> bool:
    return set(one.needs) <= set(READS[asks]) and (asks is R or one.presence)


@pytest.mark.parametrize("asks", [R, C], ids=["check", "replay"])
@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
def test_it_passes_only_if_everything_that_it_needs_was_asked_and_could_show_it(one: Requirement, asks: Basis) -> None:
    found = met(one, judging(one, asks=asks))

    assert found.outcome is (Outcome.PASS if can_pass(one, asks) else Outcome.INSUFFICIENT)
    assert set(found.sources) == set(one.by) & set(READS[asks] if R in one.by or asks is C else (A,))


@pytest.mark.parametrize("asks", [R, C], ids=["check", "replay"])
@pytest.mark.parametrize("one", LATEST, ids=[one.id for one in LATEST])
def test_a_violated_finding_fails_it_whatever_else_is_known(one: Requirement, asks: Basis) -> None:
    waived, undecided = finding(one, waived="W-1"), finding(one, Standing.UNDECIDED)
    for by in (None, (), (serving(one, NO_INPUT, asks),), (serving(one, None, asks),), (serving(one, NOTHING, asks),)):
        found = met(one, judging(one, finding(one, basis=asks), waived, undecided, asks=asks, by=by))

        assert found.outcome is Outcome.FAIL
        assert found.findings[0] == finding(one).fingerprint
        assert asks in found.sources


@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
def test_an_approved_exception_covers_what_is_violated_and_nothing_that_lacks_evidence(one: Requirement) -> None:
    excepted = met(one, judging(one, finding(one, waived="W-1")))
    also_open = met(one, judging(one, finding(one, waived="W-1"), finding(one, Standing.UNDECIDED)))

    assert excepted.outcome is (Outcome.EXCEPTED if can_pass(one, R) else Outcome.INSUFFICIENT)
    assert also_open.outcome is Outcome.INSUFFICIENT
    for found in (excepted, also_open):
        assert "W-1" in found.because[0][0]


@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
@pytest.mark.parametrize("covered", [NO_INPUT, CLAIMED, None], ids=["no input", "claimed", "left out"])
def test_without_its_evidence_it_is_insufficient(one: Requirement, covered: Covered | None) -> None:
    other = replace(serving(one), check="other")  # that one check was asked does not stand for the other
    for by in ((serving(one, covered),), (other, serving(one, covered))):
        found = met(one, judging(one, by=by))

        assert found.outcome is Outcome.INSUFFICIENT
        text = "\n".join(said[1] for said in found.because)
        if C not in one.needs:
            assert (covered.reason[1] if covered else "left out by options: by-R") in text


@pytest.mark.parametrize("asks", [R, C], ids=["check", "replay"])
@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
def test_an_undecided_finding_leaves_it_insufficient(one: Requirement, asks: Basis) -> None:
    found = met(one, judging(one, finding(one, Standing.UNDECIDED), asks=asks))

    assert found.outcome is Outcome.INSUFFICIENT
    assert "synthetic" in found.because[0][0]


@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
def test_without_a_check_it_is_shown_by_documents(one: Requirement) -> None:
    found = met(one, judging(one, by=()))

    assert found.outcome is Outcome.INSUFFICIENT
    assert found.because == (("確かめるチェックがない（文書で確認）", "no check asks this; shown by documents"),)
    assert found.sources == ()


@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
def test_where_there_is_nothing_to_ask_it_does_not_apply(one: Requirement) -> None:
    two = (serving(one, NOTHING), replace(serving(one, NOTHING), check="other"))

    assert met(one, judging(one, by=two)).outcome is Outcome.NOT_APPLICABLE
    assert met(one, judging(one, by=two)).because == (("該当なし", "there is none"),)
    assert met(one, judging(one, by=(*two, serving(one, NO_INPUT)))).outcome is Outcome.INSUFFICIENT
    assert met(one, judging(one, by=(*two, serving(one, None)))).outcome is Outcome.INSUFFICIENT


@pytest.mark.parametrize("one", [one for one in SHOWABLE if one.tiers], ids=lambda one: one.id)
def test_a_site_without_its_tier_has_nothing_of_it(one: Requirement) -> None:
    for tier in one.tiers:
        known = replace(judging(one), tiers=EVERYWHERE - {tier})
        assert met(one, known).outcome is Outcome.NOT_APPLICABLE
        assert met(one, replace(known, findings=(finding(one),))).outcome is Outcome.FAIL
        assert met(one, replace(known, findings=(finding(one, Standing.UNDECIDED),))).outcome is Outcome.INSUFFICIENT


@pytest.mark.parametrize("one", [one for one in SHOWABLE if one.models], ids=lambda one: one.id)
def test_of_another_model_it_does_not_apply(one: Requirement) -> None:
    mine, other = frozenset(one.models), frozenset(ProfileModel) - set(one.models)

    assert met(one, replace(judging(one), models=other)).outcome is Outcome.NOT_APPLICABLE
    assert met(one, replace(judging(one), models=mine | other)).outcome is Outcome.PASS
    assert met(one, replace(judging(one, finding(one)), models=other)).outcome is Outcome.FAIL
    assert met(one, replace(judging(one, finding(one, waived="W-1")), models=other)).outcome is Outcome.EXCEPTED


@pytest.mark.parametrize("one", [one for one in LATEST if not one.by], ids=lambda one: one.id)
def test_what_documents_show_is_not_asked(one: Requirement) -> None:
    for by in (None, ()):
        found = met(one, judging(one, by=by))
        assert found.outcome is Outcome.NOT_APPLICABLE
        assert found.because == (("対象外（文書で確認）", "not asked here: shown by documents"),)


@pytest.mark.parametrize("one", [one for one in LATEST if any(one.editions)], ids=lambda one: one.id)
def test_editions_that_do_not_demand_it_leave_it_out_or_have_wording_of_their_own(one: Requirement) -> None:
    known = replace(judging(one), editions=frozenset(("H30.9",)))
    (found,) = outcomes([*(old for old in EARLIER if old.id == one.id), one], known, (), requirements.example())
    newest = outcomes(requirements.load(), replace(known, editions=frozenset(("R7.3",))), (), requirements.example())

    assert one in [latest.requirement for latest in newest]
    earlier = [old for old in EARLIER if old.id == one.id]
    assert found.requirement is (earlier[0] if earlier else one)
    assert (found.outcome is Outcome.NOT_APPLICABLE) is not bool(earlier)


def test_crossings_count_without_findings() -> None:
    one = next(one for one in LATEST if one.id == "MN-01")
    crossed = Crossed(violated=(("mn", "in"),))
    undecided = Crossed(undecided=(("mn", "lg"),), assumptions=("AS-1",))
    assumed = Crossed(assumptions=("AS-1", "AS-2"))

    assert met(one, replace(judging(one), crossed={"MN-01": crossed})).outcome is Outcome.FAIL
    assert met(one, replace(judging(one), crossed={"MN-01": undecided})).outcome is Outcome.INSUFFICIENT
    leaning = met(one, replace(judging(one), crossed={"MN-01": assumed}))
    assert leaning.outcome is Outcome.PASS
    assert leaning.because == (("前提 2 件のもとで: AS-1, AS-2", "under assumptions: 2 (AS-1, AS-2)"),)


def test_evidence_that_is_not_needed_is_noted_and_does_not_decide() -> None:
    one = next(one for one in LATEST if one.id == "IN-01")  # by rules, captures and attributes; rules decide
    rules = Serving("exits", frozenset((one.id,)), R, (R,), ASKED)
    ledger = Serving("lines", frozenset((one.id,)), R, (A,), NO_INPUT)
    found = met(one, judging(one, by=(rules, ledger)))

    assert found.outcome is Outcome.PASS
    assert "there is no ledger" in found.because[0][1]
    assert met(one, judging(one, by=(ledger,))).outcome is Outcome.INSUFFICIENT


def test_one_kind_of_evidence_does_not_stand_for_another() -> None:
    one = next(one for one in LATEST if set(one.needs) == {R, A})
    only_rules = Serving("rules", frozenset((one.id,)), R, (R,), ASKED)

    found = met(one, judging(one, by=(only_rules,)))
    assert found.outcome is Outcome.INSUFFICIENT
    assert found.because == (("属性・文書で確かめるチェックがない", "no check asks this of attributes and documents"),)


@pytest.mark.parametrize("one", SHOWABLE, ids=IDS)
def test_the_scope_is_what_the_policy_names_else_what_rules_decide(one: Requirement) -> None:
    known = judging(one)
    by_rules = R in one.by and not {C, A} & set(one.needs)

    assert decidable(one, known.serving) is by_rules
    assert met(one, known).in_scope is by_rules
    assert not met(one, judging(one, by=())).in_scope  # nothing is there that could decide it
    assert not met(one, judging(one, by=(serving(one, None),))).in_scope  # options took it out of what is asked
    assert met(one, replace(known, scope=frozenset((one.id,)))).in_scope
    assert met(one, replace(judging(one, by=(serving(one, None),)), scope=frozenset((one.id,)))).in_scope
    assert not met(one, replace(known, scope=frozenset(("other",)))).in_scope
    seen = replace(judging(one, asks=C), scope=frozenset((one.id,)))
    assert met(one, seen).in_scope is (set(one.needs) == {C})


# ---- what is installed


def test_every_requirement_that_can_be_shown_is_asked_and_checks_name_only_requirements() -> None:
    served = {name for module in checks.installed() for name in module.CHECK.requirements}
    served |= {name for src in Tier for dst in Tier for name in checks.crossing_requirements(src, dst)}

    assert served
    assert served <= set(requirements.ids())
    assert {one for one in IDS if one not in served} == set()
