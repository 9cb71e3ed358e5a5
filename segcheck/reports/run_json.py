"""A scheduled run as JSON: the result of `check`, with what captures show, what changed since the last run, and the chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segcheck.model.change import ChangesDrift
from segcheck.model.crossing import Standing
from segcheck.model.drift import CrossingDrift, Drift
from segcheck.reports._blocks import cell
from segcheck.reports._masking import masked
from segcheck.reports._packets import boxes_json

_NOTHING_SEEN = Standing.NOTHING_SEEN.value


def with_captures(checked: Mapping[str, Any], replayed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the result of a site's rules together with that of its captures, None where there were none.

    Captures can add findings and refute; what they do not show proves nothing, so they never make a verdict better. How the
    site stands to the requirements is in `checked` already, by both.
    """
    if replayed is None:
        return dict(checked)
    verdicts = [checked["verdict"]] + [replayed["verdict"]] * (replayed["verdict"] != _NOTHING_SEEN)
    return {
        **checked,
        "verdict": max(verdicts, key=lambda one: Standing(one).rank),
        "findings": [*checked["findings"], *replayed["findings"]],
        "diagnostics": list({one["id"]: one for one in (*checked["diagnostics"], *replayed["diagnostics"])}.values()),
        **{name: replayed[name] for name in ("captures", "frames", "flows")},
    }


def drift(found: Drift | None, domains: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what changed since an earlier run; `domains` are the routing domains of places by name."""
    if found is None:
        return None
    return {
        "since": {"run": found.since, "finished": found.finished, "verdict": found.verdict},
        "inputs": [
            {"path": one.path, "device": one.device or None, "state": one.state, "meaning": one.meaning.value}
            for one in found.inputs
        ],
        "crossings": [crossing(one, domains.get(one.src, "")) for one in found.crossings],
        "findings": {
            "new": list(found.findings.new),
            "recurring": list(found.findings.recurring),
            "mended": list(found.findings.mended),
            "untold": list(found.findings.untold),
        },
        "changes": _changes(found.changes),
    }


def _changes(found: ChangesDrift | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "approved": [
            {"kind": one.kind, "what": one.what, "ticket": masked(one.ticket), "approver": masked(one.approver)}
            for one in found.approved
        ],
        "unapproved": [{"kind": one.kind, "what": one.what, "reason": one.reason} for one in found.unapproved],
        "awaited": [
            {"ticket": masked(one.ticket), "until": one.until.isoformat(), "devices": list(one.devices)}
            for one in found.awaited
        ],
    }


def crossing(one: CrossingDrift, domain: str) -> dict[str, Any]:
    """Return how one crossing changed."""
    return {
        "src": one.src,
        "dst": one.dst,
        "src_zone": one.src_zone,
        "dst_zone": one.dst_zone,
        "was": one.was or None,
        "is": one.now or None,
        **{
            name: boxes_json(getattr(one, name), domain, one.instants)
            for name in ("opened", "closed", "possibly_opened", "possibly_closed")
        },
        "undecided": one.undecided or None,
        "lines": [
            {
                "path": line.span.path,
                "first_line": line.span.first,
                "last_line": line.span.last,
                **cell(line.span),
                "rule": masked(line.rule),
                "text": masked(line.text),
            }
            for line in one.lines
        ],
    }
