"""The gate notices every defect that is put into the engine, on sites that the engine without it passes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count, islice

import pytest

from tests.soundness.gate.drawing import themes
from tests.soundness.gate.gate import Found, compare_all
from tests.soundness.gate.mutants import MUTANTS, Mutant

#: Sites that are tried for a defect before the gate is said to have missed it, from this seed on.
SITES, FIRST = 80, 200_000


def seeds(mutant: Mutant) -> Iterator[int]:
    """Yield the seeds that a defect is tried on: those named for it, then those of its theme."""
    yield from mutant.seeds
    fitting = (seed for seed in count(FIRST) if not mutant.theme or mutant.theme in themes(seed))
    yield from islice(fitting, SITES - len(mutant.seeds))


def noticed(mutant: Mutant) -> int | None:
    """Return the first seed on which the gate notices a defect."""
    with mutant.applied():
        return next((seed for seed in seeds(mutant) if speaks(compare_all([seed]))), None)


def speaks(found: Found) -> bool:
    return bool(found.exceptions or found.imprecise)


@cache
def unchanged(seed: int) -> Found:
    return compare_all([seed])


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_gate_notices_a_defect(mutant: Mutant) -> None:
    seed = noticed(mutant)

    assert seed is not None, f"the gate missed it on {SITES} sites"
    assert not speaks(unchanged(seed)), "the engine without the defect is noticed too"


def test_there_are_defects_of_every_kind() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len(MUTANTS) >= 21
