"""Entries of the register that run out soon are told by section, and are no findings."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from segcheck.app import validating
from segcheck.cli.main import run
from segcheck.model.register import renewals
from tests.checks.sites import Town, entry, rule
from tests.reports.results import faults

RULES = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), rule(2, "lg:lg-pc", "in:in-mail", "SMTP")]
TOWN = Town(
    rules=RULES,
    register=[
        entry("R1", "lg-mail", "in-mail", "tcp/25", section="税務課", expires="2027-03-31"),
        entry("R2", "lg-pc", "in-mail", "tcp/25", section="総務課", expires="2027-03-01"),
        entry("R3", "in-mail", "lg-mail", "tcp/110", section="税務課", expires="2027-03-01", status="廃止"),
    ],
)


@pytest.mark.parametrize(
    ("day", "soon"),
    [
        ("2026-11-30", []),
        ("2026-12-01", [("総務課", 90, ["R2"])]),
        ("2027-01-29", [("総務課", 60, ["R2"]), ("税務課", 90, ["R1"])]),
        ("2027-01-30", [("総務課", 30, ["R2"]), ("税務課", 60, ["R1"])]),
        ("2027-03-01", [("税務課", 30, ["R1"]), ("総務課", 30, ["R2"])]),  # the last day is a day of it
        ("2027-03-02", [("税務課", 30, ["R1"])]),
        ("2027-04-01", []),
    ],
)
def test_sections_are_told_90_60_and_30_days_before_the_last_day(day, soon, tmp_path):
    site = validating.validate(str(TOWN.written(tmp_path))).site
    assert site is not None

    found = renewals(site.policy.register, date.fromisoformat(day))
    assert [(one.section, one.within, [e.id for e in one.entries]) for one in found] == sorted(
        soon, key=lambda one: (one[1], one[0])
    )


def test_a_notice_changes_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = Town(rules=RULES[:1], register=TOWN.register[:1])
    arguments = ["check", str(only.written(tmp_path)), "--time", "2027-03-19"]

    assert run(["--lang", "ja", *arguments]) == 0
    text = capsys.readouterr().out
    assert "期限が近い台帳: 1 件" in text
    assert "30 日以内  税務課  R1 (あと12日)" in text
    assert run(["--lang", "en", *arguments, "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["findings"] == []
    assert faults(result, "result") == []
    assert result["renewals"] == [
        {"within_days": 30, "section": "税務課", "entries": [{"id": "R1", "expires": "2027-03-31"}]}
    ]
