"""Cells of the matrix: the worst that stands between two zones, and how often."""

from __future__ import annotations

import pytest

from segcheck.lang.words import load
from segcheck.model.crossing import Standing
from segcheck.reports._zone_cells import Cell, cell_text, table

PAIR = ("lg", "in")


def cell(*standings: Standing, findings: int = 0, carry: bool = False) -> Cell:
    return table(((PAIR, one, carry) for one in standings), [PAIR] * findings)[PAIR]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (cell(Standing.PROVEN, Standing.PROVEN), "apart"),
        (cell(Standing.PROVEN, Standing.PROVEN_ASSUMING), "(apart)"),
        (cell(Standing.PROVEN, Standing.PROVEN, carry=True), "permits 2"),
        (cell(Standing.PROVEN, Standing.UNDECIDED, Standing.PROVEN, carry=True), "? 1"),
        (cell(Standing.UNDECIDED, Standing.VIOLATED, Standing.PROVEN, findings=3), "CROSSED 3"),
        (cell(Standing.VIOLATED, Standing.VIOLATED, Standing.PROVEN), "CROSSED 2"),  # no check was asked
    ],
)
def test_a_cell_counts_what_its_word_speaks_of(found: Cell, text: str) -> None:
    assert cell_text(load("en"), found) == text


def test_pairs_without_crossings_have_no_cell() -> None:
    assert table([], [PAIR]) == {}
