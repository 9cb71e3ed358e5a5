"""Remarks on the reading of one device, and the taints that follow from them."""

from __future__ import annotations

from segcheck.importers._diagnostics import Diagnostics
from segcheck.model.device import Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.source import Span


class Remarks:
    """Collects diagnostics and taints in the order in which they are met; the ids stay unique.

    made   how many diagnostics were handed in, kept or not
    """

    def __init__(self, path: str) -> None:
        self.made = 0
        self._kept = Diagnostics(path)
        self._taints: dict[Taint, None] = {}

    def add(
        self, code: Code, severity: Severity, span: Span | None, scope: str = "", column: int = 0, **params: str
    ) -> Diagnostic:
        """Record a diagnostic; one that would repeat an id moves to the next free column, so that none is lost."""
        diagnostic = Diagnostic(code, severity, span, scope, column, tuple(params.items()))
        self.made += 1
        while diagnostic.id in self._kept:
            column += 1
            diagnostic = Diagnostic(code, severity, span, scope, column, tuple(params.items()))
        return self._kept.add(diagnostic)

    def taint(self, scope: Scope, diagnostic: Diagnostic, subject: str = "") -> None:
        """Record that what the diagnostic names makes `scope` uncertain."""
        self._taints[Taint(scope, diagnostic.id, subject, diagnostic.span)] = None

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return those that are kept; what was left out makes the device uncertain."""
        return self._kept.all()

    def taints(self) -> tuple[Taint, ...]:
        """Return every taint, and one of the device where more than notes was left out."""
        limit = self._kept.limit
        if limit is not None and limit.severity is Severity.ERROR:
            self.taint(Scope.DEVICE, limit)
        return tuple(self._taints)
