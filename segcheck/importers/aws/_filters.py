"""Security groups and network ACLs of one VPC as lists.

Security groups only allow; what one of the groups of a network interface allows is allowed; answers pass (EC2 User Guide,
"Security group connection tracking"). A network ACL stands before its subnet, both ways, for every packet: the lowest
number decides, `*` denies; traffic within the subnet does not meet it (VPC User Guide, "Network ACLs").
A network interface takes and sends packets of its own addresses only while its source/destination check is on
(EC2 User Guide, "Elastic network interfaces").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from segcheck.importers._unsure import because, unknown
from segcheck.importers.aws import _matches
from segcheck.importers.aws._estate import Acl, Estate, Group, Subnet
from segcheck.importers.aws._members import NOBODY, WITHOUT_GROUPS, Members
from segcheck.importers.aws._notes import builtin
from segcheck.importers.aws._routes import MULTICAST
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import Call, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets.addresses import ALL
from segcheck.sets.intervals import IntervalSet

PERHAPS = Unsure((Permit(), Deny()))
PERHAPS_DROPPED = Unsure((Deny(), Continue()))
_SIDES = {"egress": ("in", "src"), "ingress": ("out", "dst")}


class Filters:
    """The lists of one VPC."""

    def __init__(self, vpc: str, estate: Estate, members: Members) -> None:
        self.vpc = vpc
        self.estate = estate
        self.members = members
        self.subnets = [subnet for subnet in estate.subnets.values() if subnet.vpc == vpc]
        self.groups = [group for group in estate.groups.values() if group.vpc == vpc]
        self.acls = [acl for acl in estate.acls.values() if acl.vpc == vpc]
        self.lists: dict[str, RuleList] = {}
        self._acls: dict[str, list[Acl]] = defaultdict(list)
        for acl in self.acls:
            for subnet in acl.subnets:
                self._acls[subnet].append(acl)

    def _add(self, made: RuleList) -> str:
        self.lists[made.name] = made
        return made.name

    # ---- security groups

    def of_groups(self) -> None:
        """Add a list for each direction of each security group, and the two that ask those of each address."""
        for group in self.groups:
            for way in _SIDES:
                self._add(self._group(group, way))
        for way in _SIDES:
            self._add(RuleList(name=f"groups {way}", rules=tuple(self._asked(way)), default=Deny(), builtin=True))

    def _group(self, group: Group, way: str) -> RuleList:
        rules = []
        own = [one for one in group.permissions if one.egress == (way == "egress")]
        for number, one in enumerate(own, 1):
            match = _matches.permission(one, self.vpc, self.estate, self.members)
            text = _matches.tell(one)
            rules.append(
                Rule(
                    id=one.id or f"{group.id} {way}#{number}",
                    key=one.id or f"{group.id} {way} {text}",
                    match=match,
                    action=Permit(),
                    span=one.span,
                    text=text,
                    because=because(match),
                )
            )
        return RuleList(name=f"{group.id} {way}", rules=tuple(rules), default=Return(), default_span=group.span)

    def _asked(self, way: str) -> Iterator[Rule]:
        field = _SIDES[way][1]
        if way == "ingress":
            # a multicast domain of a transit gateway delivers to interfaces that have another address
            yield builtin("multicast", Field("dst", MULTICAST), PERHAPS)
        for subnet in self.subnets:
            yield from self._strangers(subnet, way)
        seen = {subnet.id: subnet for subnet in self.subnets}
        own = [eni for eni in self.estate.enis.values() if eni.subnet in seen]
        for eni in own:
            if eni.groups or not eni.addresses:
                continue
            match = Field(field, eni.addresses)
            if eni.kind in NOBODY:
                yield builtin(f"{eni.id}: {eni.kind}, which is no host", match, Deny(), eni.span)
            elif eni.kind in WITHOUT_GROUPS:
                yield builtin(f"{eni.id}: {eni.kind} without security group", match, Permit(), eni.span)
            else:
                yield builtin(f"{eni.id}: no security group is told", match, PERHAPS, eni.span)
        for identity in dict.fromkeys(group for eni in own for group in eni.groups):
            held = self.members.in_group(identity, self.vpc)[0]
            if not held:
                continue
            group = self.estate.groups.get(identity)
            if group is not None and group.vpc == self.vpc:
                yield builtin(f"members of {identity}", Field(field, held), Call(f"{identity} {way}"))
            else:
                doubt = unknown(f"rules of {identity}", Code.UNDEFINED_NAME)
                yield builtin(f"members of {identity}", conjunction(Field(field, held), doubt), Permit())

    def _strangers(self, subnet: Subnet, way: str) -> Iterator[Rule]:
        """Yield what becomes of addresses that no known network interface of a subnet has."""
        side, field = _SIDES[way]
        here = Interface(side, (subnet.id,))
        held = self.members.held(subnet)
        stranger = conjunction(here, Field(field, ALL - held))
        if not self.members.known(subnet):
            yield builtin(f"{subnet.id}: unknown network interfaces", stranger, PERHAPS)
        elif any(not eni.checked and eni.kind not in WITHOUT_GROUPS for eni in self.members.of(subnet)):
            yield builtin(f"{subnet.id}: a network interface without source/destination check", stranger, PERHAPS)
        else:
            yield builtin(f"{subnet.id}: no network interface has the address", stranger, Deny(), subnet.span)

    # ---- network ACLs

    def acl_of(self, subnet: str) -> Acl | None:
        """Return the network ACL of a subnet; None if it is not told, or told twice."""
        found = self._acls[subnet]
        return found[0] if len(found) == 1 else None

    def of_acls(self) -> None:
        """Add a list for each direction of each network ACL, and of each subnet the one that asks its own."""
        for acl in self.acls:
            for way in _SIDES:
                own = sorted(
                    (one for one in acl.entries if one.egress == (way == "egress")), key=lambda one: one.number
                )
                rules = []
                for one in own:
                    match = _matches.entry(one)
                    text = _matches.tell_entry(one)
                    rules.append(
                        Rule(
                            id=f"{acl.id} {one.number}",
                            key=f"{acl.id} {way} {one.number}",
                            match=match,
                            action=Permit() if one.action == "allow" else Deny(),
                            span=one.span,
                            text=text,
                            because=because(match),
                        )
                    )
                self._add(RuleList(name=f"{acl.id} {way}", rules=tuple(rules), default=Deny(), default_span=acl.span))
        for subnet in self.subnets:
            within = conjunction(Interface("in", (subnet.id,)), Interface("out", (subnet.id,)))
            for way in _SIDES:
                rule = builtin("within the subnet", within, Permit())
                rest = self._ask(subnet.id, way, ANYTHING)
                self._add(RuleList(name=f"{subnet.id} {way}", rules=(rule, rest), default=Deny(), builtin=True))

    def _ask(self, subnet: str, way: str, match: Expr) -> Rule:
        acl = self.acl_of(subnet)
        if acl is None:
            return builtin(f"network ACL of {subnet} not told", match, PERHAPS)
        return builtin(f"network ACL of {subnet}", match, Call(f"{acl.id} {way}", goto=True))

    def open(self, subnet: str) -> bool:
        """Return whether the network ACL of a subnet surely passes everything of IPv4, both ways."""
        acl = self.acl_of(subnet)
        if acl is None:
            return False
        for way in (True, False):
            own = sorted((one for one in acl.entries if one.egress is way), key=lambda one: one.number)
            first = next((one for one in own if one.network & _V4), None)
            if first is None or first.action != "allow" or first.protocol != "-1" or _V4 - first.network:
                return False
        return True

    # ---- transit gateways and NAT gateways

    def _other_zones(self, gateway: str, leaving: Expr, subnets: tuple[str, ...] | None) -> Iterator[Rule]:
        """Yield what becomes of senders in zones in which a transit gateway is not attached: nothing gets to it from there.

        Source: Transit Gateway Guide, "Amazon VPC attachments".
        """
        zones = {subnet.zone for subnet in self.subnets if subnets and subnet.id in subnets} - {""}
        apart = tuple(subnet.id for subnet in self.subnets if subnet.zone and subnet.zone not in zones)
        unsaid = tuple(subnet.id for subnet in self.subnets if not subnet.zone)
        if apart and zones:
            match = conjunction(leaving, Interface("in", apart))
            yield builtin(f"{gateway} is not attached in this availability zone", match, Deny())
        if unsaid:
            match = conjunction(leaving, Interface("in", unsaid))
            yield builtin(f"{gateway}: availability zone not told", match, PERHAPS_DROPPED)

    def at_transit(self, gateway: str, subnets: tuple[str, ...] | None) -> str:
        """Add the list of network ACLs between a transit gateway and its subnets, and return its name.

        They meet what goes out by their inbound rules and what comes in by their outbound rules; what comes in for
        somebody in the attachment's own subnet meets none (Transit Gateway Guide, "Network ACLs for transit gateways").
        With several subnets it is not settled which of them a packet takes.
        """
        rules: list[Rule] = []
        leaving, arriving = Interface("out", (gateway,)), Interface("in", (gateway,))
        across = disjunction(leaving, arriving)
        rules += self._other_zones(gateway, leaving, subnets)
        if subnets is None:
            rules.append(builtin(f"subnets of {gateway} not told", across, PERHAPS_DROPPED))
        elif len(subnets) == 1:
            inside = Interface("out", subnets)
            rules.append(builtin("in the attachment's subnet", conjunction(arriving, inside), Permit()))
            rules.append(self._ask(subnets[0], "ingress", leaving))
            rules.append(self._ask(subnets[0], "egress", arriving))
        elif not all(self.open(subnet) for subnet in subnets):
            rules.append(builtin(f"network ACLs of the subnets of {gateway}", across, PERHAPS_DROPPED))
        elif subnets:
            six = conjunction(across, Not(Field("src", _V4)))
            rules.append(builtin(f"network ACLs of the subnets of {gateway}", six, PERHAPS_DROPPED))
        return self._add(RuleList(name=f"{gateway} subnets", rules=tuple(rules), default=Permit(), builtin=True))


_V4 = IntervalSet.of((0, (1 << 32) - 1))
