"""What is remembered while one hierarchical file is read: diagnostics, uses of lines, doubts per virtual system."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from segcheck.importers._diagnostics import Diagnostics
from segcheck.importers._hierarchy.tree import Node, Tree
from segcheck.importers._unsure import unknown
from segcheck.model.device import NamedObject, Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import Condition
from segcheck.model.source import SourceText, Span

#: Unread words that one part of a file tells one by one; those beyond it are counted, and the part is tainted already.
_MOST_TOLD = 300
#: Words that are surely names of settings, never values that might be secret.
_SETTING = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,6}")


class Notes:
    """Diagnostics and line uses of one file."""

    def __init__(self, source: SourceText) -> None:
        self.path = source.path
        self.account = LineAccount(len(source.lines()))
        self._diagnostics = Diagnostics(source.path)

    def span(self, first: int, last: int | None = None) -> Span | None:
        """Return the span of lines, None for line 0 (nowhere)."""
        return Span(self.path, first, max(first, last or first)) if first else None

    def extent(self, node: Node) -> Span | None:
        """Return the lines of a node with all that it holds."""
        return self.span(*node.extent()) if node else None

    def say(self, code: Code, severity: Severity, place: Node | int, scope: str = "", **params: str) -> str:
        """Record a diagnostic, once per code and place, and return its id."""
        line, column = (place.first, place.column) if isinstance(place, Node) else (place, 0)
        shown = tuple((name, text[:80]) for name, text in params.items())
        return self._diagnostics.add(Diagnostic(code, severity, self.span(line), scope, column, shown)).id

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return all diagnostics in the order of the file."""
        return tuple(
            sorted(self._diagnostics.all(), key=lambda d: (d.span.first if d.span else 0, d.column, d.code.value))
        )

    @property
    def limit(self) -> Diagnostic | None:
        """Return the diagnostic that stands for those beyond the limit, None if all are there."""
        return self._diagnostics.limit

    def mark(self, lines: Iterable[tuple[int, int]], use: LineUse) -> None:
        """Record the use of lines."""
        total = self.account.total
        for first, last in lines:
            if 1 <= first <= total:
                self.account.mark(first, min(max(first, last), total), use)

    def sweep(self, node: Node, scope: str, tables: Iterable[str] = ()) -> list[str]:
        """Return the ids of diagnostics for everything at and below a node that nobody has marked, and mark it.

        tables   words directly below it that the caller accounts for itself
        """
        left_out = set(tables)
        found: list[str] = []
        stack = [(node, node)]
        while stack:
            one, parent = stack.pop()
            if one.use in (None, LineUse.UNRECOGNISED) and one.word and one is not node:
                if len(found) < _MOST_TOLD:
                    found.append(self._unread(one, parent, scope))
                one.mark_all(LineUse.UNRECOGNISED)
                continue
            if one.torn or one.bad:
                self.mark(((line, line) for line in one.torn), LineUse.UNRECOGNISED)
                one.bad, one.torn = one.bad or one.torn[0], []
                found.append(self.say(Code.UNRECOGNISED_LINE, Severity.ERROR, one.bad, scope, text=_shown(one, parent)))
            stack.extend((c, one) for c in one.children.values() if one is not node or c.word not in left_out)
        return found

    def shallow(self, node: Node, scope: str) -> list[str]:
        """Return the ids for what is unread in a table itself: its entries say for themselves what they lack."""
        return self.sweep(node, scope, [one.word for one in node.children.values() if one.use is not None])

    def _unread(self, node: Node, parent: Node, scope: str) -> str:
        return self.say(Code.UNRECOGNISED_LINE, Severity.ERROR, node, scope, text=_shown(node, parent))

    def settle(self, tree: Tree) -> None:
        """Give every line of the file its use, once all of it has been read."""
        for node in tree.root.walk():
            self.mark(node.lines, node.use or (LineUse.UNDERSTOOD if node is tree.root else LineUse.UNRECOGNISED))


def _shown(node: Node, parent: Node) -> str:
    """Return what may be told of an unread word: names of settings, not values, which may be secret."""
    known = [one.word for one in (parent, node) if _SETTING.fullmatch(one.word) and len(one.word) <= 40]
    if not node.children and len(known) == 2:
        known = known[:1]  # a leaf is a value
    return " ".join([*known, "..."])


class Vsys:
    """One virtual system while it is read: its own settings, those around it, and what was doubtful.

    scopes   where names are looked up, nearest first
    """

    def __init__(self, name: str, node: Node, scopes: tuple[Node, ...], device: Node, notes: Notes) -> None:
        self.name = name
        self.node = node
        self.scopes = scopes
        self.device = device
        self.notes = notes
        self.taints: dict[tuple[Scope, str, str], Taint] = {}
        self.objects: dict[tuple[str, str], NamedObject] = {}

    def find(self, table: str, name: str, *rivals: str) -> Node | None:
        """Return the entry of that name in `table`, from the nearest scope that has one there or in a table of `rivals`.

        None if there is none, or if the nearest is in another table.
        """
        for scope in self.scopes:
            entry = scope.children.get(table, _NOWHERE).children.get(name)
            if entry is not None:
                scope.at(table, name)
                return entry
            if any(name in scope.children.get(rival, _NOWHERE).children for rival in rivals):
                return None
        return None

    def taint(self, scope: Scope, diagnostic: str, subject: str = "", line: int = 0, *, by_table: bool = False) -> None:
        """Record that something unread makes part of this virtual system uncertain."""
        made = Taint(scope, diagnostic, subject, self.notes.span(line), by_table)
        self.taints.setdefault((scope, diagnostic, subject), made)

    def unsupported(self, node: Node, scope: Scope, text: str, subject: str = "") -> None:
        """Account for a node that is known and not modelled, and taint `scope` because of it."""
        node.mark_all(LineUse.UNSUPPORTED)
        where = f"{scope.value} {subject}".strip()
        identity = self.notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, node, where, text=text)
        self.taint(scope, identity, subject, node.first)

    def doubt(self, node: Node, scope: Scope, subject: str = "", tables: Iterable[str] = ()) -> bool:
        """Account for a node, taint `scope` if anything in it was not read, and return whether."""
        found = self.notes.sweep(node, f"{scope.value} {subject}".strip(), tables)
        for identity in found:
            self.taint(scope, identity, subject, node.first)
        return bool(found)

    def bad_value(self, node: Node, where: str, value: str = "") -> str:
        """Record a value that was not understood, and return the diagnostic's id."""
        node.take(LineUse.APPROXIMATED)
        return self.notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, node, where, value=value, where=where)

    def undefined(self, node: Node, kind: str, name: str, where: str) -> Condition:
        """Record a name that nothing defines, and return the doubt that stands for it."""
        self.notes.say(Code.UNDEFINED_NAME, Severity.WARNING, node, where, kind=kind, name=name[:60])
        return unknown(f"undefined {kind} {name[:60]}", Code.UNDEFINED_NAME)


_NOWHERE = Node("")


def closure(names: Iterable[str], members: Callable[[str], tuple[str, ...] | None]) -> list[str]:
    """Return the names that are no groups, from groups of groups of any depth, each once.

    members   the members of a group, None for a name that is none
    """
    seen: set[str] = set()
    found: list[str] = []
    stack = list(reversed(list(names)))
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        inside = members(name)
        if inside is None:
            found.append(name)
        else:
            stack.extend(reversed(inside))
    return found
