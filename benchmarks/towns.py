"""A made-up municipality of any size, as a folder of site files: topology, policy and the exports of all its devices.

One core firewall with servers, the security cloud and LGWAN; area firewalls around it; branch offices around those, each
with terminals of two tiers and, at some, a guest network in a VRF of its own. Every third branch is a Linux router.
Exports are in true FortiGate and iptables syntax and nothing in them is left unread. Flows between tiers are registered,
but for a few that were forgotten.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

AREAS = 4
TIERS = {"mn": 10, "lg": 20, "in": 30}
#: Ports that a tier's own servers answer on.
SERVICES = (22, 25, 53, 80, 88, 123, 135, 139, 389, 443, 445, 514, 636, 1433, 1521, 3128, 3306, 5432, 8080, 8443)
#: How many of a device's rules permit something that nobody registered.
FORGOTTEN = 2


@dataclass(frozen=True)
class Port:
    """An interface: its name, segment, address with length, and VRF ("" = none)."""

    name: str
    segment: str
    address: str
    length: int
    vrf: str = ""


@dataclass
class Device:
    """A device: its interfaces, routes (prefix, gateway, interface) and rules (in, out, src, dst, port, permit)."""

    name: str
    linux: bool
    ports: list[Port] = field(default_factory=list)
    routes: list[tuple[str, str, str]] = field(default_factory=list)
    rules: list[tuple[str, str, str, str, int, bool]] = field(default_factory=list)


class Town:
    """The town, device by device."""

    def __init__(self, devices: int, rules: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._rules = rules
        self.segments: dict[str, tuple[str, str, str]] = {}  # zone, prefix, routing domain
        self.registered: list[tuple[str, str, int]] = []  # by segment and host
        self.core = Device("fw-core", linux=False)
        self.areas = [Device(f"fw-area-{n}", linux=False) for n in range(AREAS)]
        self.branches = [Device(f"branch-{n:02}", linux=n % 3 == 2) for n in range(devices - 1 - AREAS)]
        self._wire()
        for device in self.devices:
            self._rule(device)

    @property
    def devices(self) -> list[Device]:
        """Return all devices."""
        return [self.core, *self.areas, *self.branches]

    def _lan(self, device: Device, port: str, name: str, zone: str, net: str, host: int = 1, vrf: str = "") -> None:
        base, length = net.split("/")
        octets = base.rsplit(".", 1)
        self.segments[name] = (zone, net, f"{name}-vrf" if vrf else "default")
        device.ports.append(Port(port, name, f"{octets[0]}.{int(octets[1]) + host}", int(length), vrf))

    def _wire(self) -> None:
        for number, (tier, octet) in enumerate(TIERS.items(), 1):
            self._lan(self.core, f"port{number}", f"{tier}-srv", tier, f"10.{octet}.250.0/24")
        self._lan(self.core, "port4", "san", "san", "10.50.10.0/28")
        self._lan(self.core, "port5", "lgwan-edge", "lgwan", "198.18.1.0/29", 2)
        self._lan(self.core, "port6", "sc-link", "sc", "198.51.100.0/29", 2)
        self.segments["lgwan-net"] = ("lgwan", "198.18.0.0/15", "default")
        self.segments["sc-net"] = ("sc", "198.51.100.0/24", "default")
        self.core.routes += [("198.18.0.0/15", "198.18.1.1", "port5"), ("198.51.100.0/24", "198.51.100.1", "port6")]
        for n, area in enumerate(self.areas):
            self._link(self.core, f"port{10 + n}", area, "port1", f"up-area-{n}", f"10.254.{n}.0/30")
        for n, branch in enumerate(self.branches):
            area = self.areas[n % AREAS]
            up, down = ("eth0" if branch.linux else "internal1"), f"port{2 + n // AREAS}"
            self._link(area, down, branch, up, f"up-{branch.name}", f"10.254.{10 + n}.0/30")
            for m, tier in enumerate(list(TIERS)[: 3 if n % 5 == 0 else 2] if n % 2 else ("lg", "in")):
                net, port = f"10.{TIERS[tier]}.{n}.0/24", f"eth{m + 1}" if branch.linux else f"internal{m + 2}"
                self._lan(branch, port, f"{tier}-{branch.name}", tier, net)
                self.core.routes.append((net, f"10.254.{n % AREAS}.2", f"port{10 + n % AREAS}"))
                area.routes.append((net, f"10.254.{10 + n}.2", down))
            if not branch.linux and n % 4 == 0:
                self._lan(branch, "internal9", f"guest-{branch.name}", "guest", "192.168.100.0/24", vrf="10")

    def _link(self, upper: Device, above: str, lower: Device, below: str, name: str, net: str) -> None:
        self._lan(upper, above, name, "net", net)
        base = net.split("/")[0].rsplit(".", 1)[0]
        lower.ports.append(Port(below, name, f"{base}.2", 30))
        lower.routes.append(("0.0.0.0/0", f"{base}.1", below))

    def _rule(self, device: Device) -> None:
        """Fill a device with rules: terminals to the servers of their tier, some registered flows, some forgotten ones."""
        chance = self._chance
        near = [s for s in (p.segment for p in device.ports) if self.segments[s][0] in TIERS] or [
            s for s in self.segments if s.split("-", 1)[0] in TIERS and "branch" in s
        ]
        if device is self.core:
            near = [s for s in self.segments if s.split("-", 1)[0] in TIERS and "branch" in s]
        elif device in self.areas:
            number = self.areas.index(device)
            mine = {branch.name for n, branch in enumerate(self.branches) if n % AREAS == number}
            near = [s for s in near if s.split("-", 1)[1] in mine]
        seen = set()
        while len(device.rules) < self._rules - 1:
            segment = chance.choice(near)
            tier = self.segments[segment][0]
            other = tier
            if len(device.rules) < FORGOTTEN and device in self.branches[:3]:
                other = "in" if tier == "lg" else "lg"
            source = self._some(self.segments[segment][1])
            target = f"10.{TIERS[other]}.250.{chance.randrange(10, 200)}/32"
            port = chance.choice(SERVICES)
            rule = (self._towards(device, source), self._towards(device, target), source, target, port)
            if rule[2:] in seen:
                continue
            seen.add(rule[2:])
            device.rules.append((*rule, chance.random() < 0.85))

    def _some(self, net: str) -> str:
        """Return the network, a part of it, or a host in it."""
        base = net.split("/")[0].rsplit(".", 1)[0]
        length = self._chance.choice((24, 26, 28, 32, 32))
        step = 1 << (32 - length)
        return f"{base}.{self._chance.randrange(256 // step) * step}/{length}"

    def _towards(self, device: Device, prefix: str) -> str:
        third = prefix.split("/")[0].rsplit(".", 1)[0]
        for port in device.ports:
            if port.address.rsplit(".", 1)[0] == third and not port.vrf:
                return port.name
        for net, _, name in device.routes:
            if net.split("/")[0].rsplit(".", 1)[0] == third:
                return name
        return next(name for net, _, name in device.routes if net == "0.0.0.0/0")

    # ---- files

    def write(self, folder: Path) -> None:
        """Write the site; whatever the folder holds under the same names is replaced."""
        (folder / "exports").mkdir(parents=True, exist_ok=True)
        (folder / "topology.yaml").write_text("\n".join(self._topology()) + "\n", encoding="utf-8")
        (folder / "policy.yaml").write_text("\n".join(self._policy()) + "\n", encoding="utf-8")
        for device in self.devices:
            for name, lines in self._exports(device):
                (folder / "exports" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _topology(self) -> Iterator[str]:
        yield from ("segcheck: 1", "name: 測定町", "", "zones:")
        yield from (
            "  mn: {tier: mynumber, name: MN}",
            "  lg: {tier: lgwan, name: LG}",
            "  in: {tier: internet, name: IN}",
        )
        yield from (
            "  san: {tier: sanitise, name: SAN}",
            "  lgwan: {tier: lgwan_wan, name: LGWAN, responsibility: jlis}",
        )
        yield from (
            "  sc: {tier: security_cloud, name: SC, responsibility: prefecture}",
            "  net: {tier: management, name: NET}",
        )
        yield from ("  guest: {tier: public, name: GUEST}", "", "segments:")
        for name, (zone, net, domain) in self.segments.items():
            kind = "external" if zone in ("lgwan", "sc") else "transit" if zone == "net" else "lan"
            apart = f", domain: {domain}" if domain != "default" else ""
            yield f"  {name}: {{zone: {zone}, v4: [{net}], v6: none, kind: {kind}{apart}}}"
        yield from ("", "hosts:", "  - {id: in-vdi, segment: in-srv, addresses: [10.30.250.11], role: screen_server}")
        yield from ("  - {id: lgwan-mail, segment: lgwan-net, addresses: [198.18.100.25], role: mail_server}",)
        yield from ("  - {id: lg-mail, segment: lg-srv, addresses: [10.20.250.25], role: mail_server}", "", "devices:")
        for device in self.devices:
            yield f"  - id: {device.name}"
            yield "    kind: firewall"
            form = "iptables" if device.linux else "fortigate"
            paths = [name for name, _ in self._exports(device)]
            yield f"    exports: [{', '.join(f'{{path: exports/{p}, format: {form}, as_of: 2026-11-01}}' for p in paths)}]"
            yield "    interfaces:"
            for port in device.ports:
                vrf = f", vrf: '{port.vrf}'" if port.vrf else ""
                yield f"      {port.name}: {{segment: {port.segment}, address: {port.address}{vrf}}}"
            if device.linux:
                routes = (f"{{to: {net}, via: {gateway}, interface: {name}}}" for net, gateway, name in device.routes)
                yield f"    routes: [{', '.join(routes)}]"
                yield "    routes_complete: true"
        yield from ("", "links:", '  - {id: up-lgwan, ends: ["fw-core:port5", "zone:lgwan"], kind: lgwan}')
        yield '  - {id: up-sc, ends: ["fw-core:port6", "zone:sc"], kind: security_cloud}'
        yield "assumptions:" if any(device.linux for device in self.devices) else ""
        for number, device in enumerate((d for d in self.devices if d.linux), 1):
            yield (
                f"  - {{id: AS-{number:02}, subject: {device.name}, claim: 出力は全行そろっている, assume: export_whole,"
                " owner: 情報政策課長, reason: 終わりの印がない, document: 記録, review_due: 2099-03-31}"
            )

    def _policy(self) -> Iterator[str]:
        yield from ("segcheck: 1", "", "profiles:", "  - {model: alpha, guideline_edition: R7.3, segments: all}", "")
        yield from (
            "standard:",
            "  - {id: ST-1, from: lgwan, to: internet, kinds: [specific], document: 測定, approver: 課長,",
        )
        yield from ("     reason: 測定, review_due: 2099-03-31}", "register:")
        entries = [("lg-mail", "lgwan-mail", 25), ("lgwan-mail", "lg-mail", 25)]
        entries += [(name, "in-vdi", 3389) for name in self.segments if name.startswith("lg-branch")]
        for number, (source, target, port) in enumerate(entries, 1):
            yield (
                f"  - {{id: R-{number:03}, kind: specific, from: {source}, to: {target}, service: tcp/{port}, purpose: 測定,"
                " status: 承認, approver: 総務課長, approved: 2026-04-01, expires: 2027-03-31}"
            )
        yield from ("", "required:", "  - {id: Q-1, from: lg-branch-00, to: in-vdi, service: tcp/3389, purpose: 測定}")

    def _exports(self, device: Device) -> list[tuple[str, list[str]]]:
        if device.linux:
            return [(f"{device.name}.rules.v4", self._iptables(device)), (f"{device.name}.rules.v6", _CLOSED_V6)]
        return [(f"{device.name}.conf", list(self._fortigate(device)))]

    def _screens(self) -> str:
        return "10.30.250.11/32"

    def _iptables(self, device: Device) -> list[str]:
        out = ["# Generated by iptables-save v1.8.9", "*filter", ":INPUT DROP [0:0]", ":FORWARD DROP [0:0]"]
        out += [":OUTPUT ACCEPT [0:0]", "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"]
        for segment, port in ((p.segment, p.name) for p in device.ports):
            if segment.startswith("lg-"):
                net = self.segments[segment][1]
                out.append(f"-A FORWARD -i {port} -s {net} -d {self._screens()} -p tcp -m tcp --dport 3389 -j ACCEPT")
        for entry, leave, source, target, port, permit in device.rules:
            out.append(
                f"-A FORWARD -s {source} -d {target} -i {entry} -o {leave} -p tcp -m tcp --dport {port} "
                f"-j {'ACCEPT' if permit else 'DROP'}"
            )
        return [*out, "COMMIT", "# Completed"]

    def _fortigate(self, device: Device) -> Iterator[str]:
        yield "#config-version=FGT100F-7.4.3-FW-build2573-240201:opmode=0:vdom=0:user=admin"
        yield "config system global"
        yield f'    set admintimeout 10\n    set hostname "{device.name}"\n    set allow-traffic-redirect disable'
        yield "    set ipv6-allow-traffic-redirect disable\nend"
        yield "config system interface"
        for number, port in enumerate(device.ports, 1):
            yield f'    edit "{port.name}"\n        set vdom "root"'
            if port.vrf:
                yield f"        set vrf {port.vrf}"
            yield f"        set ip {port.address} {_mask(port.length)}\n        set type physical"
            yield f"        set snmp-index {number}\n    next"
        yield "end\nconfig system session-helper\n    edit 14\n        set name dns-udp\n        set protocol 17"
        yield "        set port 53\n    next\nend"
        own = [self.segments[p.segment][1] for p in device.ports if p.segment.startswith("lg-")]
        lans = own if device in self.branches else ["10.20.0.0/17"]
        rules = [("any", "any", net, self._screens(), 3389, True) for net in lans]
        if device is self.core:
            rules += [("port2", "port5", "10.20.250.25/32", "198.18.100.25/32", 25, True)]
            rules += [("port5", "port2", "198.18.100.25/32", "10.20.250.25/32", 25, True)]
        rules += device.rules
        nets = dict.fromkeys(net for rule in rules for net in rule[2:4])
        yield 'config firewall address\n    edit "all"\n    next'
        for net in nets:
            base, length = net.split("/")
            yield f'    edit "{net}"\n        set subnet {base} {_mask(int(length))}\n    next'
        yield "end\nconfig firewall service custom"
        for number in sorted({rule[4] for rule in rules}):
            yield f'    edit "TCP-{number}"\n        set tcp-portrange {number}\n    next'
        yield '    edit "ALL"\n        set protocol IP\n    next\nend\nconfig firewall schedule recurring\n    edit "always"'
        yield "        set day sunday monday tuesday wednesday thursday friday saturday\n    next\nend"
        yield "config firewall policy"
        for number, (entry, leave, source, target, port, permit) in enumerate(rules, 1):
            yield f'    edit {number}\n        set srcintf "{entry}"\n        set dstintf "{leave}"'
            yield from (["        set action accept"] if permit else [])
            yield f'        set srcaddr "{source}"\n        set dstaddr "{target}"\n        set schedule "always"'
            yield f'        set service "TCP-{port}"\n        set logtraffic all\n    next'
        yield "end\nconfig router static"
        for number, (net, gateway, name) in enumerate(device.routes, 1):
            base, length = net.split("/")
            yield f"    edit {number}\n        set dst {base} {_mask(int(length))}\n        set gateway {gateway}"
            yield f'        set device "{name}"\n    next'
        yield "end\nconfig router multicast\nend"


_CLOSED_V6 = [
    "# Generated by ip6tables-save v1.8.9",
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD DROP [0:0]",
    ":OUTPUT DROP [0:0]",
    "COMMIT",
    "# Completed",
]


def _mask(length: int) -> str:
    bits = (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
    return ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))
