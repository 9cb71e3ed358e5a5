"""A result as one page of HTML that needs nothing else: for the screen, for paper, and for the auditor's archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segcheck.reports.renderings import Format

FORMAT = Format(
    name="html",
    suffix=".html",
    summary=(
        "one page for screen and paper; needs no network",
        "画面と印刷のための 1 ファイルの報告書 (通信は不要)",
    ),
)


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the page in "ja" or "en": no request leaves it, and its policy (CSP) lets nothing run but its own script.

    Findings beyond the first 300 are counted, not shown. The same bytes for the same result and language.
    """
    from segcheck.reports.renderings._html import page

    return page.page(result, language)
