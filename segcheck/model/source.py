"""Where something was written: files, lines, spans."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.model.sheet import Book


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Physical lines `first` to `last` (1-based, inclusive) of one input file.

    path   as given by the user, or relative to the site; never made absolute
    cell   of a workbook, whose lines are its used rows: sheet and cell as Excel writes them, `Sheet1!C12`; else ""
    """

    path: str
    first: int
    last: int
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            return f"{self.path}:{self.cell}"
        if self.first == self.last:
            return f"{self.path}:{self.first}"
        return f"{self.path}:{self.first}-{self.last}"

    @property
    def start(self) -> str:
        """Where it begins, for people: path:line, or path:sheet!cell."""
        return f"{self.path}:{self.cell or self.first}"

    def joined(self, other: Span) -> Span:
        """Return the smallest span of the same file that covers both."""
        first = self if self.first <= other.first else other
        return Span(self.path, first.first, max(self.last, other.last), first.cell)


@dataclass(frozen=True, slots=True)
class SourceText:
    """One input file after decoding, as importers receive it.

    path       as the user gave it
    text       decoded, line ends made `\\n`; control characters of terminal sessions still inside
    encoding   the encoding that decoded it without loss: utf-8, utf-16, cp932 ...
    sha256     of the raw bytes, hex
    lossy      whether undecodable bytes were replaced (they then stand as U+FFFD and are never understood)
    book       what a workbook holds; `text` then has one line per used row, its cells separated by tabs, long ones cut
    """

    path: str
    text: str
    encoding: str
    sha256: str
    lossy: bool = False
    book: Book | None = field(default=None, compare=False, repr=False)

    def place(self, line: int, column: int) -> str:
        """Return where that is, for people: path:line:column, or path:sheet!cell of a workbook."""
        if self.book is not None and self.book.rows:
            return f"{self.path}:{self.book.cell_of(line, column)}"
        return f"{self.path}:{line}:{column}"

    def lines(self) -> list[str]:
        """Return the physical lines without their ends; a final line end opens no further line."""
        lines = self.text.split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        return lines
