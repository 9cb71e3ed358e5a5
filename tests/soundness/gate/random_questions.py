"""What is permitted in a random site, and which packets are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from segcheck.model.register import Kind as EntryKind
from segcheck.model.register import RegisterEntry, Status
from segcheck.model.site import Endpoint, Gateway, Leg, Service
from segcheck.model.site_words import DeviceKind, EndpointKind, Method
from segcheck.sets.intervals import IntervalSet
from tests.soundness.gate.drawing import DAY, DUE, HERE, ICMP, PAST, PORTS, TCP, UDP, Drawing, ip
from tests.soundness.gate.packets import Header


class Asking(Drawing):
    """Draws a register, and packets."""

    def register(self) -> list[RegisterEntry]:
        if not self.likely("register", 1.0, 0.1) and "gateway" not in self.themes:
            return []
        found = [self.entry(number) for number in range(self.random.choice((1, 2)))]
        found += [self.entry(9, gateway) for gateway in self.gateways.values() if self.random.random() < 0.7]
        return found

    def entry(self, number: int, gateway: Gateway | None = None) -> RegisterEntry:
        ends = [self.endpoint(), self.endpoint()]
        asked_for = [name for name, host in self.hosts.items() if set(host.addresses) & set(self.vips)]
        if asked_for and self.random.random() < 0.5:  # a host that others answer for
            ends[1] = Endpoint(EndpointKind.HOST, self.random.choice(asked_for))
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

    # ---- packets

    def packets(self, values: Sequence[int]) -> list[tuple[str, Header]]:
        sources = self.random.sample(self.names, 2)
        if self.links and self.random.random() < 0.5:
            sources[1] = self.pick("public", "unknown")
        found = [(source, self.header(source, values)) for source in sources for _ in range(3)]
        for entry in self.entries[:2]:
            found += self.registered(entry, sources)
        return found

    def registered(self, entry: RegisterEntry, sources: Sequence[str]) -> list[tuple[str, Header]]:
        """Return packets of a registered session and back, from where they belong or from elsewhere."""
        service = entry.services[0]
        port = service.ports.min if service.ports else 22
        here, there = self.some_place(entry.source), self.some_place(entry.destination)
        found = []
        for (source, src), (_, dst), reply in ((here, there, False), (there, here, True)):
            flags = self.random.choice((2, 16))
            ports = (port, 40000) if reply else (40000, port)
            header = Header(0, src, dst, service.protocol, *ports, flags if service.protocol == TCP else -1)
            if service.protocol == ICMP:
                header = Header(0, src, dst, ICMP, icmp_type=self.random.choice((0, 8)), icmp_code=0)
            found.append((source if self.random.random() < 0.7 else sources[0], header))
        return found

    def some_place(self, end: Endpoint) -> tuple[str, int]:
        """Return a place and an address of an end of a communication."""
        if end.kind is EndpointKind.HOST:
            host = self.hosts[end.id]
            return host.segment, host.addresses[0]
        names = [s.id for s in self.segments.values() if end.id in (s.id, s.zone)]
        place = self.random.choice(names)
        return place, ip(f"10.{place[1:]}.0.{self.random.choice((50, 51))}")

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
