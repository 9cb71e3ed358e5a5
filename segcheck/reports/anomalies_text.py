"""Rules that decide nothing, for people and as JSON rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segcheck.analysis.anomalies import CAPACITY, SECONDS, Anomaly, AnomalyKind
from segcheck.model.rules import Rule
from segcheck.reports._blocks import cell
from segcheck.reports._masking import masked
from segcheck.reports.as_text import Page

Found = Mapping[str, Sequence[Anomaly]]


def section(page: Page, found: Found) -> None:
    """Add, by device context, the rules that earlier ones hide, with those rules and their lines."""
    words = page.words
    rows = [(context, one) for context, some in found.items() for one in some]
    page.heading(words("anomalies.title", count=len(rows)))
    if not rows:
        page.prose(words("anomalies.none"))
        return
    headings = [words(f"anomalies.{name}") for name in ("kind", "list", "rule", "because")]
    page.table(
        headings,
        (
            (
                words(f"anomalies.kinds.{one.kind.value}"),
                f"{context}/{one.list}" if context else one.list,
                _rule(one.rule),
                _limit(one) or ", ".join(_rule(rule) for rule in one.because),
            )
            for context, one in rows
        ),
    )


def rows(found: Found) -> list[dict[str, Any]]:
    """Return the same as JSON rows."""
    return [
        {
            "kind": one.kind.value,
            "context": context,
            "list": one.list,
            "rule": _json(one.rule),
            "because": [_json(rule) for rule in one.because],
            "limit": _limit(one) or None,
        }
        for context, some in found.items()
        for one in some
    ]


def _limit(one: Anomaly) -> str:
    return f"engine-capacity: {CAPACITY} nodes, {SECONDS:g} s" if one.kind is AnomalyKind.UNDECIDED else ""


def _rule(rule: Rule) -> str:
    return f"{rule.id} (:{rule.span.cell or rule.span.first})" if rule.span is not None else rule.id


def _json(rule: Rule) -> dict[str, Any]:
    span = rule.span
    return {
        "rule": rule.id,
        "path": span.path if span else None,
        "line": span.first if span else None,
        "text": masked(rule.text),
        **cell(span),
    }
