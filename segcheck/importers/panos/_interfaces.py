"""Interfaces, their addresses, zones and routers.

Source: Web Interface Help, "Network > Interfaces" and "Network > Zones"; Security Zone Overview: an interface must be assigned
to a zone before it can process traffic, and belongs to one zone only. Ethernet and aggregate interfaces hold their
sub-interfaces under `layer3 units`, with a VLAN tag; vlan, loopback and tunnel interfaces are units of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers.panos._addresses import Addresses
from segcheck.model.device import Interface, InterfaceAddress, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.sets.addresses import parse, parse_one

#: What an interface says that changes no verdict: speeds, discovery, neighbours, monitoring.
_PORT_IRRELEVANT = (
    "comment", "link-speed", "link-duplex", "lacp", "poe", "lldp", "description", "mtu", "adjust-tcp-mss", "netflow-profile",
    "arp", "ndp-proxy", "ddns-config", "untagged-sub-interface", "traffic-interface", "tag", "bonjour", "df-ignore",
    "anti-replay", "ndp", "bandwidth", "sdwan-link-settings", "interface-management-profile", "decrypt-forward",
    "link-tag", "forward-error-correction",
)  # fmt: skip
_V6_IRRELEVANT = ("neighbor-discovery", "interface-id", "dns-server")
_BRIDGES = ("virtual-wire", "layer2")
_OTHER = ("tap", "ha", "decrypt-mirror", "log-card", "aggregate-group")


class Interfaces:
    """The interfaces of one virtual system.

    all       Interface nouns in the order of the file
    profiles  interface -> name of its management profile
    zones     zone -> its interfaces
    complete  the file has interfaces, and their addresses could be read
    """

    def __init__(self, vsys: Vsys, addresses: Addresses, owned: frozenset[str] | None, *, shared_routers: bool) -> None:
        self._vsys = vsys
        self._addresses = addresses
        self.network = vsys.device.at("network")
        self.profiles: dict[str, str] = {}
        self.zones: dict[str, tuple[str, ...]] = {}
        self.external: list[str] = []
        self.protection: dict[str, str] = {}
        self.complete = self.network.has("interface")
        self._domains = self._members()
        self._found: dict[str, Interface] = {}
        self._read()
        self._zones()
        inside = {one for one in self._found if owned is None or one in owned}
        near = {self._domains[one] for one in inside if one in self._domains} if shared_routers else set()
        outside = [n for n in self._found if n not in inside and self._domains.get(n) in near]
        for name in outside:  # what happens there another virtual system decides
            line = self._found[name].span
            identity = vsys.notes.say(
                Code.UNSUPPORTED_LINE, Severity.WARNING, line.first if line else 0, f"interface {name}",
                text=f"interface {name} of another virtual system",
            )  # fmt: skip
            vsys.taint(Scope.INTERFACE, identity, name)
        self.all = tuple(self._zoned(self._found[n]) for n in self._found if n in inside or n in outside)
        self.by_name = {one.name: one for one in self.all}

    def _zoned(self, one: Interface) -> Interface:
        zone = next((name for name, members in self.zones.items() if one.name in members), "")
        return replace(one, zone=zone)

    def _members(self) -> dict[str, str]:
        """Return the routing domain of each interface that a virtual router, or a logical router's VRF, names."""
        found: dict[str, str] = {}
        for router in self.network.children.get("virtual-router", Node("")).children.values():
            for name in router.children.get("interface", Node("")).children:
                found[name] = router.word
        for router in self.network.children.get("logical-router", Node("")).children.values():
            for vrf in router.children.get("vrf", Node("")).children.values():
                for name in vrf.children.get("interface", Node("")).children:
                    found[name] = router.word if vrf.word == "default" else f"{router.word}/{vrf.word}"
        return found

    def _read(self) -> None:
        table = self.network.at("interface")
        for kind in ("ethernet", "aggregate-ethernet"):
            for entry in table.at(kind).entries():
                self._port(entry, kind)
        for kind in ("vlan", "loopback", "tunnel", "sdwan"):
            holder = table.at(kind)
            holder.ignore(w for w in (*_PORT_IRRELEVANT, "ip", "ipv6") if w not in ("ip", "ipv6") or kind == "vlan")
            for entry in holder.at("units").entries():
                self._layer3(entry.word, entry, kind, "")
                self._doubt(entry, entry.word)

    def _port(self, entry: Node, kind: str) -> None:
        entry.ignore(_PORT_IRRELEVANT)
        name, state = entry.word, "auto"
        try:
            state = entry.one("link-state", default="auto")
        except ValueError:
            self._tainted(entry, name)
        enabled = state != "down"
        if entry.has("layer3"):
            layer3 = entry.at("layer3")
            self._layer3(name, layer3, kind, "", enabled=enabled)
            for unit in layer3.at("units").entries():
                self._layer3(unit.word, unit, kind, name, enabled=enabled)
                self._doubt(unit, unit.word)
        for mode in _BRIDGES:
            if entry.has(mode):
                self._bridge(entry.at(mode), name, mode)
        for mode in _OTHER:
            if entry.has(mode):
                entry.at(mode).mark_all(LineUse.UNDERSTOOD)
                self._found.setdefault(name, Interface(name=name, kind=mode, span=self._vsys.notes.extent(entry)))
        self._doubt(entry, name)

    def _bridge(self, node: Node, name: str, mode: str) -> None:
        """Note a port that forwards frames by itself: what it does with packets is not modelled."""
        units = list(node.at("units").children)
        node.mark_all(LineUse.UNSUPPORTED)
        for one in (name, *units):
            span = self._vsys.notes.extent(node)
            self._found[one] = Interface(name=one, kind=mode, parent=name if one != name else "", span=span)
            identity = self._vsys.notes.say(
                Code.UNSUPPORTED_LINE, Severity.ERROR, node, f"interface {one}", text=f"{mode} interface {one}"
            )
            self._vsys.taint(Scope.INTERFACE, identity, one, node.first)

    def _layer3(self, name: str, node: Node, kind: str, parent: str, *, enabled: bool = True) -> None:
        found: list[InterfaceAddress] = []
        dynamic, vlan = False, None
        try:
            tag = node.one("tag") if parent and node.has("tag") else ""
            vlan = int(tag) if tag.isdecimal() and len(tag) < 5 else None
            for text in node.at("ip").children:
                node.at("ip", text).mark_all(LineUse.UNDERSTOOD)
                found.extend(self._address(text))
            ipv6 = node.at("ipv6")
            ipv6.ignore(_V6_IRRELEVANT)
            if ipv6.flag("enabled", default=bool(ipv6)) is not False:
                for entry in ipv6.at("address").entries():
                    found.extend(self._address(entry.word))
                    dynamic = (
                        dynamic or entry.has("prefix") or entry.flag("enable-on-interface", default=True) is not True
                    )
                    entry.mark_all(LineUse.UNDERSTOOD)
            for mode in ("dhcp-client", "pppoe", "dhcpv6-client", "inherited"):
                for holder in (node, ipv6):
                    if holder.has(mode):
                        dynamic = dynamic or holder.flag(mode, "enable", default=True) is not False
                        holder.at(mode).mark_all(LineUse.APPROXIMATED)
            profile = node.one("interface-management-profile")
            if profile:
                self.profiles[name] = profile
        except ValueError:
            self._tainted(node, name)
            self.complete = False
        node.ignore(_PORT_IRRELEVANT)
        if self._domains and name not in self._domains and found:
            self._tainted(node, name)  # it belongs to no router: where its packets go, no source says
        self._found[name] = Interface(
            name=name,
            addresses=tuple(found),
            domain=self._domains.get(name, "default" if not self._domains else f"no router: {name}"),
            vlan=vlan,
            parent=parent,
            kind=kind.removesuffix("-ethernet") if kind != "ethernet" else "ethernet",
            enabled=enabled,
            dynamic=dynamic,
            span=self._vsys.notes.extent(node),
        )

    def _address(self, text: str) -> Iterable[InterfaceAddress]:
        entry = self._vsys.find("address", text)
        if entry is not None:
            text = entry.one("ip-netmask")
        address, _, length = text.partition("/")
        value = parse_one(address)
        width = 32 if "." in address and ":" not in address else 128
        parse(f"{address}/{length or width}")
        yield InterfaceAddress(value, int(length) if length else width)

    def _tainted(self, node: Node, name: str) -> None:
        identity = self._vsys.bad_value(node, f"interface {name}")
        self._vsys.taint(Scope.INTERFACE, identity, name, node.first)

    def _doubt(self, node: Node, name: str) -> None:
        for identity in self._vsys.notes.sweep(node, f"interface {name}"):
            self.complete = False
            self._vsys.taint(Scope.INTERFACE, identity, name, node.first)

    def _zones(self) -> None:
        for entry in self._vsys.node.at("zone").entries():
            entry.ignore(
                ("enable-user-identification", "enable-device-identification", "user-acl", "device-acl", "tag")
            )
            network = entry.at("network")
            network.ignore(
                ("log-setting", "enable-packet-buffer-protection", "net-inspection", "prenat-identification")
            )
            members: list[str] = []
            for kind in ("layer3", "layer2", "virtual-wire", "tap", "tunnel"):
                members.extend(network.words(kind) if network.has(kind) else ())
            if network.has("external"):
                network.at("external").mark_all(LineUse.UNSUPPORTED)
                self.external.append(entry.word)
            try:
                profile = network.one("zone-protection-profile")
                if profile:
                    self.protection[entry.word] = profile
            except ValueError:
                self._vsys.bad_value(entry, f"zone {entry.word}")
            self.zones[entry.word] = tuple(members)
            # what is unread may name another interface, which is then in this zone
            self._vsys.doubt(entry, Scope.DEVICE)
        self._vsys.notes.sweep(self._vsys.node.at("zone"), "zones")
