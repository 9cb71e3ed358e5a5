"""Result documents for tests of what is made of them: of bundled cities, of captures, and changed by hand.

Each is judged once; what is handed out is a copy that a test may change.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from segcheck.app import assessing, replaying
from segcheck.model.result import Run
from segcheck.reports import check_json, replay_json

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 11, 24)
_RUN = {"version": "1.2.3", "started": "2026-11-23T21:00:00+00:00"}

Document = dict[str, Any]


@cache
def _judged(site: str) -> str:
    folder = ROOT / "topologies" / site
    found = assessing.assess(str(folder), day=DAY)
    run = Run(command="check", options=(("site", f"topologies/{site}"),), **_RUN)
    return json.dumps(check_json.result(found.assessment, found.files, run, ()))


@cache
def _replayed(site: str) -> str:
    folder = ROOT / "topologies" / site
    captures = sorted(str(path) for path in folder.glob("captures/*.pcapng"))
    found = replaying.replay(str(folder), captures, day=DAY)
    run = Run(command="replay", options=(("site", f"topologies/{site}"),), **_RUN)
    return json.dumps(replay_json.result(found.replayed, found.files, run, ()))


def judged(site: str) -> Document:
    """Return what `check` says of a bundled site."""
    found: Document = json.loads(_judged(site))
    return found


def replayed(site: str) -> Document:
    """Return what `replay` says of the captures that lie in a bundled site."""
    found: Document = json.loads(_replayed(site))
    return found


def large(base: Document, zones: int, findings: int) -> Document:
    """Return a document with so many zones and findings, made of those that `base` has."""
    found = deepcopy(base)
    network = found["network"]
    pattern, segment = network["zones"][0], network["segments"][0]
    for number in range(zones - len(network["zones"])):
        network["zones"].append({**pattern, "id": f"z{number}", "name": f"業務ゾーン {number}"})
        network["segments"].append(
            {**segment, "id": f"s{number}", "zone": f"z{number}", "name": "", "v4": [f"10.250.{number}.0/24"], "v6": []}
        )
    names = [one["id"] for one in network["zones"]]
    crossing = next(one for one in found["crossings"] if one["verdict"] == "proven" and not one["must"]["total"])
    place = {one["zone"]: one["id"] for one in network["segments"]}
    known = {(one["src_zone"], one["dst_zone"]) for one in found["crossings"]}
    found["crossings"] += [
        {**crossing, "src": place[src], "dst": place[dst], "src_zone": src, "dst_zone": dst}
        for src in names
        for dst in names
        if src != dst and (src, dst) not in known and src in place and dst in place
    ]
    pairs = [(one["src_zone"], one["dst_zone"]) for one in found["crossings"]]
    shown = found["findings"]
    found["findings"] = [
        {
            **shown[number % len(shown)],
            "fingerprint": f"{number:016x}",
            "src_zone": pairs[number * 7 % len(pairs)][0],
            "dst_zone": pairs[number * 7 % len(pairs)][1],
            "pairs": [list(pairs[number * 7 % len(pairs)])],
        }
        for number in range(findings)
    ]
    return found


DRIFT: Document = {
    "since": {"run": 411, "finished": "2026-11-22T21:00:09+00:00", "verdict": "proven"},
    "inputs": [{"path": "exports/fw.conf", "device": "fw", "state": "changed", "meaning": "changed"}],
    "crossings": [
        {
            "src": "lg-lan",
            "dst": "in-lan",
            "src_zone": "lg",
            "dst_zone": "in",
            "was": "proven",
            "is": "violated",
            "opened": {
                "boxes": [
                    {
                        "domain": "",
                        "family": 4,
                        "class": "opening",
                        "reply_shaped": False,
                        "src": ["192.0.2.0/28"],
                        "dst": ["198.51.100.7"],
                        "proto": ["6"],
                        "sport": ["0-65535"],
                        "dport": ["3389"],
                        "flags": None,
                        "icmp": [],
                        "when": None,
                        "state": None,
                    }
                ],
                "total": 3,
                "truncated": True,
            },
            "closed": {"boxes": [], "total": 0, "truncated": False},
            "possibly_opened": {"boxes": [], "total": 0, "truncated": False},
            "undecided": "too_large",
            "lines": [
                {
                    "path": "exports/fw.conf",
                    "first_line": 12,
                    "last_line": 19,
                    "rule": "policy 41",
                    "text": "srcaddr=all",
                }
            ],
        }
    ],
    "findings": {
        "new": [],
        "mended": [
            {
                "fingerprint": "00112233aabbccdd",
                "check": "log-off",
                "severity": "medium",
                "message": {"ja": "ログを取らなかった", "en": "did not log"},
            }
        ],
        "recurring": [],
    },
}
CHAIN: Document = {"run": 412, "hash": "ab" * 32, "previous": "cd" * 32}
