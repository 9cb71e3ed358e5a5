"""What the lines of a rule set say about the packets they are meant for: values to hit, to miss, and to just miss."""

from __future__ import annotations

import ipaddress
import random
import shlex
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .probes import FLAG_BITS, PROTOCOL_NUMBERS

_LETTERS = {"FIN": "F", "SYN": "S", "RST": "R", "PSH": "P", "ACK": "A", "URG": "U", "ALL": "FSRPAU", "NONE": ""}
_ADDRESS = {
    "-s": "src",
    "-d": "dst",
    "--src-range": "src",
    "--dst-range": "dst",
    "--ctorigdst": "dst",
    "--ctorigsrc": "src",
}
_PORTS = {
    "--sport": "sport",
    "--dport": "dport",
    "--sports": "sport",
    "--dports": "dport",
    "--ports": "dport",
    "--ctorigdstport": "dport",
}
_NUMBERS = {
    "--ttl-eq": ("ttl", 255),
    "--ttl-lt": ("ttl", 255),
    "--ttl-gt": ("ttl", 255),
    "--hl-eq": ("ttl", 255),
    "--hl-lt": ("ttl", 255),
    "--hl-gt": ("ttl", 255),
    "--length": ("length", 1400),
}
_ICMP_NAMES = {"echo-request": (8, 0), "echo-reply": (0, 0), "host-unreachable": (3, 1), "time-exceeded": (11, 0)}
PORT_LAST = 65535


@dataclass(frozen=True, slots=True)
class Span:
    """An inclusive range of numbers: addresses, ports, lengths."""

    first: int
    last: int

    def pick(self, rng: random.Random, limit: int, *, hit: bool) -> int:
        """Return a value in the range, its ends most often; or, when not to `hit`, one just outside where there is one."""
        if hit:
            return rng.choice((self.first, self.last, rng.randint(self.first, self.last)))
        outside = [value for value in (self.first - 1, self.last + 1) if 0 <= value <= limit]
        return rng.choice(outside) if outside else self.first


@dataclass(frozen=True, slots=True)
class Hint:
    """One condition of a line: the field, the ranges or words that satisfy it, and whether it is turned round by `!`."""

    field: str
    spans: tuple[Span, ...] = ()
    words: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A rule: its table and chain, its conditions, where it goes."""

    table: str
    chain: str
    target: str
    hints: tuple[Hint, ...]


def lines_of(text: str, sets: str = "") -> list[Line]:
    """Return the rules of an iptables-restore text; `sets` is the ipset text that they refer to."""
    members = _members(sets)
    lines, table = [], ""
    for raw in text.splitlines():
        if raw.startswith("*"):
            table = raw[1:].strip()
        words = shlex.split(raw) if "-A " in raw else []
        if "-A" in words:
            words = words[words.index("-A") + 1 :]
            lines.append(_line(table, words[0], words[1:], members))
    return lines


def _members(sets: str) -> dict[str, list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for raw in sets.splitlines():
        words = raw.split()
        if words[:1] == ["add"] and "nomatch" not in words:
            members[words[1]].append(words[2])
    return members


def _line(table: str, chain: str, words: list[str], members: dict[str, list[str]]) -> Line:
    hints: list[Hint] = []
    target, negated, at = "", False, 0
    while at < len(words):
        word, rest = words[at], words[at + 1 :]
        at += 1
        if word == "!":
            negated = True
            continue
        if word in ("-j", "-g", "--jump", "--goto"):
            target = rest[0]
        elif word in _ADDRESS:
            hints.append(Hint(_ADDRESS[word], tuple(_addresses(rest[0])), negated=negated))
        elif word in _PORTS:
            hints.append(Hint(_PORTS[word], tuple(_ports(rest[0])), negated=negated))
        elif word in ("-i", "-o", "-p", "--mac-source"):
            field = {"-i": "interface", "-o": "out", "-p": "proto", "--mac-source": "mac"}[word]
            hints.append(Hint(field, words=(rest[0],), negated=negated))
        elif word == "--syn":
            hints.append(Hint("flags", words=("FSRA", "S"), negated=negated))
        elif word == "--tcp-flags":
            hints.append(Hint("flags", words=(_flags(rest[0]), _flags(rest[1])), negated=negated))
        elif word in ("--icmp-type", "--icmpv6-type"):
            hints.append(Hint("icmp", words=(rest[0],), negated=negated))
        elif word in _NUMBERS:
            hints.append(Hint(_NUMBERS[word][0], tuple(_ports(rest[0])), negated=negated))
        elif word in ("--dscp", "--tos"):
            value = int(rest[0].partition("/")[0], 0)
            hints.append(Hint("tos", (Span(value << 2, value << 2) if word == "--dscp" else Span(value, value),)))
        elif word == "--match-set":
            hints += _set_hints(members.get(rest[0], []), rest[1].split(","), negated=negated)
        elif word == "-f":
            hints.append(Hint("fragment", words=("rest",), negated=negated))
        negated = False
    return Line(table, chain, target, tuple(hints))


def _set_hints(members: list[str], directions: list[str], *, negated: bool) -> list[Hint]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for member in members[:20]:
        for part, direction in zip(member.split(","), directions, strict=False):
            port = part.rpartition(":")[2] if part.startswith(("tcp:", "udp:")) else part
            if port.replace("-", "").isdigit():
                spans["sport" if direction == "src" else "dport"] += _ports(port)
            else:
                spans[direction] += _addresses(part)
    return [Hint(field, tuple(values), negated=negated) for field, values in spans.items()]


def _addresses(text: str) -> Iterable[Span]:
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if dash:
            yield Span(int(ipaddress.ip_address(first)), int(ipaddress.ip_address(last)))
        else:
            try:
                network = ipaddress.ip_network(part, strict=False)
            except ValueError:  # a mask with holes, or the name of a set
                continue
            yield Span(int(network.network_address), int(network.broadcast_address))


def _ports(text: str) -> list[Span]:
    spans = []
    for part in text.split(","):
        first, _, last = part.replace("-", ":").partition(":")
        low = int(first or 0)
        spans.append(Span(low, int(last or PORT_LAST) if ":" in part or "-" in part else low))
    return spans


def _flags(names: str) -> str:
    return "".join(_LETTERS[name] for name in names.split(","))


def flags_for(rng: random.Random, hint: Hint, *, hit: bool) -> str:
    """Return TCP flags that satisfy mask and comparison, or with one examined flag turned over."""
    mask, wanted = hint.words
    chosen = set(wanted) | {letter for letter in FLAG_BITS if letter not in mask and rng.random() < 0.2}
    if not hit and mask:
        chosen ^= {rng.choice(mask)}
    return "".join(letter for letter in FLAG_BITS if letter in chosen)


def icmp_for(rng: random.Random, hint: Hint, *, hit: bool) -> tuple[int, int]:
    """Return the ICMP type and code of a hint, or its neighbour's."""
    name, _, code = hint.words[0].partition("/")
    if name.isdigit():
        kind, number = int(name), int(code or 0)
    else:
        kind, number = _ICMP_NAMES.get(name, (8, 0))
    return (kind, number) if hit else rng.choice(((kind ^ 1, number), (kind, number + 1), (13, 0)))


def protocol_for(hint: Hint) -> int | None:
    """Return the number of the protocol named, or None for "all" and unknown names."""
    name = hint.words[0].lower()
    return PROTOCOL_NUMBERS.get(name, int(name) if name.isdigit() else None)
