"""Files that are made to be large once they are read."""

from __future__ import annotations

import pytest

from segcheck.importers.asa import _entries
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import Condition, leaves
from tests.importers.asa.configs import device, read


def test_a_group_that_contains_itself_is_read_once():
    made = device(
        "object-group network A\n group-object B\n network-object host 10.0.0.1\nobject-group network B\n group-object A\n"
        "access-list L extended permit ip object-group A any\n"
    )

    assert made.lists["L"].rules[0].because == ()


def test_groups_of_groups_are_looked_into_up_to_a_limit():
    groups = "".join(
        f"object-group network G{n}\n group-object G{n + 1}\n network-object host 10.0.0.1\n" for n in range(900)
    )
    entries = "".join(f"access-list A extended permit ip object-group G{n} any\n" for n in range(900))
    rules = device(f"{groups}object-group network G900\n network-object host 10.0.0.2\n{entries}").lists["A"].rules

    assert rules[0].because == ()
    assert rules[-1].because == ("limit-reached",)


def test_services_of_groups_are_told_up_to_a_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_entries, "_MOST_SERVICES", 5_000)
    group = "object-group service S\n" + "".join(f" service-object tcp destination eq {n}\n" for n in range(1, 1001))
    entries = "access-list A extended permit object-group S any any\n" * 8
    rules = device(group + entries).lists["A"].rules

    assert rules[0].because == ()
    assert any(isinstance(leaf, Condition) for leaf in leaves(rules[-1].match))


def test_remarks_on_the_file_are_limited():
    reading = read("ASA Version 9.16(4)\nhostname fw\n" + "".join(f"junk{n}\n" for n in range(11_000)) + ": end\n")

    assert len(reading.diagnostics) == 10_001
    assert reading.inputs[0].lines.counts()[LineUse.UNRECOGNISED] == 11_000
