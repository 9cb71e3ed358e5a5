"""Where a random device sends packets: mostly right, some double, some wrong, some unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segcheck.model.device import Route, RouteKind
from segcheck.sets import addresses
from tests.soundness.gate.drawing import Drawing, ip


class Routing(Drawing):
    """Draws routes."""

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
        if len(hops) > 1 and self.likely("ecmp", 0.3, 0.03):  # one behind the other, both sure
            found = [self.route(goal, hop, domains, distance=rank) for rank, hop in enumerate(hops[:2], 1)]
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
