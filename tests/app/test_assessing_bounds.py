"""A site that does not fit into the store is undecided, with the bound named; nothing is called proven."""

from __future__ import annotations

from datetime import date

import pytest

from segcheck.analysis import crossings
from segcheck.app import assessing, bundled
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import Code


def test_a_site_beyond_the_capacity_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segcheck.sets.store._SLACK", 0)
    monkeypatch.setattr(crossings, "FIRST_CAPACITY", 256)
    monkeypatch.setattr(crossings, "LAST_CAPACITY", 512)

    found = assessing.assess(str(bundled.sites()["kozato"]), day=date(2026, 11, 10)).assessment

    assert (found.standing, found.crossings, found.findings) == (Standing.UNDECIDED, (), ())
    (told,) = [one for one in found.diagnostics if one.code is Code.ENGINE_CAPACITY]
    assert told.params == (("what", "512 nodes"),)
