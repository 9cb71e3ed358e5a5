"""Services and service groups.

Source: Web Interface Help, "Objects > Services" (tcp, udp, sctp; destination and source ports, `80,8080,1000-1010`), "Objects >
Service Groups"; service-http is tcp 80 and 8080, service-https tcp 443 unless the file defines them otherwise ("Predefined
services", PAN-OS Administrator's Guide, App-ID, "Use Application Objects in Policy").
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._hierarchy.notes import Vsys, closure
from segcheck.importers._hierarchy.sessions import proto
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import unknown
from segcheck.model.device import NamedObject
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Expr, Field, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet

_PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132}
_PREDEFINED = {"service-http": IntervalSet.of(80, 8080), "service-https": IntervalSet.of(443)}
_IRRELEVANT = ("description", "tag", "disable-override")
_TIMEOUTS = ("override",)


def ports(text: str) -> IntervalSet:
    """Return the ports of `80,8080,1000-1010`.

    Raises:
        ValueError: it is no such list.
    """
    pairs = []
    for part in text.split(","):
        low, dash, high = (word.strip() for word in part.partition("-"))
        for word in (low, high) if dash else (low,):
            if not (word.isascii() and word.isdecimal() and len(word) <= 5 and int(word) <= 65535):
                raise ValueError(f"{text[:40]} is no list of ports")
        pairs.append((int(low), int(high) if dash else int(low)))
    return IntervalSet.of(*pairs)


class Services:
    """The services that rules of one virtual system can name."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys

    def any_of(self, names: Iterable[str], node: Node, where: str) -> Expr:
        """Return "the packet is of one of the services named"; `any` is every packet, of every protocol."""
        found = [self._one(name, node, where) for name in closure(names, self._members)]
        if ANYTHING in found:
            return ANYTHING
        return disjunction(*dict.fromkeys(found)) if found else NOTHING

    def _members(self, name: str) -> tuple[str, ...] | None:
        group = self._vsys.find("service-group", name, "service")
        if group is None or self._vsys.find("service", name, "service-group") is not None:
            return None
        group.ignore(_IRRELEVANT)
        # before PAN-OS 5.0 they stood below the group itself
        members = group.words("members") if group.has("members") else group.words()
        members = tuple(name for name in members if name not in _IRRELEVANT)
        self._note("service group", group, ", ".join(members))
        if not members:
            self._vsys.notes.say(
                Code.EMPTY_GROUP, Severity.WARNING, group, f"service group {name}", kind="service group", name=name
            )
        unread = group.open_ends()
        return (*members, f"\0{name}") if unread else members

    def _one(self, name: str, node: Node, where: str) -> Expr:
        if name.startswith("\0"):
            return unknown(f"unread lines of service group {name[1:]}", Code.UNRECOGNISED_LINE)
        entry = self._vsys.find("service", name, "service-group")
        if entry is not None:
            return self._object(entry)
        if name == "any":
            return ANYTHING
        if name in _PREDEFINED:
            return conjunction(proto(6), Field("dport", _PREDEFINED[name]))
        return self._vsys.undefined(node, "service", name, where)

    def _object(self, entry: Node) -> Expr:
        where = f"service {entry.word}"
        entry.ignore(_IRRELEVANT)
        protocol = entry.at("protocol")
        kinds = [kind for kind in _PROTOCOLS if protocol.has(kind)]
        try:
            if len(kinds) != 1:
                raise ValueError("no protocol")  # noqa: TRY301 -- one way for all that is not understood
            inner = protocol.at(kinds[0])
            for name in _TIMEOUTS:  # how long a session lives once it is open
                if inner.has(name):
                    inner.children[name].mark_all(LineUse.IRRELEVANT)
            written, source = inner.one("port"), inner.one("source-port")
            terms = [proto(_PROTOCOLS[kinds[0]])]
            if source:
                terms.append(Field("sport", ports(source)))
            terms.append(Field("dport", ports(written)))
            found = conjunction(*terms)
            self._note("service", entry, f"{kinds[0]} {written}")
        except ValueError:
            self._vsys.bad_value(entry, where)
            found = unknown(f"value of {where}", Code.VALUE_NOT_UNDERSTOOD)
        if entry.open_ends():
            return unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)
        return found

    def _note(self, kind: str, entry: Node, text: str) -> None:
        key = (kind, entry.word)
        if key not in self._vsys.objects:
            span = self._vsys.notes.extent(entry)
            self._vsys.objects[key] = NamedObject(kind, entry.word, text[:120], "defined", span)

    def finish(self) -> None:
        """Read what no rule names too, and account for all lines."""
        for scope in self._vsys.scopes:
            for entry in scope.at("service").entries():
                self._object(entry)
                self._vsys.notes.sweep(entry, f"service {entry.word}")
            for entry in scope.at("service-group").entries():
                self._members(entry.word)
                self._vsys.notes.sweep(entry, f"service group {entry.word}")
