"""What people write of services: TCP/443, 443/tcp, tcp 80,443, HTTPS(8443), ICMP, 全て; or in columns of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from segcheck.importers.rule_table.values import EXCEPT, MAX_PARTS, folded
from segcheck.sets.intervals import IntervalSet

#: Protocols by name; source: IANA, Assigned Internet Protocol Numbers.
PROTOCOLS = {
    "tcp": 6, "udp": 17, "sctp": 132, "icmp": 1, "icmpv4": 1, "icmpv6": 58, "icmp6": 58, "esp": 50, "ah": 51, "gre": 47,
    "igmp": 2, "ipip": 4, "ospf": 89, "vrrp": 112, "pim": 103,
}  # fmt: skip
_PORTED = (6, 17, 132)
_ANY = frozenset(("any", "all", "全て", "すべて", "全部", "全", "任意", "指定なし", "制限なし", "ip"))
_DASH = frozenset(("-", "--", "なし", "無し", "n/a"))


@dataclass(frozen=True, slots=True)
class Service:
    """A protocol with its destination ports (None: all of them, or none exist) or, for ICMP, its message types.

    protocol   None: any protocol
    """

    protocol: int | None
    ports: IntervalSet | None = None
    icmp_types: IntervalSet | None = None

    def written(self) -> tuple[str, ...]:
        """Return the service as site files write it, an entry per range of ports; () for what they cannot say (any)."""
        name = next((name for name, number in PROTOCOLS.items() if number == self.protocol), f"ip/{self.protocol}")
        if self.protocol is None or (self.protocol in _PORTED and self.ports is None):
            return ()
        values = self.ports if self.protocol in _PORTED else self.icmp_types
        if values is None:
            return (name if name in ("icmp", "icmpv6", "esp", "ah", "gre") else f"ip/{self.protocol}",)
        if self.protocol not in _PORTED:
            return tuple(f"{name}/{kind}" for low, high in values.ranges for kind in range(low, high + 1))
        return tuple(f"{name}/{low}" if low == high else f"{name}/{low}-{high}" for low, high in values.ranges)


@dataclass(frozen=True, slots=True)
class Services:
    """What cells say of services.

    sure       surely meant
    possible   meant too, or not
    unread     parts that mean nothing certain
    wide       some of them may mean anything, beyond `possible`
    blank, dash   nothing stands there; nothing but a dash
    """

    sure: tuple[Service, ...] = ()
    possible: tuple[Service, ...] = ()
    unread: tuple[str, ...] = ()
    wide: bool = False
    blank: bool = False
    dash: bool = False


def _ports(*values: int | tuple[int, int]) -> IntervalSet:
    return IntervalSet.of(*values)


def _tcp(*values: int | tuple[int, int]) -> tuple[Service, ...]:
    return (Service(6, _ports(*values)),)


def _udp(*values: int | tuple[int, int]) -> tuple[Service, ...]:
    return (Service(17, _ports(*values)),)


#: (surely, possibly): what a name means by itself; source: IANA, Service Name and Transport Protocol Port Number
#: Registry; for Windows "Service overview and network port requirements". Where usage differs, the rarer part is only possible.
NAMES: dict[str, tuple[tuple[Service, ...], tuple[Service, ...]]] = {
    "http": (_tcp(80), ()),
    "https": (_tcp(443), _udp(443)),
    "ssl": (_tcp(443), ()),
    "ssh": (_tcp(22), ()),
    "sftp": (_tcp(22), ()),
    "telnet": (_tcp(23), ()),
    "ftp": (_tcp(21), _tcp(20)),
    "smtp": (_tcp(25), ()),
    "smtps": (_tcp(465), ()),
    "submission": (_tcp(587), ()),
    "pop3": (_tcp(110), ()),
    "pop3s": (_tcp(995), ()),
    "imap": (_tcp(143), ()),
    "imaps": (_tcp(993), ()),
    "dns": (_udp(53), _tcp(53)),
    "domain": (_udp(53), _tcp(53)),
    "ntp": (_udp(123), ()),
    "snmp": (_udp(161), _udp(162)),
    "snmptrap": (_udp(162), ()),
    "snmp-trap": (_udp(162), ()),
    "syslog": (_udp(514), _tcp(514)),
    "ldap": (_tcp(389), _udp(389)),
    "ldaps": (_tcp(636), ()),
    "kerberos": (_tcp(88), _udp(88)),
    "smb": (_tcp(445), _tcp(139)),
    "cifs": (_tcp(445), _tcp(139)),
    "rdp": (_tcp(3389), _udp(3389)),
    "tftp": (_udp(69), ()),
    "radius": (_udp((1812, 1813)), _udp((1645, 1646))),
    "mysql": (_tcp(3306), ()),
    "postgresql": (_tcp(5432), ()),
    "mssql": (_tcp(1433), _udp(1434)),
    "oracle": (_tcp(1521), ()),
    "winrm": (_tcp((5985, 5986)), ()),
    "ping": ((Service(1, None, _ports(8)),), (Service(58, None, _ports(128)),)),
}  # fmt: skip

_TOKENS = re.compile(
    r"(?P<range>\d{1,5}\s*[-~]\s*\d{1,5}(?![\w.]))|(?P<number>\d{1,5}(?![\w.]))|(?P<star>\*)|(?P<word>[a-z][a-z0-9_+-]*|[^\W\d_]+)"
    r"|(?P<slash>/)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<gap>[\s,;:・&+]+)|(?P<other>.)"
)
_GLUED = re.compile(r"\b(tcp|udp|sctp)(?=\d)")
_FILLERS = frozenset(("port", "ports", "ポート", "番", "番ポート", "no", "プロトコル", "通信", "及び", "および", "と"))


@lru_cache(maxsize=4096)
def read_services(text: str) -> Services:
    """Return what a cell of services means."""
    whole = folded(text)
    if not whole:
        return Services(blank=True)
    if whole in _DASH:
        return Services(dash=True)
    if EXCEPT.search(whole):
        return Services(unread=(whole[:40],), wide=True)
    return _Reader(_GLUED.sub(r"\1 ", whole)).read()


def read_columns(protocol: str, port: str) -> Services:
    """Return what cells of protocols and of ports mean together.

    Where both hold several lines, line by line or each with each may be meant: the former is sure, the rest possible.
    """
    kinds, ports = folded(protocol), folded(port)
    if re.fullmatch(r"\d{1,3}", kinds):
        kinds = next((name for name, number in PROTOCOLS.items() if number == int(kinds)), f"protocol {kinds}")
    if not ports:
        return read_services(kinds)
    if not kinds or (re.search("[a-z]", ports) and not _only_any(ports)):
        both = read_services(port)
        return both if not kinds or both.sure else read_services(f"{kinds} {ports}")
    tops, bottoms = ([one for one in re.split(r"\n+", part) if one.strip()] for part in (kinds, ports))
    if len(tops) > 1 and len(tops) == len(bottoms):
        pairs = [read_services(_joined(top, bottom)) for top, bottom in zip(tops, bottoms, strict=True)]
        crossed = [read_services(_joined(top, bottom)) for top in tops for bottom in bottoms]
        return Services(
            tuple(one for pair in pairs for one in pair.sure),
            tuple(one for pair in (*pairs, *crossed) for one in (*pair.possible, *pair.sure)),
            tuple(one for pair in pairs for one in pair.unread),
            any(pair.wide for pair in pairs),
        )
    return read_services(_joined(kinds, ports))


def _only_any(text: str) -> bool:
    return text in _ANY or text == "*"


def _joined(kinds: str, ports: str) -> str:
    if kinds in _ANY and not _only_any(ports) and ports not in _DASH:
        return f"tcp/udp {ports}"
    if ports in _DASH or _only_any(ports):
        # "-" beside a protocol that has no ports says just that; beside one that has, it says nothing certain
        ported = re.search(r"\b(tcp|udp|sctp)\b", kinds)
        return f"{kinds} {'?' if ported and ports in _DASH else ''}".strip()
    slashed = re.sub(r"[\s,;]+", "/", kinds)
    return f"{slashed} {ports}"


class _Reader:
    """One pass over the tokens: protocols hold for the ports behind them, or, with a slash between, before them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sure: list[Service] = []
        self.possible: list[Service] = []
        self.unread: list[str] = []
        self.protocols: list[int] = []
        self.waiting: list[tuple[int, int]] = []  # ports that no protocol was named for yet
        self.assigned: list[tuple[int, int]] = []  # ports that the protocol behind them was given to: 53/tcp/udp
        self.before: tuple[int, int] | None = None  # the ports named last
        self.bare = False  # protocols that no port was named for yet
        self.named: tuple[int, int] | None = None  # what the name before a bracket added to sure and possible
        self.slash = False

    def read(self) -> Services:
        for count, token in enumerate(_TOKENS.finditer(self.text)):
            if count > MAX_PARTS:
                self.unread.append(self.text[token.start() : token.start() + 40])
                break
            kind, text = token.lastgroup, token[0]
            if kind in ("range", "number"):
                self._number(text)
            elif kind == "star" or (kind == "word" and text in _ANY):
                self._any()
            elif kind == "word":
                self._word(text)
            elif kind == "other":
                self.unread.append(text)
            if kind == "slash":
                self.slash = True
            elif kind != "gap" or not text.isspace():
                self.slash = False
            if kind == "gap" and not text.isspace():
                self.named = None
        self._close()
        wide = bool(self.unread)
        if self.waiting:
            self.possible += [Service(protocol, _ports(*self.waiting)) for protocol in (6, 17)]
            self.unread.append(self.text[:40])
        if not (self.sure or self.possible or self.unread):
            self.unread.append(self.text[:40])
            wide = True
        if self.unread:  # what could not be read may narrow what stands before it
            whole = [one for one in self.sure if one.ports is None and one.icmp_types is None]
            self.possible += whole
            self.sure = [one for one in self.sure if one not in whole]
        return Services(tuple(dict.fromkeys(self.sure)), tuple(dict.fromkeys(self.possible)), tuple(self.unread), wide)

    def _number(self, text: str) -> None:
        low, _, high = (part.strip() for part in re.sub("[-~]", "\0", text).partition("\0"))
        first, last = int(low), int(high or low)
        if not first <= last <= 65535:
            self.unread.append(text)
            return
        if self.named is not None:  # HTTPS(8443): the number says more than the name
            self.sure, self.possible = self.sure[: self.named[0]], self.possible[: self.named[1]]
            self.named = None
        if not self.protocols:
            self.waiting.append((first, last))
        for protocol in self.protocols:
            self._add(protocol, (first, last))
        self.bare, self.assigned = False, []

    def _add(self, protocol: int, pair: tuple[int, int]) -> None:
        self.before = pair
        if protocol in _PORTED:
            self.sure.append(Service(protocol, _ports(pair)))
        elif protocol in (1, 58) and pair[1] <= 255:
            self.sure.append(Service(protocol, None, _ports(pair)))
        else:
            self.unread.append(f"{protocol}/{pair[0]}")

    def _word(self, text: str) -> None:
        protocol = PROTOCOLS.get(text)
        if protocol is not None:
            self._protocol(protocol)
        elif text in NAMES:
            if self.bare and {one.protocol for one in NAMES[text][0]} <= set(self.protocols):  # ICMP(ping), TCP HTTP
                self.possible += [Service(protocol) for protocol in self.protocols]
                self.bare = False
            self._close()
            self.named = len(self.sure), len(self.possible)
            sure, possible = NAMES[text]
            self.sure += sure
            self.possible += possible
            self.protocols = [one.protocol for one in sure if one.protocol in _PORTED and one.protocol is not None]
            self.assigned = []
        elif text not in _FILLERS:
            self.unread.append(text)

    def _protocol(self, protocol: int) -> None:
        pairs = self.waiting or (self.assigned if self.slash else [])
        if self.named is not None:  # DNS(udp/53): what stands in the bracket says more than the name
            self.sure, self.possible = self.sure[: self.named[0]], self.possible[: self.named[1]]
            self.named, self.protocols, self.bare = None, [], False
        if pairs and (self.slash or not self.protocols):
            for pair in pairs:
                self._add(protocol, pair)
            self.waiting, self.assigned, self.protocols, self.bare = [], list(pairs), [], False
            return
        if self.slash and self.bare:
            self.protocols.append(protocol)
            return
        self._close()
        self.protocols, self.bare = [protocol], True

    def _any(self) -> None:
        if self.bare:  # "TCP any": every port
            self._close()
        else:
            self.sure.append(Service(None))

    def _close(self) -> None:
        """Protocols without a port mean all of them; behind ports, as in "3389/tcp,udp", they may mean those ports."""
        if not self.bare:
            return
        self.bare = False
        for protocol in self.protocols:
            if self.before is None or protocol not in _PORTED:
                self.sure.append(Service(protocol))
            else:
                self.possible.append(Service(protocol))
                self.sure.append(Service(protocol, _ports(self.before)))
