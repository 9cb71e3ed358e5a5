"""Random sites of two to six devices, biased: each has a few themes, mechanisms that are frequent in it and rare elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route, RouteKind, Scope, Taint
from segcheck.model.diagnostic import LineAccount
from segcheck.model.match import Bits, Condition, Expr, Field, InForce, Kind, Not, conjunction, disjunction
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Binding as Bound
from segcheck.model.pipeline import Pipeline, Stage, StageKind
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.register import Kind as EntryKind
from segcheck.model.register import Options, Policy, RegisterEntry, Status
from segcheck.model.result import Binding
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
from segcheck.model.site import (
    Attestation,
    DeviceInterface,
    Endpoint,
    Gateway,
    Host,
    Leg,
    Link,
    LinkEnd,
    Segment,
    Service,
    Settings,
    Site,
    TopologyDevice,
    Zone,
)
from segcheck.model.site_words import Assume, DeviceKind, EndpointKind, LinkKind, Method, SegmentKind, Tier
from segcheck.model.source import Span
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.soundness.gate.devices import Header

DAY = date(2026, 11, 23)
DUE, PAST = date(2027, 3, 31), date(2026, 3, 31)
HERE = Span("topology.yaml", 1, 1)
TCP, UDP, ICMP = 6, 17, 1
PORTS = (22, 443)
#: Public, private and undeclared, multicast.
STRANGE = ("198.51.100.7", "192.168.7.7")
THEMES = (
    "nat",
    "pools",
    "vrf",
    "hairpin",
    "unknown",
    "havoc",
    "varies",
    "schedule",
    "floating",
    "ecmp",
    "unrouted",
    "layer2",
    "taint",
    "register",
    "outside",
    "gateway",
    "incomplete",
    "family",
    "fragments",
    "policy",
    "lines",
    "side files",
    "discard",
)


@dataclass(frozen=True)
class Case:
    """A site with what is worth asking of it.

    packets   (source place, header), at random
    values    addresses and ports that anything unread may write
    forged    headers that a device may make up
    """

    seed: int
    site: Site
    bindings: tuple[Binding, ...]
    day: date
    packets: tuple[tuple[str, Header], ...]
    addresses: tuple[int, ...]
    ports: tuple[int, ...]
    forged: tuple[Header, ...]


def ip(text: str) -> int:
    return addresses.parse_one(text)


def make(seed: int) -> Case:
    """Return the site of a seed."""
    return _Maker(seed).case()


class _Maker:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.themes = frozenset(self.random.sample(THEMES, self.random.choice((1, 2, 2, 3))))
        self.count = self.random.choice((2, 2, 3, 3, 3, 4))
        self.names = [f"s{number}" for number in range(self.count)]
        self.devices: list[TopologyDevice] = []
        self.bindings: list[Binding] = []
        self.standing: dict[str, dict[str, str]] = {}  # device -> interface -> segment
        self.attestations: list[Attestation] = []
        self.links: dict[str, Link] = {}
        self.hosts: dict[str, Host] = {}
        self.gateways: dict[str, Gateway] = {}
        self.nested = False
        self.v6 = self.likely("family", 0.6)
        self.segments = {name: self.segment(number) for number, name in enumerate(self.names)}
        self.own = [f"10.{n}.0.{h}" for n in range(self.count) for h in (50, 51)]
        shapes = [self.shape(number) for number in range(self.random.choice((2, 2, 2, 2, 3, 3, 3, 4, 5, 6)))]
        for name, kind in shapes:
            self.device(name, kind)
        if "layer2" in self.themes and self.likely("layer2", 0.5):
            self.switch()

    def likely(self, theme: str, often: float, seldom: float = 0.0) -> bool:
        """Return whether something happens: often in a site of its theme, seldom elsewhere."""
        return self.random.random() < (often if theme in self.themes else seldom)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    # ---- places

    def segment(self, number: int) -> Segment:
        name = self.names[number]
        v6: tuple[IntervalSet, ...] | None = ()
        if self.v6:
            v6 = self.random.choice((None, (), (addresses.parse(f"fd00:{number}::/64"),)))
        zone = self.names[number - 1] if number > 1 and self.likely("", 0, 0.1) else name
        vlan = 100 + number if self.likely("layer2", 0.7) else None
        domain, prefix = "default", f"10.{number}.0.0/24"
        if number and self.likely("vrf", 0.2):
            domain = "other"
        gateways = ()
        if self.likely("ecmp", 0.3, 0.15):
            gateways = (f"d{number}",)
        outside = self.likely("outside", 0.5, 0.05)
        if outside and number and not self.nested and self.random.random() < 0.2:
            self.nested = True
            prefix = "10.0.0.0/8"  # nested: the longest prefix wins
        return Segment(
            id=name,
            zone=zone,
            domain=domain,
            kind=SegmentKind.EXTERNAL if outside else SegmentKind.LAN,
            vlan=vlan,
            v4=(addresses.parse(prefix),),
            v6=v6,
            gateways=gateways,
            span=HERE,
        )

    def shape(self, number: int) -> tuple[str, DeviceKind]:
        """Give a device its places: a chain first, anything after that."""
        name = f"d{number}"
        if number < self.count - 1:
            places = [self.names[number], self.names[number + 1]]
        else:
            places = self.random.sample(self.names, 2)
        spare = [place for place in self.names if place not in places]
        if spare and self.random.random() < (0.5 if "vrf" in self.themes else 0.2):
            places.append(self.random.choice(spare))
        self.standing[name] = {f"e{index}": place for index, place in enumerate(places)}
        kind = DeviceKind.FIREWALL
        if number == 1 and self.likely("gateway", 0.8):
            kind = DeviceKind.HOST
            self.standing[name] = {
                f"e{index}": place for index, place in enumerate(places[: self.random.choice((1, 2))])
            }
        return name, kind

    def address(self, device: str, place: str) -> str:
        return f"10.{place[1:]}.0.{int(device[1:]) + 1}"

    def v6_address(self, device: str, place: str) -> str:
        return f"fd00:{place[1:]}::{int(device[1:]) + 1}"

    def held(self, device: str, place: str) -> tuple[InterfaceAddress, ...]:
        found = [InterfaceAddress(ip(self.address(device, place)), 24)]
        if self.v6 and self.segments[place].v6:
            found.append(InterfaceAddress(ip(self.v6_address(device, place)), 64))
        return tuple(found)

    # ---- devices

    def device(self, name: str, kind: DeviceKind) -> None:
        standing = self.standing[name]
        domains = dict.fromkeys(standing, "default")
        if len(standing) > 1 and self.likely("vrf", 0.5):
            domains[self.random.choice(list(standing))] = "red"
        held = {interface: self.held(name, place) for interface, place in standing.items()}
        known = not self.likely("havoc", 0.35, 0.03)
        addressed = not self.likely("side files", 0.5, 0.02)
        declared = tuple(
            DeviceInterface(
                name=interface,
                segment="" if self.likely("lines", 0.15) else place,
                addresses=held[interface],
                domain=domains[interface],
                span=HERE,
            )
            for interface, place in standing.items()
        )
        for one in declared:
            self.line(name, one)
        routes = tuple(self.routes(name, domains))
        device = TopologyDevice(
            id=name,
            kind=kind,
            interfaces=declared,
            routes=() if known and addressed else routes,
            routes_complete=not (known and addressed) and self.random.random() < 0.5,
            span=HERE,
        )
        self.devices.append(device)
        config = None
        if known:
            interfaces = tuple(
                Interface(name=interface, addresses=held[interface], domain=domains[interface])
                for interface in standing
            )
            if self.likely("lines", 0.2):  # an interface that the topology lacks
                other = InterfaceAddress(ip(f"192.168.{name[1:]}.1"), 24)
                interfaces = (*interfaces, Interface(name="e9", addresses=(other,)))
            config = self.config(name, interfaces if addressed else (), routes if addressed else ())
        self.bindings.append(Binding(device=device, config=config, reading=self.reading()))
        if config is None or self.likely("incomplete", 0.5):
            self.assume(name, kind)
        if kind is DeviceKind.HOST:
            place = next(iter(standing.values()))
            self.hosts[name] = Host(id=name, segment=place, addresses=(ip(self.address(name, place)),), span=HERE)

    def reading(self) -> Reading | None:
        """Return how an export was read: whole, cut short, or without a sign of its end."""
        if not self.likely("incomplete", 0.5, 0.03):
            return None
        whole = self.random.choice((Complete.YES, Complete.NO, Complete.UNKNOWN, Complete.UNKNOWN))
        one = InputReading(
            path="x",
            sha256="",
            encoding="utf-8",
            format="test",
            complete=whole,
            evidence="",
            lines=LineAccount(0),
        )
        return Reading(format="test", maturity=Maturity.EXPERIMENTAL, inputs=(one,), devices=(), diagnostics=())

    def assume(self, name: str, kind: DeviceKind) -> None:
        """Perhaps say something of a device that nobody has read, or not to its end; perhaps too long ago."""
        if self.random.random() < 0.4:
            return
        said = self.random.choice((Assume.DENY, Assume.PERMIT, Assume.NO_FORWARDING, Assume.EXPORT_WHOLE))
        subject = name
        if kind is DeviceKind.HOST and self.random.random() < 0.5:
            subject = f"g-{name}"
        due = PAST if self.random.random() < 0.3 else DUE
        self.attest(f"AS-{name}", subject, said, due)

    def attest(self, name: str, subject: str, said: Assume, due: date) -> None:
        self.attestations.append(
            Attestation(
                id=name,
                subject=subject,
                claim="so it is",
                owner="somebody",
                reason="",
                document="",
                review_due=due,
                assume=said,
                span=HERE,
            )
        )

    def line(self, device: str, interface: DeviceInterface) -> None:
        """Perhaps lead a line out of an interface: to the public, to another segment on the same wire."""
        if interface.segment and not self.likely("lines", 0.1):
            return
        if interface.segment and any(link.kind is LinkKind.TRUNK for link in self.links.values()):
            return
        name = f"l-{device}-{interface.name}"
        kind = LinkKind.TRUNK if interface.segment else LinkKind.ISP
        end = LinkEnd(zone=self.pick("public", "public", "unknown"))
        if interface.segment or self.random.random() < 0.3:
            end = LinkEnd(segment=self.random.choice(self.names))
        self.links[name] = Link(id=name, ends=(LinkEnd(device, interface.name), end), kind=kind, span=HERE)

    def switch(self) -> None:
        """Declare a switch that carries some VLANs."""
        carried = [name for name in self.names if self.segments[name].vlan is not None]
        for number in range(self.random.choice((1, 1, 2))):
            some = self.random.sample(carried, min(len(carried), 2))
            ports = tuple(DeviceInterface(name=f"p{n}", segment=place, span=HERE) for n, place in enumerate(some))
            device = TopologyDevice(id=f"sw{number}", kind=DeviceKind.SWITCH, interfaces=ports, span=HERE)
            self.devices.append(device)
            self.bindings.append(Binding(device=device))
            if self.random.random() < 0.5:
                due = PAST if self.random.random() < 0.3 else DUE
                self.attest(f"L2-{number}", device.id, Assume.SEPARATE, due)

    # ---- what a device does

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
        if self.likely("nat", 0.6, 0.08) or self.likely("hairpin", 0.6):
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
            match = conjunction(Field("dst", IntervalSet.of(ip(self.vip()))), match)
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

    # ---- routes

    def routes(self, name: str, domains: Mapping[str, str]) -> list[Route]:
        """Return ways to what a device is not connected to: mostly right, some double, some wrong, some unsure."""
        mine = self.standing[name]
        found: list[Route] = []
        for place in self.names:
            if place in mine.values():
                continue
            hops = self.towards(name, place)
            if not hops or self.random.random() < 0.12:
                continue
            goals = [f"10.{place[1:]}.0.0/24"]
            if self.v6 and self.random.random() < 0.7:
                goals.append(f"fd00:{place[1:]}::/64")
            for goal in goals:
                found += self.ways(goal, hops, domains)
        if self.random.random() < 0.3:
            hop = self.random.choice(self.towards(name, "") or [("e0", f"10.{mine['e0'][1:]}.0.77")])
            found += self.ways("0.0.0.0/0", [hop], domains)
        if self.likely("discard", 0.5, 0.02):
            number = self.random.randrange(self.count)
            goal = addresses.parse(self.pick(f"10.{number}.0.50", f"10.{number}.0.0/25", "10.0.0.0/8"))
            found.append(Route(to=goal, kind=RouteKind.DISCARD, sure=not self.likely("floating", 0.3)))
        if self.likely("unrouted", 0.1, 0.01):
            found.append(
                Route(to=addresses.parse(f"10.{self.random.randrange(self.count)}.0.0/24"), gateway=ip("172.16.9.9"))
            )
        return found

    def ways(self, goal: str, hops: Sequence[tuple[str, str]], domains: Mapping[str, str]) -> list[Route]:
        taken = [self.random.choice(hops)]
        if len(hops) > 1 and self.likely("ecmp", 0.7, 0.1):
            taken = list(hops[:2])
        found = [self.route(goal, hop, domains) for hop in taken]
        if self.likely("floating", 0.6, 0.05):
            first = self.route(goal, self.random.choice(hops), domains, sure=False)
            found = [first, *(self.route(goal, hop, domains, distance=10) for hop in taken)]
        return found

    def route(
        self, goal: str, hop: tuple[str, str], domains: Mapping[str, str], *, sure: bool = True, distance: int = 1
    ) -> Route:
        interface, gateway = hop
        to = addresses.parse(goal)
        via: int | None = ip(gateway)
        if to.min >= 1 << 32:
            via = ip(gateway.replace("10.", "fd00:", 1).replace(".0.", "::"))
        named = self.random.random() < 0.5
        return Route(
            to=to,
            interface=interface if named else None,
            gateway=via,
            distance=distance,
            domain=domains[interface],
            sure=sure,
        )

    def towards(self, name: str, goal: str) -> list[tuple[str, str]]:
        """Return the next hops from a device to a place ("": anywhere), nearest first, as (interface, neighbour's address)."""
        found: list[tuple[int, str, str]] = []
        for interface, place in self.standing[name].items():
            for other, ports in self.standing.items():
                if other != name and place in ports.values():
                    far = self.distance(other, goal, {name}) if goal else 1
                    if far is not None:
                        found.append((far, interface, self.address(other, place)))
        return [(interface, address) for _, interface, address in sorted(found)]

    def distance(self, device: str, goal: str, seen: set[str]) -> int | None:
        if goal in self.standing[device].values():
            return 0
        steps = [
            far
            for other, ports in self.standing.items()
            if other not in seen | {device} and set(ports.values()) & set(self.standing[device].values())
            if (far := self.distance(other, goal, seen | {device})) is not None
        ]
        return 1 + min(steps) if steps else None

    # ---- what is permitted

    def register(self) -> list[RegisterEntry]:
        if not self.likely("register", 1.0, 0.1) and "gateway" not in self.themes:
            return []
        found = [self.entry(number) for number in range(self.random.choice((1, 2)))]
        for gateway in self.gateways.values():
            if self.random.random() < 0.7:
                found.append(self.entry(9, gateway))
        return found

    def entry(self, number: int, gateway: Gateway | None = None) -> RegisterEntry:
        ends = [self.endpoint(), self.endpoint()]
        proto = self.random.choice((TCP, TCP, UDP, ICMP))
        ports = (
            None if self.random.random() < 0.2 else IntervalSet.of(8 if proto == ICMP else self.random.choice(PORTS))
        )
        expired = self.random.random() < 0.15
        return RegisterEntry(
            id=f"R{number}",
            kind=EntryKind.SPECIFIC,
            source=ends[0],
            destination=ends[1],
            services=(Service("x", proto, ports),),
            opened_by_source=self.random.random() < 0.8,
            gateway=gateway.id if gateway else "",
            legs=tuple(leg.id for leg in gateway.legs) if gateway else (),
            purpose="",
            status=self.random.choice((Status.APPROVED, Status.APPROVED, Status.APPROVED, Status.APPLIED)),
            approved=date(2026, 4, 1),
            expires=PAST if expired else self.random.choice((None, DUE, DAY)),
            span=HERE,
        )

    def endpoint(self) -> Endpoint:
        if self.hosts and self.random.random() < 0.6:
            return Endpoint(EndpointKind.HOST, self.random.choice(sorted(self.hosts)))
        if self.random.random() < 0.3:
            return Endpoint(EndpointKind.ZONE, self.segments[self.random.choice(self.names)].zone)
        return Endpoint(EndpointKind.SEGMENT, self.random.choice(self.names))

    def sanitisers(self) -> None:
        for device in self.devices:
            if device.kind is not DeviceKind.HOST:
                continue
            service = (Service("tcp/443", TCP, IntervalSet.of(443)),)
            legs = tuple(
                Leg(
                    id=name,
                    peer=self.endpoint(),
                    incoming=name == "in",
                    services=service,
                    self_opens=self.random.random() < 0.5,
                    span=HERE,
                )
                for name in ("in", "out")
            )
            name = f"g-{device.id}"
            self.gateways[name] = Gateway(
                id=name, hosts=(device.id,), method=Method.MAIL_TEXT, forwards=False, legs=legs, span=HERE
            )

    # ---- the whole

    def case(self) -> Case:
        for number, place in enumerate(self.names):
            for host in (50, 51):
                name = f"h{number}-{host}"
                self.hosts[name] = Host(id=name, segment=place, addresses=(ip(f"10.{number}.0.{host}"),), span=HERE)
        self.sanitisers()
        zones = {
            s.zone: Zone(id=s.zone, tier=Tier.LGWAN if s.zone != "s0" else Tier.MYNUMBER, span=HERE)
            for s in self.segments.values()
        }
        if "layer2" in self.themes:
            for place in self.names:
                if self.random.random() < 0.3:
                    due = PAST if self.random.random() < 0.3 else DUE
                    self.attest(
                        f"SEP-{place}", self.pick(place, f"zone:{self.segments[place].zone}"), Assume.SEPARATE, due
                    )
        site = Site(
            name=f"site {self.seed}",
            zones=zones,
            segments=self.segments,
            hosts=self.hosts,
            groups={},
            devices={device.id: device for device in self.devices},
            links=self.links,
            gateways=self.gateways,
            taps={},
            captures=(),
            attestations=tuple(self.attestations),
            assumptions=(),
            policy=Policy(
                profiles=(), options=Options(), register=tuple(self.register()), required=(), scope=(), chains=()
            ),
            waivers=(),
            settings=Settings(),
        )
        values = [ip(text) for text in (*self.own, *STRANGE)]
        values += [ip(self.address(d, p)) for d, ports in self.standing.items() for p in ports.values()]
        if self.v6:
            values += [ip(f"fd00:{number}::50") for number in range(self.count)]
            values.append(ip("2001:db8::7"))
        return Case(
            seed=self.seed,
            site=site,
            bindings=tuple(self.bindings),
            day=DAY,
            packets=tuple(self.packets(values)),
            addresses=tuple(self.random.sample(values, 4)) + (ip("10.0.0.50"),),
            ports=(*PORTS, 8080),
            forged=tuple(self.header(self.names[0], values) for _ in range(2)),
        )

    def packets(self, values: Sequence[int]) -> list[tuple[str, Header]]:
        sources = self.random.sample(self.names, 2)
        if self.links and self.random.random() < 0.5:
            sources[1] = self.pick("public", "unknown")
        return [(source, self.header(source, values)) for source in sources for _ in range(3)]

    def header(self, source: str, values: Sequence[int]) -> Header:
        number = self.names.index(source) if source in self.names else 0
        dst = self.random.choice(values)
        near = [ip(f"10.{number}.0.50"), ip(f"10.{number}.0.51")]
        if self.random.random() < 0.3:
            near = list(values)
        if dst >= 1 << 32:
            near = [ip(f"fd00:{number}::50"), ip("fd00:1::50")]
        if dst < 1 << 32:
            near = [one for one in near if one < 1 << 32]
        if self.random.random() < 0.02:
            dst = ip("ff02::5") if dst >= 1 << 32 else ip("224.0.0.5")
        src = self.random.choice(near)
        kind = self.random.choice(("tcp", "tcp", "tcp", "reply", "udp", "icmp", "error", "fragment"))
        if "fragments" in self.themes and self.random.random() < 0.4:
            kind = "fragment"
        sport, dport = self.random.choice((40000, 40000, 443)), self.random.choice(PORTS)
        match kind:
            case "tcp":
                return Header(0, src, dst, TCP, sport, dport, 2)
            case "reply":
                return Header(0, src, dst, TCP, sport, dport, 16)
            case "udp":
                return Header(0, src, dst, UDP, sport, dport)
            case "icmp":
                return Header(0, src, dst, ICMP, icmp_type=8, icmp_code=0)
            case "error":
                return Header(0, src, dst, ICMP, icmp_type=3, icmp_code=0)
        return Header(1, src, dst, self.random.choice((TCP, UDP)))
