"""The header fields of a packet: names, sizes, who carries them; the four classes; one concrete packet.

    name        values        carried by
    src, dst    address line  every packet (`sets.addresses`)
    fragment    0, 1          every packet; 1 = a fragment other than the first, which has no L4 header
    proto       0..255        every packet; IPv6: the protocol after the extension headers
    sport dport 0..65535      TCP, UDP, DCCP, SCTP and UDP-Lite, unless fragment
    tcp_flags   0..255        TCP, unless fragment; CWR ECE URG ACK PSH RST SYN FIN from the highest bit (RFC 9293 §3.1)
    icmp_type   0..255        protocols 1 and 58, unless fragment
    icmp_code   0..255        the same

A packet that does not carry a field has no value there. Protocol 1 in IPv6 and 58 in IPv4 are odd but can be sent; they are
read as ICMP all the same, so that who carries what depends on protocol and fragment alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from segcheck.sets.addresses import LINE_SIZE, family
from segcheck.sets.intervals import IntervalSet

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
#: Size of each field, in the order in which fields are listed and compared.
SIZES: Mapping[str, int] = MappingProxyType(
    {
        "fragment": 2,
        "src": LINE_SIZE,
        "dst": LINE_SIZE,
        "proto": 256,
        "dport": 65536,
        "sport": 65536,
        "tcp_flags": 256,
        "icmp_type": 256,
        "icmp_code": 256,
    }
)
_PORTS = IntervalSet.of(TCP, UDP, 33, 132, 136)
_ICMP = IntervalSet.of(ICMP, ICMPV6)
#: Protocols whose first fragment or whole packet carries the field; fields not named here are carried by every packet.
CARRIERS: Mapping[str, IntervalSet] = MappingProxyType(
    {
        "dport": _PORTS,
        "sport": _PORTS,
        "tcp_flags": IntervalSet.of(TCP),
        "icmp_type": _ICMP,
        "icmp_code": _ICMP,
    }
)
ACK, RST, SYN = 0x10, 0x04, 0x02
#: Ports that servers answer from (RFC 6335 section 6: 0-1023 are system ports).
SERVICE_PORTS = IntervalSet.of((0, 1023))
#: ICMP types that report an error or answer a question, by protocol.
#: ICMP: RFC 792 (0, 3, 4, 5, 11, 12, 14, 16), RFC 950 (18). ICMPv6: RFC 4443 §2.1 (0-127 are error messages) and §4.2 (129),
#: RFC 4861 §4.4, §4.5 (136 advertisement, 137 redirect), RFC 4620 §4 (140).
ERROR_TYPES: Mapping[int, IntervalSet] = MappingProxyType(
    {
        ICMP: IntervalSet.of(0, (3, 5), 11, 12, 14, 16, 18),
        ICMPV6: IntervalSet.of((0, 127), 129, 136, 137, 140),
    }
)


class PacketClass(Enum):
    """A partition of all packets by what they can do to a session."""

    OPENING = "opening"  # everything else: may be the first packet of an exchange
    REPLY = "reply"  # TCP with ACK or RST: cannot open a connection
    ICMP_ERROR = "icmp-error"  # ICMP error or answer
    FRAGMENT = "fragment"  # any fragment other than the first


def carries(name: str, proto: int, fragment: int) -> bool:
    """Return whether packets of a protocol, fragments or not, carry the named header field."""
    carriers = CARRIERS.get(name)
    return carriers is None or (not fragment and proto in carriers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One concrete packet; addresses on the line of `sets.addresses`, None where a field is not carried.

    Values given for fields that the packet does not carry are dropped, so equal packets compare equal.

    extra   what else is known of it (ingress interface, connection state, ...), by name

    Raises:
        ValueError: a carried field is missing or out of range, or source and destination differ in family.
    """

    src: int
    dst: int
    proto: int
    sport: int | None = None
    dport: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    tcp_flags: int | None = None
    fragment: int = 0
    extra: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))
        for name, size in SIZES.items():
            value = getattr(self, name)
            if not self.carries(name):
                object.__setattr__(self, name, None)
            elif value is None:
                raise ValueError(f"a packet of protocol {self.proto} needs a value for {name}")
            elif not 0 <= value < size:
                raise ValueError(f"{name} is 0 to {size - 1}, not {value}")
        if family(self.src) != family(self.dst):
            raise ValueError("source and destination are of different families")

    def carries(self, name: str) -> bool:
        """Return whether the packet has a value for a header field."""
        return carries(name, self.proto, self.fragment)

    def get(self, name: str) -> int | None:
        """Return the value of a header field or extra; None if not carried or not known."""
        if name in SIZES:
            value: int | None = getattr(self, name)
            return value
        return self.extra.get(name)

    @property
    def family(self) -> int:
        """The IP version, 4 or 6."""
        return family(self.src)

    @property
    def packet_class(self) -> PacketClass:
        """The class of the packet."""
        if self.fragment:
            return PacketClass.FRAGMENT
        if self.tcp_flags is not None and self.tcp_flags & (ACK | RST):
            return PacketClass.REPLY
        if self.icmp_type is not None and self.icmp_type in ERROR_TYPES[self.proto]:
            return PacketClass.ICMP_ERROR
        return PacketClass.OPENING

    @property
    def reply_shaped(self) -> bool:
        """Whether it is an opening packet that looks like an answer: UDP from a service port (a view, not a class)."""
        opening = self.packet_class is PacketClass.OPENING
        return opening and self.proto == UDP and self.sport is not None and self.sport in SERVICE_PORTS
