"""The findings for code scanning and editors: SARIF 2.1.0 (OASIS, 2020).

Locations are the rule lines in the exports, the path of the packet is a code flow. A finding that is undecided has the kind
`open` (§3.27.9: not enough information), one that an exception covers is suppressed (§3.35).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from segcheck.lang.words import Words, load
from segcheck.reports.renderings import Format, _organs, _told
from segcheck.reports.renderings._organs import Organ
from segcheck.reports.renderings._told import Document

FORMAT = Format(
    name="sarif",
    suffix=".sarif",
    summary=("for code scanning and editors (SARIF 2.1.0)", "コードスキャン・エディター用 (SARIF 2.1.0)"),
)
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
#: What code scanning ranks by: the same four classes, in the middle of its bands.
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_BASELINES = {"new": "new", "ongoing": "unchanged", "recurring": "new", "mended": "absent"}
_NOTED = {"error": "error", "warning": "warning", "note": "note"}


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the log as JSON, ASCII only."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(load(language), result)]}
    return json.dumps(log, ensure_ascii=True, indent=1) + "\n"


def uri(result: Document, path: str) -> str | None:
    """Return where a file of the site lies, relative to where segcheck was called; None for a path that leads elsewhere.

    Where the site was named by a whole path, or by one that leads upwards, it is relative to the site.
    """
    if not _inside(path):
        return None
    site = result["run"]["options"].get("site", "").rstrip("/")
    whole = f"{site}/{path}" if site not in ("", ".") and _inside(site) else path
    return quote(str(PurePosixPath(_told.plain(whole))), safe="/")


def _inside(path: str) -> bool:
    windows = PureWindowsPath(path)
    rooted = path.startswith("/") or windows.drive or windows.root
    return bool(path.strip()) and not rooted and ".." not in windows.parts


def _run(words: Words, result: Document) -> dict[str, Any]:
    names = sorted({one["check"] for one in result["findings"]})
    concerned = _organs.concerned(result)
    organs = [one for one in _organs.organs(result) if one.id]
    return {
        "tool": {
            "driver": {
                "name": "segcheck",
                "version": _told.plain(result["run"]["version"]),
                "rules": [_rule(words, result, name) for name in names],
            }
        },
        "language": "ja" if words.language == "ja" else "en-US",
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "startTimeUtc": result["run"]["started"].replace("+00:00", "Z"),
                "toolExecutionNotifications": list(_notes(words, result)),
            }
        ],
        "artifacts": list(_artifacts(result)),
        "results": [
            _result(words, result, one, names.index(one["check"]), concerned.get(one["fingerprint"], ()))
            for one in result["findings"]
        ],
        "properties": {
            "verdict": result["verdict"],
            "site": _told.plain(result["site"]),
            "day": result["day"],
            **(
                {"organs": {one.id: {"name": one.name, "requirements": one.outcomes} for one in organs}}
                if organs
                else {}
            ),
        },
    }


def _rule(words: Words, result: Document, name: str) -> dict[str, Any]:
    check = result.get("checks", {}).get(name)
    worst = min((_told.WEIGHTS.index(one["severity"]) for one in result["findings"] if one["check"] == name), default=3)
    weight = check["severity"] if check else _told.WEIGHTS[worst]
    rule: dict[str, Any] = {
        "id": _told.plain(name),
        "defaultConfiguration": {"level": _LEVELS[weight]},
        "properties": {"security-severity": _SCORES[weight], "tags": ["security", "network-segmentation"]},
    }
    if check:
        parts = [(words(f"told.{key}"), _told.said(check[key], words.language)) for key in ("why", "fix", "wrong")]
        rule["shortDescription"] = {"text": _told.said(check["title"], words.language)}
        rule["fullDescription"] = {"text": _told.said(check["why"], words.language)}
        rule["help"] = {"text": "\n".join(f"{head}: {text}" for head, text in parts)}
        rule["properties"]["tags"] += [_told.plain(one) for one in check["requirements"]]
    return rule


def _result(words: Words, result: Document, one: Document, number: int, organs: Sequence[Organ]) -> dict[str, Any]:
    language = words.language
    undecided = one["verdict"] == "undecided"
    remedy = _told.said(one["remedy"], language)
    text = _told.said(one["message"], language) + (f"\n{words('check.remedy')}: {remedy}" if remedy else "")
    places = list(_places(result, one))
    found: dict[str, Any] = {
        "ruleId": _told.plain(one["check"]),
        "ruleIndex": number,
        "kind": "open" if undecided else "fail",
        "level": "none" if undecided else _LEVELS[one["severity"]],
        "message": {"text": text},
        "locations": places[:1],
        "relatedLocations": [{"id": at, **place} for at, place in enumerate(places[1:], 1)],
        "partialFingerprints": {"segcheck/v1": one["fingerprint"]},
        "properties": {
            "severity": one["severity"],
            "verdict": one["verdict"],
            "zones": _told.zones(one),
            "subject": _told.plain(one["subject"]),
            "requirements": [_told.plain(name) for name in one["requirements"]],
            **({"organs": [organ.id for organ in organs]} if organs else {}),
        },
    }
    flows = [flow for piece in _told.pieces(one, "witness") for flow in _flows(result, piece)]
    if flows:
        found["codeFlows"] = flows
    if one["history"]:
        found["baselineState"] = _BASELINES[one["history"]]
    if one["waiver"]:
        found["suppressions"] = [_suppression(result, one["waiver"])]
    return found


def _suppression(result: Document, waiver: Document) -> dict[str, Any]:
    decided = next((one for one in result.get("waivers", ()) if one["id"] == waiver["id"]), None)
    parts = [waiver["id"], *((decided["reason"], decided["approver"]) if decided else ()), waiver["expires"] or ""]
    return {
        "kind": "external",
        "status": "accepted",
        "justification": ", ".join(_told.plain(one) for one in parts if one),
    }


def _places(result: Document, one: Document) -> Iterator[dict[str, Any]]:
    for piece in one["evidence"]:
        if piece["kind"] == "config":
            region = (piece["first_line"], piece["last_line"])
            yield from _location(result, piece["path"], region, f"{piece['rule']} {piece['text']}")
        elif piece["kind"] == "frames":
            yield from _location(result, piece["path"], None, piece["text"])


def _location(result: Document, path: str, region: tuple[int, int] | None, text: str) -> Iterator[dict[str, Any]]:
    where = uri(result, path)
    if where is None:
        return
    physical: dict[str, Any] = {"artifactLocation": {"uri": where, "uriBaseId": "SRCROOT"}}
    if region is not None:
        physical["region"] = {"startLine": region[0], "endLine": max(region)}
    yield {"physicalLocation": physical, "message": {"text": _told.plain(text) or "-"}}


def _flows(result: Document, piece: Document) -> Iterator[dict[str, Any]]:
    for way in piece["paths"]:
        steps = [step for hop in way["hops"] for step in _steps(result, hop)]
        if steps:
            yield {
                "message": {"text": f"{_told.packet(piece['packet'])}: {_told.way(way)}"},
                "threadFlows": [{"locations": steps}],
            }


def _steps(result: Document, hop: Document) -> Iterator[dict[str, Any]]:
    """Yield the stages of a device that stand in a file; the device by its name alone where none does."""
    logical = [{"name": _told.plain(hop["device"]), "kind": "module"}]
    found = False
    for stage in hop["stages"]:
        if stage["path"] is None or stage["line"] is None:
            continue
        text = f"{hop['device']} {stage['stage']} {stage['rule']}: {stage['action']}"
        region = (stage["line"], stage["last_line"] or stage["line"])
        for location in _location(result, stage["path"], region, text):
            found = True
            yield {"location": {**location, "logicalLocations": logical}}
    if not found:
        yield {"location": {"logicalLocations": logical, "message": {"text": _told.plain(hop["device"]) or "-"}}}


def _notes(words: Words, result: Document) -> Iterator[dict[str, Any]]:
    """Yield what bears on the judgement beside findings: options that weaken it, and what could not be read."""
    for line in _told.weakened(words, result):
        yield {"level": "warning", "message": {"text": line}}
    for one in result["diagnostics"]:
        note: dict[str, Any] = {
            "level": _NOTED[one["severity"]],
            "message": {"text": _told.said(one["message"], words.language) or "-"},
            "descriptor": {"id": _told.plain(one["code"])},
        }
        if one["path"]:
            region = (one["line"], one["line"]) if one["line"] else None
            note["locations"] = list(_location(result, one["path"], region, one["code"]))
        yield note


def _artifacts(result: Document) -> Iterator[dict[str, Any]]:
    for one in (*result["inputs"], *result.get("captures", ())):
        where = uri(result, one["path"])
        if where is not None:
            hashes = {"hashes": {"sha-256": one["sha256"]}} if one["sha256"] else {}
            yield {"location": {"uri": where, "uriBaseId": "SRCROOT"}, "roles": ["analysisTarget"], **hashes}
