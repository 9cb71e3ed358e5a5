"""A register that was written as a table, with a row of keys, back to its entries: nothing is read into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, ValidationError

from segcheck.loaders import marked
from segcheck.loaders.cell_text import unescaped, unguarded
from segcheck.loaders.edge_errors import problems_of
from segcheck.loaders.edges import Strict
from segcheck.loaders.problems import Problem, refuse_cells
from segcheck.loaders.site import keyed_rows, sheets
from segcheck.loaders.site.policy import RegisterItem
from segcheck.model import delimited
from segcheck.model.sheet import Book, Row, Sheet
from segcheck.model.source import SourceText

_NEEDED = frozenset(("id", "from", "to", "service"))


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry as `policy.yaml` would have it, and where it stands."""

    place: str
    values: dict[str, Any]


class _Register(Strict):
    entries: list[RegisterItem] = Field(alias="register")


def read(source: SourceText) -> tuple[WrittenEntry, ...] | None:
    """Return the entries of a table with a row of the register's keys, None if it has none.

    Raises:
        BadInput: an entry is wrong; every problem at once, with its cell or line.
    """
    book = source.book if source.book is not None and source.book.sheets else _plain(delimited.book(source))
    spec = sheets.register()
    found = [(sheet, keyed_rows.key_row(sheet, spec)) for sheet in book.sheets]
    held = [
        sheet
        for sheet, row in found
        if row is not None and {cell.text.strip() for cell in row.cells.values()} >= _NEEDED
    ]
    if not held:
        return None
    problems: list[Problem] = []
    values: dict[marked.Path, marked.Mark] = {}
    written: list[dict[str, Any]] = []
    entries = []
    for entry in _entries(held, spec, problems):
        path: marked.Path = ("register", len(written))
        values[path] = entry.row
        values |= {(*path, key): mark for key, mark in entry.marks.items()}
        written.append(keyed_rows.whole(spec, entry))
        entries.append(entry)
    document = marked.Document({"register": written}, values, values)
    try:
        _Register.model_validate(document.value)
    except ValidationError as error:
        problems += problems_of(error, document, _Register)
    if problems:
        raise refuse_cells(source, problems)
    return tuple(
        WrittenEntry(source.place(entry.row.line, entry.row.column), one)
        for entry, one in zip(entries, written, strict=True)
    )


def _entries(held: list[Sheet], spec: sheets.SheetSpec, problems: list[Problem]) -> Iterator[keyed_rows.Entry]:
    for sheet in held:
        yield from keyed_rows.entries(sheet, spec, problems)


def _plain(book: Book) -> Book:
    """Return the sheet of a text with its cells as they were before they were made safe for CSV."""

    def cells(row: Row) -> Row:
        made = {column: replace(cell, text=unescaped(unguarded(cell.text))) for column, cell in row.cells.items()}
        return replace(row, cells=made)

    return replace(book, sheets=tuple(replace(sheet, rows=tuple(map(cells, sheet.rows))) for sheet in book.sheets))
