import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.app.policy_insertion import inserted
from segcheck.errors import BadInput
from segcheck.loaders import marked
from segcheck.model.source import SourceText
from segcheck.reports import register_yaml

NEW = [{"id": "N-1", "from": "a", "purpose": "目的: #1"}, {"id": "N-2", "log": True, "service": ["tcp/1", "udp/2"]}]


def added(text, values=NEW, comments=("備考: x",)):
    return inserted("policy.yaml", text, [register_yaml.entry(one, comments) for one in values], values)


def value(text):
    return marked.load(SourceText("p", text, "utf-8", "")).value


HEAD = "# 上\nsegcheck: 1 # 版\n"
LISTS = {
    "dashes": "register:\n  # 最初\n  - {id: a}\n  - id: b # 行末\n    purpose: x\n",
    "dashes at the margin": "register:\n- id: a\n- {id: b}\n",
    "a block of text last": "register:\n  - id: a\n    purpose: |\n      一行目\n      二行目\n\n",
    "a list last": "register:\n  - id: a\n    path:\n      - x\n      - y\n",
    "one on two lines": "register:\n  - {id: a,\n     purpose: x} # 行末\n",
    "empty brackets": "register: []\n",
    "brackets": "register: [{id: a}, {id: b}] # 行末\n",
    "nothing": "",
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("tail", ["", "\nrequired: [] # 後\n", "chains:\n  - {id: c, register: [x]}\n", "# 終わり\n"])
@pytest.mark.parametrize("name", LISTS)
def test_new_entries_come_last_and_everything_else_stays(name, tail, end):
    before = (HEAD + LISTS[name] + tail).replace("\n", end)
    after = added(before)
    old = value(before.replace("\r\n", "\n"))

    assert value(after) == {**old, "register": [*(old.get("register") or []), *NEW]}
    kept = before.replace("[]", "", 1) if name == "empty brackets" else before
    at = next(i for i, (x, y) in enumerate(zip(kept + "\0", after + "\0", strict=False)) if x != y)
    assert after.startswith(kept[:at])
    assert after.endswith(kept[at:].lstrip(" "))  # what was there is there, in one piece before and one behind


def test_a_file_without_a_last_line_end_gets_one():
    assert added("segcheck: 1\nregister:\n  - {id: a}").startswith(
        "segcheck: 1\nregister:\n  - {id: a}\n  # 備考: x\n  - {id: N-1"
    )


def test_the_word_register_elsewhere_is_not_the_section():
    before = "segcheck: 1\nchains:\n  - {id: c, register: [x]}\nregister:\n  - {id: a, note: 'register:'}\n"

    assert value(added(before))["chains"] == [{"id": "c", "register": ["x"]}]


@pytest.mark.parametrize(
    "text", ["- a\n", "segcheck: [", "segcheck: 1\nregister: x\n", "segcheck: 1\nregister: {a: 1}\n", ""]
)
def test_what_has_no_place_for_entries_is_refused(text):
    with pytest.raises(BadInput, match="nothing was written"):
        added(text)


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\ufffe\uffff"),
    min_size=1,
    max_size=20,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "purpose", "status", "from"]), TEXT, min_size=1), min_size=1, max_size=3
    ),
    st.sampled_from(sorted(LISTS)),
)
def test_any_text_comes_back_as_it_is(values, name):
    before = HEAD + LISTS[name]

    assert value(added(before, values, ()))["register"][-len(values) :] == values
