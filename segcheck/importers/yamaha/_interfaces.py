"""Interfaces: addresses, VLANs, and what is bound to them.

Source: Yamaha Router Command Reference, "Interface names" (lanN, lanN/M for a tagged VLAN, vlanN for ports of a
divided LAN, pp and tunnel for the one that is selected), `ip INTERFACE address`, `vlan INTERFACE/M 802.1q`, `vlan
port mapping`, `pp enable`, `ip INTERFACE vrrp` (the virtual address belongs to one of several routers at a time), `ip
INTERFACE intrusion detection`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.yamaha._filters import Bound, numbers
from segcheck.importers.yamaha._notes import Notes
from segcheck.importers.yamaha._relevance import INTERFACE, irrelevant
from segcheck.importers.yamaha._syntax import Line
from segcheck.importers.yamaha._values import Words
from segcheck.model.device import Interface, InterfaceAddress, LocalService, Route, Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import ANYTHING
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_NAME = re.compile(r"lan\d{1,2}(?:[/.]\d{1,2})?|vlan\d{1,2}|bridge\d|loopback\d|onu\d|wan\d|tunnel\d{1,5}|pp|tunnel")
#: Addresses that stand in nobody's export.
_DYNAMIC4 = ("dhcp", "autoip", "pp")
#: Known, and not modelled: by what it can affect.
_UNMODELLED = {
    ("forward", "filter"): Scope.ROUTING,
    ("rebound",): Scope.INTERFACE,
    ("policy",): Scope.DEVICE,
    ("inbound", "filter"): Scope.INTERFACE,
    ("hold-routing",): Scope.ROUTING,
    ("pim",): Scope.INTERFACE,
    ("url", "filter"): Scope.INTERFACE,
}


@dataclass(slots=True)
class Port:
    """An interface while it is read.

    bound      by IP version and side
    sets       names of filter sets, by IP version
    enabled    None where the file does not say
    remotes    the address of the one host at its other end
    peers      hosts behind it get an address, and a route, when they connect
    """

    name: str
    line: Line
    addresses: list[InterfaceAddress] = field(default_factory=list)
    virtual: list[InterfaceAddress] = field(default_factory=list)
    vlan: int | None = None
    enabled: bool | None = True
    dynamic: bool = False
    remotes: list[tuple[int, Line]] = field(default_factory=list)
    peers: bool = False
    comment: str = ""
    bound: dict[tuple[int, str], Bound] = field(default_factory=dict)
    sets: dict[int, tuple[str, Line]] = field(default_factory=dict)
    nat: Line | None = None
    intrusions: list[tuple[str, Line]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return what it is, for people and for the topology."""
        if self.name.startswith("tunnel"):
            return "tunnel"
        if self.name.startswith("pp"):
            return "ppp"
        return "vlan" if self.vlan is not None or self.name.startswith("vlan") else ""


class Interfaces:
    """The interfaces of one file, in its order."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.all: dict[str, Port] = {}
        self.unread = False
        self.relays: list[Line] = []

    def named(self, word: str, line: Line) -> Port | None:
        """Return the interface that a word names where the line stands, made if it is new; None if it names none."""
        if not _NAME.fullmatch(word):
            return None
        if word in ("pp", "tunnel"):
            if not line.context.startswith(word):
                return None
            word = line.context
        return self.port(word, line)

    def port(self, name: str, line: Line) -> Port:
        """Return the interface of a name, made if it is new."""
        if name not in self.all:
            enabled = None if name.startswith(("pp", "tunnel")) else True
            self.all[name] = Port(name, line, enabled=enabled)
        return self.all[name]

    def command(self, line: Line, family: int) -> bool:
        """Read `ip INTERFACE ...` or `ipv6 INTERFACE ...`; False if the second word names no interface."""
        word = line.words[1] if len(line.words) > 1 else ""
        if not _NAME.fullmatch(word):
            return False
        port = self.named(word, line)
        if port is None:
            self._notes.unread(line, Scope.DEVICE)
            return True
        words = Words(line, 2)
        try:
            known = self._read(port, words, family)
            if known:
                words.end()
        except ValueError:
            self.unread = True
            self._notes.unread(line, Scope.INTERFACE, port.name, column=words.column)
            return True
        if known:
            self._notes.understood(line)
        elif irrelevant(line.words[2:], INTERFACE):
            self._notes.irrelevant(line)
        else:
            scope = next((s for k, s in _UNMODELLED.items() if line.words[2 : 2 + len(k)] == k), None)
            if scope is None:
                self.unread = True
                self._notes.unread(line, Scope.INTERFACE, port.name)
            else:
                self._notes.unsupported(line, scope, port.name if scope is Scope.INTERFACE else "")
        return True

    def _read(self, port: Port, words: Words, family: int) -> bool:
        """Return whether the command is one of those that are read.

        Raises:
            ValueError: it is one of them, and not understood.
        """
        first = words.take()
        if first in ("address", "secondary"):
            if first == "secondary" and words.take() != "address":
                raise NotUnderstood(words.at - 1)
            self._address(port, words, family)
            return True
        if first == "remote" and family == 4:
            if words.take() != "address":
                raise NotUnderstood(words.at - 1)
            if len(words.line.words) == words.at + 1 and words.peek()[:1].isdecimal():
                port.remotes.append((v4(words.take()), words.line))
            else:
                words.take()
                words.rest()
                port.peers = True
            return True
        if first == "prefix" and family == 6:  # the lower half comes from the hardware
            port.dynamic = port.dynamic or words.peek() != "change"
            words.rest()
            return True
        if first == "secure":
            if words.take() != "filter":
                raise NotUnderstood(words.at - 1)
            side = words.take()
            if side == "name":
                port.sets[family] = words.take(), words.line
            elif side in ("in", "out"):
                port.bound[family, side] = numbers(words)
            else:
                raise NotUnderstood(words.at - 1)
            return True
        if first == "nat" and family == 4:
            if words.take() != "descriptor":
                raise NotUnderstood(words.at - 1)
            words.rest()
            port.nat = words.line
            return True
        if first == "intrusion":
            return self._intrusion(port, words)
        if first == "vrrp" and family == 4 and words.peek() != "shutdown":
            number(words.take(), 1, 255)
            port.virtual.append(InterfaceAddress(v4(words.take()), -1))
            words.rest()
            return True
        if first == "dhcp" and words.peek() == "service":
            words.take()
            service = words.take()
            if service == "relay":
                self.relays.append(words.line)
            elif service == "client":
                port.dynamic = port.dynamic or family == 6
            words.rest()
            return True
        return False

    @staticmethod
    def _address(port: Port, words: Words, family: int) -> None:
        first = words.take()
        if (family == 4 and first in _DYNAMIC4) or (family == 6 and (first in ("auto", "dhcp") or "@" in first)):
            port.dynamic = True
            words.rest()
            return
        text, slash, length = first.partition("/")
        value = addresses.parse_one(text)
        if addresses.family(value) != family or not slash:
            raise NotUnderstood(words.at - 1)
        if "." in length:
            size = 32 - (addresses.netmask(text, length).count.bit_length() - 1)
        else:
            size = number(length, 0, 32 if family == 4 else 128)
        if words.peek() == "broadcast":
            words.rest()
        port.addresses.append(InterfaceAddress(value, size))

    @staticmethod
    def _intrusion(port: Port, words: Words) -> bool:
        """Read `intrusion detection SIDE [TYPE] on|off [reject=on]`: only what it rejects matters."""
        if words.take() != "detection":
            raise NotUnderstood(words.at - 1)
        rest = words.rest()
        if rest[:1] in (("notice-interval",), ("repeat-control",), ("report",), ("threshold",)):
            return True
        if rest[:1] not in (("in",), ("out",)):
            raise NotUnderstood(3)
        if "reject=on" in rest:
            port.intrusions.append((rest[0], words.line))
        return True

    # ---- commands with the interface elsewhere

    def vlan(self, line: Line) -> None:
        """Read `vlan lanN/M 802.1q vid=V [name=...]`, or `vlan port mapping lanN.M vlanK`."""
        words = line.words
        if words[1:3] == ("port", "mapping") and len(words) == 5 and _NAME.fullmatch(words[4]):
            self.port(words[4], line)
            self._notes.understood(line)
            return
        vid = next((word[4:] for word in words[3:] if word.startswith("vid=")), "")
        tagged = words[2:3] == ("802.1q",) and re.fullmatch(r"lan\d{1,2}/\d{1,2}", words[1])
        try:
            tag = number(vid if tagged else "", 1, 4094)
        except ValueError:
            self.unread = True
            self._notes.unread(line, Scope.DEVICE)
            return
        self.port(words[1], line).vlan = tag
        self._notes.understood(line)

    def enable(self, line: Line, words: tuple[str, ...]) -> None:
        """Read `pp enable N`, `pp disable N`, `tunnel enable N`, `tunnel disable N`; `words` are the command without a `no`."""
        kind, what = words[:2]
        name = words[2] if len(words) == 3 else ""
        if name == "all":
            for port in self.all.values():
                if port.name.startswith(kind):
                    port.enabled = what == "enable"
        elif name.isascii() and name.isdecimal():
            self.port(f"{kind}{int(name)}", line).enabled = what == "enable"
        elif name == "anonymous" and kind == "pp":
            self.port("pp-anonymous", line).enabled = what == "enable"
        else:
            self._notes.unread(line, Scope.DEVICE)
            return
        self._notes.understood(line)

    def description(self, line: Line) -> None:
        """Read `description [INTERFACE] TEXT`."""
        words = line.words[1:]
        port = self.named(words[0], line) if words else None
        if port is not None:
            port.comment = " ".join(words[1:]).strip('"')[:200]
        self._notes.mark(line, LineUse.UNDERSTOOD if port is not None else LineUse.IRRELEVANT)

    def selected(self, line: Line) -> None:
        """Read `pp select ...` or `tunnel select ...`."""
        if line.context == "?":
            self._notes.unread(line, Scope.DEVICE)
            return
        if line.context:
            self.port(line.context, line)
        self._notes.understood(line)

    def negotiated(self, line: Line) -> None:
        """Read `ppp ipcp ipaddress on`: the address comes from the other end."""
        if line.context.startswith("pp") and line.words[3:] in (("on",), ("off",)):
            port = self.port(line.context, line)
            port.dynamic = port.dynamic or line.words[3] == "on"
            self._notes.understood(line)
        else:
            self._notes.unread(line, Scope.DEVICE)

    # ---- giving out

    def made(self) -> tuple[Interface, ...]:
        """Return the interfaces."""
        return tuple(
            Interface(
                name=port.name,
                addresses=(*port.addresses, *_virtual(port)),
                vlan=port.vlan,
                parent=port.name.partition("/")[0] if "/" in port.name else "",
                kind=port.kind,
                enabled=port.enabled,
                dynamic=port.dynamic,
                comment=port.comment,
                span=self._notes.span(port.line),
            )
            for port in self.all.values()
        )

    def routes(self) -> list[Route]:
        """Return the routes to hosts at the other end of a line."""
        return [
            Route(to=IntervalSet.of(address), interface=port.name, span=self._notes.span(line))
            for port in self.all.values()
            for address, line in port.remotes
        ]

    def services(self) -> list[LocalService]:
        """Return what interfaces take in to send it on in the device's own name."""
        found = [
            LocalService(kind="tunnel", match=ANYTHING, reoriginates=True, span=self._notes.span(port.line))
            for port in self.all.values()
            if port.kind == "tunnel" or port.name == "pp-anonymous"
        ]
        found.extend(
            LocalService(kind="dhcp-relay", match=ANYTHING, reoriginates=True, span=self._notes.span(line))
            for line in self.relays
        )
        return found


def _virtual(port: Port) -> tuple[InterfaceAddress, ...]:
    """Return addresses shared with other routers, in the networks of the interface's own."""
    found = []
    for virtual in port.virtual:
        length = next(
            (own.length for own in port.addresses if virtual.address in addresses.prefix(own.address, own.length)), 32
        )
        found.append(InterfaceAddress(virtual.address, length))
    return tuple(found)
