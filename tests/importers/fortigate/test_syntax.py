from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.importers.fortigate._syntax import parse


def tree(text):
    return parse(text.split("\n"), text.endswith("\n"))


def entries(text, path="firewall policy"):
    return tree(text).root.tables[path].entries


def test_a_quoted_string_may_run_over_lines_and_hold_escaped_quotes():
    found = entries('config a b\nedit 1\nset comments "one\nset two \\"x\\"\nnext"\nset other 5\nnext\nend\n', "a b")[
        "1"
    ]
    assert found.values["comments"].words == ('one\nset two "x"\nnext',)
    assert found.values["comments"].spans == [(3, 5)]
    assert found.values["other"].words == ("5",)


def test_the_last_set_wins_append_adds_unselect_takes_away_unset_forgets():
    lines = "set a x y\nset a y\nappend a z w\nunselect a w\nset b 1\nunset b"
    found = entries(f"config firewall policy\nedit 1\n{lines}\nnext\nend\n")["1"]
    assert found.values["a"].words == ("y", "z")
    assert "b" not in found.values


def test_entries_are_moved_cloned_renamed_deleted():
    body = "".join(f"edit {n}\nset x {n}\nnext\n" for n in (1, 2, 3, 4))
    moves = "move 4 before 1\nmove 1 after 2\nclone 2 to 9\ndelete 3\nrename 9 to 7\n"
    found = entries(f"config firewall policy\n{body}{moves}end\n")
    assert list(found) == ["4", "2", "1", "7"]
    assert found["7"].values["x"].words == ("2",)


def test_what_the_device_refuses_changes_nothing_and_is_remembered():
    table = tree("config firewall policy\nedit 1\nnext\ndelete 9\nmove 1 before 8\nclone 5 to 6\nend\n").root.tables
    policy = table["firewall policy"]
    assert list(policy.entries) == ["1"]
    assert [(line.first, line.refused) for line in policy.unread] == [(4, True), (5, True), (6, True)]


def test_a_section_written_twice_is_one_table():
    found = entries("config firewall policy\nedit 1\nnext\nend\nconfig firewall policy\nedit 2\nnext\nend\n")
    assert list(found) == ["1", "2"]


def test_references_follow_a_rename():
    text = (
        "config firewall address\nedit a\nnext\nend\nconfig firewall policy\nedit 1\nset srcaddr a\nnext\nend\n"
        "config firewall address\nrename a to b\nend\n"
    )
    assert entries(text)["1"].values["srcaddr"].words == ("b",)


@pytest.mark.parametrize(
    "text",
    ["config a\n", "config a\nedit 1\n", 'config a\nset b "open\nend\n', "config a\nedit 1\nnext\n"],
)
def test_what_is_never_closed_is_torn(text):
    assert tree(text).open_at


def test_a_stray_quote_costs_its_own_line_only():
    table = tree('config firewall policy\nedit 1\nset name "x\nset srcaddr "all"\nnext\nend\n').root.tables
    entry = table["firewall policy"].entries["1"]
    assert entry.values["srcaddr"].words == ("all",)
    assert [line.first for line in entry.unread] == [3]


def test_a_lost_next_is_noticed():
    table = tree("config firewall policy\nedit 1\nset a 1\nedit 2\nset a 2\nnext\nend\n").root.tables["firewall policy"]
    assert [entry.values["a"].words for entry in table.entries.values()] == [("1",), ("2",)]
    assert [line.first for line in table.unread] == [4]


def test_prompts_and_pager_marks_of_a_saved_session_are_passed_over():
    text = (
        "fw # show firewall policy\nfw # config firewall policy\nfw (policy) # edit 1\n"
        "--More--\r         \r    set name x\nfw (1) # end\nfw #\n"
    )
    found = tree(text)
    assert found.root.tables["firewall policy"].entries["1"].values["name"].words == ("x",)
    assert not found.root.unread
    assert not found.open_at


def test_abbreviated_sections_are_spelled_out():
    found = parse(["config sys ha", "set x 1", "end"], True, lambda path: path.replace("sys ", "system "))
    assert "system ha" in found.root.tables


@given(st.text(alphabet='ces"\\\n #12', max_size=80))
def test_any_text_is_read_without_error(text):
    lines = text.split("\n")
    found = parse(lines, ended=False)
    assert all(1 <= line <= len(lines) for line in found.idle)
