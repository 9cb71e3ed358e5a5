"""What a change means as JSON (DESIGN §4, `segcheck/diff/1`): the same bytes for the same exports but for `run`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from segcheck.analysis.comparing import Change, Decision, Diff, Side
from segcheck.model.result import Run
from segcheck.reports._blocks import cell, diagnostic, line_counts, run_block
from segcheck.reports._masking import masked
from segcheck.reports._packets import box_json
from segcheck.reports.diff_text import circumstances
from segcheck.reports.run_json import crossing


def difference(found: Diff, run: Run, weakened: Sequence[str] = ()) -> dict[str, Any]:
    """Return the changes of all devices, and how each device ends."""
    sides = (("old", found.before), ("new", found.after))
    changes = [
        (one.device, change) for one in found.devices if one.comparison is not None for change in one.comparison.changes
    ]
    return {
        "schema": "segcheck/diff/1",
        "verdict": found.verdict.value,
        "run": run_block(run, weakened),
        "old": found.old,
        "new": found.new,
        "inputs": [row for name, side in sides for row in _inputs(name, side)],
        "devices": [
            {
                "device": one.device,
                "verdict": one.comparison.verdict.value if one.comparison else "undecided",
                "note": one.note or None,
                "open": list(one.comparison.open) if one.comparison else [],
            }
            for one in found.devices
        ],
        "newly_permitted": _kinds(changes, permitted=True),
        "newly_denied": _kinds(changes, permitted=False),
        **({"crossings": [crossing(one, "") for one in found.crossings]} if found.crossings is not None else {}),
        "diagnostics": [{"side": name, **diagnostic(one)} for name, side in sides for one in side.diagnostics],
    }


def _inputs(name: str, side: Side) -> list[dict[str, Any]]:
    return [
        {
            "side": name,
            "path": one.path,
            "sha256": one.sha256,
            "format": one.format,
            "complete": one.complete.value,
            "lines": line_counts(one),
        }
        for reading in side.readings
        for one in reading.inputs
    ]


def _kinds(changes: Sequence[tuple[str, Change]], *, permitted: bool) -> dict[str, Any]:
    return {
        name: _boxes([(device, one) for device, one in changes if one.permitted is permitted and one.sure is sure])
        for name, sure in (("sure", True), ("possible", False))
    }


def _boxes(changes: Sequence[tuple[str, Change]]) -> dict[str, Any]:
    """Return BOXES, each box with its device and list and with what decides about it in both versions."""
    return {
        "boxes": [
            {
                **box_json(box, "", change.instants),
                **circumstances(box, change),
                "device": device,
                "list": change.list,
                "old": _decision(change.old),
                "new": _decision(change.new),
            }
            for device, change in changes
            for box in change.boxes.boxes
        ],
        "total": sum(change.boxes.total for _, change in changes),
        "truncated": any(change.boxes.truncated for _, change in changes),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "rule": masked(decision.rule) or None,
        "path": decision.span.path if decision.span else None,
        "line": decision.span.first if decision.span else None,
        "last_line": decision.span.last if decision.span else None,
        **cell(decision.span),
        "text": masked(decision.text),
    }
