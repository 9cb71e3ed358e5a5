"""The judgement of captures as JSON: the shape of `check`'s result, with the captures, the frames and what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from segcheck.loaders.problems import SiteFile
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.replayed import Count, Replayed
from segcheck.model.result import Run
from segcheck.reports import check_json
from segcheck.reports._blocks import instant


def result(found: Replayed, files: Sequence[SiteFile], run: Run, weakened: Sequence[str]) -> dict[str, Any]:
    """Return a judgement; `weakened` are options of this run that make it milder."""
    return {
        **check_json.result(found.assessment, files, run, weakened),
        "captures": [_capture(one, path) for one, path in zip(found.files, found.paths, strict=True)],
        "frames": _frames(found.frames),
        "flows": {
            **_count(found.conversations),
            "inferred": found.inferred,
            "rulings": {ruling.value: _count(count) for ruling, count in found.rulings.items()},
            "outcomes": {
                one.outcome.value: {
                    "count": found.outcomes.get(one.outcome, 0),
                    "counts": one.counts,
                    "meaning": {"ja": one.said[0], "en": one.said[1]},
                }
                for one in found.join.words
                if found.outcomes.get(one.outcome, 0)
            },
            "contents": {grade.value: count for grade, count in found.grades.items()},
            "register": [
                {
                    "entry": one.entry,
                    "observed": one.observed.value,
                    "conversations": one.conversations,
                    "outcome": one.outcome.value,
                }
                for one in found.uses
            ],
            "sanitised": [
                {
                    "entry": one.entry,
                    "gateway": one.gateway,
                    "leg": one.leg,
                    "direction": "in" if one.incoming else "out",
                    "observed": one.observed.value,
                    "conversations": sum(each.conversations for each in one.sightings),
                    "contents": "not-examined",
                }
                for one in found.legs
            ],
            "rules": None
            if found.unseen is None
            else {
                "hours": found.watched // 3600,
                "decides": found.long,
                "unseen": [
                    {
                        "device": one.device,
                        "list": one.list,
                        "rule": one.rule,
                        "path": one.span.path,
                        "line": one.span.first,
                        "last_line": one.span.last,
                    }
                    for one in found.unseen
                ],
            },
            "unasked": found.unasked,
            "gaps": [{"ja": japanese, "en": english} for japanese, english in found.gaps],
        },
    }


def _capture(one: CaptureFile, path: str) -> dict[str, Any]:
    return {
        "path": path,
        "sha256": one.sha256 or None,
        "format": one.format,
        "packing": one.packing or None,
        "size": one.size,
        "tap": one.tap or None,
        "frames": _frames(one.frames),
        "first": instant(one.first) if one.first is not None else None,
        "last": instant(one.last) if one.last is not None else None,
        "links": list(one.links),
        "snap": one.snap,
        "dropped": one.dropped,
        "damage": [{"offset": at, "message": {"ja": japanese, "en": english}} for at, english, japanese in one.damage],
        "complete": one.complete,
    }


def _frames(frames: Frames) -> dict[str, int]:
    return {"read": frames.read, **asdict(frames)}


def _count(count: Count) -> dict[str, int]:
    return {"conversations": count.conversations, "packets": count.packets, "bytes": count.bytes}
