"""Random towns: two to five routers in series and with branches, what they filter and translate, and packets to try.

Rules ask for nothing that changes from router to router or that only a wire tells (hop limit, length, hardware address):
nobody who asks about a whole site can say it. Rules are laxer than a single router's, so that much gets through several.
"""

from __future__ import annotations

import ipaddress
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from .case import tracks_connections
from .oracle import Rules
from .packets_for import ICMP_TYPES, ODD_FLAGS
from .probes import ESP, GRE, ICMP, ICMPV6, SCTP, TCP, UDP, Fragment, Probe
from .random_rules import PORTS, RuleMaker
from .town import Box, Port, Segment, Town, Way
from .town_lab import TTL

SEED = 20261128
HOST_PARTS = (20, 21, 80, 81, 100)
#: The address of no router that source translation may use all the same, and that of the way on from an outside segment.
SPARE, UPSTREAM = 9, 126
FAR = {4: ("198.51.100.7", "10.99.0.5"), 6: ("2001:db8:ffff::7", "fd00:99::5")}
NAMES = ("eth0", "eth1", "eth2", "eth3", "eth4", "eth5", "eth6", "eth7")


def address(network: str, part: int) -> str:
    """Return an address of a network by its last part, written alike in both families."""
    if ":" in network:
        return f"{network.partition('/')[0]}{part}"
    return str(ipaddress.ip_network(network)[part])


def random_town(number: int, seed: int = SEED) -> Town:
    """Return the random town of that number; the backends take turns."""
    return _TownMaker(random.Random(f"{seed} town {number}"), f"random-{seed}-{number}", number).town()


def random_packets(town: Town, count: int, seed: int = SEED) -> list[Probe]:
    """Return packets worth sending in a town; the interface of each is the segment that it is sent from."""
    return list(_PacketMaker(random.Random(f"{seed} {town.name}"), town).packets(count))


@dataclass(slots=True)
class _TownMaker:
    rng: random.Random
    name: str
    number: int
    prefixes: dict[str, tuple[str, str]] = field(default_factory=dict)
    standing: dict[str, list[str]] = field(default_factory=dict)  # router to segments

    def town(self) -> Town:
        rng = self.rng
        count = rng.choice((2, 3, 3, 4, 4, 5))
        names = [f"r{number}" for number in range(count)]
        self.standing = {name: [] for name in names}
        if rng.random() < 0.7:
            self._segment("wan", names[0])
        for number in range(1, count):
            before = names[number - 1] if rng.random() < 0.65 else rng.choice(names[:number])
            self._segment(f"t{number}", before, names[number])
        ends = {name for name in names if len(self.standing[name]) == 1} | {names[-1]}
        for number, name in enumerate(names):
            if name in ends or rng.random() < 0.35:
                self._segment(f"l{number}", name)
        if count > 2 and rng.random() < 0.35:
            self._segment("t0", *rng.sample(names, 2))
        lans = [name for name in self.prefixes if name.startswith("l")]
        if rng.random() < 0.3:
            self._join(rng.choice(lans), rng.choice(names))
        segments = tuple(self._made(name) for name in self.prefixes)
        bare = tuple(self._box(name) for name in names)
        routed = Town(name=self.name, segments=segments, boxes=bare)
        ports = rng.sample(PORTS, 5)
        boxes = tuple(
            replace(box, routes=self._routes(routed, box), rules=self._rules(routed, box, ports)) for box in bare
        )
        return replace(routed, boxes=boxes, backend=("nft", "legacy")[self.number % 2])

    # ---- what stands where

    def _segment(self, name: str, *members: str) -> None:
        number, length = len(self.prefixes) + 1, self.rng.choice((24, 24, 25))
        pair = (f"10.{number}.0.0/{length}", f"fd00:{number}::/64")
        self.prefixes[name] = ("203.0.113.0/24", "2001:db8:ff::/64") if name == "wan" else pair
        for member in members:
            self._join(name, member)

    def _join(self, segment: str, router: str) -> None:
        if segment not in self.standing[router]:
            self.standing[router].append(segment)

    def _on(self, segment: str) -> list[str]:
        return [name for name, places in self.standing.items() if segment in places]

    def _made(self, name: str) -> Segment:
        v4, v6 = self.prefixes[name]
        parts = (*HOST_PARTS, SPARE, *((UPSTREAM,) if name == "wan" else ()))
        hosts = tuple(address(prefix, part) for prefix in (v4, v6) for part in parts)
        gateway = self.rng.choice(self._on(name))
        return Segment(name=name, v4=v4, v6=v6, hosts=hosts, gateway=gateway, outside=name == "wan")

    def _box(self, name: str) -> Box:
        part = int(name[1:]) + 1
        ports = []
        for interface, segment in zip(NAMES, self.standing[name], strict=False):
            pair = [f"{address(prefix, part)}/{prefix.partition('/')[2]}" for prefix in self.prefixes[segment]]
            ports.append(Port(name=interface, segment=segment, addresses=tuple(pair)))
        return Box(name=name, ports=tuple(ports))

    # ---- routes

    def _routes(self, town: Town, box: Box) -> tuple[Way, ...]:
        rng, found = self.rng, []
        own = {port.segment for port in box.ports}
        neighbours = [
            (other.name, port.segment) for port in box.ports for other, _ in town.on(port.segment) if other != box
        ]
        up = ("upstream", "wan") if "wan" in own else rng.choice(neighbours)
        for family in (4, 6):
            if up[0] != "upstream" or rng.random() < 0.9:
                found.append(Way(to="0.0.0.0/0" if family == 4 else "::/0", via=self._hop(town, up, family)))
            for segment in town.segments:
                if segment.name in own:
                    continue
                hop = rng.choice(_nearer(town, box, segment.name))
                network = segment.v4 if family == 4 else segment.v6
                chance = rng.random()
                if chance < 0.03:
                    found.append(Way(to=network))
                elif chance < 0.06:
                    found.append(Way(to=network, via=address(self.prefixes[hop[1]][family == 6], 77)))
                elif chance < 0.94 and (hop != up or rng.random() < 0.4):
                    found.append(Way(to=network, via=self._hop(town, hop, family)))
                if chance < 0.15:
                    found.append(self._part(town, box, network, rng.choice((hop, rng.choice(neighbours))), family))
                if chance > 0.5 and is_end(segment):
                    found.append(Way(to=alias(network), via=self._hop(town, hop, family)))
        return tuple(found)

    def _part(self, town: Town, box: Box, network: str, hop: tuple[str, str], family: int) -> Way:
        """Return a route for a part of a network: nowhere, or by a hop of its own."""
        host = address(network, self.rng.choice(HOST_PARTS))
        length = self.rng.choice((27, 32)) if family == 4 else self.rng.choice((124, 128))
        part = str(ipaddress.ip_network(f"{host}/{length}", strict=False))
        return Way(to=part, via="" if self.rng.random() < 0.3 else self._hop(town, hop, family))

    def _hop(self, town: Town, hop: tuple[str, str], family: int) -> str:
        name, segment = hop
        if name == "upstream":
            return address(self.prefixes[segment][family == 6], UPSTREAM)
        port = town.box(name).port_on(segment)
        assert port is not None
        return port.own(family)

    # ---- rules

    def _rules(self, town: Town, box: Box, ports: list[int]) -> Rules:
        texts, sets = {}, []
        for family in (4, 6):
            whole = [one.v4 if family == 4 else one.v6 for one in town.segments]
            known = [text for one in town.segments for text in one.hosts if (":" in text) == (family == 6)]
            hosts = self.rng.sample(known, min(8, len(known)))
            maker = _LaxRules(
                self.rng, [port.name for port in box.ports], family, [], hosts, [*whole, *hosts[:2]], ports
            )
            maker.box, maker.whole = box, [whole[i] for i, one in enumerate(town.segments) if is_end(one)]
            texts[family] = maker.text()
            sets += maker.sets
        return Rules(iptables=texts[4], ip6tables=texts[6], ipset="".join(f"{line}\n" for line in sets))


def is_end(segment: Segment) -> bool:
    """Return whether a segment is one for hosts, not one between routers."""
    return not segment.name.startswith("t")


def alias(network: str) -> str:
    """Return the network of another number, of the same size, under which a network may be known elsewhere."""
    first, _, rest = network.partition(":" if ":" in network else ".")
    second, mark, rest = rest.partition(":" if ":" in network else ".")
    return f"{first}:1{second}{mark}{rest}" if ":" in network else f"10.1{int(second):02d}{mark}{rest}"


def _nearer(town: Town, box: Box, segment: str) -> list[tuple[str, str]]:
    """Return the (router, shared segment) that are next on a shortest way to a segment."""
    distance = {one.name: 0 for one, _ in town.on(segment)}
    waiting = deque(distance)
    while waiting:
        name = waiting.popleft()
        for port in town.box(name).ports:
            for other, _ in town.on(port.segment):
                if other.name not in distance:
                    distance[other.name] = distance[name] + 1
                    waiting.append(other.name)
    return [
        (other.name, port.segment)
        for port in box.ports
        for other, _ in town.on(port.segment)
        if distance[other.name] == distance[box.name] - 1
    ]


class _LaxRules(RuleMaker):
    box: Box
    whole: list[str]

    def text(self) -> str:
        text = RuleMaker.text(self)
        return text if "*nat" in text or self.rng.random() < 0.6 else text + self._nat()

    def _add_set(self, name: str) -> None:
        RuleMaker._add_set(self, f"v{self.family}{name}")

    def _rule(self, chain: str, chains: list[str], *, stateful: bool) -> str:
        text = RuleMaker._rule(self, chain, chains, stateful=stateful)
        if self.rng.random() < 0.5:
            text = text.replace("-j DROP", "-j ACCEPT")
        return text

    def _filter(self, *, stateful: bool) -> str:
        text = RuleMaker._filter(self, stateful=stateful)
        return text.replace(":FORWARD DROP", ":FORWARD ACCEPT") if self.rng.random() < 0.6 else text

    def _oddity(self) -> str:
        return self.rng.choice(
            (
                f"-m mark {self._not()}--mark 0x{self.rng.randint(0, 3):x}/0x3",
                f"-m addrtype {self._not()}--dst-type {self.rng.choice(('LOCAL', 'UNICAST'))}",
            )
        )

    def _nat(self) -> str:
        rng, box, rules = self.rng, self.box, []
        v6 = self.family == 6
        outer = box.ports[0]
        for _ in range(rng.randint(0, 2)):
            proto, host, port = rng.choice(("tcp", "udp")), rng.choice(self.hosts), rng.choice(self.ports)
            own = rng.choice(box.ports).own(self.family)
            to = rng.choice((f"[{host}]:{port}" if v6 else f"{host}:{port}", host))
            rules.append(
                f"-A PREROUTING -d {own} -p {proto} --dport {rng.choice(self.ports)} -j DNAT --to-destination {to}"
            )
        if rng.random() < 0.2:
            rules.append(f"-A PREROUTING -d {rng.choice(self.hosts)} -j DNAT --to-destination {rng.choice(self.hosts)}")
        if rng.random() < 0.2:
            rules.append(
                f"-A PREROUTING -i {rng.choice(self.names)} -p tcp --dport {rng.choice(self.ports)}"
                " -j REDIRECT --to-ports 3128"
            )
        if rng.random() < 0.3:
            network = rng.choice(self.whole)
            rules.append(f"-A PREROUTING -d {alias(network)} -j NETMAP --to {network}")
            if rng.random() < 0.5:
                rules.append(f"-A POSTROUTING -s {network} -o {outer.name} -j NETMAP --to {alias(network)}")
        if rng.random() < 0.15:
            rules.append(f"-A POSTROUTING -s {self._address()} -j ACCEPT")
        if rng.random() < 0.7 or not rules:
            source = f" -s {self._address()}" if rng.random() < 0.4 else ""
            spare = address(next(n for n in self.networks if ipaddress.ip_address(outer.own(self.family)) in
                                 ipaddress.ip_network(n)), SPARE)  # fmt: skip
            to = outer.own(self.family) if rng.random() < 0.8 else spare
            rules.append(
                f"-A POSTROUTING{source} -o {outer.name} -j {rng.choice(('MASQUERADE', f'SNAT --to-source {to}'))}"
            )
        return self._table("nat", [], rules)


@dataclass(slots=True)
class _PacketMaker:
    rng: random.Random
    town: Town
    ports: list[int] = field(init=False)
    pieces: dict[int, bool] = field(init=False)

    def __post_init__(self) -> None:
        texts = {
            4: [box.rules.iptables for box in self.town.boxes],
            6: [box.rules.ip6tables for box in self.town.boxes],
        }
        words = " ".join((*texts[4], *texts[6])).split()
        named = {word for before, word in pairwise(words) if before in ("--dport", "--sport")}
        self.ports = sorted(int(word) for word in named if word.isdigit()) or [80]
        # with nft, ports of later pieces that nobody joins are whatever bytes stand there (FACTS d4)
        legacy = self.town.backend == "legacy"
        self.pieces = {family: legacy or all(map(tracks_connections, texts[family])) for family in (4, 6)}

    def packets(self, count: int) -> Iterator[Probe]:
        rng = self.rng
        weights = [4 if is_end(one) else 1 for one in self.town.segments]
        for _ in range(count):
            family, segment = rng.choice((4, 6)), rng.choices(self.town.segments, weights)[0]
            others = rng.choices(self.town.segments, weights, k=4)
            elsewhere = [one for one in others if one != segment] or others
            probe = Probe(
                interface=segment.name,
                src=self._source(segment, elsewhere, family),
                dst=self._destination(segment, elsewhere, family),
                ttl=TTL,
            )
            yield self._transport(probe, family)

    def _host(self, segment: Segment, family: int) -> str:
        """Return an address of the segment's host, not one of those that only translation or routing uses."""
        return address(segment.v4 if family == 4 else segment.v6, self.rng.choice(HOST_PARTS))

    def _own(self, family: int) -> str:
        return self.rng.choice([port.own(family) for box in self.town.boxes for port in box.ports])

    def _source(self, segment: Segment, elsewhere: list[Segment], family: int) -> str:
        chance = self.rng.random()
        if chance < 0.84:
            return self._host(segment, family)
        if chance < 0.92:
            return self._host(self.rng.choice(elsewhere), family)
        if chance < 0.96:
            return self._own(family)
        return self.rng.choice(
            (*FAR[family], "127.0.0.1" if family == 4 else "::1", self._everybody(elsewhere, family))
        )

    def _everybody(self, segments: list[Segment], family: int) -> str:
        """Return the address of a segment that its routers take for their own: broadcast, or any of its routers."""
        one = self.rng.choice(segments)
        if family == 4:
            return str(ipaddress.IPv4Network(one.v4).broadcast_address)
        return str(ipaddress.IPv6Network(one.v6).network_address)

    def _destination(self, segment: Segment, elsewhere: list[Segment], family: int) -> str:
        chance = self.rng.random()
        if chance < 0.72:
            return self._host(self.rng.choice(elsewhere), family)
        if chance < 0.86:
            return self._own(family)
        if chance < 0.92:
            one = self.rng.choice(elsewhere)
            return address(alias(one.v4 if family == 4 else one.v6), self.rng.choice(HOST_PARTS))
        if chance < 0.97:
            return self.rng.choice(FAR[family])
        return self._host(segment, family) if chance < 0.985 else self._everybody(elsewhere, family)

    def _transport(self, probe: Probe, family: int) -> Probe:
        rng, message = self.rng, ICMP if family == 4 else ICMPV6
        chance = rng.random()
        if chance < 0.13:
            return replace(probe, proto=message)
        if chance < 0.16:
            return replace(probe, proto=message, icmp_type=rng.choice(ICMP_TYPES[family]))
        if chance < 0.19:
            return replace(probe, proto=rng.choice((GRE, ESP, SCTP, 89)))
        sport = rng.randint(1, 1023) if rng.random() < 0.1 else rng.randint(1024, 65535)
        ports = {"sport": sport, "dport": rng.choice(self.ports)}
        probe = replace(probe, proto=TCP if chance < 0.75 else UDP, **ports)
        if chance < 0.27:
            probe = replace(probe, flags="A")
        elif chance < 0.32:
            probe = replace(probe, flags=rng.choice(ODD_FLAGS))
        elif chance > 0.96 and self.pieces[family]:
            probe = replace(probe, fragment=Fragment.PAIR)
        return probe
