"""Zone against zone: how each ordered pair stands, from a judgement or from its result document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from segcheck.lang.words import Words
from segcheck.model.crossing import Standing

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair of zones: its worst standing, how many pairs of places, how many of them stand like that, carry, have findings."""

    standing: Standing
    pairs: int
    alike: int
    open: int
    findings: int


def table(crossings: Iterable[tuple[Pair, Standing, bool]], findings: Iterable[Pair]) -> Mapping[Pair, Cell]:
    """Return every ordered pair of zones that was judged.

    crossings   of each pair of places: its zones, how it stands, whether anything surely gets through
    findings    the zones of each violation that no exception covers, once for each pair that it is about
    """
    standings: dict[Pair, list[Standing]] = {}
    carrying: dict[Pair, int] = {}
    for key, standing, carries in crossings:
        standings.setdefault(key, []).append(standing)
        carrying[key] = carrying.get(key, 0) + carries
    counted: dict[Pair, int] = {}
    for key in findings:
        counted[key] = counted.get(key, 0) + 1
    found = {}
    for key, all_ in standings.items():
        worst = max(all_, key=lambda one: one.rank)
        found[key] = Cell(worst, len(all_), all_.count(worst), carrying[key], counted.get(key, 0))
    return found


def cell_text(words: Words, cell: Cell) -> str:
    """Return a cell in a few characters."""
    count = {Standing.VIOLATED: cell.findings or cell.alike, Standing.UNDECIDED: cell.alike}.get(
        cell.standing, cell.open
    )
    key = cell.standing.value
    if cell.standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING) and cell.open:
        key = f"registered_{key}"
    return words(f"matrix.{key}", count=count or cell.pairs)
