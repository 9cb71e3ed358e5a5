"""Objects and object groups of networks, services, protocols and ICMP types, those within others included; and `name`.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Objects for Access Control"; Command Reference, "object network",
"object service", "object-group", "name", "names". Masks are netmasks. One object holds one statement; groups nest. What is not
defined, empty, not wholly read or named by a domain (`fqdn`) makes its match unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words, message
from segcheck.importers._unsure import unknown
from segcheck.importers._words import NotUnderstood, v4
from segcheck.importers.asa._services import Service, icmp_type, port_set, protocol, services
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import Expr, Field, disjunction
from segcheck.sets import addresses
from segcheck.sets.addresses import V6
from segcheck.sets.intervals import IntervalSet

_GROUP_KINDS = ("network", "service", "protocol", "icmp-type")
#: Members that a group may have altogether, and looks into groups for one file; beyond, what a group holds is unknown.
_MOST, _MOST_VISITS = 200_000, 300_000


@dataclass(slots=True)
class Thing:
    """An object or group while it is read.

    kind       network, service, protocol, icmp-type
    addresses, services, ports, messages   what it holds itself
    members    names of what it refers to
    doubt      code of what makes it uncertain, "" if it is sure
    protocols  of a service group that holds ports only
    """

    kind: str
    line: Line
    group: bool
    addresses: list[IntervalSet] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    ports: list[IntervalSet] = field(default_factory=list)
    messages: list[tuple[int, int]] = field(default_factory=list)
    members: list[tuple[str, Line]] = field(default_factory=list)
    protocols: tuple[int, ...] = ()
    doubt: Code | None = None
    used: bool = False
    nat: list[Line] = field(default_factory=list)


class Objects:
    """What one file names. `aliases` are the names of `name`."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.aliases: dict[str, str] = {}
        self.things: dict[str, Thing] = {}
        self._whole: dict[str, tuple[list[Thing], Code | None]] = {}
        self._visits = 0
        self._addresses: dict[str, tuple[IntervalSet, Code | None]] = {}
        self._matches: dict[str, Expr] = {}
        self._services: dict[str, tuple[Service, ...]] = {}

    # ---- reading

    def alias(self, line: Line) -> None:
        """Read `name ADDRESS NAME [description ...]`."""
        words = line.words
        if len(words) < 3 or line.children or (len(words) > 3 and words[3] != "description"):
            self._notes.told(line, "name")
            return
        try:
            addresses.parse_one(words[1])
        except ValueError:
            self._notes.told(line, "name")
            return
        self.aliases.setdefault(words[2], words[1])
        self._notes.understood(line)

    def read(self, line: Line) -> None:
        """Read `object KIND NAME` or `object-group KIND NAME [PROTOCOL]`; a second block of the same name adds to the first."""
        words, group = line.words, line.words[0] == "object-group"
        kind, name = (*words[1:3], "", "")[:2]
        if group and kind in ("user", "security") and len(words) == 3:
            self._notes.irrelevant(line)  # who belongs to it varies, as entries that name it say
            return
        known = kind in (_GROUP_KINDS if group else ("network", "service"))
        ported = {"tcp": (6,), "udp": (17,), "tcp-udp": (6, 17)}.get(words[3]) if len(words) == 4 else ()
        if not known or not name or len(words) > 4 or ported is None or (ported and not (group and kind == "service")):
            identity = self._notes.told(line, "object", code=Code.UNSUPPORTED_LINE)
            if not group:  # it may hold a translation
                self._notes.taint(Scope.TRANSLATION, identity, "", line)
            if name:  # whatever refers to it is uncertain
                self.things.setdefault(name, Thing(kind, line, group)).doubt = Code.UNSUPPORTED_LINE
            return
        thing = self.things.setdefault(name, Thing(kind, line, group, protocols=ported))
        if thing.kind != kind or thing.group != group or thing.protocols != ported:
            thing.doubt = Code.DUPLICATE_NAME
        self._notes.understood(line)
        for child in line.children:
            if child.words[0] == "nat" and kind == "network" and not group:
                thing.nat.append(child)
                continue
            words_ = Words(child)
            try:
                self._member(thing, words_)
                words_.end()
                if child.children:
                    raise NotUnderstood(0)
            except ValueError:
                thing.doubt = Code.UNRECOGNISED_LINE
                identity = self._notes.told(child, f"object {name}")
                if kind == "network" and not group:
                    self._notes.taint(Scope.TRANSLATION, identity, "", child)
                continue
            self._notes.understood(child)

    def _member(self, thing: Thing, words: Words) -> None:
        first = words.take()
        if first == "description":
            words.at = len(words.line.words)
        elif first == "group-object" and thing.group:
            thing.members.append((words.take(), words.line))
        elif not thing.group:
            self._single(thing, first, words)
        elif thing.kind == "network" and first == "network-object":
            if words.accept("object"):
                thing.members.append((words.take(), words.line))
            else:
                thing.addresses.append(self.network(words))
        elif thing.kind == "protocol" and first == "protocol-object":
            numbers = protocol(words.take())
            thing.services.append(Service(numbers))
        elif thing.kind == "icmp-type" and first == "icmp-object":
            thing.messages.append(icmp_type(words.take()))
        elif thing.kind == "service" and first == "port-object" and thing.protocols:
            found, at = [], words.at
            for one in thing.protocols:
                words.at = at
                found.append(port_set(words, one))
            if found[0] is None or found[0] != found[-1]:
                raise NotUnderstood(at)
            thing.ports.append(found[0])
        elif thing.kind == "service" and first == "service-object" and not thing.protocols:
            if words.accept("object"):
                thing.members.append((words.take(), words.line))
            else:
                thing.services.extend(services(words))
        else:
            raise NotUnderstood(0)

    def _single(self, thing: Thing, first: str, words: Words) -> None:
        if thing.addresses or thing.services:  # the device keeps one statement
            raise NotUnderstood(0)
        if thing.kind == "service" and first == "service":
            thing.services.extend(services(words))
        elif thing.kind != "network":
            raise NotUnderstood(0)
        elif first == "host":
            thing.addresses.append(IntervalSet.of(self.one(words.take())))
        elif first == "range":
            low, high = self.one(words.take()), self.one(words.take())
            if low > high or addresses.family(low) != addresses.family(high):
                raise NotUnderstood(1)
            thing.addresses.append(IntervalSet.of((low, high)))
        elif first == "subnet":
            thing.addresses.append(self.network(words))
        elif first == "fqdn":
            words.accept("v4", "v6")
            name = words.take()
            self._notes.say(Code.DEPENDS_ON_OUTSIDE, Severity.WARNING, words.line, "object", what=f"fqdn {name}"[:80])
            self._notes.mark(words.line, LineUse.APPROXIMATED)
            thing.doubt = Code.DEPENDS_ON_OUTSIDE
        else:
            raise NotUnderstood(0)

    def one(self, word: str) -> int:
        """Return an address that may be written as a name.

        Raises:
            ValueError: it is none.
        """
        return addresses.parse_one(self.aliases.get(word, word))

    def network(self, words: Words) -> IntervalSet:
        """Return `host ADDRESS`, `ADDRESS MASK` or an IPv6 prefix.

        Raises:
            ValueError: it is none of them.
        """
        first = words.take()
        if first == "host":
            return IntervalSet.of(self.one(words.take()))
        if ":" in first or "/" in first:
            found = addresses.parse(first)
            if "/" not in first or not found <= V6:
                raise NotUnderstood(words.at - 1)
            return found
        base = self.one(first)
        v4(addresses.text(base))
        return addresses.netmask(addresses.text(base), words.take())

    # ---- giving out

    def _everything(self, name: str, line: Line, kinds: tuple[str, ...]) -> tuple[list[Thing], Code | None]:
        """Return a thing and all that it contains, and the code of what is uncertain about it."""
        known = self._whole.get(name)
        if known is not None:
            return known if not known[0] or known[0][0].kind in kinds else ([], Code.UNDEFINED_NAME)
        found: list[Thing] = []
        doubt: Code | None = None
        seen, stack, size = {name}, [(name, line)], 0
        while stack:
            here, where = stack.pop()
            self._visits += 1
            thing = self.things.get(here)
            if thing is None or thing.kind not in kinds:
                self._notes.undefined(where, "object", here, f"object {name}")
                doubt = doubt or Code.UNDEFINED_NAME
                continue
            thing.used = True
            found.append(thing)
            own = len(thing.addresses) + len(thing.services) + len(thing.ports) + len(thing.messages)
            size += own
            doubt = doubt or thing.doubt
            if (
                doubt is None and not own and not thing.members
            ):  # the device keeps no such thing: its contents are missing
                self._notes.say(
                    Code.EMPTY_GROUP, Severity.WARNING, where, f"object {here}", kind="object", name=here[:60]
                )
                doubt = Code.EMPTY_GROUP
            if size > _MOST or self._visits > _MOST_VISITS:
                doubt = Code.LIMIT_REACHED
                break
            for member in thing.members:
                if member[0] not in seen:
                    seen.add(member[0])
                    stack.append(member)
        if doubt is None and not size:
            self._notes.say(Code.EMPTY_GROUP, Severity.WARNING, line, f"object {name}", kind="object", name=name[:60])
            doubt = Code.EMPTY_GROUP
        self._whole[name] = found, doubt
        return found, doubt

    def addresses(self, name: str, line: Line) -> tuple[IntervalSet, Code | None]:
        """Return the addresses of an object or group, and the code of what is uncertain about them."""
        if name not in self._addresses:
            found, doubt = self._everything(name, line, ("network",))
            every = IntervalSet.of(*(pair for one in found for own in one.addresses for pair in own.ranges))
            self._addresses[name] = every, doubt
        return self._addresses[name]

    def side(self, name: str, side: str, line: Line) -> Expr:
        """Return "the address of that side is in the object or group"."""
        known, doubt = self.addresses(name, line)
        return Field(side, known) if doubt is None else unknown(f"object {name}", doubt)

    def services(self, name: str, line: Line) -> Expr:
        """Return the packets of what stands in the place of a protocol; one expression, however often it is asked for."""
        if name not in self._matches:
            self._matches[name] = disjunction(*(one.match() for one in self.protocols(name, line)))
        return self._matches[name]

    def protocols(self, name: str, line: Line) -> tuple[Service, ...]:
        """Return the services of what stands in the place of a protocol: a protocol or service group, a service object."""
        if name not in self._services:
            found, doubt = self._everything(name, line, ("service", "protocol"))
            if doubt is None and any(one.protocols for one in found):
                doubt = Code.VALUE_NOT_UNDERSTOOD
            every = tuple(own for one in found for own in one.services)
            self._services[name] = every if doubt is None else (Service(other=unknown(f"object {name}", doubt)),)
        return self._services[name]

    def ports(self, name: str, line: Line) -> tuple[IntervalSet, Code | None]:
        """Return the ports of a group that holds ports only, and what is uncertain about them."""
        found, doubt = self._everything(name, line, ("service",))
        if any(one.services for one in found):
            doubt = doubt or Code.VALUE_NOT_UNDERSTOOD
        return IntervalSet.of(*(pair for one in found for own in one.ports for pair in own.ranges)), doubt

    def messages(self, name: str, line: Line, family: int) -> Expr:
        """Return the ICMP messages of a group."""
        found, doubt = self._everything(name, line, ("icmp-type",))
        if doubt is not None:
            return unknown(f"object {name}", doubt)
        return disjunction(*(message(own[0 if family == 4 else 1], -1) for one in found for own in one.messages))

    def finish(self) -> None:
        """Record the objects for `inspect`."""
        for name, thing in self.things.items():
            count = (
                len(thing.addresses) + len(thing.services) + len(thing.ports) + len(thing.messages) + len(thing.members)
            )
            state = "defined" if thing.used or thing.nat else "unused"
            kind = "object-group" if thing.group else "object"
            self._notes.objects.append(
                NamedObject(kind, name, f"{thing.kind}, {count} members", state, self._notes.span(thing.line))
            )
            if thing.doubt is not None:
                self._notes.mark(thing.line, LineUse.APPROXIMATED)
