"""DESIGN 2.19: no output says that the body conforms; the headline says what was asked, of whom, as of when, under what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from segcheck.cli.main import run
from tests.soundness.town import CLOSED, DAY, DEVICE, OPEN, PORTS, TWO_TIERS, fortigate, town

CONFORMS = re.compile(r"適合|conform(?:s|ant)|complian(?:t|ce)", re.IGNORECASE)
DATED = DEVICE.replace("format: fortigate}]", "format: fortigate, as_of: 2026-11-01}]")


def site(folder: Path, *, open_: bool = False, topology: str = TWO_TIERS + DATED) -> Path:
    return town(folder, topology, {"fw.conf": fortigate("fw", PORTS, [*([OPEN] if open_ else []), CLOSED])})


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("open_", [False, True])
def test_no_output_says_that_the_body_conforms(
    tmp_path: Path, language: str, open_: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = site(tmp_path, open_=open_)
    for command in (["check", str(folder)], ["check", str(folder), "--format", "json"], ["matrix", str(folder)]):
        run(["--lang", language, *command, "--time", DAY.isoformat()])
        shown = capsys.readouterr()
        assert shown.out
        assert not CONFORMS.search(shown.out), command


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_headline_says_what_was_asked_of_whom_and_as_of_when(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--lang", language, "check", str(site(tmp_path)), "--time", DAY.isoformat()])
    shown = " ".join(capsys.readouterr().out.split())
    first = shown[:300]

    assert "2026-11-24" in first  # as of which day
    assert "2026-11-01" in first  # how old the oldest export is
    assert re.search(r"\b6\b", first)  # pairs that were asked
    assert re.search(r"1 of 1|1 ?台|1/1|1 台中 1", first)  # devices read, of how many


def test_every_finding_names_its_requirements_and_what_it_stands_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", str(site(tmp_path, open_=True)), "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)

    assert shown["findings"]
    for finding in shown["findings"]:
        assert finding["requirements"]
        assert set(finding["source"]) <= {"R", "C", "A"}
        assert finding["source"]


def test_requirements_end_in_one_of_five_ways_each_with_its_clause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", str(site(tmp_path, open_=True)), "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)["requirements"]

    assert shown
    assert {one["outcome"] for one in shown} <= {
        "pass",
        "fail",
        "insufficient_evidence",
        "not_applicable",
        "exception_approved",
    }
    assert all(one["clause"] for one in shown)
    assert any(one["outcome"] == "fail" for one in shown)
    assert all(one["because"] for one in shown if one["outcome"] != "pass")


def test_an_approved_exception_is_told_and_does_not_make_it_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = site(tmp_path, open_=True)
    run(["check", str(folder), "--format", "json", "--time", DAY.isoformat()])
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    (folder / "waivers.yaml").write_text(
        "segcheck: 1\nwaivers:\n"
        f"  - {{id: W-1, check: {found['check']}, from: mn-host, to: lg-host, service: tcp/443, reason: 移行, approver: 課長,\n"
        "     decision_no: 第1号, approved: 2026-11-01, expires: 2026-11-24}\n",
        encoding="utf-8",
    )

    assert run(["check", str(folder), "--format", "json", "--time", "2026-11-24"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["findings"][0]["waiver"] == {"id": "W-1", "expires": "2026-11-24"}
    assert shown["verdict"] == "violated"
    assert run(["check", str(folder), "--time", "2026-11-25"]) == 1  # the last day counts, the next does not
