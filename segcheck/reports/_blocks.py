"""The blocks of JSON that several results have in common: the run, an input, a diagnostic, a sentence in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from segcheck.lang.words import load
from segcheck.model.diagnostic import Diagnostic
from segcheck.model.reading import InputReading
from segcheck.model.result import Binding, Run
from segcheck.model.source import Span
from segcheck.reports._masking import masked


def run_block(run: Run, weakened: Sequence[str] = ()) -> dict[str, Any]:
    """Return how a result came about; `weakened` are the options that make it milder than the default."""
    return {
        "version": run.version,
        "started": run.started,
        "command": run.command,
        "options": dict(run.options),
        "weakened": list(weakened),
    }


def instant(moment: int) -> str:
    """Return a time in ns since 1970 as ISO 8601 in UTC, with all its digits."""
    seconds, rest = divmod(moment, 10**9)
    return f"{(datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat()}.{rest:09d}Z"


def said(key: str, **fields: object) -> dict[str, str]:
    """Return a sentence of the catalogues in both languages."""
    return {language: load(language)(key, **fields) for language in ("ja", "en")}


def line_counts(one: InputReading) -> dict[str, int]:
    """Return how many lines of a file were used how; the sum is the number of its lines."""
    return {use.value: count for use, count in one.lines.counts().items()}


def as_of(bound: Binding, path: str) -> str | None:
    """Return the day that the topology gives for an export, or None."""
    exports = bound.device.exports
    day = next((one.as_of for one in exports if path == one.path or path.startswith(f"{one.path}/")), None)
    return day.isoformat() if day else None


def obtained(bound: Binding, path: str) -> dict[str, Any] | None:
    """Return how an export came to us as the topology says, None where nobody says (来歴不明)."""
    exports = bound.device.exports
    told = next((one.obtained for one in exports if path == one.path or path.startswith(f"{one.path}/")), None)
    if told is None:
        return None
    return {
        "by_role": told.by_role,
        "from": told.source or None,
        "method": told.method or None,
        "at": told.at.isoformat() if told.at is not None else None,
        "witnessed_by": told.witnessed_by or None,
        "running_config": told.running,
    }


def cell(span: Span | None) -> dict[str, str]:
    """Return sheet and cell of what stands in a workbook, nothing for what stands in a text."""
    return {"cell": span.cell} if span is not None and span.cell else {}


def diagnostic(one: Diagnostic) -> dict[str, Any]:
    """Return a remark on our reading."""
    return {
        "id": one.id,
        "code": one.code.value,
        "severity": one.severity.value,
        "scope": one.scope,
        "path": one.span.path if one.span else None,
        "line": one.span.first if one.span else None,
        "column": one.column or None,
        **cell(one.span),
        "message": said(f"diagnostics.{one.code.value}.message", **{name: masked(value) for name, value in one.params}),
    }
