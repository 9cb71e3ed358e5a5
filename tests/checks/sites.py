"""Towns of a few lines for the checks: FortiGates that are read whole, a register, and what is found.

Town    what a town has; `written` puts it into a folder, `found` judges it and returns the findings of a check
rule    one firewall policy
entry   one line of the register
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from segcheck.app import assessing
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import LineUse
from segcheck.model.finding import ConfigEvidence, Finding, WitnessEvidence

#: Nobody sees from an iptables-save where it ends.
WHOLE = """\
assumptions:
  - {id: A1, subject: fw, claim: 全行そろっている, assume: export_whole, owner: 総務課長, reason: 試験, document: 試験,
     review_due: 2027-03-31}
"""
#: A Tuesday.
DAY = date(2026, 11, 24)
ZONES = {
    "mn": "mynumber",
    "lg": "lgwan",
    "in": "internet",
    "san": "sanitise",
    "dmz": "dmz",
    "mgt": "management",
    "mnt": "maintenance",
    "sc": "security_cloud",
    "wan": "lgwan_wan",
    "sch": "school",
    "gc": "gov_cloud",
    "jk": "juki",
    "lgwan": "lgwan_wan",
}
#: Segment: (zone, prefix, further keys); the firewall `fw` has the first address of each that stands in `PORTS`.
SEGMENTS = {
    "mn-lan": ("mn", "10.0.0.0/24", ""),
    "lg-lan": ("lg", "10.1.0.0/24", ""),
    "in-lan": ("in", "10.2.0.0/24", ""),
    "san-lan": ("san", "10.3.0.0/24", ""),
    "mgt-lan": ("mgt", "10.4.0.0/24", ""),
}
HOSTS = {
    "mn-srv": ("mn-lan", "10.0.0.10"),
    "lg-mail": ("lg-lan", "10.1.0.25"),
    "lg-pc": ("lg-lan", "10.1.0.50"),
    "in-mail": ("in-lan", "10.2.0.25"),
    "in-pc": ("in-lan", "10.2.0.50"),
    "san-mail": ("san-lan", "10.3.0.5"),
    "jump": ("mgt-lan", "10.4.0.10"),
    "sc-proxy": ("sc-net", "198.51.100.21"),
}
GROUPS = {"lg-pcs": "10.1.0.100-10.1.0.199", "in-pcs": "10.2.0.100-10.2.0.199"}
PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.1/24")}
SERVICES = {
    "SMTP": "set tcp-portrange 25",
    "HTTPS": "set tcp-portrange 443",
    "WEB": "set tcp-portrange 80 443",
    "DNS": "set tcp-portrange 53\n        set udp-portrange 53",
    "RDP": "set tcp-portrange 3389",
    "CDR": "set tcp-portrange 9427 32111",
    "PING": "set protocol ICMP\n        set icmptype 8",
    "UNREACHABLE": "set protocol ICMP\n        set icmptype 3",
    "6IN4": "set protocol IP\n        set protocol-number 41",
    "IKE": "set udp-portrange 500 4500",
    "ALL": "set protocol IP",
}
SCHEDULES = {
    "always": "set day sunday monday tuesday wednesday thursday friday saturday",
    "hoshu": "set start 22:00\n        set end 23:00\n        set day tuesday",
    "hiruma": "set start 08:00\n        set end 20:00\n        set day monday tuesday wednesday thursday friday",
}


def rule(number: int, src: str, dst: str, service: str = "ALL", **more: str) -> str:
    """Return a policy; `src` and `dst` are "interface:address", the address being `all`, a host or a group.

    more   further settings: action, schedule, logtraffic, status, nat, srcaddr6 ...
    """
    ends = [end.partition(":") for end in (src, dst)]
    settings = {
        "uuid": f"4d3e0000-0000-51ef-b001-{number:012d}",
        "srcintf": f'"{ends[0][0]}"',
        "dstintf": f'"{ends[1][0]}"',
        "action": "accept",
        "srcaddr": f'"{ends[0][2] or "all"}"',
        "dstaddr": f'"{ends[1][2] or "all"}"',
        "schedule": '"always"',
        "service": f'"{service}"',
        "logtraffic": "all",
        **more,
    }
    lines = [f"        set {name} {value}\n" for name, value in settings.items() if value != "unset"]
    return f"    edit {number}\n{''.join(lines)}    next\n"


def entry(name: str, source: str, target: str, service: str, **more: str) -> str:
    """Return a line of the register; approved and in force unless `more` says otherwise."""
    keys = {
        "id": name,
        "kind": "specific",
        "from": source,
        "to": target,
        "service": service,
        "purpose": "試験",
        "status": "承認",
        "approver": "総務課長",
        "approved": "2026-04-01",
        "expires": "2027-03-31",
        **more,
    }
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


def route(number: int, to: str, gateway: str, port: str) -> str:
    """Return a static route."""
    return f"""\
    edit {number}
        set dst {to}
        set gateway {gateway}
        set device "{port}"
    next
"""


@dataclass(frozen=True, kw_only=True)
class Firewall:
    """One FortiGate: interface -> (segment, address/length); `undeclared` interfaces are in the export only.

    iptables   rules of its FORWARD chain: it is a Linux router instead; ip6tables likewise
    objects    further entries of `firewall address`
    side_files role -> text of a file beside the export; counters in it run since 2025-04-01
    sections   further sections of the export, each from `config` to `end`
    """

    ports: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(PORTS))
    rules: Sequence[str] = ()
    routes: Sequence[str] = ()
    undeclared: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    local_in: Sequence[str] = ()
    exported: bool = True
    iptables: Sequence[str] = ()
    ip6tables: Sequence[str] = ()
    more: str = ""
    objects: str = ""
    side_files: dict[str, str] = field(default_factory=dict)
    sections: str = ""

    def written(self, folder: Path, name: str) -> None:
        """Write its export, if it has one."""
        if self.iptables or self.ip6tables:
            (folder / f"exports/{name}.v4").write_text(_saved("iptables", self.iptables), encoding="utf-8")
            (folder / f"exports/{name}.v6").write_text(_saved("ip6tables", self.ip6tables), encoding="utf-8")
        elif self.exported:
            for role, text in self.side_files.items():
                (folder / f"exports/{name}.{role}").write_text(text, encoding="utf-8")
            (folder / f"exports/{name}.conf").write_text(self.export(name), encoding="utf-8")

    def declared(self, name: str) -> list[str]:
        """Return the lines of topology.yaml that say which exports it has."""
        if self.iptables or self.ip6tables:
            files = ", ".join(f"{{path: exports/{name}.{family}, format: iptables}}" for family in ("v4", "v6"))
            return [f"    exports: [{files}]", "    routes_complete: true"]
        beside = "".join(
            f", {{path: exports/{name}.{role}, role: {role}, as_of: {DAY}, counting_since: 2025-04-01}}"
            for role in self.side_files
        )
        return [f"    exports: [{{path: exports/{name}.conf, format: fortigate}}{beside}]"] if self.exported else []

    def export(self, name: str) -> str:
        """Return its export."""
        interfaces = "".join(
            _interface(port, address, self.settings.get(port, ""))
            for port, address in [*((p, a) for p, (_, a) in self.ports.items()), *self.undeclared.items()]
        )
        named = "".join((*self.rules, *self.local_in))  # an object that nothing names is a finding
        hosts = "".join(
            _address(host, f"subnet {address} 255.255.255.255")
            for host, (_, address) in HOSTS.items()
            if f'"{host}"' in named
        )
        groups = "".join(
            _address(group, "type iprange", "start-ip " + ends.split("-")[0], "end-ip " + ends.split("-")[1])
            for group, ends in GROUPS.items()
            if f'"{group}"' in named
        )
        services = "".join(f'    edit "{one}"\n        {text}\n    next\n' for one, text in SERVICES.items())
        schedules = "".join(f'    edit "{one}"\n        {text}\n    next\n' for one, text in SCHEDULES.items())
        local = f"config firewall local-in-policy\n{''.join(self.local_in)}end\n" if self.local_in else ""
        return f"""\
#config-version=FGT60F-7.4.3-FW-build2573-240201:opmode=0:vdom=0:user=admin
#conf_file_ver=100000000000001
#buildno=2573
#global_vdom=1
config system global
    set admintimeout 10
    set allow-traffic-redirect disable
    set ipv6-allow-traffic-redirect disable
    set hostname "{name}"
    set timezone "Asia/Tokyo"
end
config system interface
{interfaces}end
config system session-helper
    edit 14
        set name dns-udp
        set protocol 17
        set port 53
    next
end
config firewall address
    edit "all"
    next
{hosts}{groups}{self.objects}end
config firewall service custom
{services}end
config firewall schedule recurring
{schedules}end
config firewall policy
{"".join(self.rules)}end
{local}{self.sections}config router static
{"".join(self.routes)}end
config router multicast
end
"""


def _saved(program: str, rules: Sequence[str]) -> str:
    """Return what iptables-save writes of a filter table whose FORWARD chain has these rules and drops the rest."""
    lines = "".join(f"-A FORWARD {one}\n" for one in rules)
    return f"""\
# Generated by {program}-save v1.8.9 on Tue Nov 24 10:00:00 2026
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
{lines}COMMIT
# Completed on Tue Nov 24 10:00:00 2026
"""


def _interface(name: str, address: str, settings: str) -> str:
    text, length = address.split("/")
    mask = (0xFFFFFFFF << (32 - int(length))) & 0xFFFFFFFF
    dotted = ".".join(str(mask >> shift & 255) for shift in (24, 16, 8, 0))
    return f"""\
    edit "{name}"
        set vdom "root"
        set ip {text} {dotted}
{settings}        set type physical
    next
"""


def _address(name: str, *settings: str) -> str:
    return f'    edit "{name}"\n' + "".join(f"        set {one}\n" for one in settings) + "    next\n"


@dataclass(frozen=True, kw_only=True)
class Town:
    """A town: one firewall `fw` between LGWAN and internet tier, unless told otherwise.

    topology   further lines of topology.yaml, from the beginning of a line
    keys       further keys of a zone, host or group, by its id: ", role: terminal"
    profile    the model that holds, with its edition and days; absent: `model` for all segments
    roles      of hosts, where it is not the usual one
    hosts      further hosts: (segment, "" for one on the internet, address)
    kinds      of devices, where it is not a firewall
    groups     further ones: name -> range
    lenient    a standard of the city lets any kind of entry exist: the town is not about the models of the guideline
    """

    rules: Sequence[str] = ()
    register: Sequence[str] = ()
    required: Sequence[str] = ()
    firewalls: dict[str, Firewall] | None = None
    segments: dict[str, tuple[str, str, str]] = field(default_factory=lambda: dict(SEGMENTS))
    topology: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    profile: str = ""
    model: str = "alpha"
    roles: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, tuple[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    lenient: bool = True

    def with_rules(self, *rules: str) -> Town:
        """Return the town with other rules."""
        return replace(self, rules=rules)

    def written(self, folder: Path) -> Path:
        """Write the town's files and return their folder."""
        devices = self.firewalls or {"fw": Firewall(rules=self.rules)}
        (folder / "exports").mkdir(parents=True, exist_ok=True)
        (folder / "topology.yaml").write_text(self._topology(devices), encoding="utf-8")
        (folder / "policy.yaml").write_text(self._policy(), encoding="utf-8")
        for name, one in devices.items():
            one.written(folder, name)
        return folder

    def judged(self, folder: Path, day: date = DAY) -> Assessment:
        """Return the judgement; every line of every export has been understood."""
        assessment = assessing.assess(str(self.written(folder)), day=day).assessment
        for bound in assessment.bindings:
            for one in bound.reading.inputs if bound.reading is not None else ():
                used = {use for use, count in one.lines.counts().items() if count}
                assert used <= {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}, one.path
        return assessment

    def found_in(self, folder: Path, topology: str, check: str) -> tuple[Finding, ...]:
        """Return the findings of one check on a town already written, with another topology.yaml."""
        (folder / "topology.yaml").write_text(topology, encoding="utf-8")
        found = assessing.assess(str(folder), day=DAY).assessment.findings
        return tuple(one for one in found if one.check == check)

    def found(self, folder: Path, check: str, day: date = DAY) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(one for one in self.judged(folder, day).findings if one.check == check)

    def _topology(self, devices: dict[str, Firewall]) -> str:
        used = {segment for one in devices.values() for segment, _ in one.ports.values()}
        segments = {name: one for name, one in self.segments.items() if name in used or "external" in one[2]}
        zones = dict.fromkeys(zone for zone, _, _ in segments.values())
        v6 = {name: "" if "v6:" in more else ", v6: none" for name, (_, _, more) in segments.items()}
        lines = ["segcheck: 1", "name: 試験町", "zones:"]
        lines += [f"  {zone}: {{tier: {ZONES[zone]}{self.keys.get(zone, '')}}}" for zone in zones]
        lines += ["segments:"]
        lines += [
            f"  {name}: {{zone: {zone}, v4: [{prefix}]{v6[name]}{more}}}"
            for name, (zone, prefix, more) in segments.items()
        ]
        lines += ["hosts:"]
        lines += [
            f"  - {{id: {host}, {f'segment: {segment}, ' if segment else ''}addresses: [{address}]"
            + (f", role: {self.roles[host]}" if host in self.roles else "")
            + f"{self.keys.get(host, '')}}}"
            for host, (segment, address) in {**HOSTS, **self.hosts}.items()
            if segment in segments or not segment
        ]
        zone_of = {"lg-pcs": "lg-lan", "in-pcs": "in-lan"}
        groups = [
            f"  {name}: {{ranges: [{ends}]{self.keys.get(name, '')}}}"
            for name, ends in GROUPS.items()
            if zone_of[name] in segments
        ]
        groups += [f"  {name}: {{ranges: [{ends}]}}" for name, ends in self.groups.items()]
        lines += ["groups:", *groups] if groups else []
        lines += ["devices:"]
        for name, one in devices.items():
            lines += [f"  - id: {name}", f"    kind: {self.kinds.get(name, 'firewall')}"]
            lines += one.declared(name)
            lines += ["    interfaces:"]
            lines += [f"      {port}: {{segment: {seg}, address: {a}}}" for port, (seg, a) in one.ports.items()]
            lines += [one.more] if one.more else []
        return "\n".join(lines) + "\n" + self.topology

    def _policy(self) -> str:
        profile = self.profile or f"model: {self.model}, guideline_edition: R7.3, segments: all"
        text = f"segcheck: 1\nprofiles:\n  - {{{profile}}}\n"
        text += standard() if self.lenient else ""
        text += "register:\n" + "".join(self.register) if self.register else ""
        return text + ("required:\n" + "".join(self.required) if self.required else "")


def standard(tiers: Sequence[str] = tuple(dict.fromkeys(ZONES.values()))) -> str:
    """Return a standard of the city by which any kind of entry may exist between these tiers, where one may at all."""
    closed = {"internet", "security_cloud", "public"}
    rows = [
        f"  - {{id: ST-{one}-{other}, from: {one}, to: {other}, document: 試験, approver: 課長, reason: 試験, "
        "review_due: 2099-12-31, kinds: [specific, sanitise, screen, lbo, relay, log_export, maintenance]}\n"
        for one in tiers
        for other in tiers
        if one != other and not ("mynumber" in (one, other) and closed & {one, other})
    ]
    return "standard:\n" + "".join(rows)


# --- what findings say


def lines(finding: Finding) -> list[tuple[str, int, int]]:
    """Return the lines that a finding blames: (path, first, last)."""
    return [(e.span.path, e.span.first, e.span.last) for e in finding.evidence if isinstance(e, ConfigEvidence)]


def witness(finding: Finding) -> WitnessEvidence:
    """Return the one packet that a finding shows."""
    (found,) = [one for one in finding.evidence if isinstance(one, WitnessEvidence)]
    return found


def way(finding: Finding) -> list[str]:
    """Return the devices that the witness of a finding meets."""
    return [hop.device for hop in witness(finding).journeys[0].hops]


def params(finding: Finding) -> dict[str, str]:
    """Return what fills the message."""
    return dict(finding.params)


def told(finding: Finding, assessment: Assessment) -> tuple[str, str]:
    """Return the message in both languages."""
    words = assessment.checks[finding.check].worded(finding.standing)
    return words[0].format(**params(finding)), words[1].format(**params(finding))


def policy(folder: Path, number: int, device: str = "fw") -> tuple[str, int, int]:
    """Return the lines of a firewall policy in an export."""
    path = f"exports/{device}.conf"
    text = (folder / path).read_text(encoding="utf-8").splitlines()
    start = text.index("config firewall policy")
    first = text.index(f"    edit {number}", start)
    return path, first + 1, text.index("    next", first) + 1


def block(folder: Path, section: str, name: str, device: str = "fw") -> tuple[str, int, int]:
    """Return the lines of an entry of a section: block(folder, "system interface", '"wan"')."""
    path = f"exports/{device}.conf"
    text = (folder / path).read_text(encoding="utf-8").splitlines()
    first = text.index(f"    edit {name}", text.index(f"config {section}"))
    return path, first + 1, text.index("    next", first) + 1


def item(folder: Path, name: str, path: str = "policy.yaml") -> tuple[str, int, int]:
    """Return the line of a register entry or required flow."""
    text = (folder / path).read_text(encoding="utf-8").splitlines()
    (number,) = [n for n, line in enumerate(text, 1) if f"{{id: {name}," in line]
    return path, number, number


def chain(folder: Path, text: str, device: str = "fw", family: str = "v4") -> tuple[str, int, int]:
    """Return the line of a rule of a FORWARD chain."""
    path = f"exports/{device}.{family}"
    number = (folder / path).read_text(encoding="utf-8").splitlines().index(f"-A FORWARD {text}") + 1
    return path, number, number


def violated(assessment: Assessment) -> set[tuple[str, str]]:
    """Return the zone pairs that are surely crossed."""
    return {(one.src.zone, one.dst.zone) for one in assessment.crossings if one.standing is Standing.VIOLATED}
