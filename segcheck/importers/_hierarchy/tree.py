"""A hierarchical configuration as a tree of words, whatever it was written in.

Of PAN-OS, XML, `set` commands and the braces of the CLI's default format say the same: `<entry name="web"><ip-netmask>10.0.0.1`,
`web ip-netmask 10.0.0.1` and `web { ip-netmask 10.0.0.1; }` all become web > ip-netmask > 10.0.0.1; so do `set` commands and
the braces of Junos. Values are leaves.
Whoever reads a word marks it; what nobody has marked in the end was not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.model.diagnostic import LineUse

#: How deep a configuration may nest; those of devices stay below 30.
DEEPEST = 60
#: Words that one file may have.
MOST = 600_000


class Node:
    """A word with its place, and the words below it.

    word      element name, entry name, member or value
    first     line of its first appearance, 0 for a node that is not in the file
    column    from 1, 0 where it is not known
    lines     its own physical lines as (first, last): start and end of an element, a `set` command
    children  by word, in the order of the file
    extras    attributes of an XML element that say something
    torn      lines of text below it that have no place there, or of elements that repeat
    use       how it was used; None = nobody has looked at it
    bad       line of what was torn and has been told, 0 = none
    off       it is deactivated, and kept to be shown
    """

    __slots__ = ("bad", "children", "column", "extras", "first", "lines", "off", "torn", "use", "word")

    def __init__(self, word: str, first: int = 0, column: int = 0) -> None:
        self.word = word
        self.first = first
        self.column = column
        self.lines: list[tuple[int, int]] = []
        self.children: dict[str, Node] = {}
        self.extras: dict[str, str] = {}
        self.torn: list[int] = []
        self.use: LineUse | None = None
        self.bad = 0
        self.off = False

    def __bool__(self) -> bool:
        """Return whether it stands in the file."""
        return self.first > 0

    # ---- reading marks

    def take(self, use: LineUse = LineUse.UNDERSTOOD) -> Node:
        """Mark this word, not those below it; a worse mark stays."""
        if self.use is None or (self.use is LineUse.UNDERSTOOD and use is not LineUse.IRRELEVANT):
            self.use = use
        return self

    def at(self, *words: str) -> Node:
        """Return the node at that path, marked, with all on the way to it; an empty node if there is none."""
        node = self
        for word in words:
            found = node.children.get(word)
            if found is None:
                return Node(word)
            node = found.take()
        return node

    def has(self, *words: str) -> bool:
        """Return whether there is such a path; marks nothing."""
        node: Node | None = self
        for word in words:
            node = node.children.get(word) if node is not None else None
        return node is not None

    def entries(self) -> list[Node]:
        """Return the nodes below, marked."""
        return [child.take() for child in self.children.values()]

    def words(self, *path: str, text: bool = False) -> tuple[str, ...]:
        """Return the words below that path, which are values: marked, unless something stands below them.

        text   a single value; where XML has bare text in the place of a list, a member has been damaged
        """
        node = self.at(*path)
        for leaf in node.children.values():
            if not leaf.children and not leaf.torn and (text or "text" not in leaf.extras):
                leaf.take()
        return tuple(node.children)

    def one(self, *path: str, default: str = "") -> str:
        """Return the value below that path, `default` where the path is absent or empty.

        Raises:
            ValueError: there are several, or something stands below it.
        """
        found = self.words(*path, text=True)
        if len(found) > 1 or any(leaf.unread for leaf in self.at(*path).children.values()):
            raise ValueError(f"several values of {path[-1]}")
        return found[0] if found else default

    def flag(self, *path: str, default: bool = False) -> bool | None:
        """Return the yes or no below that path, None where it is neither."""
        try:
            word = self.one(*path, default="yes" if default else "no")
        except ValueError:
            return None
        return {"yes": True, "no": False}.get(word)

    @property
    def unread(self) -> bool:
        """Return whether nobody has understood this word itself."""
        return self.use in (None, LineUse.UNRECOGNISED) or bool(self.torn) or self.bad > 0

    def open_ends(self) -> bool:
        """Return whether anything at or below this node was not understood, as far as it has been read."""
        return bool(self.torn) or self.bad > 0 or any(node.unread for node in self.walk() if node is not self)

    # ---- the whole below

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the order of the file."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children.values()))

    def mark_all(self, use: LineUse) -> None:
        """Mark this node and everything below it that is not marked."""
        for node in self.walk():
            node.take(use)
            node.torn = []

    def ignore(self, words: Iterable[str]) -> None:
        """Mark those of the words below that a table names as irrelevant, with all that they hold."""
        for word in words:
            child = self.children.get(word)
            if child is not None and child.use is None:
                child.mark_all(LineUse.IRRELEVANT)

    def extent(self) -> tuple[int, int]:
        """Return the first and last line of everything that belongs to it."""
        lines = [pair for node in self.walk() for pair in node.lines] or [(self.first, self.first)]
        return min(first for first, _ in lines), max(last for _, last in lines)


class Tree:
    """A file as a tree.

    kind      "xml", "set" or "braces"
    root      whose children are the outermost words
    idle      lines without content: blank, comments, declarations
    unread    lines that could not be given a place, with a column
    broken    line from which on the text could not be read at all, 0 = none
    closed    the text has an end that says that it is whole
    limit     what of a limit was reached, ""
    version   of the software, as the file says it
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.root = Node("", 1)
        self.idle: list[int] = []
        self.unread: list[tuple[int, int]] = []
        self.broken = 0
        self.closed = False
        self.limit = ""
        self.version = ""
        self.size = 0

    def add(self, parent: Node, word: str, line: int, column: int = 0) -> Node:
        """Return the node of that word below `parent`, made if it is new."""
        found = parent.children.get(word)
        if found is None:
            found = Node(word, line, column)
            parent.children[word] = found
            self.size += 1
            if self.size > MOST:
                self.limit = str(MOST)
        return found
