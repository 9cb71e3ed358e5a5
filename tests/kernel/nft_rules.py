"""Rule sets of nftables: random ones that look like people's, hand-written ones, and packets for both.

Packets are made by the maker for iptables rules, from lines that ask the same of a packet.
"""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .case import Case, tracks_by_nft
from .handwritten import TOPOLOGY
from .oracle import Rules
from .packets_for import PacketMaker
from .random_rules import random_topology

SHEETS_FILE = Path(__file__).with_name("nft_sheets.rules")
PORTS = (22, 25, 53, 80, 443, 445, 3389, 8080)
_ASKS = (
    (re.compile(r"\bip6? saddr (?!@|\.|map|vmap)(!= )?(\{[^}]*\}|\S+)"), "-s"),
    (re.compile(r"\bip6? daddr (?!@|\.|map|vmap)(!= )?(\{[^}]*\}|\S+)"), "-d"),
    (re.compile(r"\b(?:tcp|udp|th) dport (?!@|\.|map|vmap)(!= )?(\{[^}]*\}|[\d-]+)"), "--dports"),
    (re.compile(r"\b(?:tcp|udp|th) sport (?!@|\.|map|vmap)(!= )?(\{[^}]*\}|[\d-]+)"), "--sports"),
    (re.compile(r"\biifname (!= )?(\"[\w.]+\")"), "-i"),
    (re.compile(r"\boifname (!= )?(\"[\w.]+\")"), "-o"),
    (re.compile(r"\b(?:l4proto|protocol) (!= )?(tcp|udp|icmp|icmpv6|ipv6-icmp|gre|esp|\d+)\b"), "-p"),
)
_PAIR = re.compile(r"([0-9a-f.:/]{4,}) \. (\d+(?:-\d+)?)")


def hints(text: str) -> str:
    """Return lines of iptables that ask of packets what the rules of a text ask."""
    lines = ["*filter"]
    for line in text.splitlines():
        words: list[str] = []
        for pattern, option in _ASKS:
            found = pattern.search(line)
            if found is None or " . " in found[2] or " : " in found[2]:
                continue
            value = found[2].strip('{}" ').replace(" ", "").replace('"', "")
            if option in ("-s", "-d"):
                value = ",".join(part for part in value.split(",") if "-" not in part)
            words += [*(["!"] if found[1] else []), option, value] if value else []
        if "-p" not in words and (proto := re.search(r"\b(tcp|udp) [sd]port", line)):
            words += ["-p", proto[1]]
        target = "ACCEPT" if "accept" in line or "jump" in line else "DROP"
        lines.append(" ".join(["-A FORWARD", *words, "-j", target]))
        for address, port in _PAIR.findall(line):
            lines.append(f"-A FORWARD -d {address} -p tcp --dports {port} -j ACCEPT")
            lines.append(f"-A FORWARD -s {address} -p tcp --dports {port} -j ACCEPT")
    return "\n".join([*lines, "COMMIT", ""])


def case(name: str, text: str, topology: dict[str, Any], family: int, rng: random.Random, probes: int) -> Case:
    """Return the case of a rule set."""
    asked = hints(text)
    rules = Rules(iptables=asked) if family == 4 else Rules(ip6tables=asked)
    maker = PacketMaker(rng, topology, rules, family, backend="legacy" if tracks_by_nft(text) else "nft")
    return Case(name=name, family=family, topology=topology, rules=Rules(nft=text), probes=maker.probes(probes))


def handwritten() -> Iterator[Case]:
    """Yield the cases of the sheets, each for the families that it names."""
    for part in SHEETS_FILE.read_text().split("\n=== ")[1:]:
        heading, _, text = part.partition("\n")
        name, *families = heading.split()
        for family in [int(word) for word in families] or [4]:
            yield case(f"nft-{name}-v{family}", text, TOPOLOGY, family, random.Random(f"{name} {family}"), 60)


def random_case(number: int, seed: int) -> Case:
    """Return the random case of that number."""
    rng = random.Random(f"nft {seed} {number}")
    family = 6 if number % 3 == 1 else 4
    topology = random_topology(rng, family)
    text = Maker(rng, list(topology["interfaces"]), family).text()
    return case(f"nft-random-{seed}-{number}", text, topology, family, rng, 70)


@dataclass(slots=True)
class Maker:
    """Makes a rule set for one router: `names` are its interfaces, the outer one first."""

    rng: random.Random
    names: list[str]
    family: int

    @property
    def ip(self) -> str:
        return "ip" if self.family == 4 else "ip6"

    def text(self) -> str:
        """Return the rule set."""
        rng = self.rng
        table = rng.choice(("inet", "inet", self.ip))
        parts = [f"table {table} fw {{", *self.sets()]
        chains = ["one", "two", "three"][: rng.choice((1, 2, 3))]
        for number, name in enumerate(chains):
            parts.append(f"chain {name} {{")
            parts += [self.rule(chains[:number]) for _ in range(rng.randint(1, 4))]
            parts.append("}")
        for hook in ("forward", "input"):
            priority = rng.choice(("filter", "filter", "mangle", "10", "filter - 5"))
            policy = rng.choice(("drop", "drop", "accept"))
            parts += [f"chain {hook} {{", f"type filter hook {hook} priority {priority}; policy {policy};"]
            if rng.random() < 0.6:
                parts.append(rng.choice(("ct state established,related accept", self.state_map())))
            parts += [self.rule(chains) for _ in range(rng.randint(3, 8))]
            parts.append("}")
        parts += self.marking() if rng.random() < 0.5 else []
        parts.append("}")
        if rng.random() < 0.5:
            parts += self.translation()
        if rng.random() < 0.3:
            parts += [
                f"table {self.ip} later {{",
                "chain last {",
                "type filter hook forward priority 100; policy accept;",
            ]
            parts += [f"tcp dport {rng.choice(PORTS)} drop", "}", "}"]
        return "\n".join(parts) + "\n"

    def state_map(self) -> str:
        return "ct state vmap { established : accept, related : accept, invalid : drop }"

    def sets(self) -> list[str]:
        kind = "ipv4_addr" if self.family == 4 else "ipv6_addr"
        nets = self.disjoint(3)
        return [
            f"set nets {{ type {kind}; flags interval; elements = {{ {', '.join(nets)} }}; }}",
            f"set pairs {{ type {kind} . inet_service; elements = {{ {self.host()} . 80, {self.host()} . 443 }}; }}",
            "map ports { type inet_service : verdict; elements = { 22 : accept, 25 : drop, 445 : return }; }",
        ]

    def disjoint(self, count: int) -> list[str]:
        found: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for _ in range(20):
            one = ipaddress.ip_network(self.net())
            if len(found) < count and not any(one.overlaps(other) for other in found):  # type: ignore[arg-type]
                found.append(one)
        return [str(one) for one in found]

    def host(self) -> str:
        places = ("203.0.113", "10.20.0", "172.16.9", "192.168.40", "10.64.1")
        if self.family == 6:
            places = ("2001:db8:1:", "fd00:20:", "2001:db8:9:", "fd00:40:", "fd00:64:")
            return f"{self.rng.choice(places)}:{self.rng.randint(2, 250):x}"
        return f"{self.rng.choice(places)}.{self.rng.randint(2, 250)}"

    def net(self) -> str:
        if self.family == 6:
            place = self.rng.choice(("2001:db8:1", "fd00:20", "2001:db8:9", "fd00:40", "fd00:64"))
            return f"{place}::/{self.rng.choice((48, 64))}"
        host = ipaddress.ip_address(self.host())
        return str(ipaddress.ip_network(f"{host}/{self.rng.choice((16, 24, 28))}", strict=False))

    def asks(self) -> str:
        rng, ip = self.rng, self.ip
        port, low = rng.choice(PORTS), rng.randint(1000, 3000)
        pool = [
            f"{ip} saddr {self.net()}",
            f"{ip} daddr {self.net()}",
            f"{ip} daddr {{ {self.host()}, {self.host()} }}",
            f"{ip} saddr != {self.net()}",
            f"{ip} saddr @nets" if rng.random() < 0.9 else f"{ip} daddr != {{ {self.host()}, {self.net()} }}",
            f'iifname "{rng.choice(self.names)}"',
            f'iifname != "{rng.choice(self.names)}"',
            f'oifname {{ "{self.names[0]}", "{self.names[1]}" }}',
        ]
        transport = [
            f"tcp dport {port}",
            f"tcp dport {{ {port}, {low}-{low + 50} }}",
            f"tcp dport != {port}",
            f"udp dport {{ 53, 123 }}",  # noqa: F541 -- braces as in its neighbours
            "meta l4proto { tcp, udp } th dport 53",
            f"meta l4proto {rng.choice(('tcp', 'udp', 'gre', 'esp', 'icmp', 'ipv6-icmp'))}",
            "meta l4proto != udp",
            f"tcp sport {low}-65535",
            f"{'icmp' if self.family == 4 else 'icmpv6'} type echo-request",
            "tcp flags & (fin | syn | rst | ack) == syn",
            "tcp flags syn",
            "tcp flags != syn",
            "tcp flags syn / syn,ack",
        ]
        words = rng.sample(pool, rng.choice((0, 1, 1, 2)))
        words = [w for n, w in enumerate(words) if w.split()[:2] not in [o.split()[:2] for o in words[:n]]]
        if rng.random() < 0.7:
            words.append(rng.choice(transport))
        if rng.random() < 0.25:
            words.append(
                rng.choice(("ct state new", "ct state != new", "ct state { new, untracked }", "ct direction reply"))
            )
        if rng.random() < 0.1:
            words.append("meta mark 0x7")
        if rng.random() < 0.1:
            words.append("counter")
        return " ".join(words) or "counter"

    def rule(self, chains: list[str]) -> str:
        rng = self.rng
        ends = ["accept", "accept", "accept", "drop", "return", "reject"]
        ends += [f"{rng.choice(('jump', 'jump', 'goto'))} {name}" for name in chains]
        if rng.random() < 0.15:
            return rng.choice(
                (
                    f"tcp dport vmap @ports",  # noqa: F541 -- as its neighbours
                    f"{self.ip} daddr . tcp dport @pairs accept",
                    f"{self.ip} saddr . tcp dport {{ {self.host()} . 22, {self.net()} . 8000-8100 }} accept",
                    f'iifname vmap {{ "{self.names[0]}" : drop, "{self.names[1]}" : {rng.choice(ends[:5])} }}',
                    f"{self.asks()} meta mark set 0x7 {rng.choice(ends[:5])}",
                )
            )
        return f"{self.asks()} {rng.choice(ends)}"

    def marking(self) -> list[str]:
        priority = self.rng.choice(("mangle", "raw", "-250", "filter"))
        found = ["chain early {", f"type filter hook prerouting priority {priority}; policy accept;"]
        for _ in range(self.rng.randint(1, 3)):
            what = self.rng.choice(("meta mark set 0x7", "meta mark set meta mark | 0x7", "drop", "notrack"))
            found.append(f"{self.asks().replace('ct direction reply', '')} {what}")
        return [*[line for line in found if "oifname" not in line], "}"]

    def translation(self) -> list[str]:
        rng, ip = self.rng, self.ip
        outer = self.names[0]
        to = self.host()
        with_port = f"{to}:8080" if self.family == 4 else f"[{to}]:8080"
        before = rng.choice(
            (
                f'iifname "{outer}" tcp dport 80 dnat to {to}',
                f'iifname "{outer}" tcp dport {{ 80, 443 }} dnat to {with_port}',
                f"tcp dport 8443 redirect to :443",  # noqa: F541 -- as its neighbours
                f"dnat to tcp dport map {{ 80 : {to}, 443 : {self.host()} }}",
            )
        )
        behind = rng.choice(
            (f'oifname "{outer}" masquerade', f'oifname "{outer}" {ip} saddr {self.net()} snat to {self.host()}')
        )
        return [
            f"table {ip} nat {{",
            "chain pre { type nat hook prerouting priority dstnat; policy accept;",
            before,
            "}",
            "chain post { type nat hook postrouting priority srcnat; policy accept;",
            behind,
            "}",
            "}",
        ]
