"""Service objects and groups, and the predefined ones.

Source: CLI Reference, "config firewall service custom" and "service group"; Administration Guide, "Services".
A port range is written `DST[-DST][:SRC[-SRC]]`. `protocol IP` with number 0 is any protocol; ICMP without a type is any
type; several ranges and protocols are joined by "or"; `iprange` narrows the destination.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._unsure import unknown
from segcheck.importers.fortigate._notes import Vdom, evaluate
from segcheck.importers.fortigate._relevance import table
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import NO_ADDRESS, number, ports, ranges
from segcheck.model.device import NamedObject
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, AnyOf, Condition, Expr, Field, Kind, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet

_OBJECTS, _GROUPS = "firewall service custom", "firewall service group"
#: Settings of services that say nothing about which packets match.
_IRRELEVANT = table(
    "text, display, or how long a session lives once it is open",
    "category comment color visibility uuid fabric-object tcp-halfclose-timer tcp-halfopen-timer",
    "tcp-timewait-timer tcp-rst-timer udp-idle-timer session-ttl check-reset-range proxy",
)
_PORTS = {"tcp-portrange": 6, "udp-portrange": 17, "sctp-portrange": 132, "udplite-portrange": 136}
_ALL_PORTS = IntervalSet.of((0, 65535))
_PROXY_ONLY = frozenset({"HTTP", "FTP", "CONNECT", "SOCKS", "SOCKS-TCP", "SOCKS-UDP"})

#: Predefined services, for exports that leave them out: name -> tcp, udp ranges or (protocol, number, type).
#: Facts of a factory-default FortiOS 6.4.4 configuration; the same in Administration Guide, "Predefined services".
PREDEFINED: dict[str, tuple[str, ...]] = {
    "ALL": ("ip:0",),
    "ALL_TCP": ("tcp:1-65535",),
    "ALL_UDP": ("udp:1-65535",),
    "ALL_ICMP": ("icmp",),
    "ALL_ICMP6": ("icmp6",),
    "AFS3": ("tcp:7000-7009", "udp:7000-7009"),
    "AH": ("ip:51",),
    "BGP": ("tcp:179",),
    "DCE-RPC": ("tcp:135", "udp:135"),
    "DHCP": ("udp:67-68",),
    "DHCP6": ("udp:546", "udp:547"),
    "DNS": ("tcp:53", "udp:53"),
    "ESP": ("ip:50",),
    "FINGER": ("tcp:79",),
    "FTP": ("tcp:21",),
    "FTP_GET": ("tcp:21",),
    "FTP_PUT": ("tcp:21",),
    "GOPHER": ("tcp:70",),
    "GRE": ("ip:47",),
    "H323": ("tcp:1720", "tcp:1503", "udp:1719"),
    "HTTP": ("tcp:80",),
    "HTTPS": ("tcp:443",),
    "IKE": ("udp:500", "udp:4500"),
    "IMAP": ("tcp:143",),
    "IMAPS": ("tcp:993",),
    "INFO_ADDRESS": ("icmp:17",),
    "INFO_REQUEST": ("icmp:15",),
    "IRC": ("tcp:6660-6669",),
    "KERBEROS": ("tcp:88", "tcp:464", "udp:88", "udp:464"),
    "L2TP": ("tcp:1701", "udp:1701"),
    "LDAP": ("tcp:389",),
    "LDAP_UDP": ("udp:389",),
    "MGCP": ("udp:2427", "udp:2727"),
    "MMS": ("tcp:1755", "udp:1024-5000"),
    "MS-SQL": ("tcp:1433", "tcp:1434"),
    "MYSQL": ("tcp:3306",),
    "NFS": ("tcp:111", "tcp:2049", "udp:111", "udp:2049"),
    "NNTP": ("tcp:119",),
    "NTP": ("tcp:123", "udp:123"),
    "ONC-RPC": ("tcp:111", "udp:111"),
    "OSPF": ("ip:89",),
    "PC-Anywhere": ("tcp:5631", "udp:5632"),
    "PING": ("icmp:8",),
    "PING6": ("icmp6:128",),
    "POP3": ("tcp:110",),
    "POP3S": ("tcp:995",),
    "PPTP": ("tcp:1723",),
    "RADIUS": ("udp:1812", "udp:1813"),
    "RADIUS-OLD": ("udp:1645", "udp:1646"),
    "RDP": ("tcp:3389",),
    "REXEC": ("tcp:512",),
    "RIP": ("udp:520",),
    "RLOGIN": ("tcp:513:512-1023",),
    "RSH": ("tcp:514:512-1023",),
    "RTSP": ("tcp:554", "tcp:7070", "tcp:8554", "udp:554"),
    "SAMBA": ("tcp:139",),
    "SCCP": ("tcp:2000",),
    "SIP": ("tcp:5060", "udp:5060"),
    "SIP-MSNmessenger": ("tcp:1863",),
    "SMB": ("tcp:445",),
    "SMTP": ("tcp:25",),
    "SMTPS": ("tcp:465",),
    "SNMP": ("tcp:161-162", "udp:161-162"),
    "SOCKS": ("tcp:1080", "udp:1080"),
    "SQUID": ("tcp:3128",),
    "SSH": ("tcp:22",),
    "SYSLOG": ("udp:514",),
    "TALK": ("udp:517-518",),
    "TELNET": ("tcp:23",),
    "TFTP": ("udp:69",),
    "TIMESTAMP": ("icmp:13",),
    "TRACEROUTE": ("udp:33434-33535",),
    "UUCP": ("tcp:540",),
    "VNC": ("tcp:5900",),
    "WAIS": ("tcp:210",),
    "WINFRAME": ("tcp:1494", "tcp:2598"),
    "WINS": ("tcp:1512", "udp:1512"),
    "X-WINDOWS": ("tcp:6000-6063",),
}
#: Predefined groups of the same source.
PREDEFINED_GROUPS = {
    "Email Access": ("DNS", "IMAP", "IMAPS", "POP3", "POP3S", "SMTP", "SMTPS"),
    "Web Access": ("DNS", "HTTP", "HTTPS"),
    "Windows AD": ("DCE-RPC", "DNS", "KERBEROS", "LDAP", "LDAP_UDP", "SAMBA", "SMB"),
    "Exchange Server": ("DCE-RPC", "DNS", "HTTPS"),
}


def proto(value: int) -> Expr:
    """Return "the packet is of this protocol"."""
    return Field("proto", IntervalSet.of(value))


def port_range(protocol: int, text: str) -> Expr:
    """Return the packets of `DST[-DST][:SRC[-SRC]]`.

    Raises:
        ValueError: it is written otherwise.
    """
    to, colon, origin = text.partition(":")
    terms = [proto(protocol), Field("dport", ports(to))]
    if colon and ports(origin) != _ALL_PORTS:
        terms.append(Field("sport", ports(origin)))
    return conjunction(*terms)


def icmp(protocol: int, kind: str, code: str) -> Expr:
    """Return the ICMP messages of a type and a code, each of which may be "" for any.

    Raises:
        ValueError: they are no numbers from 0 to 255.
    """
    terms = [proto(protocol)]
    if kind:
        terms.append(Field("icmp_type", IntervalSet.of(number(kind, 0, 255))))
        if code:
            terms.append(Field("icmp_code", IntervalSet.of(number(code, 0, 255))))
    return conjunction(*terms)


def _predefined(text: str) -> Expr:
    kind, _, rest = text.partition(":")
    if kind == "ip":
        return proto(int(rest)) if rest != "0" else ANYTHING
    if kind in ("icmp", "icmp6"):
        return icmp(1 if kind == "icmp" else 58, rest, "")
    return port_range(6 if kind == "tcp" else 17, rest)


class Services:
    """The service objects of one VDOM, by name."""

    def __init__(self, vdom: Vdom) -> None:
        self._vdom = vdom
        self._made: dict[str, Expr] = {}
        self._asked: set[str] = set()

    def resolve(self, name: str, line: int = 0) -> Expr:
        """Return the packets of a service or group; `line` is where it was used."""
        self._asked.add(name)
        notes = self._vdom.notes
        if not self._defined(name):
            if name in PREDEFINED or name in PREDEFINED_GROUPS:
                notes.say(
                    Code.DEFAULT_ASSUMED,
                    Severity.NOTE,
                    line,
                    f"service {name}",
                    what=f"service {name}",
                    value=" ".join(PREDEFINED.get(name, PREDEFINED_GROUPS.get(name, ()))),
                    version="6.4",
                )
            else:
                notes.say(Code.UNDEFINED_NAME, Severity.WARNING, line, f"service {name}", kind="service", name=name)
        return evaluate(name, self._made, self._members, self._build, self._cyclic)

    def any_of(self, names: Iterable[str], line: int = 0) -> Expr:
        """Return "the packet is of one of these services"."""
        names = tuple(names)
        found = {self.resolve(name, line): None for name in names if name != "ALL" or len(names) == 1}
        if len(names) > 1 and "ALL" in names:  # the device refuses this line
            found[unknown("ALL beside other services", Code.VENDOR_REFUSES)] = None
        return _joined(found)

    def finish(self) -> None:
        """Account for the lines of all services, and list them for `inspect`."""
        for path in (_OBJECTS, _GROUPS):
            for name, entry in self._vdom.table(path).entries.items():
                used = name in self._asked
                evaluate(name, self._made, self._members, self._build, self._cyclic)
                self._vdom.notes.finish(entry, _IRRELEVANT, f"service {name}")
                text = " ".join(f"{key}={' '.join(entry.values[key].words)}" for key in _PORTS if key in entry.values)
                self._vdom.objects.append(
                    NamedObject(
                        "service" if path == _OBJECTS else "service-group",
                        name,
                        text or entry.one("protocol") or " ".join(entry.names("member")),
                        "defined" if used else "unused",
                        self._vdom.notes.span(entry.first, entry.last),
                    )
                )
        for name in sorted(self._asked):
            if not self._defined(name):
                self._vdom.objects.append(NamedObject("service", name, "", "undefined"))

    def _defined(self, name: str) -> bool:
        return any(name in self._vdom.table(path).entries for path in (_OBJECTS, _GROUPS))

    def _members(self, name: str) -> tuple[str, ...]:
        if name in self._vdom.table(_OBJECTS).entries:
            return ()
        group = self._vdom.table(_GROUPS).entries.get(name)
        members = PREDEFINED_GROUPS.get(name, ()) if group is None else group.names("member")
        self._asked.update(members)
        return members

    def _build(self, name: str, members: list[Expr]) -> Expr:
        entry = self._vdom.table(_OBJECTS).entries.get(name)
        if entry is not None:
            return self._build_object(name, entry)
        group = self._vdom.table(_GROUPS).entries.get(name)
        if group is None:
            if name in PREDEFINED:
                return disjunction(*map(_predefined, PREDEFINED[name]))
            if name not in PREDEFINED_GROUPS:
                return unknown(f"undefined service {name}", Code.UNDEFINED_NAME)
        elif group.unread or _strange(group):
            return unknown(f"service group {name}", Code.UNRECOGNISED_LINE)
        if not members:
            line = group.first if group else 0
            self._vdom.notes.say(
                Code.EMPTY_GROUP, Severity.WARNING, line, f"service {name}", kind="service group", name=name
            )
            return unknown(f"empty service group {name}", Code.EMPTY_GROUP)
        return _joined(members)

    def _cyclic(self, name: str) -> Expr:
        where = f"service group {name}"
        group = self._vdom.table(_GROUPS).entries.get(name)
        if group is not None:
            self._vdom.notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, group.first, where, value=name, where=where)
            self._vdom.notes.mark(group.spans, LineUse.APPROXIMATED)
        return unknown(f"{where} contains itself", Code.VALUE_NOT_UNDERSTOOD)

    def _build_object(self, name: str, entry: Node) -> Expr:
        try:
            made = self._read(name, entry)
        except ValueError:
            self._vdom.notes.say(
                Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, f"service {name}", value=name, where="service"
            )
            return unknown(f"service {name}", Code.VALUE_NOT_UNDERSTOOD)
        if entry.unread or _strange(entry):
            return unknown(f"service {name}", Code.UNRECOGNISED_LINE)
        return made

    def _read(self, name: str, entry: Node) -> Expr:
        kind = entry.one("protocol", "TCP/UDP/SCTP").upper()
        entry.one("helper")
        terms: list[Expr] = []
        if kind.startswith("TCP/UDP"):
            for key, protocol in _PORTS.items():
                terms.extend(port_range(protocol, word) for word in entry.names(key))
            if not terms:
                raise ValueError("no port")
        elif kind == "IP":
            value = number(entry.one("protocol-number", "0"), 0, 254)
            terms.append(proto(value) if value else ANYTHING)
        elif kind in ("ICMP", "ICMP6"):
            terms.append(icmp(1 if kind == "ICMP" else 58, entry.one("icmptype"), entry.one("icmpcode")))
        elif kind == "ALL" and not entry.on("proxy"):
            terms.append(ANYTHING)
        elif kind in _PROXY_ONLY or kind == "ALL":
            for key in _PORTS:
                entry.words(key)
            return unknown(f"service {name} is one of the explicit proxy")
        else:
            raise ValueError(kind)
        return conjunction(disjunction(*terms), *self._narrowed(name, entry))

    def _narrowed(self, name: str, entry: Node) -> list[Expr]:
        terms: list[Expr] = []
        where = entry.one("iprange")
        if where.split("-")[0] not in NO_ADDRESS:
            terms.append(Field("dst", ranges(where)))
        if entry.one("fqdn"):
            terms.append(unknown(f"FQDN of service {name}", Code.DEPENDS_ON_OUTSIDE))
        if entry.one("app-service-type", "disable") != "disable":
            entry.names("app-category"), entry.names("application")
            terms.append(Condition(f"application of service {name}", Kind.LATER))
        return terms


def _joined(exprs: Iterable[Expr]) -> Expr:
    """Return the services joined by "or", each once."""
    terms = dict.fromkeys(term for one in exprs for term in (one.terms if isinstance(one, AnyOf) else (one,)))
    return ANYTHING if ANYTHING in terms else disjunction(*terms) if terms else NOTHING


def _strange(entry: Node) -> bool:
    """Whether a setting of a service was neither taken nor in the table of those that cannot matter."""
    stale = {"icmptype", "icmpcode", "protocol-number", *_PORTS}  # left over from another `protocol`: without effect
    for key in stale & entry.values.keys():
        entry.values[key].used = True
    return any(not value.used and key not in _IRRELEVANT for key, value in entry.values.items())
