"""The judgement of a site as JSON (DESIGN §4, `segcheck/result/1`): the same bytes for the same inputs but for `run`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from segcheck.loaders.problems import SiteFile
from segcheck.model.assessment import Assessment
from segcheck.model.check import Check
from segcheck.model.crossing import Crossing, Place, PlaceKind
from segcheck.model.diagnostic import LineUse, Severity
from segcheck.model.finding import (
    AttributeEvidence,
    ConfigEvidence,
    Evidence,
    Finding,
    FramesEvidence,
    WitnessEvidence,
)
from segcheck.model.organ import Organ
from segcheck.model.register import renewals
from segcheck.model.requirement import Met
from segcheck.model.result import Run
from segcheck.model.schedule import clock
from segcheck.reports._blocks import as_of, cell, diagnostic, instant, line_counts, obtained, run_block, said
from segcheck.reports._decisions import audit_json, checks_json, register_json, waivers_json
from segcheck.reports._masking import masked
from segcheck.reports._network_block import network
from segcheck.reports._packets import boxes_json
from segcheck.reports.check_text import unregistered
from segcheck.reports.trace_json import confirm_json, way
from segcheck.sets import addresses
from segcheck.sets.header import SIZES, Packet


def result(found: Assessment, files: Sequence[SiteFile], run: Run, weakened: Sequence[str]) -> dict[str, Any]:
    """Return a judgement; `weakened` are options of this run that make it milder."""
    return {
        "schema": "segcheck/result/1",
        "verdict": found.standing.value,
        "headline": {"crossings": found.crossing.value, "amiss": len(found.amiss)},
        "run": run_block(run, (*found.weakened, *weakened)),
        "site": found.site.name,
        "day": found.day.isoformat(),
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "inputs": _inputs(found, files),
        "devices": {"judged": found.devices[0], "own": found.devices[1]},
        "layer2": {"read": found.layer2[0], "declared": found.layer2[1]},
        "outside": list(found.outside),
        "network": network(found.site, {one.device.id for one in found.bindings if one.config is None}),
        "exits": [
            {
                "device": one.device,
                "interface": one.interface,
                "leads": one.leads.value,
                "families": list(one.families),
                "learned": one.learned,
                "tunnel": one.tunnel,
                "links": [link.id for link in one.links],
            }
            for one in found.exits
        ],
        "assumptions": [
            {
                "id": one.id,
                "text": {"ja": one.text[0], "en": one.text[1]},
                "owner": one.owner or None,
                "reason": one.reason or None,
                "document": one.document or None,
                "review_due": one.review_due.isoformat() if one.review_due else None,
                "expired": one.expired,
                "leaning": one.leaning,
            }
            for one in found.assumptions
        ],
        "crossings": [_crossing(one, found) for one in found.crossings],
        "findings": [_finding(one, found, found.checks[one.check]) for one in found.findings],
        "unregistered": unregistered(found),
        "organs": _organs(found.site.policy.organs),
        "requirements": [_requirement(one) for one in found.requirements],
        "renewals": [
            {
                "within_days": one.within,
                "section": masked(one.section) or None,
                "entries": [{"id": e.id, "expires": e.expires.isoformat() if e.expires else None} for e in one.entries],
            }
            for one in renewals(found.site.policy.register, found.day)
        ],
        "checks": checks_json(found),
        "register": register_json(found),
        "waivers": waivers_json(found),
        "audit": audit_json(found.site.audit),
        "diagnostics": [*(diagnostic(one) for one in found.diagnostics), *_unknown(found)],
    }


def _organs(organs: Sequence[Organ]) -> list[dict[str, Any]] | None:
    rows = [{"id": one.id, "name": masked(one.name), "responsible": masked(one.responsible) or None} for one in organs]
    return rows or None


def _requirement(one: Met) -> dict[str, Any]:
    demanded = one.requirement
    return {
        "id": demanded.id,
        "organ": one.organ or None,
        "text": {"ja": demanded.text[0], "en": demanded.text[1]},
        "severity": demanded.weight.value,
        "certainty": demanded.certainty.value,
        "clause": ", ".join(one.clauses) or None,
        "policy": {"title": one.policy, "example": one.example} if one.clauses else None,
        "outcome": one.outcome.value,
        "sources": [basis.value for basis in one.sources],
        "because": [{"ja": japanese, "en": english} for japanese, english in one.because],
        "findings": list(one.findings),
        "in_scope": one.in_scope,
    }


def _inputs(found: Assessment, files: Sequence[SiteFile]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "path": one.source.path,
            "sha256": one.source.sha256,
            "kind": "site",
            "format": "xlsx" if one.source.book is not None else "yaml",
            "device": None,
            "complete": "yes",
            "as_of": None,
            "lines": _site_lines(one),
        }
        for one in files
        if one.source.sha256
    ]
    rows += [
        {
            "path": one.path,
            "sha256": one.sha256,
            "kind": "export",
            "format": one.format,
            "device": bound.device.id,
            "complete": one.complete.value,
            "as_of": as_of(bound, one.path),
            "obtained": obtained(bound, one.path),
            "lines": line_counts(one),
        }
        for bound in found.bindings
        for one in bound.inputs
    ]
    return rows


def _site_lines(one: SiteFile) -> dict[str, int]:
    """Return how the lines of a site file were used: the schema is strict, so all but blank lines and comments counts."""
    lines = [line.strip() for line in one.source.lines()]
    passed_over = sum(not line or line.startswith("#") for line in lines)
    counts = dict.fromkeys((use.value for use in LineUse), 0)
    return {**counts, LineUse.UNDERSTOOD.value: len(lines) - passed_over, LineUse.IRRELEVANT.value: passed_over}


def _unknown(found: Assessment) -> list[dict[str, Any]]:
    """Return what `because` names beside diagnostics: devices without export and the like, each as a row of the same form."""
    known = {one.id for one in found.diagnostics}
    named = {name for one in found.crossings for name in one.because}
    named |= {name for one in found.findings for name in one.because}
    rows = []
    for name in sorted(named - known):
        kind, _, subject = name.partition(":")
        rows.append(
            {
                "id": name,
                "code": kind,
                "severity": Severity.WARNING.value,
                "scope": subject,
                "path": None,
                "line": None,
                "column": None,
                "message": said(f"doubts.{kind}.message", subject=subject),
            }
        )
    return rows


def _crossing(one: Crossing, found: Assessment) -> dict[str, Any]:
    def boxes(which: str) -> dict[str, object]:
        return boxes_json(getattr(one, which), one.src.domain, found.instants)

    return {
        "src": place_name(one.src),
        "dst": place_name(one.dst),
        "src_zone": one.src.zone,
        "dst_zone": one.dst.zone,
        "verdict": one.standing.value,
        "support": one.support,
        "opened_by": None if one.opened_by is None else list(one.opened_by),
        "because": list(one.because),
        "assumptions": list(one.assumptions),
        "must": boxes("must"),
        "may": boxes("may"),
        "forbidden_must": boxes("forbidden_must"),
        "forbidden_may": boxes("forbidden_may"),
    }


def place_name(place: Place) -> str:
    """Return the name of a place in results: its id, with `device:` before a device's."""
    return f"device:{place.id}" if place.kind is PlaceKind.DEVICE else place.id


def _finding(one: Finding, found: Assessment, check: Check) -> dict[str, Any]:
    params = {name: masked(value) for name, value in one.params}
    words = check.worded(one.standing)
    return {
        "check": one.check,
        "severity": one.weight.value,
        "verdict": one.standing.value,
        "source": [basis.value for basis in one.basis],
        "src_zone": one.src_zone or None,
        "dst_zone": one.dst_zone or None,
        "pairs": [[src or None, dst or None] for src, dst in one.pairs],
        "subject": masked(one.subject),
        "message": {"ja": words[0].format(**params), "en": words[1].format(**params)},
        "remedy": {"ja": masked(one.remedy[0]), "en": masked(one.remedy[1])},
        "requirements": list(one.requirements),
        "fingerprint": one.fingerprint,
        "history": None,
        "waiver": {"id": one.waived, "expires": one.waived_until.isoformat() if one.waived_until else None}
        if one.waived
        else None,
        "because": list(one.because),
        "assumptions": list(one.assumptions),
        "packets": boxes_json(one.packets, _domain(one, found), found.instants) if one.packets is not None else None,
        "evidence": [_evidence(piece) for piece in one.evidence],
        "params": params,
    }


def _domain(one: Finding, found: Assessment) -> str:
    """Return the routing domain that the packets of a finding are sent in, "" where that is none or several."""
    segments = found.site.segments
    sent = {piece.place for piece in one.evidence if isinstance(piece, WitnessEvidence)}
    domains = {segments[place].domain for place in sent if place in segments}
    domains = domains or {segment.domain for segment in segments.values() if segment.zone == one.src_zone}
    return domains.pop() if len(domains) == 1 else ""


def _evidence(piece: Evidence) -> dict[str, Any]:
    match piece:
        case ConfigEvidence(span, text, rule):
            return {
                "kind": "config",
                "path": span.path,
                "first_line": span.first,
                "last_line": span.last,
                **cell(span),
                "rule": masked(rule),
                "text": masked(text),
            }
        case WitnessEvidence(packet, place, minute, journeys, confirm):
            return {
                "kind": "witness",
                "packet": _packet(packet),
                "place": place,
                "time": clock(minute) if minute is not None else None,
                "paths": [way(journey) for journey in journeys],
                "confirm": confirm_json(confirm),
            }
        case AttributeEvidence(name, value, document):
            return {"kind": "attribute", "id": name, "value": masked(value), "document": document}
        case FramesEvidence():
            return {
                "kind": "frames",
                "path": piece.path,
                "frames": list(piece.frames),
                "first_time": instant(piece.first),
                "last_time": instant(piece.last),
                "tap": piece.tap or None,
                "text": piece.text,
                "filter": piece.filter,
                "conversations": piece.conversations,
                "packets": piece.packets,
                "bytes": piece.bytes,
            }


def _packet(packet: Packet) -> dict[str, Any]:
    values = ((name, packet.get(name)) for name in SIZES)
    return {
        name: addresses.text(value) if name in ("src", "dst") else value for name, value in values if value is not None
    }
