"""What formats say alike of a result: its headline, how a finding is called and stands, one line of text that steers no reader.

Everything here reads the result document only. Names in it come from exports and captures and may be hostile: `plain` is
what every one of them passes through before it is escaped as the format wants it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports._drawing import safe

Document = Mapping[str, Any]

JST = timezone(timedelta(hours=9), "JST")
WEIGHTS = ("critical", "high", "medium", "low")
STANDINGS = ("violated", "undecided", "nothing_seen", "proven_assuming", "proven", "exception_approved")
#: Characters of one text that a report shows; a name of a megabyte must not make a report of one.
MOST = 2000


def plain(text: object, most: int = MOST) -> str:
    """Return a text as one line: no control character, no override of direction, at most so many characters."""
    whole = str(text)
    line = " ".join(whole[: 4 * most].split())  # the rest of a megabyte need not even be looked at
    shown = line if len(line) <= most and len(whole) <= 4 * most else f"{line[: most - 3]}..."
    return shown if shown.isascii() and shown.isprintable() else safe(shown)


def said(sentence: Mapping[str, str] | None, language: str) -> str:
    """Return a sentence in one of its languages, "" for none."""
    return plain(sentence[language]) if sentence else ""


def title(result: Document, finding: Document, language: str) -> str:
    """Return what a finding is called, in words."""
    check = result.get("checks", {}).get(finding["check"])
    if check is None:
        return plain(finding["check"])
    return said(check["unsure"] if finding["verdict"] == "undecided" and check["unsure"] else check["title"], language)


def standing(words: Words, result: Document, finding: Document) -> str:
    """Return how a finding stands; one that is not about packets that cross is a fault of what is written."""
    if finding["waiver"]:
        return words("standing.exception_approved")
    check = result.get("checks", {}).get(finding["check"])
    if finding["verdict"] == "violated" and check is not None:
        if check["asks"] == "C":
            return words("standing.observed")
        if not check["crosses"]:
            return words("check.fault" if "R" in finding["source"] else "check.fault_declared")
    return words(f"standing.{finding['verdict']}")


def stands(words: Words, result: Document, verdict: str) -> str:
    """Return the word for a verdict on packets that cross: possible by rules, seen by captures."""
    return words("standing.observed" if verdict == "violated" and "captures" in result else f"standing.{verdict}")


def verdict(words: Words, result: Document) -> str:
    """Return the verdict of a result in words."""
    crossed = any(one["verdict"] == "violated" for one in result["crossings"])
    if result["verdict"] == "violated" and not crossed and "captures" not in result:
        violated = [one for one in result["findings"] if one["verdict"] == "violated"]
        return words("check.fault" if any("R" in one["source"] for one in violated) else "check.fault_declared")
    return stands(words, result, result["verdict"])


def asked(words: Words, result: Document, *, named: bool = True) -> str:
    """Return what was asked, of how much, as of when; capture points only if they may be `named`."""
    shared = {
        "judged": result["devices"]["judged"],
        "own": result["devices"]["own"],
        "as_of": result["as_of"] or words("check.no_date"),
        "register": sum(bool(one["permits"]) for one in result.get("register", ())),
    }
    if "captures" in result:
        taps = dict.fromkeys(plain(one["tap"]) for one in result["captures"] if one["tap"])
        return words(
            "replay.asked",
            files=len(result["captures"]),
            taps=", ".join(taps) if taps and named else len(taps),
            conversations=result["flows"]["conversations"],
            packets=result["flows"]["packets"],
            **shared,
        )
    zones = {one[end] for one in result["crossings"] for end in ("src_zone", "dst_zone")}
    return words(
        "check.asked",
        pairs=len(result["crossings"]),
        zones=len(zones),
        day=result["day"],
        assumptions=sum(bool(one["leaning"]) for one in result["assumptions"]),
        **shared,
    )


def observed(words: Words, result: Document, *, named: bool = True) -> str:
    """Return when, where and how completely was observed, "" for a result without captures; points only if `named`."""
    if "captures" not in result:
        return ""
    captures = result["captures"]
    first = min((one["first"] for one in captures if one["first"]), default=None)
    last = max((one["last"] for one in captures if one["last"]), default=None)
    taps = [*dict.fromkeys(plain(one["tap"]) for one in captures if one["tap"])]
    counted = [one["dropped"] for one in captures if one["dropped"] is not None]
    return words(
        "told.observed",
        first=instant(first) if first else "-",
        last=instant(last) if last else "-",
        taps=", ".join(taps) if named and taps else len(taps),
        read=result["frames"]["read"],
        dropped=sum(counted) if counted else words("told.not_counted"),
        damaged=sum(not one["complete"] for one in captures),
        gaps=len(result["flows"]["gaps"]),
    )


def open_findings(result: Document) -> list[Document]:
    """Return the findings that no exception covers, gravest first."""
    return [one for one in result["findings"] if not one["waiver"]]


def weights(findings: Iterable[Document]) -> dict[str, int]:
    """Return how many findings have which weight, all weights named."""
    found = Counter(one["severity"] for one in findings)
    return {name: found[name] for name in WEIGHTS}


def pairs(result: Document) -> dict[str, int]:
    """Return how many pairs of places stand how, all standings named."""
    found = Counter(one["verdict"] for one in result["crossings"])
    return {name: found[name] for name in STANDINGS}


def conclusion(words: Words, result: Document) -> str:
    """Return the counts behind the verdict in one line."""
    told = open_findings(result)
    return words(
        "replay.conclusion" if "captures" in result else "check.conclusion",
        findings=len(told),
        **weights(told),
        open=sum(one["verdict"] == "undecided" for one in told),
        waived=len(result["findings"]) - len(told),
        pairs=len(result["crossings"]),
        **pairs(result),
    )


def weakened(words: Words, result: Document) -> list[str]:
    """Return a line for each option that makes the judgement milder."""
    return [words("check.weakened", option=plain(option)) for option in result["run"]["weakened"]]


def chained(words: Words, result: Document) -> str:
    """Return the line that names the stored run, "" for a result that no run stored."""
    chain = result.get("chain")
    return words("told.chain", run=chain["run"], hash=chain["hash"]) if chain else ""


def zones(finding: Document) -> str:
    """Return the zones of a finding, "" where it is not about two."""
    if not finding["src_zone"] or not finding["dst_zone"]:
        return ""
    return f"{plain(finding['src_zone'])} → {plain(finding['dst_zone'])}"


def zone_names(result: Document) -> dict[str, str]:
    """Return the names of the declared zones by id, in their order, where the result holds the network."""
    return {one["id"]: plain(one["name"] or one["id"], 60) for one in result.get("network", {}).get("zones", ())}


def place(finding: Document) -> tuple[str, int | None]:
    """Return the first file that a finding quotes, and the line in it; ("", None) for none."""
    for piece in finding["evidence"]:
        if piece["kind"] == "config":
            return plain(piece["path"]), piece["first_line"]
    for piece in finding["evidence"]:
        if piece["kind"] == "frames":
            return plain(piece["path"]), None
    return "", None


def at(path: str, line: int | None) -> str:
    """Return a place as people write it."""
    return f"{path}:{line}" if line is not None else path


def pieces(finding: Document, kind: str) -> list[Document]:
    """Return the evidence of one kind."""
    return [one for one in finding["evidence"] if one["kind"] == kind]


def instant(text: str) -> str:
    """Return an instant of the result (UTC) in Japanese time, with its zone said."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # of a stored run, which may be anybody's
        return plain(text, 40)
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M} JST"


#: Pieces of one field that a line shows.
SHOWN = 4


def box(one: Document) -> str:
    """Return a box as one line: sources -> destinations, protocol, ports."""
    protocols = _some([_NAMES.get(name, name) for name in one["proto"]]) if one["proto"] != ["0-255"] else "any"
    ports = f"/{_some(one['dport'])}" if one["dport"] and one["dport"] != ["0-65535"] else ""
    icmp = f" type {_some(one['icmp'])}" if one["icmp"] and one["proto"] in (["1"], ["58"]) else ""
    shape = "reply-shaped" if one["reply_shaped"] else one["class"]
    kind = "" if shape == "opening" else f" ({plain(shape)})"
    return f"{_some(one['src'])} → {_some(one['dst'])} {protocols}{ports}{icmp}{kind}"


def packet(one: Document) -> str:
    """Return one packet: source and destination with ports, protocol."""
    ports = ("", "") if one.get("sport") is None else (f":{one['sport']}", f":{one['dport']}")
    name = _NAMES.get(str(one["proto"]), str(one["proto"]))
    return f"{one['src']}{ports[0]} → {one['dst']}{ports[1]} {name}"


def way(one: Document) -> str:
    """Return a way as the names of its devices, and where it ends."""
    names = [plain(hop["device"]) for hop in one["hops"]]
    end = one["delivered"]["id"] if one["delivered"] else None
    if end is not None and end not in names[-1:]:
        names.append(plain(end))
    return " → ".join(names)


_NAMES = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "51": "ah", "58": "icmpv6", "132": "sctp"}


def _some(texts: Sequence[str]) -> str:
    more = f", ... (+{len(texts) - SHOWN})" if len(texts) > SHOWN else ""
    return ",".join(plain(text) for text in texts[:SHOWN]) + more
