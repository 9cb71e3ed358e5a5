"""Small random networks: routers and filters in series and in parallel, with translations and with what is not known."""

from __future__ import annotations

from random import Random

from segcheck.analysis.network import Doubt, DoubtKind, Network, Station
from segcheck.analysis.network.equipping import uncertain
from segcheck.model.device import Route, Scope, Taint
from segcheck.model.match import ANYTHING, All, Expr
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Pipeline, Stage
from segcheck.model.rules import Action, Deny, Permit, Rule, RuleList, Translate, Unsure, Via
from segcheck.sets.header import Packet
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import TCP, UDP, field, filtering, ip, listed, route, rule, translating, unknown, varies
from tests.analysis.devices import TRACK, TRACKING, to
from tests.analysis.sites import anything, declared, joined, network, segment, station

PORTS = (22, 443)
_STRANGE = ("198.51.100.7", "203.0.113.7", "192.168.7.7")


class Maker:
    """Makes one network from a seed; `hosts` are addresses worth asking about."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        count = self.random.randint(2, 4)
        self.names = [f"s{number}" for number in range(count)]
        self.segments = [
            segment(name, f"10.{number}.0.0/24", outside=self._likely(0.15)) for number, name in enumerate(self.names)
        ]
        self.hosts = [f"10.{number}.0.{host}" for number in range(count) for host in (50, 51)] + list(_STRANGE)
        self.owned: list[tuple[str, str, str]] = []  # device, segment, address
        shapes = [self._shape(number) for number in range(self.random.randint(1, 4))]
        self.stations = [self._station(name, ports) for name, ports in shapes]

    def network(self) -> Network:
        """Return the network."""
        joins = []
        if self._likely(0.2) and len(self.names) > 1:
            joins.append(joined(*self.random.sample(self.names, 2), assumption=self.random.choice(("", "AS-L2"))))
        return network(self.segments, *self.stations, joins=joins)

    def packets(self, count: int) -> list[tuple[str, Packet]]:
        """Return packets and the segments that they are sent from."""
        return [(self.random.choice(self.names), self._packet()) for _ in range(count)]

    # ---- parts

    def _likely(self, share: float) -> bool:
        return self.random.random() < share

    def _shape(self, number: int) -> tuple[str, dict[str, str]]:
        name = f"d{number}"
        places = self.random.sample(self.names, min(len(self.names), self.random.randint(2, 3)))
        ports = {}
        for index, place in enumerate(places):
            address = f"10.{self.names.index(place)}.0.{number + 1}"
            self.owned.append((name, place, address))
            beyond = self.random.choice(self.names) if self._likely(0.08) else ""
            ports[f"e{index}"] = f"{address}/24 {place} {beyond}"
        return name, ports

    def _station(self, name: str, ports: dict[str, str]) -> Station:
        if self._likely(0.1):
            doubt = declared(f"AS-{name}", name) if self._likely(0.4) else anything(name)
            return station(name, ports, known=False, havoc=(doubt,))
        stages: list[Stage] = []
        lists: list[RuleList] = []
        ingress: tuple[Stage, ...] = ()
        if self._likely(0.4):
            lists.append(TRACK)
            ingress = (TRACKING,)
            if self._likely(0.6):
                lists.append(
                    self._list("d", [self._translation("dst") for _ in range(self.random.randint(1, 2))], Permit())
                )
                ingress = (*ingress, translating("dst", "d"))
            if self._likely(0.5):
                lists.append(self._list("n", [self._translation("src")], Permit()))
                stages.append(translating("src", "n"))
        if self._likely(0.8):
            lists.append(self._list("f", [self._filter() for _ in range(self.random.randint(1, 3))], self._end()))
            stages.insert(0, filtering("f", "f"))
        local: tuple[Stage, ...] = ()
        if self._likely(0.2):
            lists.append(self._list("l", [self._filter()], self._end()))
            local = (filtering("l", "l"),)
        policy = ""
        if self._likely(0.15):
            lists.append(self._list("p", [rule(self._via(list(ports)), self._match(), identity="p")], Permit()))
            policy = "p"
        pipeline = Pipeline(ingress=ingress, forward=tuple(stages), local=local, policy_routes=policy)
        domains = {"e0": "other"} if len(ports) > 2 and self._likely(0.2) else {}
        made = station(
            name,
            ports,
            *lists,
            routes=self._routes(name),
            domains=domains,
            pipeline=pipeline,
            routing_known=not self._likely(0.08),
            taints=self._taints(list(ports)),
            havoc=(declared(f"AW-{name}", name),) if self._likely(0.1) else (),
        )
        assert made.config is not None
        if uncertain(made.config):
            return Station(
                device=made.device,
                config=made.config,
                ports=made.ports,
                havoc=made.havoc,
                unread=Doubt(f"unread:{name}", DoubtKind.UNREAD, name),
            )
        return made

    def _taints(self, ports: list[str]) -> tuple[Taint, ...]:
        if not self._likely(0.1):
            return ()
        scope = self.random.choice((Scope.TRANSLATION, Scope.INTERFACE, Scope.LOCAL, Scope.ROUTING, Scope.LIST))
        subject = {Scope.INTERFACE: self.random.choice(ports), Scope.LIST: "f"}.get(scope, "")
        return (Taint(scope, "unread-line", subject),)

    def _routes(self, name: str) -> list[Route]:
        mine = {place for device, place, _ in self.owned if device == name}
        near = [address for device, place, address in self.owned if place in mine and device != name]
        near.append(f"10.{self.names.index(self.random.choice(sorted(mine)))}.0.77")
        goals = ["0.0.0.0/0", *(f"10.{number}.0.0/24" for number in range(len(self.names)))]
        return [
            route(
                self.random.choice(goals),
                gateway=self.random.choice(near),
                distance=self.random.choice((1, 1, 5)),
                sure=not self._likely(0.1),
            )
            for _ in range(self.random.randint(0, 3))
        ]

    def _list(self, name: str, rules: list[Rule], default: Permit | Deny | Unsure) -> RuleList:
        return listed(name, *rules, default=default)

    def _end(self) -> Permit | Deny:
        return self.random.choice((Permit(), Deny()))

    def _filter(self) -> Rule:
        action: Action = self.random.choice((Permit(), Permit(), Deny()))
        if self._likely(0.08):
            action = Unsure((Permit(), Deny()))
        return rule(action, self._match(), identity="f")

    def _translation(self, side: str) -> Rule:
        pool = self.random.choice(self.hosts)
        new: Action = to(side, pool)
        if self._likely(0.2):
            new = to(side, "10.0.0.50-10.0.0.51")
        if side == "src" and self._likely(0.3):
            new = to(side, interface="out")
        if side == "src" and self._likely(0.2):
            new = to(side, pool, port_may_change=IntervalSet.of((1024, 65535)))
        if self._likely(0.08):
            new = Translate(None)
        return rule(new, self._match(), identity=side)

    def _via(self, ports: list[str]) -> Via:
        return Via(self.random.choice(ports), ip(self.random.choice(self.owned)[2]))

    def _match(self) -> Expr:
        number = self.random.randrange(len(self.names))
        parts: list[Expr] = []
        if self._likely(0.5):
            parts.append(field("dport", self.random.choice(PORTS)))
        if self._likely(0.4):
            parts.append(field("src", f"10.{number}.0.0/24"))
        if self._likely(0.4):
            parts.append(field("dst", self.random.choice((f"10.{number}.0.50", f"10.{number}.0.0/24"))))
        if self._likely(0.1):
            parts.append(On("in", ("e0",)))
        if self._likely(0.08):
            parts.append(unknown())
        if self._likely(0.05):
            parts.append(varies("user"))
        return All(tuple(parts)) if parts else ANYTHING

    def _packet(self) -> Packet:
        ends = [*self.hosts, *(address for _, _, address in self.owned)]
        proto = self.random.choice((TCP, TCP, UDP))
        return Packet(
            src=ip(self.random.choice(ends)),
            dst=ip(self.random.choice(ends)),
            proto=proto,
            sport=40000,
            dport=self.random.choice((*PORTS, 80)),
            tcp_flags=self.random.choice((2, 16)),
        )
