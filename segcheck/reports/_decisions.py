"""What people decided, as blocks of a result: the register and the approved exceptions, and how each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from segcheck.model.assessment import Assessment
from segcheck.model.audit import Audit
from segcheck.model.finding import ConfigEvidence, Finding
from segcheck.model.register import RegisterEntry, Waiver
from segcheck.model.source import Span
from segcheck.reports._masking import masked


def checks_json(found: Assessment) -> dict[str, Any]:
    """Return what the checks that found something say of themselves, by id."""
    names = sorted({one.check for one in found.findings})
    return {name: _check(found, name) for name in names}


def _check(found: Assessment, name: str) -> dict[str, Any]:
    check = found.checks[name]
    said = {"title": check.title, "why": check.why, "fix": check.fix, "wrong": check.wrong}
    return {
        **{key: {"ja": words[0], "en": words[1]} for key, words in said.items()},
        "unsure": {"ja": check.unsure[0][0], "en": check.unsure[0][1]} if check.unsure is not None else None,
        "severity": check.weight.value,
        "crosses": check.crosses,
        "asks": check.asks.value,
        "requirements": list(check.requirements),
    }


def register_json(found: Assessment) -> list[dict[str, Any]]:
    """Return each entry of the register with its decision, the findings about it, and whether it permits on the day."""
    quoting, naming = _quoting(found.findings), _naming(found.findings)
    return [
        _entry(one, found, (*naming.get(one.id, ()), *quoting.get(_place(one.span), ())))
        for one in found.site.policy.register
    ]


def _entry(one: RegisterEntry, found: Assessment, findings: Iterable[str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "from": one.source.id,
        "to": one.destination.id,
        "services": [service.text for service in one.services],
        "opened_by": "from" if one.opened_by_source else "to",
        "path": list(one.path),
        "gateway": one.gateway or None,
        "legs": list(one.legs),
        "purpose": masked(one.purpose),
        "status": one.status.value,
        "approver": masked(one.approver) or None,
        "decision_no": masked(one.decision_no) or None,
        "application_no": masked(one.application_no) or None,
        "section": masked(one.section) or None,
        "contractor": masked(one.contractor) or None,
        "use": one.use.value,
        "schedule": one.schedule or None,
        "approved": _day(one.approved),
        "review_due": _day(one.review_due),
        "expires": _day(one.expires),
        "log": one.log,
        "clause": one.clause or None,
        "permits": one.permits_on(found.day),
        "rules": _rules(found.passing, one.id),
        "findings": list(dict.fromkeys(findings)),
    }


def _rules(passing: Mapping[str, tuple[ConfigEvidence, ...]] | None, entry: str) -> list[dict[str, Any]] | None:
    if passing is None:
        return None
    return [
        {
            "path": one.span.path,
            "first_line": one.span.first,
            "last_line": one.span.last,
            "rule": masked(one.rule),
            "text": masked(one.text),
        }
        for one in passing.get(entry, ())
    ]


def waivers_json(found: Assessment) -> list[dict[str, Any]]:
    """Return each approved exception, and the findings that it covers on the day."""
    covered: dict[str, list[str]] = {}
    for one in found.findings:
        if one.waived:
            covered.setdefault(one.waived, []).append(one.fingerprint)
    return [_waiver(one, found.day, covered.get(one.id, [])) for one in found.site.waivers]


def _waiver(one: Waiver, day: date, findings: list[str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "check": one.check,
        "from": one.source.id,
        "to": one.destination.id,
        "services": [service.text for service in one.services],
        "reason": masked(one.reason),
        "approver": masked(one.approver),
        "decision_no": masked(one.decision_no) or None,
        "approved": one.approved.isoformat(),
        "expires": one.expires.isoformat(),
        "state": "future" if day < one.approved else "expired" if one.expires < day else "in_force",
        "findings": findings,
    }


def audit_json(audit: Audit | None) -> dict[str, Any] | None:
    """Return what an audit report holds besides the findings, None where the site says nothing of it."""
    if audit is None:
        return None
    return {
        "title": masked(audit.title) or None,
        "purpose": masked(audit.purpose) or None,
        "classification": masked(audit.classification) or None,
        "distribution": [masked(one) for one in audit.distribution],
        "dispose_on": _day(audit.dispose_on),
        "begins": _day(audit.begins),
        "ends": _day(audit.ends),
        "team": [masked(one) for one in audit.team],
        "criteria": [masked(one) for one in audit.criteria],
        "exclusions": [masked(one) for one in audit.exclusions],
        "items": [
            {
                "no": one.number,
                "area": masked(one.area),
                "item": masked(one.text),
                "mandatory": one.mandatory,
                "documents": masked(one.documents),
                "method": masked(one.method),
                "example": masked(one.example),
                "note": masked(one.note),
                "requirements": list(one.requirements),
                "organs": list(one.organs),
            }
            for one in audit.items
        ],
    }


def _naming(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return the fingerprints of findings by what they are about."""
    found: dict[str, list[str]] = {}
    for one in findings:
        found.setdefault(one.subject, []).append(one.fingerprint)
    return found


def _quoting(findings: Iterable[Finding]) -> dict[tuple[str, int], list[str]]:
    """Return the fingerprints of findings by the lines that they quote."""
    found: dict[tuple[str, int], list[str]] = {}
    for one in findings:
        for piece in one.evidence:
            if isinstance(piece, ConfigEvidence):
                found.setdefault(_place(piece.span), []).append(one.fingerprint)
    return found


def _place(span: Span) -> tuple[str, int]:
    return span.path, span.first


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
