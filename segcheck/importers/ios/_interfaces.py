"""Interfaces: addresses, VLANs, VRFs, zones, and which lists and features are bound to them.

Source: Cisco IOS Interface and Hardware Component Command Reference; IP Addressing Command Reference, "ip address" (one primary
and any number of secondary addresses); First Hop Redundancy Protocols Configuration Guide (a virtual address belongs to one of
several routers at a time); Security Command Reference, "ip access-group" (without a direction: out; a list that does not exist
lets every packet pass), "ipv6 traffic-filter".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words
from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.ios._relevance import INTERFACE, irrelevant
from segcheck.model.device import Interface, InterfaceAddress, LocalService, Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import ANYTHING
from segcheck.sets import addresses

#: What a routed interface can carry besides plain forwarding, none of it modelled: whatever arrives or leaves is uncertain.
_UNMODELLED = {
    ("crypto", "map"): "IPsec decides what leaves",
    ("ip", "wccp"): "",
    ("ipv6", "wccp"): "",
    ("mac", "access-group"): "",
    ("bridge-group",): "",
    ("xconnect",): "",
    ("ip", "authentication-proxy"): "",
    ("ip", "admission"): "",
    ("ip", "ips"): "",
    ("service", "instance"): "",
    ("ip", "unnumbered"): "",
}
#: Kinds of addresses that stand in nobody's export.
_DYNAMIC = ("dhcp", "negotiated", "autoconfig", "pool")


@dataclass(slots=True)
class Port:
    """An interface while it is read.

    filters     (list name, IP version, side, command)
    switched    it is a port of a switch: what it carries belongs to a VLAN
    routed_said   `no switchport` says that it is none
    volatile    it is up only while somebody is at its other end
    """

    name: str
    line: Line
    addresses: list[InterfaceAddress] = field(default_factory=list)
    virtual: list[InterfaceAddress] = field(default_factory=list)
    vrf: str = "default"
    zone: str = ""
    vlan: int | None = None
    enabled: bool = True
    dynamic: bool = False
    switched: bool = False
    routed_said: bool = False
    comment: str = ""
    access_vlan: int = 1
    trunk: bool = False
    filters: list[tuple[str, int, str, Line]] = field(default_factory=list)
    inspects: list[tuple[str, str, Line]] = field(default_factory=list)
    nat: str = ""
    route_map: Line | None = None
    reverse_path: bool = False
    tunnel: bool = False
    volatile: bool = False
    relays: bool = False
    policies: list[str] = field(default_factory=list)

    @property
    def routed(self) -> bool:
        """Whether packets arrive and leave by it as far as IP goes."""
        return not self.switched


class Interfaces:
    """The interfaces of one file, in its order."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.all: dict[str, Port] = {}
        self._lowered: dict[str, Port] = {}
        self.unread = False

    def read(self, line: Line) -> None:
        """Read one `interface NAME`; a second block of the same name adds to the first."""
        name = "".join(line.words[1:])
        known_form = len(line.words) == 2 or (len(line.words) == 3 and line.words[2][:1].isdecimal())
        if line.words[2:] == ("point-to-point",) or line.words[2:] == ("multipoint",):
            name, known_form = line.words[1], True
        if not name or not known_form:
            self._notes.unread(line, Scope.DEVICE)
            return
        port = self.all.setdefault(name, Port(name, line))
        self._lowered.setdefault(name.lower(), port)
        self._notes.understood(line)
        lowered = name.lower()
        if lowered.startswith("vlan") and name[4:].isdecimal():
            port.vlan = int(name[4:])
        port.tunnel = lowered.startswith("tunnel")
        port.volatile = lowered.startswith(("tunnel", "virtual-", "dialer", "cellular"))
        for child in line.children:
            self._command(port, child)

    def _command(self, port: Port, line: Line) -> None:
        words = Words(line)
        try:
            if line.children and line.words[:1] != ("vrrp",):
                raise NotUnderstood(0)
            known = self._read(port, words)
            if known:
                words.end()
        except ValueError:
            known = False
        if known:
            self._notes.understood(line)
        elif line.words[:2] in _UNMODELLED or line.words[:1] in _UNMODELLED:
            self._doubt(port, line, supported=True)
        elif irrelevant(line.words, INTERFACE) and known is not False:
            self._notes.irrelevant(line)
        else:
            self._doubt(port, line, supported=False)

    def _doubt(self, port: Port, line: Line, *, supported: bool) -> None:
        self.unread = True
        code = Code.UNSUPPORTED_LINE if supported else Code.UNRECOGNISED_LINE
        self._notes.unread(line, Scope.INTERFACE, port.name, code=code)
        if line.words[:1] in (("bridge-group",), ("xconnect",), ("service",)):
            identity = self._notes.told(line, "device", code=code)
            self._notes.taint(Scope.DEVICE, identity, "", line)

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
        if first == "description" and not off:
            port.comment = " ".join(words.line.words[words.at :])[:200]
            words.at = len(words.line.words)
            return True
        if first == "switchport":
            return self._switchport(port, words, off=off)
        if first == "encapsulation" and words.peek().lower() in ("dot1q", "isl") and not off:
            words.take()
            port.vlan = number(words.take(), 1, 4094)
            words.accept("native")
            return True
        if first in ("ip", "ipv6"):
            return self._ip(port, words, 4 if first == "ip" else 6, off=off)
        if off:
            return None
        if first == "vrf" and words.accept("forwarding"):
            port.vrf = words.take()
            return True
        if first == "zone-member":
            if words.take() != "security":
                raise NotUnderstood(words.at - 1)
            port.zone = words.take()
            return True
        if first in ("standby", "vrrp", "glbp"):
            return self._redundant(port, words)
        if first == "tunnel":
            port.tunnel = True
            words.at = len(words.line.words)
            return True
        if first == "service-policy":
            words.accept("input", "output")
            port.policies.append(words.take())
            return True
        return None

    def _ip(self, port: Port, words: Words, family: int, *, off: bool) -> bool | None:
        word = words.take()
        if word == "address":
            if off:
                return not words.left or None
            self._address(port, words, family)
            return True
        if word == "directed-broadcast":
            if not off:
                raise NotUnderstood(words.at - 1)
            return True
        if off:
            return None
        if word in ("access-group", "traffic-filter"):
            name = words.take()
            side = words.take() if words.left or word == "traffic-filter" else "out"
            if side not in ("in", "out") or (word == "access-group") != (family == 4):
                raise NotUnderstood(words.at - 1)
            port.filters.append((name, family, side, words.line))
        elif word == "vrf" and words.accept("forwarding", "receive"):
            if words.line.words[2] == "receive":
                raise NotUnderstood(2)
            port.vrf = words.take()
        elif word == "nat" and family == 4:
            port.nat = words.take()
            if port.nat not in ("inside", "outside"):
                raise NotUnderstood(words.at - 1)
        elif word == "policy":
            words.accept("route-map")
            words.take()
            port.route_map = words.line
        elif word == "inspect":
            name, side = words.take(), words.take()
            if side not in ("in", "out"):
                raise NotUnderstood(words.at - 1)
            port.inspects.append((name, side, words.line))
        elif word == "virtual-reassembly" and "drop-fragments" in words.line.words:
            raise NotUnderstood(words.at)
        elif word == "verify" and words.peek() == "unicast":
            port.reverse_path = True
            words.at = len(words.line.words)
        elif word == "helper-address" or (word == "dhcp" and words.peek() == "relay" and family == 6):
            words.at = len(words.line.words)
            port.relays = True
        else:
            return None
        return True

    def _address(self, port: Port, words: Words, family: int) -> None:
        first = words.take()
        if first in _DYNAMIC:
            port.dynamic = True
            words.at = len(words.line.words)
            return
        if family == 4:
            if "/" in first:
                text, _, length = first.partition("/")
                port.addresses.append(InterfaceAddress(v4(text), number(length, 0, 32)))
            else:
                address, mask = v4(first), v4(words.take())
                block = addresses.netmask(first, words.line.words[words.at - 1])
                del mask
                port.addresses.append(InterfaceAddress(address, 32 - (block.count.bit_length() - 1)))
            words.accept("secondary")
            return
        if words.peek() == "link-local":
            words.take()
            port.addresses.append(InterfaceAddress(addresses.parse_one(first), 128))
            return
        text, slash, length = first.partition("/")
        address = addresses.parse_one(text)
        if not slash or addresses.family(address) != 6:
            raise NotUnderstood(words.at - 1)
        if words.accept("eui-64"):  # the lower half comes from the hardware
            port.dynamic = True
            return
        words.accept("anycast")
        port.addresses.append(InterfaceAddress(address, number(length, 0, 128)))

    def _redundant(self, port: Port, words: Words) -> bool:
        """Read the address of a redundancy group; everything else of it is about who answers for it."""
        rest = list(words.line.words[1:])
        if rest and rest[0].isdecimal():
            rest = rest[1:]
        for child in words.line.children:  # vrrp N address-family ipv4: address A primary
            if child.words[:1] == ("address",) and len(child.words) > 1:
                port.virtual.append(InterfaceAddress(addresses.parse_one(child.words[1]), -1))
            self._notes.mark_all(child, LineUse.APPROXIMATED)
        if rest[:1] == ["ip"] and len(rest) > 1:
            port.virtual.append(InterfaceAddress(v4(rest[1]), -1))
            if rest[2:] not in ([], ["secondary"]):
                raise NotUnderstood(3)
        elif rest[:1] == ["ipv6"] or (rest[:1] == ["ip"] and len(rest) == 1):
            port.dynamic = True
        words.at = len(words.line.words)
        return True

    @staticmethod
    def _switchport(port: Port, words: Words, *, off: bool) -> bool:
        if not words.left:
            port.switched, port.routed_said = not off, off
            return True
        port.switched = True
        if words.accept("access") and words.accept("vlan"):
            port.access_vlan = number(words.take(), 1, 4094)
            return True
        if words.line.words[1:] == ("mode", "trunk"):
            port.trunk = True
        words.at = len(words.line.words)
        return True

    # ---- giving out

    def named(self, name: str) -> Port | None:
        """Return the interface of that name, however its letters are written."""
        return self.all.get(name) or self._lowered.get(name.lower())

    def of_vlans(self, vlans: frozenset[int] | None) -> list[Port]:
        """Return the VLAN interfaces of these VLANs, None: of all."""
        return [
            p for p in self.all.values() if p.name.lower().startswith("vlan") and (vlans is None or p.vlan in vlans)
        ]

    def made(self) -> tuple[Interface, ...]:
        """Return the interfaces; ports of a switch carry no IP themselves and are left out."""
        return tuple(
            Interface(
                name=port.name,
                addresses=(*port.addresses, *_virtual(port)),
                domain=port.vrf,
                zone=port.zone,
                vlan=port.vlan,
                parent=port.name.partition(".")[0] if "." in port.name else "",
                kind="tunnel" if port.tunnel else "vlan" if port.vlan is not None else "",
                enabled=port.enabled,
                dynamic=port.dynamic,
                comment=port.comment,
                span=self._notes.span(port.line),
            )
            for port in self.all.values()
            if port.routed
        )

    def services(self) -> list[LocalService]:
        """Return what interfaces take in to send it on in the device's own name."""
        found = []
        for port in self.all.values():
            span = self._notes.span(port.line)
            if port.tunnel:
                found.append(LocalService(kind="tunnel", match=ANYTHING, interfaces=(), reoriginates=True, span=span))
            if port.relays:
                found.append(
                    LocalService(
                        kind="dhcp-relay", match=ANYTHING, interfaces=(port.name,), reoriginates=True, span=span
                    )
                )
        return found


def _virtual(port: Port) -> tuple[InterfaceAddress, ...]:
    """Return addresses shared with other routers, in the networks of the interface's own."""
    found = []
    for virtual in port.virtual:
        length = next(
            (own.length for own in port.addresses if virtual.address in addresses.prefix(own.address, own.length)), 0
        )
        if length:
            found.append(InterfaceAddress(virtual.address, length))
    return tuple(found)
