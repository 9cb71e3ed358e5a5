"""監査・自己点検の報告書 (概要版) as a workbook: the edition without an address, a device's name or a path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from segcheck.lang.words import load
from segcheck.reports._print_sheets import Book
from segcheck.reports.renderings import Format, _audit, _audit_editions, _told

FORMAT = Format(
    name="audit-summary",
    suffix=".xlsx",
    summary=("the same without addresses, device names and paths", "監査・自己点検の報告書 (概要版)"),
    binary=True,
)


def render(result: Mapping[str, Any], language: str) -> bytes:
    """Return the workbook.

    Raises:
        BadArguments: options of the run made the judgement milder.
    """
    _audit.refuse_weakened(result)
    words = load(language)
    book = Book(*_audit.margins(words, result, words("audit.brief")), words("sheets.none"))
    _audit_editions.brief(book, words, result)
    return book.bytes(_told.plain(result["site"], 120), datetime.fromisoformat(result["run"]["started"]))
