"""Traffic to the device itself: who may log in by the VTY lines, and what else is known to listen.

Source: Cisco IOS Security Configuration Guide, "Controlling Access to a Virtual Terminal Line" (`access-class`; without
`vrf-also` connections from interfaces in a VRF are refused); Terminal Services Command Reference, "transport input" (its default
differs between releases); Control Plane Policing Implementation Guide. Interface lists apply before, as to every packet that
arrives. What nothing listens for counts as taken in: the device answers it itself. Only of the web server it is known where it
listens (`ip http port`, `ip http secure-port`), so that switching it off explicitly closes those ports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers._cisco.values import FAMILY, to_port
from segcheck.importers.ios._lists import Lists
from segcheck.importers.ios._relevance import LINE
from segcheck.model.device import LocalService, Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import ANYTHING, Expr, Field, Interface, conjunction, disjunction
from segcheck.model.rules import Action, Call, Continue, Deny, Permit, Rule, RuleList, SureAction, Unsure

_PROGRAMS = {"ssh": 22, "telnet": 23}
_IGNORED_TRANSPORTS = {"lapb-ta", "mop", "pad", "rlogin", "udptn", "v120", "acercon", "lat", "nasi"}
#: Commands that make the device listen: kind, protocol, port.
_LISTENING = {
    ("ip", "http", "server"): ("management", 6, 80),
    ("ip", "http", "secure-server"): ("management", 6, 443),
    ("snmp-server", "community"): ("management", 17, 161),
    ("snmp-server", "group"): ("management", 17, 161),
    ("ip", "dhcp", "pool"): ("dhcp-server", 17, 67),
    ("ip", "dns", "server"): ("dns-forwarder", 17, 53),
    ("tftp-server",): ("management", 17, 69),
    ("netconf-yang",): ("management", 6, 830),
    ("restconf",): ("management", 6, 443),
    ("ntp", "master"): ("ntp", 17, 123),
}
#: Where the web server listens, and the ports to which it is usually moved: nothing else listens there.
_WEB = {"server": (80, 8080), "secure-server": (443, 8443)}


@dataclass(slots=True)
class _Terminal:
    line: Line
    classes: dict[int, tuple[str, bool, Line]] = field(default_factory=dict)
    transports: frozenset[str] | None = None


class Local:
    """What one device takes in."""

    def __init__(self, notes: Notes, lists: Lists) -> None:
        self._notes = notes
        self._lists = lists
        self._terminals: list[_Terminal] = []
        self._policed: Line | None = None
        self._off: dict[str, Line] = {}
        self._moved = False
        self.services: dict[tuple[str, int, int], LocalService] = {}

    def line(self, line: Line) -> None:
        """Read `line con|aux|vty ...`."""
        kind = line.words[1] if len(line.words) > 1 else ""
        terminal = _Terminal(line)
        numbers = line.words[2:]
        if (
            kind not in ("vty", "con", "aux", "console", "tty")
            or not 1 <= len(numbers) <= 2
            or not all("".join(number.split("/")).isdecimal() for number in numbers)
        ):
            self._notes.unread(line, Scope.LOCAL)
            return
        self._notes.understood(line)
        for child in line.children:
            self._setting(terminal, child, kind)
        if kind == "vty":
            self._terminals.append(terminal)

    def _setting(self, terminal: _Terminal, line: Line, kind: str) -> None:
        words = line.words[1:] if line.words[0] == "no" else line.words
        plain = words is line.words and not line.children
        family = {"access-class": 4}.get(words[0], 6 if words[:2] == ("ipv6", "access-class") else 0)
        rest = words[1:] if family == 4 else words[2:]
        if (
            family
            and plain
            and kind == "vty"
            and len(rest) in (2, 3)
            and rest[1] == "in"
            and rest[2:] in ((), ("vrf-also",))
        ):
            terminal.classes[family] = rest[0], len(rest) == 3, line
            self._notes.understood(line)
        elif family and plain and len(rest) >= 2 and rest[1] == "out":
            self._notes.irrelevant(line)  # where the device's own users may go on to
        elif words[:2] == ("transport", "input") and plain and len(words) > 2:
            named = set(words[2:])
            if not named <= {"all", "none", *_PROGRAMS, *_IGNORED_TRANSPORTS}:
                self._notes.unread(line, Scope.LOCAL)
                return
            self._notes.understood(line)
            terminal.transports = frozenset(_PROGRAMS if "all" in named else named & _PROGRAMS.keys())
        elif words[0] in LINE or words[:2] in (("transport", "output"), ("transport", "preferred")):
            self._notes.irrelevant(line)
        else:
            self._notes.unread(line, Scope.LOCAL)

    def control_plane(self, line: Line) -> None:
        """Read `control-plane`: policing may drop what is for the device."""
        self._notes.understood(line)
        for child in line.children:
            if child.words[:2] == ("service-policy", "input") and len(child.words) == 3:
                self._notes.mark(child, LineUse.APPROXIMATED)
                self._policed = child
            elif child.words[0] not in ("service-policy", "exit", "no"):
                self._notes.unread(child, Scope.LOCAL)
            else:
                self._notes.irrelevant(child)

    def listens(self, line: Line) -> None:
        """Record the service that a command starts, if it is one of those known."""
        for words, (kind, protocol, port) in _LISTENING.items():
            if line.words[: len(words)] == words:
                span = self._notes.span(line)
                made = LocalService(
                    kind=kind, match=to_port(protocol, port), reoriginates=kind == "dns-forwarder", span=span
                )
                self.services.setdefault((kind, protocol, port), made)
                if words[:2] == ("ip", "http"):
                    self._off.pop(words[2], None)

        self._moved = self._moved or line.words[:3] in (("ip", "http", "port"), ("ip", "http", "secure-port"))

    def off(self, line: Line) -> bool:
        """Return whether the line is `no ip http server` or `no ip http secure-server`, and record it."""
        known = line.words[1:3] == ("ip", "http") and line.words[3:] in (("server",), ("secure-server",))
        if known:
            self._off[line.words[3]] = line
        return known

    # ---- giving out

    def list(self, vrfs: tuple[str, ...]) -> RuleList:
        """Return the list for packets to the device; `vrfs` are the interfaces that are in one."""
        rules: list[Rule] = []
        if self._policed is not None:
            span = self._notes.span(self._policed)
            rules.append(builtin("control-plane policing", ANYTHING, Unsure((Deny(), Continue())), span))
        if self._off.keys() == _WEB.keys() and not self._moved:
            for name, ports in _WEB.items():
                match = disjunction(*(to_port(6, port) for port in ports))
                rules.append(builtin(f"ip http {name} off", match, Deny(), self._notes.span(self._off[name])))
        if self._terminals:
            for program, port in _PROGRAMS.items():
                rules.extend(self._logins(program, port, vrfs))
            span = self._notes.span(self._terminals[0].line)
            logins: Expr = disjunction(*(to_port(6, port) for port in _PROGRAMS.values()))
            self.services[("vty", 6, 22)] = LocalService(kind="management", match=logins, span=span)
        return RuleList(name="ios/local", rules=tuple(rules), default=Permit(), builtin=True)

    def _logins(self, program: str, port: int, vrfs: tuple[str, ...]) -> Iterator[Rule]:
        """Yield who may log in by a program: any free line takes the caller."""
        for family, whole in FAMILY.items():
            actions: list[SureAction] = []
            only_global = False
            for terminal in self._terminals:
                if terminal.transports is not None and program not in terminal.transports:
                    continue
                if terminal.transports is None:
                    actions.append(Deny())
                asked, also = self._asked(terminal, family)
                actions.extend(asked)
                only_global = only_global or not also
            distinct = tuple(dict.fromkeys(actions)) or (Deny(),)
            match = conjunction(Field("src", whole), to_port(6, port))
            span = self._notes.span(self._terminals[0].line)
            if vrfs and only_global:
                doubt = Unsure((Deny(), Continue()))
                yield builtin(f"{program} from a VRF", conjunction(match, Interface("in", vrfs)), doubt, span)
            what: Action = distinct[0] if len(distinct) == 1 else Unsure(distinct)
            yield builtin(f"{program} IPv{family}", match, what, span)

    def _asked(self, terminal: _Terminal, family: int) -> tuple[tuple[SureAction, ...], bool]:
        """Return what a line may do with a caller, and whether it takes callers from a VRF."""
        asked = terminal.classes.get(family)
        if asked is None:
            return (Permit(),), True
        name, also, line = asked
        listed = self._lists.use(name, family, line, "local")
        if listed is None:  # what a line does with a list that does not exist, no source settles
            return (Permit(), Deny()), also
        return (Call(listed.name, goto=True),), also
