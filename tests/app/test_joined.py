"""Registered, permitted, observed: every row of the table is reached, and what it says is told by some check (domain 2.7)."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from segcheck.loaders import joining
from segcheck.model.crossing import Standing
from segcheck.model.replay import Observed, Outcome, Permitted
from tests.checks.sites import Firewall, Town, entry, rule
from tests.replays import MAIL, OTHER, TAPS, flow, named, seen

JOIN = joining.load()
RULES = {
    Permitted.YES: Firewall(rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]),
    Permitted.NO: Firewall(),
    Permitted.UNDECIDED: Firewall(exported=False),
}
#: In how far the other end takes part; the taps stand before the devices that judge.
SHOWN = {
    Observed.BOTH: {},
    Observed.ONE_WAY: {"heard": False},
    Observed.ANSWERED: {"said": False, "heard": False},
    Observed.ATTEMPTED: {"said": False, "heard": False, "answered": False},
}
#: What of captures tells each outcome beside the table of outcomes; those that are as they should be are told by nobody.
TOLD = {
    Outcome.IN_USE: [],
    Outcome.NO_RULE: [],  # of rules: register-without-rule
    Outcome.CROSSED: ["observed-crossing"],
    Outcome.HOLE: ["observed-attempts"],
    Outcome.BLOCKED: ["observed-attempts"],
}


def town(registered: bool, permitted: Permitted) -> Town:
    register = [entry("R1", "lg-mail", "in-mail", "tcp/25")] if registered else []
    return Town(firewalls={"fw": RULES[permitted]}, register=register, topology=TAPS)


@pytest.mark.parametrize(("registered", "permitted"), list(product((True, False), Permitted)))
def test_what_was_seen_ends_in_its_row_and_is_told(registered: bool, permitted: Permitted, tmp_path: Path) -> None:
    folder = town(registered, permitted).written(tmp_path)
    for observed, keys in SHOWN.items():
        found = seen(folder, {"tl": [flow(MAIL, OTHER, 25, **keys)]})

        outcome = JOIN.row(registered, permitted, observed).outcome
        assert list(found.outcomes) == [outcome], observed
        unclear = ["observed-unexplained"] if registered else ["observed-attempts"]
        assert named(found) == TOLD.get(outcome, unclear), observed


@pytest.mark.parametrize("permitted", Permitted)
def test_what_was_not_seen_of_an_entry_ends_in_its_row(permitted: Permitted, tmp_path: Path) -> None:
    folder = town(True, permitted).written(tmp_path)
    for tap, observed in (("tl", Observed.NOT_SEEN), ("", Observed.NOT_VISIBLE)):
        (use,) = seen(folder, {tap: []}).uses

        assert use.observed is observed
        # Without a tap nobody asks the rules: as undecided as what was not read.
        asked = permitted if tap else Permitted.UNDECIDED
        assert use.outcome is JOIN.row(True, asked, observed).outcome


@pytest.mark.parametrize(
    ("registered", "permitted", "told"),
    [
        (True, Permitted.YES, []),
        (True, Permitted.NO, [("register-without-rule", Standing.VIOLATED)]),
        (False, Permitted.YES, [("forbidden-crossing", Standing.VIOLATED)]),
        (False, Permitted.NO, []),
        (False, Permitted.UNDECIDED, [("forbidden-crossing", Standing.UNDECIDED)]),
    ],
)
def test_the_half_without_captures_is_told_by_check(
    registered: bool, permitted: Permitted, told: list[tuple[str, Standing]], tmp_path: Path
) -> None:
    found = town(registered, permitted).judged(tmp_path).findings

    assert [(one.check, one.standing) for one in found] == told


def test_what_may_not_pass_for_all_that_is_known_is_told_too(tmp_path: Path) -> None:
    found = town(True, Permitted.UNDECIDED).judged(tmp_path).findings

    assert ("narrower-than-registered", Standing.UNDECIDED) in {(one.check, one.standing) for one in found}
