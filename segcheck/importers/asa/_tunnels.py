"""Tunnels: by which interfaces decrypted packets come, and which addresses they may have.

Source: Cisco ASA Series Command Reference, "sysopt connection permit-vpn" (on unless switched off: what comes out of a tunnel
passes the access lists of neither interface, but those of users and groups), "crypto map match address" (packets that a map
protects, as they leave; those that come have the ends swapped), "crypto map set reverse-route"; VPN CLI Configuration Guide,
"Virtual Tunnel Interface" (likewise), "IP Addresses for VPNs" (addresses of remote users).
"""

from __future__ import annotations

from collections.abc import Mapping

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.mirror import mirrored
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._lists import Lists
from segcheck.importers.asa._local import Local
from segcheck.importers.asa._routing import Routing
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Condition, Expr, Field, Interface, conjunction, disjunction, leaves
from segcheck.model.rules import Assign, Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: What the register `mark` holds for packets that may have come out of a tunnel.
FROM_TUNNEL = Field("mark", IntervalSet.of(1))


class Tunnels:
    """The tunnels of one file. `bypass`: what comes out of one passes no access list."""

    def __init__(self, notes: Notes, interfaces: Interfaces, routing: Routing, local: Local) -> None:
        self._notes = notes
        self._interfaces = interfaces
        self._routing = routing
        self._local = local
        self._entries: dict[str, dict[str, str]] = {}
        self._bound: dict[str, list[str]] = {}
        self._remote: dict[str, Line] = {}
        self._pools: list[IntervalSet] = []
        self._pools_known = True
        self.bypass = True

    # ---- reading

    def entry(self, line: Line) -> None:
        """Read `crypto map NAME NUMBER ...`."""
        words = line.words
        own = self._entries.setdefault(words[2], {})
        own.setdefault(words[3], "")
        if words[4:6] == ("match", "address") and len(words) == 7:
            own[words[3]] = words[6]
        elif "dynamic" in words[4:6]:
            own[words[3]] = ""
            self._entries[words[2]]["dynamic"] = ""
        elif words[4:6] == ("set", "reverse-route"):
            self._routing.doubt(line, "routes to the far ends of tunnels")
        self._notes.irrelevant(line)

    def bind(self, line: Line, interface: str, name: str = "") -> None:
        """Record that tunnels end at an interface, by a crypto map or, without a name, for whoever logs in."""
        if self._interfaces.named(interface) is None or (line.children and line.words[0] != "interface"):
            self._notes.unread(line, Scope.DEVICE)
            return
        self._notes.mark(line, LineUse.APPROXIMATED)
        self._notes.say(
            Code.ACTION_NOT_MODELLED, Severity.WARNING, line, f"interface {interface}", action="what tunnels carry"
        )
        self._bound.setdefault(interface, []).append(name)
        if not name or "dynamic" in self._entries.get(name, ()):
            self._remote.setdefault(interface, line)
        self._local.listens("tunnel", line, 50, 0, interface, again=True)

    def pool(self, line: Line) -> None:
        """Read `ip local pool NAME FIRST-LAST ...`."""
        self._notes.irrelevant(line)
        try:
            self._pools.append(addresses.parse(line.words[4]))
        except (ValueError, IndexError):
            self._pools_known = False

    # ---- giving out

    def routes(self) -> None:
        """Add the routes to remote users, which are there while somebody is logged in."""
        for interface, line in self._remote.items():
            if not self._pools or not self._pools_known:
                self._routing.doubt(line, "addresses of remote users")
                continue
            for pool in self._pools:
                self._routing.perhaps(pool, interface, line)

    def lists(self, written: Lists, *, whole: bool) -> tuple[RuleList, RuleList] | None:
        """Return the list that marks what may come out of a tunnel, and that of what may go into one."""
        came, went = [], []
        for port in self._interfaces.all.values():
            if port.tunnel:
                self._bound.setdefault(port.name, []).append("")
        if not self._bound:
            return None
        # of a part of a file, lists may hold more than is there
        permitted = written.made(frozenset()) if whole else {}
        for interface, names in self._bound.items():
            known = [self._protected(name, permitted) for name in names]
            protected = disjunction(*(one for one in known if one is not None)) if None not in known else ANYTHING
            inwards = mirrored(protected) if protected != ANYTHING else ANYTHING
            mark = Assign("mark", 1, 0xFFFFFFFF)
            came.append(builtin(f"tunnels of {interface}", conjunction(Interface("in", (interface,)), inwards), mark))
            out = conjunction(Interface("out", (interface,)), protected)
            went.append(builtin(f"tunnels of {interface}", out, Unsure((Deny(), Continue()))))
        return (
            RuleList(name="asa/tunnels in", rules=tuple(came), default=Return(), builtin=True),
            RuleList(name="asa/tunnels out", rules=tuple(went), default=Permit(), builtin=True),
        )

    def _protected(self, name: str, permitted: Mapping[str, RuleList]) -> Expr | None:
        """Return the packets that a crypto map protects as they leave, None if they cannot be told."""
        terms: list[Expr] = []
        for number, listed in self._entries.get(name, {"": ""}).items():
            rules = permitted.get(listed)
            if number == "dynamic" or rules is None or not rules.rules:
                return None
            for rule in rules.rules:
                if not rule.enabled:
                    continue
                doubtful = any(isinstance(leaf, Condition) for leaf in leaves(rule.match))
                if not isinstance(rule.action, Permit) or doubtful:
                    return None
                terms.append(rule.match)
        return disjunction(*terms) if terms else None

    def rule(self) -> Rule:
        """Return what stands before access rules for packets that may have come out of a tunnel."""
        doubt = Unsure((Permit(), Deny(), Continue()) if self.bypass else (Deny(), Continue()))
        return builtin("out of a tunnel", FROM_TUNNEL, doubt)
