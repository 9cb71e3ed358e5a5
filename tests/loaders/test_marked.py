from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segcheck.errors import BadInput
from segcheck.loaders import marked
from segcheck.model.source import SourceText


def load(text):
    return marked.load(SourceText("f.yaml", text, "utf-8", "0" * 64))


def refused(text):
    with pytest.raises(BadInput) as caught:
        load(text)
    return caught.value.en


def test_only_plain_words_have_types():
    document = load("a: [true, yes, no, on, 010, 0x10, 22:30, 1_000, 1.5, 12, -3, ~, null, '12', 2026-11-10]")

    assert document.value == {
        "a": [True, "yes", "no", "on", "010", "0x10", "22:30", "1_000", "1.5", 12, -3, None, None, "12", "2026-11-10"]
    }


def test_keys_are_text():
    assert load("1: a\ntrue: b\nno: c").value == {"1": "a", "true": "b", "no": "c"}


def test_values_and_keys_keep_their_places():
    document = load("a:\n  - b\n  - c: d\n")

    assert document.mark(("a", 1, "c")) == marked.Mark(3, 8)
    assert document.key(("a", 1, "c")) == marked.Mark(3, 5)
    assert document.mark(("a", 1, "nowhere")) == marked.Mark(3, 5)


def test_duplicate_keys_are_told_with_the_first():
    assert "f.yaml:3:1: duplicate key 'a' (first at line 1)" in refused("a: 1\nb: 2\na: 3\n")


def test_a_caret_stands_below_a_wide_character_in_the_right_column():
    assert "1 | {東京: 1, 東京: 2}\n  |           ^" in refused("{東京: 1, 東京: 2}")


def test_aliases_repeat_a_value():
    assert load("a: &x [1, 2]\nb: *x").value == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "not readable as YAML"),
        ("a: b: c", "not readable as YAML"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("a: !!python/object:os.system x", "tag"),
        ("? [a]\n: 1", "a key must be text"),
        ("a: *x", "has no finished anchor"),
        ("a: &x [*x]", "has no finished anchor"),
        ("a: \x01", "does not allow"),
        ("[" * 100, "nested deeper than 64"),
        ("- " * 100, "nested deeper than 64"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text, message):
    assert message in refused(text)


def test_a_tower_of_aliases_is_bounded():
    floors = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30))

    assert "more than 100000 values" in refused(f"a0: &a0 [1]\n{floors}")


def test_a_staircase_of_aliases_is_bounded():
    steps = "".join(f"a{i}: &a{i} {'[' * 30}*a{i - 1}{']' * 30}\n" for i in range(1, 60))

    assert "nested deeper than 64" in refused(f"a0: &a0 [1]\n{steps}")


@given(st.text(alphabet="ab:-[]{}\"' \n&*!?#,|>%@\t1", max_size=40))
def test_any_text_is_loaded_or_refused(text):
    try:
        told = str(load(text).mark(()))
    except BadInput as error:
        told = error.en

    assert told.startswith(("f.yaml:", "Mark("))


TEXTS = st.lists(
    st.sampled_from(
        ["a", "b: ", "- ", "{", "}", "[", "]", ": ", ", ", "\n", "  ", "'", '"', "|", ">", "#", "&a ", "*a", "?", "\t"]
    ),
    max_size=14,
).map("".join)


@given(TEXTS)
@example("{a: }")
@example("---")
@example("a: |#")
@example("x:\ty")
def test_the_quick_reader_reads_nothing_otherwise(text):
    quick = marked._quick(text)
    problems = []
    exact = marked._Builder(problems).build(text)

    if quick is not None:
        assert (problems, told(quick)) == ([], told(exact))


def test_the_quick_reader_reads_our_own_files():
    """If it gave them all to the other one, nobody would notice."""
    for path in sorted((Path(marked.__file__).parents[1] / "data").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert told(marked._quick(text)) == told(marked._Builder([]).build(text)), path.name


def told(root):
    values, keys = {}, {}
    return marked._plain(root, (), values, keys), values, keys
