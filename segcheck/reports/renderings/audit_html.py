"""監査・自己点検の報告書 (詳細版) as pages to print: the report of an audit or a self-check with all its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segcheck.lang.words import load
from segcheck.reports.renderings import Format, _audit, _audit_editions, _told

FORMAT = Format(
    name="audit-html",
    suffix=".html",
    summary=("report of an audit or a self-check, as pages to print", "監査・自己点検の報告書 (詳細版)。印刷用の HTML"),
)


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the pages: the sections of the workbook, in one file that loads and runs nothing.

    Raises:
        BadArguments: options of the run made the judgement milder.
    """
    from segcheck.reports.renderings._html import paper

    _audit.refuse_weakened(result)
    words = load(language)
    pages = paper.Pages(*_audit.margins(words, result, words("audit.detailed")), words("sheets.none"))
    _audit_editions.detailed(pages, words, result)
    return pages.text(words, _told.plain(result["site"], 120))
