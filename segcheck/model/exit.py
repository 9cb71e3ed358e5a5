"""A way out of a city's device: where it leads, and by what (domain.md §2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from segcheck.model.device import Route
from segcheck.model.site import Link
from segcheck.model.source import Span


class Leads(Enum):
    """Where a way out leads, and whether that is as it should be."""

    UPLINK = "uplink"  # to the security cloud
    OTHERS = "others"  # a line to LGWAN, the residents' network, the government cloud, a maintainer
    DETACHED = "detached"  # of a device that no tier shares
    BREAKOUT = "breakout"  # the declared local breakout
    EXIT = "exit"  # to the internet or to nobody knows where, and routes lead out by it
    LINE = "line"  # an internet line, without a route that leads out by it
    OPEN = "open"  # whether anything leads out by it cannot be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """One interface of a device by which packets leave what the city answers for.

    routes    those that lead out by it, further than to the line itself
    families  IP versions of these
    learned   its address, and with it a default route, comes from the line (DHCP, PPPoE, router advertisements)
    links     lines declared at the interface
    steered   places of the policy routes that send packets out by it, whatever the routing table says
    """

    device: str
    interface: str
    leads: Leads
    routes: tuple[Route, ...] = ()
    families: tuple[int, ...] = ()
    learned: bool = False
    tunnel: bool = False
    links: tuple[Link, ...] = ()
    steered: tuple[Span, ...] = ()
