"""Sheets of cells: what a workbook or a table in text form holds, before anybody asks what it means.

`loaders.workbook` makes them from xlsx, `model.delimited` from CSV and TSV. They stand on the floor of the nouns because
importers (rule tables) and loaders (a site as `site.xlsx`) both read them and may not import each other.

Lines: a workbook's lines are its used rows, counted through all sheets in their order; those of a text its physical lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class CellKind(Enum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"  # #N/A, #REF! ...: nothing that could be read
    UNCOMPUTED = "uncomputed"  # a formula that was never computed; its text is ""


class Struck(Enum):
    """How much of a cell is struck through."""

    NO = "no"
    PART = "part"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, as people read it.

    text      numbers without an idle ".0", dates as 2026-04-01, times of day as 08:30, truth values as true and false
    formula   computed by a formula; `text` is what was computed when the workbook was saved
    merged    repeats the value of the merged area that the cell belongs to
    coloured  has a background of its own
    """

    text: str
    kind: CellKind = CellKind.TEXT
    struck: Struck = Struck.NO
    formula: bool = False
    merged: bool = False
    coloured: bool = False


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Row:
    """A row in which something stands.

    number        as the sheet counts (1-based); of a text, its first line
    first, last   lines (see above)
    cells         by column (1-based); only those that hold something
    """

    number: int
    first: int
    last: int
    cells: Mapping[int, Cell]
    hidden: bool = False

    def cell(self, column: int) -> Cell:
        """Return the cell of a column; an empty one where nothing stands."""
        return self.cells.get(column, EMPTY)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The used rows of a sheet, from top to bottom.

    hidden           whether the sheet is hidden
    hidden_columns   columns that are hidden
    torn             the text ends inside a quoted cell
    """

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets of a workbook in their order, or the one nameless sheet of a text.

    passed_over   (en, ja) each: what of the workbook is not read: charts, links to other workbooks
    mapping       what people say of its columns, if they do
    """

    sheets: tuple[Sheet, ...]
    passed_over: tuple[tuple[str, str], ...] = ()
    mapping: TableMapping | None = None
    rows: tuple[tuple[Sheet, Row], ...] = field(default=(), compare=False, repr=False)

    def cell_of(self, line: int, column: int) -> str:
        """Return the name of the cell at a line and column, `Sheet1!C12`."""
        if not 1 <= line <= len(self.rows):
            return self.sheets[0].name if self.sheets else ""
        sheet, row = self.rows[line - 1]
        return cell_name(sheet.name, row.number, column)


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """How one sheet is to be read.

    columns   by column number: the key of what stands in it; "" = kept, and read by nobody
    heads     rows of the headings, as the sheet counts
    blank     what an empty address or service means: "unknown", or "above": the same as in the row above
    dash      what a lone "-" there means: "unknown" or "any"
    """

    columns: Mapping[int, str]
    heads: tuple[int, ...]
    blank: str = "unknown"
    dash: str = "unknown"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping file: by sheet name ("table": that of a text) how it is read; sheets that it does not name are no tables."""

    path: str
    sha256: str
    lines: int
    sheets: Mapping[str, SheetMapping]


def column_name(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1.

    Raises:
        ValueError: it is no column of a worksheet (A to XFD).
    """
    number = 0
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        raise ValueError(letters)
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    if number > 16384:
        raise ValueError(letters)
    return number


def cell_name(sheet: str, row: int, column: int) -> str:
    """Return a cell's name as Excel writes it, the sheet quoted where it must be: `'FW 一覧'!C12`, `通信要件!A3`."""
    named = (
        sheet
        if sheet.replace("_", "a").isalnum() and not sheet[:1].isdigit()
        else f"'{sheet.replace(chr(39), chr(39) * 2)}'"
    )
    return f"{named}!{column_name(column)}{row}"
