"""What is sent (Probe), what was seen (Observation) and the row that keeps both."""

from __future__ import annotations

import dataclasses
import enum
import ipaddress
from dataclasses import dataclass
from typing import Any

ICMP, TCP, UDP, GRE, ESP, AH, ICMPV6, SCTP, UDPLITE = 1, 6, 17, 47, 50, 51, 58, 132, 136
WITH_PORTS = frozenset({TCP, UDP, SCTP, UDPLITE})
PROTOCOL_NUMBERS = {
    "icmp": ICMP,
    "tcp": TCP,
    "udp": UDP,
    "gre": GRE,
    "esp": ESP,
    "ah": AH,
    "icmpv6": ICMPV6,
    "ipv6-icmp": ICMPV6,
    "sctp": SCTP,
    "udplite": UDPLITE,
    "ospf": 89,
    "igmp": 2,
    "ipip": 4,
    "vrrp": 112,
}
FLAG_BITS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}

ICMP_REPLIES = {(ICMP, 8): 0, (ICMP, 13): 14, (ICMP, 15): 16, (ICMP, 17): 18, (ICMPV6, 128): 129}
ICMP_ERRORS = frozenset({(ICMP, 3), (ICMP, 4), (ICMP, 5), (ICMP, 11), (ICMP, 12)} | {(ICMPV6, t) for t in (1, 2, 3, 4)})


class Fragment(enum.Enum):
    """Which pieces of a fragmented datagram are sent."""

    NONE = ""
    FIRST = "first"
    REST = "rest"
    PAIR = "pair"


class Verdict(enum.Enum):
    """What became of a packet, as seen from outside the router."""

    FORWARD = "FORWARD"
    LOCAL = "LOCAL"
    REJECT = "REJECT"
    DROP = "DROP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One packet to inject. Absent ports and ICMP fields get values that matter to nobody.

    `length` is the length of the whole IP packet in bytes (0: as short as it gets), `mac` the sender's hardware
    address, `to_mac` the receiver's (empty: the router's own), `tos` the whole TOS byte or traffic class.
    """

    interface: str
    src: str
    dst: str
    proto: int = TCP
    sport: int | None = None
    dport: int | None = None
    flags: str = "S"
    icmp_type: int | None = None
    icmp_code: int = 0
    icmp_id: int | None = None
    fragment: Fragment = Fragment.NONE
    ttl: int = 64
    tos: int = 0
    length: int = 0
    mac: str = ""
    to_mac: str = ""
    chunk: int = 1
    want_reply: bool = True
    want_error: bool = False

    @property
    def family(self) -> int:
        """4 or 6."""
        return ipaddress.ip_address(self.src).version

    def as_row(self) -> dict[str, Any]:
        """Return the fields that say something, under the names of the corpus; `from_row` reads them back."""
        row: dict[str, Any] = {"in": self.interface, "src": self.src, "dst": self.dst, "proto": self.proto}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in ("interface", "src", "dst", "proto", "want_reply", "want_error") or value == field.default:
                continue
            row[field.name] = value.value if isinstance(value, Fragment) else value
        if self.proto == TCP:
            row["flags"] = self.flags
        if self.proto in (ICMP, ICMPV6):
            row["icmp_type"], row["icmp_code"] = self.message_type, self.icmp_code
        return row

    @property
    def message_type(self) -> int:
        """The ICMP type: an echo request unless another was asked for."""
        if self.icmp_type is not None:
            return self.icmp_type
        return 8 if self.proto == ICMP else 128


def from_row(row: dict[str, Any]) -> Probe:
    """Return the probe that `as_row` wrote, or that a person wrote with protocol names and without numbers."""
    fields = dict(row)
    fields["interface"] = fields.pop("in")
    proto = fields.get("proto", TCP)
    if isinstance(proto, str):
        fields["proto"] = PROTOCOL_NUMBERS[proto] if proto in PROTOCOL_NUMBERS else int(proto)
    fields["fragment"] = Fragment(fields.get("fragment", ""))
    return Probe(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a packet as it left the router."""

    src: str
    dst: str
    proto: int
    sport: int | None = None
    dport: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    tos: int = 0
    ttl: int = 0

    def as_row(self) -> dict[str, Any]:
        """Return what can be compared with a model: addresses, protocol, ports, ICMP type and code."""
        fields = ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code")
        return {name: getattr(self, name) for name in fields if getattr(self, name) is not None}


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one probe: the verdict, where it left, with which header, or how it was refused.

    Of a PAIR, FORWARD says that both pieces left; `pieces` names the ones that did.
    """

    verdict: Verdict
    out: str = ""
    header: Header | None = None
    via: str = ""
    pieces: frozenset[int] = frozenset()


DROPPED = Observation(Verdict.DROP)


@dataclass(frozen=True, slots=True)
class Session:
    """A probe's fate, that of the answer to it, and that of an ICMP error about it (None where none was sent)."""

    forward: Observation
    reply: Observation | None = None
    error: Observation | None = None
