"""Zone against zone: how each pair stands, in a table that fits a terminal."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from segcheck.lang.words import Words
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.result import Run
from segcheck.reports._blocks import run_block
from segcheck.reports.as_text import Page, Part


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair of zones: its worst standing, how many pairs of places, how many carry anything, how many findings."""

    standing: Standing
    pairs: int
    open: int
    findings: int


def cells(found: Assessment) -> Mapping[tuple[str, str], Cell]:
    """Return every ordered pair of zones that was judged."""
    worst: dict[tuple[str, str], Standing] = {}
    pairs: dict[tuple[str, str], int] = {}
    carrying: dict[tuple[str, str], int] = {}
    for one in found.crossings:
        key = one.src.zone, one.dst.zone
        known = worst.get(key, Standing.PROVEN)
        worst[key] = max(known, one.standing, key=lambda s: s.rank)
        pairs[key] = pairs.get(key, 0) + 1
        carrying[key] = carrying.get(key, 0) + bool(one.must.total)
    findings: dict[tuple[str, str], int] = {}
    for finding in found.findings:
        if finding.standing is Standing.VIOLATED and not finding.waived:
            for key in finding.pairs:
                findings[key] = findings.get(key, 0) + 1
    return {key: Cell(worst[key], pairs[key], carrying[key], findings.get(key, 0)) for key in worst}


def zones(found: Assessment) -> tuple[str, ...]:
    """Return the zones that were judged, in the order of the topology, built-in ones last."""
    judged = {one.src.zone for one in found.crossings} | {one.dst.zone for one in found.crossings}
    known = [name for name in found.site.zones if name in judged]
    return (*known, *sorted(judged - set(known)))


def matrix(page: Page, found: Assessment) -> None:
    """Add the table: rows send, columns receive."""
    words = page.words
    order = zones(found)
    table = cells(found)
    rows: list[list[Part]] = []
    for src in order:
        row: list[Part] = [f"  {src}"]
        for dst in order:
            cell = table.get((src, dst))
            row.append("-" if cell is None else (cell_text(words, cell), _STYLES[cell.standing]))
        rows.append(row)
    page.table([f"  {words('matrix.corner')}", *order], rows)
    page.prose(words("matrix.legend"))


def cell_text(words: Words, cell: Cell) -> str:
    """Return a cell in a few characters."""
    count = cell.findings if cell.standing is Standing.VIOLATED else cell.open
    key = cell.standing.value
    if cell.standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING) and cell.open:
        key = f"registered_{key}"
    return words(f"matrix.{key}", count=count or cell.pairs)


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
