"""A VPC put together: the order in which a packet meets what stands in its way.

Out of a subnet: security groups of the sender, the subnet's network ACL, its route table, what the gateway does. Into a subnet:
what the gateway does, the network ACL, the security groups of the receiver. Source: VPC User Guide, "Infrastructure security",
"Network ACLs", "Internet gateways", "NAT gateways", "Egress-only internet gateways", "Block public access".
"""

from __future__ import annotations

from segcheck.importers.aws._estate import Estate
from segcheck.importers.aws._filters import PERHAPS_DROPPED, Filters
from segcheck.importers.aws._members import Members
from segcheck.importers.aws._notes import Notes, builtin
from segcheck.importers.aws._routes import NAT_MARK, Routes, kind_of
from segcheck.model.device import (
    DeviceConfig,
    Interface,
    InterfaceAddress,
    LocalService,
    NamedObject,
    Scope,
)
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import (
    ANYTHING,
    Bits,
    Condition,
    Expr,
    Field,
    Kind,
    Not,
    State,
    conjunction,
    leaves,
)
from segcheck.model.match import Interface as By
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import (
    Assign,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    Translate,
    Translation,
    Unsure,
)
from segcheck.sets.addresses import V4, prefix
from segcheck.sets.intervals import IntervalSet

_FORMAT = "aws"
_NEW = Field("state", IntervalSet.of(int(State.NEW)))
_UDP_TCP = IntervalSet.of(6, 17)
#: Ports that a NAT gateway puts in place of the client's (VPC User Guide, "NAT gateway basics").
_NAT_PORTS = IntervalSet.of((1024, 65535))


class Device:
    """One VPC as a device."""

    def __init__(self, vpc: str, estate: Estate, members: Members, notes: Notes) -> None:
        self.vpc = vpc
        self.estate = estate
        self.members = members
        self.notes = notes
        self.filters = Filters(vpc, estate, members)
        self.routes = Routes(vpc, estate, members)
        self.subnets = self.filters.subnets
        self.lists = self.filters.lists
        self.inner = tuple(subnet.id for subnet in self.subnets)
        self.internet = tuple(edge for edge in self.routes.edges if edge.startswith("igw-"))
        self.outward = tuple(edge for edge in self.routes.edges if edge.startswith("eigw-"))

    def made(self) -> DeviceConfig:
        """Return the device."""
        self.filters.of_groups()
        self.filters.of_acls()
        routes = self.routes.list()
        self.lists[routes.name] = routes
        pipeline = Pipeline(
            ingress=self._ingress(),
            forward=self._forward(),
            output=(self._stage("output", [builtin("own packets", ANYTHING, PERHAPS_DROPPED)]),),
            policy_routes=routes.name,
        )
        self._missing()
        interfaces = self._interfaces()
        return DeviceConfig(
            format=_FORMAT,
            context=self.vpc,
            interfaces=interfaces,
            lists=self.lists,
            pipeline=pipeline,
            routing_known=self.routes.known,
            addressing_known=self.routes.whole,
            services=self._services(interfaces),
            taints=self.notes.taints_of(self.vpc),
            objects=tuple(self._objects()),
        )

    # ---- interfaces

    def _interfaces(self) -> tuple[Interface, ...]:
        found = []
        for subnet in self.subnets:
            low = [(start + 1, length) for start, length in subnet.networks]
            low += [
                (own, length)
                for start, length in subnet.networks
                for own in self._resolvers()
                if own in prefix(start, length)
            ]
            own = tuple(InterfaceAddress(*pair) for pair in low)
            found.append(Interface(name=subnet.id, addresses=own, kind="subnet", comment=subnet.name, span=subnet.span))
        found += [Interface(name=edge, kind=kind_of(edge), span=span) for edge, span in self.routes.edges.items()]
        return tuple(found)

    def _resolvers(self) -> list[int]:
        """Return the addresses of the VPC's own name server: the base of a block plus two (VPC User Guide, "DNS attributes")."""
        return [low + 2 for low, _ in (self.routes.networks & V4).ranges]

    def _services(self, interfaces: tuple[Interface, ...]) -> tuple[LocalService, ...]:
        """Return the resolver: it answers on the VPC's address plus two whatever the filters say, and asks outside."""
        if not interfaces:
            return ()
        match = conjunction(Field("proto", _UDP_TCP), Field("dport", IntervalSet.of(53)))
        return (LocalService(kind="dns-forwarder", match=match, interfaces=self.inner, reoriginates=True),)

    # ---- stages

    def _stage(
        self,
        name: str,
        rules: list[Rule],
        kind: StageKind = StageKind.FILTER,
        side: str = "",
        *,
        bound: Binding | None = None,
    ) -> Stage:
        default = Return() if kind is StageKind.CLASSIFY else Permit()
        made = RuleList(name=f"vpc {name}", rules=tuple(rules), default=default, builtin=True)
        self.lists[made.name] = made
        return Stage(name, kind, (bound or Binding(made.name),), side=side)

    def _ingress(self) -> tuple[Stage, ...]:
        piece = Field("fragment", IntervalSet.of(1))
        new = builtin("new", Field("state", IntervalSet.of(int(State.NONE))), Assign("state", int(State.NEW), 7))
        stages = [
            self._stage("fragments", [builtin("later fragments", piece, PERHAPS_DROPPED)]),
            Stage("datagrams", StageKind.DEFRAGMENT),
            self._stage("sessions", [new], StageKind.CLASSIFY),
            self._stage("arrival", self._arrival()),
        ]
        if self.internet:
            stages.append(self._stage("public addresses", self._to_public(), StageKind.TRANSLATE, "dst"))
        balancers = self._balancers()
        if balancers:
            stages.append(self._stage("load balancers", balancers, StageKind.TRANSLATE, "dst"))
        sending = (Binding("groups egress", "in", self.inner),)
        stages.append(Stage("security groups egress", StageKind.FILTER, sending, session=True))
        return tuple(stages)

    def _arrival(self) -> list[Rule]:
        rules = []
        if self.outward:
            match = conjunction(By("in", self.outward), _NEW)
            rules.append(builtin("an egress-only gateway opens nothing inwards", match, Deny()))
        if self.internet:
            private = conjunction(By("in", self.internet), Field("dst", self.routes.networks & V4))
            rules.append(builtin("private addresses are not on the internet", private, Deny()))
            rules += self._blocked("in", "dst")
        return rules

    def _blocked(self, side: str, field: str) -> list[Rule]:
        """Return what Block Public Access may drop; its exclusions are not in these answers."""
        own = self.estate.vpcs.get(self.vpc)
        edges = By(side, self.internet + self.outward)
        acting = (own is not None and own.blocked) or any(subnet.blocked for subnet in self.subnets)
        rules = [builtin("block public access", edges, PERHAPS_DROPPED)] if acting else []
        own_shut = (eni for eni in self.estate.enis.values() if eni.vpc == self.vpc and eni.shut)
        shut = IntervalSet.of(*(pair for eni in own_shut for pair in eni.addresses.ranges))
        if shut:
            rules.append(builtin("DenyAllIgwTraffic", conjunction(edges, Field(field, shut)), PERHAPS_DROPPED))
        return rules

    def _pairs(self) -> list[tuple[int, int]]:
        """Return (own address, public address) of the network interfaces that have one."""
        return [pair for eni in self.estate.enis.values() if eni.vpc == self.vpc for pair in eni.public]

    def _to_public(self) -> list[Rule]:
        here = By("in", self.internet)
        rules = []
        for own, public in self._pairs():
            match = conjunction(here, Field("dst", IntervalSet.of(public)))
            to = Translation("dst", addresses=IntervalSet.of(own))
            rules.append(builtin("public address", match, Translate(to)))
        if not self.members.settled(self.vpc):
            rest = conjunction(here, Field("dst", V4))
            rules.append(builtin("unknown public addresses", rest, Unsure((Translate(None), Permit()))))
        return rules

    def _balancers(self) -> list[Rule]:
        """Return what load balancers of layer 4 do: they hand packets on, to whom is not in these answers."""
        return [
            builtin(f"{eni.id}: {eni.kind}", Field("dst", eni.addresses), Unsure((Translate(None), Permit())), eni.span)
            for eni in self.estate.enis.values()
            if eni.vpc == self.vpc and eni.addresses and eni.kind in ("network_load_balancer", "gateway_load_balancer")
        ]

    def _forward(self) -> tuple[Stage, ...]:
        stages = []
        for way, side in (("egress", "in"), ("ingress", "out")):
            bindings = tuple(Binding(f"{name} {way}", side, (name,)) for name in self.inner)
            stages.append(Stage(f"network ACLs {way}", StageKind.FILTER, bindings))
        between = [self._by_nat()] if self.routes.nats else []
        for edge in self.routes.edges:
            if edge.startswith("tgw-"):
                name = self.filters.at_transit(edge, self.routes.inside(edge))
                between.append(Stage(f"network ACLs at {edge}", StageKind.FILTER, (Binding(name),)))
        receiving = (Binding("groups ingress", "out", self.inner),)
        stages = [stages[0], *between, stages[1]]
        stages.append(Stage("security groups ingress", StageKind.FILTER, receiving, session=True))
        if self.internet:
            stages.append(self._stage("departure", self._departure()))
        if self.internet or self.routes.nats:
            stages.append(self._stage("sources", self._from_public(), StageKind.TRANSLATE, "src"))
        return tuple(stages)

    def _marked(self, mark: int) -> Expr:
        return Bits("mark", NAT_MARK, mark)

    def _by_nat(self) -> Stage:
        """Return what a NAT gateway drops, and the network ACLs of its subnet where they do not pass everything."""
        rules = []
        for name, mark in self.routes.nats.items():
            here, gateway = self._marked(mark), self.estate.nats[name]
            others = conjunction(here, Not(Field("proto", IntervalSet.of(1, 6, 17))))
            rules.append(builtin(f"{name}: TCP, UDP and ICMP only", others, Deny(), gateway.span))
            if not self.filters.open(gateway.subnet):
                rules.append(builtin(f"{name}: network ACL of {gateway.subnet}", here, PERHAPS_DROPPED, gateway.span))
        closed = [name for name in self.routes.nats if not self.filters.open(self.estate.nats[name].subnet)]
        if closed:
            answers = Field("state", IntervalSet.of(int(State.ESTABLISHED), int(State.RELATED)))
            back = conjunction(answers, By("in", tuple(self.routes.edges)), By("out", self.inner))
            rules.append(builtin("answers by way of a NAT gateway's network ACL", back, PERHAPS_DROPPED))
        return self._stage("NAT gateways", rules)

    def _departure(self) -> list[Rule]:
        """Return what an internet gateway drops: IPv4 senders without a public address."""
        out = By("out", self.internet)
        rules = self._blocked("out", "src")
        own = IntervalSet.of(*(address for address, _ in self._pairs())) if self._pairs() else IntervalSet.empty()
        plain = conjunction(out, self._marked(0), Field("src", V4 - own))
        settled = self.members.settled(self.vpc)
        action = Deny() if settled else PERHAPS_DROPPED
        rules.append(builtin("no public address", plain, action))
        return rules

    def _from_public(self) -> list[Rule]:
        rules: list[Rule] = []
        for name, mark in self.routes.nats.items():
            gateway = self.estate.nats[name]
            for edges, found in ((self.internet, gateway.public), (None, gateway.own)):
                where: Expr = ANYTHING if edges is None else By("out", edges)
                if edges == ():
                    continue
                match = conjunction(self._marked(mark), Field("src", V4), where)
                if not found or (edges is not None and gateway.private):
                    rules.append(builtin(name, match, Unsure((Translate(None), Deny())), gateway.span))
                    continue
                to = Translation("src", addresses=IntervalSet.of(*found), ports=_NAT_PORTS)
                rules.append(builtin(name, match, Translate(to), gateway.span))
        out = By("out", self.internet)
        for own, public in self._pairs() if self.internet else ():
            match = conjunction(out, Field("src", IntervalSet.of(own)))
            rules.append(
                builtin("public address", match, Translate(Translation("src", addresses=IntervalSet.of(public))))
            )
        if self.internet and not self.members.settled(self.vpc):
            rest = conjunction(out, Field("src", V4))
            rules.append(builtin("unknown public addresses", rest, Unsure((Translate(None), Deny()))))
        return rules

    # ---- what is missing

    def _missing(self) -> None:
        estate, notes, vpc = self.estate, self.notes, self.vpc
        own = estate.vpcs.get(vpc)
        span = own.span if own is not None else None
        if own is None or not self.routes.whole:
            what = "describe-vpcs" if own is None else "describe-subnets"
            found = notes.add(Code.TABLE_ABSENT, Severity.ERROR, span, f"vpc {vpc}", table=f"{what} of {vpc}")
            notes.doubt(vpc, Scope.DEVICE, found)
        for subnet in self.subnets:
            where = f"subnet {subnet.id}"
            if not self.members.known(subnet):
                text = f"describe-network-interfaces of {subnet.id}, every one"
                notes.add(Code.TABLE_ABSENT, Severity.WARNING, subnet.span, where, table=text)
            if self.filters.acl_of(subnet.id) is None:
                text = f"describe-network-acls of {subnet.id}"
                notes.add(Code.TABLE_ABSENT, Severity.WARNING, subnet.span, where, table=text)
            if subnet.id in self.routes.untold:
                why = f"no route table of {subnet.id} in describe-route-tables"
                notes.add(Code.ROUTING_UNKNOWN, Severity.WARNING, subnet.span, where, why=why)
        for identity in sorted({group for eni in estate.enis.values() if eni.vpc == vpc for group in eni.groups}):
            if identity not in estate.groups:
                notes.add(
                    Code.UNDEFINED_NAME, Severity.WARNING, span, f"vpc {vpc}", kind="security group", name=identity
                )
        for name in sorted(self._outside()):
            notes.add(Code.DEPENDS_ON_OUTSIDE, Severity.WARNING, span, f"vpc {vpc}", what=name)

    def _outside(self) -> set[str]:
        """Return what rules depend on and the export does not hold."""
        found = set()
        for rules in self.lists.values():
            for rule in rules.rules:
                for term in _conditions(rule.match):
                    if term.kind is Kind.UNKNOWN and term.code == Code.DEPENDS_ON_OUTSIDE.value:
                        found.add(term.name)
        return found

    def _objects(self) -> list[NamedObject]:
        used = {group for eni in self.estate.enis.values() for group in eni.groups}
        found = []
        for group in self.filters.groups:
            text = f"{group.name}, {len(group.permissions)} rules"
            state = "defined" if group.id in used else "unused"
            found.append(NamedObject("security group", group.id, text, state, group.span))
        for acl in self.filters.acls:
            text = f"{len(acl.entries)} entries, {len(acl.subnets)} subnets"
            found.append(NamedObject("network ACL", acl.id, text, "defined" if acl.subnets else "unused", acl.span))
        return found


def _conditions(expr: Expr) -> list[Condition]:
    return [leaf for leaf in leaves(expr) if isinstance(leaf, Condition)]
