"""Static routes, and whether the routing table is known.

Source: Cisco ASA Series Command Reference, "route", "ipv6 route": distance 1 unless given, `track` withdraws a route, `tunneled`
is for decrypted traffic only, `Null0` discards; an interface that only manages has a routing table of its own since 9.5
(General Operations CLI Configuration Guide, "Routing Overview", "Routing Table for Management Traffic").
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words, prefix6
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._objects import Objects
from segcheck.model.device import Route, RouteKind, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet


class Routing:
    """The static routes of one file; `known` unless something else fills the table."""

    def __init__(self, notes: Notes, interfaces: Interfaces, objects: Objects) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._objects = objects
        self.routes: list[Route] = []
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
        """Read `route ...` or `ipv6 route ...`; interfaces have been read before."""
        family = 6 if line.words[0] == "ipv6" else 4
        words = Words(line, 2 if family == 6 else 1)
        try:
            self._route(words, family)
            words.end()
            if line.children:
                raise NotUnderstood(0)
        except ValueError:
            self._notes.unread(line, Scope.ROUTING, column=words.column)

    def _route(self, words: Words, family: int) -> None:
        interface = words.take()
        if family == 6:
            to = prefix6(words.take())
        else:
            base = addresses.text(self._zero(words.take()))
            to = addresses.netmask(base, addresses.text(self._zero(words.take())))
        discards = interface.lower() == "null0"
        gateway = None
        if words.left and not words.peek().isdecimal():
            gateway = self._objects.one(words.take())
            if addresses.family(gateway) != family:
                raise NotUnderstood(words.at - 1)
        elif not discards:
            raise NotUnderstood(words.at)
        distance, sure, tunneled = 1, True, False
        if words.peek().isdecimal():
            distance = number(words.take(), 1, 255)
        if words.accept("track"):
            number(words.take(), 1, 500)
            sure = False
        elif words.accept("tunneled"):
            tunneled = True
        port = self._interfaces.named(interface)
        if port is None and not discards:
            self._notes.undefined(words.line, "interface", interface, "routing", Severity.ERROR)
            raise NotUnderstood(1)
        words.end()
        self._notes.understood(words.line)
        if tunneled:
            self._notes.mark(words.line, LineUse.APPROXIMATED)
            self.doubt(words.line, "route for tunneled traffic")
            return
        if port is not None and not self._interfaces.enabled(port):
            return
        self.routes.append(
            Route(
                to=to,
                interface=None if discards else interface,
                gateway=None if discards else gateway,
                kind=RouteKind.DISCARD if discards else RouteKind.UNICAST,
                distance=distance,
                domain=self._interfaces.domain(port) if port is not None else "default",
                sure=sure and (port is None or not (port.tunnel or port.dynamic)),
                span=self._notes.span(words.line),
            )
        )

    def perhaps(self, to: IntervalSet, interface: str, line: Line) -> None:
        """Add routes to all addresses of a set, which may be there or not."""
        for low, high in to.ranges:
            while low <= high:
                width = 32 if addresses.family(low) == 4 else 128
                start = addresses.prefix(low, 0).min
                free = (low - start & -(low - start)).bit_length() - 1 if low > start else width
                size = min(free, (high - low + 1).bit_length() - 1)
                to_ = addresses.prefix(low, width - size)
                self.routes.append(Route(to=to_, interface=interface, sure=False, span=self._notes.span(line)))
                low += 1 << size

    def _zero(self, word: str) -> int:
        """Return an address or mask; a single 0 stands for all zeros."""
        return addresses.parse_one("0.0.0.0") if word == "0" else self._objects.one(word)
