"""Small towns as files: a topology, a policy and exports in true syntax, written to a folder and judged as users do.

fortigate   a FortiGate export whose every line is understood
town        the files of a site on disk
judged      its judgement; a pair's standing, the findings of a check
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_interface, ip_network
from pathlib import Path

from segcheck.app import assessing
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Crossing
from segcheck.model.finding import ConfigEvidence, Finding

DAY = date(2026, 11, 24)
#: Of a town that is not about the models of the guideline: its own standard lets these entries exist.
STANDARD = "standard:\n" + "".join(
    f"  - {{id: {one}-{other}, from: {one}, to: {other}, kinds: [specific, relay, sanitise, screen], document: 試験, "
    "approver: 課長, reason: 試験, review_due: 2099-12-31}\n"
    for one, other in (("internet", "sanitise"), ("sanitise", "lgwan"), ("lgwan", "sanitise"), ("sanitise", "internet"))
)
POLICY = "segcheck: 1\nprofiles: [{model: alpha, guideline_edition: R7.3, segments: all}]\n"


@dataclass(frozen=True)
class Rule:
    """A policy of a FortiGate; addresses are prefixes or `all`, `service` is `ALL` or `tcp/443`."""

    number: int
    srcintf: str = "any"
    dstintf: str = "any"
    src: str = "all"
    dst: str = "all"
    service: str = "ALL"
    accept: bool = True
    more: tuple[str, ...] = ()


def _mask(prefix: str) -> str:
    network = ip_network(prefix, strict=False)
    return f"{network.network_address} {network.netmask}"


def fortigate(
    hostname: str,
    ports: Mapping[str, str],
    rules: Sequence[Rule] = (),
    routes: Sequence[tuple[str, str, str]] = (),
    *,
    more: str = "",
    after_interfaces: str = "",
) -> str:
    """Return an export.

    ports    interface to "address/length", then further `set` lines separated by ";"
    routes   (prefix, gateway, interface)
    more     sections that stand before the policies
    """
    lines = [
        "#config-version=FGT60F-7.4.3-FW-build2573-240201:opmode=0:vdom=0:user=admin",
        "#conf_file_ver=100000000000001",
        "#buildno=2573",
        "#global_vdom=1",
        "config system global",
        "    set allow-traffic-redirect disable",
        "    set ipv6-allow-traffic-redirect disable",
        f'    set hostname "{hostname}"',
        '    set timezone "Asia/Tokyo"',
        "end",
        "config system interface",
    ]
    for number, (name, text) in enumerate(ports.items(), 1):
        address, *extra = text.split(";")
        lines += [f'    edit "{name}"', '        set vdom "root"']
        if address:
            own = ip_interface(address)
            lines.append(f"        set ip {own.ip} {own.network.netmask}")
        if not any(line.strip().startswith("set type") for line in extra):
            lines.append("        set type physical")
        lines += [f"        {line.strip()}" for line in extra]
        lines += [f"        set snmp-index {number}", "    next"]
    lines += ["end", *after_interfaces.splitlines(), "config system session-helper", "    edit 14"]
    lines += ["        set name dns-udp", "        set protocol 17", "        set port 53", "    next", "end"]
    named = dict.fromkeys(text for rule in rules for text in (rule.src, rule.dst) if text != "all")
    lines += ["config firewall address", '    edit "all"', "    next"]
    for text in named:
        lines += [f'    edit "{text}"', f"        set subnet {_mask(text)}", "    next"]
    lines += ["end", "config firewall service custom", '    edit "ALL"', "        set protocol IP", "    next"]
    for service in dict.fromkeys(rule.service for rule in rules if rule.service != "ALL"):
        protocol, _, port = service.partition("/")
        lines += [f'    edit "{service}"', f"        set {protocol}-portrange {port}", "    next"]
    lines += ["end", *more.splitlines(), "config firewall schedule recurring", '    edit "always"']
    lines += ["        set day sunday monday tuesday wednesday thursday friday saturday", "    next", "end"]
    lines.append("config firewall policy")
    for rule in rules:
        lines += [
            f"    edit {rule.number}",
            f'        set srcintf "{rule.srcintf}"',
            f'        set dstintf "{rule.dstintf}"',
            *(["        set action accept"] if rule.accept else []),
            f'        set srcaddr "{rule.src}"',
            f'        set dstaddr "{rule.dst}"',
            '        set schedule "always"',
            f'        set service "{rule.service}"',
            "        set logtraffic all",
            *(f"        {line}" for line in rule.more),
            "    next",
        ]
    lines += ["end", "config router static"]
    for number, (prefix, gateway, interface) in enumerate(routes, 1):
        lines += [f"    edit {number}", f"        set dst {_mask(prefix)}"]
        lines += [f"        set gateway {gateway}"] if gateway else []
        lines += [f'        set device "{interface}"', "    next"]
    return "\n".join([*lines, "end", "config router multicast", "end", ""])


def town(folder: Path, topology: str, exports: Mapping[str, str], policy: str = POLICY) -> Path:
    """Write the files of a site and return its folder; a topology without `segcheck:` is completed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exports").mkdir(exist_ok=True)
    head = "" if topology.lstrip().startswith("segcheck:") else "segcheck: 1\nname: 例示町\n"
    (folder / "topology.yaml").write_text(head + topology, encoding="utf-8")
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    for name, text in exports.items():
        (folder / "exports" / name).write_text(text, encoding="utf-8")
    return folder


def assessed(folder: Path, day: date = DAY) -> Assessment:
    """Return the judgement of a town."""
    return assessing.assess(str(folder), day=day).assessment


def crossing(found: Assessment, src: str, dst: str) -> Crossing:
    """Return the judgement of one pair of places."""
    return next(one for one in found.crossings if (one.src.id, one.dst.id) == (src, dst))


def standing(found: Assessment, src: str = "mn-lan", dst: str = "lg-lan") -> str:
    """Return how a pair stands, in the word of results."""
    return crossing(found, src, dst).standing.value


def findings(found: Assessment, check: str) -> list[Finding]:
    """Return what a check found."""
    return [one for one in found.findings if one.check == check]


def lines(finding: Finding) -> list[tuple[str, int, int]]:
    """Return the lines that a finding shows: path, first and last."""
    return [(e.span.path, e.span.first, e.span.last) for e in finding.evidence if isinstance(e, ConfigEvidence)]


#: One firewall between two tiers; DEVICE is its entry, written by the test.
TWO_TIERS = """\
zones:
  mn: {tier: mynumber}
  lg: {tier: lgwan}
segments:
  mn-lan: {zone: mn, v4: [172.16.10.0/24], v6: none, gateway: [fw]}
  lg-lan: {zone: lg, v4: [172.16.20.0/24], v6: none, gateway: [fw]}
hosts:
  - {id: mn-host, segment: mn-lan, addresses: [172.16.10.12]}
  - {id: lg-host, segment: lg-lan, addresses: [172.16.20.25]}
"""
PORTS = {"port1": "172.16.10.1/24", "port2": "172.16.20.1/24"}
DEVICE = """\
devices:
  - id: fw
    kind: firewall
    exports: [{path: exports/fw.conf, format: fortigate}]
    interfaces:
      port1: {segment: mn-lan, address: 172.16.10.1}
      port2: {segment: lg-lan, address: 172.16.20.1}
"""
OPEN = Rule(1, "port1", "port2", "172.16.10.12/32", "172.16.20.25/32", "tcp/443")
CLOSED = Rule(99, accept=False)
