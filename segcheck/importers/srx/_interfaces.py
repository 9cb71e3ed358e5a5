"""Interfaces, their addresses, zones and routing instances.

Source: Security Zones user guide ("Understanding Security Zones", "Understanding Functional Zones": an interface without a
zone drops what it gets; the functional zone `management` passes nothing on), Interfaces User Guide (units, VLAN tags, `irb`),
CLI Reference `routing-instances`. A zone names units; a name without a unit means unit 0. Ports of a switch carry no addresses
and are left out; the units of `irb` and `vlan` route for their VLANs. `fxp0` belongs to the routing engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.srx._addresses import width
from segcheck.importers.srx._relevance import FAMILY, PHYSICAL, UNIT, ZONE
from segcheck.model.device import Interface, InterfaceAddress, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.sets.addresses import parse_one, prefix

MANAGEMENT = "management"
_ENGINE = ("fxp0", "fxp1", "em0", "me0")
_TUNNELS = ("st0", "gr-", "ip-", "lt-", "mt-", "pp0", "dl0")
_ADDRESS_KEYS = (
    "primary",
    "preferred",
    "master-only",
    "arp",
    "broadcast",
    "eui-64",
    "web-authentication",
    "virtual-gateway-address",
)
_BRIDGES = ("bridge", "mpls", "ccc", "vpls", "tcc")


class Bound:
    """A stateless filter at an interface: `names` in their order, for one version and direction."""

    __slots__ = ("family", "interface", "names", "node", "side")

    def __init__(self, interface: str, family: int, side: str, names: tuple[str, ...], node: Node) -> None:
        self.interface = interface
        self.family = family
        self.side = side
        self.names = names
        self.node = node


class Interfaces:
    """The interfaces of the device.

    all        Interface nouns in the order of the file
    zones      zone -> its interfaces
    inbound    interface -> the node with `host-inbound-traffic` that holds for it
    screens    zone -> name of its screen
    filters    stateless filters as they are bound
    checked    interfaces with `rpf-check`
    complete   the file has interfaces, and their addresses could be read
    """

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self.zones: dict[str, tuple[str, ...]] = {}
        self.inbound: dict[str, Node] = {}
        self.screens: dict[str, str] = {}
        self.filters: list[Bound] = []
        self.checked: list[str] = []
        self.relays: list[str] = []
        self.functional: tuple[str, ...] = ()
        self.complete = vsys.node.has("interfaces")
        self.domains = self._members()
        self._vlans = self._tags()
        self._found: dict[str, Interface] = {}
        self._read()
        self._zones()
        zone_of = {name: zone for zone, members in self.zones.items() for name in members}
        self.all = tuple(replace(one, zone=zone_of.get(one.name, "")) for one in self._found.values())
        self.by_name = {one.name: one for one in self.all}

    def of_domain(self, domain: str) -> tuple[str, ...]:
        """Return the interfaces of a routing domain."""
        return tuple(one.name for one in self.all if one.domain == domain)

    def _members(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for instance in self._vsys.node.children.get("routing-instances", Node("")).children.values():
            for name in instance.children.get("interface", Node("")).children:
                found[unit(name)] = instance.word
        return found

    def _tags(self) -> dict[str, int]:
        """Return the VLAN of each routed VLAN interface; VLANs themselves are accounted for here."""
        found: dict[str, int] = {}
        table = self._vsys.node.at("vlans")
        for vlan in table.entries():
            tag = next(iter(vlan.children.get("vlan-id", Node("")).children), "")
            for name in vlan.children.get("l3-interface", Node("")).children:
                if tag.isdecimal() and len(tag) < 5:
                    found[name] = int(tag)
            bound = vlan.has("forwarding-options") or vlan.has("filter")
            if bound:
                self._vsys.unsupported(vlan, Scope.INTERFACE, f"filter of VLAN {vlan.word}"[:60], "*")
            vlan.mark_all(LineUse.UNDERSTOOD)
        return found

    # ---- interfaces

    def _read(self) -> None:
        table = self._vsys.node.at("interfaces")
        table.ignore(("traceoptions",))
        for entry in table.entries():
            entry.ignore(PHYSICAL)
            enabled = not entry.has("disable")
            entry.at("disable")
            for one in entry.at("unit").entries():
                self._unit(entry.word, one, enabled)
            self._doubt(entry, f"{entry.word}.*")
        self._vsys.doubt(table, Scope.DEVICE)

    def _unit(self, physical: str, node: Node, enabled: bool) -> None:
        name = f"{physical}.{node.word}"
        node.ignore(UNIT)
        enabled = enabled and not node.has("disable")
        node.at("disable")
        tag: int | None = self._vlans.get(name)
        try:
            text = node.one("vlan-id")
            tag = int(text) if text.isdecimal() and len(text) < 5 else tag
        except ValueError:
            self._tainted(node, name)
        families = node.at("family")
        switched = False
        for mode in _BRIDGES:
            if families.has(mode):  # forwards frames or labels past the policies
                self._vsys.unsupported(families.at(mode), Scope.DEVICE, f"family {mode} of {name}")
        if families.has("ethernet-switching"):
            switching = families.at("ethernet-switching")
            if switching.has("filter"):
                self._vsys.unsupported(switching.at("filter"), Scope.INTERFACE, f"filter of switch port {name}", "*")
            switching.mark_all(LineUse.UNDERSTOOD)
            switched = True
        families.ignore(("iso", "inet-vpn"))
        addresses: list[InterfaceAddress] = []
        dynamic = False
        for version, word in ((4, "inet"), (6, "inet6")):
            if not families.has(word):
                continue
            family = families.at(word)
            try:
                addresses.extend(self._addresses(family))
            except ValueError:
                self._tainted(family, name)
                self.complete = False
            dynamic = self._dynamic(family) or dynamic
            self._bound(name, version, family)
            if family.has("rpf-check"):
                family.at("rpf-check").mark_all(LineUse.APPROXIMATED)
                self.checked.append(name)
            family.ignore(FAMILY)
        if not switched or addresses:
            self._found[name] = Interface(
                name=name,
                addresses=tuple(addresses),
                domain=self.domains.get(name, MANAGEMENT if physical in _ENGINE else "default"),
                vlan=tag,
                parent=physical,
                kind=_kind(physical),
                enabled=enabled,
                dynamic=dynamic,
                span=self._vsys.notes.extent(node),
            )
        self._doubt(node, name)

    def _dynamic(self, family: Node) -> bool:
        found = False
        for word in ("dhcp", "dhcp-client", "negotiate-address", "unnumbered-address", "dhcpv6-client"):
            if family.has(word):
                family.at(word).mark_all(LineUse.APPROXIMATED)
                found = True
        return found

    def _addresses(self, family: Node) -> Iterator[InterfaceAddress]:
        for entry in family.at("address").entries():
            entry.ignore(_ADDRESS_KEYS)
            text, _, length = entry.word.partition("/")
            value = parse_one(text)
            size = int(length) if length.isdecimal() and len(length) < 4 else width(value)
            prefix(value, size)
            yield InterfaceAddress(value, size)
            for group in ("vrrp-group", "vrrp-inet6-group"):
                for one in entry.at(group).entries() if entry.has(group) else ():
                    for shared in one.words("virtual-address"):
                        yield InterfaceAddress(parse_one(shared), size)
                    one.mark_all(LineUse.APPROXIMATED)

    def _bound(self, name: str, version: int, family: Node) -> None:
        if not family.has("filter"):
            return
        holder = family.at("filter")
        holder.ignore(("group",))
        for side, keys in (("in", ("input", "input-list")), ("out", ("output", "output-list"))):
            names = tuple(word for key in keys if holder.has(key) for word in holder.words(key))
            if names:
                self.filters.append(Bound(name, version, side, names, holder))

    def _tainted(self, node: Node, name: str) -> None:
        identity = self._vsys.bad_value(node, f"interface {name}")
        self._vsys.taint(Scope.INTERFACE, identity, name, node.first)

    def _doubt(self, node: Node, name: str) -> None:
        for identity in self._vsys.notes.sweep(node, f"interface {name}"):
            self.complete = False
            self._vsys.taint(Scope.INTERFACE, identity, name, node.first)

    # ---- zones

    def _zones(self) -> None:
        zones = self._vsys.node.at("security", "zones")
        for zone in zones.at("security-zone").entries():
            zone.ignore(ZONE)
            if zone.has("advance-policy-based-routing-profile"):
                self._vsys.unsupported(
                    zone.at("advance-policy-based-routing-profile"), Scope.ROUTING, "policy-based routing"
                )
            members = list(self._of_zone(zone))
            try:
                screen = zone.one("screen")
            except ValueError:
                screen = "?"
            if screen:
                self.screens[zone.word] = screen
            self.zones[zone.word] = tuple(members)
        functional = zones.at("functional-zone")
        if functional:
            holder = functional.at("management")
            holder.ignore(("description", "screen"))
            self.functional = tuple(self._of_zone(holder))
            for name in self.functional:
                if name in self._found:
                    self._found[name] = replace(self._found[name], kind=MANAGEMENT)

    def settle(self) -> None:
        """Account for the zones, once all that they hold has been read."""
        zones = self._vsys.node.at("security", "zones")
        used = {id(node) for node in self.inbound.values()}
        for zone in zones.at("security-zone").entries():
            common = zone.at("host-inbound-traffic")
            if common and id(common) not in used:  # every interface of the zone has its own in its place
                common.mark_all(LineUse.IRRELEVANT)
            # what is unread may name another interface, which is then in this zone
            self._vsys.doubt(zone, Scope.DEVICE)
        self._vsys.doubt(zones, Scope.DEVICE)

    def _of_zone(self, zone: Node) -> Iterable[str]:
        common = zone.at("host-inbound-traffic")
        for entry in zone.at("interfaces").entries():
            names = [unit(entry.word)]
            if entry.word == "all":
                taken = {name for members in self.zones.values() for name in members}
                names = [n for n, one in self._found.items() if one.kind != MANAGEMENT and n not in taken]
                identity = self._vsys.notes.say(
                    Code.UNSUPPORTED_LINE, Severity.WARNING, entry, "interfaces", text="interfaces all of a zone"
                )
                self._vsys.taint(Scope.INTERFACE, identity, "*", entry.first)
                entry.take(LineUse.UNSUPPORTED)
            for name in names:
                own = entry.at("host-inbound-traffic") if entry.has("host-inbound-traffic") else common
                self.inbound[name] = own
                yield name


def unit(name: str) -> str:
    """Return the name of a unit; without one written it is unit 0."""
    return name if "." in name or name == "all" else f"{name}.0"


def _kind(physical: str) -> str:
    if physical in _ENGINE:
        return MANAGEMENT
    if physical.startswith(_TUNNELS):
        return "tunnel"
    if physical.startswith("lo"):
        return "loopback"
    return "vlan" if physical in ("irb", "vlan") else "ethernet"
