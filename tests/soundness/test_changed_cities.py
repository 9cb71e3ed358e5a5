"""A sound city changed in 200 random ways: what brute force says of a change, the engine must say (issue B).

Forbidden traffic that newly passes is violated; a required flow that breaks is a finding; any other change of a packet's fate
is told by the comparison of the devices; what means nothing is called equal.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from segcheck.model.crossing import Standing
from tests.soundness import changed_city
from tests.soundness.changed_city import CITY, TOPOLOGIES, Judged, Seen, changed, judged

CHANGES, AT_ONCE = 200, 50
#: Changes among which some open, some break and some only shift something.
OF_EVERY_KIND = (0, 2, 6, 8, 173, 175, 187)


@cache
def sound(seed: int) -> Judged:
    return judged(TOPOLOGIES / CITY, seed)


@pytest.mark.parametrize("first", range(0, CHANGES, AT_ONCE))
def test_the_engine_says_of_a_change_what_brute_force_says(first: int, tmp_path: Path) -> None:
    seen = Seen()
    for seed in range(first, first + AT_ONCE):
        one = changed(seed, tmp_path / str(seed), sound(first))
        seen.counts.update(one.counts)
        seen.exceptions += one.exceptions
    assert not seen.exceptions, seen.exceptions
    assert seen.counts["changes"] == AT_ONCE
    assert min(
        seen.counts[name] for name in ("forbidden newly passes", "fate changes", "required breaks", "quiet changes")
    )


def test_the_city_is_sound_before(tmp_path: Path) -> None:
    assert Counter(pair.standing.value for pair in sound(0).comparison.judgement.pairs).keys() == {"proven"}


BLIND = {"_standing": Standing.PROVEN, "_told": False, "_named": frozenset[str]()}


@pytest.mark.parametrize("blinded", BLIND)
def test_an_engine_that_sees_no_change_is_noticed(
    blinded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: one that proves everything, compares nothing, or misses required flows contradicts it."""
    before = sound(0)
    monkeypatch.setattr(changed_city, blinded, lambda *_: BLIND[blinded])
    assert any(changed(seed, tmp_path / str(seed), before).exceptions for seed in OF_EVERY_KIND)
