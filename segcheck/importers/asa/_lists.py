"""Access lists, in the order of their lines, and to which interfaces they are bound.

Source: Cisco ASA Series Command Reference, "access-list extended", "access-group": entries in the order in which they stand,
`line N` puts one in the place N; remarks count as lines. Firewall CLI Configuration Guide, "Access Rules": an interface's rules
before the global ones, then an implicit deny; a list with `control-plane` has none. Only extended lists (`advanced` ones on
Threat Defense) can be bound; `per-user-override` lets lists of users come first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words
from segcheck.importers._unsure import because, unknown
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.asa._entries import Entries, Entry
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Action, Deny, Permit, Return, Rule, RuleList, Unsure

#: What Threat Defense permits may still be refused by what is not in this text: applications, addresses by name, intrusion.
_INSPECTED = Unsure((Permit(), Deny()))


@dataclass(slots=True)
class AccessList:
    """An access list while it is read; `rules` holds None for a remark."""

    name: str
    line: Line
    rules: list[Rule | None] = field(default_factory=list)
    filters: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """One `access-group`; `interface` "" for the global one."""

    name: str
    side: str
    interface: str
    line: Line
    per_user: bool = False


class Lists:
    """All access lists of one file, and their bindings."""

    def __init__(self, notes: Notes, entries: Entries, interfaces: Interfaces) -> None:
        self._notes = notes
        self._entries = entries
        self._interfaces = interfaces
        self.by_name: dict[str, AccessList] = {}
        self.bindings: list[Binding] = []

    def read(self, line: Line) -> None:
        """Read one `access-list NAME ...`."""
        words = Words(line, 1)
        if len(line.words) < 3 or line.children:
            self._notes.unread(line, Scope.DEVICE)
            return
        name = words.take()
        listed = self.by_name.setdefault(name, AccessList(name, line))
        place, kind = None, ""
        try:
            if words.accept("line"):
                place = number(words.take(), 1, 1_000_000)
            kind = words.take()
            if kind == "remark":
                listed.remark = " ".join(line.words[words.at :])[:200]
                self._put(listed, None, place)
                self._notes.irrelevant(line)
                return
            if kind in ("standard", "webtype", "ethertype"):  # for routing and portals; what binds one says so
                self._notes.irrelevant(line)
                return
            if kind not in ("extended", "advanced"):
                raise NotUnderstood(words.at - 1)
            entry = self._entries.extended(words, advanced=kind == "advanced")
        except ValueError:
            self._unread(listed, line, words, place)
            return
        listed.filters = True
        self._notes.mark(line, LineUse.UNDERSTOOD)
        self._entry(listed, line, entry, place)

    def _entry(self, listed: AccessList, line: Line, entry: Entry, place: int | None) -> None:
        doubts = because(entry.match)
        action: Action = Deny() if entry.word == "deny" else Permit()
        if entry.advanced and entry.word == "permit":
            action = _INSPECTED
            doubts = (*doubts, Code.ACTION_NOT_MODELLED.value)
        if doubts:
            self._notes.mark(line, LineUse.APPROXIMATED)
        text = " ".join(line.words[2:])[:400]
        self._put(
            listed,
            Rule(
                id="",
                key=text,
                match=entry.match,
                action=action,
                span=self._notes.span(line),
                enabled=entry.enabled,
                name=f"rule-id {entry.id}" if entry.id else "",
                comment=listed.remark,
                text=text,
                log=entry.log,
                because=doubts,
            ),
            place,
        )

    @staticmethod
    def _put(listed: AccessList, rule: Rule | None, place: int | None) -> None:
        at = len(listed.rules) if place is None else min(place - 1, len(listed.rules))
        listed.rules.insert(at, rule)

    def _unread(self, listed: AccessList, line: Line, words: Words, place: int | None) -> None:
        """Keep an entry that was not understood as one that may do anything to anything."""
        self._notes.told(line, f"list {listed.name}", column=words.column)
        listed.filters = True
        rule = Rule(
            id="",
            key=f"unread {line.number}",
            match=unknown("unread entry", Code.UNRECOGNISED_LINE),
            action=PERMIT_OR_DENY_OR_NOTHING,
            span=self._notes.span(line),
            text="access-list ...",
            because=(Code.UNRECOGNISED_LINE.value,),
        )
        self._put(listed, rule, place)

    def bind(self, line: Line) -> None:
        """Read one `access-group`; interfaces have been read before."""
        words = Words(line, 1)
        try:
            name, side = words.take(), words.take()
            interface, options = "", set()
            if side == "global":
                pass
            elif side in ("in", "out") and words.accept("interface"):
                interface = words.take()
                while words.left:
                    options.add(words.take())
                if not options <= {"per-user-override", "control-plane"} or (side == "out" and options):
                    raise NotUnderstood(words.at - 1)
                if self._interfaces.named(interface) is None:
                    raise NotUnderstood(4)
            else:
                raise NotUnderstood(2)
            words.end()
            if line.children:
                raise NotUnderstood(0)
        except ValueError:
            self._notes.unread(line, Scope.DEVICE, column=words.column)
            return
        self._notes.understood(line)
        kind = "control-plane" if "control-plane" in options else side
        self.bindings.append(Binding(name, kind, interface, line, "per-user-override" in options))

    def bound(self, side: str, interface: str = "") -> Binding | None:
        """Return what is bound there; of several commands the last one stands."""
        found = [one for one in self.bindings if (one.side, one.interface) == (side, interface)]
        return found[-1] if found else None

    def use(self, binding: Binding) -> str:
        """Return the name of the list that a binding consults; of one that nobody wrote, `asa/undefined NAME`."""
        listed = self.by_name.get(binding.name)
        if listed is not None and listed.filters:
            return listed.name
        self._notes.undefined(binding.line, "access list", binding.name, "access-group")
        self._notes.mark(binding.line, LineUse.APPROXIMATED)
        return f"asa/undefined {binding.name}"

    def made(self, falling: frozenset[str]) -> dict[str, RuleList]:
        """Return every list; those of `falling` end without an outcome, for what is asked after them."""
        found = {}
        for listed in self.by_name.values():
            rules = [replace(one, id=str(number_)) for number_, one in enumerate(listed.rules, 1) if one is not None]
            if listed.filters:
                default = Return() if listed.name in falling else Deny()
                found[listed.name] = RuleList(
                    name=listed.name, rules=tuple(rules), default=default, default_span=self._notes.span(listed.line)
                )
        for binding in self.bindings:
            if binding.name not in found:
                name = f"asa/undefined {binding.name}"
                either: Action = Unsure((Permit(), Deny()))
                made = Rule(id="undefined", key="undefined", match=unknown(name, Code.UNDEFINED_NAME), action=either)
                found[name] = RuleList(
                    name=name, rules=(made,), default=Return() if binding.name in falling else Deny(), builtin=True
                )
        return found

    def finish(self) -> None:
        """Record the lists for `inspect`."""
        bound = {one.name for one in self.bindings}
        for listed in self.by_name.values():
            state = "defined" if listed.name in bound else "unused"
            text = f"{sum(1 for one in listed.rules if one is not None)} entries"
            self._notes.objects.append(
                NamedObject("access list", listed.name, text, state, self._notes.span(listed.line))
            )
