"""Static routes, and whether the routing table is known.

Source: Yamaha Router Command Reference, `ip route`, `ipv6 route`: several gateways of a network share the load by
weight; a gateway with `filter` is for the packets of these filters alone; `hide` takes a route away while its line is
down, `keepalive` while nobody answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.yamaha._interfaces import Interfaces
from segcheck.importers.yamaha._notes import Notes
from segcheck.importers.yamaha._syntax import Line
from segcheck.importers.yamaha._values import Words, network
from segcheck.model.device import Route, RouteKind, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.sets import addresses
from segcheck.sets.addresses import V4, V6
from segcheck.sets.intervals import IntervalSet


@dataclass(slots=True)
class _Way:
    interface: str | None = None
    gateway: int | None = None
    kind: RouteKind = RouteKind.UNICAST
    metric: int = 1  # unless another is written
    sure: bool = True


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
        self._notes.mark(line, LineUse.APPROXIMATED)
        self._notes.add(
            Code.ROUTING_UNKNOWN, Severity.WARNING, self._notes.span(line), "routing", line.columns[0], why=why
        )

    def protocol(self, line: Line) -> None:
        """Read `ospf use on`, `rip use on`, `bgp use on` and their `off`."""
        if line.words[2:] == ("off",):
            self._notes.understood(line)
        else:
            self.doubt(line, f"{line.words[0]} use")

    def static(self, line: Line) -> None:
        """Read `ip route NETWORK gateway ...`; interfaces have been read before."""
        self.written = True
        words = Words(line, 2)
        family = 4 if line.words[0] == "ip" else 6
        try:
            to = self._target(words.take(), family)
            ways = self._ways(words, family)
        except ValueError:
            self._notes.unread(line, Scope.ROUTING, column=words.column)
            return
        if ways is None:
            return
        self._notes.understood(line)
        span = self._notes.span(line)
        for way in ways:
            self.routes.append(
                Route(
                    to=to,
                    interface=way.interface,
                    gateway=way.gateway,
                    kind=way.kind,
                    metric=way.metric,
                    sure=way.sure,
                    span=span,
                )
            )

    @staticmethod
    def _target(word: str, family: int) -> IntervalSet:
        if word == "default":
            return V4 if family == 4 else V6
        if "/" not in word or "-" in word:  # how long the mask is then depends on the class
            raise NotUnderstood(2)
        return network(word, family)

    def _ways(self, words: Words, family: int) -> list[_Way] | None:
        """Return the gateways, None for a route that was accounted for because it comes from elsewhere or is a policy."""
        ways: list[_Way] = []
        while words.left:
            if words.take() != "gateway":
                raise NotUnderstood(words.at - 1)
            way = _Way()
            if self._gateway(way, words, family):
                self.doubt(words.line, "gateway by DHCP")
                words.rest()
                return None
            while words.left and words.peek() != "gateway":
                word = words.take()
                if word == "filter":
                    self._notes.unsupported(words.line, Scope.ROUTING)
                    return None
                if word in ("metric", "weight", "keepalive"):
                    value = number(words.take(), 0, 2147483647)
                    way.metric = value if word == "metric" else way.metric
                    way.sure = way.sure and not (word == "keepalive" or (word == "weight" and value == 0))
                elif word == "hide":
                    way.sure = False
                else:
                    raise NotUnderstood(words.at - 1)
            ways.append(way)
        if not ways:
            raise NotUnderstood(words.at)
        return ways

    def _gateway(self, way: _Way, words: Words, family: int) -> bool:
        """Read where a gateway is; return whether it comes from elsewhere."""
        word = words.take()
        if word == "dhcp":
            words.take()
            return True
        if word in ("pp", "tunnel"):
            which = words.take()
            name = "pp-anonymous" if which == "anonymous" else f"{word}{number(which, 1, 65535)}"
            if which == "anonymous" and words.peek().startswith("name="):
                words.take()
            port = self._interfaces.port(name, words.line)
            way.interface, way.sure = name, port.enabled is not False and which != "anonymous"
        elif word == "null":
            way.kind = RouteKind.DISCARD
        elif word.startswith("loopback") and word[8:].isdecimal():
            way.interface, way.sure = self._interfaces.port(word, words.line).name, False
        else:
            text, zone, link = word.partition("%")
            value = addresses.parse_one(text)
            if addresses.family(value) != family:
                raise NotUnderstood(words.at - 1)
            way.gateway = value
            if zone:
                if link not in self._interfaces.all:
                    raise NotUnderstood(words.at - 1)
                way.interface = link
        return False
