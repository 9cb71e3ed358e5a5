"""Possible worlds: a slow, plain reading of the model, to judge the engines of segcheck.analysis by.

A world settles everything that is not known: each UNKNOWN or LATER condition every time it is asked, each VARIES condition
and schedule once, each Unsure action, each unsure route once, each member of a pool, each interface of unknown routing.
Inside one world a device is an ordinary program, so it is run like one. `worlds` runs all worlds, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from segcheck.model.device import DeviceConfig, RouteKind
from segcheck.model.match import (
    AddressClass,
    AddressKind,
    All,
    AnyOf,
    Bits,
    Condition,
    Expr,
    Field,
    InForce,
    Interface,
    Kind,
    Not,
)
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Assign, Call, Copy, Deny, Permit, Return, RuleList, Translate, Translation, Unsure, Via
from segcheck.sets import addresses

V6_STARTS = 1 << 32
PORTED = (6, 17, 33, 132, 136)
L4_FIELDS = ("sport", "dport", "icmp_type", "icmp_code", "tcp_flags")
HEADER_FIELDS = ("src", "dst", "proto", *L4_FIELDS, "fragment")


class TooManyWorlds(Exception):
    """The question has more worlds than the oracle is willing to visit."""


class Outcome(NamedTuple):
    """What happens in a world; `verdict` is permit, deny or end (a list that ends without an outcome)."""

    verdict: str
    egress: str
    local: bool
    header: frozenset[tuple[str, int]]


class Worlds(NamedTuple):
    """All outcomes; `independent` says that no choice of a value or route was there for several rules to see."""

    outcomes: frozenset[Outcome]
    independent: bool

    @property
    def verdicts(self) -> frozenset[str]:
        return frozenset(outcome.verdict for outcome in self.outcomes)


def worlds(
    device: DeviceConfig,
    packet: Mapping[str, int],
    list_name: str = "",
    *,
    ingress: str = "",
    egress: str = "",
    minute: int | None = None,
    anything: Mapping[str, tuple[int, ...]] | None = None,
    limit: int = 4000,
) -> Worlds:
    """Return what may become of a wholly known packet in the device, or in one list of it.

    packet     every header field that it carries, and its extra dimensions
    egress     for a list: where the packet leaves; for a device: fixed by the question if given
    anything   values by field that an unread translation may write

    Raises:
        TooManyWorlds: there are more than `limit`.
    """
    outcomes: set[Outcome] = set()
    independent = True
    tape: list[tuple[int, int]] = []
    for _ in range(limit):
        world = _World(device, tape, minute, anything or {})
        way = _Packet(packet, ingress, egress if list_name else "")
        outcomes.add(world.list_alone(list_name, way) if list_name else world.device_whole(way, egress))
        independent = independent and world.independent
        tape = world.taken
        while tape and tape[-1][0] + 1 == tape[-1][1]:
            tape.pop()
        if not tape:
            return Worlds(frozenset(outcomes), independent)
        tape[-1] = (tape[-1][0] + 1, tape[-1][1])
    raise TooManyWorlds


class _Packet:
    def __init__(self, fields: Mapping[str, int], ingress: str, egress: str) -> None:
        self.fields = dict(fields)
        self.ingress = ingress
        self.egress = egress

    def header(self) -> frozenset[tuple[str, int]]:
        return frozenset((name, self.fields[name]) for name in HEADER_FIELDS if name in self.fields)

    @property
    def family(self) -> int:
        return 6 if self.fields["dst"] >= V6_STARTS else 4


class _Ended(Exception):
    def __init__(self, verdict: str) -> None:
        self.verdict = verdict


class _World:
    def __init__(
        self,
        device: DeviceConfig,
        tape: list[tuple[int, int]],
        minute: int | None,
        anything: Mapping[str, tuple[int, ...]],
    ) -> None:
        self.device = device
        self.tape = list(tape)
        self.taken: list[tuple[int, int]] = []
        self.minute = minute
        self.anything = anything
        self.settled: dict[object, bool] = {}
        self.independent = True

    def choose(self, count: int) -> int:
        at = len(self.taken)
        chosen = self.tape[at][0] if at < len(self.tape) else 0
        self.taken.append((chosen, count))
        return chosen

    def once(self, key: object) -> bool:
        if key not in self.settled:
            self.settled[key] = bool(self.choose(2))
        return self.settled[key]

    # ---- expressions

    def holds(self, expr: Expr, packet: _Packet) -> bool:
        if isinstance(expr, All):
            return all(self.holds(term, packet) for term in expr.terms)
        if isinstance(expr, AnyOf):
            return any(self.holds(term, packet) for term in expr.terms)
        if isinstance(expr, Not):
            return not self.holds(expr.term, packet)
        if isinstance(expr, Field):
            return expr.name in packet.fields and packet.fields[expr.name] in expr.values
        if isinstance(expr, Bits):
            return expr.name in packet.fields and packet.fields[expr.name] & expr.mask == expr.value
        if isinstance(expr, Interface):
            return named(packet.ingress if expr.side == "in" else packet.egress, expr.names)
        if isinstance(expr, AddressKind):
            kind = self.address_class(packet.fields[expr.name], packet)
            plain = all(route.sure and route.kind is RouteKind.UNICAST for route in self.device.routes)
            if not (plain and self.device.routing_known):
                self.independent = False  # the route that decides the class may also decide the way out
            return kind in expr.kinds
        if isinstance(expr, InForce):
            return self.in_force(expr.schedule)
        assert isinstance(expr, Condition)
        return self.once(("varies", expr.name)) if expr.kind is Kind.VARIES else bool(self.choose(2))

    def in_force(self, name: str) -> bool:
        schedule = self.device.schedules.get(name)
        if schedule is None or not schedule.known or self.minute is None:
            return self.once(("schedule", name))
        return schedule.in_force(self.minute)

    def address_class(self, address: int, packet: _Packet) -> AddressClass:
        own = [(i, a) for i in self.device.interfaces for a in i.addresses if i.domain == self.domain(packet)]
        if address in addresses.parse("224.0.0.0/4") or address in addresses.parse("ff00::/8"):
            return AddressClass.MULTICAST
        if any(a.address == address for _, a in own) or address in addresses.parse("127.0.0.0/8"):
            return AddressClass.LOCAL
        if address == addresses.parse_one("::1"):
            return AddressClass.LOCAL
        ends = [addresses.prefix(a.address, a.length).max for _, a in own if a.address < V6_STARTS and a.length <= 30]
        if address in (*ends, addresses.parse_one("255.255.255.255"), addresses.parse_one("0.0.0.0")):
            return AddressClass.BROADCAST
        subnets = [addresses.prefix(a.address, a.length) for _, a in own if a.address >= V6_STARTS and a.length < 127]
        if address in [subnet.min for subnet in subnets]:
            return AddressClass.ANYCAST
        routed = self.table(address, packet) != ""
        return AddressClass.UNICAST if routed else AddressClass.UNROUTED

    # ---- lists

    def list_alone(self, name: str, packet: _Packet) -> Outcome:
        try:
            verdict = self.consult(name, packet, "")
        except _Ended as end:
            verdict = end.verdict
        if verdict.startswith("via "):
            packet.egress = verdict[4:]
            verdict = "permit"
        return Outcome(verdict, packet.egress if verdict == "permit" else "", False, packet.header())

    def consult(self, name: str, packet: _Packet, side: str) -> str:
        """Return how a list ends that the device asks directly: permit, deny, via NAME or end."""
        rules = self.device.lists[name]
        try:
            if self.read(rules, packet, side) == "back":
                self.default(rules, packet, side)
        except _Ended as end:
            return end.verdict
        return "end"

    def default(self, rules: RuleList, packet: _Packet, side: str) -> str:
        return self.act(rules.default, packet, side)

    def read(self, rules: RuleList, packet: _Packet, side: str) -> str:
        for rule in rules.rules:
            if not rule.enabled or not self.holds(rule.match, packet):
                continue
            after = self.act(rule.action, packet, side)
            if after != "next":
                return after
        return self.default(rules, packet, side)

    def act(self, action: object, packet: _Packet, side: str) -> str:
        """Do an action; return "next" (the next rule), "back" (to the caller) or raise what ends all lists."""
        if isinstance(action, Unsure):
            return self.act(action.actions[self.choose(len(action.actions))], packet, side)
        if isinstance(action, Permit):
            raise _Ended("permit")
        if isinstance(action, Deny):
            raise _Ended("deny")
        if isinstance(action, Via):
            raise _Ended(f"via {action.interface}")
        if isinstance(action, Return):
            return "back"
        if isinstance(action, Call):
            self.read(self.device.lists[action.list], packet, side)
            return "back" if action.goto else "next"
        if isinstance(action, Assign):
            self.assign(action, packet)
        elif isinstance(action, Copy):
            value = packet.fields[action.source] & action.mask
            packet.fields[action.name] = packet.fields[action.name] & ~action.mask | value
        elif isinstance(action, Translate):
            self.translate(action.translation, packet, side)
            for assign in action.assigns:
                self.assign(assign, packet)
            raise _Ended("permit")
        return "next"

    def assign(self, action: Assign, packet: _Packet) -> None:
        packet.fields[action.name] = packet.fields[action.name] & ~action.mask ^ action.value

    def translate(self, translation: Translation | None, packet: _Packet, side: str) -> None:
        port_of = {"src": "sport", "dst": "dport"}
        if translation is None:
            self.independent = False
            for name in (side, port_of[side]) if side else ("src", "sport", "dst", "dport"):
                if name in packet.fields and self.anything.get(name):
                    values = self.anything[name]
                    if name in ("src", "dst"):  # rewriting one side leaves the family
                        values = tuple(a for a in values if (a >= V6_STARTS) == (packet.fields[name] >= V6_STARTS))
                    packet.fields[name] = self.pick(values)
            return
        name, port = translation.side, port_of[translation.side]
        if translation.interface:
            used = packet.egress if translation.interface == "out" else packet.ingress
            known = self.device.interface(used)
            own = [a.address for a in known.addresses] if known else []
            fitting = [a for a in own if (a >= V6_STARTS) == (packet.family == 6)]
            if fitting:
                packet.fields[name] = self.pick(tuple(fitting))
            else:
                self.independent = False
        elif translation.shift is not None:
            packet.fields[name] += translation.shift
        elif translation.addresses is not None:
            packet.fields[name] = self.pick(tuple(members(translation.addresses)))
        if port in packet.fields:
            if translation.port_shift is not None:
                packet.fields[port] += translation.port_shift
            elif translation.ports is not None:
                packet.fields[port] = self.pick(tuple(members(translation.ports)))
            elif translation.port_may_change is not None:
                packet.fields[port] = self.pick((packet.fields[port], *members(translation.port_may_change)))

    def pick(self, values: tuple[int, ...]) -> int:
        if len(values) > 1:
            self.independent = False
        return values[self.choose(len(values))]

    # ---- devices

    def device_whole(self, packet: _Packet, fixed: str) -> Outcome:
        pipeline = self.device.pipeline
        try:
            self.stages(pipeline.ingress, packet)
            local = not fixed and self.for_device(packet)
            if not local:
                packet.egress = fixed or self.route(packet)
            self.stages(pipeline.local if local else pipeline.forward, packet)
        except _Ended:
            return Outcome("deny", "", False, packet.header())
        return Outcome("permit", packet.egress, local, packet.header())

    def for_device(self, packet: _Packet) -> bool:
        kind = self.address_class(packet.fields["dst"], packet)
        return kind in (AddressClass.LOCAL, AddressClass.BROADCAST, AddressClass.ANYCAST)

    def stages(self, stages: tuple[Stage, ...], packet: _Packet) -> None:
        """Run stages in order; raise when the packet is dropped."""
        for stage in stages:
            state = packet.fields["state"]
            if packet.family not in stage.families or (stage.states is not None and state not in stage.states):
                continue
            if stage.session and state in (2, 3):
                continue
            if stage.kind is StageKind.DEFRAGMENT:
                self.reassemble(packet)
                continue
            if stage.kind is StageKind.TRANSLATE and state not in (0, 1, 3):
                continue
            for binding in stage.bindings:
                at = packet.ingress if binding.side == "in" else packet.egress
                if binding.side and not named(at, binding.interfaces):
                    continue
                side = stage.side if stage.kind is StageKind.TRANSLATE else ""
                if self.consult(binding.list, packet, side) == "deny" and stage.kind is not StageKind.CLASSIFY:
                    raise _Ended("deny")

    def reassemble(self, packet: _Packet) -> None:
        if not packet.fields["fragment"]:
            return
        packet.fields["fragment"] = 0
        self.independent = False
        for name in carried(packet.fields["proto"]):
            packet.fields[name] = self.pick(self.anything[name])

    def domain(self, packet: _Packet) -> str:
        known = self.device.interface(packet.ingress)
        return known.domain if known else "default"

    def route(self, packet: _Packet) -> str:
        """Return the way out; raise when there is none."""
        policy = self.device.pipeline.policy_routes
        if policy:
            end = self.consult(policy, packet, "")
            if end == "deny":
                raise _Ended("deny")
            if end.startswith("via "):
                return end[4:]
        name = self.table(packet.fields["dst"], packet)
        if not name:
            raise _Ended("deny")
        return name

    def table(self, address: int, packet: _Packet) -> str:
        """Return where the routing table sends an address, "" for nowhere."""
        domain = self.domain(packet)
        names = [i.name for i in self.device.interfaces if i.domain == domain]
        if not self.device.routing_known:
            return (*names, "")[self.choose(len(names) + 1)]
        present: list[tuple[int, int, int, str]] = []
        for interface in self.device.interfaces:
            for own in interface.addresses:
                network = addresses.prefix(own.address, own.length)
                if interface.domain == domain and address in network:
                    present.append((network.count, 0, 0, interface.name))
        for index, route in enumerate(self.device.routes):
            there = route.domain == domain and address in route.to and (route.sure or self.once(("route", index)))
            if there:
                leaving = "" if route.kind is RouteKind.DISCARD else route.interface or ""
                present.append((route.to.count, route.distance, route.metric, leaving))
        if not present:
            return ""
        best = min(entry[:3] for entry in present)
        equal = sorted({entry[3] for entry in present if entry[:3] == best})
        return equal[self.choose(len(equal))]


def named(interface: str, names: tuple[str, ...]) -> bool:
    """Return whether an interface that is there is one of the names."""
    return interface != "" and any(
        interface == name or (name[-1:] == "*" and interface.startswith(name[:-1])) for name in names
    )


def members(values: object) -> list[int]:
    """Return every member of a small interval set."""
    return [value for low, high in values.ranges for value in range(low, high + 1)]  # type: ignore[attr-defined]


def carried(proto: int) -> tuple[str, ...]:
    """Return the L4 fields of a protocol."""
    if proto in (1, 58):
        return ("icmp_type", "icmp_code")
    ports = ("sport", "dport") if proto in PORTED else ()
    return (*ports, "tcp_flags") if proto == 6 else ports


def completions(known: Mapping[str, int], universe: Mapping[str, tuple[int, ...]]) -> Iterator[dict[str, int]]:
    """Yield every packet of a small universe that agrees with the known header fields and carries them."""

    def grow(
        fields: dict[str, int], names: list[str], accept: Callable[[dict[str, int]], bool]
    ) -> Iterator[dict[str, int]]:
        if not names:
            if accept(fields):
                yield dict(fields)
            return
        for value in (known[names[0]],) if names[0] in known else universe[names[0]]:
            yield from grow({**fields, names[0]: value}, names[1:], accept)

    def one_family(fields: dict[str, int]) -> bool:
        return (fields["src"] >= V6_STARTS) == (fields["dst"] >= V6_STARTS)

    others = {name: value for name, value in known.items() if name not in HEADER_FIELDS}
    for base in grow({}, ["src", "dst", "proto", "fragment"], one_family):
        l4 = [] if base["fragment"] else list(carried(base["proto"]))
        if all(name in l4 for name in L4_FIELDS if name in known):
            yield from grow(others | base, l4, lambda _: True)
