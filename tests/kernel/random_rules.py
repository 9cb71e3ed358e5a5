"""Random rule sets that look like people's: zones, user chains, state, NAT, sets, and now and then an oddity.

Nothing here depends on rates, time or chance, so that a rule set has one answer for a packet.
"""

from __future__ import annotations

import ipaddress
import random
from dataclasses import dataclass, field
from typing import Any

from .handwritten import BASE_CHAINS
from .oracle import Rules

NAMES = (
    ("eth0", "eth1", "eth2", "eth3"),
    ("wan", "lan", "dmz", "mgmt"),
    ("ens18", "ens19", "ens20", "ens21"),
    ("bond0", "bond0.10", "bond0.20", "tun0"),
)
PLANS = {
    4: (("203.0.113", 24), ("10.20.0", 16), ("172.16.9", 24), ("192.168.40", 24)),
    6: (("2001:db8:1::", 64), ("fd00:20::", 64), ("2001:db8:9::", 64), ("fd00:40::", 64)),
}
PORTS = (22, 25, 53, 80, 110, 123, 389, 443, 445, 514, 3306, 3389, 8080, 8443)
SINGLE_STATES = ("NEW", "NEW", "NEW,ESTABLISHED", "INVALID", "UNTRACKED", "RELATED", "NEW,UNTRACKED", "ESTABLISHED")


def random_topology(rng: random.Random, family: int) -> dict[str, Any]:
    """Return a router with three or four interfaces, a default route and one network behind an inner router."""
    names = rng.choice(NAMES)[: rng.choice((3, 4))]
    interfaces = {}
    for name, (prefix, length) in zip(names, PLANS[family], strict=False):
        interfaces[name] = {"address": f"{prefix}.1/{length}" if family == 4 else f"{prefix}1/{length}"}
    if family == 4:
        routes = [{"to": "0.0.0.0/0", "via": "203.0.113.254"}, {"to": "10.64.0.0/12", "via": "10.20.0.254"}]
    else:
        routes = [{"to": "::/0", "via": "2001:db8:1::fe"}, {"to": "fd00:64::/32", "via": "fd00:20::fe"}]
    if rng.random() < 0.5:
        routes = [route | {"interface": name} for route, name in zip(routes, names, strict=False)]
    return {"id": "fw1", "kind": "firewall", "interfaces": interfaces, "routes": routes}


def random_rules(rng: random.Random, topology: dict[str, Any], family: int) -> Rules:
    """Return a random rule set for a router."""
    maker = RuleMaker(rng, list(topology["interfaces"]), family)
    text = maker.text()
    return Rules(
        iptables=text if family == 4 else "",
        ip6tables=text if family == 6 else "",
        ipset="".join(line + "\n" for line in maker.sets),
    )


@dataclass(slots=True)
class RuleMaker:
    """Makes the rules of one router.

    names            its interfaces, the outer one first
    hosts, networks  addresses that rules speak of; invented where none are given, as are the ports
    """

    rng: random.Random
    names: list[str]
    family: int
    sets: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.hosts:
            self._invent_addresses()
        self.ports = self.ports or self.rng.sample(PORTS, 5)
        for number in range(self.rng.choice((0, 0, 1, 2))):
            self._add_set(f"set{number}")

    def _invent_addresses(self) -> None:
        rng = self.rng
        plans = PLANS[self.family][: len(self.names)]
        far = ("198.51.100.", "10.64.3.") if self.family == 4 else ("2001:db8:ffff::", "fd00:64:1::")
        stems = [f"{prefix}." if self.family == 4 else prefix for prefix, _ in plans] + list(far)
        self.hosts = [f"{rng.choice(stems)}{rng.choice((5, 7, 80, rng.randint(2, 99)))}" for _ in range(8)]
        whole = [str(ipaddress.ip_network(f"{stem}0/{length}" if self.family == 4 else f"{stem}/{length}", strict=False))
                 for stem, (_, length) in zip(stems, plans, strict=False)]  # fmt: skip
        narrow = (25, 27, 30) if self.family == 4 else (96, 120, 126)
        parts = [str(ipaddress.ip_network(f"{host}/{rng.choice(narrow)}", strict=False)) for host in self.hosts[:4]]
        self.networks = whole + parts + (["10.64.0.0/12"] if self.family == 4 else ["fd00:64::/32"])

    @property
    def message(self) -> str:
        return "icmp" if self.family == 4 else "ipv6-icmp"

    def _add_set(self, name: str) -> None:
        rng, inet = self.rng, "inet" if self.family == 4 else "inet6"
        kind = rng.choice(("hash:ip", "hash:net", "hash:ip,port", "hash:net,port"))
        self.sets.append(f"create {name} {kind} family {inet}")
        for _ in range(rng.randint(1, 5)):
            address = rng.choice(self.networks) if "net" in kind else rng.choice(self.hosts)
            port = f",{rng.choice(('tcp', 'udp'))}:{rng.choice(self.ports)}" if "port" in kind else ""
            line = f"add {name} {address}{port}"
            if line not in self.sets and f"{line} nomatch" not in self.sets:
                self.sets.append(line + (" nomatch" if kind == "hash:net" and rng.random() < 0.2 else ""))

    def text(self) -> str:
        """Return the text to restore."""
        rng = self.rng
        stateful, nat = rng.random() < 0.65, rng.random() < 0.45
        text = self._filter(stateful=stateful)
        if nat:
            text += self._nat()
        if rng.random() < 0.25:
            text += self._mangle()
        if rng.random() < 0.15:
            text += self._table("raw", [], [self._early_rule("raw") for _ in range(rng.randint(1, 2))])
        return text

    def _filter(self, *, stateful: bool) -> str:
        rng = self.rng
        chains = [f"zone{number}" for number in range(rng.choice((0, 1, 2, 3, 4)))]
        rules = []
        if stateful:
            states = rng.choice(("RELATED,ESTABLISHED", "RELATED,ESTABLISHED", "ESTABLISHED"))
            rules.append(f"-A FORWARD -m conntrack --ctstate {states} -j ACCEPT")
            rules.append(f"-A INPUT -m conntrack --ctstate {states} -j ACCEPT")
            if rng.random() < 0.4:
                rules.append("-A FORWARD -m conntrack --ctstate INVALID -j DROP")
        rules += [self._rule("FORWARD", chains, stateful=stateful) for _ in range(rng.randint(3, 10))]
        rules += [self._rule("INPUT", chains[1:], stateful=stateful) for _ in range(rng.randint(0, 3))]
        for number, chain in enumerate(chains, 1):
            rules += [self._rule(chain, chains[number:], stateful=stateful) for _ in range(rng.randint(0, 5))]
        if rng.random() < 0.3:
            rules.append(f"-A FORWARD -i {self.names[1]} -j ACCEPT")
        policy = rng.choice(("DROP", "DROP", "ACCEPT"))
        return self._table("filter", chains, rules, {"FORWARD": policy, "INPUT": rng.choice(("DROP", "ACCEPT"))})

    def _table(self, table: str, chains: list[str], rules: list[str], policies: dict[str, str] | None = None) -> str:
        bases = [f":{chain} {(policies or {}).get(chain, 'ACCEPT')} [0:0]" for chain in BASE_CHAINS[table]]
        own = [f":{chain} - [0:0]" for chain in chains]
        return "\n".join([f"*{table}", *bases, *own, *rules, "COMMIT", ""])

    def _rule(self, chain: str, chains: list[str], *, stateful: bool) -> str:
        rng = self.rng
        base = chain in BASE_CHAINS["filter"]
        conditions = self._conditions(incoming_only=chain == "INPUT", stateful=stateful)
        choices = ["-j ACCEPT"] * 10 + ["-j DROP"] * 4 + ["-j REJECT", "-j LOG", ""]
        if "-p tcp" in conditions and "! -p" not in conditions:
            choices.append("-j REJECT --reject-with tcp-reset")
        if chains:
            choices += [f"-j {rng.choice(chains)}"] * 5 + [f"-g {rng.choice(chains)}"]
        if not base:
            choices += ["-j RETURN"] * 2
        return " ".join(part for part in (f"-A {chain}", conditions, rng.choice(choices)) if part)

    def _not(self, share: float = 0.1) -> str:
        return "! " if self.rng.random() < share else ""

    def _conditions(self, *, incoming_only: bool, stateful: bool) -> str:
        """The -i/-o, addresses, service and state of a rule; interfaces outgoing only where there are any (FORWARD)."""
        rng, parts = self.rng, []
        if rng.random() < 0.35:
            parts.append(f"{self._not()}-i {self._interface()}")
        if not incoming_only and rng.random() < 0.25:
            parts.append(f"{self._not()}-o {self._interface()}")
        for option, name in (("-s", "src"), ("-d", "dst")):
            if rng.random() < 0.35:
                parts.append(f"{self._not()}{option} {self._address()}")
            elif rng.random() < 0.06:
                low, high = sorted(rng.sample(self.hosts, 2), key=lambda text: int(ipaddress.ip_address(text)))
                parts.append(f"-m iprange {self._not()}--{name}-range {low}-{high}")
        if rng.random() < 0.6:
            parts.append(self._service())
        if self.sets and rng.random() < 0.25:
            parts.append(self._set_match())
        if stateful and rng.random() < 0.25:
            parts.append(f"-m conntrack {self._not()}--ctstate {rng.choice(SINGLE_STATES)}")
        if rng.random() < 0.08:
            parts.append(self._oddity())
        if rng.random() < 0.08:
            parts.append(f'-m comment --comment "rule {rng.randint(1, 99)} \\"quoted\\" 番"')
        return " ".join(parts)

    def _interface(self) -> str:
        name = self.rng.choice(self.names)
        return f"{name[:3]}+" if self.rng.random() < 0.12 else name

    def _address(self) -> str:
        return self.rng.choice(self.hosts if self.rng.random() < 0.4 else self.networks)

    def _service(self) -> str:
        rng = self.rng
        proto = rng.choice(("tcp", "tcp", "tcp", "udp", "udp", self.message, "sctp", "esp", "gre", "89"))
        if proto in ("esp", "gre", "89") or rng.random() < 0.12:
            return f"{self._not(0.2)}-p {proto}"
        if proto == self.message:
            option = "--icmp-type" if self.family == 4 else "--icmpv6-type"
            kind = rng.choice((8, 0, "3/1", 11) if self.family == 4 else (128, 129, "1/0", 135))
            return f"-p {proto} {self._not()}{option} {kind}"
        end = rng.choice(("d", "d", "d", "s"))
        low = rng.choice(self.ports)
        if proto != "sctp" and rng.random() < 0.3:
            words = [str(port) for port in sorted(rng.sample(self.ports, 3))] + [f"{low + 1000}:{low + 1010}"]
            return f"-p {proto} -m multiport {self._not()}--{end}ports {','.join(words[rng.randint(0, 2) :])}"
        port = f"{low}:{low + rng.choice((1, 10, 1000))}" if rng.random() < 0.25 else str(low)
        if end == "s":
            port = rng.choice((port, "1024:65535", "0:1023"))
        flags = (
            rng.choice(("", "", "", " --syn", " ! --syn", " --tcp-flags SYN,ACK,FIN,RST SYN")) if proto == "tcp" else ""
        )
        return f"-p {proto} {self._not()}--{end}port {port}{flags}"

    def _set_match(self) -> str:
        line = self.rng.choice([line for line in self.sets if line.startswith("create")])
        _, name, kind, *_ = line.split()
        side = self.rng.choice(("src", "dst"))
        return f"-m set {self._not()}--match-set {name} {f'{side},dst' if ',' in kind else side}"

    def _oddity(self) -> str:
        rng = self.rng
        ttl = "-m ttl --ttl" if self.family == 4 else "-m hl --hl"
        return rng.choice(
            (
                f"-m mark {self._not()}--mark 0x{rng.randint(0, 3):x}/0x3",
                f"-m length {self._not()}--length {rng.choice(('0:200', '500', '300:1300'))}",
                f"{ttl}-{rng.choice(('lt 20', 'eq 63', 'gt 70'))}",
                f"-m dscp {self._not()}--dscp 0x{rng.choice((0, 10, 46)):02x}",
                "-m mac --mac-source 00:00:5E:00:53:AB",
                f"-m addrtype {self._not()}--dst-type {rng.choice(('LOCAL', 'UNICAST'))}",
            )
        )

    def _early_rule(self, table: str) -> str:
        """A rule in PREROUTING of raw or mangle: few drops, some marks, some connections not tracked."""
        rng = self.rng
        conditions = " ".join(
            (f"-i {rng.choice(self.names)}", self._service() if rng.random() < 0.7 else f"-s {self._address()}")
        )
        if table == "raw":
            return f"-A PREROUTING {conditions} -j {rng.choice(('CT --notrack', 'CT --notrack', 'DROP'))}"
        target = rng.choice(
            (f"MARK --set-xmark 0x{rng.randint(1, 3)}/0x{rng.choice((1, 2, 3))}", "DSCP --set-dscp 0x0a", "DROP")
        )
        return f"-A PREROUTING {conditions} -j {target}"

    def _mangle(self) -> str:
        rules = [self._early_rule("mangle") for _ in range(self.rng.randint(1, 3))]
        if self.rng.random() < 0.4:
            rules.append(f"-A FORWARD -s {self._address()} {self._service()} -j DROP")
        return self._table("mangle", [], rules)

    def _nat(self) -> str:
        rng = self.rng
        rules = []
        wan = self.names[0]
        v6 = self.family == 6
        for _ in range(rng.randint(0, 3)):
            proto, host, port = rng.choice(("tcp", "udp")), rng.choice(self.hosts), rng.choice(self.ports)
            public = rng.choice((self._own(), self._own(), rng.choice(self.hosts)))
            to = rng.choice((f"[{host}]:{port}" if v6 else f"{host}:{port}", host))
            rules.append(
                f"-A PREROUTING -d {public} -p {proto} --dport {rng.choice(self.ports)} -j DNAT --to-destination {to}"
            )
        if rng.random() < 0.3:
            rules.append(f"-A PREROUTING -d {rng.choice(self.hosts)} -j DNAT --to-destination {rng.choice(self.hosts)}")
        if rng.random() < 0.2:
            rules.append(
                f"-A PREROUTING -i {self.names[1]} -p tcp --dport {rng.choice(self.ports)} -j REDIRECT --to-ports 3128"
            )
        if rng.random() < 0.25:
            rules.append(
                f"-A POSTROUTING -s {self._address()} -d {self._address()} -j {rng.choice(('ACCEPT', 'RETURN'))}"
            )
        if rng.random() < 0.8 or not rules:
            source = f" -s {self._address()}" if rng.random() < 0.5 else ""
            target = rng.choice(("MASQUERADE", f"SNAT --to-source {PLANS[self.family][0][0]}{'9' if v6 else '.9'}"))
            rules.append(f"-A POSTROUTING{source} -o {wan} -j {target}")
        return self._table("nat", [], rules)

    def _own(self) -> str:
        return PLANS[self.family][0][0] + ("1" if self.family == 6 else ".1")
