"""Questions asked in the page: the boxes of crossings, packed, for one kind of packet; the page looks up and computes nothing.

A question is an opening packet from source port 49152: TCP with SYN, UDP, or an echo request. What no such packet can meet is
left out, and every list is held once. A list that the result cuts off is marked, so that the page never takes "not listed" for
"not possible".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from segcheck.analysis.network.addressing import shares
from segcheck.lang.words import Words
from segcheck.model.site_words import DeviceKind
from segcheck.reports._network_block import site_of
from segcheck.reports.renderings._html.findings import Lines, Shown, only_seen
from segcheck.sets import addresses
from segcheck.sets.header import ICMP, ICMPV6, SYN, TCP, UDP
from segcheck.sets.intervals import IntervalSet

#: The source port of every question: the first of those that RFC 6335 leaves to clients.
SPORT = 49152
#: Echo request (RFC 792, RFC 4443).
_ECHO = {4: (ICMP, 8), 6: (ICMPV6, 128)}
#: Characters of packed boxes beyond which the page has no lookup: it would be slow to open.
BUDGET = 3_000_000
#: Characters of a name that an answer shows.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Lookup:
    """The packed boxes, or None where they are too many; `places` are the ids that may be named as sender."""

    data: Mapping[str, Any]
    places: tuple[str, ...]
    whole: bool


@dataclass(slots=True)
class _Pool:
    """Values that are held once and named by their number."""

    values: list[Any] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def number(self, value: Any) -> int:
        key = json.dumps(value, separators=(",", ":"))
        if key not in self.known:
            self.known[key] = len(self.values)
            self.values.append(value)
        return self.known[key]


def packed(words: Words, result: Mapping[str, Any], shown: Mapping[str, Shown]) -> Lookup | None:
    """Return what the page looks up in, None for a result of captures, which says nothing of packets that were not seen."""
    if only_seen(result) or not result["crossings"] or "network" not in result:
        return None
    pools = _Pools()
    site, _ = site_of(result["network"], result["site"])
    places = {
        name: {"zone": site.segments[name].zone if name in site.segments else name, "at": pools.addresses(held)}
        for name, held in shares(site).items()
    }
    crossings = [
        [one["src"], one["dst"], one["src_zone"], one["dst_zone"], one["verdict"], _whole(one)]
        + [pools.boxes(one[name]["boxes"]) for name in ("must", "may", "forbidden_must", "forbidden_may")]
        for one in result["crossings"]
    ]
    findings = [
        [
            one.id,
            list(one.pairs),
            pools.boxes(one.raw["packets"]["boxes"]),
            [_rule(each) for each in one.lines if each.rule],
        ]
        for one in shown.values()
        if one.raw["packets"] and one.crosses and not one.raw["waiver"]
    ]
    own = {
        _hex(held.address): device.id
        for device in site.devices.values()
        if device.kind is not DeviceKind.HOST  # the filter of a host is a place of its own
        for interface in device.interfaces
        for held in interface.addresses
    }
    senders = {one["src"] for one in result["crossings"]}
    data = {
        "places": places,
        "senders": sorted(senders),
        "devices": own,
        "crossings": crossings,
        "findings": findings,
        "addresses": pools.lists.values,
        "boxes": pools.packed.values,
        "words": {name: words(f"html.lookup.{name}") for name in words.under("html.lookup")},
        "site": str(result["run"]["options"].get("site") or result["site"])[:LONGEST],
        "day": result["day"],
        "sport": SPORT,
    }
    if len(json.dumps(data)) > BUDGET:
        return Lookup({}, (), whole=False)
    return Lookup(data, tuple(name for name in places if name in senders), whole=True)


def _whole(crossing: Mapping[str, Any]) -> bool:
    return not any(crossing[name]["truncated"] for name in ("must", "may", "forbidden_must", "forbidden_may"))


def _rule(lines: Lines) -> str:
    return f"{lines.rule}  {lines.where}"[:LONGEST]


class _Pools:
    def __init__(self) -> None:
        self.lists = _Pool()
        self.packed = _Pool()
        self.written: dict[tuple[str, ...], int] = {}

    def _named(self, texts: Sequence[str]) -> int:
        key = tuple(texts)
        if key not in self.written:
            self.written[key] = self.addresses(_united(texts))
        return self.written[key]

    def addresses(self, held: IntervalSet) -> int:
        """Return the number of a list of ranges: hexadecimal, 8 digits for IPv4 and 32 for IPv6, so that text order is theirs."""
        ranges = (pair for family in (addresses.V4, addresses.V6) for pair in (held & family).ranges)
        return self.lists.number([_hex(end) for pair in ranges for end in pair])

    def boxes(self, boxes: Iterable[Mapping[str, Any]]) -> list[int]:
        """Return the numbers of those boxes that a question can meet, in ascending order."""
        found = {self.packed.number(row) for box in boxes if (row := self._box(box)) is not None}
        return sorted(found)

    def _box(self, box: Mapping[str, Any]) -> list[Any] | None:
        """Return sources, destinations, ports by TCP and by UDP (null: none), echo requests, what it is bound to."""
        if box["class"] != "opening" or box["reply_shaped"]:
            return None
        proto = _numbers(box["proto"])
        sent = _within(_numbers(box["sport"]), SPORT)
        tcp = sent and _within(proto, TCP) and (box["flags"] is None or _within(_numbers(box["flags"]), SYN))
        udp = sent and _within(proto, UDP)
        number, kind = _ECHO[box["family"]]
        echo = _within(proto, number) and any(_echo(one, kind) for one in box["icmp"])
        if not (tcp or udp or echo):
            return None
        ports = [end for pair in _numbers(box["dport"]) for end in pair]
        bound = [*([_when(box["when"])] if box["when"] is not None else []), *(box["state"] or [])]
        return [
            self._named(box["src"]),
            self._named(box["dst"]),
            ports if tcp else None,
            ports if udp else None,
            echo,
            ", ".join(bound),
        ]


def _when(rows: Sequence[Sequence[str]]) -> str:
    return " / ".join(sorted({name for row in rows for name in row})) or "-"


def _united(texts: Iterable[str]) -> IntervalSet:
    return IntervalSet.of(*(pair for text in texts for pair in addresses.parse(text).ranges))


def _hex(value: int) -> str:
    if addresses.family(value) == 4:
        return f"{value:08x}"
    return f"{value - addresses.V6.ranges[0][0]:032x}"


def _numbers(texts: Iterable[str]) -> list[tuple[int, int]]:
    return [(int(lo), int(hi or lo)) for lo, _, hi in (text.partition("-") for text in texts)]


def _within(ranges: Iterable[tuple[int, int]], value: int) -> bool:
    return any(lo <= value <= hi for lo, hi in ranges)


def _echo(text: str, kind: int) -> bool:
    """Return whether ICMP types with codes ("8", "0-255", "3/1-4") hold an echo request, whose code is 0."""
    types, _, codes = text.partition("/")
    return _within(_numbers([types]), kind) and (not codes or _within(_numbers([codes]), 0))
