"""The result as a workbook for the office: to be filled in, sorted, printed on A4 and A3, and stamped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from segcheck.lang.words import load
from segcheck.reports._print_sheets import Book
from segcheck.reports.renderings import Format, _records, _sheets, _told

FORMAT = Format(
    name="xlsx",
    suffix=".xlsx",
    summary=("workbook to fill in and to print", "庁内で記入・印刷する Excel ブック"),
    binary=True,
)


def render(result: Mapping[str, Any], language: str) -> bytes:
    """Return the workbook; the same bytes for the same result."""
    words = load(language)
    began = datetime.fromisoformat(result["run"]["started"])
    footer = _told.chained(words, result) or f"segcheck {_told.plain(result['run']['version'])}"
    book = Book(
        words("sheets.marking"),
        f"{_told.plain(result['site'], 60)}  {_told.instant(result['run']['started'])}  {footer}",
        words("sheets.none"),
    )
    _sheets.summary(book, words, result)
    if result["crossings"]:
        _sheets.matrix(book, words, result)
    for add in (_sheets.findings, _sheets.requirements, _records.register, _records.exceptions, _records.assumptions):
        add(book, words, result)
    if result.get("drift"):
        _records.drift(book, words, result)
    _records.inputs(book, words, result)
    _records.bounds(book, words, result)
    return book.bytes(_told.plain(result["site"], 120), began)
