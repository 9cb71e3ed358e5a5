"""Random sites of two to six devices, biased: each has a few themes, mechanisms that are frequent in it and rare elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from segcheck.model.device import Interface, InterfaceAddress
from segcheck.model.diagnostic import LineAccount
from segcheck.model.reading import Complete, InputReading, Maturity, Reading
from segcheck.model.register import Options, Policy
from segcheck.model.result import Binding
from segcheck.model.site import (
    Attestation,
    DeviceInterface,
    Gateway,
    Host,
    Link,
    LinkEnd,
    Segment,
    Settings,
    Site,
    TopologyDevice,
    Zone,
)
from segcheck.model.site_words import Assume, DeviceKind, LinkKind, SegmentKind, Tier
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.soundness.gate.drawing import DAY, DUE, HERE, PAST, PORTS, STRANGE, drawn_themes, ip
from tests.soundness.gate.packets import Header
from tests.soundness.gate.random_devices import Filtering
from tests.soundness.gate.random_questions import Asking
from tests.soundness.gate.random_routes import Routing


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


def make(seed: int) -> Case:
    """Return the site of a seed."""
    return _Maker(seed).case()


class _Maker(Filtering, Routing, Asking):
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.themes = drawn_themes(self.random)
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
        self.vips: list[int] = []
        self.v6 = self.likely("family", 0.6)
        self.segments = {name: self.segment(number) for number, name in enumerate(self.names)}
        self.own = [f"10.{n}.0.{h}" for n in range(self.count) for h in (50, 51)]
        shapes = [self.shape(number) for number in range(self.random.choice((2, 2, 2, 2, 3, 3, 3, 4, 5, 6)))]
        for name, kind in shapes:
            self.device(name, kind)
        if "layer2" in self.themes and self.likely("layer2", 0.5):
            self.switch()

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
        chain = number < self.count - 1
        places = self.names[number : number + 2] if chain else self.random.sample(self.names, 2)
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
        self.entries = self.register()
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
                profiles=(), options=Options(), register=tuple(self.entries), required=(), scope=(), chains=()
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
            addresses=(*self.random.sample(values, 4), ip("10.0.0.50")),
            ports=(*PORTS, 8080, 40000),  # and the source port that rules ask for
            forged=tuple(self.header(self.names[0], values) for _ in range(2)),
        )
