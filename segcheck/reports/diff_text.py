"""What a change means, for people and as JSON: what is newly permitted and denied, with the lines of both versions."""

from __future__ import annotations

from typing import Any

from segcheck.analysis.comparing import Change, Decision, Diff, Verdict
from segcheck.lang.words import Words
from segcheck.model.match import State
from segcheck.model.result import Run
from segcheck.reports._masking import masked
from segcheck.reports._packets import box_text, boxes_json
from segcheck.reports.as_text import Page
from segcheck.sets.listing import Box

_STYLES = {Verdict.EQUAL: "green", Verdict.DIFFERS: "red", Verdict.UNDECIDED: "yellow"}


def difference(page: Page, found: Diff) -> None:
    """Add the changes of every device and a conclusion."""
    words = page.words
    page.line((words("diff.title", old=found.old, new=found.new), "bold"))
    for device in found.devices:
        if device.comparison is None:
            page.line(f"  {device.device}: {words(f'diff.{device.note}')}")
            continue
        comparison = device.comparison
        page.heading(f"{device.device}: {words(f'diff.{comparison.verdict.value}')}")
        for change in comparison.changes:
            _change(page, words, change)
        for name in comparison.open:
            page.prose(words("diff.open", what=words(f"diff.what.{name.replace(' ', '-')}")))
    page.line()
    page.line((words(f"diff.{found.verdict.value}"), f"bold {_STYLES[found.verdict]}"))


def _change(page: Page, words: Words, change: Change) -> None:
    kind = "permitted" if change.permitted else "denied"
    mark = "+" if change.permitted else "-"
    style = "red" if change.permitted else "cyan"
    label = words(f"diff.{kind}") if change.sure else words(f"diff.perhaps_{kind}")
    page.line((f"  {mark} {label}", style), f"  {change.list}")
    rows = [("", f"{box_text(box)}{_extras(box, change)}") for box in change.boxes.boxes]
    if change.boxes.total > len(rows):
        rows.append(("", words("check.more", count=change.boxes.total - len(rows))))
    rows += [(words("diff.before"), _decision(words, change.old)), (words("diff.after"), _decision(words, change.new))]
    page.table(("", ""), [(f"      {name}", text) for name, text in rows])


def _extras(box: Box, change: Change) -> str:
    parts = []
    for name, values in box.extras:
        numbers = [n for lo, hi in values.ranges for n in range(lo, min(hi, lo + 63) + 1)]
        if name in ("in", "out"):
            offset = 1 if name == "out" else 0
            ports = [change.interfaces[n - offset] for n in numbers if 0 <= n - offset < len(change.interfaces)]
            parts.append(f"{name} {','.join(port.replace(chr(0), '*') for port in ports[:6])}")
        elif name == "state":
            parts.append("state " + ",".join(State(n).name.lower() for n in numbers if n < len(State)))
        elif name == "time":
            parts.append(
                "time " + ",".join("/".join(change.instants[n]) or "-" for n in numbers if n < len(change.instants))
            )
        else:
            parts.append(name.removeprefix("varies:"))
    return f"  [{'; '.join(parts)}]" if parts else ""


def _decision(words: Words, decision: Decision) -> str:
    if decision.span is None and not decision.rule:
        return words("diff.end")
    place = f"{decision.span.path}:{decision.span.first}" if decision.span else ""
    return f"{decision.rule or words('diff.end')}  {place}  {masked(decision.text)}".rstrip()


def diff_json(found: Diff, run: Run) -> dict[str, Any]:
    """Return the changes; schema `segcheck/diff/1` (DESIGN §4)."""
    return {
        "schema": "segcheck/diff/1",
        "verdict": found.verdict.value,
        "run": {
            "version": run.version,
            "started": run.started,
            "command": run.command,
            "options": dict(run.options),
            "weakened": [],
        },
        "old": found.old,
        "new": found.new,
        "devices": [
            {
                "device": one.device,
                "verdict": one.comparison.verdict.value if one.comparison else "undecided",
                "note": one.note,
                "open": list(one.comparison.open) if one.comparison else [],
                "newly_permitted": _sides(one.comparison.changes if one.comparison else (), permitted=True),
                "newly_denied": _sides(one.comparison.changes if one.comparison else (), permitted=False),
            }
            for one in found.devices
        ],
    }


def _sides(changes: tuple[Change, ...], *, permitted: bool) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [_told(one) for one in changes if one.permitted is permitted and one.sure is sure]
        for name, sure in (("sure", True), ("possible", False))
    }


def _told(change: Change) -> dict[str, Any]:
    return {
        "list": change.list,
        "packets": boxes_json(change.boxes, "", change.instants),
        "old": _decision_json(change.old),
        "new": _decision_json(change.new),
    }


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "rule": masked(decision.rule),
        "path": decision.span.path if decision.span else None,
        "line": decision.span.first if decision.span else None,
        "last_line": decision.span.last if decision.span else None,
        "text": masked(decision.text),
    }
