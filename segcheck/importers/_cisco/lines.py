"""A command of a configuration with the commands below it, and how lines are put below one another by their indentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class Line:
    """One command with the commands of the mode that it enters.

    number   its physical line, from 1
    words    its words; `columns` where they begin, from 1
    block    further physical lines that belong to it (the text of a banner)
    """

    number: int
    indent: int
    words: tuple[str, ...]
    columns: tuple[int, ...]
    children: list[Line] = field(default_factory=list)
    block: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """Return the command with single spaces."""
        return " ".join(self.words)

    @property
    def last(self) -> int:
        """Return the last physical line of the command and its children."""
        return max([self.number, self.block[1] if self.block else 0, *(one.number for one in self.walk())])

    def walk(self) -> Iterator[Line]:
        """Yield the line and everything below it, in no promised order."""
        stack = [self]
        while stack:
            line = stack.pop()
            yield line
            stack.extend(line.children)


def command(number: int, raw: str) -> Line:
    """Return the command that a physical line holds, which is not blank."""
    found = [(match.group(), match.start() + 1) for match in _WORD.finditer(raw)]
    return Line(number, found[0][1] - 1, tuple(w for w, _ in found), tuple(c for _, c in found))


def put(line: Line, top: list[Line], stack: list[Line]) -> None:
    """Put a command below the last one that is indented less; `stack` holds the modes that are open."""
    while stack and stack[-1].indent >= line.indent:
        stack.pop()
    (stack[-1].children if stack else top).append(line)
    stack.append(line)
