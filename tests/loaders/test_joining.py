"""The table that joins register, rules and captures."""

from __future__ import annotations

from itertools import product

import pytest

from segcheck.loaders import joining
from segcheck.model.replay import Observed, Outcome, Permitted

JOIN = joining.load()
SEEN = (Observed.BOTH, Observed.ONE_WAY, Observed.ANSWERED)
UNSEEN = (Observed.NOT_SEEN, Observed.NOT_VISIBLE)


def test_every_combination_stands_in_it_once():
    combinations = list(product((True, False), Permitted, Observed))

    assert len(JOIN.rows) == len(combinations) == 36
    for one in combinations:
        row = JOIN.row(*one)
        assert (row.registered, row.permitted, row.observed) == one


@pytest.mark.parametrize("permitted", Permitted)
@pytest.mark.parametrize("observed", SEEN)
def test_what_was_seen_and_not_registered_always_fails(permitted, observed):
    row = JOIN.row(False, permitted, observed)

    assert JOIN.worded(row.outcome).counts == JOIN.worded(row.behind).counts == "fail"


@pytest.mark.parametrize("observed", [*UNSEEN, Observed.ATTEMPTED])
def test_what_rules_let_through_unregistered_fails_though_nobody_saw_it(observed):
    assert JOIN.row(False, Permitted.YES, observed).outcome is Outcome.HOLE


@pytest.mark.parametrize("observed", UNSEEN)
@pytest.mark.parametrize("registered", [True, False])
def test_not_seen_passes_only_what_rules_stop_and_nobody_registered(observed, registered):
    passing = [
        permitted
        for permitted in Permitted
        if JOIN.worded(JOIN.row(registered, permitted, observed).outcome).counts == "pass"
    ]

    assert passing == ([] if registered else [Permitted.NO])


@pytest.mark.parametrize("row", JOIN.rows, ids=str)
def test_a_bypass_is_what_rules_stop_and_a_tap_saw_behind_them(row):
    assert row.outcome is not Outcome.BYPASS
    bypass = row.behind is Outcome.BYPASS
    assert bypass is (row.permitted is Permitted.NO and row.observed not in UNSEEN)


@pytest.mark.parametrize("words", JOIN.words, ids=lambda one: one.outcome.value)
def test_outcomes_are_worded_weighed_and_sourced(words):
    assert words.said[0]
    assert words.said[1].isascii()
    assert words.source
    assert (words.weight != "") is (words.counts == "fail")
    assert words.counts in ("pass", "info", "fail")
