"""Static filters, and the lists that interfaces make of them.

Source: Yamaha Router Command Reference, `ip filter`, `ip INTERFACE secure filter`, `ip filter set`: filters are asked
in the order in which the interface names them, whatever their numbers; the first that fits decides; what fits none is
discarded; an interface that names none passes everything. `restrict` passes while the line is connected and discards
while it is not. A number that nothing defines, no source settles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from segcheck.importers._unsure import because
from segcheck.importers._words import number
from segcheck.importers.yamaha._notes import Notes
from segcheck.importers.yamaha._syntax import Line
from segcheck.importers.yamaha._values import FAMILY, Part, Words, address, parts
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Expr, Field, conjunction, disjunction
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Action,
    Deny,
    Permit,
    Rule,
    Unsure,
)

HIGHEST = 2147483647
_ACTION = re.compile(r"(pass|reject|restrict)(-log|-nolog)?")
_SIDES = {"in": "in", "out": "out"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A static filter; `action` is pass, reject or restrict, "" when the line was not understood."""

    line: Line
    action: str = ""
    source: Expr = ANYTHING
    target: Expr = ANYTHING
    parts: tuple[Part, ...] = ()
    log: bool = False

    def match(self) -> Expr:
        """Return the packets that it fits."""
        return conjunction(self.source, self.target, disjunction(*(one.packets() for one in self.parts)))


@dataclass(frozen=True, slots=True)
class Bound:
    """What one command binds to one side of an interface: numbers of static and of dynamic filters."""

    line: Line
    statics: tuple[str, ...]
    dynamics: tuple[str, ...]


@dataclass(slots=True)
class Filters:
    """The static filters of one file, and the sets of numbers that have names."""

    notes: Notes
    by_number: dict[tuple[int, str], Filter] = field(default_factory=dict)
    sets: dict[tuple[int, str], dict[str, Bound]] = field(default_factory=dict)
    used: set[tuple[int, str]] = field(default_factory=set)
    _fragments: bool = False
    _made: dict[int, Rule] = field(default_factory=dict)

    def define(self, line: Line, family: int) -> None:
        """Read `ip filter NUMBER ...`; a second definition of a number takes the place of the first."""
        words = Words(line, 2)
        try:
            identity = str(number(words.take(), 1, HIGHEST))
        except ValueError:
            self.notes.unread(line, Scope.DEVICE, column=words.column)
            return
        if (family, identity) in self.by_number:
            self.notes.add(
                Code.DUPLICATE_NAME,
                Severity.WARNING,
                self.notes.span(line),
                f"filter {identity}",
                line.columns[2],
                kind="ip filter" if family == 4 else "ipv6 filter",
                name=identity,
            )
        try:
            self.by_number[family, identity] = self._filter(words, family)
        except ValueError:
            self.notes.told(line, f"filter {identity}", column=words.column)
            self.by_number[family, identity] = Filter(line)

    def _filter(self, words: Words, family: int) -> Filter:
        named = _ACTION.fullmatch(words.take())
        if named is None:
            raise ValueError(words.line.words[3])
        source, target = address(words.take(), "src", family), address(words.take("*"), "dst", family)
        protocols = parts(words.take("*"), words.take("*"), words.take("*"))
        words.end()
        codes = because(source, target, *(doubt for one in protocols for doubt in (one.within, one.doubt)))
        self.notes.mark(words.line, LineUse.APPROXIMATED if codes else LineUse.UNDERSTOOD)
        for code in codes:
            self._warn(words.line, Code(code), **_told(Code(code), words.line))
        if not self._fragments and any(not one.plain for one in protocols):
            self._fragments = True  # told once: it holds for every such filter
            self._warn(
                words.line, Code.CONDITION_NOT_MODELLED, condition="later fragments and filters with ports or flags"
            )
        return Filter(words.line, named[1], source, target, protocols, named[2] == "-log" or (named[0] == "reject"))

    def _warn(self, line: Line, code: Code, **params: str) -> None:
        where = f"filter {line.words[2]}"
        self.notes.add(code, Severity.WARNING, self.notes.span(line), where, line.columns[3], **params)

    def named_set(self, line: Line, family: int) -> None:
        """Read `ip filter set NAME in|out NUMBERS [dynamic NUMBERS]`."""
        words = Words(line, 3)
        try:
            name, side = words.take(), words.take()
            self.sets.setdefault((family, name), {})[_SIDES[side]] = numbers(words)
        except (ValueError, KeyError):
            self.notes.unread(line, Scope.DEVICE, column=words.column)
            return
        self.notes.understood(line)

    def rules(self, bound: Bound, family: int, where: str) -> list[Rule]:
        """Return the rules of one side of an interface, in the order in which it names them."""
        found: list[Rule] = []
        seen: dict[str, int] = {}
        for identity in bound.statics:
            seen[identity] = seen.get(identity, 0) + 1
            self.used.add((family, identity))
            known = self.by_number.get((family, identity))
            place = identity if seen[identity] == 1 else f"{identity}#{seen[identity]}"
            if known is None:
                self.notes.undefined(bound.line, "ip filter" if family == 4 else "ipv6 filter", identity, where)
                found.append(_unread(place, bound.line, self.notes, Code.UNDEFINED_NAME))
            elif not known.action:
                found.append(_unread(place, known.line, self.notes, Code.UNRECOGNISED_LINE))
            else:
                found.append(self._rule(place, known))
        return found

    def decides_all(self, bound: Bound, family: int) -> bool:
        """Return whether a filter of a side fits every packet, so that nothing comes after it."""
        every = Field("src", FAMILY[family]), Field("dst", FAMILY[family])
        return any(
            known is not None
            and known.action in ("pass", "reject")
            and (known.source, known.target) == every
            and known.parts == (Part(None),)
            for known in (self.by_number.get((family, identity)) for identity in bound.statics)
        )

    def _rule(self, identity: str, known: Filter) -> Rule:
        """Return the rule of a filter; many lists share it."""
        made = self._made.get(known.line.number)
        if made is None:
            made = self._made[known.line.number] = self._new(identity, known)
        return made if made.id == identity else replace(made, id=identity, key=identity)

    def _new(self, identity: str, known: Filter) -> Rule:
        action: Action = Permit() if known.action == "pass" else Deny()
        match = known.match()
        doubts = because(match)
        if known.action == "restrict":
            action = Unsure((Permit(), Deny()))
            doubts = tuple(sorted({*doubts, Code.ACTION_NOT_MODELLED.value}))
        return Rule(
            id=identity,
            key=identity,
            match=match,
            action=action,
            span=self.notes.span(known.line),
            text=known.line.text[:400],
            log=known.log,
            because=doubts,
        )

    def finish(self) -> None:
        """List the filters as named objects."""
        for (family, identity), known in self.by_number.items():
            state = "defined" if (family, identity) in self.used else "unused"
            kind = "ip filter" if family == 4 else "ipv6 filter"
            text = known.line.text[:200] if known.action else ""
            self.notes.objects.append(NamedObject(kind, identity, text, state, self.notes.span(known.line)))


def numbers(words: Words) -> Bound:
    """Return the numbers that are left, static ones and those behind `dynamic`.

    Raises:
        ValueError: something else stands there, or nothing.
    """
    statics: list[str] = []
    dynamics: list[str] = []
    current = statics
    for word in words.rest():
        if word == "dynamic" and current is statics:
            current = dynamics
        else:
            current.append(str(number(word, 1, HIGHEST)))
    if not (statics or dynamics) or (current is dynamics and not dynamics):
        raise ValueError(words.line.text)
    return Bound(words.line, tuple(statics), tuple(dynamics))


def _unread(identity: str, line: Line, notes: Notes, code: Code) -> Rule:
    return Rule(
        id=identity,
        key=identity,
        match=ANYTHING,
        action=PERMIT_OR_DENY_OR_NOTHING,
        span=notes.span(line),
        text=f"filter {identity}",
        because=(code.value,),
    )


def _told(code: Code, line: Line) -> dict[str, str]:
    if code is Code.DEPENDS_ON_OUTSIDE:
        return {"what": "an address of a filter"}
    if code is Code.VALUE_NOT_UNDERSTOOD:
        return {"value": "a value", "where": f"{line.words[0]} filter {line.words[2]}"}
    return {"condition": "ports, flags or kinds of ICMP"}
