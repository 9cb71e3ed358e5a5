"""Route tables of one VPC as a list that is asked before a routing table.

The table of the subnet that a packet comes from decides; of a gateway, the one associated with it. The longest prefix wins, then
static routes, prefix lists, propagated routes; a propagated route never leads away what the VPC itself holds (VPC User Guide,
"How route priority works"). What comes from the internet, a peering, a VPN for somebody outside the VPC goes nowhere (VPC
Peering Guide, "Edge to edge routing"). A route that is a blackhole drops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from segcheck.importers._unsure import because
from segcheck.importers.aws import _matches
from segcheck.importers.aws._estate import Attachment, Estate, RouteLine, RouteTable
from segcheck.importers.aws._members import Members
from segcheck.importers.aws._notes import builtin
from segcheck.model.match import ANYTHING, Expr, Field, Interface, conjunction
from segcheck.model.rules import Action, Assign, Deny, Return, Rule, RuleList, Unsure, Via
from segcheck.model.source import Span
from segcheck.sets.addresses import ALL, V4, describe, parse
from segcheck.sets.intervals import IntervalSet

#: Bits of the mark that name the NAT gateway a packet takes.
NAT_MARK = 0xFFFF
MULTICAST = parse("224.0.0.0/4") | parse("255.255.255.255") | parse("ff00::/8")
_LINK_LOCAL = parse("169.254.0.0/16") | parse("fe80::/10")
_KINDS = {
    "igw-": "internet gateway",
    "eigw-": "egress-only gateway",
    "vgw-": "virtual private gateway",
    "pcx-": "peering",
    "tgw-": "transit gateway",
    "vpce-": "endpoint",
}
#: Gateways across which nothing goes on to another gateway.
_ENDS = ("igw-", "eigw-", "vgw-", "pcx-")


@dataclass(frozen=True, slots=True)
class _Step:
    """A route in its rank: packets for `to` (None: `listed` decides) go to any of `targets`."""

    to: IntervalSet | None
    listed: Expr | None
    targets: tuple[str, ...]
    span: Span


def kind_of(edge: str) -> str:
    """Return what an edge is, by the beginning of its id."""
    return next((kind for start, kind in _KINDS.items() if edge.startswith(start)), "gateway")


class Routes:
    """The routing of one VPC. edges: its gateways; nats: marks of the NAT gateways that routes lead to."""

    def __init__(self, vpc: str, estate: Estate, members: Members) -> None:
        self.vpc = vpc
        self.estate = estate
        self.members = members
        self.subnets = [subnet for subnet in estate.subnets.values() if subnet.vpc == vpc]
        self.tables = [table for table in estate.tables.values() if table.vpc == vpc]
        own = estate.vpcs.get(vpc)
        self.networks = own.networks if own is not None else IntervalSet.empty()
        self.whole = members.whole(vpc)
        self._tables: dict[str, list[RouteTable]] = {}
        for table in self.tables:
            for subnet in table.subnets:
                self._tables.setdefault(subnet, []).append(table)
        self._main = [table for table in self.tables if table.main]
        self.edges = self._edges()
        self.nats: dict[str, int] = {}
        self.untold = [subnet.id for subnet in self.subnets if self.table_of(subnet.id) is None]
        # Where every table is told, a packet of unknown way leaves by one of the known edges; else by any that there may be.
        self.known = self.whole and estate.whole("RouteTables") and not self.untold
        names = [subnet.id for subnet in self.subnets] + list(self.edges)
        self._somewhere: Action = Unsure((*(Via(name) for name in names), Deny())) if names else Deny()
        self._anywhere: Action = self._somewhere if self.known else Return()

    def _edges(self) -> dict[str, Span | None]:
        found: dict[str, Span | None] = {}
        for table in self.tables:
            for route in table.routes:
                if route.target.startswith(("nat-", "eni-", "i-")) or route.target in ("", "local") or route.blackhole:
                    continue
                found.setdefault(route.target, None)
            found |= {gateway: None for gateway in table.gateways if gateway not in found}
        for edge in self.estate.edges.values():
            if self.vpc in edge.vpcs:
                found[edge.id] = edge.span
        for one in self.attachments():
            found[one.gateway] = one.span
        return found

    def attachments(self) -> list[Attachment]:
        """Return the transit gateway attachments of the VPC."""
        return [one for one in self.estate.attachments.values() if one.vpc == self.vpc and one.active]

    def inside(self, gateway: str) -> tuple[str, ...] | None:
        """Return the subnets by which a transit gateway is attached; None if that is not told."""
        own = [one for one in self.attachments() if one.gateway == gateway]
        return own[0].subnets if len(own) == 1 else None

    def table_of(self, subnet: str) -> RouteTable | None:
        """Return the route table of a subnet: its own, else the main one; None if that is not told for certain."""
        own = self._tables.get(subnet)
        if own:
            return own[0] if len(own) == 1 else None
        return self._main[0] if len(self._main) == 1 and self.estate.whole("RouteTables") else None

    # ---- the list

    def list(self) -> RuleList:
        """Return the list of all route tables, by where a packet comes from."""
        rules = [
            builtin("multicast", Field("dst", MULTICAST), self._somewhere),
            builtin("link-local: answered by the platform", Field("dst", _LINK_LOCAL), Deny()),
        ]
        by_table: dict[str, list[str]] = {}
        for subnet in self.subnets:
            table = self.table_of(subnet.id)
            if table is None:
                rules.append(
                    builtin(f"route table of {subnet.id} not told", Interface("in", (subnet.id,)), self._anywhere)
                )
            else:
                by_table.setdefault(table.id, []).append(subnet.id)
        for identity, names in by_table.items():
            rules += self._from(Interface("in", tuple(names)), self.estate.tables[identity])
        for edge in self.edges:
            rules += self._arriving(edge)
        # By a gateway that no answer names, packets reach the VPC as well.
        rules += self._local(ANYTHING, self.networks, None, "unknown gateway, local")
        rules.append(builtin("unknown gateway", ANYTHING, self._anywhere))
        return RuleList(name="routes", rules=tuple(rules), default=Deny() if self.known else Return(), builtin=True)

    def _from(self, gate: Expr, table: RouteTable) -> Iterator[Rule]:
        for step in self._steps(table):
            yield from self._rules(gate, step, table.id)
        yield builtin(f"{table.id}: no route", gate, Deny(), table.span)

    def _arriving(self, edge: str) -> Iterator[Rule]:
        gate = Interface("in", (edge,))
        tables = [table for table in self.tables if edge in table.gateways]
        if len(tables) == 1:
            yield from self._from(gate, tables[0])
            return
        entered: list[RouteTable | None] | None = None
        if edge.startswith("tgw-"):
            subnets = self.inside(edge)
            entered = [self.table_of(one) for one in subnets] if subnets is not None else None
        elif edge.startswith("vpce-") and edge in self.estate.edges:
            known = self.estate.edges[edge]
            if known.kind == "endpoint Gateway":
                yield from self._local(gate, self.networks, None, "local")
                yield builtin(f"{edge}: answers only", gate, Deny())
                return
            entered = [self.table_of(one) for one in known.subnets]
        elif edge.startswith(_ENDS):
            yield from self._local(gate, self.networks, None, "local")
            if edge.startswith("vgw-"):
                # between its own VPN connections a virtual private gateway may (Site-to-Site VPN Guide, "VPN CloudHub")
                yield builtin(f"{edge}: between its own connections", gate, Unsure((Via(edge), Deny())))
            else:
                yield builtin(f"{edge}: no way to another gateway", gate, Deny())
            return
        first = entered[0] if entered else None
        if first is not None and all(one is first for one in entered or ()):
            yield from self._from(gate, first)
            return
        if not self._split():
            yield from self._local(gate, self.networks, None, "local")
        yield builtin(f"{edge}: whose route table is asked is not known", gate, self._anywhere)

    def _split(self) -> bool:
        """Return whether some table leads part of the VPC's own addresses elsewhere."""
        return any(
            route.target != "local" and (route.networks is None or route.networks <= self.networks)
            for table in self.tables
            for route in table.routes
        ) or not self.estate.whole("RouteTables")

    def _steps(self, table: RouteTable) -> Iterator[_Step]:
        """Yield the routes of a table, the one that wins first; those of unread prefix lists may win over any."""
        ranked: dict[tuple[int, int, tuple[tuple[int, int], ...]], tuple[IntervalSet, list[RouteLine]]] = {}
        for route in table.routes:
            content = route.networks
            if content is None:
                found = _matches.listed(self.estate, route.prefix_list)
                if not isinstance(found, IntervalSet):
                    match = _matches.in_list(self.estate, route.prefix_list, "dst")
                    yield _Step(None, match, (self._target(route),), route.span)
                    continue
                content = found
            elif route.propagated and content <= self.networks:
                continue
            rank = 2 if route.propagated else 0 if route.networks is not None else 1
            for network in _prefixes(content):
                key = (-_length(network), rank, network.ranges)
                ranked.setdefault(key, (network, []))[1].append(route)
        for key in sorted(ranked):
            network, routes = ranked[key]
            targets = tuple(dict.fromkeys(self._target(route) for route in routes))
            yield _Step(network, None, targets, routes[0].span)

    def _target(self, route: RouteLine) -> str:
        return "blackhole" if route.blackhole else route.target

    def _rules(self, gate: Expr, step: _Step, table: str) -> Iterator[Rule]:
        to = step.listed if step.to is None else Field("dst", step.to)
        assert to is not None
        match = conjunction(gate, to)
        text = ", ".join(describe(step.to)) if step.to is not None else "prefix list"
        name = f"{table} {text}"
        if len(step.targets) != 1:
            yield builtin(name, match, self._anywhere, step.span)
            return
        target = step.targets[0]
        if target == "local":
            yield from self._local(gate, step.to if step.to is not None else ALL, step.span, name)
        elif target.startswith("nat-"):
            yield from self._by_nat(gate, step, target, name)
        else:
            yield _rule(f"{name} {target}", match, self._to(target), step.span)

    def _to(self, target: str) -> Action:
        if target == "blackhole":
            return Deny()
        if target in self.edges:
            return Via(target)
        eni = self.estate.enis.get(target)
        if eni is not None and eni.vpc == self.vpc and eni.subnet in self.estate.subnets and eni.first is not None:
            return Via(eni.subnet, eni.first)
        return self._anywhere

    def _local(self, gate: Expr, to: IntervalSet, span: Span | None, name: str) -> Iterator[Rule]:
        for subnet in self.subnets:
            held = subnet.addresses & to
            if held:
                match = conjunction(gate, Field("dst", held))
                yield _rule(f"{name} local {subnet.id}", match, Via(subnet.id), span or subnet.span)
        rest = conjunction(gate, Field("dst", to))
        yield builtin(f"{name}: no subnet", rest, Deny() if self.whole else self._anywhere, span)

    # ---- NAT gateways

    def _by_nat(self, gate: Expr, step: _Step, target: str, name: str) -> Iterator[Rule]:
        """Yield what becomes of packets that a NAT gateway takes: where its own subnet's table leads."""
        gateway = self.estate.nats.get(target)
        to = step.to
        table = self.table_of(gateway.subnet) if gateway is not None else None
        if (
            gateway is None
            or table is None
            or to is None
            or not to <= V4
            or not gateway.active
            or gateway.vpc != self.vpc
        ):
            match = step.listed if to is None else Field("dst", to)
            assert match is not None
            yield builtin(f"{name} {target}", conjunction(gate, match), self._anywhere, step.span)
            return
        mark = self.nats.setdefault(target, len(self.nats) + 1)
        for onward in self._steps(table):
            reached = to if onward.to is None else to & onward.to
            if not reached:
                continue
            terms = [gate, Field("dst", reached), *([onward.listed] if onward.listed is not None else [])]
            match = conjunction(*terms)
            action: Action = self._anywhere
            if len(onward.targets) == 1 and (onward.targets[0] in self.edges or onward.targets[0] == "blackhole"):
                action = self._to(onward.targets[0])
            if isinstance(action, Via):
                # Where the rule behind this one is not reached after all, the mark means a doubt, no permission.
                yield _rule(f"{name} {target}", match, Assign("mark", mark, NAT_MARK), step.span)
            yield _rule(f"{name} {target} then {', '.join(onward.targets)}", match, action, step.span)
        yield builtin(f"{name} {target}: no route", conjunction(gate, Field("dst", to)), Deny(), step.span)


def _rule(name: str, match: Expr, action: Action, span: Span | None) -> Rule:
    return Rule(id=name, key=name, match=match, action=action, span=span, text=name, because=because(match))


def _prefixes(content: IntervalSet) -> Iterable[IntervalSet]:
    """Return the prefixes that make up a set of addresses."""
    for lo, hi in (pair for part in (content & V4, content - V4) for pair in part.ranges):
        start = 0 if lo in V4 else V4.max + 1
        while lo <= hi:
            size = 1 << (hi - lo + 1).bit_length() - 1
            while (lo - start) % size:
                size >>= 1
            yield IntervalSet.of((lo, lo + size - 1))
            lo += size


def _length(network: IntervalSet) -> int:
    lo, hi = network.ranges[0]
    return (32 if lo in V4 else 128) - ((hi - lo + 1).bit_length() - 1)
