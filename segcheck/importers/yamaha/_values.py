"""Words of filters to sets: addresses, protocols, ports.

Source: Yamaha Router Command Reference, `ip filter` and `ipv6 filter`: addresses are `*`, an address, address/length,
address/mask, a range, or several of them with commas; what is left out at the end counts as `*`; ports are numbers,
names or ranges, with commas. Port names: the table of that section; `tcpflag=value/mask` holds when flags AND mask
equal value. A name of a host, of a prefix that comes from elsewhere (`ra-prefix@lan2::`) and a name that is not in
the tables are unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from segcheck.importers._unsure import unknown
from segcheck.importers._words import Cursor, number, v4
from segcheck.importers.yamaha._syntax import Line
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Bits, Expr, Field, Not, conjunction, disjunction
from segcheck.sets import addresses
from segcheck.sets.addresses import V4, V6
from segcheck.sets.header import ACK, RST, SYN
from segcheck.sets.intervals import IntervalSet

FAMILY = {4: V4, 6: V6}
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
FIRST = Field("fragment", IntervalSet.of(0))
LATER = Field("fragment", IntervalSet.of(1))
_FIN = 0x01
PROTOCOLS = {
    "icmp": ICMP, "tcp": TCP, "udp": UDP, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51, "icmp6": ICMPV6,
}  # fmt: skip
PORTS = {
    "echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "ftpdata": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25,
    "time": 37, "whois": 43, "dns": 53, "domain": 53, "dhcps": 67, "dhcpc": 68, "tftp": 69, "gopher": 70, "finger": 79,
    "http": 80, "www": 80, "pop3": 110, "sunrpc": 111, "ident": 113, "nntp": 119, "ntp": 123, "ms-rpc": 135,
    "netbios_ns": 137, "netbios_dgm": 138, "netbios_ssn": 139, "imap": 143, "snmp": 161, "snmptrap": 162, "bgp": 179,
    "ldap": 389, "https": 443, "ms-ds": 445, "ike": 500, "rlogin": 513, "rsh": 514, "rwho": 513, "syslog": 514,
    "printer": 515, "rip": 520, "submission": 587,
}  # fmt: skip
#: ICMP types that are certainly of a kind (RFC 792: errors, and questions with their answers); others may be of either.
_ICMP_KINDS = {"icmp-error": IntervalSet.of(3, 4, 11, 12), "icmp-info": IntervalSet.of(0, 8, 13, 14)}
_WILD = re.compile(r"\d{1,3}(?:\.(?:\d{1,3}|\*)){3}")
#: A host by name, a prefix that another interface gets.
_OUTSIDE = re.compile(r"(?:[\w*][\w*-]*\.)+[A-Za-z][\w-]*|(?:ra|dhcp)-prefix@\S+")
_NAME = re.compile(r"[a-z][a-z_0-9-]*")
_FLAGS = re.compile(r"tcpflag(!?)=(0x[0-9a-f]{1,4})/(0x[0-9a-f]{1,4})", re.IGNORECASE)


class Words(Cursor):
    """The words of a command, read from left to right."""

    line: Line


def network(word: str, family: int) -> IntervalSet:
    """Return an address, a prefix by length or mask, or a range, of one IP version.

    Raises:
        ValueError: it is none.
    """
    base, slash, mask = word.partition("/")
    found = addresses.netmask(base, mask) if slash and "." in mask else addresses.parse(word)
    if addresses.family(found.min) != family:  # none of them spans both
        raise ValueError(word)
    return found


@lru_cache(maxsize=4096)
def address(text: str, side: str, family: int) -> Expr:
    """Return packets whose `side` is one of the addresses written; what nobody can resolve is unknown.

    Raises:
        ValueError: a word that is neither an address nor a name of one.
    """
    if text == "*":
        return Field(side, FAMILY[family])
    known = IntervalSet.empty()
    doubts: list[Expr] = []
    for part in text.split(","):
        try:
            known |= _wild(part) if family == 4 and "*" in part else network(part, family)
        except ValueError:
            if not _OUTSIDE.fullmatch(part):
                raise
            doubts = [unknown("address of a filter", Code.DEPENDS_ON_OUTSIDE)]
    if not doubts:
        return Field(side, known)
    return disjunction(Field(side, known), conjunction(Field(side, FAMILY[family]), *doubts))


def _wild(part: str) -> IntervalSet:
    """Return the addresses of `192.168.*.*`: whole octets at the end.

    Raises:
        ValueError: it is not of that form.
    """
    octets = part.split(".")
    fixed = [octet for octet in octets if octet != "*"]
    if not _WILD.fullmatch(part) or octets != fixed + ["*"] * (4 - len(fixed)):
        raise ValueError(part)
    return addresses.prefix(v4(".".join(fixed + ["0"] * (4 - len(fixed)))), 8 * len(fixed))


def ports(text: str) -> IntervalSet | None:
    """Return the ports written, None for every one.

    Raises:
        ValueError: a name or number that is not known.
    """
    if text == "*":
        return None
    found = IntervalSet.empty()
    for part in text.split(","):
        found |= _port_range(part)
    return found


def _port_range(part: str) -> IntervalSet:
    if part in PORTS or part.isdecimal():
        return IntervalSet.of(_port(part))
    for place, sign in enumerate(part):  # names have hyphens as well
        if sign == "-":
            try:
                low, high = _port(part[:place]), _port(part[place + 1 :])
            except ValueError:
                continue
            if low <= high:
                return IntervalSet.of((low, high))
    raise ValueError(part)


def _port(word: str) -> int:
    return PORTS[word] if word in PORTS else number(word, 0, 65535)


@dataclass(frozen=True, slots=True)
class Part:
    """One protocol of a filter, with its ports.

    proto    None for every protocol
    within   further conditions on the packet itself (flags, kinds of ICMP)
    doubt    something about it is unknown
    """

    proto: int | None
    sport: IntervalSet | None = None
    dport: IntervalSet | None = None
    within: Expr = ANYTHING
    doubt: Expr = ANYTHING

    @property
    def plain(self) -> bool:
        """Whether it asks for nothing that later fragments do not carry."""
        return self.within == ANYTHING and self.sport is None and self.dport is None

    def packets(self) -> Expr:
        """Return the packets of the part, each judged alone.

        What a filter with conditions on ports or flags makes of later fragments, no source settles.
        """
        asked = self._layer3()
        if self.plain:
            return asked
        first = conjunction(asked, FIRST, *_asked("sport", self.sport), *_asked("dport", self.dport), self.within)
        return disjunction(first, conjunction(asked, LATER, unknown("later fragments and a filter with ports")))

    def session(self, *, reply: bool) -> Expr:
        """Return the packets of the sessions that the part opens, in one direction; flags do not matter to them."""
        source, target = (self.dport, self.sport) if reply else (self.sport, self.dport)
        icmp = self.within
        if self.proto == TCP:
            icmp = ANYTHING
        elif self.within != ANYTHING:
            icmp = Field("icmp_type", IntervalSet.of(0 if self.proto == ICMP else 129)) if reply else self.within
        return conjunction(self._layer3(), FIRST, *_asked("sport", source), *_asked("dport", target), icmp)

    def _layer3(self) -> Expr:
        asked = [] if self.proto is None else [Field("proto", IntervalSet.of(self.proto))]
        return conjunction(*asked, self.doubt)


def _asked(name: str, values: IntervalSet | None) -> list[Expr]:
    return [] if values is None else [Field(name, values)]


@lru_cache(maxsize=4096)
def parts(protocols: str, source: str, target: str) -> tuple[Part, ...]:
    """Return the protocols of a filter with their ports; a name of a port that is not in the table is unknown.

    Raises:
        ValueError: a protocol that is not known, or a word that names no port.
    """
    found = []
    for word in protocols.split(","):
        proto, within, doubt = _protocol(word.lower())
        asked: dict[str, IntervalSet | None] = {}
        for name, text in (("sport", source), ("dport", target)):
            if text == "*":
                continue
            try:
                asked[name] = ports(text)
            except ValueError:
                if not all(_NAME.fullmatch(part) or part.isdecimal() for part in text.split(",")):
                    raise
                doubt = unknown(f"port {text[:40]}", Code.VALUE_NOT_UNDERSTOOD)
        if asked and proto not in (TCP, UDP):  # what ports mean beside another protocol, no source settles
            asked, doubt = {}, unknown("ports of a protocol without")
        found.append(Part(proto, asked.get("sport"), asked.get("dport"), within, doubt))
    return tuple(found)


def _protocol(word: str) -> tuple[int | None, Expr, Expr]:
    if word == "*":
        return None, ANYTHING, ANYTHING
    if word in PROTOCOLS:
        return PROTOCOLS[word], ANYTHING, ANYTHING
    if word.isascii() and word.isdecimal() and len(word) <= 3 and int(word) <= 255:
        return int(word), ANYTHING, ANYTHING
    acked = Bits("tcp_flags", ACK, ACK)
    if word == "established":  # ACK is set; whether a reset without one counts, no source settles
        reset = conjunction(Bits("tcp_flags", ACK | RST, RST), unknown("established and a reset without ACK"))
        return TCP, disjunction(acked, reset), ANYTHING
    if word == "tcpsyn":
        answer = conjunction(Bits("tcp_flags", ACK | SYN, ACK | SYN), unknown("tcpsyn and an answer to a SYN"))
        return TCP, disjunction(Bits("tcp_flags", ACK | SYN, SYN), answer), ANYTHING
    if word in ("tcpfin", "tcprst"):
        bit = _FIN if word == "tcpfin" else RST
        return TCP, Bits("tcp_flags", bit, bit), ANYTHING
    flags = _FLAGS.fullmatch(word)
    if flags and int(flags[3], 16) <= 0xFF and not int(flags[2], 16) & ~int(flags[3], 16):
        asked = Bits("tcp_flags", int(flags[3], 16), int(flags[2], 16))
        return TCP, Not(asked) if flags[1] else asked, ANYTHING
    if word in _ICMP_KINDS:
        sure = Field("icmp_type", _ICMP_KINDS[word])
        other = Field("icmp_type", _ICMP_KINDS["icmp-info" if word == "icmp-error" else "icmp-error"])
        return ICMP, disjunction(sure, conjunction(Not(other), unknown(word))), ANYTHING
    raise ValueError(word)
