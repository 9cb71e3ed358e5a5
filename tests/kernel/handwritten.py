"""Small rule sets, each about one feature, written once and read for IPv4 and for IPv6.

Words in braces stand for addresses and for the few words that differ between the families (see WORDS).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .oracle import Rules

SHEETS_FILE = Path(__file__).with_name("sheets.rules")

BASE_CHAINS = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "security": ("INPUT", "FORWARD", "OUTPUT"),
}
TOPOLOGY: dict[str, Any] = {
    "id": "fw1",
    "kind": "firewall",
    "interfaces": {
        "eth0": {"addresses": ["192.0.2.1/24", "2001:db8:0:1::1/64"]},
        "eth1": {"addresses": ["10.1.0.1/16", "fd00:1::1/64"]},
        "eth2": {"addresses": ["172.16.5.1/24", "2001:db8:5::1/64"]},
        "wlan0": {"addresses": ["192.168.77.1/24", "fd00:77::1/64"]},
    },
    "routes": [
        {"to": "0.0.0.0/0", "via": "192.0.2.254"},
        {"to": "10.8.0.0/14", "via": "10.1.0.254", "interface": "eth1"},
        {"to": "::/0", "via": "2001:db8:0:1::fe", "interface": "eth0"},
        {"to": "fd00:8::/32", "via": "fd00:1::fe"},
    ],
}
WORDS = {
    4: {
        "lan": "10.1.0.0/16",
        "branch": "10.8.0.0/14",
        "dmz": "172.16.5.0/24",
        "wifi": "192.168.77.0/24",
        "net": "198.51.100.0/24",
        "host": "10.1.7.7",
        "host2": "10.1.7.8",
        "host9": "10.1.7.20",
        "server": "172.16.5.80",
        "server2": "172.16.5.81",
        "server9": "172.16.5.95",
        "out": "198.51.100.7",
        "self": "192.0.2.1",
        "inside": "10.1.0.1",
        "pool": "192.0.2.9",
        "alias": "192.0.2.128/28",
        "real": "172.16.5.64/28",
        "h": "/32",
        "icmp": "icmp",
        "type": "--icmp-type",
        "echo": "8",
        "answer": "0",
        "open": "",
        "close": "",
        "inet": "inet",
        "bits": "32",
        "ttl": "ttl --ttl",
        "any": "0.0.0.0/0",
        "unreach": "icmp-host-prohibited",
        "unport": "icmp-port-unreachable",
        "default": "icmp-net-unreachable",
    },
    6: {
        "lan": "fd00:1::/64",
        "branch": "fd00:8::/32",
        "dmz": "2001:db8:5::/64",
        "wifi": "fd00:77::/64",
        "net": "2001:db8:ffff::/64",
        "host": "fd00:1::7:7",
        "host2": "fd00:1::7:8",
        "host9": "fd00:1::7:20",
        "server": "2001:db8:5::80",
        "server2": "2001:db8:5::81",
        "server9": "2001:db8:5::95",
        "out": "2001:db8:ffff::7",
        "self": "2001:db8:0:1::1",
        "inside": "fd00:1::1",
        "pool": "2001:db8:0:1::9",
        "alias": "2001:db8:0:1::80/124",
        "real": "2001:db8:5::60/124",
        "h": "/128",
        "icmp": "ipv6-icmp",
        "type": "--icmpv6-type",
        "echo": "128",
        "answer": "129",
        "open": "[",
        "close": "]",
        "inet": "inet6",
        "bits": "128",
        "ttl": "hl --hl",
        "any": "::/0",
        "unreach": "icmp6-adm-prohibited",
        "unport": "icmp6-port-unreachable",
        "default": "icmp6-addr-unreachable",
    },
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One feature: its rules by table, its sets, the policy of FORWARD and INPUT."""

    name: str
    policy: str
    families: tuple[int, ...]
    tables: dict[str, tuple[str, ...]]

    def rules(self, family: int) -> Rules:
        """Return the files to load for one family."""
        text = "".join(self._table(table, family) for table in self.tables if table != "sets")
        sets = "".join(f"{_filled(line, family)}\n" for line in self.tables.get("sets", ()))
        return Rules(iptables=text if family == 4 else "", ip6tables=text if family == 6 else "", ipset=sets)

    def _table(self, table: str, family: int) -> str:
        lines = [_filled(line, family) for line in self.tables[table]]
        policies = {"FORWARD": self.policy, "INPUT": self.policy} if table == "filter" else {}
        bases = [f":{chain} {policies.get(chain, 'ACCEPT')} [0:0]" for chain in BASE_CHAINS[table]]
        own = [line for line in lines if line.startswith(":")]
        rules = [line for line in lines if not line.startswith(":")]
        return "\n".join([f"*{table}", *bases, *own, *rules, "COMMIT", ""])


def sheets() -> list[Sheet]:
    """Return the hand-written rule sets of sheets.rules, in order."""
    found: list[Sheet] = []
    tables: dict[str, list[str]] = {}
    lines: list[str] = []
    for raw in (*SHEETS_FILE.read_text(encoding="utf-8").splitlines(), "==="):
        if raw.startswith("==="):
            if found:
                found[-1].tables.update({table: tuple(rules) for table, rules in tables.items()})
            name, *options = raw[3:].split() or [""]
            chosen = dict(option.split("=") for option in options)
            families = (int(chosen["family"]),) if "family" in chosen else (4, 6)
            found.append(Sheet(name, chosen.get("policy", "DROP"), families, {}))
            lines = []
            tables = {"filter": lines}
        elif raw.startswith("*"):
            lines = tables.setdefault(raw[1:], [])
        elif raw and not raw.startswith("# "):
            lines.append(raw)
    return found[:-1]


def _filled(line: str, family: int) -> str:
    for word, value in WORDS[family].items():
        line = line.replace("{" + word + "}", value)
    return line
