"""Zone against zone: how each pair stands, in a table that fits a terminal."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.result import Run
from segcheck.reports._blocks import run_block
from segcheck.reports._zone_cells import Cell, Pair, cell_text, table
from segcheck.reports.as_text import Page, Part


def cells(found: Assessment) -> Mapping[Pair, Cell]:
    """Return every ordered pair of zones that was judged."""
    wrong = (one for one in found.findings if one.standing is Standing.VIOLATED and not one.waived)
    return table(
        (((one.src.zone, one.dst.zone), one.standing, bool(one.must.total)) for one in found.crossings),
        (pair for one in wrong for pair in one.pairs),
    )


def zones(found: Assessment) -> tuple[str, ...]:
    """Return the zones that were judged, in the order of the topology, built-in ones last."""
    judged = {one.src.zone for one in found.crossings} | {one.dst.zone for one in found.crossings}
    known = [name for name in found.site.zones if name in judged]
    return (*known, *sorted(judged - set(known)))


def matrix(page: Page, found: Assessment) -> None:
    """Add the table: rows send, columns receive."""
    words = page.words
    order = zones(found)
    known = cells(found)
    rows: list[list[Part]] = []
    for src in order:
        row: list[Part] = [f"  {src}"]
        for dst in order:
            cell = known.get((src, dst))
            row.append("-" if cell is None else (cell_text(words, cell), _STYLES[cell.standing]))
        rows.append(row)
    page.table([f"  {words('matrix.corner')}", *order], rows)
    page.prose(words("matrix.legend"))


def matrix_csv(found: Assessment) -> str:
    """Return the table as CSV: one row per pair of zones, with standing and counts."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("src_zone", "dst_zone", "verdict", "pairs", "carrying"))
    for (src, dst), cell in sorted(cells(found).items()):
        writer.writerow((src, dst, cell.standing.value, cell.pairs, cell.open))
    return file.getvalue()


def matrix_json(found: Assessment, run: Run) -> dict[str, Any]:
    """Return the table; schema `segcheck/matrix/1`."""
    return {
        "schema": "segcheck/matrix/1",
        "verdict": found.standing.value,
        "run": run_block(run),
        "site": found.site.name,
        "day": found.day.isoformat(),
        "zones": [_zone(found, name) for name in zones(found)],
        "cells": [
            {"src": src, "dst": dst, "verdict": cell.standing.value, "pairs": cell.pairs, "carrying": cell.open}
            for (src, dst), cell in sorted(cells(found).items())
        ],
    }


def _zone(found: Assessment, name: str) -> dict[str, str]:
    declared = found.site.zones.get(name)
    if declared is None:  # built in: the zone is called what its tier is
        return {"id": name, "name": name, "tier": name}
    return {"id": name, "name": declared.name or name, "tier": declared.tier.value}


_STYLES = {
    Standing.PROVEN: "green",
    Standing.PROVEN_ASSUMING: "cyan",
    Standing.EXCEPTION_APPROVED: "cyan",
    Standing.UNDECIDED: "yellow",
    Standing.VIOLATED: "red",
}
