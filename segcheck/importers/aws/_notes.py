"""What is remembered while one export is read: the use of every line of every file, diagnostics, and whom they concern."""

from __future__ import annotations

from segcheck.importers._remarks import Remarks
from segcheck.importers._unsure import because
from segcheck.importers.aws._json import Node
from segcheck.importers.aws._keys import Shape, Use
from segcheck.model.device import Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import Expr
from segcheck.model.rules import Action, Rule, Unsure
from segcheck.model.source import SourceText, Span

#: Whom something concerns that may concern every device of the export.
EVERYONE = ""


class File:
    """One file of the export and the use of its lines."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.account = LineAccount(len(source.lines()))
        self.torn = ""
        self.cut = ""
        for number, line in enumerate(source.lines(), 1):
            if not line.strip():
                self.account.mark(number, number, LineUse.IRRELEVANT)

    def span(self, node: Node) -> Span:
        """Return the lines of a value, its key included."""
        return Span(self.source.path, min(node.at or node.first, node.first), node.last)

    def mark(self, node: Node, use: LineUse) -> None:
        """Record the use of every line of a value and of its key."""
        span = self.span(node)
        self.account.mark(span.first, min(span.last, self.account.total), use)

    def frame(self, node: Node) -> None:
        """Count the brackets of a value and its key as understood."""
        for line in {node.at or node.first, node.first, node.last}:
            self.account.mark(line, line, LineUse.UNDERSTOOD)


class Notes(Remarks):
    """Diagnostics of one export, and the taints of each of its devices."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._doubts: dict[tuple[str, Taint], None] = {}

    def doubt(self, owner: str, scope: Scope, diagnostic: Diagnostic, subject: str = "") -> None:
        """Record that a diagnostic makes `scope` of a device (a VPC or a transit gateway; EVERYONE: of all) uncertain."""
        self._doubts[owner, Taint(scope, diagnostic.id, subject, diagnostic.span)] = None

    def taints_of(self, owner: str) -> tuple[Taint, ...]:
        """Return the taints of one device."""
        limit = self._kept.limit
        if limit is not None and limit.severity is Severity.ERROR:
            self.doubt(EVERYONE, Scope.DEVICE, limit)
        return tuple(dict.fromkeys(taint for whose, taint in self._doubts if whose in (EVERYONE, owner)))

    def open(self, owner: str) -> bool:
        """Return whether nothing is certain of a device."""
        return any(taint.scope is Scope.DEVICE for taint in self.taints_of(owner))

    def unread(self, file: File, node: Node, owner: str, text: str, *, known: bool = False) -> Diagnostic:
        """Account for a value that was not read and leave its device open; `text` holds no value, which may be a secret."""
        file.mark(node, LineUse.UNSUPPORTED if known else LineUse.UNRECOGNISED)
        code = Code.UNSUPPORTED_LINE if known else Code.UNRECOGNISED_LINE
        scope = f"vpc {owner}" if owner else "device"
        found = self.add(code, Severity.ERROR, file.span(node), scope, node.column, text=text[:80])
        self.doubt(owner, Scope.DEVICE, found)
        return found

    def malformed(self, file: File, node: Node, owner: str, where: str) -> None:
        """Account for a value that is not what its key wants, and leave its device open."""
        file.mark(node, LineUse.UNRECOGNISED)
        shown = str(node.value)[:40] if not isinstance(node.value, dict | list) else "..."
        found = self.add(
            Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, file.span(node), "device", node.column, value=shown, where=where
        )
        self.doubt(owner, Scope.DEVICE, found)

    def account(self, file: File, node: Node, shape: Shape, owner: str) -> None:
        """Record how every line of an object is used; keys that no table names leave its device open."""
        pending = [(node, shape)]
        while pending:
            node, shape = pending.pop()
            if not isinstance(node.value, dict):
                self.malformed(file, node, owner, "an object")
                continue
            file.frame(node)
            for key, member in node.value.items():
                use = shape.keys.get(key, shape.rest)
                if use is None and not member.empty:
                    self.unread(file, member, owner, f'"{key}"')
                elif use is None or use is Use.IDLE:
                    file.mark(member, LineUse.IRRELEVANT)
                elif use is Use.READ or member.value is None:
                    file.mark(member, LineUse.UNDERSTOOD)
                elif isinstance(use, Shape) and not use.many:
                    pending.append((member, use))
                elif isinstance(use, Shape) and isinstance(member.value, list):
                    file.frame(member)
                    pending.extend((item, use) for item in member.value)
                else:
                    self.malformed(file, member, owner, key)


def builtin(name: str, match: Expr, action: Action, span: Span | None = None) -> Rule:
    """Return a rule that stands in no answer."""
    doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
    codes = tuple(sorted({*doubt, *because(match)}))
    return Rule(id=name, key=name, match=match, action=action, span=span, text=name, because=codes)
