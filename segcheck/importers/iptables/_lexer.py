"""Words of a line as iptables-restore splits them, and their columns.

Outside of double quotes only spaces and tabs separate words and a backslash is an ordinary character; inside of them a
backslash takes the next character as it is (iptables/iptables-restore.c, `add_param_to_argv`).
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Words(NamedTuple):
    """The words of one line; `quoted` holds the indices of those that were written in quotes."""

    words: list[str]
    quoted: frozenset[int] = frozenset()


class UnclosedQuoteError(ValueError):
    """A double quote that the line does not close."""


def split(line: str) -> Words:
    """Return the words of `line`; raises UnclosedQuoteError."""
    if '"' not in line:
        return Words([word for word in line.replace("\t", " ").split(" ") if word])
    if "\\" not in line and line.count('"') % 2 == 0:
        written = _WORD.findall(line)
        quoted = frozenset(at for at, word in enumerate(written) if '"' in word)
        return Words([word.replace('"', "") if at in quoted else word for at, word in enumerate(written)], quoted)
    placed = _placed(line)
    return Words([word for _, word, _ in placed], frozenset(i for i, (_, _, quoted) in enumerate(placed) if quoted))


def column(line: str, index: int) -> int:
    """Return the 1-based column at which the word of that index begins, 0 when there is no such word."""
    try:
        placed = _placed(line)
    except UnclosedQuoteError:
        return 0
    return placed[index][0] if 0 <= index < len(placed) else 0


def quote(word: str) -> str:
    """Return `word` as iptables-save would print it."""
    if word and not any(character in ' \t"\\' for character in word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WORD = re.compile(r'(?:[^ \t"]|"(?:[^"\\]|\\.)*")+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


def _placed(line: str) -> list[tuple[int, str, bool]]:
    found = []
    end = 0
    for match in _WORD.finditer(line):
        if '"' in line[end : match.start()]:
            raise UnclosedQuoteError(line)
        end = match.end()
        word, quoted = match[0], '"' in match[0]
        if quoted:
            word = _QUOTED.sub(lambda part: _ESCAPED.sub(r"\1", part[1]), word)
        found.append((match.start() + 1, word, quoted))
    if '"' in line[end:]:
        raise UnclosedQuoteError(line)
    return found
