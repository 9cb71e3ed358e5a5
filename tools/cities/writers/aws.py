"""Answers of `aws ec2 describe-*` about one VPC, one behind the other in a file, as the CLI prints them.

Every host in a subnet has a network interface and a security group of its own: rules that go to it are inbound, rules that come
from it outbound. The network ACLs say the same once more, with the answers that they ask to be let through.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, summarize_address_range
from typing import Any

from tools.cities.plan import City, Device, Rule

_OWNER = "111122223333"
_ZONE = "ap-northeast-1a"
_VPC = "vpc-0c1"
_NETWORK = "10.201.0.0/16"
#: Addresses of a subnet that AWS keeps for itself.
_RESERVED = 5
_NUMBERS = {"tcp": "6", "udp": "17"}
_REST = 32767
#: Ports that clients ask from.
_ANY_CLIENT = (1024, 65535)
_Object = dict[str, Any]


def write(city: City, device: Device) -> tuple[str, ...]:
    """Return the text of the export."""
    subnets = {leg.name: leg.segment for leg in device.legs if leg.name.startswith("subnet-")}
    edges = [leg.name for leg in device.legs if leg.name not in subnets]
    hosts = {name: (at, city.hosts[name][1]) for at, where in subnets.items() for name in _in(city, where)}
    answers: list[_Object] = [
        {"Vpcs": [_vpc(device)]},
        {"Subnets": [_subnet(city, at, where, hosts) for at, where in subnets.items()]},
        {"NetworkInterfaces": [_interface(name, *place) for name, place in hosts.items()]},
        {"SecurityGroups": [_group(city, device, name) for name in hosts]},
        {"NetworkAcls": [_acl(city, device, at) for at in subnets]},
        {"RouteTables": [_routes(device, list(subnets)), *(_arriving(edge) for edge in edges)]},
        {"VpnGateways": [_gateway(edge) for edge in edges]},
        {"InternetGateways": []},
        {"NatGateways": []},
    ]
    return ("".join(json.dumps(one, ensure_ascii=False, indent=4) + "\n" for one in answers),)


def _in(city: City, segment: str) -> list[str]:
    return [name for name, (where, *_) in city.hosts.items() if where == segment]


def _tags(name: str) -> list[_Object]:
    return [{"Key": "Name", "Value": name}]


def _id(kind: str, name: str) -> str:
    """Return an id of letters that AWS uses, the same at every run."""
    return f"{kind}-{name.encode().hex()}"


def _vpc(device: Device) -> _Object:
    return {
        "OwnerId": _OWNER,
        "CidrBlockAssociationSet": [{"CidrBlock": _NETWORK, "CidrBlockState": {"State": "associated"}}],
        "IsDefault": False,
        "Tags": _tags(device.id),
        "VpcId": _VPC,
        "State": "available",
        "CidrBlock": _NETWORK,
    }


def _subnet(city: City, at: str, segment: str, hosts: dict[str, tuple[str, str]]) -> _Object:
    network = IPv4Network(city.segments[segment].prefix)
    return {
        "SubnetId": at,
        "State": "available",
        "VpcId": _VPC,
        "CidrBlock": str(network),
        "AvailableIpAddressCount": network.num_addresses - _RESERVED - sum(at == place for place, _ in hosts.values()),
        "AvailabilityZone": _ZONE,
        "MapPublicIpOnLaunch": False,
        "OwnerId": _OWNER,
        "Tags": _tags(segment),
    }


def _interface(name: str, at: str, address: str) -> _Object:
    return {
        "NetworkInterfaceId": _id("eni", name),
        "VpcId": _VPC,
        "SubnetId": at,
        "AvailabilityZone": _ZONE,
        "Description": name,
        "InterfaceType": "interface",
        "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
        "Groups": [{"GroupId": _id("sg", name), "GroupName": name}],
        "SourceDestCheck": True,
        "Status": "in-use",
    }


def _group(city: City, device: Device, name: str) -> _Object:
    return {
        "GroupId": _id("sg", name),
        "GroupName": name,
        "Description": name,
        "VpcId": _VPC,
        "OwnerId": _OWNER,
        "IpPermissions": _permissions(city, [(one, one.source) for one in device.rules if one.destination == name]),
        "IpPermissionsEgress": _permissions(
            city, [(one, one.destination) for one in device.rules if one.source == name]
        ),
    }


def _permissions(city: City, rules: list[tuple[Rule, str]]) -> list[_Object]:
    return [
        {
            "IpProtocol": protocol,
            "FromPort": low,
            "ToPort": high,
            "IpRanges": [{"Description": rule.name, "CidrIp": network} for network in _networks(city, peer)],
        }
        for rule, peer in rules
        for protocol, low, high in map(_service, rule.services)
    ]


def _networks(city: City, name: str) -> list[str]:
    """Return what an end of a rule stands for; an end may be a network itself."""
    if "/" in name:
        return [name]
    pairs = [(IPv4Address(first), IPv4Address(last)) for first, last in city.ranges(name)]
    return [str(network) for pair in pairs for network in summarize_address_range(*pair)]


def _service(text: str) -> tuple[str, int, int]:
    protocol, _, ports = text.partition("/")
    low, _, high = ports.partition("-")
    return protocol, int(low), int(high or low)


def _acl(city: City, device: Device, at: str) -> _Object:
    entries: list[_Object] = []
    for egress in (False, True):
        found = _narrowed(_passing(city, device, at, egress=egress))
        entries += [_entry(100 * number, egress, *one) for number, one in enumerate(found, 1)]
        entries.append(_entry(_REST, egress, "0.0.0.0/0", "-1", None))
    return {
        "NetworkAclId": at.replace("subnet-", "acl-"),
        "VpcId": _VPC,
        "OwnerId": _OWNER,
        "IsDefault": False,
        "Associations": [{"SubnetId": at}],
        "Entries": entries,
    }


def _passing(city: City, device: Device, at: str, *, egress: bool) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield (network, protocol, ports) of what opens in a direction, and of the answers to what opens in the other."""
    for rule in device.rules:
        source, destination = (rule.come, rule.source), (rule.go, rule.destination)
        near, far = (source, destination) if egress else (destination, source)
        for here, there, answers in ((near[0], far[1], False), (far[0], near[1], True)):
            for protocol, low, high in map(_service, rule.services if here == at else ()):
                ports = _ANY_CLIENT if answers else (low, high)
                yield from ((network, _NUMBERS[protocol], ports) for network in _networks(city, there))


def _narrowed(
    found: Iterable[tuple[str, str, tuple[int, int]]],
) -> list[tuple[str, str, tuple[int, int]]]:
    """Return entries without those that lie within another."""
    every = list(dict.fromkeys(found))
    return [
        one
        for one in every
        if not any(one != other and one[1:] == other[1:] and _within(one[0], other[0]) for other in every)
    ]


def _within(network: str, other: str) -> bool:
    return IPv4Network(network).subnet_of(IPv4Network(other))


def _entry(number: int, egress: bool, network: str, protocol: str, ports: tuple[int, int] | None) -> _Object:
    ranged = {"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {}
    return {
        "CidrBlock": network,
        "Egress": egress,
        "Protocol": protocol,
        **ranged,
        "RuleAction": "allow" if ports else "deny",
        "RuleNumber": number,
    }


def _routes(device: Device, subnets: list[str]) -> _Object:
    routes = [_route(one.to, one.interface, "CreateRoute") for one in device.routes]
    associated = [{"Main": True}, *({"Main": False, "SubnetId": at} for at in subnets)]
    return _table("rtb-0c1", associated, routes)


def _arriving(edge: str) -> _Object:
    """Return the route table of a gateway: what comes by it goes into the VPC or nowhere."""
    return _table(edge.replace("vgw-", "rtb-0a"), [{"Main": False, "GatewayId": edge}], [])


def _table(name: str, associated: list[_Object], routes: list[_Object]) -> _Object:
    return {
        "RouteTableId": name,
        "VpcId": _VPC,
        "OwnerId": _OWNER,
        "Associations": associated,
        "PropagatingVgws": [],
        "Routes": [_route(_NETWORK, "local", "CreateRouteTable"), *routes],
    }


def _route(to: str, target: str, origin: str) -> _Object:
    return {"DestinationCidrBlock": to, "GatewayId": target, "Origin": origin, "State": "active"}


def _gateway(edge: str) -> _Object:
    return {
        "VpnGatewayId": edge,
        "State": "available",
        "Type": "ipsec.1",
        "VpcAttachments": [{"State": "attached", "VpcId": _VPC}],
        "Tags": _tags("gc-edge"),
    }
