"""A site's history for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from segcheck.model.crossing import Standing
from segcheck.model.history import Fault, RunRow, Status
from segcheck.reports._days import SHORT, japan
from segcheck.reports.as_text import Page, Part
from segcheck.reports.check_text import STYLES

if TYPE_CHECKING:
    from segcheck.model.drift import Drift

_WEIGHTS = ("critical", "high", "medium", "low")


def runs(page: Page, rows: Sequence[RunRow], path: str) -> None:
    """Add a line for each run, the last one last."""
    words = page.words
    page.line((words("history.title", path=path), "bold"))
    if not rows:
        page.line(words("history.none"))
        return
    page.line()
    columns = ("run", "finished", "verdict", "findings", "changes", "chain")
    page.table(
        [words(f"history.columns.{name}") for name in columns],
        [_row(page, one) for one in rows],
        right=frozenset((0,)),
    )


def _row(page: Page, one: RunRow) -> list[Part]:
    words = page.words
    failed = one.status == Status.ERROR.value
    verdict: Part = (words("history.error", code=one.code), "red")
    if not failed:
        verdict = (words(f"standing.{one.verdict}"), STYLES[Standing(one.verdict)])
    found = sum(one.counts.get(name, 0) for name in _WEIGHTS)
    new = one.counts.get("new", 0) + one.counts.get("recurring", 0)
    return [
        str(one.run),
        japan(one.finished),
        verdict,
        "-" if failed else words("history.counts", found=found, new=new, mended=one.counts.get("mended", 0)),
        words("history.pruned" if one.pruned else "history.changed" if one.changed else "history.quiet"),
        one.hash[:SHORT],
    ]


def comparison(page: Page, drift: Drift, new: int, result: dict[str, Any]) -> None:
    """Add what changed from one run to another."""
    from segcheck.reports.run_text import changes  # brings what lists have no need of

    words = page.words
    page.line((words("history.diff", old=drift.since, new=new), "bold"))
    if drift.empty and not any(one.state != "same" for one in drift.inputs):
        page.line(words("history.nothing"))
        return
    changes(page, drift, result["findings"])
    if drift.crossings:
        page.line()
        page.line(words("history.no_lines"))


def verification(page: Page, entries: int, head: str, anchored: int | None, faults: Sequence[Fault]) -> None:
    """Add whether a history holds."""
    words = page.words
    for one in faults:
        page.line(
            (f"{words('history.fault', number=one.number or '-')}: ", "red"),
            one.said[0 if words.language == "ja" else 1],
        )
    if faults:
        page.line((words("history.faulty", entries=entries, count=len(faults)), "bold red"))
        return
    page.line((words("history.sound", entries=entries, head=head), "bold green"))
    page.line(words("history.anchored", number=anchored) if anchored else words("history.unanchored"))
