"""Interfaces, zones, SD-WAN zones, switches and vdom-links.

Source: CLI Reference, "config system interface", "system zone", "system sdwan" (before 6.4 "system virtual-wan-link"),
"system vdom-link"; Administration Guide, "Interfaces" and "Zone". An interface belongs to the VDOM that it names, `root` if
it names none. A policy that names a zone means every member of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from segcheck.importers._unsure import unknown
from segcheck.importers.fortigate._notes import Notes, Vdom
from segcheck.importers.fortigate._relevance import INTERFACE_IRRELEVANT, IPV6_IRRELEVANT, ZONE_IRRELEVANT
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, NO_ADDRESS, network, number
from segcheck.model.device import Interface, InterfaceAddress, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Expr, conjunction, disjunction
from segcheck.model.match import Interface as AtInterface
from segcheck.sets.addresses import V4, prefix
from segcheck.sets.intervals import IntervalSet

#: Settings that make an interface do what no model here says; each taints the interface when it is not at its default.
_UNSUPPORTED = {
    "l2forward": "disable",
    "vlanforward": "disable",
    "broadcast-forward": "disable",
    "netbios-forward": "disable",
    "ips-sniffer-mode": "disable",
    "ident-accept": "disable",
    "wccp": "disable",
    "forward-domain": "0",
    "subst": "disable",
    "ipmac": "disable",
    "drop-fragment": "disable",
    "pptp-client": "disable",
    "external": "disable",
}
#: Settings of an interface, read here, that are one word.
_ONE_WORD = ("interface", "type", "vdom", "mode", "status", "security-mode", "src-check")
_SDWAN = ("system sdwan", "system virtual-wan-link")


class Wiring:
    """The interfaces of the whole file, read once; each VDOM asks for its own.

    table      the interfaces as written
    homeless   those of which it is not known to which VDOM they belong
    """

    def __init__(
        self, table: Node, links: Node, switches: Iterable[Node], notes: Notes, vdoms: Collection[str]
    ) -> None:
        self.table = table
        self.notes = notes
        self.links = links
        self.strange: set[str] = set()  # interfaces with an address that could not be read
        self.parents = {
            member: name for switch in switches for name, entry in switch.entries.items() for member in _members(entry)
        }
        self.parents.update((member, name) for name, entry in table.entries.items() for member in entry.names("member"))
        self.made = {name: self._interface(name, entry) for name, entry in table.entries.items()}
        self.homeless = tuple(name for name in table.entries if len(vdoms) > 1 and self._homeless(name, vdoms))

    def home(self, name: str) -> str:
        """Return the VDOM of an interface."""
        return self.table.entries[name].one("vdom", "root")

    def _homeless(self, name: str, vdoms: Collection[str]) -> bool:
        """Return whether no line that was read says to which VDOM an interface belongs."""
        entry = self.table.entries[name]
        if "vdom" in entry.values:
            return self.home(name) not in vdoms
        return any(node.unread for node in entry.walk()) or any(
            not value.used and key not in INTERFACE_IRRELEVANT for key, value in entry.values.items()
        )

    def _interface(self, name: str, entry: Node) -> Interface:
        addresses = list(self._addresses(name, entry))
        entry.words("vdom")
        dynamic = entry.one("mode", "static") != "static"
        ipv6 = entry.tables.get("ipv6")
        if ipv6 is not None:
            addresses.extend(self._ipv6(name, ipv6))
            dynamic = dynamic or ipv6.one("ip6-mode", "static") != "static" or ipv6.on("autoconf") is not False
        vlan: int | None = None
        if "vlanid" in entry.values:
            try:
                vlan = number(entry.one("vlanid"), 0, 4094)
            except ValueError:
                self._strange(name, entry, "vlanid")
        status = {"up": True, "down": False}.get(entry.one("status", "up"))
        vrf = entry.one("vrf", "0")
        if not vrf.isdecimal():
            self._strange(name, entry, "vrf")
        for key in _ONE_WORD:
            if len(entry.names(key)) > 1:
                self._strange(name, entry, key)
        return Interface(
            name=name,
            addresses=tuple(addresses),
            domain="default" if vrf == "0" else vrf,
            vlan=vlan,
            parent=entry.one("interface") or self.parents.get(name, ""),
            kind=entry.one("type", "vlan" if vlan else "physical"),
            peer=self._peer(name),
            enabled=status,
            dynamic=dynamic,
            comment=entry.one("description") or entry.one("alias"),
            span=self.notes.span(entry.first, entry.last),
        )

    def _peer(self, name: str) -> str:
        """Return the other end of a vdom-link: `config system vdom-link / edit X` makes X0 and X1 (NPU links likewise)."""
        if name[-1:] not in ("0", "1"):
            return ""
        other = name[:-1] + ("1" if name.endswith("0") else "0")
        declared = name[:-1] in self.links.entries or name.startswith("npu")
        return other if declared and other in self.table.entries else ""

    def _addresses(self, name: str, entry: Node) -> Iterable[InterfaceAddress]:
        yield from self._written(name, entry, "ip")
        yield from self._written(name, entry, "management-ip")
        if "secondaryip" in entry.tables and entry.on("secondary-IP") is not False:
            for inner in entry.tables["secondaryip"].entries.values():
                yield from self._written(name, inner, "ip")
        for inner in entry.table("vrrp").entries.values():
            if inner.on("status", True) is not False:
                yield from self._written(name, inner, "vrip")
                self.notes.approximate(inner, "vrip")  # it belongs to whichever of the group is master

    def _ipv6(self, name: str, node: Node) -> Iterable[InterfaceAddress]:
        yield from self._written(name, node, "ip6-address")
        for inner in node.table("ip6-extra-addr").entries.values():
            found = self._read(name, node, (inner.name,))
            if found:
                yield found

    def _written(self, name: str, entry: Node, key: str) -> Iterable[InterfaceAddress]:
        words = entry.words(key)
        if words and words[0].split("/")[0] not in NO_ADDRESS:
            found = self._read(name, entry, words, key)
            if found:
                yield found

    def _read(self, name: str, entry: Node, words: tuple[str, ...], key: str = "") -> InterfaceAddress | None:
        try:
            return InterfaceAddress(*network(words))
        except ValueError:
            self._strange(name, entry, key)
            return None

    def _strange(self, name: str, entry: Node, key: str) -> None:
        value = entry.values.get(key)
        line = value.line if value else entry.first
        if value:
            self.notes.mark(value.spans, LineUse.UNRECOGNISED)
        self.notes.say(
            Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, line, f"interface {name}", value=key, where=f"interface {name}"
        )
        self.strange.add(name)


class Interfaces:
    """The interfaces and zones of one VDOM, and what a policy means by their names."""

    def __init__(self, vdom: Vdom, wiring: Wiring, only: bool) -> None:
        self._vdom = vdom
        self._wiring = wiring
        self.zones: dict[str, tuple[str, ...]] = {}
        self.intrazone: dict[str, bool | None] = {}
        self.names = [name for name in wiring.table.entries if only or wiring.home(name) == vdom.name]
        self._read_zones()
        self._read_sdwan()
        zone_of = {member: zone for zone, members in self.zones.items() for member in members}
        self.all = tuple(replace(wiring.made[name], zone=zone_of.get(name, "")) for name in self.names)
        self.by_name = {interface.name: interface for interface in self.all}

    def match(self, side: str, names: tuple[str, ...], line: int = 0) -> Expr:
        """Return "the packet came in (or goes out) by one of these interfaces or zones"."""
        if names == ("any",):
            return ANYTHING
        members: dict[str, None] = {}
        open_ends = []
        if "any" in names:  # the device keeps only one of the two, and it is not settled which
            open_ends.append(unknown("any beside other interfaces", Code.VENDOR_REFUSES))
            names = tuple(name for name in names if name != "any")
        for name in names:
            if name in self.zones:
                members.update(dict.fromkeys(self.zones[name]))
                continue
            members[name] = None
            if name not in self.by_name:
                self._vdom.notes.say(
                    Code.UNDEFINED_NAME,
                    Severity.WARNING,
                    line,
                    f"interface {name}",
                    kind="interface or zone",
                    name=name,
                )
                open_ends.append(unknown(f"undefined interface or zone {name}", Code.UNDEFINED_NAME))
        known = AtInterface(side, tuple(members)) if members else NOTHING
        return disjunction(known, *open_ends) if open_ends else known

    def subnet(self, name: str) -> IntervalSet | None:
        """Return the IPv4 network of an interface's own address, None if it is not in the export."""
        interface = self.by_name.get(name)
        if interface is None or interface.dynamic:
            return None
        found = [prefix(a.address, a.length) for a in interface.addresses if a.address in V4]
        return found[0] if found else None

    def primary(self, names: tuple[str, ...], family: int) -> IntervalSet:
        """Return the first address of each of these interfaces; empty unless all are in the export."""
        found = []
        for name in names:
            port = self.by_name.get(name)
            own = [a.address for a in port.addresses if a.address in FAMILY[family]] if port else []
            if port is None or port.dynamic or not own:
                return IntervalSet.empty()
            found.append(own[0])
        return IntervalSet.of(*found)

    def allowing(self) -> Iterable[tuple[str, Expr, int]]:
        """Yield (zone, packets between its members, number of members) for each zone with `intrazone allow`."""
        for zone, allowed in self.intrazone.items():
            if allowed is not False:
                both = conjunction(AtInterface("in", self.zones[zone]), AtInterface("out", self.zones[zone]))
                doubt = () if allowed else (unknown(f"intrazone of zone {zone}", Code.VALUE_NOT_UNDERSTOOD),)
                yield zone, conjunction(both, *doubt), len(self.zones[zone])

    def finish(self) -> None:
        """Account for the lines of this VDOM's interfaces and zones; taint what was not read."""
        self._homeless()
        for name in self.names:
            entry = self._wiring.table.entries[name]
            for key, default in _UNSUPPORTED.items():
                value = entry.values.get(key)
                if value and entry.one(key, default) != default:
                    self._vdom.notes.mark(value.spans, LineUse.UNSUPPORTED)
                    identity = self._vdom.notes.say(
                        Code.UNSUPPORTED_LINE, Severity.ERROR, value.line, f"interface {name}", text=f"set {key}"
                    )
                    self._vdom.taint(Scope.INTERFACE, identity, name, value.line)
            before = len(self._vdom.taints)
            self._finish_parts(name, entry)
            self._vdom.doubt(entry, INTERFACE_IRRELEVANT, Scope.INTERFACE, name, tables=("ipv6", "secondaryip", "vrrp"))
            if name in self._wiring.strange:
                identity = self._vdom.notes.say(
                    Code.ROUTING_UNKNOWN, Severity.WARNING, entry.first, "routing", why=f"address of interface {name}"
                )
                self._vdom.taint(Scope.INTERFACE, identity, name, entry.first)
            for taint in [*self._vdom.taints.values()][before:]:
                self._spread(taint.diagnostic, entry)
        zones = self._vdom.table("system zone")
        for name, entry in zones.entries.items():
            self._vdom.doubt(entry, ZONE_IRRELEVANT, Scope.DEVICE, f"zone {name}")
        self._vdom.doubt(zones, (), Scope.DEVICE)

    def _spread(self, diagnostic: str, entry: Node) -> None:
        """Taint all that judges by an interface of which something was not read: its address, its access, its state."""
        self._vdom.taint(Scope.ROUTING, diagnostic, "", entry.first)
        self._vdom.taint(Scope.LOCAL, diagnostic, "", entry.first)
        for name in ("local-in", "local-in6"):
            self._vdom.taint(Scope.LIST, diagnostic, f"{self._vdom.name}/{name}", entry.first)

    def _homeless(self) -> None:
        """Taint this VDOM for every interface that may be its own."""
        for name in self._wiring.homeless:
            entry = self._wiring.table.entries[name]
            identity = self._vdom.notes.say(
                Code.VALUE_NOT_UNDERSTOOD,
                Severity.ERROR,
                entry.first,
                "device",
                value="vdom",
                where=f"interface {name}",
            )
            self._vdom.taint(Scope.DEVICE, identity, name, entry.first)
            self._spread(identity, entry)

    def _finish_parts(self, name: str, entry: Node) -> None:
        ipv6 = entry.tables.get("ipv6")
        if ipv6 is not None:
            for inner in ipv6.table("ip6-extra-addr").entries.values():
                self._vdom.doubt(inner, (), Scope.INTERFACE, name)
            extra = ipv6.tables.get("ip6-extra-addr")
            if extra:
                self._vdom.doubt(extra, (), Scope.INTERFACE, name)
            self._vdom.doubt(ipv6, IPV6_IRRELEVANT, Scope.INTERFACE, name, tables=("ip6-extra-addr",))
        for part in ("secondaryip", "vrrp"):
            table = entry.tables.get(part)
            if table is None:
                continue
            for inner in table.entries.values():
                self._vdom.doubt(inner, INTERFACE_IRRELEVANT, Scope.INTERFACE, name)
            self._vdom.doubt(table, (), Scope.INTERFACE, name)

    def _read_zones(self) -> None:
        for name, entry in self._vdom.table("system zone").entries.items():
            self.zones[name] = entry.names("interface")
            self.intrazone[name] = {"allow": True, "deny": False}.get(entry.one("intrazone", "deny"))

    def _read_sdwan(self) -> None:
        for path in _SDWAN:
            table = self._vdom.table(path)
            zones: dict[str, list[str]] = {name: [] for name in table.table("zone").entries}
            for member in table.table("members").entries.values():
                interface = member.one("interface")
                if interface:
                    zones.setdefault(member.one("zone", "virtual-wan-link"), []).append(interface)
            if table.spans:
                zones.setdefault("virtual-wan-link", [])
            for name, members in zones.items():
                self.zones.setdefault(name, tuple(members))


def _members(entry: Node) -> tuple[str, ...]:
    """Return the members of a software switch (`member`) or hardware switch (`config port`)."""
    return (*entry.names("member"), *entry.table("port").entries)
