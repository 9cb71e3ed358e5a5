"""Entries of site files to cells, and cells to workbooks and CSV; no cell that we write is ever a formula."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any

from segcheck.errors import BadArguments
from segcheck.loaders.cell_text import MAX_CELL, escaped, guarded
from segcheck.loaders.site.keyed_rows import EMPTY_TEXT
from segcheck.loaders.site.sheets import Column, Form, SheetSpec, write_value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def texts(spec: SheetSpec, entry: Mapping[str, Any]) -> list[str]:
    """Return the cells of an entry as text, in the order of the sheet's columns; what the entry lacks is empty."""
    return [_text(column, _held(column, entry)) for column in spec.columns]


def _held(column: Column, entry: Mapping[str, Any]) -> Any:
    if column.key in entry:
        return entry[column.key]
    key, dot, at = column.key.partition(".")
    value = entry.get(key) if dot else None
    if isinstance(value, list):
        return value[int(at)] if at.isdigit() and int(at) < len(value) else None
    return value.get(at) if isinstance(value, dict) else None


def _text(column: Column, value: Any) -> str:
    if value is None or (value == [] and not column.alone):
        return ""
    text = escaped(write_value(column, value) or EMPTY_TEXT)
    if len(text) > MAX_CELL:
        raise BadArguments(
            f"a text of {len(text)} characters ({column.key}); a cell holds {MAX_CELL}. Nothing was written",
            f"{column.key} の文字列が {len(text)} 文字あり、セルの上限 {MAX_CELL} を超えています。何も書いていません",
        )
    return text


def as_csv(rows: list[list[str]]) -> str:
    """Return rows as CSV (RFC 4180), every cell in quotes, none that a spreadsheet would run."""
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [guarded(text) for text in row] for row in rows
    )
    return out.getvalue()


def fill(sheet: Worksheet, spec: SheetSpec, rows: list[list[str]], first: int) -> None:
    """Write rows of cell texts into a sheet, from row `first` on: dates as dates, numbers as numbers, all else as text."""
    for at, row in enumerate(rows, first):
        for number, (column, text) in enumerate(zip(spec.columns, row, strict=True), 1):
            if not text:
                continue
            cell = sheet.cell(at, number)
            cell.value = _typed(column, text)
            if isinstance(cell.value, str):
                cell.data_type = "s"  # openpyxl would make a formula of what begins with "="
                cell.number_format = "@"
            elif isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"


def _typed(column: Column, text: str) -> str | int | bool | date:
    if column.form is Form.FLAG and text in ("true", "false"):
        return text == "true"
    if column.form is Form.NUMBER and text.isascii() and text.isdigit() and str(int(text)) == text and len(text) < 15:
        return int(text)
    if column.form is Form.DATE:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
