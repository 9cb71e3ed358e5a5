"""A sheet with a row of keys, to entries with their places: of `site.xlsx`, and of a register that was written as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from segcheck.loaders.marked import Mark
from segcheck.loaders.problems import Problem, did_you_mean
from segcheck.loaders.site.sheets import SINGLE, Column, Form, SheetSpec, read_value
from segcheck.model.sheet import Cell, CellKind, Row, Sheet, Struck

#: Used rows among which the row of keys must stand.
LOOKED_AT = 10
#: Stands for a text that is there and empty.
EMPTY_TEXT = "\0"


@dataclass(slots=True)
class Entry:
    """An entry: its values by key of the column, and where they stand.

    row     place of the entry
    marks   by key: the place of the cell
    """

    row: Mark
    values: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)


def key_row(sheet: Sheet, spec: SheetSpec) -> Row | None:
    """Return the row of keys: of the first rows the one that holds most of them (the lowest of equals: headings may be keys).

    None where no row is mostly keys, with at least two of them.
    """
    best: tuple[int, Row] | None = None
    for row in sheet.rows[:LOOKED_AT]:
        texts = [cell.text.strip() for cell in row.cells.values()]
        known = sum(text in spec.keys for text in texts)
        if known >= 2 and known * 2 > len(texts) and (best is None or known >= best[0]):
            best = known, row
    return best[1] if best is not None else None


def entries(sheet: Sheet, spec: SheetSpec, problems: list[Problem]) -> Iterator[Entry]:
    """Yield the entries below the row of keys; what is wrong with the sheet itself is added to the problems."""
    head = key_row(sheet, spec)
    if head is None:
        if sheet.rows:
            problems.append(_no_keys(sheet, spec))
        return
    columns = _columns(head, spec, problems)
    for row in sheet.rows:
        if row.number <= head.number:
            continue
        entry = Entry(Mark(row.first, min(row.cells)))
        for number, cell in row.cells.items():
            column = columns.get(number)
            if column is None:
                if number not in head.cells:
                    problems.append(_outside(row, number, cell))
                continue
            mark = Mark(row.first, number)
            doubt = _doubt(cell, mark)
            if doubt is not None:
                problems.append(doubt)
            entry.values[column.key] = _value(column, cell)
            entry.marks[column.key] = mark
        yield entry


def _value(column: Column, cell: Cell) -> Any:
    if cell.text == EMPTY_TEXT:
        return ""
    return read_value(column, cell.text)


def _columns(head: Row, spec: SheetSpec, problems: list[Problem]) -> dict[int, Column]:
    by_key = {column.key: column for column in spec.columns}
    found: dict[int, Column] = {}
    for number, cell in sorted(head.cells.items()):
        key = cell.text.strip()
        if key not in by_key:
            help_en, help_ja = did_you_mean(key, [*spec.keys])
            message = f"unknown key '{key[:60]}'", f"未知のキー '{key[:60]}'"
            problems.append(Problem(head.first, number, *message, help_en, help_ja))
        elif any(one.key == key for one in found.values()):
            problems.append(Problem(head.first, number, f"duplicate key '{key}'", f"キー '{key}' が重複しています"))
        else:
            found[number] = by_key[key]
    return found


def _no_keys(sheet: Sheet, spec: SheetSpec) -> Problem:
    keys: Sequence[str] = spec.keys
    return Problem(
        sheet.rows[0].first,
        min(sheet.rows[0].cells),
        f"sheet '{sheet.name}' has no row of keys",
        f"シート '{sheet.name}' にキーの行がありません",
        f"put the keys below the headings: {', '.join(keys)}",
        f"見出しの下の行にキーを書いてください: {', '.join(keys)}",
    )


def _outside(row: Row, number: int, cell: Cell) -> Problem:
    return Problem(
        row.first,
        number,
        f"'{cell.text[:40]}' stands in a column without a key",
        f"'{cell.text[:40]}' の列にはキーがありません",
        "delete it, or move it below its key",
        "削除するか、キーのある列に移してください",
    )


def _doubt(cell: Cell, mark: Mark) -> Problem | None:
    """Return what keeps a cell from being taken as it stands."""
    if cell.struck is not Struck.NO:
        return Problem(
            mark.line,
            mark.column,
            "struck through: nobody can tell whether it holds",
            "取り消し線があり、有効かどうか分かりません",
            "delete what no longer holds, or remove the line",
            "廃止したものは削除し、有効であれば取り消し線を外してください",
        )
    if cell.kind is CellKind.ERROR:
        return Problem(
            mark.line, mark.column, f"the cell shows {cell.text[:20]}", f"セルがエラー {cell.text[:20]} です"
        )
    if cell.kind is CellKind.UNCOMPUTED:
        return Problem(
            mark.line,
            mark.column,
            "a formula that was never computed",
            "計算されていない数式です",
            "open the workbook in Excel and save it, or write the value",
            "Excel で開いて保存し直すか、値を書いてください",
        )
    return None


def whole(spec: SheetSpec, entry: Entry) -> dict[str, Any]:
    """Return the values of an entry as its YAML has them, nothing for empty cells.

    Numbered keys (`ends.0`) are joined to lists, others with a dot to mappings.
    """
    found: dict[str, Any] = {}
    for column in spec.columns:
        if column.key not in entry.values:
            continue
        value = entry.values[column.key]
        if column.form is Form.LIST and value == []:
            continue
        key, dot, at = column.key.partition(".")
        if dot and at.isdigit():
            found.setdefault(key, []).append(value)
        elif dot and spec.key != SINGLE:
            found.setdefault(key, {})[at] = value
        else:
            found[column.key] = value
    return found
