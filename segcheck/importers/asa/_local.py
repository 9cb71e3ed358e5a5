"""Traffic to the device itself: management access, its rules, ICMP, and what else listens.

Source: Cisco ASA Series General Operations CLI Configuration Guide, "Management Access" (`ssh`, `http`, `telnet` name who may log
in by which interface, nobody else may); Firewall CLI Configuration Guide, "Access Rules" (management rules by `access-group ...
control-plane` have no implicit deny; what `ssh`, `http` or `telnet` permit comes in whatever they say), "ICMP rules" (`icmp`:
once an interface has one, the rest is denied); Command Reference, `http server enable` (off unless written), `http redirect`.
What nothing else decides counts as taken in: the device answers it itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers._cisco.values import FAMILY, Words, message, proto, to_port
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._objects import Objects
from segcheck.importers.asa._services import icmp_type
from segcheck.model.device import LocalService, Scope
from segcheck.model.match import ANYTHING, Expr, Field, Interface, conjunction
from segcheck.model.rules import Action, Call, Continue, Deny, Permit, Rule, RuleList, Unsure

_PORTS = {"ssh": 22, "telnet": 23, "http": 443}
#: Where the web server listens, and the ports to which it is usually moved: nothing else but a portal listens there.
_WEB = (80, 443, 8080, 8443)


class Local:
    """What one device takes in."""

    def __init__(self, notes: Notes, interfaces: Interfaces, objects: Objects) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._objects = objects
        self._access: list[tuple[str, Line, Expr]] = []
        self._icmp: dict[tuple[str, int], list[tuple[Line, Expr, bool]]] = {}
        self._web_port: int | None = None
        self.portal = False
        self.redirects = False
        self.services: dict[tuple[str, int, int, str], LocalService] = {}

    def access(self, line: Line) -> None:
        """Read `ssh|http|telnet ADDRESS MASK INTERFACE` or `... IPV6-PREFIX INTERFACE`."""
        words = Words(line, 1)
        try:
            source = self._source(words)
            name = words.take()
            words.end()
            if self._interfaces.named(name) is None or line.children:
                raise NotUnderstood(0)
        except ValueError:
            self._notes.unread(line, Scope.LOCAL, column=words.column)
            return
        self._notes.understood(line)
        self._access.append((line.words[0], line, conjunction(Interface("in", (name,)), source)))

    def _source(self, words: Words) -> Expr:
        if words.peek() in ("any", "any4", "any6"):
            word = words.take()
            return Field("src", FAMILY[6 if word == "any6" else 4])
        if words.peek() == "0":
            words.take()
            words.accept("0")
            return Field("src", FAMILY[4])
        return Field("src", self._objects.network(words))

    def icmp(self, line: Line) -> None:
        """Read `icmp permit|deny SOURCE [TYPE] INTERFACE`, or `ipv6 icmp ...`."""
        family = 6 if line.words[0] == "ipv6" else 4
        words = Words(line, 2 if family == 6 else 1)
        try:
            word = words.take()
            if word not in ("permit", "deny") or line.children:
                raise NotUnderstood(1)
            source = Field("src", FAMILY[family]) if words.accept("any") else Field("src", self._objects.network(words))
            kind: Expr = ANYTHING
            if self._interfaces.named(words.peek()) is None or words.at + 1 < len(line.words):
                found = icmp_type(words.take())[0 if family == 4 else 1]
                kind = message(number(str(found), 0, 255), -1)
            name = words.take()
            words.end()
            if self._interfaces.named(name) is None:
                raise NotUnderstood(words.at - 1)
        except ValueError:
            self._notes.unread(line, Scope.LOCAL, column=words.column)
            return
        self._notes.understood(line)
        protocol = proto(1 if family == 4 else 58)
        match = conjunction(Interface("in", (name,)), protocol, source, kind)
        self._icmp.setdefault((name, family), []).append((line, match, word == "permit"))

    def web(self, line: Line) -> None:
        """Read `http server enable [PORT]`."""
        port = line.words[3] if len(line.words) > 3 else "443"
        if len(line.words) > 4 or not port.isdecimal() or line.children:
            self._notes.unread(line, Scope.LOCAL)
            return
        self._notes.understood(line)
        self._web_port = min(int(port), 65535)

    def listens(self, kind: str, line: Line, protocol: int, port: int, *interfaces: str, again: bool = False) -> None:
        """Record a service of the device."""
        match = to_port(protocol, port)
        self.services.setdefault(
            (kind, protocol, port, "".join(interfaces)),
            LocalService(
                kind=kind, match=match, interfaces=interfaces, reoriginates=again, span=self._notes.span(line)
            ),
        )

    # ---- giving out

    def list(self, before: Iterable[Rule], controlled: dict[str, str], *, whole: bool) -> RuleList:
        """Return the list for packets to the device.

        before       what is asked first: tunnels reach other interfaces than the one by which they come (`management-access`)
        controlled   the lists of management rules by interface
        """
        rules: list[Rule] = [*before]
        for program, line, match in self._access:
            port = self._web_port if program == "http" else _PORTS[program]
            if port is None:
                continue
            action: Action = Permit()
            if program == "telnet":  # not by the least trusted interface, unless from a tunnel
                action = Unsure((Permit(), Continue()))
            own = conjunction(match, to_port(6, port))
            rules.append(builtin(f"{program} line {line.number}", own, action, self._notes.span(line)))
            self.listens("management", line, 6, port)
        for name, target in controlled.items():
            rules.append(builtin(f"management rules of {name}", Interface("in", (name,)), Call(target)))
        for (name, family), own_rules in self._icmp.items():
            for line, match, permits in own_rules:
                what = Permit() if permits else Deny()
                rules.append(builtin(f"icmp line {line.number}", match, what, self._notes.span(line)))
            protocol = proto(1 if family == 4 else 58)
            rules.append(builtin(f"icmp of {name}", conjunction(Interface("in", (name,)), protocol), Deny()))
        if whole:
            closed = [(program, _PORTS[program]) for program in ("ssh", "telnet")]
            if not self.portal:
                web = {*_WEB, self._web_port or 443} - ({80} if self.redirects else set())
                closed += [("web server", port) for port in sorted(web)]
            rules.extend(builtin(f"no other {program}", to_port(6, port), Deny()) for program, port in closed)
        return RuleList(name="asa/local", rules=tuple(rules), default=Permit(), builtin=True)
