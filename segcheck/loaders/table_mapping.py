"""Mapping files of rule tables (TABLE.mapping.yaml): what each column holds, as people say it.

segcheck: 1
sheets:
  通信要件一覧:                     # the sheet; "table" for CSV
    headings: [3, 4]                # rows of the headings, as the sheet counts
    columns: {A: number, B: source, C: destination, D: service, F: ""}      # "" = kept, and not read
    blank: unknown                  # or above: an empty address or service means that of the row above
    dash: unknown                   # or any: a lone "-" means all of them
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from segcheck.loaders import marked
from segcheck.loaders.edge_errors import problems_of
from segcheck.loaders.edges import Strict, wrong
from segcheck.loaders.problems import Problem, did_you_mean, refuse
from segcheck.model.sheet import Book, SheetMapping, TableMapping, column_number
from segcheck.model.source import SourceText
from segcheck.model.table_columns import KEYS

MAX_CHARACTERS = 1 << 20


def _key(text: str) -> str:
    if text not in KEYS:
        wrong(
            f"'{text}' is nothing that a column holds",
            f"'{text}' という列の種類はありません",
            *did_you_mean(text, [*KEYS]),
        )
    return text


class SheetEntry(Strict):
    """How a sheet is read / シートの読み方."""

    headings: list[int] = Field(description="rows of the headings / 見出しの行")
    columns: dict[str, Annotated[str, AfterValidator(_key)]] = Field(description="by letter / 列ごと")
    blank: Literal["unknown", "above"] = "unknown"
    dash: Literal["unknown", "any"] = "unknown"


class MappingFile(Strict):
    """A mapping of columns / 列の対応付け."""

    segcheck: Literal[1]
    sheets: dict[str, SheetEntry]


def load(source: SourceText) -> TableMapping:
    """Return what a mapping file says.

    Raises:
        BadInput: it is wrong; every problem at once, with its place.
    """
    if len(source.text) > MAX_CHARACTERS:
        long = Problem(1, 1, f"longer than {MAX_CHARACTERS} characters", f"{MAX_CHARACTERS} 文字を超えています")
        raise refuse(source.path, [], [long])
    document = marked.load(source)
    try:
        entry = MappingFile.model_validate(document.value)
    except ValidationError as error:
        raise refuse(source.path, source.lines(), problems_of(error, document, MappingFile)) from None
    problems = []
    sheets = {}
    for name, one in entry.sheets.items():
        columns = {}
        for letters, key in one.columns.items():
            try:
                columns[column_number(letters)] = key
            except ValueError:
                mark = document.key(("sheets", name, "columns", letters))
                problems.append(
                    Problem(
                        mark.line,
                        mark.column,
                        f"'{letters}' is no column",
                        f"'{letters}' という列はありません",
                        "write the letters that Excel shows: A, B, …, AA",
                        "Excel に表示される A、B、…、AA の文字で書いてください",
                    )
                )
        sheets[name] = SheetMapping(columns, tuple(one.headings), one.blank, one.dash)
    if problems:
        raise refuse(source.path, source.lines(), problems)
    return TableMapping(source.path, source.sha256, len(source.lines()), sheets)


def attached(source: SourceText, mapping: TableMapping) -> SourceText:
    """Return the source of a table with its mapping.

    Raises:
        BadInput: the mapping names a sheet that a workbook lacks.
    """
    book = source.book or Book(())
    names = [sheet.name for sheet in book.sheets] or ["table"]
    for name in mapping.sheets:
        if name not in names:
            en, ja = did_you_mean(name, names)
            problem = Problem(
                1, 1, f"{source.path} has no sheet '{name}'", f"{source.path} に '{name}' シートはありません", en, ja
            )
            raise refuse(mapping.path, [], [problem])
    return replace(source, book=replace(book, mapping=mapping))
