"""What a side file of a device says, and the account of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._base import input_reading
from segcheck.model.device import Interface, Route
from segcheck.model.diagnostic import Code, Diagnostic, LineAccount, LineUse, Severity
from segcheck.model.reading import Complete, InputReading
from segcheck.model.source import SourceText, Span

#: Lines of one file that are told one by one as not understood; all of them count.
MOST_TOLD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A side file, read.

    dynamic    prefixes that a routing protocol has brought: they may go again
    families   IP versions that the file speaks of
    unread     some line was not understood
    """

    input: InputReading
    routes: tuple[Route, ...] = ()
    dynamic: frozenset[Route] = frozenset()
    interfaces: tuple[Interface, ...] = ()
    families: frozenset[int] = frozenset()
    unread: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Reader:
    """Keeps the account of a file while its lines are read."""

    source: SourceText
    format: str
    account: LineAccount
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread: bool = False

    @classmethod
    def of(cls, source: SourceText, format: str) -> Reader:  # noqa: A002 -- the word of InputReading
        """Return a reader that has read nothing yet."""
        return cls(source, format, LineAccount(len(source.lines())))

    def span(self, number: int) -> Span:
        """Return a line as a place."""
        return Span(self.source.path, number, number)

    def understood(self, number: int) -> None:
        """Count a line as understood."""
        self.account.mark(number, number, LineUse.UNDERSTOOD)

    def irrelevant(self, number: int) -> None:
        """Count a line that cannot matter."""
        self.account.mark(number, number, LineUse.IRRELEVANT)

    def strange(self, number: int, text: str) -> None:
        """Count a line that was not understood."""
        self.account.mark(number, number, LineUse.UNRECOGNISED)
        self.unread = True
        if len(self.diagnostics) < MOST_TOLD:
            self.diagnostics.append(
                Diagnostic(
                    Code.UNRECOGNISED_LINE,
                    Severity.WARNING,
                    self.span(number),
                    scope="routing",
                    params=(("text", text.strip()[:60]),),
                )
            )

    def input(self, complete: Complete, evidence: str) -> InputReading:
        """Return the file's part in the reading of its device."""
        return input_reading(self.source, self.format, self.account, complete, evidence)
