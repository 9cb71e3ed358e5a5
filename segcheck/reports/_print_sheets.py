"""Workbooks to be read and printed (`_printed`), on A4 or A3; literal cells only.

What is written is text: no value becomes a formula, a link or a number that Excel would round. Heights of rows are computed from
the width of East Asian characters, since neither Excel nor LibreOffice fits wrapped Japanese by itself. The same bytes for the
same content.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Literal, cast

from segcheck.lang.columns import width
from segcheck.loaders.cell_text import MAX_CELL, escaped
from segcheck.reports._printed import FILLS, Styled, Value

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "BIZ UDゴシック"
_POINTS = 9
_LINE = 13.5
#: Characters of `_POINTS` for one of the workbook's own size, in which widths are counted; less what breaking at blanks loses.
_PER_COLUMN = 1.06
#: Excel shows no row higher than 409 points, and no more of a cell than it can.
_HIGHEST, _LONGEST = 409.0, 3000


@dataclass(frozen=True, slots=True)
class _Look:
    """How a cell looks; cells of one look share one style, since making styles is what writing a workbook spends its time on."""

    fill: str = ""
    bold: bool = False
    border: bool = False
    centred: bool = False
    wrapped: bool = True
    size: float = _POINTS


_PLAIN = _Look()
_HEAD = _Look(fill="head", bold=True, border=True, centred=True)


class Book:
    """A workbook under construction.

    header   what stands at the top of every page, such as 取扱注意
    footer   what stands at its foot, beside the page number
    none     what a table says that has no rows
    """

    def __init__(self, header: str, footer: str, none: str = "-") -> None:
        import openpyxl

        self.header, self.footer, self.none = header, footer, none
        self._book = openpyxl.Workbook()
        self._book.remove(self._book.worksheets[0])
        self._styles: dict[_Look, StyleArray] = {}

    def sheet(self, title: str, widths: Sequence[float], *, paper: str = "A4", portrait: bool = False) -> Sheet:
        """Add a sheet whose columns have these widths, in characters of half width."""
        made = self._book.create_sheet(title)
        return Sheet(made, widths, self, paper, portrait)

    def dress(self, cell: Cell, look: _Look) -> None:
        """Give a cell its look."""
        if look in self._styles:
            cell._style = copy(self._styles[look])  # type: ignore[attr-defined]  # the stubs lack it
            return
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        cell.number_format = "@"
        cell.font = Font(name=FONT, size=look.size, bold=look.bold)
        middle: Literal["center", "top"] = "center" if look.centred else "top"
        cell.alignment = Alignment(
            wrap_text=look.wrapped, vertical=middle, horizontal="center" if look.centred else None
        )
        if look.border:
            side = Side(style="thin", color="FF8A8A8A")
            cell.border = Border(left=side, right=side, top=side, bottom=side)
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=f"FF{FILLS[look.fill]}")
        self._styles[look] = copy(cell._style)  # type: ignore[attr-defined]

    def bytes(self, title: str, made: datetime) -> bytes:
        """Return the file; `made` is when its content was."""
        properties = self._book.properties
        properties.creator, properties.title = "segcheck", escaped(title)
        properties.created = made.replace(tzinfo=None)
        out = BytesIO()
        self._book.save(out)
        return _stable(out.getvalue(), made)


class Sheet:
    """A sheet that is filled from the top down."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float], book: Book, paper: str, portrait: bool) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
        from openpyxl.worksheet.page import PageMargins
        from openpyxl.worksheet.properties import PageSetupProperties

        self._sheet, self._outer, self.widths, self.row = sheet, book, tuple(widths), 1
        for number, wide in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = wide
        self.last = get_column_letter(len(widths))
        setup = sheet.page_setup
        setup.orientation = "portrait" if portrait else "landscape"
        setup.paperSize = 8 if paper == "A3" else 9
        setup.fitToWidth, setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.6, bottom=0.55, header=0.3, footer=0.3)
        sheet.print_options.horizontalCentered = True
        sheet.HeaderFooter.oddHeader = HeaderFooterItem(right=_HeaderFooterPart(_coded(book.header), size=9))
        sheet.HeaderFooter.oddFooter = HeaderFooterItem(
            left=_HeaderFooterPart(_coded(book.footer), size=8), right=_HeaderFooterPart("&P / &N", size=8)
        )
        sheet.sheet_view.showGridLines = False

    def title(self, text: str) -> None:
        """Add the title of the sheet."""
        self._put(self.row, 1, text, _Look(size=14, bold=True, wrapped=False))
        self._sheet.row_dimensions[self.row].height = 24
        self.row += 2

    def heading(self, text: str) -> None:
        """Add a heading, after an empty row unless it is the first."""
        self.row += self.row > 1 and self._sheet.cell(self.row - 1, 1).value is not None
        self._put(self.row, 1, text, _Look(size=11, bold=True, wrapped=False))
        self._sheet.row_dimensions[self.row].height = 18
        self.row += 1

    def prose(self, text: str, fill: str = "", bold: bool = False) -> None:
        """Add a paragraph over the whole width."""
        self._put(self.row, 1, text, _Look(fill=fill, bold=bold))
        self._sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=1, end_column=len(self.widths))
        self._high(self.row, [(text, sum(self.widths))])
        self.row += 1

    def pairs(self, rows: Iterable[tuple[str, Value | Styled]]) -> None:
        """Add rows of a name and what it is; the value takes all columns but the first."""
        from openpyxl.utils import get_column_letter

        for name, value in rows:
            styled = value if isinstance(value, Styled) else Styled(value)
            self._put(self.row, 1, name, _Look(fill="head", border=True))
            last = len(self.widths)
            for column in range(2, last + 1):
                look = _Look(fill=styled.fill, bold=styled.bold, border=True)
                self._put(self.row, column, styled.text if column == 2 else None, look)
            self._sheet.merge_cells(f"B{self.row}:{get_column_letter(last)}{self.row}")
            self._high(self.row, [(name, self.widths[0]), (str(styled.text or ""), sum(self.widths[1:]))])
            self.row += 1

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[Value | Styled]],
        *,
        main: bool = False,
        offered: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Add a table.

        main      the table of the sheet: its head is repeated on every page and stays while scrolling, with filters
        offered   by the number of a column, from 0, the values that a drop-down list offers
        """
        top = self.row
        for number, head in enumerate(heads, 1):
            self._put(top, number, head, _HEAD)
        self._high(top, list(zip(heads, self.widths, strict=False)))
        self.row += 1
        for row in [*rows] or [[self._outer.none, *([None] * (len(heads) - 1))]]:
            told = [one if isinstance(one, Styled) else Styled(one) for one in row]
            for number, styled in enumerate(told, 1):
                self._put(self.row, number, styled.text, _Look(fill=styled.fill, bold=styled.bold, border=True))
            texts = [str(one.text) if one.text is not None else "" for one in told]
            self._high(self.row, list(zip(texts, self.widths, strict=False)))
            self.row += 1
        bottom = max(self.row - 1, top + 1)
        if main:
            self._sheet.print_title_rows = f"{top}:{top}"
            self._sheet.freeze_panes = f"B{top + 1}"
            self._sheet.auto_filter.ref = f"A{top}:{self.last}{bottom}"
        for column, values in (offered or {}).items():
            self._offer(column + 1, top + 1, bottom, values)

    def stamps(self, names: Sequence[str], column: int) -> None:
        """Add boxes for the stamps of those who see the report, from a column on, without moving on."""
        for number, name in enumerate(names, column):
            self._put(self.row, number, name, _HEAD)
            for below in range(1, 4):
                self._put(self.row + below, number, None, _Look(border=True))
            self._sheet.merge_cells(
                start_row=self.row + 1, end_row=self.row + 3, start_column=number, end_column=number
            )

    def skip(self, rows: int = 1) -> None:
        """Leave rows empty."""
        self.row += rows

    def _put(self, row: int, column: int, value: Value, look: _Look = _PLAIN) -> None:
        cell = cast("Cell", self._sheet.cell(row, column))  # merged ones are not written to
        if isinstance(value, str):
            text = escaped(value)
            cell.value = text if len(text) <= MAX_CELL else text[:_LONGEST]
            cell.data_type = "s"  # openpyxl would make a formula of what begins with "="
        else:
            cell.value = value
        self._outer.dress(cell, look)

    def _high(self, row: int, texts: Iterable[tuple[str, float]]) -> None:
        lines = max((_lines(text, wide) for text, wide in texts), default=1)
        self._sheet.row_dimensions[row].height = min(_HIGHEST, lines * _LINE + 3)

    def _offer(self, column: int, first: int, last: int, values: Sequence[str]) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        joined = ",".join(values)
        found = DataValidation(type="list", formula1=f'"{joined}"', allow_blank=True, showErrorMessage=False)
        letter = get_column_letter(column)
        found.add(f"{letter}{first}:{letter}{last}")
        self._sheet.add_data_validation(found)


def _lines(text: str, wide: float) -> int:
    """Return how many lines a text takes in a cell of that width; Excel breaks Japanese anywhere, other words at blanks."""
    usable = max(1.0, wide * _PER_COLUMN - 1)
    return sum(max(1, ceil(width(line) / usable)) for line in text.split("\n"))


def _coded(text: str) -> str:
    """Return a text for a page's header or footer, in which & begins a code."""
    return escaped(text).replace("&", "&&")[:200]


_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def _stable(data: bytes, made: datetime) -> bytes:
    """Return a workbook with no time in it but `made`: openpyxl writes that of the clock."""
    moment = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + moment + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
