"""What the parts of a random site share."""

from __future__ import annotations

from datetime import date
from random import Random

from segcheck.model.register import RegisterEntry
from segcheck.model.site import Gateway, Host, Link, Segment, TopologyDevice
from segcheck.model.source import Span
from segcheck.sets import addresses

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


def ip(text: str) -> int:
    return addresses.parse_one(text)


def themes(seed: int) -> frozenset[str]:
    """Return the themes of a seed's site."""
    return drawn_themes(Random(seed))


def drawn_themes(random: Random) -> frozenset[str]:
    return frozenset(random.sample(THEMES, random.choice((1, 2, 2, 3))))


class Drawing:
    """What all parts of a random site draw from: one source of chance, the themes, and what has been drawn already."""

    random: Random
    themes: frozenset[str]
    count: int
    names: list[str]
    v6: bool
    standing: dict[str, dict[str, str]]  # device -> interface -> segment
    segments: dict[str, Segment]
    hosts: dict[str, Host]
    gateways: dict[str, Gateway]
    devices: list[TopologyDevice]
    links: dict[str, Link]
    entries: list[RegisterEntry]
    vips: list[int]

    def likely(self, theme: str, often: float, seldom: float = 0.0) -> bool:
        """Return whether something happens: often in a site of its theme, seldom elsewhere."""
        return self.random.random() < (often if theme in self.themes else seldom)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def address(self, device: str, place: str) -> str:
        return f"10.{place[1:]}.0.{int(device[1:]) + 1}"

    def v6_address(self, device: str, place: str) -> str:
        return f"fd00:{place[1:]}::{int(device[1:]) + 1}"
