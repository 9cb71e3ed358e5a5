"""What stands in a rule set, as written: tables, chains, rules, sets and their elements."""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers.nftables._lexer import Piece, Token
from segcheck.model.diagnostic import LineAccount, LineUse
from segcheck.model.source import SourceText, Span

FAMILIES = ("ip", "ip6", "inet", "arp", "bridge", "netdev")
Words = list[Token]


@dataclass(slots=True)
class RuleText:
    """A rule as written: its words, its place in the chain from 1."""

    words: Words
    number: int


@dataclass(slots=True)
class Chain:
    """A chain; without `hook` it is only jumped to. `unread` are words of its declaration that nobody understands."""

    name: str
    at: Token
    type: str = ""
    hook: str = ""
    priority: int | None = None
    policy: str = "accept"
    policy_at: Token | None = None
    rules: list[RuleText] = field(default_factory=list)
    unread: bool = False


@dataclass(slots=True)
class Element:
    """An element of a set or map: the words of its key and of its value."""

    key: Words
    value: Words


@dataclass(slots=True)
class Set:
    """A set or map; `unsure` says why its elements are not all known, "" if they are."""

    name: str
    kind: str
    at: Token
    type: str = ""
    elements: list[Element] = field(default_factory=list)
    unsure: str = ""


@dataclass(slots=True)
class Table:
    """A table with its chains, sets and other objects, in the order of the file."""

    family: str
    name: str
    at: Token
    dormant: bool = False
    chains: dict[str, Chain] = field(default_factory=dict)
    sets: dict[str, Set] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`family name`, as commands take it."""
        return f"{self.family} {self.name}"


@dataclass(slots=True)
class Ruleset:
    """What one file holds; `torn` says why it cannot be whole, "" if nothing says so."""

    source: SourceText
    account: LineAccount
    pieces: list[Piece]
    tables: list[Table] = field(default_factory=list)
    torn: str = ""

    def span(self, *words: Token) -> Span:
        """Return the physical lines on which words stand."""
        first = min(self.pieces[word.line].first for word in words)
        last = max(self.pieces[word.line].last for word in words)
        return Span(self.source.path, first, last)

    def mark(self, use: LineUse, *words: Token) -> None:
        """Record the use of the lines on which words stand."""
        for piece in {self.pieces[word.line] for word in words}:
            self.account.mark(piece.first, piece.last, use)


def split(words: Words, separator: str) -> list[Words]:
    """Return the words between separators that stand outside of braces."""
    found: list[Words] = [[]]
    depth = 0
    for word in words:
        depth += word.of("{") - word.of("}")
        if depth == 0 and word.of(separator):
            found.append([])
        else:
            found[-1].append(word)
    return found


#: Words behind a key or value that say nothing of it, with how many words follow.
_ELEMENT_OPTIONS = {"comment": 1, "counter": 0, "packets": 1, "bytes": 1}


def elements(words: Words) -> list[Element] | None:
    """Return the elements of a set or map; None where one has a time limit or says what is not understood."""
    found = []
    for part in split(words, ","):
        if not part:
            continue
        sides = split(part, ":")
        if len(sides) > 2:
            return None
        sides = [_without_options(side) for side in sides]
        if not all(sides):
            return None
        found.append(Element(sides[0], sides[1] if len(sides) == 2 else []))
    return found


def _without_options(words: Words) -> Words:
    kept: Words = []
    place = 0
    while place < len(words):
        word = words[place]
        if kept and not word.quoted and word.text in _ELEMENT_OPTIONS:
            place += 1 + _ELEMENT_OPTIONS[word.text]
            continue
        if word.of("timeout", "expires", "limit", "quota", "last", "{", "}"):
            return []
        kept.append(word)
        place += 1
    return kept
