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
