"""What a change means, for people: what is newly permitted and denied, with the lines of both versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from segcheck.analysis.comparing import Change, Decision, Diff, Verdict
from segcheck.lang.words import Words
from segcheck.model.match import State
from segcheck.reports._masking import masked
from segcheck.reports._packets import VARIES, box_text, conditions, in_force
from segcheck.reports.as_text import Page
from segcheck.reports.run_text import crossing
from segcheck.sets.listing import Box

_STYLES = {Verdict.EQUAL: "green", Verdict.DIFFERS: "red", Verdict.UNDECIDED: "yellow"}


def difference(page: Page, found: Diff, weakened: Sequence[str] = ()) -> None:
    """Add the changes of every device and a conclusion; `weakened` are options of this run that make it milder."""
    words = page.words
    page.line((words("diff.title", old=found.old, new=found.new), "bold"))
    for option in weakened:
        page.line((words("check.weakened", option=option), "yellow"))
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
    if found.crossings is not None:
        page.heading(words("run.crossings"))
        for row in found.crossings:
            crossing(page, row)
        if not found.crossings:
            page.line(f"  {words('history.nothing')}")
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
    told = circumstances(box, change)
    parts = [f"{name} {','.join(told[name][:6])}" for name in ("in", "out", "connection") if told[name]]
    if told["when"] is not None:
        parts.append("time " + ",".join("/".join(row) or "-" for row in told["when"]))
    parts += told["state"] or []
    parts += [f"{name} {','.join(values[:6])}" for name, values in told["extra"].items()]
    return f"  [{'; '.join(parts)}]" if parts else ""


def circumstances(box: Box, change: Change) -> dict[str, Any]:
    """Return what a box asks beside the header: interfaces, connection, schedules, named conditions; None = nothing."""
    told: dict[str, Any] = {"in": None, "out": None, "connection": None, "when": None, "extra": {}}
    told["state"] = conditions(box) or None
    for name, values in box.extras:
        if name == "in":
            told["in"] = [_port(port) for n, port in enumerate(change.interfaces) if n in values]
        elif name == "out":  # 0: the packet leaves by none
            told["out"] = ["-"] if 0 in values else []
            told["out"] += [_port(port) for n, port in enumerate(change.interfaces, 1) if n in values]
        elif name == "state":
            told["connection"] = [one.name.lower() for one in State if one.value in values]
        elif name == "time":
            told["when"] = in_force(values, change.instants)
        elif not name.startswith(VARIES):
            told["extra"][name] = [str(lo) if lo == hi else f"{lo}-{hi}" for lo, hi in values.ranges]
    return told


def _port(name: str) -> str:
    return name.replace("\0", "*")


def _decision(words: Words, decision: Decision) -> str:
    if decision.span is None and not decision.rule:
        return words("diff.end")
    place = decision.span.start if decision.span else ""
    return f"{decision.rule or words('diff.end')}  {place}  {masked(decision.text)}".rstrip()
