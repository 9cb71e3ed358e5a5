import json

import pytest
from jsonschema import Draft202012Validator

from segcheck.app import schemas
from tests import toy


def test_an_export_understood_in_full_ends_with_0(call):
    outcome = call("inspect", "whole")

    assert outcome.code == 0
    assert "All 7 lines were understood" in outcome.out


@pytest.mark.parametrize("text", [toy.DOUBTFUL, toy.WHOLE.replace("end\n", "")])
def test_an_unread_or_missing_line_ends_with_3(call, tmp_path, text):
    (tmp_path / "wall").write_text(text, encoding="utf-8")

    assert call("inspect", "wall").code == 3


def test_a_folder_is_one_device(call, tmp_path):
    (tmp_path / "wall").mkdir()
    (tmp_path / "wall" / "one").write_text(toy.WHOLE, encoding="utf-8")
    (tmp_path / "wall" / "two").write_text("permit dst=192.0.2.7\nend\n", encoding="utf-8")

    data = json.loads(call("inspect", "wall", "--format", "json").out)

    assert len(data["inputs"]) == 2
    assert len(data["devices"]) == 1


def test_the_format_may_be_named(call, tmp_path):
    (tmp_path / "headless").write_text("permit\nend\n", encoding="utf-8")

    assert call("inspect", "headless").code == 2
    assert call("inspect", "headless", "--as", "toy").code == 0


def test_json_is_valid_and_the_same_but_for_the_run(call):
    first, second = (json.loads(call("inspect", "doubtful", "--format", "json").out) for _ in range(2))

    assert list(Draft202012Validator(schemas.schema("inspect")).iter_errors(first)) == []
    assert {**first, "run": None} == {**second, "run": None}
    assert first["run"]["started"] <= second["run"]["started"]


def test_paths_are_told_as_they_were_given(call, tmp_path):
    assert str(tmp_path) not in call("inspect", "doubtful", "--format", "json").out


_HIDDEN = toy.WHOLE.replace("permit in=lan", "permit src=10.0.0.0/8\npermit in=lan")


def test_rules_that_earlier_ones_hide_are_shown_with_those_and_end_with_1(call, tmp_path):
    (tmp_path / "wall").write_text(_HIDDEN, encoding="utf-8")

    outcome = call("inspect", "wall", "--anomalies")
    assert outcome.code == 1
    assert "Rules that decide nothing: 2" in outcome.out

    data = json.loads(call("inspect", "wall", "--anomalies", "--format", "json").out)
    Draft202012Validator(schemas.schema("inspect")).validate(data)
    assert [(one["kind"], one["rule"]["line"], [r["line"] for r in one["because"]]) for one in data["anomalies"]] == [
        ("redundant", 6, [5]),
        ("shadowed", 7, [4]),
    ]


def test_without_hidden_rules_it_says_so_and_ends_as_the_reading_does(call, tmp_path):
    (tmp_path / "wall").write_text(toy.WHOLE.replace("permit dst=192.0.2.66\n", ""), encoding="utf-8")

    outcome = call("inspect", "wall", "--anomalies")
    assert outcome.code == 0
    assert "Every rule decides about some packet." in outcome.out
