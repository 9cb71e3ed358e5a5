"""Zone against zone: how each ordered pair stands, from a judgement or from its result document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from segcheck.lang.words import Words
from segcheck.model.crossing import Standing

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair of zones: its worst standing, how many pairs of places, how many carry anything, how many findings."""

    standing: Standing
    pairs: int
    open: int
    findings: int


def table(crossings: Iterable[tuple[Pair, Standing, bool]], findings: Iterable[Pair]) -> Mapping[Pair, Cell]:
    """Return every ordered pair of zones that was judged.

    crossings   of each pair of places: its zones, how it stands, whether anything surely gets through
    findings    the zones of each violation that no exception covers, once for each pair that it is about
    """
    worst: dict[Pair, Standing] = {}
    pairs: dict[Pair, int] = {}
    carrying: dict[Pair, int] = {}
    for key, standing, carries in crossings:
        worst[key] = max(worst.get(key, Standing.PROVEN), standing, key=lambda s: s.rank)
        pairs[key] = pairs.get(key, 0) + 1
        carrying[key] = carrying.get(key, 0) + carries
    counted: dict[Pair, int] = {}
    for key in findings:
        counted[key] = counted.get(key, 0) + 1
    return {key: Cell(worst[key], pairs[key], carrying[key], counted.get(key, 0)) for key in worst}


def cell_text(words: Words, cell: Cell) -> str:
    """Return a cell in a few characters."""
    count = cell.findings if cell.standing is Standing.VIOLATED else cell.open
    key = cell.standing.value
    if cell.standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING) and cell.open:
        key = f"registered_{key}"
    return words(f"matrix.{key}", count=count or cell.pairs)
