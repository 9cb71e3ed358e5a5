"""Text with rows and columns (CSV, TSV and their kin) to a sheet."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from segcheck.model.sheet import Book, Cell, Row, Sheet
from segcheck.model.source import SourceText

MAX_ROWS = 100_000
_SEPARATORS = ",\t;|"
#: Physical lines from which the separator is told.
_LOOKED_AT = 40


def book(source: SourceText) -> Book:
    """Return the one sheet of a text; its name is "".

    Reading stops at a cell that never ends and at `MAX_ROWS`: the sheet is then `torn`. Cells are the text between
    separators, quotes taken off (RFC 4180), nothing else changed.
    """
    lines = source.lines()
    mark = separator(lines)
    rows: list[Row] = []
    torn = False
    before = 0
    reader = csv.reader(_ends(lines), delimiter=mark)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error:  # a cell beyond the module's bound
            torn = True
            break
        first, last = before + 1, reader.line_num
        before = last
        cells = {column: Cell(text) for column, text in enumerate(record, 1) if text}
        if len(rows) == MAX_ROWS:
            torn = True
            break
        if cells:
            rows.append(Row(first, first, last, cells))
        ends = bool(record) and record[-1].endswith("\n")  # an open quote takes the end of its line into the cell
        if ends and last == len(lines) and "\n".join(lines[first - 1 : last]).count('"') % 2:
            torn = True
    return Book((Sheet("", tuple(rows), torn=torn),))


def separator(lines: list[str]) -> str:
    """Return what separates the cells: the mark with which most of the first records have the same number of cells."""
    looked = lines[:_LOOKED_AT]
    return max(_SEPARATORS, key=lambda mark: _agreement(looked, mark))


def _agreement(lines: list[str], mark: str) -> tuple[int, int]:
    """Return how many records have the commonest width above 1, and that width; (0, 0) if all have one cell."""
    widths: Counter[int] = Counter()
    with suppress(csv.Error):  # what was counted before it still tells
        widths.update(len(record) for record in csv.reader(_ends(lines), delimiter=mark) if len(record) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


def _ends(lines: list[str]) -> Iterator[str]:
    # a carriage return inside a line is a terminal's, or an old Mac's, and ends no record
    yield from (f"{line.replace(chr(13), ' ')}\n" for line in lines)
