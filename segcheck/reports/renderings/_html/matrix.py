"""The matrix of the page: zone against zone, each cell a way to its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segcheck.lang.words import Words
from segcheck.model.crossing import Standing
from segcheck.reports._zone_cells import cell_text, table
from segcheck.reports.renderings._html.findings import Shown, pairs_of, zone_names

#: Beyond so many zones the cells get small, and paper shows a list instead.
ROOMY = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its words, how it looks, and the findings or the list that it leads to; `full` says it in one sentence."""

    text: str
    state: str
    link: str = ""
    pair: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table: (id, name) of each zone, a row of cells for each, and the pairs that are not simply shut."""

    zones: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    dense: bool
    counts: tuple[tuple[str, str, int], ...]
    notable: tuple[Cell, ...]


def matrix(words: Words, result: Mapping[str, Any], shown: Mapping[str, Shown]) -> Matrix | None:
    """Return the matrix, or None where no pair of places was judged."""
    wrong = [one for one in result["findings"] if one["verdict"] == "violated" and not one["waiver"]]
    known = table(
        (
            ((one["src_zone"], one["dst_zone"]), Standing(one["verdict"]), bool(one["must"]["total"]))
            for one in result["crossings"]
        ),
        ((src or "", dst or "") for one in wrong for src, dst in pairs_of(one)),
    )
    if not known:
        return None
    leads: dict[str, str] = {}
    for each in shown.values():
        for pair in each.pairs:
            leads.setdefault(pair, each.id)
    judged = {zone for pair in known for zone in pair}
    names = zone_names(result)
    order = [(zone, names[zone]) for zone in names if zone in judged]
    order += [
        (zone, words(f"graph.zone.{zone}") if f"graph.zone.{zone}" in words else zone)
        for zone in sorted(judged - set(names))
    ]
    cells = {
        (src, dst): _cell(words, (src, dst), known.get((src, dst)), leads.get(f"{src}>{dst}", ""))
        for src, _ in order
        for dst, _ in order
    }
    counted = [
        (one.value, words(f"html.cell.{one.value}"), sum(c.standing is one for c in known.values())) for one in Standing
    ]
    plain = (Standing.PROVEN, Standing.NOTHING_SEEN, Standing.PROVEN_ASSUMING)
    return Matrix(
        zones=tuple(order),
        rows=tuple(tuple(cells[src, dst] for dst, _ in order) for src, _ in order),
        dense=len(order) > ROOMY,
        counts=tuple(one for one in counted if one[2]),
        notable=tuple(
            cell
            for pair, cell in cells.items()
            if pair in known and (known[pair].standing not in plain or known[pair].open)
        ),
    )


def _cell(words: Words, pair: tuple[str, str], known: Any, lead: str) -> Cell:
    if known is None:
        return Cell(text="－", state="none", full=words("html.no_cell"))
    state = known.standing.value
    if state in ("proven", "proven_assuming") and known.open:
        state = f"registered_{state}"
    link = f"#{lead}" if lead else "#undecided" if known.standing is Standing.UNDECIDED else ""
    text = words("html.nothing_seen") if known.standing is Standing.NOTHING_SEEN else cell_text(words, known)
    return Cell(text=text, state=state, link=link, pair=f"{pair[0]}>{pair[1]}", full=f"{pair[0]} → {pair[1]}: {text}")
