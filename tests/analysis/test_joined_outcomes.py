"""One outcome of rules, captures and what is declared: every combination of what each of them says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from segcheck.analysis.outcomes import Judging, Serving, outcomes
from segcheck.loaders import profiles, requirements
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis
from segcheck.model.requirement import Coverage, Covered, Outcome, Requirement
from segcheck.model.site_words import Tier
from tests.analysis.test_outcomes import finding

R, C, A = Basis.RULES, Basis.CAPTURES, Basis.ATTRIBUTES
#: What a kind of evidence says: nothing against it, nothing to ask, its input is missing, refuted, excepted, cannot tell.
SAYS = ("sound", "nothing", "lack", "refuted", "excepted", "open")
COVERED = {
    "nothing": Covered(Coverage.NOTHING_TO_ASK, ("該当なし", "there is none")),
    "lack": Covered(Coverage.NO_INPUT, ("台帳がない", "there is no ledger")),
}
ANY = next(one for one in requirements.load() if one.id == "LG-01")
FREE = replace(ANY, tiers=(), models=(), editions=("", ""))
PROHIBITED = replace(FREE, by=(R, C, A), needs=(R,))
DECLARED = replace(FREE, by=(R, C, A), needs=(R, A))
USED = replace(FREE, by=(R, C, A), needs=(C,), presence=True)
SILENT = replace(FREE, by=(R, C, A), needs=(C,))


def judged(one: Requirement, says: dict[Basis, str], **more: object) -> Judging:
    findings = []
    for basis, said in says.items():
        waived = "W-1" if said == "excepted" else ""
        if said in ("refuted", "excepted", "open"):
            standing = Standing.UNDECIDED if said == "open" else Standing.VIOLATED
            findings.append(finding(one, standing, basis, waived))
    return Judging(
        asks=R,
        replayed=True,
        serving=tuple(
            Serving(
                f"by-{basis.value}",
                frozenset((one.id,)),
                C if basis is C else R,
                (basis,),
                COVERED.get(said, Covered(Coverage.ASKED)),
            )
            for basis, said in says.items()
        ),
        findings=tuple(findings),
        crossed={},
        tiers=frozenset(Tier),
        editions=frozenset(),
        models=frozenset(),
        guideline=profiles.load(),
        **more,
    )


def expected(one: Requirement, says: dict[Basis, str]) -> tuple[Outcome, set[Basis] | None]:
    """Return what the combination must come to by the words of `requirements.yaml`, and on what it stands."""
    wrong = {basis for basis, said in says.items() if said == "refuted"}
    if wrong:
        return Outcome.FAIL, wrong | {basis for basis, said in says.items() if said == "excepted"}
    deciding = {basis: said for basis, said in says.items() if basis is not C or C in one.needs}
    found = {"open", "excepted"} & {*says.values()}
    if {*deciding.values()} == {"nothing"} and not found:
        return Outcome.NOT_APPLICABLE, None
    asked = {basis for basis, said in deciding.items() if said not in COVERED}
    short = "open" in says.values() or any(says[basis] == "lack" for basis in one.needs)
    if short or (not asked and "lack" in deciding.values()) or one is SILENT:
        return Outcome.INSUFFICIENT, None
    if "excepted" in says.values():
        return Outcome.EXCEPTED, {basis for basis, said in says.items() if said == "excepted"}
    return Outcome.PASS, asked


@pytest.mark.parametrize("one", [PROHIBITED, DECLARED, USED, SILENT], ids=["R", "R and A", "presence", "C"])
def test_every_combination_of_what_rules_captures_and_declarations_say(one: Requirement) -> None:
    seen = set()
    for row in product(SAYS, repeat=3):
        says = dict(zip((R, C, A), row, strict=True))
        outcome, sources = expected(one, says)
        (met,) = outcomes([one], judged(one, says), (), requirements.example())

        assert met.outcome is outcome, says
        assert sources is None or set(met.sources) == sources, says
        assert met.outcome is Outcome.PASS or met.because
        seen.add(outcome)
    assert seen == {*Outcome} - ({Outcome.PASS, Outcome.EXCEPTED} if one is SILENT else set())


def test_captures_that_show_nothing_neither_prove_nor_spoil_what_rules_prove() -> None:
    for said in ("sound", "nothing", "lack"):
        (met,) = outcomes(
            [PROHIBITED], judged(PROHIBITED, {R: "sound", C: said, A: "sound"}), (), requirements.example()
        )
        assert met.outcome is Outcome.PASS
        assert C not in met.sources


def test_what_an_earlier_capture_showed_leaves_it_without_evidence() -> None:
    said = ("観測: 2026-11-20", "observed: 2026-11-20")
    for rules in ("sound", "nothing"):
        known = judged(PROHIBITED, {R: rules, C: rules, A: rules}, refuted={PROHIBITED.id: (said,)})
        (met,) = outcomes([PROHIBITED], known, (), requirements.example())
        assert met.outcome is Outcome.INSUFFICIENT
        assert said in met.because
    failed = judged(PROHIBITED, {R: "refuted", C: "sound", A: "sound"}, refuted={PROHIBITED.id: (said,)})
    assert outcomes([PROHIBITED], failed, (), requirements.example())[0].outcome is Outcome.FAIL
