"""The result for Zabbix: one JSON for a master item; dependent items and discovery rules read it by JSONPath.

`$.lld.findings` and `$.lld.zones` are lists for low-level discovery; `$.finding['{#FINGERPRINT}']` and `$.zone['{#PAIR}']` are
what item prototypes ask. 0 ok, 1 warning, 2 critical, 3 unknown everywhere. `$.requirements` counts each requirement once, with
its worst outcome where the body has organs; `$.organ['{#ORGAN}']` has the counts of each (`$.lld.organs`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from segcheck.lang.words import load
from segcheck.reports.renderings import Format, _organs, _state, _told

FORMAT = Format(
    name="zabbix", suffix=".json", summary=("JSON for a Zabbix master item", "Zabbix のマスターアイテム用 JSON")
)
#: Findings that are offered for discovery: each makes items.
MOST = 300
_OF_STANDING = {
    "violated": 2,
    "undecided": 3,
    "nothing_seen": 0,
    "proven_assuming": 3,
    "proven": 0,
    "exception_approved": 0,
}
_OF_WEIGHT = {"critical": 2, "high": 2, "medium": 1, "low": 1}


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the JSON, ASCII only, keys sorted; braces of names are made round, so that none is a macro."""
    words = load(language)
    told = _told.open_findings(result)
    waivers, entries = _state.running_out(result)
    accepted = "--accept-assumptions" in result["run"]["weakened"]
    pairs: dict[str, int] = {}
    ends: dict[str, tuple[str, str]] = {}
    for one in result["crossings"]:
        src, dst = one["src_zone"] or one["src"], one["dst_zone"] or one["dst"]
        key = _named(f"{src}>{dst}")
        state = 0 if accepted and one["verdict"] == "proven_assuming" else _OF_STANDING[one["verdict"]]
        ends[key] = src, dst
        pairs[key] = max(pairs.get(key, 0), state, key=(0, 3, 1, 2).index)
    named = [one for one in _organs.organs(result) if one.id]
    organs = {_named(one.id): one.outcomes for one in named}
    document = {
        "site": _named(result["site"]),
        "day": result["day"],
        "started": result["run"]["started"],
        "verdict": result["verdict"],
        "state": int(_state.state(result)),
        "said": _named(f"{_told.verdict(words, result)} {_told.conclusion(words, result)}"),
        "findings": {**_told.weights(told), "waived": len(result["findings"]) - len(told), "open": len(told)},
        "pairs": _told.pairs(result),
        "requirements": _organs.worst_outcomes(result),
        "organ": organs,
        "devices": dict(result["devices"]),
        "expiring": {"waivers": waivers, "register": entries},
        "unread_lines": _state.unread(result),
        "weakened": len(result["run"]["weakened"]),
        "finding": {
            one["fingerprint"]: 3 if one["verdict"] == "undecided" else _OF_WEIGHT[one["severity"]]
            for one in told[:MOST]
        },
        "zone": pairs,
        "lld": {
            "findings": [
                {
                    "{#FINGERPRINT}": one["fingerprint"],
                    "{#CHECK}": _named(one["check"]),
                    "{#SEVERITY}": one["severity"],
                    "{#TITLE}": _named(_told.title(result, one, language)),
                    "{#SUBJECT}": _named(one["subject"]),
                }
                for one in told[:MOST]
            ],
            "zones": [
                {"{#PAIR}": key, "{#SRC}": _named(src), "{#DST}": _named(dst)}
                for key, (src, dst) in sorted(ends.items())
            ],
            "organs": [{"{#ORGAN}": _named(one.id), "{#NAME}": _named(one.name)} for one in named],
        },
    }
    return json.dumps(document, ensure_ascii=True, sort_keys=True, indent=1) + "\n"


def _named(text: str) -> str:
    """Return a name that no macro and no JSONPath of a template reads otherwise."""
    return _told.plain(text, 255).translate(str.maketrans("{}'\"\\", "()___"))
