"""The commands of a file, each given to whom it concerns; what nobody knows taints what it can affect.

Source: Yamaha Router Command Reference. Definitions are read before what refers to them, whatever the order in the
file. A command of `schedule at` counts as what it would do: it may have been carried out or not.
"""

from __future__ import annotations

import re

from segcheck.importers.yamaha._dynamic import Dynamics
from segcheck.importers.yamaha._filters import Filters
from segcheck.importers.yamaha._interfaces import Interfaces
from segcheck.importers.yamaha._local import Local
from segcheck.importers.yamaha._nat import Nat
from segcheck.importers.yamaha._notes import Notes
from segcheck.importers.yamaha._relevance import GLOBAL, irrelevant
from segcheck.importers.yamaha._routing import Routing
from segcheck.importers.yamaha._syntax import Line, Script
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse

#: Known, and not modelled: by what it can affect.
_UNMODELLED: dict[tuple[str, ...], Scope] = {
    ("bridge",): Scope.DEVICE,
    ("ip", "policy"): Scope.DEVICE,
    ("ipv6", "policy"): Scope.DEVICE,
    ("ip", "local", "forward"): Scope.ROUTING,
    ("ip", "forward", "filter"): Scope.ROUTING,
    ("ipv6", "forward", "filter"): Scope.ROUTING,
    ("lan", "backup"): Scope.ROUTING,
    ("pp", "backup"): Scope.ROUTING,
    ("tunnel", "backup"): Scope.ROUTING,
    ("tunnel", "template"): Scope.DEVICE,
    ("upnp",): Scope.TRANSLATION,
    ("lua",): Scope.DEVICE,
    ("schedule",): Scope.DEVICE,
    ("provider", "filter"): Scope.ROUTING,
    ("provider", "select"): Scope.ROUTING,
    ("ip", "multicast"): Scope.ROUTING,
    ("ipv6", "multicast"): Scope.ROUTING,
}
_SCHEDULED = re.compile(r"schedule at \d+ \S+(?: [\d*:/,-]+)? (\*|pp \d+|tunnel \d+) (?P<command>.+)")
_ENCAPSULATIONS = ("ipsec", "ipip", "l2tp", "l2tp-raw", "pptp", "gre", "map-e", "ipudp", "l2tpv3", "l2tpv3-raw")
#: Encapsulations that carry frames instead of packets.
_BRIDGING = ("l2tpv3", "l2tpv3-raw")


class Commands:
    """One file read: every part of it by what it is about.

    routing_on   by IP version; on unless the file says otherwise
    """

    def __init__(self, notes: Notes, script: Script) -> None:
        self.notes = notes
        self.filters = Filters(notes)
        self.dynamics = Dynamics(notes, self.filters)
        self.interfaces = Interfaces(notes)
        self.routing = Routing(notes, self.interfaces)
        self.nat = Nat(notes, self.interfaces)
        self.local = Local(notes)
        self.routing_on = {4: True, 6: True}
        self.multicast = False
        routes: list[Line] = []
        for line in script.commands:
            if line.words[0] in ("ip", "ipv6") and line.words[1:2] == ("route",) and line.words[2:3] != ("change",):
                routes.append(line)
            else:
                self._command(line)
        self.dynamics.read()
        for line in routes:
            self.routing.static(line)

    def _command(self, line: Line) -> None:
        words = line.words
        first, two = words[0], words[:2]
        if first in ("ip", "ipv6"):
            self._ip(line, 4 if first == "ip" else 6)
        elif two in (("pp", "select"), ("tunnel", "select")):
            self.interfaces.selected(line)
        elif first in ("pp", "tunnel") and words[1:2] in (("enable",), ("disable",)):
            self.interfaces.enable(line, words)
        elif first == "no" and words[1:3] in (("pp", "enable"), ("tunnel", "enable")):
            self.interfaces.enable(line, (words[1], "disable", *words[3:]))
        elif two == ("tunnel", "encapsulation"):
            self._encapsulation(line)
        elif words[:3] == ("ppp", "ipcp", "ipaddress"):
            self.interfaces.negotiated(line)
        elif first == "vlan":
            self.interfaces.vlan(line)
        elif first == "description":
            self.interfaces.description(line)
        elif two == ("nat", "descriptor"):
            self.nat.read(line)
        elif first in ("ospf", "rip", "bgp") and words[1:2] == ("use",):
            self.routing.protocol(line)
        elif words[:3] == ("ipsec", "ike", "mode-cfg"):
            self.routing.doubt(line, "addresses given to those who dial in")
        elif two == ("lan", "shutdown"):
            self._shut(line)
        elif two == ("lan", "type"):
            self._lan_type(line)
        elif two == ("ethernet", "filter") or (first == "ethernet" and words[2:3] == ("filter",)):
            self._ethernet(line)
        elif words[:3] == ("ipsec", "sa", "policy") and any(w.startswith(("local-id=", "remote-id=")) for w in words):
            self.notes.unsupported(line, Scope.DEVICE)  # which packets the tunnel then takes
        elif first == "schedule":
            self._scheduled(line)
        elif not self.local.read(line):
            self._plain(line)

    def _plain(self, line: Line) -> None:
        words = line.words
        if irrelevant(words, GLOBAL):
            self.notes.irrelevant(line)
            return
        scope = next((s for k, s in _UNMODELLED.items() if words[: len(k)] == k), None)
        if scope is not None:
            self.notes.unsupported(line, scope)
        else:
            self.notes.unread(line, Scope.DEVICE)

    def _ip(self, line: Line, family: int) -> None:
        words = line.words
        if words[1:2] == ("routing",) and words[2:] in (("on",), ("off",)):
            self.routing_on[family] = words[2] == "on"
            self.notes.understood(line)
        elif words[1:3] == ("filter", "dynamic"):
            self.dynamics.define(line, family)
        elif words[1:3] == ("filter", "set"):
            self.filters.named_set(line, family)
        elif words[1:3] == ("filter", "directed-broadcast"):
            self.notes.mark(line, LineUse.APPROXIMATED)  # such packets are left open
        elif words[1:2] == ("filter",) and not irrelevant(words, GLOBAL):
            self.filters.define(line, family)
        elif not self.interfaces.command(line, family):
            self._plain(line)

    def _encapsulation(self, line: Line) -> None:
        kind = line.words[2] if len(line.words) == 3 else ""
        if kind in _BRIDGING:
            self.notes.unsupported(line, Scope.DEVICE)
        elif kind in _ENCAPSULATIONS and line.context.startswith("tunnel"):
            self.notes.understood(line)
        else:
            self.notes.unread(line, Scope.DEVICE)

    def _shut(self, line: Line) -> None:
        """Read `lan shutdown INTERFACE [PORTS]`: what was connected there is not."""
        port = self.interfaces.named(line.words[2], line) if len(line.words) > 2 else None
        if port is None:
            self.notes.unread(line, Scope.DEVICE)
        else:
            self.notes.unsupported(line, Scope.INTERFACE, port.name)

    def _lan_type(self, line: Line) -> None:
        options = [word for word in line.words[3:] if "=" in word]
        if all(word in ("port-based-option=divide-network", "port-based-option=off") for word in options):
            self.notes.understood(line)
        elif all(word.startswith(("port-based-option=split-into-", "speed=", "macaddress-aging=")) for word in options):
            self.notes.irrelevant(line)  # which ports of one segment see each other
        else:
            self.notes.unread(line, Scope.DEVICE)

    def _ethernet(self, line: Line) -> None:
        port = self.interfaces.named(line.words[1], line)
        if port is None and line.words[1] == "filter":
            self.notes.irrelevant(line)  # matters where `ethernet INTERFACE filter` binds it
        elif port is None:
            self.notes.unread(line, Scope.DEVICE)
        else:
            self.notes.unsupported(line, Scope.INTERFACE, port.name)

    def _scheduled(self, line: Line) -> None:
        """Read `schedule at N WHEN WHAT`: harmless if what it does is."""
        found = _SCHEDULED.fullmatch(line.text)
        command = tuple(found["command"].split()) if found else ()
        if command and irrelevant(command, GLOBAL):
            self.notes.irrelevant(line)
        else:
            self.notes.unsupported(line, Scope.DEVICE)
