"""A result made by hand that has one of everything, and one whose every name is hostile."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from segcheck.app import schemas

FINGERPRINTS = {name: f"{at:016x}" for at, name in enumerate(("crossed", "unsure", "waived", "seen", "written"), 1)}
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)>",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "-1",
    "\x1b[31mred\x1b]0;title\x07",
    "two\nlines\r\n=three\tfour",
    "../../../etc/passwd",
    "]]> <![CDATA[ &amp; &#0; <!-- -->",
    "\u202egnp.exe\u2066",
    "\x00\x0b\ufffe\ud800",
    "| cell | `code` [link](javascript:alert(1)) @everyone #1 http://evil.example www.evil.example",
    "{$SECRET} {#MACRO} {{7*7}} {% x %} ${jndi:x}",
    '"; DROP TABLE x; --',
    "長" * 40_000,
)
BOXES = {
    "boxes": [
        {
            "domain": "default",
            "family": 4,
            "class": "opening",
            "reply_shaped": False,
            "src": ["10.30.10.0/24"],
            "dst": ["10.20.10.26"],
            "proto": ["6"],
            "sport": ["0-65535"],
            "dport": ["445"],
            "flags": None,
            "icmp": [],
            "when": None,
            "state": None,
        }
    ],
    "total": 1,
    "truncated": False,
}
NOTHING = {"boxes": [], "total": 0, "truncated": False}
PACKET = {
    "src": "10.30.10.5",
    "dst": "10.20.10.26",
    "proto": 6,
    "sport": 49152,
    "dport": 445,
    "tcp_flags": 2,
    "fragment": 0,
}


def said(japanese: str, english: str) -> dict[str, str]:
    return {"ja": japanese, "en": english}


def config(path: str = "exports/wall.conf", line: int = 7) -> dict[str, Any]:
    return {
        "kind": "config",
        "path": path,
        "first_line": line,
        "last_line": line + 2,
        "rule": "wall:policy:7",
        "text": "srcaddr=all",
    }


def step(**changes: Any) -> dict[str, Any]:
    return {
        "stage": "policy",
        "list": "policy",
        "rule": "7",
        "path": "exports/wall.conf",
        "line": 7,
        "last_line": 9,
        "action": "permit",
        "sure": True,
        "before": PACKET,
        "after": PACKET,
        **changes,
    }


def witness() -> dict[str, Any]:
    hop = {
        "device": "wall",
        "domain": "default",
        "in": "port2",
        "out": "port1",
        "gateway": None,
        "condition": [],
        "known": True,
        "before": PACKET,
        "after": PACKET,
        "stages": [step(path=None, line=None, last_line=None, stage="session"), step()],
    }
    blind = {**hop, "device": "switch", "known": False, "stages": []}
    place = {"id": "lg-srv", "kind": "segment", "zone": "lg", "tier": "lgwan", "domain": "default"}
    way = {"verdict": "permit", "condition": [], "why": "", "delivered": place, "hops": [blind, hop]}
    return {
        "kind": "witness",
        "packet": PACKET,
        "place": "in-srv",
        "time": None,
        "paths": [way],
        "confirm": {"wall": "lookup 10.30.10.5"},
    }


def finding(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "check": "forbidden-crossing",
        "severity": "critical",
        "verdict": "violated",
        "source": ["R"],
        "src_zone": "in",
        "dst_zone": "lg",
        "subject": "wall policy 7",
        "message": said("通信が越えられる", "traffic gets across"),
        "remedy": said("規則を狭める", "narrow the rule"),
        "requirements": ["LG-01"],
        "fingerprint": FINGERPRINTS[name],
        "history": None,
        "waiver": None,
        "because": [],
        "assumptions": [],
        "packets": BOXES,
        "evidence": [config(), witness()],
        "params": {},
        **changes,
    }


def crossing(src: str, dst: str, verdict: str, **changes: Any) -> dict[str, Any]:
    return {
        "src": f"{src}-srv",
        "dst": f"{dst}-srv",
        "src_zone": src,
        "dst_zone": dst,
        "verdict": verdict,
        "support": "filters",
        "opened_by": None,
        "because": [],
        "assumptions": [],
        "must": NOTHING,
        "may": NOTHING,
        "forbidden_must": BOXES if verdict == "violated" else NOTHING,
        "forbidden_may": BOXES if verdict == "violated" else NOTHING,
        **changes,
    }


def requirement(name: str, outcome: str, *findings: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "text": said(f"{name} の要求", f"what {name} demands"),
        "severity": "high",
        "certainty": "K",
        "clause": "6(3)①",
        "policy": {"title": "例の方針", "example": True},
        "outcome": outcome,
        "sources": ["R"],
        "because": [] if outcome == "pass" else [said("理由", "a reason")],
        "findings": [FINGERPRINTS[one] for one in findings],
        "in_scope": False,
        "organ": None,
        **changes,
    }


def check(**changes: Any) -> dict[str, Any]:
    return {
        "title": said("台帳にない通信", "Unregistered traffic"),
        "unsure": None,
        "why": said("理由です", "Because."),
        "fix": said("狭めます", "Narrow it."),
        "wrong": said("まれです", "Rarely."),
        "severity": "critical",
        "crosses": True,
        "asks": "R",
        "requirements": ["LG-01"],
        **changes,
    }


def entry(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "specific",
        "from": "in-mail",
        "to": "lg-mail",
        "services": ["tcp/25"],
        "opened_by": "from",
        "path": ["wall"],
        "gateway": None,
        "legs": [],
        "purpose": "メール中継",
        "status": "approved",
        "approver": "統括情報セキュリティ責任者",
        "decision_no": "情政第1号",
        "application_no": None,
        "section": "情報政策課",
        "contractor": None,
        "use": "regular",
        "schedule": None,
        "approved": "2026-04-01",
        "review_due": None,
        "expires": "2026-12-10",
        "log": True,
        "clause": None,
        "permits": True,
        "rules": [{name: value for name, value in config().items() if name != "kind"}],
        "findings": [],
        **changes,
    }


def waiver(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "check": "expired-entry",
        "from": "in-mail",
        "to": "lg-mail",
        "services": ["tcp/25"],
        "reason": "契約更新中",
        "approver": "統括情報セキュリティ責任者",
        "decision_no": "情政第2号",
        "approved": "2026-11-01",
        "expires": "2026-12-10",
        "state": "in_force",
        "findings": [FINGERPRINTS["waived"]],
        **changes,
    }


def item(number: str, *requirements: str) -> dict[str, Any]:
    return {
        "no": number,
        "area": "分離",
        "item": f"{number} は守られているか",
        "mandatory": True,
        "documents": "台帳",
        "method": "突合",
        "example": "例文1",
        "note": "",
        "requirements": [*requirements],
    }


def lines(**counts: int) -> dict[str, int]:
    return {"understood": 9, "irrelevant": 1, "approximated": 0, "unsupported": 0, "unrecognised": 0, **counts}


def document(**changes: Any) -> dict[str, Any]:
    """Return a result with one of everything that a report shows."""
    findings = [
        finding("crossed", history="new"),
        finding("unsure", verdict="undecided", severity="high", check="register-path", because=["no-export:far"]),
        finding("waived", check="expired-entry", waiver={"id": "W-1", "expires": "2026-12-10"}, history="ongoing"),
        finding(
            "written", severity="low", check="log-off", src_zone=None, dst_zone=None, packets=None, evidence=[config()]
        ),
    ]
    return fitted(
        {
            "schema": "segcheck/result/1",
            "verdict": "violated",
            "headline": {"crossings": "violated", "amiss": 1},
            "run": {
                "version": "0.1.0",
                "started": "2026-11-24T21:30:05+00:00",
                "command": "check",
                "options": {"site": "sites/town"},
                "weakened": ["--ignore any-any"],
            },
            "site": "見本市",
            "day": "2026-11-25",
            "as_of": "2026-11-01",
            "inputs": [
                {
                    "path": "exports/wall.conf",
                    "sha256": "ab" * 32,
                    "kind": "export",
                    "format": "fortigate",
                    "device": "wall",
                    "complete": "yes",
                    "as_of": "2026-11-01",
                    "obtained": None,
                    "lines": lines(unrecognised=2),
                }
            ],
            "devices": {"judged": 1, "own": 2},
            "layer2": {"read": 1, "declared": 1},
            "outside": ["zone:sc"],
            "exits": [],
            "assumptions": [
                {
                    "id": "AS-1",
                    "text": said("前提の内容", "what is assumed"),
                    "owner": "情報政策課長",
                    "reason": "理由",
                    "document": "文書1",
                    "review_due": "2027-03-31",
                    "expired": False,
                    "leaning": 1,
                }
            ],
            "crossings": [
                crossing("in", "lg", "violated"),
                crossing("lg", "in", "undecided", because=["no-export:far"]),
                crossing("lg", "mn", "proven_assuming", assumptions=["AS-1"]),
                crossing("mn", "lg", "proven"),
            ],
            "findings": findings,
            "requirements": [
                requirement("LG-01", "fail", "crossed"),
                requirement("LG-02", "pass"),
                requirement("LG-03", "insufficient_evidence", "unsure"),
                requirement("LG-04", "insufficient_evidence", in_scope=True),
                requirement("LG-05", "not_applicable"),
                requirement("LG-06", "exception_approved", "waived"),
            ],
            "renewals": [],
            "checks": {
                "forbidden-crossing": check(),
                "register-path": check(crosses=False, unsure=said("経路が分からない", "The path cannot be told")),
                "expired-entry": check(title=said("期限切れ", "Expired")),
                "log-off": check(crosses=False, severity="low", title=said("ログなし", "No log")),
            },
            "register": [
                entry("R-1", findings=[FINGERPRINTS["crossed"]]),
                entry("R-2", permits=False, status="applied"),
            ],
            "waivers": [waiver("W-1"), waiver("W-2", state="expired", expires="2026-10-01", findings=[])],
            "audit": {
                "title": "令和8年度 監査",
                "purpose": "設定を確かめる",
                "classification": "機密性2",
                "distribution": ["監査責任者"],
                "dispose_on": "2032-03-31",
                "begins": "2026-11-01",
                "ends": None,
                "team": ["監査担当 (行政管理課)"],
                "criteria": ["見本市基本方針"],
                "exclusions": ["学校系"],
                "items": [
                    item("N-1", "LG-01", "LG-02"),
                    item("N-2", "LG-02", "LG-05"),
                    item("N-3", "LG-03"),
                    item("N-4", "LG-06", "LG-02"),
                    item("N-5", "LG-05"),
                    item("N-6"),
                    item("N-7", "XX-99"),
                ],
            },
            "diagnostics": [
                {
                    "id": "unrecognised:exports/wall.conf:3",
                    "code": "unrecognised",
                    "severity": "warning",
                    "scope": "device",
                    "path": "exports/wall.conf",
                    "line": 3,
                    "column": None,
                    "message": said("読めない行", "a line that was not understood"),
                }
            ],
            **changes,
        }
    )


NETWORK = {
    "zones": [
        {"id": name, "tier": tier, "name": f"{name} zone", "role": "", "responsibility": "city"}
        for name, tier in (("in", "internet"), ("lg", "lgwan"), ("mn", "mynumber"))
    ],
    "segments": [
        {
            "id": f"{name}-srv",
            "zone": name,
            "domain": "default",
            "kind": "lan",
            "name": "",
            "vlan": None,
            "v4": [f"10.{net}.10.0/24"],
            "v6": [],
        }
        for name, net in (("in", 30), ("lg", 20), ("mn", 10))
    ],
    "hosts": [],
    "devices": [],
    "links": [],
    "gateways": [],
}


def fitted(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result with what pages need beside the rest, as far as the schema has a place for it."""
    schema = schemas.schema("result")
    known = schema["$defs"]["finding"]["properties"]
    more = [
        {"pairs": [[one["src_zone"], one["dst_zone"]]], "title": said("題名", "a title"), "crosses": True}
        for one in result["findings"]
    ]
    result["findings"] = [
        {**{name: value for name, value in extra.items() if name in known}, **one}
        for one, extra in zip(result["findings"], more, strict=True)
    ]
    return {**result, "network": NETWORK} if "network" in schema["properties"] else result


def stored() -> dict[str, Any]:
    """Return a result as the history keeps it: with its number in the chain and what changed since the run before."""
    changed = {
        "src": "in-srv",
        "dst": "lg-srv",
        "src_zone": "in",
        "dst_zone": "lg",
        "was": "proven",
        "is": "violated",
        "opened": BOXES,
        "closed": NOTHING,
        "possibly_opened": NOTHING,
        "possibly_closed": NOTHING,
        "undecided": "unread",
        "lines": [
            {
                "path": "exports/wall.conf",
                "first_line": 7,
                "last_line": 9,
                "rule": "wall:policy:7",
                "text": "srcaddr=all",
            }
        ],
    }
    mended = {
        "fingerprint": "f" * 16,
        "check": "log-off",
        "severity": "low",
        "message": said("直った指摘", "what was mended"),
    }
    untold = {**mended, "fingerprint": "e" * 16, "message": said("どうなったか分からない指摘", "nobody knows")}
    return document(
        chain={"run": 12, "hash": "0a" * 32, "previous": "0b" * 32},
        drift={
            "since": {"run": 11, "finished": "2026-11-23T21:30:09+00:00", "verdict": "proven"},
            "inputs": [{"path": "exports/wall.conf", "device": "wall", "state": "changed", "meaning": "changed"}],
            "crossings": [changed],
            "findings": {"new": [FINGERPRINTS["crossed"]], "mended": [mended], "recurring": [], "untold": [untold]},
        },
    )


def organs(**changes: Any) -> dict[str, Any]:
    """Return a result of a body with two organs: the same requirements end otherwise for the second, under clauses of its own."""
    first = document()["requirements"]
    own = {"clause": "第4条", "policy": {"title": "水道の方針", "example": False}}
    second = [
        requirement("LG-01", "pass", **own),
        requirement("LG-02", "fail", "written", **own),
        requirement("LG-03", "not_applicable"),
        requirement("LG-05", "not_applicable"),
    ]
    return document(
        **{
            "organs": [
                {"id": "shicho", "name": "市長部局", "responsible": "情報政策課長"},
                {"id": "suido", "name": "水道事業", "responsible": None},
            ],
            "requirements": [
                *({**one, "organ": "shicho"} for one in first),
                *({**one, "organ": "suido"} for one in second),
            ],
            **changes,
        }
    )


def replayed() -> dict[str, Any]:
    """Return a result of captures."""
    frames = dict.fromkeys(
        ("read", "decoded", "not_ip", "fragment", "truncated", "malformed", "unknown_link", "skipped_bytes"), 0
    )
    seen = {
        "kind": "frames",
        "path": "captures/day.pcapng",
        "frames": [3, 4],
        "first_time": "2026-11-24T00:00:00.000000000Z",
        "last_time": "2026-11-24T00:00:01.000000000Z",
        "tap": "t1",
        "text": "10.30.10.5:49152 -> 10.20.10.26:445 tcp",
        "filter": "tcp.port == 445",
        "conversations": 1,
        "packets": 4,
        "bytes": 240,
    }
    capture = {
        "path": "captures/day.pcapng",
        "sha256": "cd" * 32,
        "format": "pcapng",
        "packing": None,
        "size": 400,
        "tap": "t1",
        "frames": frames,
        "first": "2026-11-24T00:00:00.000000000Z",
        "last": "2026-11-24T00:00:01.000000000Z",
        "links": [1],
        "snap": None,
        "dropped": None,
        "damage": [],
        "complete": True,
    }
    return document(
        findings=[finding("seen", check="observed-crossing", source=["C"], packets=None, evidence=[seen])],
        checks={"observed-crossing": check(asks="C")},
        crossings=[crossing("in", "lg", "violated", support="captures")],
        captures=[capture],
        frames=frames,
        flows={
            "conversations": 1,
            "packets": 4,
            "bytes": 240,
            "inferred": 0,
            "rulings": {},
            "outcomes": {},
            "contents": {"conforms": 0, "differs": 0, "unknown": 1},
            "register": [{"entry": "R-1", "observed": "payload-both-ways", "conversations": 1, "outcome": "in-use"}],
            "sanitised": [],
            "rules": None,
            "unasked": 0,
            "gaps": [said("欠け", "a gap")],
        },
    )


def whole(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result of a run that nothing weakened, of which an audit report is made."""
    return {**result, "run": {**result["run"], "weakened": []}}


#: Keys whose values are closed words, numbers, days or digests, which a name cannot reach.
_CLOSED = """
v4 v6
tier responsibility begins ends dispose_on schema verdict started command version day as_of sha256 kind
complete severity source fingerprint history family class src dst proto sport dport flags icmp when state
support outcome sources certainty status opened_by use approved expires review_due observed first_time
last_time first last code asks was is meaning hash previous finished at format weakened
"""


def hostile(text: str, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a result whose every name and sentence is `text`, but for what only closed words can fill; `base` goes before."""

    def spoil(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: spoil(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [spoil(one, key) for one in value]
        return text if isinstance(value, str) and key not in _CLOSED.split() else value

    found = deepcopy({**stored(), **(base or {})})
    spoilt: dict[str, Any] = {
        name: spoil(value, name)
        for name, value in found.items()
        if name not in ("schema", "verdict", "day", "as_of", "chain", "crossings", "checks")
    }
    named = [{**one, "src": text, "dst": text, "src_zone": text, "because": [text]} for one in found["crossings"]]
    kept = {name: found[name] for name in ("schema", "verdict", "day", "as_of", "chain")}
    for one, sound in zip(spoilt["findings"], found["findings"], strict=True):
        one["fingerprint"], one["check"] = sound["fingerprint"], sound["check"]
    for one, sound in zip(spoilt["requirements"], found["requirements"], strict=True):
        one["findings"] = sound["findings"]
    spoilt["drift"]["findings"] = found["drift"]["findings"]
    return {**spoilt, **kept, "crossings": named, "checks": spoil(found["checks"], "")}
