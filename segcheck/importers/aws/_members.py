"""Which addresses are whose: network interfaces by subnet and by security group, and where that is not known.

A subnet says how many of its IPv4 addresses are free (`AvailableIpAddressCount`). Five of every IPv4 block are AWS's own
(VPC User Guide, "Subnet CIDR blocks"). Where the interfaces that were told take exactly the others, none is missing:
neither a page of the answer nor what a filter of the command has left out.
"""

from __future__ import annotations

from collections import defaultdict

from segcheck.importers.aws._estate import Eni, Estate, Subnet
from segcheck.sets.addresses import V4, family
from segcheck.sets.intervals import IntervalSet

#: Addresses of every IPv4 block that nobody may have.
RESERVED = 5
#: What security groups do not stand before (EC2 User Guide, "Elastic network interfaces"; VPC User Guide, "NAT gateways").
WITHOUT_GROUPS = frozenset(
    (
        "nat_gateway",
        "transit_gateway",
        "network_load_balancer",
        "gateway_load_balancer",
        "gateway_load_balancer_endpoint",
    )
)

#: Interfaces by which AWS moves packets: they are nobody's own ends (VPC User Guide, "NAT gateways": no unsolicited connection
#: is taken; Transit Gateway Guide, "VPC attachments": the interface routes to and from the subnets).
NOBODY = frozenset(("nat_gateway", "transit_gateway", "gateway_load_balancer_endpoint"))


class Members:
    """The network interfaces of an export."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._of: dict[str, list[Eni]] = defaultdict(list)
        self._groups: dict[str, list[Eni]] = defaultdict(list)
        for eni in estate.enis.values():
            self._of[eni.subnet].append(eni)
            for group in eni.groups:
                self._groups[group].append(eni)
        self._settled: dict[str, bool] = {}
        self._in_group: dict[tuple[str, str], tuple[IntervalSet, IntervalSet, bool]] = {}
        self._told: dict[str, set[str]] = defaultdict(set)
        for acl in estate.acls.values():
            self._told[acl.vpc].update(acl.subnets)
        for table in estate.tables.values():
            self._told[table.vpc].update(table.subnets)
        for eni in estate.enis.values():
            self._told[eni.vpc].add(eni.subnet)

    def of(self, subnet: Subnet) -> list[Eni]:
        """Return the interfaces that were told of a subnet."""
        return self._of[subnet.id]

    def held(self, subnet: Subnet) -> IntervalSet:
        """Return their addresses."""
        return _together(self._of[subnet.id])

    def whole(self, vpc: str) -> bool:
        """Return whether every subnet of a VPC is told: none is missing that something else of the VPC names."""
        there = vpc in self.estate.vpcs and self.estate.whole("Subnets")
        return there and self._told[vpc] <= self.estate.subnets.keys()

    def known(self, subnet: Subnet) -> bool:
        """Return whether no interface of a subnet is missing."""
        four = [length for low, length in subnet.networks if family(low) == 4]
        if len(four) != 1 or subnet.free is None:
            return False
        taken = (1 << (32 - four[0])) - RESERVED - subnet.free
        fits = (self.held(subnet) & V4) <= subnet.addresses
        return fits and taken == sum(eni.used for eni in self._of[subnet.id])

    def settled(self, vpc: str) -> bool:
        """Return whether every interface of a VPC is known."""
        if vpc not in self._settled:
            own = [subnet for subnet in self.estate.subnets.values() if subnet.vpc == vpc]
            self._settled[vpc] = self.whole(vpc) and all(self.known(subnet) for subnet in own)
        return self._settled[vpc]

    def in_group(self, group: str, vpc: str) -> tuple[IntervalSet, IntervalSet, bool]:
        """Return the addresses of a group's members in a VPC, of those elsewhere, and whether all are known."""
        key = group, vpc
        if key not in self._in_group:
            home = self.estate.groups.get(group)
            known = self.settled(vpc) and home is not None and (home.vpc == vpc or self.settled(home.vpc))
            here = _together([eni for eni in self._groups[group] if eni.vpc == vpc])
            elsewhere = _together([eni for eni in self._groups[group] if eni.vpc != vpc])
            self._in_group[key] = here, elsewhere, known
        return self._in_group[key]


def _together(enis: list[Eni]) -> IntervalSet:
    return IntervalSet.of(*(pair for eni in enis for pair in eni.addresses.ranges))
