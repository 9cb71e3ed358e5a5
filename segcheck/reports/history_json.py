"""A site's history as JSON: runs, what changed between two of them, whether the chain holds, and the whole of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from segcheck.model.drift import Drift
from segcheck.model.history import Entry, Fault, RunRow
from segcheck.model.result import Run
from segcheck.reports import run_json
from segcheck.reports._blocks import run_block


def runs(rows: Iterable[RunRow], head: str, run: Run) -> dict[str, Any]:
    """Return the runs, the first one first; schema `segcheck/history/1`."""
    return {
        "schema": "segcheck/history/1",
        "run": run_block(run),
        "head": head,
        "runs": [
            {
                "run": one.run,
                "status": one.status,
                "verdict": one.verdict or None,
                "code": one.code,
                "started": one.started,
                "finished": one.finished,
                "day": one.day,
                "version": one.version,
                "changed": one.changed,
                "counts": dict(one.counts),
                "hash": one.hash,
                "pruned": one.pruned or None,
            }
            for one in rows
        ],
    }


def comparison(drift: Drift, new: int, run: Run) -> dict[str, Any]:
    """Return what changed from one run to another; schema `segcheck/history-diff/1`."""
    return {
        "schema": "segcheck/history-diff/1",
        "run": run_block(run),
        "old": drift.since,
        "new": new,
        "drift": run_json.drift(drift, {}),
    }


def verification(entries: int, head: str, anchored: int | None, faults: Sequence[Fault], run: Run) -> dict[str, Any]:
    """Return whether a history holds; schema `segcheck/history-verify/1`. `anchored` 0: no anchor was given."""
    return {
        "schema": "segcheck/history-verify/1",
        "run": run_block(run),
        "sound": not faults,
        "entries": entries,
        "head": head,
        "anchored": anchored or None,
        "faults": [{"entry": one.number or None, "message": {"ja": one.said[0], "en": one.said[1]}} for one in faults],
    }


def export(entries: Iterable[Entry], results: Iterable[Mapping[str, Any]], run: Run) -> dict[str, Any]:
    """Return every entry, from which the chain can be worked out again, and results; schema `segcheck/history-export/1`."""
    return {
        "schema": "segcheck/history-export/1",
        "run": run_block(run),
        "entries": [
            {
                "number": one.number,
                "kind": one.kind.value,
                "previous": one.previous,
                "hash": one.hash,
                "record": dict(one.record),
            }
            for one in entries
        ],
        "results": list(results),
    }
