"""What printed reports are written into, whatever becomes of it: sheets with headings, tables, boxes for stamps.

`_print_sheets` makes a workbook of them, `renderings._html.paper` pages of HTML; who writes a section knows neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Fills of cells by what they say; the words stand in the cell too, since copies and stamps are black and white.
FILLS = {
    "head": "DDE7F0",
    "bad": "F4C7C3",
    "warn": "FCE8B2",
    "unsure": "E3E3E3",
    "good": "D9EAD3",
    "excepted": "D9D2E9",
    "fill_in": "FFFDE7",
}
Value = str | int | None


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell with a fill of `FILLS`."""

    text: Value
    fill: str = ""
    bold: bool = False


class Sheet(Protocol):
    """A sheet that is filled from the top down."""

    def title(self, text: str) -> None:
        """Add the title of the sheet."""

    def heading(self, text: str) -> None:
        """Add a heading."""

    def prose(self, text: str, fill: str = "", bold: bool = False) -> None:
        """Add a paragraph over the whole width."""

    def pairs(self, rows: Iterable[tuple[str, Value | Styled]]) -> None:
        """Add rows of a name and what it is; the value takes all columns but the first."""

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[Value | Styled]],
        *,
        main: bool = False,
        offered: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Add a table.

        main      the table of the sheet: its head is repeated on every page
        offered   by the number of a column, from 0, the values that it may have, where whoever fills it in can choose
        """

    def stamps(self, names: Sequence[str], column: int) -> None:
        """Add boxes for the stamps of those who see the report, from a column on, without moving on."""

    def skip(self, rows: int = 1) -> None:
        """Leave rows empty."""


class Book(Protocol):
    """A report under construction."""

    def sheet(self, title: str, widths: Sequence[float], *, paper: str = "A4", portrait: bool = False) -> Sheet:
        """Add a sheet whose columns have these widths, in characters of half width; `paper` is what suits it best."""
