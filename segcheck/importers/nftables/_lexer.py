"""Words of an nftables text (src/scanner.l of nftables): strings, operators, everything else up to a blank.

Comments belong to nobody, but for two: `# handle 7` is how `nft -a` numbers rules, and `# xt_...` is how an nft without
libxtables prints a match or target of iptables, which then hides what the rule asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

NEWLINE = "\n"
_TOKEN = re.compile(
    r"""[ \t\r]*(?:(?P<string>"[^"]*")|(?P<comment>\#.*)|(?P<operator>==|!=|<=|>=|<<|>>|[{};(),=!<>&|^])"""
    r"""|(?P<word>[^\s{};(),"=!<>&|^#]+)|(?P<bad>"[^\n]*|\S))"""
)


class Token(NamedTuple):
    """A word: its text (a string without its quotes), the index of its line in the text, the column from 1."""

    text: str
    line: int
    column: int
    quoted: bool = False
    bad: bool = False

    def shown(self) -> str:
        """Return the word as it is written."""
        return f'"{self.text}"' if self.quoted else self.text

    def of(self, *words: str) -> bool:
        """Return whether it is one of these words, unquoted."""
        return not self.quoted and self.text in words


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of text, and the physical lines of the file for which it stands."""

    text: str
    first: int
    last: int


def tokens(pieces: Iterable[Piece]) -> list[Token]:
    """Return the words of the lines, each line ended by a NEWLINE unless it ends with a backslash."""
    found: list[Token] = []
    for number, piece in enumerate(pieces):
        text = piece.text
        joined = text.rstrip().endswith("\\")
        if joined:
            text = text.rstrip()[:-1]
        for match in _TOKEN.finditer(text):
            kind, column = match.lastgroup, match.start(match.lastgroup or 0) + 1
            if kind == "string":
                found.append(Token(match["string"][1:-1], number, column, quoted=True))
            elif kind == "comment":
                if match["comment"][1:].lstrip().startswith("xt_"):
                    found.append(Token(match["comment"], number, column, bad=True))
            elif kind is not None:
                found.append(Token(match[kind], number, column, bad=kind == "bad"))
        if not joined:
            found.append(Token(NEWLINE, number, len(text) + 1))
    return found


def shown(words: Iterable[Token]) -> str:
    """Return words as one line."""
    return " ".join(word.shown() for word in words).replace(" ,", ",")
