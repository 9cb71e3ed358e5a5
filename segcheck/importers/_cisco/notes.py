"""What is remembered while one configuration is read: diagnostics, the use of every line, taints."""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._diagnostics import Diagnostics
from segcheck.importers._unsure import because
from segcheck.model.device import NamedObject, Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.match import Expr
from segcheck.model.rules import Action, Rule, Unsure
from segcheck.model.source import SourceText, Span


class Notes:
    """Diagnostics, line uses and taints of one file."""

    def __init__(self, source: SourceText) -> None:
        self.path = source.path
        self.account = LineAccount(len(source.lines()))
        self.taints: dict[tuple[Scope, str, str], Taint] = {}
        self.objects: list[NamedObject] = []
        self._diagnostics = Diagnostics(source.path)

    def span(self, line: Line) -> Span:
        """Return the span of a command with everything below it."""
        return Span(self.path, line.number, line.last)

    def say(
        self, code: Code, severity: Severity, line: Line | int, scope: str = "", column: int = 0, **params: str
    ) -> str:
        """Record a diagnostic, once per code and place, and return its id; line 0 is nowhere."""
        number = line if isinstance(line, int) else line.number
        span = Span(self.path, number, number) if number else None
        return self._diagnostics.add(Diagnostic(code, severity, span, scope, column, tuple(params.items()))).id

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return all diagnostics in the order of the file."""
        return tuple(
            sorted(self._diagnostics.all(), key=lambda d: (d.span.first if d.span else 0, d.column, d.code.value))
        )

    @property
    def limit(self) -> Diagnostic | None:
        """Return the diagnostic that stands for those beyond the limit, None if all are there."""
        return self._diagnostics.limit

    def taint(self, scope: Scope, diagnostic: str, subject: str = "", line: Line | None = None) -> None:
        """Record that something unread makes part of the device uncertain."""
        span = Span(self.path, line.number, line.number) if line else None
        self.taints.setdefault((scope, diagnostic, subject), Taint(scope, diagnostic, subject, span))

    def mark(self, line: Line, use: LineUse) -> None:
        """Record the use of the command alone, with its block of text."""
        self.account.mark(line.number, line.number, use)
        if line.block:
            self.account.mark(*line.block, use)

    def mark_all(self, line: Line, use: LineUse) -> None:
        """Record the use of the command and of everything below it."""
        for one in line.walk():
            self.mark(one, use)

    def understood(self, line: Line) -> None:
        """Count the command alone as understood; what stands below it is somebody else's, or unread."""
        self.mark(line, LineUse.UNDERSTOOD)

    def flat(self, line: Line, scope: Scope = Scope.DEVICE, subject: str = "") -> None:
        """Count a command as understood that enters no mode: whatever stands below it is unread."""
        self.understood(line)
        for child in line.children:
            self.unread(child, scope, subject)

    def irrelevant(self, line: Line) -> None:
        """Count the command and everything below it as unable to matter."""
        self.mark_all(line, LineUse.IRRELEVANT)

    def unread(
        self, line: Line, scope: Scope, subject: str = "", *, code: Code = Code.UNRECOGNISED_LINE, column: int = 0
    ) -> str:
        """Account for a command that was not read, with everything below it, and taint what it can affect.

        Only its first word is told: the others may be a secret.
        """
        identity = self.told(line, f"{scope.value} {subject}".strip(), code=code, column=column)
        self.taint(scope, identity, subject, line)
        return identity

    def told(self, line: Line, scope: str, *, code: Code = Code.UNRECOGNISED_LINE, column: int = 0) -> str:
        """Account for a command that was not read, without a taint: the caller makes its effect uncertain."""
        supported = code is Code.UNRECOGNISED_LINE
        self.mark_all(line, LineUse.UNRECOGNISED if supported else LineUse.UNSUPPORTED)
        return self.say(code, Severity.ERROR, line, scope, column or line.columns[0], text=_shown(line))

    def unsupported(self, line: Line, scope: Scope, subject: str = "") -> str:
        """Account for a command that is known and not modelled, and taint what it can affect."""
        return self.unread(line, scope, subject, code=Code.UNSUPPORTED_LINE)

    def undefined(self, line: Line, kind: str, name: str, scope: str, severity: Severity = Severity.WARNING) -> str:
        """Record that a name is used that nothing defines."""
        return self.say(Code.UNDEFINED_NAME, severity, line, scope, kind=kind, name=name[:60])


def _shown(line: Line) -> str:
    word = line.words[0][:40]
    return f"{word} ..." if len(line.words) > 1 else word


def builtin(name: str, match: Expr, action: Action, span: Span | None = None) -> Rule:
    """Return a rule that stands in no list of the file."""
    doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
    return Rule(
        id=name, key=name, match=match, action=action, span=span, text=name, because=tuple({*doubt, *because(match)})
    )
