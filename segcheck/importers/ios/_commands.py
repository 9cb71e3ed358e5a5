"""The global commands of a file, each given to whom it concerns; what nobody knows taints what it can affect.

Source: Cisco IOS Master Command List. Definitions are read before what refers to them, whatever the order in the file.
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.times import Times
from segcheck.importers.ios._entries import Entries
from segcheck.importers.ios._inspection import Inspection
from segcheck.importers.ios._interfaces import Interfaces
from segcheck.importers.ios._lists import Lists
from segcheck.importers.ios._local import Local
from segcheck.importers.ios._nat import Nat
from segcheck.importers.ios._objects import Objects
from segcheck.importers.ios._relevance import GLOBAL, irrelevant
from segcheck.importers.ios._routing import Routing
from segcheck.importers.ios._syntax import Tree
from segcheck.importers.ios._zones import Zones
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity

#: Commands inside a VRF that matter only to routing protocols.
_VRF_PLAIN = ("rd", "description", "route-target", "exit-address-family", "vnet", "vpn", "bgp", "mdt", "exit-vrf")


class Commands:
    """One file read: every part of it by what it is about.

    routing_on   by IP version: True and False if the file says so, None if it does not
    """

    def __init__(self, notes: Notes, tree: Tree) -> None:
        self.notes = notes
        self.objects = Objects(notes)
        self.times = Times(notes)
        self.lists = Lists(notes, Entries(notes, self.objects, self.times))
        self.interfaces = Interfaces(notes)
        self.routing = Routing(notes, self.interfaces)
        self.nat = Nat(notes, self.interfaces, self.lists)
        self.zones = Zones(notes, self.interfaces, self.lists)
        self.inspection = Inspection(notes, self.interfaces)
        self.local = Local(notes, self.lists)
        self.hostname = ""
        self.version = ""
        self.routing_on: dict[int, bool | None] = {4: None, 6: None}
        self.multicast = False
        self.switch = False
        self._vlan_filters: list[Line] = []
        self._policed: set[str] = set()
        for kind in (self._definition, self._command, self._reference):
            for line in tree.top:
                kind(line)
        self._vlans()
        self._bound_policies()

    # ---- in three passes: what others refer to, what stands for itself, what refers to interfaces

    def _definition(self, line: Line) -> None:
        words = line.words
        if words[0] == "object-group":
            self.objects.read(line)
        elif words[0] == "time-range":
            self.times.read(line)
        elif words[0] == "interface":
            self.interfaces.read(line)
        elif words[0] == "route-map":
            self.nat.route_map(line)
        elif words[:2] == ("policy-map", "type"):
            return
        elif words[0] == "policy-map" and any(one.words[0] == "drop" for one in line.walk()):
            self._policed.update(words[1:2])

    def _command(self, line: Line) -> None:
        words = line.words
        two, three = words[:2], words[:3]
        if words[0] in ("object-group", "time-range", "interface", "route-map") or two in (
            ("ip", "route"),
            ("ipv6", "route"),
        ):
            if three == ("ip", "route", "profile"):
                self.notes.irrelevant(line)
            return
        if words[0] == "access-list":
            self.lists.numbered(line)
        elif two in (("ip", "access-list"), ("ipv6", "access-list")):
            if not irrelevant(words, GLOBAL) and not self.lists.named(line):
                self.notes.unread(line, Scope.DEVICE)
        elif words[0] == "no":
            self._off(line)
        elif three == ("class-map", "type", "inspect"):
            self.zones.class_map(line)
        elif three == ("policy-map", "type", "inspect"):
            self.zones.policy_map(line)
        elif two == ("zone", "security"):
            self.zones.zone(line)
        elif words[0] == "zone-pair":
            self.zones.pair(line)
        elif two == ("ip", "port-map"):
            self.zones.port_map(line)
        elif two in (("ip", "inspect"), ("ipv6", "inspect")):
            self.inspection.read(line)
        elif two == ("ip", "nat"):
            self.nat.read(line)
        elif words[0] == "line":
            self.local.line(line)
        elif words[0] == "control-plane":
            self.local.control_plane(line)
        elif words[0] == "router" or two == ("ipv6", "router"):
            self.routing.protocol(line)
        else:
            self._plain(line)

    def _plain(self, line: Line) -> None:
        words = line.words
        if words[0] == "hostname" and len(words) == 2 and not line.children:
            self.hostname = words[1]
            self.notes.understood(line)
        elif words[0] == "version" and len(words) == 2 and not line.children:
            self.version = words[1]
            self.notes.understood(line)
        elif words == ("ip", "routing"):
            self.routing_on[4] = True
            self.notes.flat(line)
        elif words == ("ipv6", "unicast-routing"):
            self.routing_on[6] = True
            self.notes.flat(line)
        elif words[:2] in (("ip", "multicast-routing"), ("ipv6", "multicast-routing")):
            self.multicast = True
            self.notes.flat(line)
        elif words[:2] in (("ip", "vrf"), ("vrf", "definition")):
            self._vrf(line)
        elif words[:2] == ("vlan", "access-map"):
            self.notes.irrelevant(line)  # matters where `vlan filter` binds it
        elif words[:2] == ("vlan", "filter"):
            self._vlan_filters.append(line)
        elif words[:2] in (("ip", "local"), ("ipv6", "local")) and words[2:3] == ("policy",):
            self.notes.unsupported(line, Scope.ROUTING)
        elif words[:2] == ("ip", "default-gateway"):
            self.notes.irrelevant(line)  # of a device that does not route, for its own packets
        elif words[:2] == ("ip", "default-network"):
            self.notes.unsupported(line, Scope.ROUTING)
        elif words[0] in ("class-map", "policy-map") and words[1:2] == ("type",):
            known = irrelevant(words, GLOBAL) and words[2:3] in (
                ("control",),
                ("qos",),
                ("queueing",),
                ("access-control",),
            )
            self._settle(line, known=known)
        else:
            self._settle(line, known=irrelevant(words, GLOBAL))

    def _settle(self, line: Line, *, known: bool) -> None:
        if not known or line.indent:
            self.notes.unread(line, Scope.DEVICE)
            return
        self.local.listens(line)
        self.notes.irrelevant(line)
        if line.words[0] in ("vlan", "vtp", "switch"):  # routers have spanning-tree commands as well
            self.switch = True

    def _off(self, line: Line) -> None:
        words = line.words[1:]
        if words == ("ip", "routing"):
            self.routing_on[4] = False
            self.notes.flat(line)
        elif words == ("ipv6", "unicast-routing"):
            self.routing_on[6] = False
            self.notes.flat(line)
        elif words[:1] == ("access-list",) and len(words) == 2:
            self.lists.removed(words[1])
            self.notes.flat(line)
        elif words[:2] == ("ip", "access-list") and len(words) == 4:
            self.lists.removed(words[3])
            self.notes.flat(line)
        elif words[:2] == ("ipv6", "access-list") and len(words) == 3:
            self.lists.removed(words[2])
            self.notes.flat(line)
        elif self.local.off(line):
            self.notes.flat(line)
        elif words and irrelevant(words, GLOBAL):
            self.notes.irrelevant(line)
        elif words[:2] in (("ip", "multicast-routing"), ("ip", "default-gateway"), ("ip", "nat")) and words[2:3] != (
            "pool",
        ):
            known = words[:2] != ("ip", "nat") or words[2:3] == ("service",)
            if known:
                self.notes.irrelevant(line)
            else:
                self.notes.unread(line, Scope.DEVICE)
        else:
            self.notes.unread(line, Scope.DEVICE)

    def _reference(self, line: Line) -> None:
        if line.words[:2] in (("ip", "route"), ("ipv6", "route")) and line.words[2:3] != ("profile",):
            self.routing.static(line)

    # ---- what does not fit one part alone

    @property
    def routing_of_a_switch(self) -> bool:
        """Whether the device has ports of a switch, so that routing is off unless the file says so."""
        return self.switch or any(port.switched for port in self.interfaces.all.values())

    def _vrf(self, line: Line) -> None:
        self.notes.irrelevant(line)
        stack = list(line.children)
        while stack:
            child = stack.pop()
            word = child.words[0]
            if word == "address-family":
                stack.extend(child.children)
            elif word in ("import", "export", "maximum"):
                self.routing.doubt(child, "routes between VRFs")
            elif word not in _VRF_PLAIN:
                self.notes.unread(child, Scope.ROUTING)

    def _vlans(self) -> None:
        """Taint the VLAN interfaces whose VLAN has an access map, or a switch port with a list of its own."""
        for line in self._vlan_filters:
            vlans = _vlans(line.words[4]) if line.words[3:4] == ("vlan-list",) and len(line.words) == 5 else None
            identity = self.notes.told(line, "interface", code=Code.UNSUPPORTED_LINE)
            for port in self.interfaces.of_vlans(vlans):
                self.notes.taint(Scope.INTERFACE, identity, port.name, line)
        for port in self.interfaces.all.values():
            # ports of a switch are switched unless they say otherwise, and do not say that they are
            plain = not (port.addresses or port.dynamic or port.routed_said or port.vlan or port.volatile)
            switched = not port.routed or (plain and self.routing_of_a_switch)
            if not switched or not port.filters:
                continue
            for _, _, _, line in port.filters:
                identity = self.notes.told(line, f"interface {port.name}", code=Code.UNSUPPORTED_LINE)
                reached = None if port.trunk else frozenset((port.access_vlan,))
                for one in self.interfaces.of_vlans(reached):
                    self.notes.taint(Scope.INTERFACE, identity, one.name, line)

    def _bound_policies(self) -> None:
        """Taint interfaces whose service policy drops a class of packets."""
        for port in self.interfaces.all.values():
            for name in port.policies:
                if name in self._policed:
                    identity = self.notes.say(
                        Code.UNSUPPORTED_LINE,
                        Severity.ERROR,
                        port.line,
                        f"interface {port.name}",
                        text="service-policy ...",
                    )
                    self.notes.mark(port.line, LineUse.APPROXIMATED)
                    self.notes.taint(Scope.INTERFACE, identity, port.name, port.line)


def _vlans(text: str) -> frozenset[int] | None:
    """Return the VLANs of a list `10,20-22`, None if it is not one."""
    found: set[int] = set()
    for part in text.split(","):
        low, dash, high = part.partition("-")
        high = high if dash else low
        if not (low.isdecimal() and high.isdecimal() and 0 < int(low) <= int(high) < 4095):
            return None
        found.update(range(int(low), int(high) + 1))
    return frozenset(found)
