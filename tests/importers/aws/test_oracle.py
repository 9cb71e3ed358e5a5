"""Small random VPCs against a plain reading of the guide's own words, packet by packet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from segcheck import importers
from segcheck.analysis.compiling import judge_device
from segcheck.analysis.tracing import trace
from segcheck.loaders.files import decode
from segcheck.model.trace import Probe
from segcheck.sets.addresses import parse_one

VPC = "10.64.0.0/16"
SUBNETS = {"subnet-0a": "10.64.1.0/24", "subnet-0b": "10.64.2.0/24"}
HOSTS = {"10.64.1.10": "subnet-0a", "10.64.1.11": "subnet-0a", "10.64.2.20": "subnet-0b", "10.64.2.21": "subnet-0b"}
OUTSIDE = ("10.20.0.1", "10.30.0.1")
GROUPS = ("sg-01", "sg-02", "sg-03")
PORTS = (22, 443)
BLOCKS = ("0.0.0.0/0", "10.64.1.0/24", "10.64.2.20/32", "10.64.1.10/31", "10.20.0.0/16")


@dataclass(frozen=True)
class Rule:
    egress: bool
    protocol: str
    low: int
    high: int
    peer: str


@dataclass(frozen=True)
class Entry:
    egress: bool
    number: int
    allow: bool
    protocol: str
    low: int
    high: int
    block: str


PORT = st.sampled_from(((0, 65535), (22, 22), (80, 443), (443, 443)))
RULES = st.lists(
    st.builds(
        lambda egress, proto, ports, peer: Rule(egress, proto, *ports, peer),
        st.booleans(),
        st.sampled_from(("-1", "tcp", "udp")),
        PORT,
        st.sampled_from((*BLOCKS, *GROUPS)),
    ),
    max_size=4,
)
ENTRIES = st.lists(
    st.builds(
        lambda egress, number, allow, proto, ports, block: Entry(egress, number, allow, proto, *ports, block),
        st.booleans(),
        st.integers(1, 9),
        st.booleans(),
        st.sampled_from(("-1", "6", "17")),
        PORT,
        st.sampled_from(BLOCKS),
    ),
    max_size=6,
    unique_by=lambda entry: (entry.egress, entry.number),
)
MEMBERS = st.fixed_dictionaries({host: st.sets(st.sampled_from(GROUPS), min_size=1) for host in HOSTS})
ROUTES = st.dictionaries(
    st.sampled_from(("0.0.0.0/0", "10.0.0.0/8", "10.20.0.0/16", "10.20.0.0/24")),
    st.sampled_from(("pcx-01", "vgw-01", "")),
)


@dataclass(frozen=True)
class Small:
    rules: dict[str, list[Rule]]
    entries: dict[str, list[Entry]]
    members: dict[str, set[str]]
    routes: dict[str, str]

    def text(self) -> str:
        """Return the answers."""
        acls = [
            {
                "NetworkAclId": f"acl-0{name[-1]}",
                "VpcId": "vpc-01",
                "Associations": [{"SubnetId": name}],
                "Entries": [_entry(one) for one in self.entries[name]],
            }
            for name in SUBNETS
        ]
        return json.dumps(
            {
                "Vpcs": [{"VpcId": "vpc-01", "CidrBlock": VPC}],
                "Subnets": [
                    {"SubnetId": name, "VpcId": "vpc-01", "CidrBlock": block, "AvailableIpAddressCount": 249}
                    for name, block in SUBNETS.items()
                ],
                "NetworkInterfaces": [
                    {
                        "NetworkInterfaceId": f"eni-{n}",
                        "VpcId": "vpc-01",
                        "SubnetId": subnet,
                        "PrivateIpAddress": host,
                        "Groups": [{"GroupId": group} for group in sorted(self.members[host])],
                    }
                    for n, (host, subnet) in enumerate(HOSTS.items())
                ],
                "SecurityGroups": [
                    {
                        "GroupId": name,
                        "VpcId": "vpc-01",
                        "IpPermissions": [_permission(one) for one in rules if not one.egress],
                        "IpPermissionsEgress": [_permission(one) for one in rules if one.egress],
                    }
                    for name, rules in self.rules.items()
                ],
                "NetworkAcls": acls,
                "RouteTables": [
                    {
                        "RouteTableId": "rtb-01",
                        "VpcId": "vpc-01",
                        "Associations": [{"Main": True}],
                        "Routes": [_route(VPC, "local"), *(_route(to, via) for to, via in self.routes.items())],
                    }
                ],
            },
            indent=1,
        )

    def group(self, host: str, egress: bool, peer: str, proto: str, port: int) -> bool:
        """Return whether any rule of any group of a host allows a packet."""
        return any(
            rule.egress == egress
            and rule.protocol in ("-1", proto)
            and (rule.protocol == "-1" or rule.low <= port <= rule.high)
            and (rule.peer in self.members.get(peer, set()) if rule.peer in GROUPS else _in(peer, rule.peer))
            for name in self.members[host]
            for rule in self.rules[name]
        )

    def acl(self, subnet: str, egress: bool, peer: str, proto: str, port: int) -> bool:
        """Return what the entry with the lowest number says."""
        number = {"tcp": "6", "udp": "17"}[proto]
        for one in sorted(self.entries[subnet], key=lambda entry: entry.number):
            ported = one.protocol == "-1" or (one.protocol == number and one.low <= port <= one.high)
            if one.egress == egress and ported and _in(peer, one.block):
                return one.allow
        return False

    def way(self, dst: str) -> str:
        """Return where a packet leaves: a subnet, a gateway, or "" for nowhere."""
        if _in(dst, VPC):
            return next((name for name, block in SUBNETS.items() if _in(dst, block)), "")
        fitting = [to for to in self.routes if _in(dst, to)]
        return self.routes[max(fitting, key=lambda to: ip_network(to).prefixlen)] if fitting else ""

    def passes(self, came: str, src: str, dst: str, proto: str, port: int) -> bool:
        """Return what becomes of an opening packet."""
        if came in SUBNETS and (HOSTS.get(src) != came or not self.group(src, True, dst, proto, port)):
            return False
        out = self.way(dst)
        if not out or (came not in SUBNETS and out not in SUBNETS):
            return False
        if came in SUBNETS and out != came and not self.acl(came, True, dst, proto, port):
            return False
        if out not in SUBNETS:
            return True
        met = out == came or self.acl(out, False, src, proto, port)
        return met and dst in HOSTS and self.group(dst, False, src, proto, port)


def _in(address: str, block: str) -> bool:
    return ip_address(address) in ip_network(block)


def _permission(rule: Rule) -> dict[str, Any]:
    ports = {} if rule.protocol == "-1" else {"FromPort": rule.low, "ToPort": rule.high}
    peer = (
        {"UserIdGroupPairs": [{"GroupId": rule.peer}]} if rule.peer in GROUPS else {"IpRanges": [{"CidrIp": rule.peer}]}
    )
    return {"IpProtocol": rule.protocol, **ports, **peer}


def _entry(one: Entry) -> dict[str, Any]:
    ports = {} if one.protocol == "-1" else {"PortRange": {"From": one.low, "To": one.high}}
    action = "allow" if one.allow else "deny"
    said = {"RuleNumber": one.number, "Egress": one.egress, "RuleAction": action}
    return {**said, "Protocol": one.protocol, "CidrBlock": one.block, **ports}


def _route(to: str, via: str) -> dict[str, Any]:
    key = "VpcPeeringConnectionId" if via in ("pcx-01", "") else "GatewayId"
    origin = "CreateRouteTable" if via == "local" else "CreateRoute"
    state = "active" if via else "blackhole"
    return {"DestinationCidrBlock": to, key: via or "pcx-02", "Origin": origin, "State": state}


@settings(max_examples=15)
@given(
    st.fixed_dictionaries(dict.fromkeys(GROUPS, RULES)),
    st.fixed_dictionaries(dict.fromkeys(SUBNETS, ENTRIES)),
    MEMBERS,
    ROUTES,
)
def test_every_packet_is_judged_as_the_guide_has_it(
    rules: dict[str, list[Rule]], entries: dict[str, list[Entry]], members: dict[str, set[str]], routes: dict[str, str]
) -> None:
    small = Small(rules, entries, members, routes)
    (device,) = importers.read([decode("vpc.json", small.text().encode() + b"\n")], "aws").devices
    gates = [via for via in dict.fromkeys(routes.values()) if via]
    asked = [(subnet, host) for host, subnet in HOSTS.items()]
    asked += [("subnet-0a", "10.64.1.99"), *((gate, src) for gate in gates for src in OUTSIDE)]
    packets = [
        (came, src, dst, proto, port)
        for came, src in asked
        for dst in (*HOSTS, "10.64.2.99", *OUTSIDE)
        if dst != src and (came != "vgw-01" or dst not in OUTSIDE)  # between VPN connections nothing is settled
        for proto, port in (("tcp", PORTS[0]), ("tcp", PORTS[1]), ("udp", PORTS[1]))
    ]
    probes = [_probe(*packet) for packet in packets]

    for packet, said in zip(packets, judge_device(device, probes), strict=True):
        true = "permit" if small.passes(*packet) else "deny"
        assert said.verdict.value == true, packet
        if said.verdict.value == "permit":
            assert said.egress == small.way(packet[2])
    for packet, probe in list(zip(packets, probes, strict=True))[::7]:
        assert (trace(device, probe).verdict.value == "permit") == small.passes(*packet), packet


def _probe(came: str, src: str, dst: str, proto: str, port: int) -> Probe:
    known = {"src": parse_one(src), "dst": parse_one(dst), "sport": 40000, "dport": port, "fragment": 0}
    extra = {"proto": 6, "tcp_flags": 2} if proto == "tcp" else {"proto": 17}
    return Probe(known={**known, **extra}, ingress=came)
