"""Remarks on the reading of one device, and the taints that follow from them."""

from __future__ import annotations

from segcheck.model.device import Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.source import Span


class Remarks:
    """Collects diagnostics and taints in the order in which they are met; the ids stay unique."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.taints: list[Taint] = []
        self._ids: set[str] = set()

    def add(
        self, code: Code, severity: Severity, span: Span | None, scope: str = "", column: int = 0, **params: str
    ) -> Diagnostic:
        """Record a diagnostic; one that would repeat an id moves to the next free column, so that none is lost."""
        diagnostic = Diagnostic(code, severity, span, scope, column, tuple(params.items()))
        while diagnostic.id in self._ids:
            column += 1
            diagnostic = Diagnostic(code, severity, span, scope, column, tuple(params.items()))
        self._ids.add(diagnostic.id)
        self.diagnostics.append(diagnostic)
        return diagnostic

    def taint(self, scope: Scope, diagnostic: Diagnostic, subject: str = "") -> None:
        """Record that what the diagnostic names makes `scope` uncertain."""
        self.taints.append(Taint(scope, diagnostic.id, subject, diagnostic.span))
