import json

import pytest
from jsonschema import Draft202012Validator

from segcheck.app import matching, schemas
from segcheck.loaders import packet_table
from segcheck.model.result import Fact, Run
from segcheck.model.source import SourceText
from segcheck.reports import as_json
from tests import toy

RUN = Run(version="0", started="2026-11-10T00:00:00+00:00", command="test", options=(("as", "toy"),))


def source(text, path):
    return SourceText(path, text, "utf-8", "0" * 64)


def reading(text=toy.DOUBTFUL):
    return toy.read([source(text, "wall")])


def match_payload(text=toy.DOUBTFUL):
    table = packet_table.load(
        source("in\tsrc\tdst\tproto\tdport\nlan\t10.0.0.5\t192.0.2.1\ttcp\t443\nlan\t\t\t\t\n", "p.tsv")
    )
    read = reading(text)
    matched = matching.match(read.devices, table.rows)
    return as_json.matching(read, matched, table, (source("id: a", "d.yaml"),), RUN)


def valid(payload, name):
    return [
        error.message
        for error in Draft202012Validator(schemas.schema(name)).iter_errors(json.loads(as_json.render(payload)))
    ]


@pytest.mark.parametrize("text", [toy.WHOLE, toy.DOUBTFUL])
def test_outputs_are_what_their_schemas_say(text):
    assert valid(as_json.inspection(reading(text), RUN), "inspect") == []
    assert valid(match_payload(text), "match") == []
    assert valid(as_json.health([Fact("python", "3"), Fact("x", "y", good=False)], RUN), "doctor") == []


def test_the_schemas_refuse_a_key_that_nobody_announced():
    assert valid({**match_payload(), "extra": 1}, "match") != []


def test_it_is_ascii_and_the_same_bytes_each_time():
    first, second = (as_json.render(as_json.inspection(reading(), RUN)) for _ in range(2))

    assert first == second
    assert first.isascii()


def test_line_accounting_adds_up():
    (one,) = as_json.inspection(reading(), RUN)["inputs"]

    assert sum(one["lines"].values()) == len(toy.DOUBTFUL.splitlines())
    assert one["lines"]["unrecognised"] == 1


def test_people_are_masked():
    text = as_json.render(as_json.inspection(reading(), RUN))

    assert "taro" not in text
    assert "1234" not in text
    assert "(mail), (phone)" in text


def test_diagnostics_speak_both_languages():
    (one,) = as_json.inspection(reading(), RUN)["diagnostics"]

    assert one["message"] == {"en": "line not recognised: frobnicate", "ja": "解釈できない行: frobnicate"}
    assert (one["path"], one["line"], one["id"]) == ("wall", 7, "unrecognised-line:wall:7")


def test_a_row_says_what_was_asked_and_what_decided():
    first, second = match_payload(toy.WHOLE)["rows"]

    assert first["packet"] == {"in": "lan", "src": "10.0.0.5", "dst": "192.0.2.1", "proto": "tcp", "dport": "443"}
    assert second["packet"] == {"in": "lan"}
    assert (first["rule"], first["line"], first["path"]) == ("2", 5, "wall")
    assert [first["row"], second["row"]] == [2, 3]


def test_inputs_name_every_file_that_the_answer_rests_on():
    assert [(one["path"], one["kind"]) for one in match_payload()["inputs"]] == [
        ("wall", "export"),
        ("d.yaml", "device-file"),
        ("p.tsv", "packets"),
    ]
