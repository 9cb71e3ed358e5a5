"""The tree that FortiOS command text becomes: tables, entries, settings, and the lines that wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Value:
    """The words of one setting, and every line that wrote them.

    used    a reader has taken it
    """

    words: tuple[str, ...]
    spans: list[tuple[int, int]]
    column: int
    used: bool = False

    @property
    def line(self) -> int:
        """Return the line that wrote it last."""
        return self.spans[-1][0]


@dataclass(slots=True)
class Unread:
    """A line that could not be carried out; `refused`: the device itself would not do it."""

    first: int
    last: int
    column: int
    word: str
    refused: bool = False


@dataclass(slots=True)
class Node:
    """A table (`config`), an entry (`edit`) or the whole text.

    name     path of a table, its words joined by one space; key of an entry
    spans    lines from opening to closing, once per time it was opened
    frame    its own opening and closing lines, and those that undid or moved something in it
    values   settings by key, in the order of writing
    entries  by key, in the device's order
    tables   nested `config` by path
    """

    name: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    frame: list[tuple[int, int]] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    entries: dict[str, Node] = field(default_factory=dict)
    tables: dict[str, Node] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)

    def words(self, key: str) -> tuple[str, ...] | None:
        """Return the words of a setting and note that it was taken, or None if it is not set."""
        value = self.values.get(key)
        if value is None:
            return None
        value.used = True
        return value.words

    def one(self, key: str, default: str = "") -> str:
        """Return a setting's only word; its words joined if there are several; `default` if it is not set."""
        words = self.words(key)
        return default if words is None else " ".join(words)

    def names(self, key: str) -> tuple[str, ...]:
        """Return a setting that is a list of names, empty if it is not set."""
        return self.words(key) or ()

    def on(self, key: str, default: bool = False) -> bool | None:
        """Return an enable/disable setting; None if it is neither."""
        word = self.one(key, "enable" if default else "disable")
        return {"enable": True, "disable": False}.get(word)

    def table(self, path: str) -> Node:
        """Return a nested table, empty if it is not there."""
        return self.tables.get(path) or Node(path)

    @property
    def first(self) -> int:
        """Return its first line, 0 if it is not written anywhere."""
        return min((first for first, _ in self.spans), default=0)

    @property
    def last(self) -> int:
        """Return its last line."""
        return max((last for _, last in self.spans), default=0)

    def walk(self) -> Iterator[Node]:
        """Yield this node and everything below it."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.entries.values())
            stack.extend(node.tables.values())

    def empty(self) -> bool:
        """Return whether nothing at all is set in it or below."""
        return all(not node.values and not node.unread for node in self.walk()) and not self.entries


@dataclass(slots=True)
class Tree:
    """The whole text.

    header      the words of `#config-version=`, "" if there is none
    open_at     line of the innermost thing that was never closed, 0 if all was closed
    idle        blank lines, comments and prompts: lines that say nothing
    ended       the text's last line has its line end
    backup      it has the lines that a backup begins with besides the header
    """

    root: Node
    header: str = ""
    header_line: int = 0
    open_at: int = 0
    idle: list[int] = field(default_factory=list)
    ended: bool = True
    backup: bool = False
