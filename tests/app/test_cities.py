"""The bundled cities are what their READMEs say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from segcheck.analysis.crossings import Judgement, judge
from segcheck.analysis.network import build
from segcheck.analysis.permitting import allowances
from segcheck.app import validating
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import LineUse, Severity
from segcheck.model.reading import Complete

ROOT = Path(__file__).resolve().parents[2]
CITIES = ROOT / "topologies"
#: A Tuesday; every entry of the register but the planted TMP-001 is in force.
DAY = date(2026, 11, 24)
WORST = {
    "kozato": Standing.PROVEN,
    "minase": Standing.UNDECIDED,
    "reiji": Standing.PROVEN_ASSUMING,
    "reiji-mistakes": Standing.VIOLATED,
}
READ = {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}


@cache
def validated(city):
    return validating.validate(str(CITIES / city))


@cache
def judged(city) -> Judgement:
    found = validated(city)
    return judge(build(found.site, found.bindings, DAY), allowances(found.site, DAY))


@pytest.mark.parametrize("city", WORST)
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

    assert not found.has(Severity.ERROR)
    assert not found.has(Severity.WARNING)


@pytest.mark.parametrize(("city", "worst"), WORST.items())
def test_the_crossings_of_a_city_stand_as_its_readme_says(city, worst):
    assert max((pair.standing for pair in judged(city).pairs), key=lambda one: one.rank) is worst


def test_the_proof_of_the_small_town_leans_on_nothing():
    pairs = judged("kozato").pairs

    assert Counter(pair.standing for pair in pairs) == {Standing.PROVEN: len(pairs)}
    assert validated("kozato").site.assumptions == ()


def test_the_honest_town_leaves_open_exactly_what_it_says():
    left_open = {
        (pair.src.zone, pair.dst.zone, doubt.subject)
        for pair in judged("minase").pairs
        if pair.standing is Standing.UNDECIDED
        for doubt in pair.because
    }

    assert left_open == {
        ("in", "sch", "rt-sch"),
        ("sch", "in", "rt-sch"),
        ("sch", "san", "rt-sch"),
        ("in", "san", "rt-sch"),
        ("sch", "sc", "rt-sch"),
        ("in", "sc", "rt-sch"),
        ("mgt", "mnt", "rt-mnt"),
        ("mnt", "mgt", "rt-mnt"),
    }
    assert {pair.standing for pair in judged("minase").pairs} == {Standing.PROVEN, Standing.UNDECIDED}


def planted(city="reiji-mistakes"):
    return yaml.safe_load((CITIES / city / "planted.yaml").read_text(encoding="utf-8"))["planted"]


@pytest.mark.parametrize("mistake", planted(), ids=lambda one: one["id"])
def test_the_lines_of_a_planted_mistake_are_whole_entries(mistake):
    for one in mistake["evidence"]:
        lines = (CITIES / "reiji-mistakes" / one["path"]).read_text(encoding="utf-8").splitlines()
        if one["path"].endswith(".conf"):
            assert lines[one["first"] - 1].startswith("    edit ")
            assert lines[one["last"] - 1] == "    next"
        assert one["last"] <= len(lines)


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_the_table_of_mistakes_is_the_list(page):
    text = (CITIES / "reiji-mistakes" / page).read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| M")]

    assert [(row[0].strip(), row[1].strip(), row[5].strip(" `")) for row in rows] == [
        (one["id"], str(one.get("pattern", "–")), one["check"]) for one in planted()
    ]
    for row, one in zip(rows, planted(), strict=True):
        for place in one["evidence"]:
            first, last = place["first"], place["last"]
            assert (str(first) if first == last else f"{first}-{last}") in row[3]
