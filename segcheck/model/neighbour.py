"""What hosts say about themselves on their wire: which address they hold, who routes, assigns addresses or dials a line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: Frames of a neighbour that are kept; prefixes and resolvers that are kept of what it advertises.
FEW, MOST_SAID = 4, 16


class NeighbourKind(Enum):
    """What was said.

    ARP        "this IPv4 address is mine": sender of a request or a reply (RFC 826), probes from 0.0.0.0 are none (RFC 5227)
    ND         the same in IPv6: neighbour advertisement (RFC 4861 §4.4) that asks to override what was known
    RA         "I route": router advertisement that hosts accept (RFC 4861 §6.1.2: hop limit 255, link-local sender)
    DHCP       DHCPOFFER or DHCPACK to a client (RFC 2131), or an answer of BOOTP
    DHCPV6     ADVERTISE or REPLY to a client (RFC 8415)
    PPPOE      somebody looks for a line to dial (RFC 2516: PADI, PADR)
    PPPOE_LINE a line is there: an access concentrator answered (PADO, PADS), or a session runs or ends on it
    """

    ARP = "arp"
    ND = "nd"
    RA = "ra"
    DHCP = "dhcp"
    DHCPV6 = "dhcpv6"
    PPPOE = "pppoe"
    PPPOE_LINE = "pppoe-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One thing that one sender said, however often. Counts are sums, times and frames minima and maxima: any order will do.

    vlans      the two outermost tags, outer first
    mac        the hardware address that claims it (ARP, ND) or that sent the frame, "" where the link shows none
    address    the address that is claimed (ARP, ND) or that the packet came from, "" where no packet of IP was looked at (PPPoE)
    server     DHCP: the server identifier (option 54), "" if there is none or it was not captured
    prefixes, resolvers   RA: what it advertises, of all its frames, the first `MOST_SAID` in order
    frames     the first `FEW`: `place << 40 | number` as in `model.flow`
    first      ns since 1970, UTC; `last` of the latest
    bytes      original frame lengths
    """

    kind: NeighbourKind
    vlans: tuple[int, ...]
    mac: str
    address: str
    server: str = ""
    prefixes: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    frames: tuple[int, ...]
    first: int
    last: int
    count: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What was said at one capture point, in a fixed order; `left_out` frames said what was beyond the bound on its number."""

    said: tuple[Neighbour, ...] = ()
    left_out: int = 0
