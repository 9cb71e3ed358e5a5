"""What a city consists of. Addresses are text; order is the order in which things are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv4Network


@dataclass
class Segment:
    """A segment of a zone; `gateway` is a device's id. Of kind "line": what a tunnel carries, whose ends name it."""

    id: str
    zone: str
    prefix: str
    gateway: str = ""
    kind: str = ""
    domain: str = ""
    name: str = ""


@dataclass
class Leg:
    """An interface of a device: its own name for it, the segment, its address if any is told, and the VRF that it is in."""

    name: str
    segment: str
    address: str = ""
    vrf: str = ""


@dataclass
class Route:
    """A static route of a device."""

    to: str
    via: str
    interface: str
    vrf: str = ""


@dataclass
class Rule:
    """A rule of a device: legs by name, ends by the names of objects, `services` as tcp/443."""

    id: str
    name: str
    come: str
    go: str
    source: str
    destination: str
    services: tuple[str, ...]
    permits: bool = True
    log: bool = True


@dataclass
class Device:
    """A device with what its export holds; `vendor` names the writer."""

    id: str
    name: str
    vendor: str
    kind: str
    legs: list[Leg]
    routes: list[Route] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of its export; iptables keeps each family apart."""
        known = {
            "iptables": ("rules.v4", "rules.v6"),
            "nftables": ("nft",),
            "panos": ("xml",),
            "ios": ("cfg",),
            "asa": ("cfg",),
            "aws": ("json",),
        }
        return tuple(f"exports/{self.id}.{ending}" for ending in known.get(self.vendor, ("conf",)))


@dataclass
class Entry:
    """A row of the register; `more` are further keys as they are written."""

    id: str
    kind: str
    source: str
    destination: str
    services: tuple[str, ...]
    purpose: str
    path: tuple[str, ...] = ()
    more: str = ""
    expires: str = "2027-03-31"


@dataclass
class City:
    """A city; `about` in Japanese and English.

    hosts     id to (segment, address, role, further keys)
    groups    names that rules use, to ranges
    points    capture points: id, device, interface
    """

    id: str
    name: str
    model: str
    about: tuple[str, str]
    zones: dict[str, str] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    hosts: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    gateways: list[str] = field(default_factory=list)
    points: list[tuple[str, str, str]] = field(default_factory=list)
    attestations: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    register: list[Entry] = field(default_factory=list)
    required: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    organs: list[str] = field(default_factory=list)

    def ranges(self, name: str) -> list[tuple[str, str]]:
        """Return what an object of rules stands for, as (first, last) addresses."""
        if name in self.hosts:
            return [(self.hosts[name][1],) * 2]
        if name in self.segments:
            network = IPv4Network(self.segments[name].prefix)
            return [(str(network[0]), str(network[-1]))]
        first, _, last = self.groups[name].partition("-")
        return [(first, last or first)]

    def length(self, leg: Leg) -> IPv4Interface:
        """Return a leg's address with the length of its segment's prefix."""
        return IPv4Interface(f"{leg.address}/{IPv4Network(self.segments[leg.segment].prefix).prefixlen}")

    def permit(self, device: str, entry: str, name: str, come: str, go: str, ends: str, *services: str) -> None:
        """Add a rule to a device; `ends` is "from > to"; the register entry's id heads its name."""
        source, destination = ends.split(" > ")
        rules = self.devices[device].rules
        rules.append(Rule(str(len(rules) + 1), f"{entry} {name}", come, go, source, destination, services))
