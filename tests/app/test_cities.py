"""The bundled cities are what their READMEs say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from segcheck.app import assessing, validating
from segcheck.cli.main import run
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import LineUse, Severity
from segcheck.model.finding import ConfigEvidence, WitnessEvidence
from segcheck.model.reading import Complete
from segcheck.model.trace import Verdict

CITIES = Path(__file__).resolve().parents[2] / "topologies"
#: A Tuesday; every entry of the register but the planted TMP-001 is in force.
DAY = date(2026, 11, 24)
ENDS = {
    "kozato": (Standing.PROVEN, 0),
    "minase": (Standing.UNDECIDED, 3),
    "reiji": (Standing.PROVEN_ASSUMING, 3),
    "reiji-mistakes": (Standing.VIOLATED, 1),
}
READ = {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}


@cache
def validated(city):
    return validating.validate(str(CITIES / city))


@cache
def assessed(city):
    return assessing.assess(str(CITIES / city), day=DAY).assessment


def planted():
    return yaml.safe_load((CITIES / "reiji-mistakes" / "planted.yaml").read_text(encoding="utf-8"))["planted"]


@pytest.mark.parametrize("city", ENDS)
def test_every_line_of_every_export_is_read(city):
    for bound in validated(city).bindings:
        if bound.reading is None:
            continue
        for one in bound.reading.inputs:
            used = {use for use, count in one.lines.counts().items() if count}
            assert used <= READ, one.path
            assert one.complete is (Complete.UNKNOWN if one.format == "iptables" else Complete.YES)
        assert bound.config.taints == ()


@pytest.mark.parametrize("city", ["kozato", "minase", "reiji"])
def test_the_files_of_a_city_without_mistakes_are_clean(city):
    found = validated(city)

    assert found.site is not None
    assert not found.has(Severity.ERROR)
    assert not found.has(Severity.WARNING)


@pytest.mark.parametrize("city", ENDS)
def test_a_city_ends_as_its_readme_says(city, capsys):
    standing, code = ENDS[city]

    assert assessed(city).standing is standing
    assert run(["check", str(CITIES / city), "--time", DAY.isoformat()]) == code
    assert f"exit code {code}" in (CITIES / city / "README.md").read_text(encoding="utf-8")


def test_the_sound_city_ends_with_0_for_those_who_accept_its_assumptions(capsys):
    assert run(["check", str(CITIES / "reiji"), "--accept-assumptions", "--time", DAY.isoformat()]) == 0


def test_the_sound_city_names_what_it_leans_on():
    found = assessed("reiji")

    assert found.findings == ()
    assert {one.standing for one in found.crossings} == {Standing.PROVEN, Standing.PROVEN_ASSUMING}
    assert {one.id for one in found.assumptions if one.leaning} == {
        "AS-01",
        "AS-03",
        "AS-04",
        "AS-05",
        "AS-06",
        "members:fw-mn",
        "routes:san-mail-01",
    }


def test_the_proof_of_the_small_town_leans_on_nothing():
    found = assessed("kozato")

    assert Counter(one.standing for one in found.crossings) == {Standing.PROVEN: len(found.crossings)}
    assert (found.findings, found.assumptions, found.site.assumptions) == ((), (), ())


def test_the_honest_town_leaves_open_exactly_what_it_says():
    crossings = assessed("minase").crossings
    left_open = {
        (one.src.zone, one.dst.zone, why)
        for one in crossings
        if one.standing is Standing.UNDECIDED
        for why in one.because
    }

    assert left_open == {
        ("in", "sch", "no-export:rt-sch"),
        ("sch", "in", "no-export:rt-sch"),
        ("sch", "san", "no-export:rt-sch"),
        ("in", "san", "no-export:rt-sch"),
        ("sch", "sc", "no-export:rt-sch"),
        ("in", "sc", "no-export:rt-sch"),
        ("sch", "unknown", "no-export:rt-sch"),
        ("in", "unknown", "no-export:rt-sch"),
        ("mgt", "mnt", "no-export:rt-mnt"),
        ("mnt", "mgt", "no-export:rt-mnt"),
        ("mgt", "unknown", "no-export:rt-mnt"),
        ("mnt", "unknown", "no-export:rt-mnt"),
        ("mgt", "public", "no-export:rt-mnt"),
        ("mnt", "public", "no-export:rt-mnt"),
    }
    assert {one.standing for one in crossings} == {Standing.PROVEN, Standing.UNDECIDED}


def lines(finding):
    return [one.span for one in finding.evidence if isinstance(one, ConfigEvidence)]


def within(span, mistake):
    return any(
        span.path == one["path"] and one["first"] <= span.first and span.last <= one["last"]
        for one in mistake["evidence"]
    )


#: Checks that are about what is written; all others are about packets, and show one on its way.
WRITTEN = {
    "any-any",
    "disabled-rule",
    "log-off",
    "redundant-rule",
    "shadowed-rule",
    "temporary-rule",
    "undeclared-interface",
    "unreferenced-object",
}


@pytest.mark.parametrize("mistake", planted(), ids=lambda one: f"{one['id']}-{one['check']}")
def test_a_planted_mistake_is_the_cause_of_a_finding_of_its_check(mistake):
    found = [one for one in assessed("reiji-mistakes").findings if one.check == mistake["check"]]
    caused = [one for one in found if any(within(span, mistake) for span in lines(one))]

    assert caused
    witnesses = [each for one in caused for each in one.evidence if isinstance(each, WitnessEvidence)]
    assert bool(witnesses) == (mistake["check"] not in WRITTEN)
    assert all(each.journeys and each.journeys[0].hops for each in witnesses)


def test_every_finding_about_packets_shows_one_on_its_way_and_how_to_confirm_it():
    for one in assessed("reiji-mistakes").findings:
        (witness,) = [each for each in one.evidence if isinstance(each, WitnessEvidence)] or [None]
        assert (witness is None) == (one.check in WRITTEN), one.check
        if witness is not None:
            assert witness.confirm, one.check
            arrives = one.check not in ("narrower-than-registered", "required-flow")
            assert witness.journeys[0].verdict is (Verdict.PERMIT if arrives else Verdict.DENY), one.check
            assert (witness.journeys[0].delivered is not None) == arrives, one.check


def test_one_mistake_is_one_finding():
    """No two findings of a check blame the same lines for the same zones, nor bear the same fingerprint."""
    findings = assessed("reiji-mistakes").findings
    blamed = Counter((one.check, frozenset(lines(one))) for one in findings)

    assert max(blamed.values()) == 1
    assert len({one.fingerprint for one in findings}) == len(findings)


def test_whatever_crosses_is_explained_by_a_finding():
    found = assessed("reiji-mistakes")
    crossed = {(one.src.zone, one.dst.zone) for one in found.crossings if one.standing is Standing.VIOLATED}

    assert crossed
    assert crossed <= {pair for one in found.findings for pair in one.pairs}


def test_every_line_that_a_finding_blames_was_planted():
    mistakes = planted()
    findings = assessed("reiji-mistakes").findings
    innocent = {
        (one.check, one.subject, span)
        for one in findings
        for span in lines(one)
        if not any(within(span, mistake) for mistake in mistakes)
    }

    assert innocent == set()
    assert all(lines(one) for one in findings)


@pytest.mark.parametrize("mistake", planted(), ids=lambda one: one["id"])
def test_the_lines_of_a_planted_mistake_are_whole_entries(mistake):
    for one in mistake["evidence"]:
        text = (CITIES / "reiji-mistakes" / one["path"]).read_text(encoding="utf-8").splitlines()
        if one["path"].endswith(".conf"):
            assert text[one["first"] - 1].startswith("    edit ")
            assert text[one["last"] - 1] == "    next"
        assert one["first"] <= one["last"] <= len(text)


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_the_table_of_mistakes_is_the_list(page):
    text = (CITIES / "reiji-mistakes" / page).read_text(encoding="utf-8")
    rows = [
        [cell.strip(" `") for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| M")
    ]

    assert [(row[0], row[1], row[5]) for row in rows] == [
        (one["id"], str(one.get("pattern", "–")), one["check"]) for one in planted()
    ]
    for row, one in zip(rows, planted(), strict=True):
        for place in one["evidence"]:
            first, last = place["first"], place["last"]
            assert (str(first) if first == last else f"{first}-{last}") in row[3]
