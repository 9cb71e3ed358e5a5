"""The crossing matrix of a model as text."""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.reports.as_text import Page


def matrix(
    page: Page, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]
) -> None:
    """Add a model's matrix, rows opening the session, and what its abbreviations mean."""
    page.line((title, "bold"))
    page.line()
    page.table(headings, rows)
    page.line()
    for note in notes:
        page.prose(note)
