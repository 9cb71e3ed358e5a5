"""What every key of an answer is to this reader: read, unable to matter, or an object with keys of its own.

A key that is in no table is unrecognised and leaves the VPC open: so do firewalls of internet gateways and appliances of NAT
gateways (NetworkFirewallAssociations, IgwFirewall, AttachedAppliances), which have rules of their own. Source: Amazon EC2 API
Reference, data types, and the output section of each `aws ec2 describe-*` command.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Use(Enum):
    """How a key is used."""

    READ = "read"
    IDLE = "idle"  # it cannot change what passes


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of an object.

    many   the key holds an array of such objects
    rest   what keys are that are not named; None = unrecognised
    """

    keys: dict[str, Use | Shape] = field(default_factory=dict)
    many: bool = True
    rest: Use | None = None


def _shape(read: str = "", idle: str = "", *, many: bool = True, rest: Use | None = None, **nested: Shape) -> Shape:
    keys: dict[str, Use | Shape] = dict.fromkeys(read.split(), Use.READ)
    keys |= dict.fromkeys(idle.split(), Use.IDLE)
    keys.update(nested)
    return Shape(keys, many, rest)


#: Names and owners; nothing decides by them (security groups and prefix lists are named by their ids).
_TAGS = "Tags TagSet"
_STATE = _shape("State", "StatusMessage", many=False)
_ASSOCIATION = _shape(
    "PublicIp CarrierIp CustomerOwnedIp", "AllocationId AssociationId IpOwnerId PublicDnsName", many=False
)
_BLOCKED = _shape("InternetGatewayBlockMode", many=False)

_VPC = _shape(
    "VpcId CidrBlock",
    f"DhcpOptionsId InstanceTenancy IsDefault OwnerId State EncryptionControl {_TAGS}",
    CidrBlockAssociationSet=_shape("CidrBlock", "AssociationId", CidrBlockState=_STATE),
    Ipv6CidrBlockAssociationSet=_shape(
        "Ipv6CidrBlock",
        "AssociationId NetworkBorderGroup Ipv6Pool Ipv6AddressAttribute IpSource",
        Ipv6CidrBlockState=_STATE,
    ),
    BlockPublicAccessStates=_BLOCKED,
)
_SUBNET = _shape(
    "SubnetId VpcId CidrBlock AvailableIpAddressCount AvailabilityZone",
    "AssignIpv6AddressOnCreation AvailabilityZoneId CustomerOwnedIpv4Pool DefaultForAz EnableDns64 EnableLniAtDeviceIndex "
    "Ipv6Native MapCustomerOwnedIpOnLaunch MapPublicIpOnLaunch OutpostArn OwnerId PrivateDnsNameOptionsOnLaunch State "
    f"SubnetArn Type {_TAGS}",
    Ipv6CidrBlockAssociationSet=_shape(
        "Ipv6CidrBlock", "AssociationId Ipv6AddressAttribute IpSource", Ipv6CidrBlockState=_STATE
    ),
    BlockPublicAccessStates=_BLOCKED,
)
_INTERFACE = _shape(
    "NetworkInterfaceId VpcId SubnetId PrivateIpAddress InterfaceType SourceDestCheck DenyAllIgwTraffic",
    "AssociatedSubnets Attachment AvailabilityZone AvailabilityZoneId ConnectionTrackingConfiguration "
    "Description Ipv6Address Ipv6Native MacAddress NetworkInterfaceArn Operator OutpostArn OwnerId PrivateDnsName "
    "PublicDnsName PublicIpDnsNameOptions "
    f"RequesterId RequesterManaged Status {_TAGS}",
    Association=_ASSOCIATION,
    Groups=_shape("GroupId", "GroupName"),
    Ipv6Addresses=_shape("Ipv6Address", "IsPrimaryIpv6 PublicIpv6DnsName"),
    Ipv4Prefixes=_shape("Ipv4Prefix"),
    Ipv6Prefixes=_shape("Ipv6Prefix"),
    PrivateIpAddresses=_shape("PrivateIpAddress", "Primary PrivateDnsName", Association=_ASSOCIATION),
)
_PERMISSION = _shape(
    "IpProtocol FromPort ToPort",
    IpRanges=_shape("CidrIp", "Description"),
    Ipv6Ranges=_shape("CidrIpv6", "Description"),
    PrefixListIds=_shape("PrefixListId", "Description"),
    UserIdGroupPairs=_shape("GroupId VpcId VpcPeeringConnectionId PeeringStatus", "Description UserId GroupName"),
)
_GROUP = _shape(
    "GroupId VpcId GroupName",
    f"Description OwnerId SecurityGroupArn {_TAGS}",
    IpPermissions=_PERMISSION,
    IpPermissionsEgress=_PERMISSION,
)
_GROUP_RULE = _shape(
    "SecurityGroupRuleId GroupId IsEgress IpProtocol FromPort ToPort CidrIpv4 CidrIpv6 PrefixListId",
    f"Description GroupOwnerId SecurityGroupRuleArn {_TAGS}",
    ReferencedGroupInfo=_shape("GroupId VpcId VpcPeeringConnectionId PeeringStatus", "UserId", many=False),
)
_ACL = _shape(
    "NetworkAclId VpcId",
    f"IsDefault OwnerId {_TAGS}",
    Associations=_shape("SubnetId", "NetworkAclAssociationId NetworkAclId"),
    Entries=_shape(
        "CidrBlock Ipv6CidrBlock Egress Protocol RuleAction RuleNumber",
        PortRange=_shape("From To", many=False),
        IcmpTypeCode=_shape("Type Code", many=False),
    ),
)
_ROUTE_TABLE = _shape(
    "RouteTableId VpcId",
    f"OwnerId PropagatingVgws {_TAGS}",
    Associations=_shape(
        "Main SubnetId GatewayId", "RouteTableAssociationId RouteTableId PublicIpv4Pool", AssociationState=_STATE
    ),
    Routes=_shape(
        "DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId GatewayId NatGatewayId TransitGatewayId "
        "VpcPeeringConnectionId NetworkInterfaceId InstanceId EgressOnlyInternetGatewayId LocalGatewayId CarrierGatewayId "
        "CoreNetworkArn OdbNetworkArn VpcEndpointId Origin State",
        "InstanceOwnerId IpAddress",
    ),
)
_NAT = _shape(
    "NatGatewayId VpcId SubnetId State ConnectivityType AvailabilityMode",
    "AutoProvisionZones AutoScalingIps CreateTime DeleteTime FailureCode FailureMessage ProvisionedBandwidth RouteTableId "
    f"{_TAGS}",
    NatGatewayAddresses=_shape(
        "PrivateIp PublicIp",
        "AllocationId AssociationId AvailabilityZone AvailabilityZoneId FailureMessage IsPrimary "
        "NetworkInterfaceId Status",
    ),
)
_ATTACHED = _shape("VpcId State")
_PEER = _shape("VpcId", "CidrBlock CidrBlockSet Ipv6CidrBlockSet OwnerId PeeringOptions Region", many=False)
_TRANSIT_ROUTE = _shape(
    "DestinationCidrBlock State Type PrefixListId",
    "TransitGatewayRouteTableAnnouncementId",
    TransitGatewayAttachments=_shape("TransitGatewayAttachmentId", "ResourceId ResourceType"),
)

#: The arrays of answers, by name.
ANSWERS: dict[str, Shape] = {
    "Vpcs": _VPC,
    "Subnets": _SUBNET,
    "NetworkInterfaces": _INTERFACE,
    "SecurityGroups": _GROUP,
    "SecurityGroupRules": _GROUP_RULE,
    "NetworkAcls": _ACL,
    "RouteTables": _ROUTE_TABLE,
    "NatGateways": _NAT,
    # What an instance is besides its network interfaces decides nothing here.
    "Reservations": _shape(
        "",
        "Groups OwnerId RequesterId ReservationId",
        Instances=_shape("", rest=Use.IDLE, NetworkInterfaces=_INTERFACE),
    ),
    "InternetGateways": _shape("InternetGatewayId", f"OwnerId {_TAGS}", Attachments=_ATTACHED),
    "EgressOnlyInternetGateways": _shape("EgressOnlyInternetGatewayId", _TAGS, Attachments=_shape("VpcId State")),
    "VpnGateways": _shape(
        "VpnGatewayId", f"AmazonSideAsn AvailabilityZone State Type {_TAGS}", VpcAttachments=_ATTACHED
    ),
    "VpcPeeringConnections": _shape(
        "VpcPeeringConnectionId",
        f"ExpirationTime MultipathResilienceStatus {_TAGS}",
        AccepterVpcInfo=_PEER,
        RequesterVpcInfo=_PEER,
        Status=_shape("Code", "Message", many=False),
    ),
    # Policies and names of endpoints narrow what a service answers, not what reaches it.
    "VpcEndpoints": _shape(
        "VpcEndpointId VpcEndpointType VpcId SubnetIds RouteTableIds ServiceName State", rest=Use.IDLE
    ),
    "PrefixLists": _shape("PrefixListId Cidrs", "PrefixListName"),
    "ManagedPrefixLists": _shape(
        "PrefixListId PrefixListName AddressFamily OwnerId",
        "MaxEntries PrefixListArn State StateMessage Version IpamPrefixListResolverTargetId "
        f"IpamPrefixListResolverSyncEnabled {_TAGS}",
    ),
    "Entries": _shape("Cidr", "Description"),
    "TransitGateways": _shape(
        "TransitGatewayId", f"CreationTime Description OwnerId State TransitGatewayArn Options {_TAGS}"
    ),
    "TransitGatewayVpcAttachments": _shape(
        "TransitGatewayAttachmentId TransitGatewayId VpcId SubnetIds State", f"CreationTime Options VpcOwnerId {_TAGS}"
    ),
    "TransitGatewayAttachments": _shape(
        "TransitGatewayAttachmentId TransitGatewayId ResourceType ResourceId State NatGatewaySupport",
        f"CreationTime ResourceOwnerId TransitGatewayOwnerId {_TAGS}",
        Association=_shape("TransitGatewayRouteTableId State", many=False),
    ),
    "TransitGatewayRouteTables": _shape(
        "TransitGatewayRouteTableId TransitGatewayId",
        f"CreationTime DefaultAssociationRouteTable DefaultPropagationRouteTable State {_TAGS}",
    ),
    "Routes": _TRANSIT_ROUTE,
}

#: Answers of which nothing is needed, each with the reason.
IDLE_ANSWERS = {
    "Addresses": "an elastic address reaches somebody only by a network interface, whose own answer names it",
    "AvailabilityZones": "names of places",
    "Tags": "names only",
    "DhcpOptions": "what hosts are told, not what is filtered",
    "CustomerGateways": "the far end of a VPN is a device of its own",
    "VpnConnections": "routes of a VPN stand in the route tables; its configuration holds secrets",
    "DBInstances": "its network interfaces stand in their own answer",
    "DomainStatusList": "its network interfaces stand in their own answer",
    "LoadBalancers": "its network interfaces stand in their own answer",
    "LoadBalancerAttributes": "part of a load balancer, which is a host",
    "LoadBalancerListeners": "part of a load balancer, which is a host",
    "LoadBalancerTargetHealth": "part of a load balancer, which is a host",
    "TargetGroups": "part of a load balancer, which is a host",
    "ServiceDetails": "services that are offered, not used",
    "ServiceNames": "services that are offered, not used",
    "Hosts": "hardware",
    "InstanceStatuses": "health",
    "PlacementGroups": "hardware",
    "MovingAddressStatuses": "the platform before VPC, which has ended",
    "Instances": "the platform before VPC, which has ended",
    "TransitGatewayRouteTablePropagations": "propagated routes stand in the search of the route table",
    "Associations": "associations stand in the answer of the attachments",
    "ResponseMetadata": "about the request",
}
#: Answers about transit gateways that other collectors write; nothing is taken from them, and transit gateways stay open.
FOREIGN = {"TransitGatewayStaticRoutes", "TransitGatewayPropagations"}
