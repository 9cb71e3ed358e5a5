"""A site as one workbook (`site.xlsx`), and the register as a table of its own, in Excel or CSV.

What is written reads back as the same entries. Closed lists and ids are offered as drop-down lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from segcheck.loaders.site.book import LISTS
from segcheck.loaders.site.sheets import SINGLE, Column, Form, SheetSpec, home, register, sheets
from segcheck.reports import _cells

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Values = Mapping[str, Any]

_FIRST = 3
#: Rows for which drop-down lists are offered.
_OFFERED = 2000
#: Longest list that fits into a validation itself; longer ones stand in the hidden sheet.
_INLINE = 250


def register_csv(entries: Sequence[Values], japanese: bool) -> str:
    """Return the register as CSV: headings, keys, a row per entry. For Excel, store it with a byte order mark."""
    spec = register()
    return _cells.as_csv([*_heads(spec, japanese), *(_cells.texts(spec, entry) for entry in entries)])


def register_xlsx(entries: Sequence[Values], japanese: bool) -> bytes:
    """Return the register as a workbook of one sheet."""
    spec = register()
    return _book({spec.key: [_cells.texts(spec, entry) for entry in entries]}, (spec,), {}, japanese)


def site_xlsx(files: Mapping[str, Values], japanese: bool) -> bytes:
    """Return a site as a workbook.

    files   what each YAML file holds, by the name of its schema
    """
    rows = {spec.key: [_cells.texts(spec, entry) for entry in _entries(files, spec)] for spec in sheets()}
    return _book(rows, sheets(), files, japanese)


def _entries(files: Mapping[str, Values], spec: SheetSpec) -> Iterator[Values]:
    if spec.key == SINGLE:
        yield {column.key: _single(files, column.key) for column in spec.columns}
        return
    if spec.inside is None:
        yield from _held(files.get(spec.file, {}).get(spec.section), spec.mapping, "id")
        return
    parent, key, mapping = spec.inside
    section = files.get(spec.file, {}).get(parent)
    for around in _held(section, isinstance(section, Mapping), "id"):
        for entry in _held(around.get(key), mapping, "name"):
            yield {"of": around.get("id"), **entry}


def _single(files: Mapping[str, Values], key: str) -> Any:
    value: Any = files.get(home(key), {})
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _held(section: Any, mapping: bool, key: str) -> Iterator[Values]:
    if mapping:
        yield from ({key: name, **(entry or {})} for name, entry in (section or {}).items())
    else:
        yield from section or []


def _heads(spec: SheetSpec, japanese: bool) -> list[list[str]]:
    return [[column.ja if japanese else column.en for column in spec.columns], [*spec.keys]]


def _book(
    rows: Mapping[str, list[list[str]]], specs: Sequence[SheetSpec], files: Mapping[str, Values], japanese: bool
) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "segcheck"
    offered = _Offered(book, {spec.key: spec.title for spec in specs}, files)
    for spec in specs:
        sheet = book.create_sheet(spec.title)
        _head(sheet, spec, japanese)
        _cells.fill(sheet, spec, rows[spec.key], _FIRST)
        for number, column in enumerate(spec.columns, 1):
            offered.offer(sheet, number, column)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Worksheet, spec: SheetSpec, japanese: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for at, row in enumerate(_heads(spec, japanese), 1):
        for number, text in enumerate(row, 1):
            cell = sheet.cell(at, number, text)
            cell.font = Font(bold=at == 1, color=None if at == 1 else "FF808080")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if at == 1:
                cell.fill = PatternFill("solid", fgColor="FFDDE7F0")
    for number, column in enumerate(spec.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = 28 if column.form is Form.LIST else 18
    sheet.freeze_panes = f"B{_FIRST}"


class _Offered:
    """Drop-down lists; other values may be typed all the same, and are judged when the site is read."""

    def __init__(self, book: Workbook, titles: Mapping[str, str], files: Mapping[str, Values]) -> None:
        self.book, self.titles, self.files = book, titles, files
        self.lists: dict[tuple[str, ...], str] = {}

    def offer(self, sheet: Worksheet, number: int, column: Column) -> None:
        """Add the list of a column, if it has one and its cells hold a single value."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        formula = self._formula(column)
        if not formula or column.form is Form.LIST:
            return
        letter = get_column_letter(number)
        found = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
        found.add(f"{letter}{_FIRST}:{letter}{_FIRST + _OFFERED}")
        sheet.add_data_validation(found)

    def _formula(self, column: Column) -> str:
        if column.form is Form.FLAG:
            return '"true,false"'
        if column.words:
            joined = ",".join(column.words)
            return f'"{joined}"' if len(joined) <= _INLINE else self._listed(column.words)
        if len(column.names) == 1 and column.names[0] in self.titles:
            return f"'{self.titles[column.names[0]]}'!$A${_FIRST}:$A${_FIRST + _OFFERED}"
        names = tuple(sorted({name for section in column.names for name in self._ids(section)}))
        return self._listed(names) if names else ""

    def _ids(self, section: str) -> Iterator[str]:
        held = self.files.get("topology", {}).get(section) or ()
        yield from (str(one) if isinstance(held, dict) else str(one.get("id")) for one in held)

    def _listed(self, values: tuple[str, ...]) -> str:
        from openpyxl.utils import get_column_letter

        if values not in self.lists:
            if LISTS not in self.book.sheetnames:
                self.book.create_sheet(LISTS).sheet_state = "hidden"
            sheet = self.book[LISTS]
            number = len(self.lists) + 1
            for at, value in enumerate(values, 1):
                cell = sheet.cell(at, number)
                cell.value, cell.data_type = value, "s"
            letter = get_column_letter(number)
            self.lists[values] = f"'{LISTS}'!${letter}$1:${letter}${len(values)}"
        return self.lists[values]
