import json

import pytest

from segcheck.app import schemas


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_printed_as_json(call, name):
    outcome = call("schema", name)

    assert outcome.code == 0
    assert json.loads(outcome.out) == schemas.schema(name)


def test_the_names_are_listed(call):
    assert call("schema", "--list").out.split() == [*schemas.names()]


@pytest.mark.parametrize("arguments", [("no-such-name",), (), ("match", "--list")])
def test_what_is_no_schema_ends_with_2(call, arguments):
    outcome = call("schema", *arguments)

    assert (outcome.code, outcome.out) == (2, "")
