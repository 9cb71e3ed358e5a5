"""Drift held against changes.yaml: approved within window and expectation, else not; exports that do not come are told."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.towns import OPEN, town
from tests.reports.results import faults

NOW = datetime.now(UTC)
BEFORE, NEAR, AFTER = ((NOW + timedelta(hours=hours)).isoformat(timespec="seconds") for hours in (-50, -1, 1))
OTHER = OPEN.replace("dport=445", "dport=3389")
PAIR = "{from: in-srv, to: lg-srv, service: tcp/445}"


@pytest.fixture
def run(call, tmp_path):
    """Run the town with changes; its drift held against them is returned beside the outcome."""

    def running(*rules, expected="", window=(NEAR, AFTER), language="en", options=()):
        town(tmp_path / "town", *rules)
        one = f"  - {{ticket: T-1, window: ['{window[0]}', '{window[1]}'], approver: 課長, expected: [{expected}]}}\n"
        text = f"changes:\n{one}" if expected else ""
        (tmp_path / "town" / "changes.yaml").write_text(f"segcheck: 1\n{text}", encoding="utf-8")
        outcome = call("--lang", language, "run", "town", "--time", "2026-11-24", *options)
        if not rules and not expected.startswith("{device: wall}"):
            return outcome, None
        shown = call("history", "show", "town")
        found = json.loads(shown.out)
        assert faults(found, "result") == []
        return outcome, (found["drift"] or {}).get("changes")

    return running


def told(changes, kind):
    return [(one["kind"], one.get("reason", one.get("ticket"))) for one in changes[kind]]


@pytest.mark.parametrize(
    ("expected", "window", "approved", "unapproved"),
    [
        ("{device: wall, rules: ['2']}, " + PAIR, (NEAR, AFTER), [("input", "T-1"), ("crossing", "T-1")], []),
        (f"{{device: wall}}, {PAIR}", (BEFORE, BEFORE), [], [("input", "outside"), ("crossing", "outside")]),
    ],
)
def test_drift_is_approved_within_window_and_expectation_only(run, expected, window, approved, unapproved):
    run(expected=expected, window=window)
    outcome, changes = run(OPEN, expected=expected, window=window)

    assert told(changes, "approved") == approved
    assert told(changes, "unapproved") == unapproved
    assert ("unapproved change: in-srv -> lg-srv" in outcome.out) is any(kind == "crossing" for kind, _ in unapproved)


def test_more_than_expected_is_not_approved_and_is_said_in_japanese(run, tmp_path):
    run(expected=PAIR)
    outcome, changes = run(OPEN, OTHER, expected=PAIR, language="ja", options=("--format", "html=page.html"))

    assert told(changes, "unapproved") == [("input", "outside"), ("crossing", "larger")]
    assert "未承認変更: in-srv -> lg-srv  承認済の変更の範囲を超えています" in outcome.out
    assert "<dt>未承認変更</dt>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_window_that_is_over_without_a_new_export_reminds(run):
    window = (NEAR, (NOW + timedelta(milliseconds=1)).isoformat())
    _, first = run(expected="{device: wall}", window=(BEFORE, BEFORE))
    assert first is None
    later = datetime.now(UTC).isoformat()
    _, changes = run(expected="{device: wall}", window=(NEAR, later))
    (one,) = changes["awaited"]
    assert (one["ticket"], one["devices"]) == ("T-1", ["wall"])
    _, changed = run(OPEN, expected="{device: wall}", window=(NEAR, later))
    assert changed["awaited"] == []
    _, quiet = run(OPEN, expected="{device: wall}", window=window)
    assert quiet["awaited"] == []


def test_what_stands_for_nothing_is_refused(call, tmp_path):
    wrong = {
        "{device: wal}": "no device 'wal'",
        "{device: wall, from: in-srv}": "neither a device nor a communication",
        "{from: in-srv, to: lg-srv}": "neither a device nor a communication",
        "{from: in-srv, to: lg-sv, service: tcp/1}": "'lg-sv'",
    }
    head = f"segcheck: 1\nchanges:\n  - {{ticket: T, window: ['{NEAR}', '{AFTER}'], approver: a, expected: [\n"
    town(tmp_path / "town")
    (tmp_path / "town" / "changes.yaml").write_text(head + ",\n".join(wrong) + "]}\n", encoding="utf-8")
    outcome = call("validate", "town")

    assert outcome.code == 2
    for line, words in enumerate(wrong.values(), 4):
        assert any(f"changes.yaml:{line}:" in told and words in told for told in outcome.out.splitlines())
