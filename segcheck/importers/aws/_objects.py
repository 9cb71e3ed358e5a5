"""One object of an answer to one thing of the estate. Source: Amazon EC2 API Reference, data types.

Every reader returns the thing's id, what was told of it (to compare two answers), and the VPC that it concerns; None for
what is not kept.
"""

from __future__ import annotations

from collections.abc import Callable

from segcheck.importers.aws._estate import (
    Acl,
    Attachment,
    Edge,
    Eni,
    Entry,
    Estate,
    Group,
    Nat,
    Permission,
    RouteLine,
    RouteTable,
    Subnet,
    TransitRoute,
    Vpc,
)
from segcheck.importers.aws._json import Malformed, Node
from segcheck.model.source import Span
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

Kept = tuple[str, object, str] | None
#: Types of network interfaces that the API Reference writes otherwise than the command prints.
_KINDS = {"": "interface", "natGateway": "nat_gateway"}
#: Where a route comes from; what a route server advertises (Advertisement) is not modelled.
_ORIGINS = ("CreateRoute", "CreateRouteTable", "EnableVgwRoutePropagation")
#: Keys of a route that name where it leads.
TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "EgressOnlyInternetGatewayId",
    "VpcEndpointId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
)


def _network(text: str) -> tuple[int, int]:
    """Return the first address and the length of a block `address/length`."""
    address, slash, length = text.partition("/")
    lo = addresses.parse(text).min
    if not slash or addresses.parse_one(address) != lo:
        raise ValueError(text)
    return lo, int(length)


def _name(node: Node) -> str:
    """Return the tag `Name`; other tags may hold anything and are not shown."""
    for tag in node.items("Tags"):
        if tag.text("Key") == "Name":
            return tag.text("Value")[:80]
    return ""


def _blocks(node: Node, key: str, text: str, state: str) -> list[str]:
    """Return the blocks of an association set that are in force, or on their way in or out."""
    found = []
    for item in node.items(key):
        told = item.get(state)
        if told is None or told.text("State") not in ("disassociated", "failed", "failing"):
            found.append(item.needed(text))
    return found


def _blocked(node: Node) -> bool:
    states = node.get("BlockPublicAccessStates")
    return states is not None and states.text("InternetGatewayBlockMode") not in ("", "off")


def _vpc(node: Node, span: Span, estate: Estate) -> Kept:
    identity = node.named("VpcId")
    texts = {node.text("CidrBlock"), *_blocks(node, "CidrBlockAssociationSet", "CidrBlock", "CidrBlockState")}
    texts |= set(_blocks(node, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState"))
    networks = IntervalSet.empty()
    for text in sorted(texts - {""}):
        networks = networks | addresses.parse(text)
    if not networks:
        raise Malformed(node, "no CidrBlock")
    estate.vpcs.setdefault(identity, Vpc(identity, networks, _blocked(node), _name(node), span))
    estate.owners[identity] = None
    return identity, (networks, _blocked(node)), identity


def _subnet(node: Node, span: Span, estate: Estate) -> Kept:
    identity, vpc = node.named("SubnetId"), node.named("VpcId")
    texts = [text for text in (node.text("CidrBlock"),) if text]
    texts += _blocks(node, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState")
    networks = tuple(dict.fromkeys(_network(text) for text in texts))
    if not networks:
        raise Malformed(node, "no CidrBlock")
    held = IntervalSet.empty()
    for low, length in networks:
        held = held | addresses.prefix(low, length)
    free, zone = node.number("AvailableIpAddressCount"), node.text("AvailabilityZone")
    made = Subnet(identity, vpc, networks, held, free, zone, _blocked(node), _name(node), span)
    estate.subnets.setdefault(identity, made)
    estate.owners[vpc] = None
    return identity, (vpc, networks, free, made.blocked), vpc


def _eni(node: Node, span: Span, estate: Estate) -> Kept:
    identity, vpc, subnet = node.named("NetworkInterfaceId"), node.maybe_named("VpcId"), node.maybe_named("SubnetId")
    if not vpc or not subnet:
        raise Malformed(node, "no VpcId or SubnetId")
    own: list[int] = []
    public: list[tuple[int, int]] = []
    for item in node.items("PrivateIpAddresses"):
        address = addresses.parse_one(item.needed("PrivateIpAddress"))
        own.append(address)
        public += _public(item, address)
    if node.text("PrivateIpAddress"):
        address = addresses.parse_one(node.text("PrivateIpAddress"))
        own += [] if address in own else [address]
        public += [pair for pair in _public(node, address) if pair not in public]
    used = len(own)
    held = IntervalSet.of(*own) if own else IntervalSet.empty()
    for item in node.items("Ipv6Addresses"):
        held = held | addresses.parse(item.needed("Ipv6Address"))
    for key, text in (("Ipv4Prefixes", "Ipv4Prefix"), ("Ipv6Prefixes", "Ipv6Prefix")):
        for item in node.items(key):
            block = addresses.parse(item.needed(text))
            held = held | block
            used += block.count if key == "Ipv4Prefixes" else 0
    groups = tuple(sorted(item.named("GroupId") for item in node.items("Groups")))
    kind, checked = (
        _KINDS.get(node.text("InterfaceType"), node.text("InterfaceType")),
        node.flag("SourceDestCheck") is not False,
    )
    first = own[0] if own else held.min if held else None
    shut = node.flag("DenyAllIgwTraffic") is True
    made = Eni(identity, vpc, subnet, held, first, used, tuple(public), groups, kind, checked, shut, span)
    estate.enis.setdefault(identity, made)
    estate.owners[vpc] = None
    return identity, (vpc, subnet, held, tuple(sorted(public)), groups, kind, checked), vpc


def _public(node: Node, address: int) -> list[tuple[int, int]]:
    told = node.get("Association")
    found = [told.text(key) for key in ("PublicIp", "CarrierIp")] if told is not None else []
    return [(address, addresses.parse_one(text)) for text in found if text]


def _permissions(node: Node, egress: bool, span: Span) -> list[Permission]:
    protocol, low, high = node.needed("IpProtocol"), node.number("FromPort"), node.number("ToPort")
    named = [("cidr", item.needed("CidrIp"), False) for item in node.items("IpRanges")]
    named += [("cidr", item.needed("CidrIpv6"), False) for item in node.items("Ipv6Ranges")]
    named += [("prefix-list", item.named("PrefixListId"), False) for item in node.items("PrefixListIds")]
    named += [
        ("group", item.named("GroupId"), bool(item.maybe_named("VpcPeeringConnectionId")))
        for item in node.items("UserIdGroupPairs")
    ]
    return [Permission(egress, protocol, low, high, kind, value, span, foreign) for kind, value, foreign in named]


def _group(node: Node, span: Span, estate: Estate) -> Kept:
    identity, vpc = node.named("GroupId"), node.named("VpcId")
    made = Group(identity, vpc, node.text("GroupName")[:80], span)
    for key in ("IpPermissions", "IpPermissionsEgress"):
        for item in node.items(key):
            where = Span(span.path, item.first, item.last)
            made.permissions += _permissions(item, key == "IpPermissionsEgress", where)
    told = (vpc, tuple(sorted(map(repr, (one.what for one in made.permissions)))))
    estate.groups.setdefault(identity, made)
    estate.owners[vpc] = None
    return identity, told, vpc


def _group_rule(node: Node, span: Span, estate: Estate) -> Kept:
    identity, group, egress = node.named("SecurityGroupRuleId"), node.named("GroupId"), node.flag("IsEgress")
    protocol, low, high = node.needed("IpProtocol"), node.number("FromPort"), node.number("ToPort")
    referenced = node.get("ReferencedGroupInfo")
    if egress is None:
        raise Malformed(node, "no IsEgress")
    peers = [("cidr", node.text("CidrIpv4"), False), ("cidr", node.text("CidrIpv6"), False)]
    peers.append(("prefix-list", node.maybe_named("PrefixListId"), False))
    if referenced is not None:
        peers.append(("group", referenced.named("GroupId"), bool(referenced.maybe_named("VpcPeeringConnectionId"))))
    named = [peer for peer in peers if peer[1]]
    if len(named) != 1:
        raise Malformed(node, "no peer, or several")
    kind, value, foreign = named[0]
    made = Permission(egress, protocol, low, high, kind, value, span, foreign, identity)
    estate.loose.setdefault(group, {})[identity] = made
    return identity, (group, made.what), ""


def _acl(node: Node, span: Span, estate: Estate) -> Kept:
    identity, vpc = node.named("NetworkAclId"), node.named("VpcId")
    subnets = tuple(sorted(item.named("SubnetId") for item in node.items("Associations")))
    entries = tuple(_entry(item, Span(span.path, item.first, item.last)) for item in node.items("Entries"))
    estate.acls.setdefault(identity, Acl(identity, vpc, subnets, entries, span))
    estate.owners[vpc] = None
    told = tuple(sorted(repr((e.number, e.egress, e.action, e.protocol, e.network, e.ports, e.icmp)) for e in entries))
    return identity, (vpc, subnets, told), vpc


def _entry(node: Node, span: Span) -> Entry:
    number, egress = node.number("RuleNumber"), node.flag("Egress")
    text = node.text("CidrBlock") or node.text("Ipv6CidrBlock")
    action = node.text("RuleAction")
    if number is None or egress is None or not text or action not in ("allow", "deny"):
        raise Malformed(node, "no RuleNumber, Egress, RuleAction or block")
    ports, icmp = node.get("PortRange"), node.get("IcmpTypeCode")
    return Entry(
        number,
        egress,
        action,
        node.needed("Protocol"),
        addresses.parse(text),
        None if ports is None else (ports.number("From"), ports.number("To")),
        None if icmp is None else (icmp.number("Type"), icmp.number("Code")),
        span,
    )


def _route_table(node: Node, span: Span, estate: Estate) -> Kept:
    identity, vpc = node.named("RouteTableId"), node.named("VpcId")
    subnets, gateways, main = [], [], False
    for item in node.items("Associations"):
        state = item.get("AssociationState")
        if state is not None and state.text("State") in ("disassociated", "failed"):
            continue
        main = main or item.flag("Main") is True
        subnets += [item.maybe_named("SubnetId")] if item.maybe_named("SubnetId") else []
        gateways += [item.maybe_named("GatewayId")] if item.maybe_named("GatewayId") else []
    routes = tuple(_route(item, Span(span.path, item.first, item.last)) for item in node.items("Routes"))
    # a gateway endpoint takes what is for a service of AWS (AWS PrivateLink Guide, "Gateway endpoints")
    estate.services.update(one.prefix_list for one in routes if one.prefix_list and one.target.startswith("vpce-"))
    estate.tables.setdefault(identity, RouteTable(identity, vpc, tuple(subnets), tuple(gateways), main, routes, span))
    estate.owners[vpc] = None
    told = tuple(sorted(repr((r.networks, r.prefix_list, r.target, r.propagated, r.blackhole)) for r in routes))
    return identity, (vpc, tuple(sorted(subnets)), tuple(sorted(gateways)), main, told), vpc


def _route(node: Node, span: Span) -> RouteLine:
    text = node.text("DestinationCidrBlock") or node.text("DestinationIpv6CidrBlock")
    listed = node.maybe_named("DestinationPrefixListId")
    if bool(text) == bool(listed):
        raise Malformed(node, "no destination")
    target = next((node.maybe_named(key) for key in TARGETS if node.maybe_named(key)), "")
    state, origin = node.text("State"), node.text("Origin")
    sure = state in ("active", "blackhole") and origin in _ORIGINS
    return RouteLine(
        addresses.parse(text) if text else None,
        listed,
        target if sure else "",
        origin == "EnableVgwRoutePropagation",
        state == "blackhole",
        span,
    )


def _nat(node: Node, span: Span, estate: Estate) -> Kept:
    identity, state = node.named("NatGatewayId"), node.text("State")
    own, public = [], []
    for item in node.items("NatGatewayAddresses"):
        own += [addresses.parse_one(item.text("PrivateIp"))] if item.text("PrivateIp") else []
        public += [addresses.parse_one(item.text("PublicIp"))] if item.text("PublicIp") else []
    vpc, subnet = node.maybe_named("VpcId"), node.maybe_named("SubnetId")
    private = node.text("ConnectivityType") == "private"
    active = state == "available" and node.text("AvailabilityMode") in ("", "zonal")
    made = Nat(identity, vpc, subnet, tuple(own), tuple(public), private, active, span)
    estate.nats.setdefault(identity, made)
    return identity, (vpc, subnet, tuple(own), tuple(public), private, active), vpc


def _edge(key: str, kind: str, attached: str) -> Callable[[Node, Span, Estate], Kept]:
    def reader(node: Node, span: Span, estate: Estate) -> Kept:
        identity = node.named(key)
        vpcs = tuple(
            sorted(item.maybe_named("VpcId") for item in node.items(attached) if item.text("State") != "detached")
        )
        estate.edges.setdefault(identity, Edge(identity, kind, vpcs, (), span))
        return identity, vpcs, vpcs[0] if len(vpcs) == 1 else ""

    return reader


def _peering(node: Node, span: Span, estate: Estate) -> Kept:
    identity = node.named("VpcPeeringConnectionId")
    ends = (node.get("AccepterVpcInfo"), node.get("RequesterVpcInfo"))
    vpcs = tuple(sorted(end.maybe_named("VpcId") for end in ends if end is not None))
    status = node.get("Status")
    active = status is None or status.text("Code") in ("active", "provisioning")
    estate.edges.setdefault(identity, Edge(identity, "peering", vpcs if active else (), (), span))
    return identity, (vpcs, active), ""


def _endpoint(node: Node, span: Span, estate: Estate) -> Kept:
    identity, vpc, kind = node.named("VpcEndpointId"), node.maybe_named("VpcId"), node.text("VpcEndpointType")
    if kind not in ("Gateway", "GatewayLoadBalancer"):
        return None  # its network interfaces are hosts like any other
    subnets = tuple(node.all_named("SubnetIds"))
    estate.edges.setdefault(identity, Edge(identity, f"endpoint {kind}", (vpc,), subnets, span))
    return identity, (vpc, kind, subnets), vpc


def _prefix_list(node: Node, _: Span, estate: Estate) -> Kept:
    identity = node.named("PrefixListId")
    content = IntervalSet.empty()
    for text in node.texts("Cidrs"):
        content = content | addresses.parse(text)
    estate.prefix_lists.setdefault(identity, content or None)
    estate.services.add(identity)  # this command tells those of AWS's services only
    return identity, content, ""


def _managed_list(node: Node, _: Span, estate: Estate) -> Kept:
    if node.maybe_named("OwnerId") == "AWS":
        estate.services.add(node.named("PrefixListId"))
    return None


def _transit(node: Node, span: Span, estate: Estate) -> Kept:
    identity = node.named("TransitGatewayId")
    estate.transits.setdefault(identity, span)
    return None


def _attachment(node: Node, span: Span, estate: Estate) -> Kept:
    """Read an attachment; two answers tell of those of VPCs, one the subnets, one the route table."""
    identity, gateway = node.named("TransitGatewayAttachmentId"), node.named("TransitGatewayId")
    if node.text("NatGatewaySupport") not in ("", "disabled"):
        raise Malformed(node, "NAT gateways of a transit gateway")
    inside = node.get("SubnetIds") is not None
    associated = node.get("Association")
    vpc = node.maybe_named("VpcId") or (node.maybe_named("ResourceId") if node.text("ResourceType") == "vpc" else "")
    active = node.text("State") in ("available", "modifying", "")
    made = estate.attachments.setdefault(identity, Attachment(identity, gateway, vpc, None, "", active, span))
    if inside:
        made.subnets = tuple(node.all_named("SubnetIds"))
    if associated is not None and associated.text("State") in ("associated", ""):
        made.table = associated.maybe_named("TransitGatewayRouteTableId")
    made.active = made.active and active
    estate.transits.setdefault(gateway, span)
    return None


def transit_route(node: Node, span: Span) -> TransitRoute:
    """Return a route of a transit gateway's table; an attachment "" is one that does not say which."""
    text, state = node.text("DestinationCidrBlock"), node.text("State")
    listed = tuple(item.maybe_named("TransitGatewayAttachmentId") for item in node.items("TransitGatewayAttachments"))
    return TransitRoute(
        addresses.parse(text) if text else None,
        listed if state in ("active", "blackhole") else ("",),
        state == "blackhole",
        node.text("Type") != "static",
        span,
    )


#: By name of the answer; Reservations, Routes and Entries are read elsewhere.
READERS: dict[str, Callable[[Node, Span, Estate], Kept]] = {
    "Vpcs": _vpc,
    "Subnets": _subnet,
    "NetworkInterfaces": _eni,
    "SecurityGroups": _group,
    "SecurityGroupRules": _group_rule,
    "NetworkAcls": _acl,
    "RouteTables": _route_table,
    "NatGateways": _nat,
    "InternetGateways": _edge("InternetGatewayId", "internet gateway", "Attachments"),
    "EgressOnlyInternetGateways": _edge("EgressOnlyInternetGatewayId", "egress-only gateway", "Attachments"),
    "VpnGateways": _edge("VpnGatewayId", "virtual private gateway", "VpcAttachments"),
    "VpcPeeringConnections": _peering,
    "VpcEndpoints": _endpoint,
    "PrefixLists": _prefix_list,
    "ManagedPrefixLists": _managed_list,
    "TransitGateways": _transit,
    "TransitGatewayVpcAttachments": _attachment,
    "TransitGatewayAttachments": _attachment,
}
