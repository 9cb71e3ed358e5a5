import pytest
from jsonschema import Draft202012Validator

from segcheck.app import schemas
from segcheck.errors import BadArguments


def test_schemas_are_found_by_their_presence():
    assert schemas.names() == (
        "audit",
        "changes",
        "clauses",
        "device-file",
        "diff",
        "doctor",
        "flows",
        "history",
        "history-diff",
        "history-export",
        "history-verify",
        "inspect",
        "match",
        "matrix",
        "notification",
        "policy",
        "result",
        "site",
        "topology",
        "trace",
        "validate",
        "waivers",
    )


@pytest.mark.parametrize("name", schemas.names())
def test_each_is_a_schema(name):
    Draft202012Validator.check_schema(schemas.schema(name))

    assert schemas.schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(BadArguments, match="did you mean 'inspect'"):
        schemas.schema("inspekt")
