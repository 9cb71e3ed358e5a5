"""Small towns of towns.sheet: each about one thing that only several routers in series can get wrong, in both families.

A sheet has `=== NAME`, a line `hosts: SEGMENT GATEWAY, ...`, and for each router a line `NAME: a1 t2 | TO via PLACE, ...`
(its address on each segment, then its routes; `via` nobody: dropped) with its rules below, by table. Then `packets:`, each
`a20 > w20 tcp 443 = w back`: where it arrives in the kernel (a segment, a router, or `-`), and whether its answer comes
back. A place is a segment's letter and an address's last part; `a:b20` is sent on segment a in the name of b20.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from .handwritten import BASE_CHAINS
from .oracle import Rules
from .probes import ICMP, ICMPV6, TCP, UDP, Probe
from .random_towns import FAR, HOST_PARTS, SPARE, UPSTREAM, address
from .town import Box, Port, Segment, Town, Way
from .town_lab import TTL

SHEETS_FILE = Path(__file__).with_name("towns.sheet")
FAMILIES = (4, 6)
OUTSIDE = "w"
_PREFIXES = {letter: (f"10.{number}.0.0/24", f"fd00:{number}::/64") for number, letter in enumerate("abctuv", 1)} | {
    OUTSIDE: ("203.0.113.0/24", "2001:db8:ff::/64")
}
_WORDS = {
    4: {"icmp": "icmp", "any": "0.0.0.0/0", "far": FAR[4][0], "alias": "10.77.0.0/24", "alias20": "10.77.0.20"},
    6: {"icmp": "ipv6-icmp", "any": "::/0", "far": FAR[6][0], "alias": "fd00:77::/64", "alias20": "fd00:77::20"},
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the kernel makes of a packet: where it arrives ("" nowhere), and whether an answer to it comes back."""

    probe: Probe
    place: str
    back: bool


@dataclass(slots=True)
class Sheet:
    """A town as written."""

    name: str
    hosts: list[tuple[str, str]] = field(default_factory=list)
    routers: dict[str, tuple[str, str]] = field(default_factory=dict)  # name to (places, routes)
    rules: dict[str, list[str]] = field(default_factory=dict)
    packets: list[str] = field(default_factory=list)

    def town(self) -> Town:
        """Return the town."""
        segments = []
        for letter, gateway in self.hosts:
            v4, v6 = _PREFIXES[letter]
            parts = (*HOST_PARTS, SPARE, *((UPSTREAM,) if letter == OUTSIDE else ()))
            addresses = tuple(address(network, part) for network in (v4, v6) for part in parts)
            outside = letter == OUTSIDE
            segments.append(Segment(name=letter, v4=v4, v6=v6, hosts=addresses, gateway=gateway, outside=outside))
        boxes = tuple(self._box(name, *lines) for name, lines in self.routers.items())
        return Town(name=self.name, segments=tuple(segments), boxes=boxes)

    def _box(self, name: str, places: str, routes: str) -> Box:
        ports = []
        for word in places.split():
            own = [f"{_filled(word, f)}/{_PREFIXES[word[0]][f == 6].partition('/')[2]}" for f in FAMILIES]
            ports.append(Port(name=f"to-{word[0]}", segment=word[0], addresses=tuple(own)))
        ways = []
        for line in filter(None, map(str.strip, routes.split(","))):
            to, _, via = line.split()
            ways += [Way(to=_network(to, f), via="" if via == "nobody" else _filled(via, f)) for f in FAMILIES]
        v4, v6 = (_restore_text(self.rules[name], family) for family in FAMILIES)
        return Box(name=name, ports=tuple(ports), routes=tuple(ways), rules=Rules(iptables=v4, ip6tables=v6))

    def expected(self) -> list[Expected]:
        """Return every packet in both families, with what the kernel makes of it."""
        return [one for number, line in enumerate(self.packets) for one in _expected(line, 20000 + number)]


def sheets() -> list[Sheet]:
    """Return the sheets of towns.sheet, in order."""
    found: list[Sheet] = []
    lines: list[str] = []
    for raw in SHEETS_FILE.read_text(encoding="utf-8").splitlines():
        word, colon, rest = raw.partition(":")
        if not raw or raw.startswith("# "):
            continue
        if raw.startswith("==="):
            found.append(Sheet(raw[3:].strip()))
        elif raw.startswith("hosts:"):
            found[-1].hosts = [tuple(pair.split()) for pair in rest.split(",")]  # type: ignore[misc]
        elif raw == "packets:":
            lines = found[-1].packets
        elif colon and word.startswith("r") and word.isalnum():
            places, _, routes = rest.partition("|")
            found[-1].routers[word] = places, routes
            lines = found[-1].rules.setdefault(word, [])
        else:
            lines.append(raw)
    return found


def _expected(line: str, sport: int) -> Iterator[Expected]:
    sent, _, outcome = line.partition(" = ")
    start, _, end, kind, *port = sent.split()
    place, _, forged = start.partition(":")
    where, *back = outcome.split()
    arrives = "" if where == "-" else f"device:{where}" if where.startswith("r") else where
    for family in FAMILIES:
        probe = Probe(interface=place[0], src=_filled(forged or place, family), dst=_filled(end, family), ttl=TTL)
        if kind == "ping":
            probe = replace(probe, proto=ICMP if family == 4 else ICMPV6)
        else:
            proto, flags = (UDP if kind == "udp" else TCP), ("A" if kind == "ack" else "S")
            probe = replace(probe, proto=proto, flags=flags, sport=sport, dport=int(port[0]))
        yield Expected(probe, arrives, bool(back))


def _restore_text(lines: list[str], family: int) -> str:
    """Return the text to restore; `FORWARD=DROP` is a policy, anything else a rule, in `filter` until a table is named."""
    tables: dict[str, list[str]] = {"filter": []}
    policies: dict[str, str] = {}
    table = "filter"
    for line in lines:
        chain, equals, policy = line.partition("=")
        if line.startswith("*"):
            table = line[1:]
            tables.setdefault(table, [])
        elif equals and chain.isupper():
            policies[chain] = policy
        else:
            first, *parts = line.split("{")
            words = [part.partition("}") for part in parts]
            tables[table].append(first + "".join(_filled(word, family) + rest for word, _, rest in words))
    text = ""
    for name, rules in tables.items():
        policy = policies if name == "filter" else {}
        bases = [f":{chain} {policy.get(chain, 'ACCEPT')} [0:0]" for chain in BASE_CHAINS[name]]
        text += "\n".join([f"*{name}", *bases, *rules, "COMMIT", ""])
    return text


def _network(word: str, family: int) -> str:
    return str(ipaddress.ip_network(_filled(word, family)))


def _filled(word: str, family: int) -> str:
    """Return what a word stands for: `a` a prefix, `a20` an address, `a20:80` one with a port, or a word of the family."""
    place, _, port = word.partition(":")
    if place in _WORDS[family]:
        return _WORDS[family][place]
    found = _PREFIXES[place[0]][family == 6]
    if len(place) > 1:
        found = address(found, int(place[1:]))
    if not port:
        return found
    return f"[{found}]:{port}" if family == 6 else f"{found}:{port}"
