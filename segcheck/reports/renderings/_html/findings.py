"""The findings of the page: each with what passes, a witness with its way, the lines, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from segcheck.lang.words import Words
from segcheck.loaders.packet_table import PROTOCOLS
from segcheck.reports.renderings import _organs
from segcheck.sets.header import SYN

#: Findings that the page shows; a page of more is slow and nobody reads it.
MOST = 300
#: Boxes of packets, frames and reasons that are shown of one finding.
SHOWN = 4
_NAMES = {number: name for name, number in reversed(PROTOCOLS.items())}


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on a way: a segment or a device; `rules` decided there."""

    name: str
    kind: str
    note: str
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file: the rule's name, its first line, and its text line by line."""

    where: str
    rule: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as the page tells it.

    zones   what the filter for zones asks: the zones at its ends, each once
    pairs   "source>destination" of every pair that it is about
    """

    id: str
    raw: Mapping[str, Any]
    severity: str
    state: str
    standing: str
    history: str
    title: str
    crosses: bool
    zones: tuple[str, ...]
    pairs: tuple[str, ...]
    ends: str
    packets: tuple[str, ...]
    more: int
    witness: str
    sent: str
    way: tuple[Stop, ...]
    lines: tuple[Lines, ...]
    facts: tuple[tuple[str, str], ...]
    frames: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    search: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings shown, how many more there are, and what the filters offer."""

    shown: tuple[Shown, ...]
    more: int
    zones: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    by_fingerprint: Mapping[str, Shown]


def findings(words: Words, result: Mapping[str, Any]) -> Findings:
    """Return the findings, gravest first as in the result."""
    names = zone_names(result)
    clauses = _organs.clauses(result, lambda one: one["clause"] or "")
    folder = str(result["run"]["options"].get("site") or result["site"])
    shown = tuple(
        _finding(words, result, one, number, clauses, folder) for number, one in enumerate(result["findings"][:MOST], 1)
    )
    used = {zone for one in shown for zone in one.zones}
    zones = [(zone, names[zone]) for zone in names if zone in used]
    zones += [(zone, _zone_name(words, zone)) for zone in sorted(used - set(names))]
    return Findings(
        shown=shown,
        more=len(result["findings"]) - len(shown),
        zones=tuple(zones),
        states=tuple(dict.fromkeys((one.state, one.standing) for one in shown)),
        by_fingerprint={one.raw["fingerprint"]: one for one in shown},
    )


def only_seen(result: Mapping[str, Any]) -> bool:
    """Return whether a result tells of captures alone; a scheduled run may tell of rules and captures in one."""
    return "captures" in result and all(
        one["verdict"] in ("violated", "nothing_seen") and not one["may"]["total"] for one in result["crossings"]
    )


def zone_names(result: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the names of the declared zones by id, in the order of the site; none for a result without its network."""
    network = result.get("network")
    return {one["id"]: one["name"] or one["id"] for one in network["zones"]} if network else {}


def pairs_of(one: Mapping[str, Any]) -> Sequence[Sequence[str | None]]:
    """Return every pair of zones that a finding is about; older results know only the gravest."""
    return one.get("pairs") or [(one["src_zone"], one["dst_zone"])]


def _check(words: Words, result: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what a finding is called, and whether it is about packets that get across, as its check says of itself."""
    check = result.get("checks", {}).get(one["check"])
    if check is None:
        return one["check"], one["packets"] is not None
    unsure = one["verdict"] == "undecided" and check["unsure"]
    return (unsure or check["title"])[words.language], check["crosses"]


def _zone_name(words: Words, zone: str) -> str:
    key = f"graph.zone.{zone}"
    return words(key) if key in words else zone


def _finding(
    words: Words,
    result: Mapping[str, Any],
    one: Mapping[str, Any],
    number: int,
    clauses: Callable[[Mapping[str, Any], str], list[str]],
    folder: str,
) -> Shown:
    pairs = [(src, dst) for src, dst in pairs_of(one) if src or dst]
    title, crosses = _check(words, result, one)
    boxes = one["packets"]["boxes"][:SHOWN] if one["packets"] else []
    told = [box_text(box) for box in boxes]
    state, standing = _standing(words, one, crosses)
    witness = next((e for e in one["evidence"] if e["kind"] == "witness"), None)
    lines = tuple(_lines(e) for e in one["evidence"] if e["kind"] == "config")
    message = one["message"][words.language]
    ends = ", ".join(f"{src or '-'} → {dst or '-'}" for src, dst in pairs[:SHOWN])
    if len(pairs) > SHOWN:
        ends += f", {words('check.more', count=len(pairs) - SHOWN)}"
    served = dict.fromkeys(
        clause for name in one["requirements"] for each in clauses(one, name) for clause in each.split(", ")
    )
    found = (one["check"], title, message, one["subject"], one["fingerprint"], *told)
    return Shown(
        id=f"F-{number:03}",
        raw=one,
        severity=words(f"weight.{one['severity']}"),
        state=state,
        standing=standing,
        history=words(f"html.history.{one['history']}") if one["history"] else "",
        title=title,
        crosses=crosses,
        zones=tuple(dict.fromkeys(zone for pair in pairs for zone in pair if zone)),
        pairs=tuple(f"{src}>{dst}" for src, dst in pairs if src and dst),
        ends=ends,
        packets=tuple(told),
        more=one["packets"]["total"] - len(told) if one["packets"] else 0,
        witness=packet_text(witness["packet"]) if witness else "",
        sent=_sent(words, witness) if witness else "",
        way=tuple(_way(words, witness)) if witness else (),
        lines=lines,
        facts=tuple(
            (e["id"], f"{e['value']} {e['document']}".strip()) for e in one["evidence"] if e["kind"] == "attribute"
        ),
        frames=tuple(row for e in one["evidence"] if e["kind"] == "frames" for row in _frames(words, e)),
        commands=tuple(_commands(words, witness, folder, result["day"])) if witness else (),
        clauses=tuple(filter(None, served)),
        search=" ".join((*found, *(f"{each.where} {each.rule} {' '.join(each.text)}" for each in lines))).lower(),
    )


def _standing(words: Words, one: Mapping[str, Any], crosses: bool) -> tuple[str, str]:
    """Return how a finding stands, as a word for filters and as one for people."""
    if one["waiver"]:
        return "exception_approved", words("standing.exception_approved")
    if one["verdict"] == "violated" and one["source"] == ["C"]:
        return "observed", words("standing.observed")
    if one["verdict"] == "violated" and not crosses:
        key = "fault" if "R" in one["source"] else "fault_declared"
        return key, words(f"check.{key}")
    return one["verdict"], words(f"standing.{one['verdict']}")


def _lines(piece: Mapping[str, Any]) -> Lines:
    last = "" if piece["last_line"] == piece["first_line"] else f"-{piece['last_line']}"
    where = f"{piece['path']}:{piece.get('cell') or str(piece['first_line']) + last}"
    return Lines(where=where, rule=piece["rule"], text=tuple(piece["text"].split("\n")))


def _sent(words: Words, witness: Mapping[str, Any]) -> str:
    sent = words("html.sent_from", place=witness["place"])
    return f"{sent} {words('check.at', time=witness['time'])}" if witness["time"] else sent


def _way(words: Words, witness: Mapping[str, Any]) -> list[Stop]:
    """Return the stops of a witness's first way, and the rules that let it pass at each."""
    paths = witness["paths"]
    found = [Stop(witness["place"], "place", "")]
    if not paths:
        return found
    way = paths[0]
    for hop in way["hops"]:
        rules: dict[tuple[str, str], None] = {}
        for step in hop["stages"]:
            if step["path"] is not None and (step["action"] in ("permit", "deny") or step["before"] != step["after"]):
                rules[step["rule"], f"{step['path']}:{step.get('cell') or step['line']}"] = None
        note = " → ".join(filter(None, (hop["in"], hop["out"])))
        known = "" if hop["known"] else words("html.not_read")
        found.append(Stop(hop["device"], "device", "  ".join(filter(None, (note, known))), tuple(rules)))
    if way["delivered"] is None:
        found.append(Stop(words("check.lost"), "lost", way["why"] or ""))
    elif not way["hops"] or way["delivered"]["id"] != way["hops"][-1]["device"]:
        found.append(Stop(way["delivered"]["id"], "place", ""))
    return found


def _frames(words: Words, piece: Mapping[str, Any]) -> list[tuple[str, str]]:
    numbers = ", ".join(str(number) for number in piece["frames"])
    tap = f" @{piece['tap']}" if piece["tap"] else ""
    return [
        (words("replay.frames"), f"{piece['path']}{tap} #{numbers}"),
        (words("replay.conversations"), piece["text"]),
        (words("html.seen_between"), f"{piece['first_time'][:19]}Z - {piece['last_time'][:19]}Z"),
        (words("replay.filter"), piece["filter"]),
    ]


def _commands(words: Words, witness: Mapping[str, Any], folder: str, day: str) -> list[tuple[str, str]]:
    rows = [(words("check.trace"), trace_command(folder, witness["place"], witness["packet"], witness["time"], day))]
    return [*rows, *((f"{words('check.confirm')}: {device}", text) for device, text in witness["confirm"].items())]


def packet_text(packet: Mapping[str, Any]) -> str:
    """Return one packet: source and destination with ports, protocol."""
    src, dst = packet.get("src", "*"), packet.get("dst", "*")
    if "sport" in packet and "dport" in packet:
        src, dst = f"{src}:{packet['sport']}", f"{dst}:{packet['dport']}"
    kind = f" type {packet['icmp_type']}" if "icmp_type" in packet else ""
    proto = packet.get("proto")
    name = "*" if proto is None else _NAMES.get(proto, str(proto))
    return f"{src} → {dst}  {name}{kind}{' fragment' if packet.get('fragment') else ''}"


def trace_command(folder: str, place: str, packet: Mapping[str, Any], time: str | None, day: str) -> str:
    """Return the command that follows the packet through the site, at that time and as of that day."""
    proto = packet.get("proto")
    found = ["segcheck", "trace", quote(folder), "--from", packet["src"], "--to", packet["dst"], "--in", quote(place)]
    found += ["--proto", _NAMES.get(proto, str(proto))] if proto is not None else []
    for name in ("sport", "dport", "icmp_type", "icmp_code"):
        found += [f"--{name.replace('_', '-')}", str(packet[name])] if name in packet else []
    flags = packet.get("tcp_flags")
    found += ["--tcp-flags", str(flags)] if flags is not None and flags != SYN else []
    found += ["--fragment", "yes"] if packet.get("fragment") else []
    found += ["--time", time] if time else []
    found += ["--day", day] if not (time or "").startswith(day) else []
    return " ".join(found)


def box_text(box: Mapping[str, Any]) -> str:
    """Return a box as one line: sources → destinations, service."""
    return f"{_addresses(box['src'])} → {_addresses(box['dst'])}  {_service(box)}"


def _addresses(texts: Sequence[str]) -> str:
    every = {"0.0.0.0/0": "IPv4", "::/0": "IPv6"}
    return every.get(texts[0], texts[0]) if len(texts) == 1 else _some(texts)


def _service(box: Mapping[str, Any]) -> str:
    parts = [] if box["class"] == "opening" else [box["class"]]
    if box["proto"] == ["0-255"]:
        parts.append(f"IPv{box['family']}")
    else:
        parts.append(_some([_NAMES.get(int(one), one) if one.isdigit() else one for one in box["proto"]]))
    if box["dport"] and box["dport"] != ["0-65535"]:
        parts[-1] += f"/{_some(box['dport'])}"
    if box["sport"] and box["sport"] != ["0-65535"]:
        parts.append(f"sport {_some(box['sport'])}")
    if box["icmp"] and box["icmp"] != ["0-255"]:
        parts.append(f"type {_some(box['icmp'])}")
    if box["when"] is not None:
        parts.append("@ " + _some(sorted({name for row in box["when"] for name in row}) or ["-"]))
    return " ".join(parts)


def _some(texts: Sequence[str]) -> str:
    more = f", … (+{len(texts) - SHOWN})" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more
