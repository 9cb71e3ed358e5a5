"""What is remembered while one FortiGate file is read: diagnostics, the use of every line, and doubts per VDOM."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from segcheck.importers._diagnostics import Diagnostics
from segcheck.importers._unsure import unknown
from segcheck.importers.fortigate._defaults import Version
from segcheck.importers.fortigate._tree import Node, Value
from segcheck.model.device import NamedObject, Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import Expr, conjunction
from segcheck.model.rules import Action, Rule
from segcheck.model.source import SourceText, Span

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Notes:
    """Diagnostics and line uses of one file."""

    def __init__(self, source: SourceText) -> None:
        self.path = source.path
        self.account = LineAccount(len(source.lines()))
        self._diagnostics = Diagnostics(source.path)

    def span(self, first: int, last: int | None = None) -> Span | None:
        """Return the span of lines, None for line 0 (nowhere)."""
        return Span(self.path, first, max(first, last or first)) if first else None

    def say(self, code: Code, severity: Severity, line: int, scope: str = "", column: int = 0, **params: str) -> str:
        """Record a diagnostic, once per code and place, and return its id."""
        return self._diagnostics.add(
            Diagnostic(code, severity, self.span(line), scope, column, tuple(params.items()))
        ).id

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return all diagnostics in the order of the file."""
        return tuple(
            sorted(self._diagnostics.all(), key=lambda d: (d.span.first if d.span else 0, d.column, d.code.value))
        )

    @property
    def limit(self) -> Diagnostic | None:
        """Return the diagnostic that stands for those beyond the limit, None if all are there."""
        return self._diagnostics.limit

    def mark(self, spans: Iterable[tuple[int, int]], use: LineUse) -> None:
        """Record the use of lines."""
        for first, last in spans:
            self.account.mark(first, min(last, self.account.total), use)

    def approximate(self, node: Node, key: str) -> None:
        """Record that a setting was read with less than its meaning."""
        value = node.values.get(key)
        if value:
            value.used = True
            self.mark(value.spans, LineUse.APPROXIMATED)

    def finish(
        self, node: Node, irrelevant: Collection[str] = (), scope: str = "device", tables: Collection[str] = ()
    ) -> list[str]:
        """Account for every line of a node that was read, and return the ids of the diagnostics of what was not.

        irrelevant   keys, and nested tables as `config NAME`, that cannot matter (each named with its reason there)
        tables       nested tables that the caller accounts for itself
        """
        self.mark(node.frame, LineUse.UNDERSTOOD)
        ids = []
        for key, value in node.values.items():
            if value.used:
                self.mark(value.spans, LineUse.UNDERSTOOD)
            elif key in irrelevant:
                self.mark(value.spans, LineUse.IRRELEVANT)
            else:
                ids.append(self.unread_setting(key, value, scope))
        for name, table in node.tables.items():
            if name in tables:
                continue
            if f"config {name}" in irrelevant or table.empty():
                self.mark(table.spans, LineUse.IRRELEVANT)
            else:
                self.mark(table.spans, LineUse.UNRECOGNISED)
                ids.append(self.say(Code.UNRECOGNISED_LINE, Severity.ERROR, table.first, scope, text=f"config {name}"))
        ids.extend(self.finish_unread(node, scope))
        return ids

    def unread_setting(self, key: str, value: Value, scope: str) -> str:
        """Account for a setting that is in no table; its words stay out of the diagnostic, they may be a secret."""
        self.mark(value.spans, LineUse.UNRECOGNISED)
        return self.say(Code.UNRECOGNISED_LINE, Severity.ERROR, value.line, scope, value.column, text=f"set {key} ...")

    def finish_unread(self, node: Node, scope: str) -> list[str]:
        """Account for the lines of a node that could not be carried out at all."""
        ids = []
        for line in node.unread:
            self.mark([(line.first, line.last)], LineUse.UNRECOGNISED)
            code = Code.VENDOR_REFUSES if line.refused else Code.UNRECOGNISED_LINE
            ids.append(self.say(code, Severity.ERROR, line.first, scope, line.column, text=line.word))
        return ids


class Vdom:
    """One virtual domain while it is read: its tables, the shared ones, and what was doubtful."""

    def __init__(
        self, name: str, own: dict[str, Node], shared: dict[str, Node], notes: Notes, version: Version | None
    ) -> None:
        self.name = name
        self.own = own
        self.shared = shared
        self.notes = notes
        self.version = version
        self.taints: dict[tuple[Scope, str, str], Taint] = {}
        self.objects: list[NamedObject] = []

    def table(self, path: str) -> Node:
        """Return a table of this VDOM, or the shared one, or an empty one."""
        return self.own.get(path) or self.shared.get(path) or Node(path)

    def has(self, path: str) -> bool:
        """Return whether the file holds that table for this VDOM."""
        return path in self.own or path in self.shared

    def taint(self, scope: Scope, diagnostic: str, subject: str = "", line: int = 0, *, by_table: bool = False) -> None:
        """Record that something unread makes part of this VDOM uncertain."""
        made = Taint(scope, diagnostic, subject, self.notes.span(line), by_table)
        self.taints.setdefault((scope, diagnostic, subject), made)

    def torn(self, *paths: str) -> bool:
        """Return whether a line of one of these tables may have begun an entry that nobody can tell any more."""
        return any(table.values or table.unread or table.tables for table in map(self.table, paths))

    def unsupported(self, node: Node, scope: Scope, text: str, subject: str = "") -> None:
        """Account for a whole node that is known and not modelled, and taint `scope` because of it."""
        self.notes.mark(node.spans, LineUse.UNSUPPORTED)
        identity = self.notes.say(
            Code.UNSUPPORTED_LINE, Severity.ERROR, node.first, f"{scope.value} {subject}".strip(), text=text
        )
        self.taint(scope, identity, subject, node.first)

    def doubt(
        self, node: Node, irrelevant: Collection[str], scope: Scope, subject: str = "", **more: Collection[str]
    ) -> None:
        """Account for a node, and taint `scope` if anything in it was not read."""
        where = f"{scope.value} {subject}".strip()
        for identity in self.notes.finish(node, irrelevant, where, **more):
            self.taint(scope, identity, subject, node.first)


def nothing_sure(rule: Rule, where: Expr, action: Action) -> Rule:
    """Return a rule of which something was not read: what that was may turn round or replace all that it says.

    where    packets that it can concern at all
    action   what it may do
    """
    doubt = unknown(f"unread lines of {rule.id}", Code.UNRECOGNISED_LINE)
    return replace(rule, match=conjunction(where, doubt), action=action, because=(Code.UNRECOGNISED_LINE.value,))


def evaluate(
    start: Key,
    cache: dict[Key, Made],
    children: Callable[[Key], tuple[Key, ...]],
    build: Callable[[Key, list[Made]], Made],
    cyclic: Callable[[Key], Made],
) -> Made:
    """Return what `build` makes of `start` and of its children's results; groups of groups of any depth, no recursion.

    A child that is being built already (a group that contains itself) is replaced by `cyclic` of it.
    """
    open_now: dict[Key, tuple[Key, ...]] = {}
    stack = [start]
    while stack:
        key = stack[-1]
        if key in cache:
            stack.pop()
        elif key in open_now:
            members = open_now.pop(key)
            cache[key] = build(key, [cache[m] if m in cache else cyclic(m) for m in members])
            stack.pop()
        else:
            open_now[key] = children(key)
            stack.extend(m for m in open_now[key] if m not in cache and m not in open_now)
    return cache[start]
