"""Traffic to the device itself: which of its services are off, and from where they may be reached.

Source: Yamaha Router Command Reference, `telnetd service`, `telnetd host`, `telnetd listen`, and the same for `sshd`
and `httpd`: hosts are `any`, `none`, `lan`, an interface or addresses. The filters of the interface apply before.
What nothing listens for counts as taken in: the device answers it itself. What the defaults are depends on model and
revision: a service without a line is not closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._words import number
from segcheck.importers.yamaha._notes import Notes, builtin
from segcheck.importers.yamaha._syntax import Line
from segcheck.importers.yamaha._values import TCP, UDP, Words, network
from segcheck.model.device import LocalService, Scope
from segcheck.model.match import Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import Continue, Deny, Permit, Rule, RuleList, Unsure
from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet

_DAEMONS = {"telnetd": 23, "sshd": 22, "httpd": 80, "sftpd": 22}
#: Other commands that open a service: their words, its kind, protocol, port, and whether it goes on in the device's own name.
_LISTENING: dict[tuple[str, ...], tuple[str, int, int, bool]] = {
    ("dns", "service", "recursive"): ("dns-forwarder", UDP, 53, True),
    ("dns", "service", "on"): ("dns-forwarder", UDP, 53, True),
    ("dhcp", "service", "server"): ("dhcp-server", UDP, 67, False),
    ("dhcp", "service", "relay"): ("dhcp-relay", UDP, 67, True),
    ("l2tp", "service", "on"): ("vpn-portal", UDP, 1701, True),
    ("pptp", "service", "on"): ("vpn-portal", TCP, 1723, True),
    ("snmp", "host"): ("management", UDP, 161, False),
    ("snmp", "community"): ("management", UDP, 161, False),
    ("tftp", "host"): ("management", UDP, 69, False),
    ("http", "proxy"): ("explicit-proxy", TCP, 8080, True),
    ("dns", "host"): ("dns-forwarder", UDP, 53, True),
}


@dataclass(slots=True)
class _Daemon:
    """A login service while it is read; `hosts` None when the file does not say."""

    port: int
    on: bool | None = None
    hosts: tuple[str, ...] | None = None
    line: Line | None = None
    moved: bool = False


@dataclass(slots=True)
class Local:
    """The services of one device."""

    notes: Notes
    services: list[LocalService] = field(default_factory=list)
    _daemons: dict[str, _Daemon] = field(default_factory=dict)

    def read(self, line: Line) -> bool:
        """Read the command if it is about a service of the device; whether it was."""
        words = line.words
        for start, (kind, proto, port, onward) in _LISTENING.items():
            if words[: len(start)] == start:
                if "none" not in words:
                    self._serve(kind, _to_port(proto, port), line, onward=onward)
                self.notes.understood(line)
                return True
        if words[0] not in _DAEMONS or words[1:2] not in (("service",), ("host",), ("listen",)):
            return False
        daemon = self._daemons.setdefault(words[0], _Daemon(_DAEMONS[words[0]]))
        reader = Words(line, 2)
        try:
            if words[1] == "service":
                daemon.on = {"on": True, "off": False}[reader.take()]
            elif words[1] == "listen":
                daemon.moved = number(reader.take(), 1, 65535) != daemon.port
            else:
                daemon.hosts = (reader.take(), *reader.rest())
            reader.end()
        except (ValueError, KeyError):
            self.notes.unread(line, Scope.LOCAL)
            return True
        daemon.line = line
        self.notes.understood(line)
        return True

    def _serve(self, kind: str, match: Expr, line: Line, *, onward: bool = False) -> None:
        self.services.append(LocalService(kind=kind, match=match, reoriginates=onward, span=self.notes.span(line)))

    def list(self) -> RuleList:
        """Return the list for packets to the device."""
        rules: list[Rule] = []
        for name, daemon in self._daemons.items():
            if daemon.line is None:
                continue
            match = _to_port(TCP, daemon.port)
            span = self.notes.span(daemon.line)
            if daemon.on is not False:
                self._serve("management", match, daemon.line)
            if daemon.moved or name == "sftpd":
                continue  # its usual port is nobody's then, or shared with another
            shared = name == "sshd" and "sftpd" in self._daemons
            if daemon.on is False and not shared:
                rules.append(builtin(f"{name} service off", match, Deny(), span))
            elif daemon.hosts is not None and not shared:
                rules.extend(_refused(name, match, daemon.hosts, span))
        return RuleList(name="yamaha/local", rules=tuple(rules), default=Permit(), builtin=True)


def _refused(name: str, match: Expr, hosts: tuple[str, ...], span: Span) -> list[Rule]:
    """Return what refuses callers that `host` does not name; a word that is not understood may admit anybody."""
    if "any" in hosts:
        return []
    admitted: list[Expr] = []
    unsure = False
    for word in hosts if hosts != ("none",) else ():
        if word.startswith("lan") and word[3:].isdecimal():
            admitted.append(Interface("in", (word,)))
            continue
        try:
            admitted.append(Field("src", network(word, 4)))
        except ValueError:
            unsure = True
    refused = conjunction(match, Not(disjunction(*admitted)))
    action = Unsure((Deny(), Continue())) if unsure else Deny()
    return [builtin(f"{name} host", refused, action, span)]


def _to_port(proto: int, port: int) -> Expr:
    return conjunction(Field("proto", IntervalSet.of(proto)), Field("dport", IntervalSet.of(port)))
