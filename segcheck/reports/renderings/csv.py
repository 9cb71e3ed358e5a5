"""The findings as a table for Excel: one row each, UTF-8 with a byte order mark, no cell that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segcheck.lang.words import Words, load
from segcheck.reports._cells import as_csv
from segcheck.reports.renderings import Format, _organs, _told
from segcheck.reports.renderings._organs import Organ
from segcheck.reports.renderings._told import Document

FORMAT = Format(name="csv", suffix=".csv", summary=("the findings as CSV for Excel", "指摘の一覧 (Excel 用 CSV)"))
_COLUMNS = (
    *(
        "number",
        "weight",
        "standing",
        "check",
        "title",
        "src_zone",
        "dst_zone",
        "subject",
        "message",
        "packets",
        "remedy",
    ),
    *("requirements", "path", "line", "rule", "waiver", "until", "history", "fingerprint", "organs"),
)


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the table; a heading row in the language, then the findings, gravest first."""
    words = load(language)
    heads = [words(f"told.columns.{name}") for name in _COLUMNS]
    concerned = _organs.concerned(result)
    rows = [
        cells(words, result, one, number, concerned.get(one["fingerprint"], ()))
        for number, one in enumerate(result["findings"], 1)
    ]
    return "\ufeff" + as_csv([heads, *rows])


def cells(words: Words, result: Document, one: Document, number: int, organs: Sequence[Organ]) -> list[str]:
    """Return a finding as the cells of its row; `organs` are those whose requirements it bears on."""
    language = words.language
    path, line = _told.place(one)
    rules = [piece["rule"] for piece in _told.pieces(one, "config") if piece["rule"]]
    boxes = one["packets"]["boxes"] if one["packets"] else []
    waiver = one["waiver"] or {}
    row = (
        number,
        words(f"weight.{one['severity']}"),
        _told.standing(words, result, one),
        one["check"],
        _told.title(result, one, language),
        one["src_zone"] or "",
        one["dst_zone"] or "",
        one["subject"],
        _told.said(one["message"], language),
        "; ".join(_told.box(box) for box in boxes[: _told.SHOWN]),
        _told.said(one["remedy"], language),
        ", ".join(one["requirements"]),
        path,
        "" if line is None else line,
        ", ".join(dict.fromkeys(rules)),
        waiver.get("id", ""),
        waiver.get("expires") or "",
        words(f"told.history.{one['history']}") if one["history"] else "",
        one["fingerprint"],
        ", ".join(organ.title for organ in organs),
    )
    return [_told.plain(cell) for cell in row]
