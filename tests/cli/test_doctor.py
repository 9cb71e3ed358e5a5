import json

import pytest
from jsonschema import Draft202012Validator

from segcheck.app import doctoring, schemas


@pytest.fixture(autouse=True)
def _without_samples(monkeypatch):
    """The toy importer reads no bundled site."""
    monkeypatch.setattr(doctoring, "_sample", lambda: "+")


def test_a_sound_installation_ends_with_0(call):
    outcome = call("doctor")

    assert outcome.code == 0
    assert outcome.out.endswith("Nothing stands in the way.\n")


def test_a_problem_ends_with_3(call, monkeypatch):
    monkeypatch.setattr(doctoring, "_LIBRARIES", ("no-such-library-of-segcheck",))

    outcome = call("doctor", "--lang", "ja")

    assert outcome.code == 3
    assert "問題" in outcome.out


def test_json_is_valid(call):
    data = json.loads(call("doctor", "--format", "json").out)

    assert list(Draft202012Validator(schemas.schema("doctor")).iter_errors(data)) == []
    assert data["good"] is True


def test_the_encoding_of_the_output_is_told(call):
    data = json.loads(call("doctor", "--format", "json", encoding="cp932").out)

    assert {"name": "stdout_encoding", "value": "cp932", "good": True} in data["facts"]
