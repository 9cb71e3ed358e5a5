"""How often each rule has been hit, as devices print it.

    fortios   `diagnose firewall iprope show 100004`: by policy id (Technical Tip "Verify the hit count of a policy")
    panos     `show rule-hit-count vsys vsys-name VSYS rule-base security rules all`: by name
    ios       `show ip access-lists`, `show ipv6 access-list`: by list and sequence number
    iptables  `iptables -L -v -n` (`-x`): by chain and position

A rule that a listing does not name has no count; a line of IOS without a count stands for none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segcheck.importers._base import input_reading
from segcheck.model.diagnostic import LineAccount, LineUse
from segcheck.model.reading import Complete, InputReading
from segcheck.model.source import SourceText

#: (last part of the name of the list, id of the rule): hits.
Hits = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class HitListing:
    """A listing of hits, read."""

    input: InputReading
    hits: Hits


def hits(source: SourceText) -> HitListing | None:
    """Return the counts of a listing, None if it is in none of the forms that are known."""
    if not source.lines():
        return None
    for form, read in (("fortios", _fortios), ("panos", _panos), ("ios", _ios), ("iptables", _iptables)):
        account = LineAccount(len(source.lines()))
        account.mark(
            1, len(source.lines()), LineUse.IRRELEVANT
        )  # a row that was not read leaves its rule without a count
        found: dict[tuple[str, str], int] = {}
        for number, key, count in read(source.lines()):
            account.mark(number, number, LineUse.UNDERSTOOD)
            if key is not None:
                found[key] = found.get(key, 0) + count
        if found:
            reading = input_reading(source, form, account, Complete.YES, "a rule without a count is told")
            return HitListing(reading, found)
    return None


_Found = Iterator[tuple[int, tuple[str, str] | None, int]]

_IDX = re.compile(r"^\s*idx=(\d+)\b")
_PACKETS = re.compile(r"\b(?:asic_)?pkts/(?:asic_)?bytes=(\d+)/")
_HIT_COUNT = re.compile(r"\bhit count:\s*(\d+)")


def _fortios(lines: list[str]) -> _Found:
    """An entry begins with `idx=`; hits are sessions, packets count where those are not printed."""
    policy = ""
    for number, text in enumerate(lines, 1):
        begins = _IDX.search(text)
        policy = begins.group(1) if begins else policy
        if not policy:
            continue
        counted = _HIT_COUNT.search(text)
        numbers = [int(counted.group(1))] if counted else [int(n) for n in _PACKETS.findall(text)]
        if numbers:
            yield number, ("policy", policy), sum(numbers)


_PANOS_HEAD = re.compile(r"^\s*Rule Name\s+Hit Count\b", re.IGNORECASE)
_PANOS_ROW = re.compile(r"^\s*(\S.*?)\s{2,}(\d+)(?:\s|$)")


def _panos(lines: list[str]) -> _Found:
    inside = False
    for number, text in enumerate(lines, 1):
        if _PANOS_HEAD.search(text):
            inside = True
            yield number, None, 0
        elif inside and (row := _PANOS_ROW.match(text)):
            yield number, ("security", row.group(1)), int(row.group(2))


_IOS_HEAD = re.compile(r"^\s*(?:(?:Extended|Standard) IP access list|IPv6 access list) (\S+)\s*$")
_IOS_ENTRY = re.compile(r"^\s*(?:(\d+)\s+)?(?:permit|deny)\b")
_IOS_MATCHES = re.compile(r"\((\d+) match(?:es)?\)")
_IOS_SEQUENCE = re.compile(r"\bsequence (\d+)\s*$")


def _ios(lines: list[str]) -> _Found:
    name = ""
    for number, text in enumerate(lines, 1):
        if head := _IOS_HEAD.match(text):
            name = head.group(1)
            yield number, None, 0
        elif name and (entry := _IOS_ENTRY.match(text)):
            after = _IOS_SEQUENCE.search(text)
            sequence = entry.group(1) or (after.group(1) if after else "")
            matches = _IOS_MATCHES.search(text)
            if sequence:
                yield number, (name, sequence), int(matches.group(1)) if matches else 0


_CHAIN = re.compile(r"^Chain (\S+) \(")
_CHAIN_HEAD = re.compile(r"^\s*(num\s+)?pkts\s+bytes\s+target\b")
_COUNT = re.compile(r"^(\d+)([KMGT]?)$")
_SCALE = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def _iptables(lines: list[str]) -> _Found:
    chain, place, numbered = "", 0, False
    for number, text in enumerate(lines, 1):
        if head := _CHAIN.match(text):
            chain, place = head.group(1), 0
            yield number, None, 0
        elif columns := _CHAIN_HEAD.match(text):
            numbered = columns.group(1) is not None
            yield number, None, 0
        elif chain and text.strip():
            words = text.split()[1:] if numbered else text.split()
            count = _COUNT.match(words[0]) if words else None
            if count is None:
                return
            place += 1
            yield number, (chain, f"{chain}#{place}"), int(count.group(1)) * _SCALE[count.group(2)]
