"""Where something was written: files, lines, spans."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Physical lines `first` to `last` (1-based, inclusive) of one input file.

    path   as given by the user, or relative to the site; never made absolute
    """

    path: str
    first: int
    last: int

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.path}:{self.first}"
        return f"{self.path}:{self.first}-{self.last}"

    def joined(self, other: Span) -> Span:
        """Return the smallest span of the same file that covers both."""
        return Span(self.path, min(self.first, other.first), max(self.last, other.last))


@dataclass(frozen=True, slots=True)
class SourceText:
    """One input file after decoding, as importers receive it.

    path       as the user gave it
    text       decoded, line ends made `\\n`; control characters of terminal sessions still inside
    encoding   the encoding that decoded it without loss: utf-8, utf-16, cp932 ...
    sha256     of the raw bytes, hex
    lossy      whether undecodable bytes were replaced (they then stand as U+FFFD and are never understood)
    """

    path: str
    text: str
    encoding: str
    sha256: str
    lossy: bool = False

    def lines(self) -> list[str]:
        """Return the physical lines without their ends; a final line end opens no further line."""
        lines = self.text.split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        return lines
