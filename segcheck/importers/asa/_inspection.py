"""Modular policy framework: what is inspected, and so which answers come back and which further sessions are opened.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Service Policy", "Getting Started with Application Layer
Protocol Inspection", "Inspection of Basic Internet Protocols" (ICMP is no session unless it is inspected);
"Access Rules" (answers of TCP, UDP and SCTP need no rule). `match default-inspection-traffic` and `match any` take every packet.
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.pipeline import Helper

#: Inspections that open further sessions, and what the protocol is called elsewhere.
_OPENING = {
    "ftp": "ftp", "h323": "h323", "sip": "sip", "skinny": "sccp", "rtsp": "rtsp", "tftp": "tftp", "sqlnet": "oracle",
    "rsh": "rsh", "sunrpc": "sunrpc", "dcerpc": "msrpc", "mgcp": "mgcp", "pptp": "pptp", "ctiqbe": "ctiqbe", "ils": "ils",
    "xdmcp": "xdmcp", "netbios": "netbios", "gtp": "gtp", "m3ua": "m3ua", "diameter": "diameter",
}  # fmt: skip
_EVERYTHING = (("match", "default-inspection-traffic"), ("match", "any"))
_CLASS = (
    "inspect",
    "set",
    "police",
    "priority",
    "shape",
    "ips",
    "sfr",
    "cxsc",
    "csc",
    "user-statistics",
    "flow-export",
)


class Inspection:
    """The service policies of one file."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._classes: dict[str, bool] = {}
        self._policies: dict[str, list[Line]] = {}
        self._used: list[tuple[str, str]] = []
        self.unread = False

    def class_map(self, line: Line) -> None:
        """Read `class-map NAME`; those with a type are for deeper inspection."""
        self._notes.irrelevant(line)
        self._classes[line.words[-1]] = any(child.words[:2] in _EVERYTHING for child in line.children)

    def policy_map(self, line: Line) -> None:
        """Read `policy-map NAME`."""
        self._notes.understood(line)
        own = self._policies.setdefault(line.words[-1], [])
        for child in line.children:
            if child.words[0] == "description":
                self._notes.irrelevant(child)
            elif child.words[0] == "class" and len(child.words) == 2:
                self._notes.understood(child)
                own.append(child)
                for one in child.children:
                    known = one.words[0] in _CLASS or one.words[:2] == ("no", "inspect")
                    if not known:
                        self.unread = True
                        self._notes.unread(one, Scope.DEVICE)
                    else:
                        self._notes.mark_all(
                            one, LineUse.UNDERSTOOD if one.words[0] == "inspect" else LineUse.IRRELEVANT
                        )
            else:
                self.unread = True
                self._notes.unread(child, Scope.DEVICE)

    def service_policy(self, line: Line) -> None:
        """Read `service-policy NAME global|interface NAME`."""
        words = line.words
        if len(words) >= 3 and words[2] in ("global", "interface") and not line.children:
            self._notes.understood(line)
            self._used.append((words[1], words[2]))
        else:
            self.unread = True
            self._notes.unread(line, Scope.DEVICE)

    def _actions(self) -> list[tuple[str, bool, tuple[str, ...]]]:
        """Return (where its policy is bound, whether its class takes every packet, words) of what classes do."""
        return [
            (where, self._classes.get(one.words[1], one.words[1] == "class-default"), action.words)
            for name, where in self._used
            for one in self._policies.get(name, ())
            for action in one.children
        ]

    def icmp(self, *, whole: bool) -> bool | None:
        """Return whether answers to ICMP questions come back by themselves; None if it cannot be told."""
        found = [(where, every) for where, every, words in self._actions() if words == ("inspect", "icmp")]
        undefined = any(name not in self._policies for name, _ in self._used)
        if not whole or self.unread or undefined:
            return None
        if not found:
            return False
        elsewhere = any(where == "interface" for where, _, words in self._actions() if words[0] == "inspect")
        return True if ("global", True) in found and not elsewhere else None

    @property
    def bypassed(self) -> bool:
        """Whether some TCP packets need no session."""
        return any("tcp-state-bypass" in words for _, _, words in self._actions())

    def helpers(self, *, whole: bool) -> tuple[Helper, ...]:
        """Return the protocols whose further sessions may be opened; of a part of a file, all that are on by default."""
        named = {words[1] for _, _, words in self._actions() if words[0] == "inspect" and len(words) > 1}
        if not whole or self.unread:
            named |= _OPENING.keys()
        return tuple(Helper(_OPENING[name], sure=False) for name in sorted(named & _OPENING.keys()))
