"""One entry of an access list to a match.

Source: Cisco ASA Series Command Reference, "access-list extended"; Firewall CLI Configuration Guide, "Access Control Lists": the
place of the protocol takes a protocol, a service object or a protocol or service group; addresses are netmasks; `any` is IPv4
and IPv6 since 9.0, `any4` and `any6` one of them; `interface NAME` is the interface's own address. Threat Defense writes
`advanced` entries, with the interface before each address (Command Reference for Threat Defense, "show access-list").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.times import Times
from segcheck.importers._cisco.values import FAMILY, Words
from segcheck.importers._unsure import unknown
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._objects import Objects
from segcheck.importers.asa._services import PORTED, icmp, port_set, protocol
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Condition, Expr, Field, Interface, Kind, conjunction
from segcheck.sets.intervals import IntervalSet

_LEVELS = (
    "alerts", "critical", "debugging", "disable", "default", "emergencies", "errors", "informational", "notifications",
    "warnings",
)  # fmt: skip

#: Services of groups that the entries of one file may have together; beyond, they are unknown.
_MOST_SERVICES = 1_000_000


@dataclass(slots=True)
class Entry:
    """What an entry says.

    advanced   of Threat Defense: what it permits is inspected further
    """

    word: str
    match: Expr
    log: bool = False
    enabled: bool = True
    advanced: bool = False
    id: str = ""


@dataclass(slots=True)
class _Asked:
    service: Expr | None = None
    numbers: IntervalSet | None = None
    terms: list[Expr] = field(default_factory=list)
    log: bool = False
    enabled: bool = True
    id: str = ""

    @property
    def single(self) -> int:
        """The protocol of the entry, -1 if it is not one."""
        return self.numbers.min if self.numbers is not None and self.numbers.count == 1 else -1


class Entries:
    """Reads entries; knows the objects, interfaces and time ranges that they name."""

    def __init__(self, notes: Notes, objects: Objects, interfaces: Interfaces, times: Times) -> None:
        self._notes = notes
        self._objects = objects
        self._interfaces = interfaces
        self._times = times
        self._left = _MOST_SERVICES

    def extended(self, words: Words, *, advanced: bool) -> Entry:
        """Return an entry, whose words begin with permit or deny.

        Raises:
            ValueError: not understood; `NotUnderstood` says where.
        """
        word = words.take()
        if word not in (("permit", "deny", "trust") if advanced else ("permit", "deny")):
            raise NotUnderstood(words.at - 1)
        asked = _Asked()
        named = words.accept("object", "object-group")
        if named:
            group = words.take()
            self._left -= len(self._objects.protocols(group, words.line))
            if self._left <= 0:
                raise NotUnderstood(words.at - 1)
            asked.service = self._objects.services(group, words.line)
        else:
            asked.numbers = protocol(words.take())
            if asked.numbers is not None:
                asked.terms.append(Field("proto", asked.numbers))
        self._who(words, asked)
        for side, way, name in (("src", "in", "sport"), ("dst", "out", "dport")):
            if advanced and words.accept("ifc"):
                asked.terms.append(self._through(words, way))
            if words.peek() in ("security-group", "object-group-security"):
                self._who(words, asked)
            address = self._address(words, side)
            if address != ANYTHING:
                asked.terms.append(address)
            self._ports(words, asked, name)
        self._messages(words, asked)
        while words.left:
            self._option(words, asked, advanced=advanced)
        if asked.service is not None:
            asked.terms.append(asked.service)
        return Entry(word, conjunction(*asked.terms), asked.log, asked.enabled, advanced, asked.id)

    def _who(self, words: Words, asked: _Asked) -> None:
        """Read users and security groups: who sends is true at one time and not at another."""
        while words.peek() in ("user", "user-group", "object-group-user", "security-group", "object-group-security"):
            kind = words.take()
            name = words.take()
            if kind == "security-group" and name in ("name", "tag"):
                name = f"{name} {words.take()}"
            if kind != "user" or name != "any":
                asked.terms.append(Condition(f"{kind} {name}", Kind.VARIES))

    def _through(self, words: Words, way: str) -> Expr:
        name = words.take()
        if self._interfaces.named(name) is None:
            self._notes.undefined(words.line, "interface", name, "access list")
            return unknown(f"interface {name}", Code.UNDEFINED_NAME)
        return Interface(way, (name,))

    def _address(self, words: Words, side: str) -> Expr:
        first = words.peek()
        if first == "any":
            words.take()
            return ANYTHING
        if first in ("any4", "any6"):
            return Field(side, FAMILY[int(words.take()[-1])])
        if first in ("object", "object-group"):
            words.take()
            return self._objects.side(words.take(), side, words.line)
        if first == "interface":
            words.take()
            name = words.take()
            port = self._interfaces.named(name)
            if port is None or port.dynamic or not port.addresses:
                self._notes.undefined(words.line, "address of interface", name, "access list")
                return unknown(f"address of interface {name}", Code.UNDEFINED_NAME)
            return Field(side, IntervalSet.of(*(one.address for one in port.addresses)))
        return Field(side, self._objects.network(words))

    def _ports(self, words: Words, asked: _Asked, name: str) -> None:
        if asked.single not in PORTED:
            return
        if words.peek() == "object-group":  # ports, or the next address: the kind of the group tells
            group = words.line.words[words.at + 1] if words.at + 1 < len(words.line.words) else ""
            thing = self._objects.things.get(group)
            if thing is None and name == "sport":
                raise NotUnderstood(words.at + 1)
            if thing is not None and thing.kind != "service":
                return
            words.take()
            words.take()
            known, doubt = self._objects.ports(group, words.line)
            if thing is not None and doubt is None and not self._carries(group, asked.single):
                doubt = Code.VALUE_NOT_UNDERSTOOD
            asked.terms.append(Field(name, known) if doubt is None else unknown(f"object-group {group}", doubt))
            return
        chosen = port_set(words, asked.single)
        if chosen is not None:
            asked.terms.append(Field(name, chosen))

    def _carries(self, group: str, proto_: int) -> bool:
        return proto_ in self._objects.things[group].protocols

    def _messages(self, words: Words, asked: _Asked) -> None:
        if asked.single not in (1, 58):
            return
        family = 4 if asked.single == 1 else 6
        if words.accept("object-group"):
            asked.terms.append(self._objects.messages(words.take(), words.line, family))
            return
        message = icmp(words, family)
        asked.terms += [message] if message is not None else []

    def _option(self, words: Words, asked: _Asked, *, advanced: bool) -> None:
        word = words.take()
        if word == "log":
            asked.log = True
            if words.peek().isdecimal() or words.peek() in _LEVELS:
                asked.log = words.take() != "disable"
            if words.accept("interval"):
                number(words.take(), 1, 600)
        elif word == "inactive":
            asked.enabled = False
        elif word == "time-range":
            asked.terms.append(self._times.in_force(words.take(), words.line))
        elif advanced and word == "rule-id":
            asked.id = str(number(words.take(), 0, 4294967295))
        elif advanced and word == "event-log":
            if not words.accept("both", "flow-start", "flow-end"):
                raise NotUnderstood(words.at)
            asked.log = True
        else:
            raise NotUnderstood(words.at - 1)
