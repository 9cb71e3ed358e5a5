"""Static routes, VRFs, and whether the routing table is known.

Source: Cisco IOS IP Routing: Protocol-Independent Command Reference, "ip route", "ip route vrf", "ipv6 route": distance 1 unless
given; `track` withdraws a route; a route by an interface alone takes every destination as its neighbour; `Null0` discards.
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words, prefix6
from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.ios._interfaces import Interfaces
from segcheck.model.device import Route, RouteKind, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet


class Routing:
    """The static routes of one file; `known` unless something else fills the table."""

    def __init__(self, notes: Notes, interfaces: Interfaces) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self.routes: list[Route] = []
        self.written = False
        self.known = True

    def doubt(self, line: Line, why: str) -> None:
        """Record that something fills the routing table that the file does not show."""
        self.known = False
        self._notes.say(Code.ROUTING_UNKNOWN, Severity.WARNING, line, "routing", why=why)

    def protocol(self, line: Line) -> None:
        """Read `router PROTOCOL ...`: its routes are not in the file."""
        self._notes.mark_all(line, LineUse.IRRELEVANT)
        self._notes.mark(line, LineUse.APPROXIMATED)
        self.doubt(line, " ".join(line.words[:2]))

    def static(self, line: Line) -> None:
        """Read `ip route ...` or `ipv6 route ...`; interfaces have been read before."""
        self.written = True
        words = Words(line, 2)
        try:
            route = self._route(words, 4 if line.words[0] == "ip" else 6)
            words.end()
            if line.children:
                raise NotUnderstood(0)
        except ValueError:
            self._notes.unread(line, Scope.ROUTING, column=words.column)
            return
        self._notes.understood(line)
        if route is not None:
            self.routes.append(route)

    def _route(self, words: Words, family: int) -> Route | None:
        domain = words.take() if words.accept("vrf") else "default"
        to = self._target(words, family)
        interface, gateway = None, None
        word = words.take()
        if self._is_address(word, family):
            gateway = addresses.parse_one(word)
        elif word == "dhcp":
            self.doubt(words.line, "gateway by DHCP")
            words.at = len(words.line.words)
            return None
        else:
            interface = word
            if self._is_address(words.peek(), family):
                gateway = addresses.parse_one(words.take())
        distance, sure = 1, True
        while words.left:
            word = words.take()
            if word.isdecimal():
                distance = number(word, 1, 255)
            elif word == "track":
                number(words.take(), 1, 1000)
                sure = False
            elif word in ("name", "tag"):
                words.take()
            elif word not in ("permanent", "unicast"):
                raise NotUnderstood(words.at - 1)
        discards = interface is not None and interface.lower().replace(" ", "") == "null0"
        if interface is not None and not discards:
            port = self._interfaces.named(interface)
            if port is None:
                self._notes.undefined(words.line, "interface", interface, "routing", Severity.ERROR)
                raise NotUnderstood(0)
            if port.vrf != domain:  # from one routing domain into another
                raise NotUnderstood(0)
            interface = port.name
            # without an address on it the interface may be down, and takes the route along
            sure = sure and not port.volatile and not port.dynamic
            if not port.enabled:
                return None
        return Route(
            to=to,
            interface=None if discards else interface,
            gateway=None if discards else gateway,
            kind=RouteKind.DISCARD if discards else RouteKind.UNICAST,
            distance=distance,
            domain=domain,
            sure=sure,
            span=self._notes.span(words.line),
        )

    @staticmethod
    def _target(words: Words, family: int) -> IntervalSet:
        first = words.take()
        if family == 6:
            return prefix6(first)
        if "/" in first:
            text, _, length = first.partition("/")
            return addresses.prefix(v4(text), number(length, 0, 32))
        return addresses.netmask(first, words.take())

    @staticmethod
    def _is_address(word: str, family: int) -> bool:
        try:
            return addresses.family(addresses.parse_one(word)) == family
        except ValueError:
            return False
