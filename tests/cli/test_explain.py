import pytest


@pytest.mark.parametrize(("language", "word"), [("en", "Consequence"), ("ja", "影響")])
def test_an_id_is_explained(call, language, word):
    outcome = call("explain", "undefined-name", "--lang", language)

    assert outcome.code == 0
    assert word in outcome.out


def test_the_list_names_every_kind_of_id(call):
    names = {line.split()[0] for line in call("explain", "--list").out.splitlines() if line.startswith("  ")}

    assert {"undefined-name", "permit", "130", "toy"} <= names


@pytest.mark.parametrize("arguments", [("no-such-id",), (), ("permit", "--list")])
def test_what_cannot_be_explained_ends_with_2(call, arguments):
    outcome = call("explain", *arguments)

    assert (outcome.code, outcome.out) == (2, "")
