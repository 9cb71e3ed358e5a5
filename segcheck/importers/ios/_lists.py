"""Access lists: standard, extended and IPv6, numbered and named, in the order of their sequence numbers.

Source: Cisco IOS Security Configuration Guide: Access Control Lists, "IP Access List Overview" (implicit deny at the end),
"IP Access List Entry Sequence Numbering" (from 10 by 10), "Configuring IP Session Filtering (Reflexive Access Lists)";
Catalyst 3750 Metro Command Reference, "deny (IPv6)": every IPv6 list ends with permit nd-na, permit nd-ns, deny, which take
effect once it has an entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.mirror import answered, mirrored
from segcheck.importers._cisco.notes import Notes, builtin
from segcheck.importers._cisco.values import FAMILY, Words, message, proto
from segcheck.importers._unsure import because, unknown
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.ios._entries import Entries
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import NOTHING, Expr, Field, Interface, Not, conjunction, disjunction
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Action,
    Call,
    Continue,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    Unsure,
)

_STANDARD, _EXTENDED, _V6 = "standard", "extended", "ipv6"
#: Turns between permit and deny beyond which a list that only classifies is not spelt out.
_MOST_TURNS = 60
#: Reflexive lists that one list may fill; beyond it they are left open.
_MOST_REFLEXIVE = 50


@dataclass(slots=True)
class AccessList:
    """An access list while it is read; `evaluates` are reflexive lists that it asks, by rule id."""

    name: str
    kind: str
    line: Line
    rules: list[tuple[int, Rule]] = field(default_factory=list)
    reflects: dict[str, str] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)
    written: int = 0
    last: int = 0
    highest: int = 0
    remark: str = ""

    @property
    def family(self) -> int:
        """The IP version that it filters."""
        return 6 if self.kind == _V6 else 4


class Lists:
    """All access lists of one file."""

    def __init__(self, notes: Notes, entries: Entries) -> None:
        self._notes = notes
        self._entries = entries
        self.by_name: dict[str, AccessList] = {}
        self.used: set[str] = set()
        self._classifying: dict[str, Expr] = {}

    # ---- reading

    def numbered(self, line: Line) -> None:
        """Read one `access-list NUMBER ...`."""
        name = line.words[1] if len(line.words) > 1 else ""
        kind = _kind_of(name)
        if not kind or (name in self.by_name and self.by_name[name].kind != kind):
            self._notes.unread(line, Scope.LIST, name, code=Code.UNSUPPORTED_LINE)
            self.by_name.setdefault(name, AccessList(name, _EXTENDED, line))
            return
        listed = self.by_name.setdefault(name, AccessList(name, kind, line))
        self._entry(listed, line, 2)

    def named(self, line: Line) -> bool:
        """Read one `ip access-list KIND NAME` or `ipv6 access-list NAME` with its entries; False if it is something else."""
        words = line.words
        if words[0] == "ipv6":
            kind, name, rest = _V6, words[2] if len(words) > 2 else "", words[3:]
        else:
            kind, name, rest = (*words[2:4], "", "")[0], words[3] if len(words) > 3 else "", words[4:]
        if kind not in (_STANDARD, _EXTENDED, _V6) or not name or rest:
            return False
        listed = self.by_name.setdefault(name, AccessList(name, kind, line))
        if listed.kind != kind:
            return False
        self._notes.understood(line)
        for child in line.children:
            self._entry(listed, child, 0)
        return True

    def removed(self, name: str) -> None:
        """Forget a list: `no access-list` above its new definition."""
        self.by_name.pop(name, None)

    def _entry(self, listed: AccessList, line: Line, at: int) -> None:
        words = Words(line, at)
        try:
            place = self._place(listed, words)
            word = words.peek()
            if word == "remark":
                self._notes.irrelevant(line)
                listed.remark = " ".join(line.words[words.at + 1 :])[:200]
                return
            if line.children:
                raise NotUnderstood(0)
            if word == "evaluate" and listed.kind != _STANDARD:
                words.take()
                self._evaluate(listed, line, words, place)
                return
            entry = (
                self._entries.standard(words)
                if listed.kind == _STANDARD
                else self._entries.extended(words, listed.family)
            )
        except ValueError:
            self._unread(listed, line, words)
            return
        action: Action = Permit() if entry.permits else Deny()
        self._notes.understood(line)
        identity = str(place)
        if entry.reflect:
            listed.reflects[identity] = entry.reflect
            if not entry.permits:
                self._unread(listed, line, words)
                return
        doubts = because(entry.match)
        if doubts:
            self._notes.mark(line, LineUse.APPROXIMATED)
        self._add(
            listed,
            place,
            Rule(
                id=identity,
                key=" ".join(line.words[at:])[:400],
                match=entry.match,
                action=action,
                span=self._notes.span(line),
                comment=listed.remark,
                text=" ".join(line.words[at:])[:400],
                log=entry.log,
                because=doubts,
            ),
        )

    def _place(self, listed: AccessList, words: Words) -> int:
        """Return the sequence number of an entry; 0 for a remark without one."""
        if words.peek() == "sequence" and listed.kind == _V6:
            words.take()
            return number(words.take(), 1, 4294967295)
        if words.peek().isdecimal():
            return number(words.take(), 1, 4294967295)
        return 0 if words.peek() == "remark" else listed.highest + 10

    def _add(self, listed: AccessList, place: int, rule: Rule) -> None:
        listed.written += 1
        listed.remark = ""
        if place in listed.places:  # the device refuses a second entry of one number
            number_ = rule.span.first if rule.span else 0
            identity = self._notes.say(
                Code.VENDOR_REFUSES, Severity.ERROR, number_, f"list {listed.name}", text=f"entry {rule.id}"
            )
            self._notes.taint(Scope.LIST, identity, listed.name)
        listed.places.add(place)
        listed.last, listed.highest = place, max(listed.highest, place)
        listed.rules.append((place, rule))

    def _unread(self, listed: AccessList, line: Line, words: Words) -> None:
        """Keep an entry that was not understood as one that may do anything to anything.

        The device prints entries in order, so it stands behind the one before it.
        """
        identity = self._notes.told(line, f"list {listed.name}", column=words.column)
        if listed.last < listed.highest:  # not as the device prints it: nobody knows where it belongs
            self._notes.taint(Scope.LIST, identity, listed.name, line)
        listed.written += 1
        listed.remark = ""
        label = next((word for word in line.words[:1] if word.isdecimal()), f"after {listed.last}")
        rule = Rule(
            id=label,
            key=f"unread {listed.written}",
            match=unknown(f"entry {label}", Code.UNRECOGNISED_LINE),
            action=PERMIT_OR_DENY_OR_NOTHING,
            span=self._notes.span(line),
            text=f"{line.words[0][:20]} ...",
            because=(Code.UNRECOGNISED_LINE.value,),
        )
        listed.rules.append((listed.last, rule))

    def _evaluate(self, listed: AccessList, line: Line, words: Words, place: int) -> None:
        name = words.take()
        words.end()
        self._notes.understood(line)
        self._add(
            listed,
            place,
            Rule(
                id=str(place),
                key=f"evaluate {name}",
                match=answered(),
                action=Call(f"ios/reflect {name}"),
                span=self._notes.span(line),
                text=f"evaluate {name}"[:400],
            ),
        )

    # ---- giving out

    def use(self, name: str, family: int, line: Line, scope: str) -> AccessList | None:
        """Return the list that a command names, None if nothing defines it."""
        listed = self.by_name.get(name)
        if listed is not None and listed.family == family:
            self.used.add(name)
            return listed
        self._notes.undefined(line, "access list", name, scope)
        return None

    def made(self, bound: dict[str, dict[str, list[str]]], *, translating: bool, whole: bool) -> dict[str, RuleList]:
        """Return every list, with the reflexive ones that they ask.

        bound         the interfaces to which a list is bound, by its name and side
        translating   the device translates addresses, so that answers have others than the packets that they answer
        whole         nothing is missing from the file
        """
        found = {}
        for listed in self.by_name.values():
            rules = tuple(rule for _, rule in sorted(listed.rules, key=lambda pair: pair[0]))
            default: Deny | Permit | Unsure = Deny()
            if not listed.written:
                # IPv6: the implicit entries need an entry to take effect; IPv4: no source settles it
                default = Permit() if listed.kind == _V6 and whole else Unsure((Permit(), Deny()))
            elif listed.kind == _V6:
                rules = (*rules, *_neighbours())
            found[listed.name] = RuleList(
                name=listed.name, rules=rules, default=default, default_span=self._notes.span(listed.line)
            )
        for name in sorted(self._reflexive_names()):
            found[f"ios/reflect {name}"] = self._reflexive(name, found, bound, sure=whole and not translating)
        return found

    def _reflexive_names(self) -> set[str]:
        asked = {
            rule.action.list.removeprefix("ios/reflect ")
            for listed in self.by_name.values()
            for _, rule in listed.rules
            if isinstance(rule.action, Call)
        }
        return asked | {name for listed in self.by_name.values() for name in listed.reflects.values()}

    def _reflexive(
        self, name: str, found: dict[str, RuleList], bound: dict[str, dict[str, list[str]]], *, sure: bool
    ) -> RuleList:
        """Return the list of answers to what a reflexive list remembers.

        It is the list of the entry with `reflect`, turned round: an answer is let in if the entry that let the opening
        packet out is one with `reflect NAME`.
        """
        rules: list[Rule] = []
        writers = [one for one in self.by_name.values() if name in one.reflects.values()]
        sides = bound.get(writers[0].name, {}) if writers else {}
        if not sure or len(writers) != 1 or not sides or len(set(writers[0].reflects.values())) > _MOST_REFLEXIVE:
            doubt = unknown(f"reflexive list {name}")
            rules = [builtin(f"reflect {name}", doubt, Unsure((Permit(), Continue())))]
            return RuleList(name=f"ios/reflect {name}", rules=tuple(rules), default=Return(), builtin=True)
        # An answer comes by the interface that the opening packet left by; which it will leave by, nobody knows yet.
        came: list[Expr] = [Interface("in", tuple(sides["out"]))] if sides.get("out") else []
        came += [unknown("the interface that the opening packet came by")] if sides.get("in") else []
        for rule in found[writers[0].name].rules:
            action: Action = Return()
            if writers[0].reflects.get(rule.id) == name:
                action = Permit()
            elif not isinstance(rule.action, Permit | Deny):
                action = Unsure((Permit(), Return(), Continue()))
            match = conjunction(disjunction(*came), mirrored(rule.match))
            rules.append(replace(rule, match=match, action=action, because=because(match), log=False))
        return RuleList(name=f"ios/reflect {name}", rules=tuple(rules), default=Return(), builtin=True)

    def classifying(self, name: str, family: int, line: Line, scope: str) -> Expr:
        """Return "the list permits the packet", for lists that sort packets instead of filtering them."""
        listed = self.use(name, family, line, scope)
        if listed is None:
            return unknown(f"access list {name}", Code.UNDEFINED_NAME)
        if not listed.written:
            return unknown(f"empty access list {name}", Code.EMPTY_GROUP)
        if name not in self._classifying:
            self._classifying[name] = _permitted([rule for _, rule in sorted(listed.rules, key=lambda pair: pair[0])])
        return self._classifying[name]

    def finish(self) -> None:
        """Record the lists for `inspect`."""
        for listed in self.by_name.values():
            state = "defined" if listed.name in self.used else "unused"
            text = f"{listed.kind}, {listed.written} entries"
            self._notes.objects.append(
                NamedObject("access list", listed.name, text, state, self._notes.span(listed.line))
            )


def _kind_of(name: str) -> str:
    """Return the kind of a numbered list, "" if it is none for IP."""
    value = int(name) if name.isascii() and name.isdecimal() and len(name) < 6 else 0
    if 1 <= value <= 99 or 1300 <= value <= 1999:
        return _STANDARD
    if 100 <= value <= 199 or 2000 <= value <= 2699:
        return _EXTENDED
    return ""


def _neighbours() -> tuple[Rule, ...]:
    return tuple(
        builtin(f"implicit {name}", conjunction(Field("src", FAMILY[6]), proto(58), message(kind, -1)), Permit())
        for name, kind in (("nd-na", 136), ("nd-ns", 135))
    )


def _permitted(rules: list[Rule]) -> Expr:
    """Return the packets that a list permits; from its end on, entries of one kind in a row together."""
    result: Expr = NOTHING
    turns = 0
    row: list[Expr] = []
    kind = True
    for rule in reversed(rules):
        sure = isinstance(rule.action, Permit | Deny)
        permits = isinstance(rule.action, Permit)
        if row and (permits is not kind or not sure):
            result = _folded(kind, row, result)
            row, turns = [], turns + 1
        if not sure:
            doubt = unknown(f"entry {rule.id}", Code.UNRECOGNISED_LINE)
            result = disjunction(doubt, conjunction(doubt, result))
            turns += 1
            continue
        kind = permits
        row.append(rule.match)
        if turns > _MOST_TURNS:
            return unknown("access list of many turns")
    return _folded(kind, row, result) if row else result


def _folded(permits: bool, row: list[Expr], rest: Expr) -> Expr:
    if permits:
        return disjunction(*reversed(row), rest)
    return conjunction(Not(disjunction(*reversed(row))), rest)
