"""One device and one packet, read by the words of `segcheck.model`: what the device does with it in one state of the world.

Whatever the model leaves open is asked of `ask(kind, key, options)`, which answers with one of the options or raises. A key is
one question: asked twice with the same key, the answer is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from segcheck.model.device import DeviceConfig, Route, RouteKind, Scope
from segcheck.model.match import (
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
from segcheck.model.rules import Assign, Call, Continue, Deny, Permit, Return, RuleList, Translate, Unsure, Via
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.soundness.gate.ground import CAST, V6_STARTS, Box, Port
from tests.soundness.gate.packets import PORTED, Header, Samples, everyone, members, named, network

#: How a question counts: what nobody knows, what is chosen anew each time, and what is one thing everywhere for a while.
COMPLETION, CHOICE, STATE = "completion", "choice", "state"
#: A next hop that nobody knows.
SOMEBODY = -1
_ENDS = frozenset((addresses.parse_one("255.255.255.255"), addresses.parse_one("0.0.0.0"), addresses.parse_one("::1")))
_LOOPBACK = addresses.parse("127.0.0.0/8")
Ask = Callable[[str, object, Sequence[Any]], Any]


class Done(NamedTuple):
    """What a device has done: "drop", "in" (taken in itself), "out", or "loose" (it may do anything with it)."""

    what: str
    header: Header
    interface: str = ""
    gateway: int | None = None


class _Drop(Exception):
    pass


class _Loose(Exception):
    pass


def process(box: Box, port: Port, header: Header, ask: Ask, samples: Samples) -> Done:
    """Return what a device of which something is known does with a packet that arrives by a port."""
    assert box.config is not None
    run = _Run(box.device.id, box.config, port.name, header, ask, samples, rerouted=box.rerouted)
    try:
        return run.whole()
    except _Drop:
        return Done("drop", header)
    except _Loose:
        return Done("loose", header)


class _Run:
    def __init__(
        self,
        device: str,
        config: DeviceConfig,
        ingress: str,
        header: Header,
        ask: Ask,
        samples: Samples,
        *,
        rerouted: bool,
    ) -> None:
        self.device = device
        self.config = config
        self.ingress = ingress
        self.egress = ""
        self.fields: dict[str, int] = header._asdict()
        self.fields |= {"state": 0, "mark": 0}
        self.ask = ask
        self.samples = samples
        self.rerouted = rerouted
        self.joined = False  # a fragment that stands for its datagram
        self.at: tuple[object, ...] = ()  # where in the lists

    # ---- the whole device

    def whole(self) -> Done:
        config = self.config
        scopes = {taint.scope for taint in config.taints}
        if self.header().family not in config.families or self.touched(self.ingress):
            self.maybe_loose("ingress")
        if Scope.TRANSLATION in scopes:
            before = self.ask(COMPLETION, self.key("unread translation"), (True, False))
            side = self.ask(COMPLETION, self.key("side"), ("src", "dst"))
            if before:
                self.perhaps_rewritten(side, "before all stages")
            self.stages(config.pipeline.ingress)
            if not before:
                self.perhaps_rewritten(side, "before routing")
        else:
            self.stages(config.pipeline.ingress)
        if self.for_itself():
            if Scope.LOCAL in scopes:
                self.maybe_loose("local")
            self.stages(config.pipeline.local)
            return Done("in", self.header())
        self.egress, gateway = self.way()
        if self.touched(self.egress):
            self.maybe_loose("egress")
        self.stages(config.pipeline.forward)
        return Done("out", self.header(), self.egress, gateway)

    def header(self) -> Header:
        fields = self.fields
        if self.joined:
            return Header(1, fields["src"], fields["dst"], fields["proto"])
        return Header(*(fields[name] for name in Header._fields))

    def key(self, what: str) -> tuple[object, ...]:
        return (self.device, what, self.at, self.ingress, self.egress, *self.fields.values())

    def touched(self, interface: str) -> bool:
        return any(t.scope is Scope.INTERFACE and t.subject == interface for t in self.config.taints)

    def maybe_loose(self, what: str) -> None:
        if self.ask(COMPLETION, self.key(f"unread {what}"), (False, True)):
            raise _Loose

    # ---- stages

    def stages(self, stages: Sequence[Stage]) -> None:
        for stage in stages:
            if self.header().family not in stage.families:
                continue
            if stage.states is not None and self.fields["state"] not in stage.states:
                continue
            if stage.kind is StageKind.DEFRAGMENT:
                self.joined_up()
                continue
            for binding in stage.bindings:
                there = {"in": self.ingress, "out": self.egress, "": None}[binding.side]
                if there is None or named(there, binding.interfaces):
                    self.consult(stage, binding.list)
            if stage.kind is StageKind.TRANSLATE and any(t.scope is Scope.TRANSLATION for t in self.config.taints):
                self.perhaps_rewritten(stage.side, stage.name)

    def joined_up(self) -> None:
        """Give a fragment the rest of its datagram: whoever sends it chooses that too."""
        if not self.fields["fragment"]:
            return
        ports = self.samples.ports
        options: list[tuple[int, int, int, int, int]] = [(-1, -1, -1, -1, -1)]
        proto = self.fields["proto"]
        if proto in PORTED:
            flags = (2, 16) if proto == 6 else (-1,)
            options = [(40000, port, flag, -1, -1) for port in ports for flag in flags]
        elif proto in (1, 58):
            options = [(-1, -1, -1, kind, 0) for kind in (0, 3, 8)]
        chosen = self.ask(CHOICE, self.key("datagram"), options)
        for name, value in zip(("sport", "dport", "tcp_flags", "icmp_type", "icmp_code"), chosen, strict=True):
            self.fields[name] = value
        self.fields["fragment"] = 0
        self.joined = True

    def consult(self, stage: Stage, name: str) -> None:
        end = self.asked(name)
        if isinstance(end, Deny) and stage.kind is not StageKind.CLASSIFY:
            raise _Drop
        if isinstance(end, Translate):
            self.translate(end, stage.side)

    # ---- lists

    def asked(self, name: str) -> object:
        """Return how a list ends that the device asks directly."""
        rules = self.config.lists[name]
        end = self.read(rules)
        return self.settled(rules.default, f"default of {name}") if isinstance(end, Return) else end

    def read(self, rules: RuleList) -> object:
        self.at = (rules.name,)
        if any(t.scope is Scope.LIST and t.subject == rules.name for t in self.config.taints):
            return self.ask(COMPLETION, self.key("unread list"), (Permit(), Deny(), Return()))
        for number, rule in enumerate(rules.rules):
            self.at = (rules.name, number)
            if not rule.enabled or not self.holds(rule.match):
                continue
            self.at = (rules.name, number)
            action = self.settled(rule.action, "action")
            if isinstance(action, Assign):
                self.assign(action)
            elif isinstance(action, Call):
                end = self.read(self.config.lists[action.list])
                if not isinstance(end, Return) or action.goto:
                    return end
            elif not isinstance(action, Continue):
                return action
        self.at = (rules.name,)
        return self.settled(rules.default, "default")

    def settled(self, action: object, what: str) -> object:
        return self.ask(COMPLETION, self.key(what), action.actions) if isinstance(action, Unsure) else action

    def assign(self, action: Assign) -> None:
        self.fields[action.name] = self.fields[action.name] & ~action.mask ^ action.value

    def holds(self, expr: Expr) -> bool:
        if isinstance(expr, All):
            return all(self.holds(term) for term in expr.terms)
        if isinstance(expr, AnyOf):
            return any(self.holds(term) for term in expr.terms)
        if isinstance(expr, Not):
            return not self.holds(expr.term)
        if isinstance(expr, Field):
            return self.carried(expr.name) and self.fields[expr.name] in expr.values
        if isinstance(expr, Bits):
            return self.carried(expr.name) and self.fields[expr.name] & expr.mask == expr.value
        if isinstance(expr, Interface):
            return named(self.ingress if expr.side == "in" else self.egress, expr.names)
        if isinstance(expr, InForce):
            return self.in_force(expr.schedule)
        assert isinstance(expr, Condition)
        if expr.kind is Kind.LATER:  # decided by content, once the opening packet has passed: a state of this device
            return bool(self.ask(STATE, ("later", self.device, expr.name), (False, True)))
        if expr.kind is Kind.VARIES:
            own = f"{self.device}: " if expr.name.endswith("]") else ""
            return bool(self.ask(STATE, ("varies", own + expr.name), (False, True)))
        return bool(self.ask(COMPLETION, (*self.key("condition"), id(expr)), (False, True)))

    def carried(self, name: str) -> bool:
        return self.fields[name] >= 0

    def in_force(self, name: str) -> bool:
        schedule = self.config.schedules[name]
        if not schedule.known:
            return bool(self.ask(COMPLETION, (*self.key("schedule"), name), (False, True)))
        return schedule.in_force(self.ask(STATE, "minute", self.samples.minutes))

    # ---- translations

    def translate(self, end: Translate, side: str) -> None:
        translation = end.translation
        if translation is None:
            self.rewritten(side)
        else:
            name, port = translation.side, "sport" if translation.side == "src" else "dport"
            v6 = self.fields[name] >= V6_STARTS
            if translation.interface:
                used = self.egress if translation.interface == "out" else self.ingress
                known = self.config.interface(used)
                own = [a.address for a in known.addresses if (a.address >= V6_STARTS) == v6] if known else []
                if not own:  # nobody knows what address that is
                    own = [a for a in self.samples.addresses if (a >= V6_STARTS) == v6]
                self.fields[name] = self.ask(COMPLETION, (self.device, "address of", used, v6), own)
            elif translation.shift is not None:
                self.fields[name] += translation.shift
            elif translation.addresses is not None:
                pool = [a for a in members(translation.addresses) if (a >= V6_STARTS) == v6]
                self.fields[name] = self.ask(CHOICE, self.key(f"pool {name}"), pool)
            if self.carried(port):
                self.move_port(translation.ports, translation.port_shift, translation.port_may_change, port)
        for assign in end.assigns:
            self.assign(assign)

    def move_port(
        self, ports: IntervalSet | None, shift: int | None, may_change: IntervalSet | None, port: str
    ) -> None:
        if shift is not None:
            self.fields[port] += shift
        elif ports is not None:
            self.fields[port] = self.ask(CHOICE, self.key(f"pool {port}"), self.some(ports))
        elif may_change is not None:
            kept = self.fields[port]
            self.fields[port] = self.ask(CHOICE, self.key(f"free {port}"), (kept, *self.some(may_change)))

    def some(self, values: IntervalSet) -> list[int]:
        """Return members of a set of ports: its ends, and those that matter elsewhere."""
        return sorted({values.min, values.max, *(one for one in self.samples.ports if one in values)})

    def rewritten(self, side: str) -> None:
        """Let a translation that nobody read write something, or nothing, on one side."""
        port = "sport" if side == "src" else "dport"
        family = self.fields[side] >= V6_STARTS
        options: list[tuple[int, int]] = [(self.fields[side], self.fields[port])]
        options += [(a, self.fields[port]) for a in self.samples.addresses if (a >= V6_STARTS) == family]
        if self.carried(port):
            options += [(a, p) for a, _ in options[:3] for p in self.samples.ports]
        self.fields[side], self.fields[port] = self.ask(COMPLETION, self.key(f"unread {side}"), options)

    def perhaps_rewritten(self, side: str, where: str) -> None:
        """Let a line that nobody read translate one side, or not."""
        if self.ask(COMPLETION, self.key(f"translates {where}"), (False, True)):
            self.rewritten(side)

    # ---- routing

    def domain(self) -> str:
        known = self.config.interface(self.ingress)
        return known.domain if known is not None else "default"

    def for_itself(self) -> bool:
        """Return whether a packet is for the device: by its own addresses in the domain that it arrives in, or for everyone."""
        dst = self.fields["dst"]
        if dst in _ENDS or dst in _LOOPBACK:
            return True
        domain = self.domain()
        for interface in self.config.interfaces:
            for own in interface.addresses if interface.domain == domain else ():
                if dst == own.address or dst == everyone(own.address, own.length):
                    return True
        return dst in CAST and bool(self.ask(COMPLETION, self.key("multicast"), (False, True)))

    def way(self) -> tuple[str, int | None]:
        policy = self.config.pipeline.policy_routes
        if policy:
            end = self.asked(policy)
            if isinstance(end, Deny):
                raise _Drop
            if isinstance(end, Via):
                names = self.towards(end.interface, end.gateway, None)
                if not names:
                    raise _Drop
                return self.ask(CHOICE, self.key("policy route"), names), end.gateway
        self.at = ("table",)
        return self.by_table(self.fields["dst"])

    def by_table(self, dst: int) -> tuple[str, int | None]:
        config, domain = self.config, self.domain()
        interfaces = [i for i in config.interfaces if i.domain == domain and i.enabled is not False]
        anywhere = [(i.name, SOMEBODY) for i in interfaces]
        known = config.routing_known and not any(t.scope is Scope.ROUTING for t in config.taints)
        if not known or (self.rerouted and not self.ask("assumption", (self.device, "routes"), (True, False))):
            return self.taken(self.ask(COMPLETION, self.key("route"), (None, *anywhere)))
        found: list[tuple[tuple[int, int, int], tuple[str, int | None] | None]] = []
        for interface in interfaces:
            for own in interface.addresses:
                there = network(own.address, own.length)
                if dst in there:
                    found.append(((there.count, 0, 0), (interface.name, None)))
        for number, route in enumerate(config.routes):
            if route.domain == domain and dst in route.to and self.there(number, route):
                found += [(_rank(route), hop) for hop in self.hops(number, route, anywhere)]
        if not found:
            raise _Drop
        best = min(rank for rank, _ in found)
        equal = list(dict.fromkeys(hop for rank, hop in found if rank == best))
        return self.taken(self.ask(CHOICE, self.key("equal routes"), equal))

    def there(self, number: int, route: Route) -> bool:
        return route.sure or bool(self.ask(COMPLETION, (self.device, "route", number), (False, True)))

    def hops(
        self, number: int, route: Route, anywhere: Sequence[tuple[str, int]]
    ) -> Sequence[tuple[str, int | None] | None]:
        if route.kind is RouteKind.DISCARD:
            return (None,)
        names = self.towards(route.interface, route.gateway, route.domain)
        if names or route.interface is not None:
            return [(name, route.gateway) for name in names] or (None,)
        # Its gateway is on no network of the device: not in force, or some other route leads there.
        chosen = self.ask(COMPLETION, (*self.key("unresolved"), number), (None, *anywhere))
        return () if chosen is None else (chosen,)

    def towards(self, interface: str | None, gateway: int | None, domain: str | None) -> list[str]:
        if interface is not None:
            known = self.config.interface(interface)
            return [] if known is not None and known.enabled is False else [interface]
        return [
            i.name
            for i in self.config.interfaces
            if i.enabled is not False
            and (domain is None or i.domain == domain)
            and gateway is not None
            and any(gateway in network(own.address, own.length) for own in i.addresses)
        ]

    def taken(self, hop: tuple[str, int | None] | None) -> tuple[str, int | None]:
        if hop is None:
            raise _Drop
        return hop


def _rank(route: Route) -> tuple[int, int, int]:
    return (route.to.count, route.distance, route.metric)
