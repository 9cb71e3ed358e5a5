"""The global commands of a file, each given to whom it concerns; what nobody knows taints what it can affect.

Source: Cisco ASA Series Command Reference. Definitions are read before what refers to them, whatever the order in the file.
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.times import Times
from segcheck.importers.asa._entries import Entries
from segcheck.importers.asa._inspection import Inspection
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._lists import Lists
from segcheck.importers.asa._local import Local
from segcheck.importers.asa._nat import Nat
from segcheck.importers.asa._objects import Objects
from segcheck.importers.asa._relevance import GLOBAL, irrelevant
from segcheck.importers.asa._routing import Routing
from segcheck.importers.asa._syntax import VERSION, Tree
from segcheck.importers.asa._tunnels import Tunnels
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse

#: Commands that are known and not modelled, and what they can affect.
_UNMODELLED = {
    ("firewall", "transparent"): Scope.DEVICE,
    ("established",): Scope.DEVICE,
    ("context",): Scope.DEVICE,
    ("mode", "multiple"): Scope.DEVICE,
    ("global",): Scope.DEVICE,
    ("static",): Scope.DEVICE,
    ("nat-control",): Scope.DEVICE,
    ("alias",): Scope.DEVICE,
    ("fixup",): Scope.DEVICE,
    ("conduit",): Scope.DEVICE,
    ("apply",): Scope.DEVICE,
    ("outbound",): Scope.DEVICE,
    ("ipv6", "access-list"): Scope.DEVICE,
    ("nve",): Scope.DEVICE,
    ("vxlan",): Scope.DEVICE,
    ("event", "manager"): Scope.DEVICE,
    ("shun",): Scope.DEVICE,
    ("zone",): Scope.ROUTING,
    ("vrf",): Scope.ROUTING,
    ("wccp",): Scope.DEVICE,
    ("aaa", "authentication"): Scope.DEVICE,
    ("aaa", "authorization"): Scope.DEVICE,
    ("vpnclient",): Scope.DEVICE,
}
_ROUTERS = ("router", "isis")


class Commands:
    """One file read: every part of it by what it is about.

    version     of the software as (major, minor), None if the file does not say; of Threat Defense `threat_defense` holds
    """

    def __init__(self, notes: Notes, tree: Tree) -> None:
        self.notes = notes
        self.objects = Objects(notes)
        self.times = Times(notes)
        self.interfaces = Interfaces(notes)
        self.entries = Entries(notes, self.objects, self.interfaces, self.times)
        self.lists = Lists(notes, self.entries, self.interfaces)
        self.routing = Routing(notes, self.interfaces, self.objects)
        self.nat = Nat(notes, self.interfaces, self.objects)
        self.inspection = Inspection(notes)
        self.local = Local(notes, self.interfaces, self.objects)
        self.tunnels = Tunnels(notes, self.interfaces, self.routing, self.local)
        self.hostname = ""
        self.version: tuple[int, int] | None = None
        self.version_text = ""
        self.threat_defense = False
        self.inter_interface = False
        self.intra_interface = False
        self.multicast = False
        self.reverse_path: set[str] = set()
        for line in tree.top:
            if line.words[0] == "name" and not line.indent:
                self.objects.alias(line)
        for kind in (self._definition, self._command):
            for line in tree.top:
                if not line.indent:
                    kind(line)
                elif kind == self._command:
                    notes.unread(line, Scope.DEVICE)

    def _definition(self, line: Line) -> None:
        if line.words[0] in ("object", "object-group"):
            self.objects.read(line)
        elif line.words[0] == "time-range":
            self.times.read(line)
        elif line.words[0] == "interface":
            self.interfaces.read(line)
        elif _map_entry(line):
            self.tunnels.entry(line)

    def _command(self, line: Line) -> None:
        words = line.words
        first, two = words[0], words[:2]
        if first in ("object", "object-group", "time-range", "interface", "name"):
            return
        if VERSION.match(line.text):
            self._version(line)
        elif first == "hostname" and len(words) == 2:
            self.hostname = words[1]
            self.notes.flat(line)
        elif first == "access-list" and not irrelevant(words, GLOBAL):
            self.lists.read(line)
        elif first == "access-group":
            self.lists.bind(line)
        elif first == "nat":
            self.nat.read(line)
        elif first == "route" or two == ("ipv6", "route"):
            self.routing.static(line)
        elif first in _ROUTERS or two == ("ipv6", "router"):
            self.routing.protocol(line)
        elif first == "same-security-traffic":
            self._same_security(line)
        elif first == "no":
            self._off(line)
        elif first == "class-map" and len(words) == 2:
            self.inspection.class_map(line)
        elif first == "policy-map" and len(words) == 2:
            self.inspection.policy_map(line)
        elif first == "service-policy":
            self.inspection.service_policy(line)
        elif first == "crypto":
            self._crypto(line)
        else:
            self._to_device(line)

    def _to_device(self, line: Line) -> None:
        words = line.words
        self.local.redirects = self.local.redirects or words[:2] == ("http", "redirect")
        if words[:3] == ("http", "server", "enable"):
            self.local.web(line)
        elif words[0] in ("ssh", "telnet", "http") and not irrelevant(words, GLOBAL):
            self.local.access(line)
        elif words[:2] in (("icmp", "permit"), ("icmp", "deny")) or words[:3] in (
            ("ipv6", "icmp", "permit"),
            ("ipv6", "icmp", "deny"),
        ):
            self.local.icmp(line)
        elif words[:3] == ("ip", "local", "pool") and not line.children:
            self.tunnels.pool(line)
        elif words[0] == "webvpn":
            self._portal(line)
        elif words[:2] == ("dhcpd", "enable") and len(words) == 3:
            self.notes.flat(line)
            self.local.listens("dhcp-server", line, 17, 67, words[2])
        elif words[:2] == ("dhcpd", "address"):
            self.notes.irrelevant(line)
        elif words[:2] in (("dhcprelay", "server"), ("dhcprelay", "enable")):
            self.notes.flat(line)
            if words[1] == "enable":
                self.local.listens("dhcp-relay", line, 17, 67, *words[2:3], again=True)
        elif words[0] == "multicast-routing":
            self.multicast = True
            self.notes.flat(line)
        elif words[:4] == ("ip", "verify", "reverse-path", "interface") and len(words) == 5:
            self.reverse_path.add(words[4])
            self.notes.flat(line)
        elif words[0] == "sysopt" or irrelevant(words, GLOBAL):
            self.notes.irrelevant(line)
            if words[:2] in (("snmp-server", "host"), ("snmp-server", "community")):
                self.local.listens("management", line, 17, 161)
        else:
            self._unknown(line)

    def _unknown(self, line: Line) -> None:
        for length in (2, 1):
            scope = _UNMODELLED.get(line.words[:length])
            if scope is not None:
                self.notes.unsupported(line, scope)
                return
        self.notes.unread(line, Scope.DEVICE)

    def _version(self, line: Line) -> None:
        found = VERSION.match(line.text)
        if found is None or line.children or self.version is not None:
            self.notes.unread(line, Scope.DEVICE)
            return
        product, major, minor = found[1], int(found[2]), int(found[3])
        self.version, self.version_text = (major, minor), line.words[2]
        self.threat_defense = product == "NGFW"
        if product in ("PIX", "FWSM") or (product == "ASA" and self.version < (8, 3)):
            # rules saw translated addresses, and translation was written otherwise
            self.notes.unsupported(line, Scope.DEVICE)
        else:
            self.notes.understood(line)

    def _same_security(self, line: Line) -> None:
        words = line.words[1:]
        if words == ("permit", "inter-interface"):
            self.inter_interface = True
        elif words == ("permit", "intra-interface"):
            self.intra_interface = True
        else:
            self.notes.unread(line, Scope.DEVICE)
            return
        self.notes.flat(line)

    def _off(self, line: Line) -> None:
        words = line.words[1:]
        known = bool(words) and not line.children
        if known and words == ("sysopt", "connection", "permit-vpn"):
            self.tunnels.bypass = False
            self.notes.understood(line)
        elif (
            known
            and (irrelevant(words, GLOBAL) or words[0] in ("same-security-traffic", "nat-control", "service-policy"))
        ) or (known and words[:2] in (("http", "server"), ("firewall", "transparent"), ("mode", "multiple"))):
            self.notes.irrelevant(line)
        else:
            self.notes.unread(line, Scope.DEVICE)

    # ---- tunnels

    def _crypto(self, line: Line) -> None:
        words = line.words
        if words[:2] == ("crypto", "map") and words[3:4] == ("interface",) and len(words) == 5:
            self.tunnels.bind(line, words[4], words[2])
        elif _map_entry(line):
            return  # read before, as definitions are
        elif words[1:2] in (("ikev1",), ("ikev2",), ("isakmp",)) and words[2:3] == ("enable",) and len(words) > 3:
            self.notes.flat(line)  # without a crypto map or a tunnel interface nothing is decrypted
            self.local.portal = self.local.portal or "client-services" in words
            for port in (500, 4500):
                self.local.listens("ipsec", line, 17, port, words[3])
        elif irrelevant(words, GLOBAL):
            self.notes.irrelevant(line)
        else:
            self.notes.unread(line, Scope.DEVICE)

    def _portal(self, line: Line) -> None:
        """Read `webvpn`: where it is enabled people reach inside through it."""
        self.notes.mark(line, LineUse.UNDERSTOOD)
        for child in line.children:
            if child.words[0] == "enable" and len(child.words) >= 2:
                self.local.portal = True
                self.local.listens("vpn-portal", child, 6, 443, child.words[1], again=True)
                self.tunnels.bind(child, child.words[1])
            else:
                self.notes.irrelevant(child)


def _map_entry(line: Line) -> bool:
    words = line.words
    return words[:2] == ("crypto", "map") and len(words) > 4 and words[3].isdecimal() and not line.children
