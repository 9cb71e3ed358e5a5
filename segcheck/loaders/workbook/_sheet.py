"""One worksheet's cells; merged areas spread, hidden rows and columns marked."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace

from segcheck.loaders.cell_text import unescaped
from segcheck.loaders.workbook import _styles
from segcheck.loaders.workbook._package import Attributes, Handler, Package, attribute, damaged, flag, too_large
from segcheck.loaders.workbook._styles import Style, Text
from segcheck.model.sheet import Cell, CellKind, Row, Sheet, Struck, column_number
from segcheck.sets.intervals import IntervalSet

MAX_ROWS = 100_000
MAX_CELLS = 1_000_000
MAX_CHARACTERS = 64 << 20
MAX_SHEETS = 256
MAX_MERGED = 100_000
#: Rows of a worksheet.
LAST_ROW = 1 << 20
LAST_COLUMN = 1 << 14

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class Budget:
    """What the sheets of a book may still hold."""

    rows: int = MAX_ROWS
    cells: int = MAX_CELLS
    characters: int = MAX_CHARACTERS

    def row(self) -> None:
        """Count a row."""
        self.rows -= 1
        if self.rows < 0:
            raise too_large(f"{MAX_ROWS} rows", f"{MAX_ROWS} 行")

    def cell(self, text: str) -> None:
        """Count a cell."""
        self.cells -= 1
        self.characters -= len(text)
        if self.cells < 0 or self.characters < 0:
            raise too_large(f"{MAX_CELLS} cells", f"セル {MAX_CELLS} 個")


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it."""

    name: str
    relation: str
    hidden: bool


@dataclass(slots=True)
class _Workbook(Handler):
    sheets: list[Listed] = field(default_factory=list)
    epoch_1904: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.epoch_1904 = flag(attributes, "date1904")
        elif name == "sheet":
            if len(self.sheets) == MAX_SHEETS:
                raise too_large(f"{MAX_SHEETS} sheets", f"シート {MAX_SHEETS} 枚")
            hidden = attributes.get("state", "visible") != "visible"
            relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            self.sheets.append(Listed(attributes.get("name", ""), relation, hidden))


def listed(package: Package, part: str) -> _Workbook:
    """Return the sheets of the workbook in their order, and from which day it counts."""
    found = _Workbook()
    package.read(part, found)
    return found


def read(
    package: Package,
    part: str,
    one: Listed,
    styles: tuple[Style, ...],
    strings: tuple[Text, ...],
    budget: Budget,
    line: int,
    *,
    epoch_1904: bool,
) -> Sheet:
    """Return a sheet; its first used row is line `line` + 1 of the book."""
    found = _Worksheet(styles, strings, budget, epoch_1904)
    package.read(part, found)
    _spread(found.rows, found.merged, budget)
    numbers = sorted(
        number for number, cells in found.rows.items() if any(cell.text or _odd(cell) for cell in cells.values())
    )
    rows = tuple(
        Row(number, line + at, line + at, dict(sorted(found.rows[number].items())), number in found.hidden)
        for at, number in enumerate(numbers, 1)
    )
    return Sheet(one.name, rows, one.hidden, _members(found.hidden_columns))


def _members(ranges: list[tuple[int, int]]) -> frozenset[int]:
    return frozenset(number for low, high in IntervalSet.of(*ranges).ranges for number in range(low, high + 1))


def _odd(cell: Cell) -> bool:
    return cell.kind in (CellKind.ERROR, CellKind.UNCOMPUTED)


class _Worksheet(Handler):
    def __init__(self, styles: tuple[Style, ...], strings: tuple[Text, ...], budget: Budget, epoch_1904: bool) -> None:
        self.styles, self.strings, self.budget, self.epoch_1904 = styles, strings, budget, epoch_1904
        self.rows: dict[int, dict[int, Cell]] = {}
        self.hidden: set[int] = set()
        self.hidden_columns: list[tuple[int, int]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.row = self.column = 0
        self.cell: Attributes | None = None
        self.value: list[str] = []
        self.formula = self.in_value = False
        self.runs = _styles.Runs()
        self.has_runs = False

    def start(self, name: str, attributes: Attributes) -> None:
        match name:
            case "row":
                self.row = _count(attributes.get("r"), self.row + 1, LAST_ROW)
                self.column = 0
                if flag(attributes, "hidden"):
                    self.hidden.add(self.row)
            case "c":
                self._place(attributes)
                self.cell, self.value = attributes, []
                self.formula = self.has_runs = False
            case "v":
                self.in_value = True
            case "f":
                self.formula = self.cell is not None
            case "is":
                self.has_runs = True
            case "col" if flag(attributes, "hidden"):
                first = _count(attributes.get("min"), 1, LAST_COLUMN)
                last = _count(attributes.get("max"), first, LAST_COLUMN)
                self.hidden_columns.append((first, max(first, last)))
            case "mergeCell":
                self._merge(attribute(attributes, "ref"))
            case _ if self.has_runs:
                self.runs.start(name, attributes)

    def end(self, name: str) -> None:
        match name:
            case "v":
                self.in_value = False
            case "c":
                self._keep()
                self.cell = None
            case _ if self.has_runs:
                self.runs.end(name)

    def text(self, data: str) -> None:
        if self.in_value:
            self.value.append(data)
        elif self.has_runs:
            self.runs.data(data)

    def _place(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            found = _REFERENCE.fullmatch(reference)
            if not found:
                raise damaged(f"cell {reference[:20]}")
            self.column, self.row = column_number(found[1]), _count(found[2], 1, LAST_ROW)
        if self.column > LAST_COLUMN:
            raise damaged("columns")

    def _keep(self) -> None:
        assert self.cell is not None  # only after the begin of a cell
        kind = self.cell.get("t", "n")
        index = self.cell.get("s", "0")
        known = index.isdecimal() and len(index) < 9 and int(index) < len(self.styles)
        style = self.styles[int(index)] if known else Style()
        written = "".join(self.value)
        struck = Struck.WHOLE if style.struck else Struck.NO
        found = CellKind.TEXT
        match kind:
            case "s":
                shared = self.strings[_count(written, 0, len(self.strings) - 1)] if written else Text("")
                text, struck = shared.text, shared.struck or struck
            case "inlineStr":
                inline = self.runs.taken()
                text, struck = inline.text, inline.struck or struck
            case "str":
                text = unescaped(written)
            case "b":
                text, found = ("true" if written == "1" else "false"), CellKind.BOOLEAN
            case "e":
                text, found = written, CellKind.ERROR
            case _:
                text, found = self._number(kind, written, style)
        if self.formula and not written and kind != "inlineStr":
            found = CellKind.UNCOMPUTED
        if not text and found is not CellKind.UNCOMPUTED:
            return
        if self.row not in self.rows:
            self.budget.row()
        self.budget.cell(text)
        self.rows.setdefault(self.row, {})[self.column] = Cell(text, found, struck, self.formula, False, style.coloured)

    def _number(self, kind: str, written: str, style: Style) -> tuple[str, CellKind]:
        if not written:
            return "", CellKind.TEXT
        try:
            if kind == "d":
                return _styles.iso(written), CellKind.DATE
            if style.date:
                return _styles.moment(written, epoch_1904=self.epoch_1904), CellKind.DATE
        except (ValueError, OverflowError):
            return written, CellKind.ERROR
        return _styles.number(written, style), CellKind.NUMBER

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        corners = [_REFERENCE.fullmatch(corner) for corner in (first, last or first)]
        if len(self.merged) == MAX_MERGED:
            raise too_large(f"{MAX_MERGED} merged areas", f"結合セル {MAX_MERGED} 個")
        if corners[0] is None or corners[1] is None:
            raise damaged("mergeCell")
        (left, top), (right, bottom) = ((column_number(c[1]), int(c[2])) for c in corners if c is not None)
        self.merged.append((top, bottom, left, right))


def _count(text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) > most:
        raise damaged(f"number {text[:20]}")
    return int(text)


def _spread(rows: dict[int, dict[int, Cell]], merged: list[tuple[int, int, int, int]], budget: Budget) -> None:
    """Repeat the value of each merged area in those rows of it that hold something, up to the last used column."""
    used = sorted(rows)
    widest = max((max(cells) for cells in rows.values()), default=0)
    for top, bottom, left, right in merged:
        value = rows.get(top, {}).get(left)
        if value is None:
            continue
        repeated = replace(value, merged=True)
        for number in used[bisect_left(used, top) : bisect_right(used, bottom)]:
            for column in range(left, min(right, widest) + 1):
                if (number, column) != (top, left):
                    budget.cell(value.text)
                    rows[number][column] = repeated
