"""JSON with places, broken JSON, and JSON that is meant to hurt."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.importers.aws._json import MOST_NESTED, Broken, Malformed, Node, documents

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def plain(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: plain(one) for key, one in node.value.items()}
    return [plain(one) for one in node.value] if isinstance(node.value, list) else node.value


@given(st.lists(VALUES, max_size=3), st.sampled_from((None, 1)))
def test_it_reads_what_json_writes(values: list[object], indent: int | None) -> None:
    text = "\n".join(json.dumps(value, indent=indent, ensure_ascii=False) for value in values)

    assert [plain(node) for node in documents(text)] == values


def test_every_value_knows_its_lines() -> None:
    (node,) = documents('{\n  "a": [\n    1,\n    {"b": null}\n  ],\n  "c":\n    "x"\n}\n')

    assert isinstance(node.value, dict)
    a, c = node.value["a"], node.value["c"]
    assert (node.first, node.last, a.first, a.last, a.at) == (1, 8, 2, 5, 2)
    assert (c.at, c.first, c.last, c.column) == (6, 7, 7, 5)
    assert node.get("a") is a
    assert a.value[1].get("b") is None  # type: ignore[index,union-attr]


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ('{\n"a": 1', "not closed", 2),
        ('{"a": 1}\n}', "value was expected", 2),
        ('{"a": 1, "a": 2}', "stands twice", 1),
        ('{"a" 1}', "colon", 1),
        ("{1: 2}", "key was expected", 1),
        ("[1 2]", "bracket does not fit", 1),
        ("[1,]", "value was expected", 1),
        ("[1}", "bracket does not fit", 1),
        ("[01]", "value was expected", 1),
        ("[" + "9" * 50 + "]", "value was expected", 1),
        ('\n["\\q"]', "string", 2),
        ('\n["a\n"]', "no JSON", 2),
        ("[" * (MOST_NESTED + 1), "levels deep", 1),
        ("[" * 100_000, "levels deep", 1),
        ("# no JSON", "no JSON", 1),
    ],
)
def test_what_is_no_json_says_where(text: str, why: str, line: int) -> None:
    with pytest.raises(Broken, match=why) as caught:
        list(documents(text))
    assert caught.value.line == line


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segcheck.importers.aws._json.MOST_VALUES", 10)
    with pytest.raises(Broken, match="more than 10 values"):
        list(documents("[" + "1," * 20 + "1]"))


def test_a_value_of_another_kind_is_malformed() -> None:
    (node,) = documents('{"text": 1, "number": true, "flag": "x", "items": {}, "texts": [1], "empty": ""}')

    for ask in (
        lambda: node.text("text"),
        lambda: node.number("number"),
        lambda: node.flag("flag"),
        lambda: node.items("items"),
        lambda: node.texts("texts"),
        lambda: node.needed("empty"),
        lambda: node.items("texts")[0].get("x"),
    ):
        with pytest.raises(Malformed):
            ask()
    assert (node.text("no"), node.number("no"), node.flag("no"), node.items("no")) == ("", None, None, [])
