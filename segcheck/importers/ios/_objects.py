"""Object groups: `object-group network` and `object-group service`, groups of groups included.

Source: Cisco IOS Security Configuration Guide: Access Control Lists, "Object Groups for ACLs": network masks (not wildcards),
`range`, `host`, `any`, `group-object`; services with optional `source` ports, `tcp-udp` for both protocols, `eq` implied.
A group that is not defined, empty or not wholly read makes its match unknown: IOS does not take such a reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import FAMILY, PORTED, Words, icmp, ports, proto, protocol
from segcheck.importers._unsure import unknown
from segcheck.importers._words import NotUnderstood, v4
from segcheck.model.device import NamedObject
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Expr, Field, conjunction
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Members of which a group may consist altogether, those of its groups included.
_MOST = 200_000
#: Groups that are looked into for all entries of a file together; beyond it, what a group holds is unknown.
_MOST_VISITS = 300_000


@dataclass(slots=True)
class Service:
    """A service as an entry asks for it: of L3 alone, and of the L4 header (`ANYTHING` if it does not)."""

    layer3: Expr
    layer4: Expr


@dataclass(slots=True)
class _Group:
    kind: str
    line: Line
    addresses: list[IntervalSet] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    members: list[tuple[str, Line]] = field(default_factory=list)
    sure: bool = True
    used: bool = False


class Objects:
    """The object groups of one file."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._groups: dict[tuple[str, str], _Group] = {}
        self._visits = 0
        self._networks: dict[str, IntervalSet | None] = {}
        self._services: dict[str, tuple[Service, ...]] = {}

    def read(self, line: Line) -> None:
        """Read one definition; a second one of the same name adds to the first."""
        kind, name = (*line.words[1:3], "", "")[:2]
        if kind not in ("network", "service") or len(line.words) != 3:
            # whatever refers to it finds no definition, which makes that match unknown
            self._notes.told(line, "object group", code=Code.UNSUPPORTED_LINE)
            return
        group = self._groups.setdefault((kind, name), _Group(kind, line))
        self._notes.understood(line)
        for child in line.children:
            words = Words(child)
            try:
                self._member(group, words)
                words.end()
                if child.children:
                    raise NotUnderstood(0)
            except ValueError:
                group.sure = False
                column = child.columns[0]
                self._notes.told(child, f"object-group {name}", column=column)
                continue
            self._notes.understood(child)

    def _member(self, group: _Group, words: Words) -> None:
        first = words.take()
        if first == "description":
            words.at = len(words.line.words)
        elif first == "group-object":
            group.members.append((words.take(), words.line))
        elif group.kind == "network":
            group.addresses.append(_network(first, words))
        else:
            group.services.extend(_services(first, words))

    def network(self, name: str, side: str, line: Line) -> Expr:
        """Return "the address of that side is in the group"."""
        if name not in self._networks:
            found, sure = self._whole("network", name, line)
            every = IntervalSet.of(*(pair for group in found for one in group.addresses for pair in one.ranges))
            self._networks[name] = every if sure else None
        known = self._networks[name]
        if known is None:
            return conjunction(Field(side, FAMILY[4]), unknown(f"object-group {name}", Code.UNDEFINED_NAME))
        return Field(side, known)

    def services(self, name: str, line: Line) -> tuple[Service, ...]:
        """Return the services of a group."""
        if name not in self._services:
            found, sure = self._whole("service", name, line)
            open_ = (Service(unknown(f"object-group {name}", Code.UNDEFINED_NAME), ANYTHING),)
            self._services[name] = tuple(s for group in found for s in group.services) if sure else open_
        return self._services[name]

    def _whole(self, kind: str, name: str, line: Line) -> tuple[list[_Group], bool]:
        """Return a group and all that it contains; and whether that was all read and is something."""
        found: list[_Group] = []
        seen = {name}
        stack = [(name, line)]
        sure, size = True, 0
        while stack:
            here, where = stack.pop()
            self._visits += 1
            group = self._groups.get((kind, here))
            if group is None:
                self._notes.undefined(where, "object-group", here, f"object-group {name}")
                sure = False
                continue
            group.used = True
            found.append(group)
            size += len(group.addresses) + len(group.services)
            sure = sure and group.sure and size < _MOST and self._visits < _MOST_VISITS
            if not sure:
                break
            for member in group.members:
                if member[0] not in seen:
                    seen.add(member[0])
                    stack.append(member)
        if sure and not size:
            self._notes.say(
                Code.EMPTY_GROUP, Severity.WARNING, line, f"object-group {name}", kind="object-group", name=name[:60]
            )
            sure = False
        return found, sure

    def finish(self) -> None:
        """Record the groups for `inspect`."""
        for (kind, name), group in self._groups.items():
            count = len(group.addresses) + len(group.services) + len(group.members)
            state = "defined" if group.used else "unused"
            text = f"{kind}, {count} members"
            self._notes.objects.append(NamedObject("object-group", name, text, state, self._notes.span(group.line)))
            if not group.sure:
                self._notes.mark(group.line, LineUse.APPROXIMATED)


def _network(first: str, words: Words) -> IntervalSet:
    if first == "any":
        return FAMILY[4]
    if first == "host":
        return IntervalSet.of(v4(words.take()))
    if first == "range":
        low, high = v4(words.take()), v4(words.take())
        if low > high:
            raise ValueError(first)
        return IntervalSet.of((low, high))
    second = words.take()
    if second.startswith("/"):
        return addresses.parse(f"{first}{second}") & FAMILY[4]
    return addresses.netmask(first, second)


def _services(first: str, words: Words) -> Iterator[Service]:
    if first == "tcp-udp":
        at = words.at
        yield _ported(6, words)
        words.at = at
        yield _ported(17, words)
        return
    numbers = protocol(first, 4)
    if numbers is None:
        yield Service(ANYTHING, ANYTHING)
    elif numbers.count == 1 and numbers.min in PORTED:
        yield _ported(numbers.min, words)
    else:
        message = icmp(words, 4) if numbers.min == 1 else None
        yield Service(Field("proto", numbers), message or ANYTHING)


def _ported(number: int, words: Words) -> Service:
    terms: list[Expr] = []
    if words.accept("source"):
        source = ports(words, number, bare=True)
        if source is None:
            raise ValueError("source")
        terms.append(Field("sport", source))
    target = ports(words, number, bare=True)
    if target is not None:
        terms.append(Field("dport", target))
    return Service(proto(number), conjunction(*terms))
