"""A scheduled run for people: one line where nothing changed, else what did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segcheck.model.crossing import Standing
from segcheck.model.drift import CrossingDrift, Drift
from segcheck.model.finding import Weight
from segcheck.reports._days import SHORT, japan
from segcheck.reports._masking import masked
from segcheck.reports._packets import box_text, conditions, in_force
from segcheck.reports.as_text import Page
from segcheck.reports.check_text import STYLES, WEIGHTS
from segcheck.sets.listing import Box

#: Boxes of one change, crossings and findings that are told; JSON has more.
SHOWN, MOST = 4, 20


def result(page: Page, document: Mapping[str, Any], drift: Drift | None, *, changed: bool) -> None:
    """Add a run; `document` is its result with its place in the chain."""
    words = page.words
    counted = [one for one in document["findings"] if not one["waiver"]]
    told = {
        "name": masked(document["site"]),
        "day": document["day"],
        "verdict": words(f"standing.{document['verdict']}"),
        "findings": len(counted),
        "run": document["chain"]["run"],
        "hash": document["chain"]["hash"][:SHORT],
    }
    if drift is None:
        page.line(words("run.first", **told))
        return
    if not changed:
        page.line(words("run.quiet", since=drift.since, **told))
        return
    page.line((words("run.title", **told), "bold"))
    page.line(words("run.since", since=drift.since, finished=japan(drift.finished)))
    changes(page, drift, document["findings"])
    page.line()
    page.line(
        (
            words(
                "run.conclusion",
                **told,
                new=len(drift.findings.new),
                recurring=len(drift.findings.recurring),
                mended=len(drift.findings.mended),
            ),
            f"bold {STYLES[Standing(document['verdict'])]}",
        )
    )


def changes(page: Page, drift: Drift, findings: Sequence[Mapping[str, Any]]) -> None:
    """Add what changed; `findings` are those of the later run."""
    words = page.words
    files = [one for one in drift.inputs if one.state != "same"]
    if files:
        page.heading(words("run.inputs"))
        page.table(
            ("", "", ""),
            [
                [
                    f"  {one.path}",
                    one.device or "-",
                    words(f"run.state.{one.state}")
                    + (f", {words(f'run.meaning.{one.meaning.value}')}" if one.state == "changed" else ""),
                ]
                for one in files
            ],
        )
    if drift.crossings:
        page.heading(words("run.crossings"))
        for row in drift.crossings[:MOST]:
            crossing(page, row)
        if len(drift.crossings) > MOST:
            page.line(f"  {words('run.more', count=len(drift.crossings) - MOST)}")
    known = {one["fingerprint"]: one for one in findings}
    groups = (
        ("new", [known[mark] for mark in drift.findings.new if mark in known]),
        ("recurring", [known[mark] for mark in drift.findings.recurring if mark in known]),
        ("mended", list(drift.findings.mended)),
        ("untold", list(drift.findings.untold)),
    )
    if any(members for _, members in groups):
        page.heading(words("run.findings"))
        for name, members in groups:
            for one in members[:MOST]:
                weight = Weight(str(one["severity"]))
                message = one["message"]
                assert isinstance(message, Mapping)
                page.line(
                    f"  {words(f'run.{name}')}: ",
                    (words(f"weight.{weight.value}"), WEIGHTS[weight]),
                    f"  {message[words.language]}  [{one['check']} {one['fingerprint']}]",
                )
            if len(members) > MOST:
                page.line(f"  {words(f'run.{name}')}: {words('run.more', count=len(members) - MOST)}")


def crossing(page: Page, one: CrossingDrift) -> None:
    """Add how one crossing changed."""
    words = page.words
    page.line(f"  {one.src} -> {one.dst}", *([f"  {_verdicts(page, one)}"] if one.was != one.now else []))
    for name, style, surely in (
        ("opened", "red", None),
        ("closed", "green", None),
        ("possibly_opened", "yellow", one.opened),
        ("possibly_closed", "", one.closed),
    ):
        boxes = getattr(one, name)
        sure = {f"{box_text(box)}{_when(box, one)}" for box in surely.boxes} if surely is not None else set()
        texts = [f"{box_text(box)}{_when(box, one)}" for box in boxes.boxes]
        told = [text for text in texts if text not in sure]  # what surely crosses now also may: once is enough
        for text in told[:SHOWN]:
            page.line("    ", (words(f"run.{name}"), style), f": {text}")
        more = boxes.total - (len(texts) - len(told)) - len(told[:SHOWN])
        if more:
            page.line(f"    {words(f'run.{name}')}: {words('run.more', count=more)}")
    if one.undecided:
        page.line("    ", (words(f"run.undecided.{one.undecided}"), "yellow"))
    for line in one.lines[:MOST]:
        page.line(f"      {line.span.start}  {masked(line.text)}")


def _when(box: Box, one: CrossingDrift) -> str:
    """Return when, and under which conditions, the packets pass; schedules are those of the later site."""
    told = conditions(box)
    times = dict(box.extras).get("time")
    if times is not None:
        told.insert(0, "time " + ",".join("/".join(row) or "-" for row in in_force(times, one.instants)))
    return f"  [{'; '.join(masked(name) for name in told)}]" if told else ""


def _verdicts(page: Page, one: CrossingDrift) -> str:
    words = page.words
    was, now = (words(f"standing.{each}") if each else words("run.absent") for each in (one.was, one.now))
    return words("run.verdict_changed", was=was, now=now)
