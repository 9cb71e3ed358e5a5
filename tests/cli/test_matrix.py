"""`segcheck matrix`: how it ends, its three forms, and that they say the same."""

import csv
import io
import json

import pytest

from segcheck.analysis import crossings
from segcheck.sets.packets import CapacityExceeded
from tests.cli.towns import AT, OPEN, TOPOLOGY, UNREAD, town
from tests.reports.results import faults


@pytest.fixture
def matrix(call, tmp_path):
    def drawing(*arguments, rules=(), at=AT, encoding="utf-8", **changed):
        return call("matrix", town(tmp_path / "town", *rules, **changed), *at, *arguments, encoding=encoding)

    return drawing


def cell(outcome, src, dst):
    """Return a cell of the text table."""
    lines = [line.split() for line in outcome.out.splitlines()]
    zones = lines[0][lines[0].index("to") + 1 :]
    row = next(line for line in lines[1:] if line[0] == src)
    joined = " ".join(row[1:]).replace("permits ", "permits_").replace("CROSSED ", "CROSSED_").replace("? ", "?_")
    return joined.split()[zones.index(dst)]


@pytest.mark.parametrize(
    ("rules", "declared", "code", "there", "back"),
    [
        ((), False, 0, "permits_1", "permits_1"),
        ((), True, 3, "(permits_1)", "(permits_1)"),
        ((OPEN,), False, 1, "CROSSED_1", "permits_1"),
        ((UNREAD,), False, 3, "?_1", "?_1"),
    ],
)
def test_it_ends_and_shows_as_the_pairs_stand(matrix, rules, declared, code, there, back):
    outcome = matrix(rules=rules, routes_declared=declared)

    assert (outcome.code, outcome.err) == (code, "")
    assert (cell(outcome, "in", "lg"), cell(outcome, "lg", "in")) == (there, back)


@pytest.mark.parametrize("rules", [(), (OPEN,), (UNREAD,)])
def test_csv_and_json_say_the_same(matrix, rules):
    rows = list(csv.DictReader(io.StringIO(matrix("--format", "csv", rules=rules).out)))
    found = json.loads(matrix("--format", "json", rules=rules).out)

    assert faults(found, "matrix") == []
    assert [
        {
            "src_zone": c["src"],
            "dst_zone": c["dst"],
            "verdict": c["verdict"],
            "pairs": str(c["pairs"]),
            "carrying": str(c["carrying"]),
        }
        for c in found["cells"]
    ] == rows
    assert [(one["id"], one["name"], one["tier"]) for one in found["zones"]] == [
        ("lg", "マイナンバー利用事務系", "mynumber"),
        ("in", "in", "lgwan"),
        ("public", "public", "public"),
        ("unknown", "unknown", "unknown"),
    ]


def test_the_day_decides_what_is_permitted(matrix):
    assert matrix(at=("--time", "2027-03-31")).code == 0
    late = matrix("--format", "json", at=("--time", "2027-04-01"))

    assert late.code == 1
    assert json.loads(late.out)["day"] == "2027-04-01"


def test_json_is_the_same_but_for_the_run(matrix, tmp_path):
    first, second = (json.loads(matrix("--format", "json", rules=(OPEN,)).out) for _ in range(2))

    assert {**first, "run": None} == {**second, "run": None}
    assert first["run"]["options"]["time"] == "2026-11-24"
    assert str(tmp_path) not in json.dumps(first)


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        (("--format", "xlsx"), "'xlsx' is not one of", "使える値: text, csv, json"),
        (("--time", "noon"), "--time noon: not a day", "日付として読めません"),
        (("--fail-on", "high"), "No such option", "オプション --fail-on はありません"),
    ],
)
def test_a_wrong_command_line_ends_with_2(matrix, arguments, english, japanese):
    outcome = matrix(*arguments, at=())

    assert (outcome.code, outcome.out) == (2, "")
    assert english in outcome.err
    assert japanese in matrix("--lang", "ja", *arguments, at=()).err


def test_files_that_cannot_be_used_end_with_2(matrix, call):
    broken = matrix(topology=TOPOLOGY.replace("tier: mynumber,", "tier: mynumbr,"))

    assert (broken.code, broken.out) == (2, "")
    assert "nothing was judged" in broken.err
    assert call("matrix", "nowhere").code == 2


def test_a_site_that_is_too_large_is_undecided(matrix, monkeypatch):
    def exhausted(*_, **__):
        raise CapacityExceeded(1 << 25)

    monkeypatch.setattr(crossings, "judge", exhausted)

    assert matrix().code == 3
    assert json.loads(matrix("--format", "json").out)["verdict"] == "undecided"


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "latin-1", "utf-8"])
def test_no_encoding_of_the_terminal_makes_it_fail(matrix, encoding):
    outcome = matrix("--lang", "ja", rules=(OPEN,), encoding=encoding)

    assert outcome.code == 1
    assert ("越境 1" in outcome.out) is (encoding in ("cp932", "utf-8"))


def test_colour_only_on_request_where_there_is_no_terminal(matrix):
    assert "\x1b" not in matrix(rules=(OPEN,)).out
    assert "\x1b[" in matrix("--color", "always", rules=(OPEN,)).out
