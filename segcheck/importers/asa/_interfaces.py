"""Interfaces: name, security level, addresses, VLAN, and what else is bound to them.

Source: Cisco ASA Series General Operations CLI Configuration Guide, "Basic Interface Configuration", "VLAN Subinterfaces",
"Routed and Transparent Mode Interfaces": only an interface with `nameif` passes traffic; the level is 100 for the name inside and
0 for others unless written; `standby` is the address of the other unit; a `management-only` interface passes no through traffic.
Interfaces go by their `nameif`, as every other command calls them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words
from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.asa._relevance import INTERFACE, irrelevant
from segcheck.model.device import Interface, InterfaceAddress, LocalService, Scope
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING
from segcheck.sets import addresses

#: What an interface can carry besides plain forwarding, none of it modelled.
_UNMODELLED = {
    "bridge-group": Scope.DEVICE,
    "nve-only": Scope.DEVICE,
    "segment-id": Scope.DEVICE,
    "vtep-nve": Scope.DEVICE,
    "zone-member": Scope.ROUTING,
    "policy-route": Scope.ROUTING,
    "vrf": Scope.ROUTING,
}
#: The routing table of interfaces that only manage.
MANAGEMENT = "management-only"


@dataclass(slots=True)
class Port:
    """An interface while it is read; `level` None if it cannot be told."""

    hardware: str
    line: Line
    name: str = ""
    level: int | None = None
    level_said: bool = False
    addresses: list[InterfaceAddress] = field(default_factory=list)
    vlan: int | None = None
    enabled: bool = True
    dynamic: bool = False
    management: bool = False
    tunnel: bool = False
    comment: str = ""
    doubts: list[tuple[Line, bool]] = field(default_factory=list)


class Interfaces:
    """The interfaces of one file, in its order; `unread`: something about them was not understood."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.blocks: dict[str, Port] = {}
        self.all: dict[str, Port] = {}
        self.unread = False

    def read(self, line: Line) -> None:
        """Read one `interface HARDWARE`."""
        if len(line.words) != 2 or line.words[1] in self.blocks or line.words[1].upper().startswith("BVI"):
            self.unread = True
            for one in line.walk():
                self._notes.unread(one, Scope.DEVICE, code=Code.UNSUPPORTED_LINE)
            return
        port = self.blocks.setdefault(line.words[1], Port(line.words[1], line))
        self._notes.understood(line)
        lowered = port.hardware.lower()
        port.tunnel = lowered.startswith("tunnel")
        if lowered.startswith("vlan") and lowered[4:].isdecimal():
            port.vlan = int(lowered[4:])
        for child in line.children:
            self._command(port, child)
        self._settle(port)

    def _command(self, port: Port, line: Line) -> None:
        words = Words(line)
        known: bool | None
        if line.words == ("cts", "manual"):  # a mode of its own; Threat Defense prints it for every interface
            self._notes.irrelevant(line)
            return
        try:
            if line.children:
                raise NotUnderstood(0)
            known = self._read(port, words)
            if known:
                words.end()
        except ValueError:
            known = False
        if known:
            self._notes.understood(line)
        elif known is None and line.words[0] in _UNMODELLED:
            port.doubts.append((line, True))
        elif known is None and irrelevant(line.words, INTERFACE) and not line.children:
            self._notes.irrelevant(line)
        else:
            port.doubts.append((line, False))

    def _settle(self, port: Port) -> None:
        """Put the interface among the others, and taint what its unread commands can affect."""
        if not port.level_said:
            port.level = 100 if port.name == "inside" else 0
        if port.name and port.name in self.all:
            self._notes.unread(port.line, Scope.DEVICE)
        elif port.name:
            self.all[port.name] = port
        for line, known in port.doubts:
            self.unread = True
            port.level = None
            code = Code.UNSUPPORTED_LINE if known else Code.UNRECOGNISED_LINE
            scope = _UNMODELLED.get(line.words[0], Scope.INTERFACE) if known else Scope.INTERFACE
            if scope is Scope.INTERFACE and (not port.name or not known):
                # without a name nobody knows which interface it is; an unread command may be another name
                identity = self._notes.unread(line, Scope.DEVICE, code=code)
            else:
                identity = self._notes.unread(line, scope, port.name if scope is Scope.INTERFACE else "", code=code)
            if port.name:
                self._notes.taint(Scope.INTERFACE, identity, port.name, line)

    def _read(self, port: Port, words: Words) -> bool | None:
        """Return whether the command was read; None if it is none of those that are read.

        Raises:
            ValueError: it is one of them, and not understood.
        """
        off = bool(words.accept("no"))
        first = words.take()
        if first == "shutdown":
            port.enabled = off
            return True
        if off:
            if first in ("nameif", "security-level") or (first in ("ip", "ipv6") and words.accept("address")):
                return True
            return False if first in ("forward", "management-only") and words.left else None
        if first == "description":
            port.comment = " ".join(words.line.words[words.at :])[:200]
            words.at = len(words.line.words)
        elif first == "nameif":
            if port.name:
                raise NotUnderstood(0)
            port.name = words.take()
        elif first == "security-level":
            port.level, port.level_said = number(words.take(), 0, 100), True
        elif first == "vlan":
            port.vlan = number(words.take(), 1, 4094)
            if words.accept("secondary"):  # further VLANs that end here
                words.at = len(words.line.words)
        elif first == "management-only":
            words.accept("individual")
            port.management = True
        elif first in ("ip", "ipv6") and words.peek() == "address":
            words.take()
            self._address(port, words, 4 if first == "ip" else 6)
        else:
            return None
        return True

    @staticmethod
    def _address(port: Port, words: Words, family: int) -> None:
        first = words.take()
        if first in ("dhcp", "pppoe", "autoconfig"):
            port.dynamic = True
            words.at = len(words.line.words)
            return
        if family == 4:
            own, mask = v4(first), words.take()
            length = 32 - (addresses.netmask(first, mask).count.bit_length() - 1)
            if words.accept("standby"):
                v4(words.take())
            elif words.accept("pppoe"):
                words.accept("setroute")
            elif words.accept("cluster-pool"):
                words.take()
        else:
            text, slash, written = first.partition("/")
            own, length = addresses.parse_one(text), 128
            if addresses.family(own) != 6:
                raise NotUnderstood(words.at - 1)
            if slash:
                length = number(written, 0, 128)
            elif not words.accept("link-local"):
                raise NotUnderstood(words.at)
            if words.accept("eui-64"):  # the lower half comes from the hardware
                port.dynamic = True
                return
            if words.accept("standby"):
                addresses.parse_one(words.take())
            elif words.accept("cluster-pool"):
                words.take()
        port.addresses.append(InterfaceAddress(own, length))

    # ---- giving out

    def named(self, name: str) -> Port | None:
        """Return the interface of that name."""
        return self.all.get(name)

    def enabled(self, port: Port) -> bool:
        """Return whether neither the interface nor the port that it is a part of is shut down."""
        parent = self.blocks.get(port.hardware.partition(".")[0])
        return port.enabled and (parent is None or parent.enabled)

    def domain(self, port: Port) -> str:
        """Return the routing table that an interface uses."""
        return MANAGEMENT if port.management else "default"

    def made(self) -> tuple[Interface, ...]:
        """Return the interfaces that have a name; others pass no traffic."""
        return tuple(
            Interface(
                name=port.name,
                addresses=tuple(port.addresses),
                domain=self.domain(port),
                vlan=port.vlan,
                parent=port.hardware.partition(".")[0] if "." in port.hardware else "",
                kind="tunnel" if port.tunnel else "management" if port.management else "",
                enabled=self.enabled(port),
                dynamic=port.dynamic,
                comment=port.comment,
                span=self._notes.span(port.line),
            )
            for port in self.all.values()
        )

    def services(self) -> list[LocalService]:
        """Return the tunnels, which take packets in and send them on."""
        return [
            LocalService(
                kind="tunnel", match=ANYTHING, interfaces=(), reoriginates=True, span=self._notes.span(port.line)
            )
            for port in self.all.values()
            if port.tunnel
        ]
