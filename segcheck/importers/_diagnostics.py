"""The diagnostics of one reading, so many and no more: a hostile file must not fill the memory with remarks on itself."""

from __future__ import annotations

from dataclasses import replace

from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.source import Span

#: Diagnostics that one reading keeps.
MOST = 10_000


class Diagnostics:
    """Collects diagnostics, each id once, in the order in which they are met.

    limit   what stands for those beyond the limit, None if there are none: an ERROR, for which the importer taints the
            device, unless only notes were left out
    """

    def __init__(self, path: str) -> None:
        self.limit: Diagnostic | None = None
        self._span = Span(path, 1, 1)
        self._kept: dict[str, Diagnostic] = {}

    def __contains__(self, identity: str) -> bool:
        """Return whether a diagnostic of that id is kept."""
        return identity in self._kept

    def __len__(self) -> int:
        """Return how many are kept; never more than the limit."""
        return len(self._kept)

    def add(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return the diagnostic as it is kept: the first of its id, or the one that stands for all beyond the limit."""
        known = self._kept.get(diagnostic.id)
        if known is not None:
            return known
        if len(self._kept) < MOST:
            self._kept[diagnostic.id] = diagnostic
            return diagnostic
        severity = Severity.NOTE if diagnostic.severity is Severity.NOTE else Severity.ERROR
        if self.limit is None:
            params = (("what", "diagnostics"), ("limit", str(MOST)))
            self.limit = Diagnostic(Code.LIMIT_REACHED, severity, self._span, "device", 0, params)
        elif severity is Severity.ERROR:
            self.limit = replace(self.limit, severity=severity)
        return self.limit

    def all(self) -> tuple[Diagnostic, ...]:
        """Return what was kept, and last what stands for the rest."""
        return (*self._kept.values(), *((self.limit,) if self.limit else ()))
