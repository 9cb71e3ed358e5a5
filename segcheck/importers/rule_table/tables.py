"""The rule tables of a book: which sheets hold one, what their columns are, and the names that other sheets define."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from segcheck.importers.rule_table import headings
from segcheck.importers.rule_table.values import read_addresses
from segcheck.model import delimited
from segcheck.model.sheet import Book, Row, Sheet, SheetMapping
from segcheck.model.source import SourceText
from segcheck.sets.intervals import IntervalSet

#: Stands for the one sheet of a text, in mapping files and as name of its list.
LIST = "table"
_NAME_HEADING = re.compile(
    r"(?:サーバ|サーバー|機器|ホスト|端末|オブジェクト|アドレス|システム|グループ|セグメント)?名称?|name|hostname|host|object(?:name)?"
)
_ADDRESS_HEADING = re.compile(
    r"(?:ip(?:v4)?)?アドレス|ip(?:v4)?(?:address)?|address|ネットワーク(?:アドレス)?|サブネット|subnet|network"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that holds rules.

    columns   by column: key of `model.table_columns.KEYS`, "" for those that nobody reads
    texts     by column: heading
    unknown   columns whose heading nobody knows; what stands there may restrict a rule
    """

    sheet: Sheet
    columns: dict[int, str]
    texts: dict[int, str]
    heads: tuple[int, ...]
    unknown: tuple[int, ...]
    blank: str = "unknown"
    dash: str = "unknown"
    _by_key: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def body(self) -> Iterator[Row]:
        """Yield the rows below the headings."""
        last = max(self.heads, default=0)
        yield from (row for row in self.sheet.rows if row.number > last)

    def above(self) -> Iterator[Row]:
        """Yield the rows of the headings, and those above them."""
        last = max(self.heads, default=0)
        yield from (row for row in self.sheet.rows if row.number <= last)

    def having(self, *keys: str) -> tuple[int, ...]:
        """Return the columns of these keys, from left to right."""
        if len(keys) == 1:
            return self._by_key.get(keys[0], ())
        return tuple(sorted(column for key in keys for column in self._by_key.get(key, ())))

    def __post_init__(self) -> None:
        by_key: dict[str, tuple[int, ...]] = {}
        for column, key in sorted(self.columns.items()):
            by_key[key] = (*by_key.get(key, ()), column)
        object.__setattr__(self, "_by_key", by_key)


def book_of(source: SourceText) -> Book:
    """Return the cells of a source: of a workbook those that came with it, of a text its rows."""
    if source.book is None:
        return delimited.book(source)
    return source.book if source.book.sheets else replace(delimited.book(source), mapping=source.book.mapping)


def tables(book: Book) -> tuple[Table, ...]:
    """Return the rule tables of a book: those that its mapping names, or without one those whose headings show it."""
    if book.mapping is not None:
        named = book.mapping.sheets
        return tuple(_mapped(sheet, named[name]) for sheet in book.sheets if (name := sheet.name or LIST) in named)
    found = ((sheet, headings.find(sheet)) for sheet in book.sheets)
    return tuple(_told(sheet, one) for sheet, one in found if one is not None)


def _told(sheet: Sheet, found: headings.Headings) -> Table:
    unknown = tuple(column for column, key in found.columns.items() if not key)
    return Table(sheet, dict(found.columns), dict(found.texts), found.heads, unknown)


def _mapped(sheet: Sheet, mapping: SheetMapping) -> Table:
    texts = headings.texts(sheet, mapping.heads)
    beyond = {column for row in sheet.rows for column in row.cells} - mapping.columns.keys()
    unknown = tuple(sorted(beyond)) if len(beyond) <= headings.LOOKED_AT else ()
    columns = {**dict.fromkeys(beyond, ""), **mapping.columns}
    return Table(sheet, columns, texts, mapping.heads, unknown, mapping.blank, mapping.dash)


@dataclass(frozen=True, slots=True)
class Definitions:
    """Names that sheets of the book define (アドレス一覧, サーバ一覧), and where those stand.

    twice   names that are defined more than once, differently: they are left out
    """

    addresses: dict[str, IntervalSet]
    sheets: tuple[Sheet, ...]
    twice: tuple[str, ...]


def definitions(book: Book, held: tuple[Table, ...]) -> Definitions:
    """Return what sheets without rules say of names: a column of names beside one of addresses."""
    found: dict[str, IntervalSet] = {}
    twice: dict[str, None] = {}
    sheets = []
    for sheet in book.sheets:
        columns = None if any(sheet is table.sheet for table in held) else _named(sheet)
        if columns is None:
            continue
        sheets.append(sheet)
        at, name_column, address_column = columns
        for row in sheet.rows[at + 1 :]:
            name, meant = row.cell(name_column).text.strip(), read_addresses(row.cell(address_column).text)
            if not name or not meant.sure or not meant.ranges:
                continue
            if found.setdefault(name, meant.ranges) != meant.ranges:
                twice[name] = None
    return Definitions({name: one for name, one in found.items() if name not in twice}, tuple(sheets), tuple(twice))


def _named(sheet: Sheet) -> tuple[int, int, int] | None:
    for at, row in enumerate(sheet.rows[: headings.LOOKED_AT]):
        names = [column for column, cell in row.cells.items() if _NAME_HEADING.fullmatch(_plain(cell.text))]
        told = [column for column, cell in row.cells.items() if _ADDRESS_HEADING.fullmatch(_plain(cell.text))]
        if names and told and names[0] != told[0]:
            return at, names[0], told[0]
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
