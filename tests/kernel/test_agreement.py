"""A slice of the corpus, judged live by the kernel, against both engines. tools/long_run asks the whole corpus."""

from __future__ import annotations

import random
from functools import cache

import pytest

from .agreement import ENGINES, EXPLAINED, Agreement, ask
from .case import Case
from .corpus import RANDOM_CASES, handwritten_cases, random_case

SEED, BY_HAND, AT_RANDOM = 7, 12, 12
#: Always part of the slice: the one hand-written sheet that tracing may leave undecided.
ALWAYS = "dnat-range-v4"


def _chosen() -> list[Case]:
    rng = random.Random(SEED)
    by_hand = list(handwritten_cases())
    numbers = sorted(rng.sample(range(RANDOM_CASES), AT_RANDOM))
    chosen = rng.sample([case for case in by_hand if case.name != ALWAYS], BY_HAND)
    return [*(case for case in by_hand if case.name == ALWAYS), *chosen, *(random_case(number) for number in numbers)]


CASES = {case.name: case for case in _chosen()}


@cache
def _asked(name: str) -> Agreement:
    return ask(CASES[name])


@pytest.mark.kernel
@pytest.mark.parametrize("name", CASES)
class TestSlice:
    def test_neither_engine_is_wrong(self, name: str) -> None:
        found = _asked(name)
        wrong = {engine: found.compared[engine].wrong for engine in ENGINES}
        assert wrong == {"sets": [], "tracing": []}, f"rows the kernel itself judges differently: {found.unsteady}"

    def test_nothing_is_undecided_but_what_is_explained(self, name: str) -> None:
        assert _asked(name).unexplained() == {}

    def test_rules_as_written_give_the_same_answers_as_their_export(self, name: str) -> None:
        assert _asked(name).rewritten == {"sets": (), "tracing": ()}


@pytest.mark.kernel
def test_slice_asks_enough_and_compares_ways_out() -> None:
    found = [_asked(name) for name in CASES]
    forwarded = sum(row["verdict"] == "FORWARD" for one in found for row in one.judged.rows())
    assert sum(one.asked for one in found) >= 1_300
    assert forwarded >= 500
    assert sum(one.placed["sets"] for one in found) >= 0.9 * forwarded
    assert sum(one.placed["tracing"] for one in found) >= 0.9 * forwarded


def test_explanations_leave_no_room_for_sets() -> None:
    assert {engine for engine, _ in EXPLAINED} == {"tracing"}
