"""The judgement of a site as people read it, in both languages."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from segcheck.app import assessing
from segcheck.cli.main import run
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.result import Run
from segcheck.reports import check_json
from tests.checks import test_forbidden_crossing, test_narrower_than_registered
from tests.checks.sites import DAY

CITIES = Path(__file__).resolve().parents[2] / "topologies"
WEIGHTS = {"ja": ("重大", "高", "中", "低"), "en": ("CRITICAL", "HIGH", "MEDIUM", "LOW")}


@cache
def assessed(city):
    return assessing.assess(str(CITIES / city), day=DAY).assessment


@cache
def told(folder, language):
    """Return what `check` prints; a judgement of a city takes seconds, so each is made once."""
    out = StringIO()
    with redirect_stdout(out):
        run(["--lang", language, "check", str(folder), "--time", DAY.isoformat()])
    return out.getvalue()


def heads(text, language):
    """Return number and weight of every finding in the text."""
    return re.findall(rf"^(\d+)\. ({'|'.join(WEIGHTS[language])})  ", text, re.MULTILINE)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_finding_is_told_gravest_first_and_counted_at_the_end(language):
    text = told(CITIES / "reiji-mistakes", language)
    found = assessed("reiji-mistakes")

    shown = heads(text, language)
    assert [int(number) for number, _ in shown] == list(range(1, len(found.findings) + 1))
    ranks = [WEIGHTS[language].index(weight) for _, weight in shown]
    assert ranks == sorted(ranks)
    last = "\n".join(text.rstrip().splitlines()[-3:])
    counts = [sum(one.weight is weight for one in found.findings) for weight in Weight]
    pairs = [sum(one.standing is standing for one in found.crossings) for standing in Standing]
    for count in (len(found.findings), *counts, len(found.crossings), *pairs[:4]):
        assert re.search(rf"(?<!\d){count}(?!\d)", last), count


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_table_of_zones_stands_below_the_findings(language):
    text = told(CITIES / "minase", language)

    table = text.index("元 \\ 先" if language == "ja" else "from \\ to")
    assert max(match.start() for match in re.finditer(r"^\d+\. ", text, re.MULTILINE)) < table


def test_japanese_pages_keep_to_the_words_of_the_guideline():
    text = "".join(told(CITIES / city, "ja") for city in ("minase", "reiji-mistakes", "kozato", "reiji"))

    assert "適合" not in text
    assert "区画" not in text
    assert "no-export:" not in text.split("分からないこと")[0]


def test_only_what_crosses_is_called_a_crossing():
    text = told(CITIES / "reiji-mistakes", "en")
    checks = assessed("reiji-mistakes").checks
    labels = re.findall(r"^\d+\. .*  \[(.*)\]  ([a-z-]+)  [0-9a-f]{16}$", text, re.MULTILINE)

    assert len(labels) == len(assessed("reiji-mistakes").findings)
    assert {label for label, check in labels if checks[check].crosses} == {"crossing possible (R)"}
    assert {label for label, check in labels if not checks[check].crosses} == {"fault of the configuration (R)"}


def test_a_packet_that_does_not_pass_ends_where_it_stops(tmp_path):
    test_narrower_than_registered.FIRES.written(tmp_path)

    assert "lg-lan → fw → 暗黙の拒否で止まる" in told(tmp_path, "ja")
    assert "lg-lan → fw → stopped by the implicit deny" in told(tmp_path, "en")


def test_where_nothing_crosses_the_end_says_so_beside_what_is_amiss(tmp_path):
    """One entry has no rule and one a narrower one: no packet crosses by that, and the verdict stays the worse of both."""
    test_narrower_than_registered.FIRES.written(tmp_path)

    rows = {language: told(tmp_path, language).splitlines()[-3:] for language in ("ja", "en")}
    assert rows["ja"][0].startswith("越境        全区間対で越境なし（証明）  区間対 ")
    assert rows["ja"][1].startswith("設定・申告  不備 2 件 ")
    assert rows["en"][0].startswith("Crossings  no crossing (proven) in all pairs  pairs of places ")
    assert rows["en"][1].startswith("Settings   amiss: 2 ")
    found = assessing.assess(str(tmp_path), day=DAY).assessment
    assert (found.standing, found.crossing, len(found.amiss)) == (Standing.VIOLATED, Standing.PROVEN, 2)
    shown = check_json.result(found, (), Run(version="0", started="2026-11-24T00:00:00Z", command="check"), ())
    assert (shown["verdict"], shown["headline"]) == ("violated", {"crossings": "proven", "amiss": 2})


def test_lines_are_named_by_the_folder_that_the_user_gave(tmp_path):
    test_forbidden_crossing.FIRES.written(tmp_path)
    text = told(f"{tmp_path}/", "en")

    assert f"{tmp_path}/exports/fw.conf:" in text
    assert f"{tmp_path}//" not in text
