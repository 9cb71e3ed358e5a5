"""What a random device does with packets: stages, lists, rules, translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segcheck.model.device import DeviceConfig, Interface, Route, Scope, Taint
from segcheck.model.match import Bits, Condition, Expr, Field, InForce, Kind, Not, conjunction, disjunction
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Binding as Bound
from segcheck.model.pipeline import Pipeline, Stage, StageKind
from segcheck.model.rules import (
    Action,
    Assign,
    Call,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    Translate,
    Translation,
    Unsure,
    Via,
)
from segcheck.model.schedule import Schedule
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.soundness.gate.drawing import ICMP, PORTS, TCP, UDP, Drawing, ip


class Filtering(Drawing):
    """Draws what a device does."""

    def config(self, name: str, interfaces: tuple[Interface, ...], routes: tuple[Route, ...]) -> DeviceConfig:
        self.lists: dict[str, RuleList] = {}
        self.ports = list(self.standing[name])
        self.name = name
        ingress: list[Stage] = []
        forward: list[Stage] = []
        if self.likely("fragments", 0.5):
            ingress.append(Stage("defragment", StageKind.DEFRAGMENT))
        if self.likely("policy", 0.4, 0.05):
            marking = self.rule(Assign("mark", self.random.choice((1, 2)), 0xFF))
            ingress.append(self.stage(StageKind.CLASSIFY, self.listed("marks", [marking], Return())))
        if self.random.random() < 0.2:
            ingress.append(self.bound("acl", "in"))
        if self.likely("nat", 0.6, 0.08) or self.likely("hairpin", 0.6) or self.likely("register", 0.4):
            rules = [self.translation("dst") for _ in range(self.random.choice((1, 1, 2)))]
            ingress.append(self.stage(StageKind.TRANSLATE, self.listed("dnat", rules, Permit()), side="dst"))
        if self.random.random() < 0.75:
            forward.append(self.stage(StageKind.FILTER, self.filter("policy")))
        if self.random.random() < 0.15:
            forward.append(self.bound("out", "out"))
        if self.likely("nat", 0.5, 0.05) or self.likely("pools", 0.7):
            rules = [self.translation("src") for _ in range(self.random.choice((1, 1, 2)))]
            stage = self.stage(StageKind.TRANSLATE, self.listed("snat", rules, Permit()), side="src")
            forward.insert(self.random.choice((0, len(forward))), stage)
        local = [self.stage(StageKind.FILTER, self.filter("local"))] if self.random.random() < 0.2 else []
        policy = ""
        if self.likely("policy", 0.5, 0.03):
            rules = [self.rule(self.via())]
            policy = self.listed("ways", rules, Permit()).name
        taints: tuple[Taint, ...] = ()
        if self.likely("taint", 0.5, 0.01):
            taints = (self.taint(),)
        return DeviceConfig(
            format="test",
            hostname=name,
            families=frozenset((4,)) if self.likely("family", 0.3) else frozenset((4, 6)),
            interfaces=interfaces,
            lists=self.lists,
            pipeline=Pipeline(ingress=tuple(ingress), forward=tuple(forward), local=tuple(local), policy_routes=policy),
            routes=routes,
            routing_known=not self.likely("unrouted", 0.5, 0.02),
            addressing_known=bool(interfaces),
            schedules=self.schedules(),
            taints=taints,
        )

    def schedules(self) -> Mapping[str, Schedule]:
        day = IntervalSet.of((0, 5039))
        night = IntervalSet.of((5040, 10079))
        known = not self.likely("schedule", 0.1)
        return {
            "day": Schedule("day", IntervalSet.empty(), day),
            "night": Schedule("night", IntervalSet.empty(), night, known=known),
        }

    def taint(self) -> Taint:
        scopes = [Scope.TRANSLATION, Scope.INTERFACE, Scope.LOCAL, Scope.ROUTING, Scope.DEVICE]
        scopes += [Scope.LIST] * bool(self.lists)
        scope = self.random.choice(scopes)
        subject = {
            Scope.INTERFACE: self.random.choice(self.ports),
            Scope.LIST: self.random.choice([*self.lists, ""]),
        }.get(scope, "")
        return Taint(scope, "unread-line", subject)

    def stage(self, kind: StageKind, rules: RuleList, side: str = "") -> Stage:
        families = frozenset((4,)) if kind is StageKind.TRANSLATE else frozenset((4, 6))
        return Stage(f"{kind.value} {rules.name}", kind, (Bound(rules.name),), families, side=side)

    def bound(self, name: str, side: str) -> Stage:
        where = self.random.choice(self.ports)
        rules = self.filter(name)
        return Stage(name, StageKind.FILTER, (Bound(rules.name, side, (where,)),))

    def listed(self, name: str, rules: Sequence[Rule], default: Permit | Deny | Return | Unsure) -> RuleList:
        made = RuleList(name=name, rules=tuple(rules), default=default)
        self.lists[name] = made
        return made

    def filter(self, name: str) -> RuleList:
        rules = [self.rule(self.action(name)) for _ in range(self.random.choice((1, 2, 2, 3)))]
        default: Permit | Deny | Unsure = self.random.choice((Permit(), Deny(), Deny()))
        if self.likely("unknown", 0.05):
            default = Unsure((Permit(), Deny()))
        return self.listed(name, rules, default)

    def action(self, name: str) -> Action:
        if self.likely("unknown", 0.2, 0.02):
            return Unsure((Permit(), Deny()))
        if self.random.random() < 0.04:
            called = self.listed(f"{name}-sub", [self.rule(self.random.choice((Permit(), Deny())))], Return())
            return Call(called.name, goto=self.random.random() < 0.5)
        return self.random.choice((Permit(), Permit(), Permit(), Deny()))

    def rule(self, action: Action) -> Rule:
        return Rule(id="r", key="r", match=self.match(), action=action, enabled=self.random.random() > 0.02)

    def match(self) -> Expr:
        parts: list[Expr] = []
        if self.random.random() < 0.35:
            parts.append(Field("src", self.some_addresses()))
        if self.random.random() < 0.4:
            parts.append(Field("dst", self.some_addresses()))
        proto = self.random.choice((0, 0, 0, 0, TCP, TCP, UDP, ICMP))
        if proto:
            parts.append(Field("proto", IntervalSet.of(proto)))
        if proto in (TCP, UDP) or self.random.random() < 0.15:
            parts.append(Field("dport", IntervalSet.of(self.random.choice(PORTS))))
        if proto != ICMP and self.random.random() < 0.04:
            parts.append(Field("sport", IntervalSet.of(self.random.choice((443, 40000)))))
        if proto == TCP and self.random.random() < 0.2:
            parts.append(Bits("tcp_flags", 0x12, self.random.choice((0x02, 0x10))))
        if proto == ICMP and self.random.random() < 0.5:
            parts.append(Field("icmp_type", IntervalSet.of(self.random.choice((3, 8)))))
        if self.likely("fragments", 0.2, 0.01):
            parts.append(Field("fragment", IntervalSet.of(self.random.choice((0, 1)))))
        if self.random.random() < 0.1:
            parts.append(On(self.pick("in", "out"), (self.random.choice(self.ports),)))
        if self.likely("policy", 0.15) and "marks" in self.lists:
            parts.append(Bits("mark", 0xFF, self.random.choice((0, 1, 2))))
        if self.likely("unknown", 0.3, 0.03):
            kind = self.random.choice((Kind.UNKNOWN, Kind.UNKNOWN, Kind.LATER))
            parts.append(Condition("fqdn", kind))
        if self.likely("varies", 0.4, 0.02):
            name = self.pick("user", "user", "link", "rate [policy#1]")
            parts.append(self.perhaps_not(Condition(name, Kind.VARIES)))
        if self.likely("schedule", 0.4, 0.02):
            parts.append(self.perhaps_not(InForce(self.pick("day", "night"))))
        if not parts:
            return conjunction()
        if len(parts) > 1 and self.random.random() < 0.08:
            return disjunction(*parts)
        return self.perhaps_not(conjunction(*parts)) if self.random.random() < 0.1 else conjunction(*parts)

    def perhaps_not(self, expr: Expr) -> Expr:
        return Not(expr) if self.random.random() < 0.5 else expr

    def some_addresses(self) -> IntervalSet:
        number = self.random.randrange(self.count)
        if self.v6 and self.random.random() < 0.2:
            return addresses.parse(f"fd00:{number}::/64")
        if self.likely("pools", 0.4):  # one member of a pool
            return addresses.parse(self.pick(f"10.{number}.0.50", f"10.{number}.0.51"))
        return addresses.parse(
            self.pick(
                f"10.{number}.0.0/24", f"10.{number}.0.0/24", f"10.{number}.0.50", f"10.{number}.0.50-10.{number}.0.55"
            )
        )

    def translation(self, side: str) -> Rule:
        new = IntervalSet.of(ip(self.random.choice(self.own)))
        parts: dict[str, object] = {"addresses": new}
        chance = self.random.random()
        if self.likely("pools", 0.7) or chance < 0.1:
            number = self.random.randrange(self.count)
            parts["addresses"] = addresses.parse(f"10.{number}.0.50-10.{number}.0.51")
        elif side == "src" and chance < 0.35:
            parts = {"interface": "out"}
        elif chance < 0.45:
            first, second = self.random.sample(range(self.count), 2)
            parts = {
                "addresses": addresses.parse(f"10.{second}.0.48/29"),
                "shift": (second - first) << 16,
            }
        if self.random.random() < 0.15:
            parts["ports"] = IntervalSet.of(self.random.choice((*PORTS, 8080)))
        elif side == "src" and self.random.random() < 0.2:
            parts["port_may_change"] = IntervalSet.of((1024, 65535))
        action: Action = Translate(Translation(side, **parts))  # type: ignore[arg-type]
        if self.likely("unknown", 0.15, 0.02):
            action = Translate(None)
        if self.random.random() < 0.04:
            action = Permit()
        made = self.rule(action)
        match = made.match
        if side == "dst" and self.random.random() < 0.7:
            vip = self.vip()
            self.vips.append(ip(vip))
            match = conjunction(Field("dst", IntervalSet.of(ip(vip))), match)
        if "shift" in parts:
            first = IntervalSet.of(
                *((lo - parts["shift"], hi - parts["shift"]) for lo, hi in parts["addresses"].ranges)
            )  # type: ignore[operator, attr-defined]
            match = conjunction(Field(side, first), match)
        return Rule(id="n", key="n", match=match, action=action, enabled=made.enabled)

    def vip(self) -> str:
        """Return an address that packets are sent to for the sake of another: the device's own, a neighbour's, a spare one."""
        interface = self.random.choice(self.ports)
        place = self.standing[self.name][interface]
        other = self.random.choice(list(self.standing))
        return self.pick(
            self.address(self.name, place),
            self.address(self.name, place),
            self.address(other, place),
            f"10.{place[1:]}.0.50",
            f"10.{self.random.randrange(self.count)}.0.51",
        )

    def via(self) -> Via:
        interface = self.random.choice(self.ports)
        place = self.standing[self.name][interface]
        near = [d for d, ports in self.standing.items() if d != self.name and place in ports.values()]
        gateway = ip(self.address(self.random.choice(near), place)) if near and self.random.random() < 0.8 else None
        return Via(interface if gateway is None or self.random.random() < 0.8 else None, gateway)
