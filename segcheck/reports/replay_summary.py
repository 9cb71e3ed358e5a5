"""The judgement of captures on a screen: what was read, one line for each finding, the conclusion."""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.model.replayed import Replayed
from segcheck.reports import check_summary
from segcheck.reports.as_text import Page
from segcheck.reports.replay_text import conclusion, heading


def summary(page: Page, found: Replayed, folder: str, weakened: Sequence[str]) -> None:
    """Add a judgement in short; the arguments are those of the full report, which has the evidence."""
    heading(page, found, weakened)
    check_summary.findings(page, found.assessment, folder)
    page.line()
    conclusion(page, found)
