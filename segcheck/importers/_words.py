"""The words of one command, read from left to right, and the plainest values among them: for formats of one command a line."""

from __future__ import annotations

from typing import Protocol

from segcheck.sets import addresses


class Spoken(Protocol):
    """A line of a configuration: its words, and the column of each."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words, in order."""
        ...

    @property
    def columns(self) -> tuple[int, ...]:
        """The 1-based column of each word."""
        ...


class NotUnderstood(ValueError):
    """A word that cannot stand there; `at` is its place among the words."""

    def __init__(self, at: int, word: str = "") -> None:
        super().__init__(word)
        self.at = at


class Cursor:
    """The words of a command, read from left to right."""

    def __init__(self, line: Spoken, at: int = 0) -> None:
        self.line = line
        self.at = at

    @property
    def left(self) -> bool:
        """Whether words are left."""
        return self.at < len(self.line.words)

    @property
    def column(self) -> int:
        """Return the column of the next word, of the last one at the end."""
        return self.line.columns[min(self.at, len(self.line.columns) - 1)]

    def peek(self) -> str:
        """Return the next word, "" at the end."""
        return self.line.words[self.at] if self.left else ""

    def take(self, otherwise: str | None = None) -> str:
        """Return the next word and go on; at the end `otherwise`.

        Raises:
            NotUnderstood: there is none, and nothing stands for it.
        """
        if not self.left:
            if otherwise is None:
                raise NotUnderstood(self.at)
            return otherwise
        self.at += 1
        return self.line.words[self.at - 1]

    def accept(self, *words: str) -> str:
        """Return the next word if it is one of these, else "" without going on."""
        return self.take() if self.peek() in words and self.left else ""

    def rest(self) -> tuple[str, ...]:
        """Return every word that is left."""
        found = self.line.words[self.at :]
        self.at = len(self.line.words)
        return found

    def end(self) -> None:
        """Make sure that nothing is left.

        Raises:
            NotUnderstood: something is.
        """
        if self.left:
            raise NotUnderstood(self.at, self.peek())


def number(word: str, low: int, high: int) -> int:
    """Return a decimal number.

    Raises:
        ValueError: it is none, or out of range.
    """
    if not word.isascii() or not word.isdecimal() or len(word) > 10 or not low <= int(word) <= high:
        raise ValueError(word)
    return int(word)


def v4(word: str) -> int:
    """Return an IPv4 address.

    Raises:
        ValueError: it is none.
    """
    value = addresses.parse_one(word)
    if addresses.family(value) != 4:
        raise ValueError(word)
    return value
