"""The things of one export, by their ids: what answers say, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet


@dataclass(slots=True)
class Vpc:
    """A VPC; `networks` are its own addresses; `blocked`: Block Public Access acts on it."""

    id: str
    networks: IntervalSet
    blocked: bool
    name: str
    span: Span


@dataclass(slots=True)
class Subnet:
    """A subnet. networks: (first address, length); free: IPv4 addresses that nobody has, None = not said."""

    id: str
    vpc: str
    networks: tuple[tuple[int, int], ...]
    addresses: IntervalSet
    free: int | None
    zone: str
    blocked: bool
    name: str
    span: Span


@dataclass(slots=True)
class Eni:
    """A network interface. public: (own address, public address); used: IPv4 addresses that it takes of its subnet."""

    id: str
    vpc: str
    subnet: str
    addresses: IntervalSet
    first: int | None
    used: int
    public: tuple[tuple[int, int], ...]
    groups: tuple[str, ...]
    kind: str
    checked: bool
    shut: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission of a security group towards one peer.

    low, high   ports, or ICMP type and code; None = not said
    kind        cidr, prefix-list or group; value: what it names
    foreign     the group is reached by peering, or belongs to another VPC
    """

    egress: bool
    protocol: str
    low: int | None
    high: int | None
    kind: str
    value: str
    span: Span
    foreign: bool = False
    id: str = ""

    @property
    def what(self) -> tuple[bool, str, int | None, int | None, str, str]:
        """What it says, whoever tells it."""
        low, high = (None, None) if self.protocol == "-1" else (self.low, self.high)
        return self.egress, self.protocol, low, high, self.kind, self.value


@dataclass(slots=True)
class Group:
    """A security group."""

    id: str
    vpc: str
    name: str
    span: Span
    permissions: list[Permission] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a network ACL; `action` "" when it was not understood."""

    number: int
    egress: bool
    action: str
    protocol: str
    network: IntervalSet
    ports: tuple[int | None, int | None] | None
    icmp: tuple[int | None, int | None] | None
    span: Span


@dataclass(slots=True)
class Acl:
    """A network ACL and the subnets it is associated with."""

    id: str
    vpc: str
    subnets: tuple[str, ...]
    entries: tuple[Entry, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A route as written; networks None: those of the prefix list `prefix_list`. Empty target: not understood."""

    networks: IntervalSet | None
    prefix_list: str
    target: str
    propagated: bool
    blackhole: bool
    span: Span


@dataclass(slots=True)
class RouteTable:
    """A route table: associated subnets and gateways, whether it is the VPC's main one."""

    id: str
    vpc: str
    subnets: tuple[str, ...]
    gateways: tuple[str, ...]
    main: bool
    routes: tuple[RouteLine, ...]
    span: Span


@dataclass(slots=True)
class Nat:
    """A NAT gateway. sources: the addresses that leave it, seen by whoever is behind (public: beyond the internet gateway)."""

    id: str
    vpc: str
    subnet: str
    own: tuple[int, ...]
    public: tuple[int, ...]
    private: bool
    active: bool
    span: Span


@dataclass(slots=True)
class Edge:
    """A gateway, peering, attachment or endpoint of a VPC."""

    id: str
    kind: str
    vpcs: tuple[str, ...]
    subnets: tuple[str, ...]
    span: Span


@dataclass(slots=True)
class Attachment:
    """An attachment of a transit gateway."""

    id: str
    gateway: str
    vpc: str
    subnets: tuple[str, ...] | None
    table: str
    active: bool
    span: Span


@dataclass(frozen=True, slots=True)
class TransitRoute:
    """A route of a transit gateway's route table."""

    networks: IntervalSet | None
    attachments: tuple[str, ...]
    blackhole: bool
    propagated: bool
    span: Span


@dataclass(slots=True)
class Estate:
    """Everything, in the order of the files.

    supplied   names of the answers
    cut        those of which pages are missing
    services   prefix lists of AWS's own services
    loose      rules of security groups that were told one by one, by group and id
    owners     VPCs that anything was told of
    """

    vpcs: dict[str, Vpc] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    enis: dict[str, Eni] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    acls: dict[str, Acl] = field(default_factory=dict)
    tables: dict[str, RouteTable] = field(default_factory=dict)
    nats: dict[str, Nat] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    prefix_lists: dict[str, IntervalSet | None] = field(default_factory=dict)
    services: set[str] = field(default_factory=set)
    transits: dict[str, Span] = field(default_factory=dict)
    transit_routes: dict[str, tuple[TransitRoute, ...] | None] = field(default_factory=dict)
    loose: dict[str, dict[str, Permission]] = field(default_factory=dict)
    supplied: dict[str, Span] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    owners: dict[str, None] = field(default_factory=dict)

    def size(self) -> int:
        """Return how many things there are."""
        hosts = len(self.vpcs) + len(self.subnets) + len(self.enis) + len(self.groups) + len(self.acls)
        return hosts + len(self.tables) + len(self.nats) + len(self.edges) + len(self.attachments)

    def whole(self, answer: str) -> bool:
        """Return whether an answer is there with all its pages."""
        return answer in self.supplied and answer not in self.cut
