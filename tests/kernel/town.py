"""Several routers on shared segments, as they are built in the kernel and described to segcheck: the nouns."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from .oracle import Rules
from .probes import Probe

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A broadcast domain.

    v4, v6    its prefixes
    hosts     addresses that one host namespace owns there; () = there is no host
    gateway   the router that hosts hand their packets to
    outside   an external segment: whatever is sent to a host's address there goes further, to nobody knows where
    """

    name: str
    v4: str
    v6: str
    hosts: tuple[str, ...] = ()
    gateway: str = ""
    outside: bool = False

    def holds(self, address: str) -> bool:
        """Return whether an address lies in the segment."""
        value = ipaddress.ip_address(address)
        return value in ipaddress.ip_network(self.v4 if value.version == 4 else self.v6)

    def is_everybody(self, address: str) -> bool:
        """Return whether an address means all routers of the segment: IPv4's broadcast, IPv6's subnet-router anycast."""
        v4, v6 = ipaddress.IPv4Network(self.v4), ipaddress.IPv6Network(self.v6)
        return ipaddress.ip_address(address) in (v4.broadcast_address, v6.network_address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An interface of a router; addresses with prefix length."""

    name: str
    segment: str
    addresses: tuple[str, ...]

    def own(self, family: int) -> str:
        """Return its first address of a family."""
        found = [text for text in self.addresses if ipaddress.ip_interface(text).version == family]
        return found[0].partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A static route: to a next hop, or nowhere (`via` empty)."""

    to: str
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A router."""

    name: str
    ports: tuple[Port, ...]
    routes: tuple[Way, ...] = ()
    rules: Rules = field(default_factory=Rules)

    def port_on(self, segment: str) -> Port | None:
        """Return its interface on a segment, or None."""
        return next((port for port in self.ports if port.segment == segment), None)

    def topology(self) -> dict[str, object]:
        """Return what `Router` and device files are given: interfaces and routes."""
        return {
            "id": self.name,
            "kind": "router",
            "interfaces": {port.name: {"addresses": list(port.addresses)} for port in self.ports},
            "routes": [{"to": r.to, **({"via": r.via} if r.via else {"blackhole": True})} for r in self.routes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Segments and the routers between them."""

    name: str
    segments: tuple[Segment, ...]
    boxes: tuple[Box, ...]
    backend: str = "nft"

    def segment(self, name: str) -> Segment:
        """Return the segment of that name."""
        return next(one for one in self.segments if one.name == name)

    def box(self, name: str) -> Box:
        """Return the router of that name."""
        return next(one for one in self.boxes if one.name == name)

    def on(self, segment: str) -> tuple[tuple[Box, Port], ...]:
        """Return the routers that stand on a segment, each with its interface there."""
        return tuple((box, port) for box in self.boxes for port in box.ports if port.segment == segment)

    def owner(self, segment: str, address: str) -> str:
        """Return the router on a segment that has an address there, or ""."""
        value = ipaddress.ip_address(address)
        for box, port in self.on(segment):
            if any(ipaddress.ip_interface(text).ip == value for text in port.addresses):
                return box.name
        return ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A packet that the host of a segment hands to a router; the probe's interface is the segment's name."""

    probe: Probe
    via: str

    @property
    def place(self) -> str:
        """The segment it is sent from."""
        return self.probe.interface
