"""監査・自己点検の報告書 (詳細版) as a workbook: the report of an audit or a self-check with all its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from segcheck.lang.words import load
from segcheck.reports._print_sheets import Book
from segcheck.reports.renderings import Format, _audit, _audit_editions, _told

FORMAT = Format(
    name="audit",
    suffix=".xlsx",
    summary=("report of an audit or a self-check, with all evidence", "監査・自己点検の報告書 (詳細版)"),
    binary=True,
)


def render(result: Mapping[str, Any], language: str) -> bytes:
    """Return the workbook.

    Raises:
        BadArguments: options of the run made the judgement milder.
    """
    _audit.refuse_weakened(result)
    words = load(language)
    book = Book(*_audit.margins(words, result, words("audit.detailed")), words("sheets.none"))
    _audit_editions.detailed(book, words, result)
    return book.bytes(_told.plain(result["site"], 120), datetime.fromisoformat(result["run"]["started"]))
