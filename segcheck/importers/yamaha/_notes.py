"""What is remembered while one configuration is read: diagnostics, the use of every line, taints."""

from __future__ import annotations

from segcheck.importers._remarks import Remarks
from segcheck.importers._unsure import because
from segcheck.importers.yamaha._syntax import Line
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import Expr
from segcheck.model.rules import Action, Rule, Unsure
from segcheck.model.source import SourceText, Span


class Notes(Remarks):
    """Diagnostics, line uses and taints of one file."""

    def __init__(self, source: SourceText) -> None:
        super().__init__(source.path)
        self.path = source.path
        self.account = LineAccount(len(source.lines()))
        self.objects: list[NamedObject] = []
        self.scopes: set[Scope] = set()

    def span(self, line: Line) -> Span:
        """Return the place of a command."""
        return Span(self.path, line.number, line.number)

    def taint(self, scope: Scope, diagnostic: Diagnostic, subject: str = "") -> None:
        """Record that what the diagnostic names makes `scope` uncertain."""
        self.scopes.add(scope)
        super().taint(scope, diagnostic, subject)

    def mark(self, line: Line, use: LineUse) -> None:
        """Record the use of a command."""
        self.account.mark(line.number, line.number, use)

    def understood(self, line: Line) -> None:
        """Count a command as understood."""
        self.mark(line, LineUse.UNDERSTOOD)

    def irrelevant(self, line: Line) -> None:
        """Count a command as unable to matter."""
        self.mark(line, LineUse.IRRELEVANT)

    def told(self, line: Line, scope: str, *, code: Code = Code.UNRECOGNISED_LINE, column: int = 0) -> Diagnostic:
        """Account for a command that was not read, without a taint: the caller makes its effect uncertain.

        Only its first word is told: the others may be a secret.
        """
        self.mark(line, LineUse.UNRECOGNISED if code is Code.UNRECOGNISED_LINE else LineUse.UNSUPPORTED)
        shown = f"{line.words[0][:40]} ..." if len(line.words) > 1 else line.words[0][:40]
        return self.add(code, Severity.ERROR, self.span(line), scope, column or line.columns[0], text=shown)

    def unread(
        self, line: Line, scope: Scope, subject: str = "", *, code: Code = Code.UNRECOGNISED_LINE, column: int = 0
    ) -> None:
        """Account for a command that was not read, and taint what it can affect."""
        where = f"{scope.value} {subject}".strip()
        self.taint(scope, self.told(line, where, code=code, column=column), subject)

    def unsupported(self, line: Line, scope: Scope, subject: str = "") -> None:
        """Account for a command that is known and not modelled, and taint what it can affect."""
        self.unread(line, scope, subject, code=Code.UNSUPPORTED_LINE)

    def undefined(self, line: Line, kind: str, name: str, scope: str) -> Diagnostic:
        """Record that a number or name is used that nothing defines."""
        return self.add(
            Code.UNDEFINED_NAME, Severity.WARNING, self.span(line), scope, line.columns[0], kind=kind, name=name[:60]
        )


def builtin(name: str, match: Expr, action: Action, span: Span | None = None) -> Rule:
    """Return a rule that stands in no list of the file."""
    doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
    return Rule(
        id=name, key=name, match=match, action=action, span=span, text=name, because=tuple({*doubt, *because(match)})
    )
