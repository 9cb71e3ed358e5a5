"""監査・自己点検の報告書 (詳細版): the report of an audit or a self-check with all its evidence, as a workbook.

Twelve sections, as municipal audits have them, then the working paper and the self-check by the body's own items (`audit.yaml`)
and how to do it again. What auditors and departments say is left blank. A weakened run is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from segcheck.lang.words import load
from segcheck.reports.renderings import Format, _audit, _audit_items, _records, _sheets, _told

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
    edition = words("audit.detailed")
    book = _audit.book_of(words, result, edition)
    _audit.cover(book, words, result, words("audit.title"), edition)
    _audit.overview(book, words, result)
    _audit.facts(book, words, result)
    _sheets.requirements(book, words, result, "8 ")
    _records.exceptions(book, words, result, "9 ")
    _audit.missing(book, words, result)
    _audit.earlier(book, words, result)
    if result["crossings"]:
        _sheets.matrix(book, words, result, "12-1 ")
    _records.register(book, words, result, "12-2 ")
    _records.assumptions(book, words, result, "12-3 ")
    _records.inputs(book, words, result, "12-4 ")
    _records.bounds(book, words, result, "12-5 ")
    _audit_items.paper(book, words, result)
    _audit_items.self_check(book, words, result)
    _audit.again(book, words, result)
    return book.bytes(_told.plain(result["site"], 120), datetime.fromisoformat(result["run"]["started"]))
