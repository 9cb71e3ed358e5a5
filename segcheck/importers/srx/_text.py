"""The two text forms of a Junos configuration, with the terminal session around them.

Source: Junos CLI User Guide, "Display set Commands from the Junos OS Configuration" (`set`, `deactivate` and `protect`
lines), "Comments in a Junos OS Configuration" (`/* */` and `#`), "Deactivate and Reactivate Statements" (`inactive:`),
"Filtering Operational Mode Command Output" (pipes). A statement is words that end with `;` or hold others in braces; `[ a b ]`
is a list. In text that is loaded into a device (`load merge`, `load replace`) words such as `replace:` stand before a
statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from segcheck.importers._hierarchy.tree import DEEPEST, Node, Tree

_PAGER = re.compile(r"---\(more(?: \d{1,3}%)?\)---[ \x08\r\t]*")
_PROMPT = re.compile(r"^[\w.-]{1,64}@[\w.-]{1,64}(?::[\w.-]{1,32})?[>#%](?P<typed>.*)$")
_MARKS = re.compile(r"^(?:\{[a-z]{1,12}(?::node\d)?\})?(?:\[edit[^\]]{0,200}\])?$")
_SHOWS = re.compile(r"^(?:run )?show(?: configuration)?(?P<part>[^|]*)(?P<pipes>\|.*)?$")
#: Typed commands around a listing that change nothing in it.
_IDLE_TYPED = re.compile(r"^(?:exit|quit|configure.*|cli|edit|top|set cli .*)?$")
_FILTERS = re.compile(r"\|\s*(?:match|except|find|last|trim|compare|hold|refresh|count|resolve|save|append)\b")
_OTHER_FORMS = re.compile(r"\|\s*display\s+(?:xml|json|omit|changed|commit-scripts|detail)\b")
_WORD = re.compile(r'"((?:[^"\\\n]|\\.)*)"|([{};\[\]])|([^\s"{};\[\]]+)')
_ESCAPE = re.compile(r"\\(.)")
_PREFIXES = ("inactive:", "protect:", "replace:", "delete:", "merge:", "update:", "active:", "unprotect:", "insert:")
_SET_LINE = re.compile(r"^\s*(?:set|deactivate|protect|activate|delete|insert|rename)\s")


class Listing(Tree):
    """A file as a tree, and what the session around it says.

    inactive   nodes that are deactivated, with the node above each
    shown      commands that printed it, as typed
    filtered   a pipe left lines out
    part       only one part of the configuration was asked for
    ended      the prompt stands behind it
    begun      the command that prints it stands before it
    load       it is written to be loaded, not printed by a device
    changed    the line `## Last commit`, "" if there is none
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.inactive: list[tuple[Node, Node]] = []
        self.filtered = False
        self.part = False
        self.ended = False
        self.begun = False
        self.load = False
        self.changed = ""

    def session(self, text: str) -> bool:
        """Return whether a line belongs to the terminal session around the text, and note what it says."""
        text = text.strip()
        if not text or _MARKS.match(text):
            self.part = self.part or "[edit " in text
            return True
        prompt = _PROMPT.match(text)
        if not prompt:
            return False
        typed = prompt["typed"].strip()
        if _IDLE_TYPED.match(typed):
            self.ended = self.begun and self.size > 0
            return True
        shown = _SHOWS.match(typed)
        if not shown:
            return False
        if self.size:  # another command after the listing
            self.ended = self.begun
            return True
        self.begun = True
        self.part = self.part or bool(shown["part"].strip())
        pipes = shown["pipes"] or ""
        self.filtered = self.filtered or bool(_FILTERS.search(pipes) or _OTHER_FORMS.search(pipes))
        return True

    def finish(self) -> None:
        """Take what is deactivated out of the tree: the device reads the configuration without it. Policies stay, marked."""
        for parent, node in self.inactive:
            if parent.word == "policy":
                node.off = True
                continue
            if parent.children.get(node.word) is node:
                del parent.children[node.word]
                for one in node.walk():
                    self.idle.extend(line for first, last in one.lines for line in range(first, last + 1))


def is_set(text: str) -> bool:
    """Return whether a text is made of commands, not of braces."""
    commands = sum(bool(_SET_LINE.match(line)) for line in text.split("\n"))
    return commands * 2 > sum(line.rstrip().endswith(("{", ";", "}")) for line in text.split("\n"))


def parse_set(lines: Sequence[str]) -> Listing:
    """Return the tree of `set` commands."""
    tree = Listing("set")
    switched_off: list[tuple[list[str], int]] = []
    for number, line in enumerate(lines, 1):
        text = _PAGER.sub("", line).replace("\r", " ")
        if text.lstrip().startswith("#"):
            tree.idle.append(number)
            tree.changed = tree.changed or (text.strip() if text.startswith("## Last c") else "")
            continue
        if tree.session(text):
            tree.idle.append(number)
            continue
        words = _command(text)
        verb = words[0][0] if words and isinstance(words[0], tuple) else ""
        if words and verb == "set" and len(words) > 1 and _place(tree, words[1:], number):
            tree.ended = False
        elif words and verb == "protect":  # nobody may change it: it stays as it is
            tree.idle.append(number)
        elif words and verb == "deactivate" and all(isinstance(one, tuple) for one in words) and len(words) > 1:
            switched_off.append(([one[0] for one in words[1:] if isinstance(one, tuple)], number))
        else:
            tree.unread.append((number, 1))
        if tree.limit:
            tree.broken = number
            break
    for path, number in switched_off:
        _deactivate(tree, path, number)
    tree.finish()
    return tree


def _deactivate(tree: Listing, path: Sequence[str], number: int) -> None:
    parent, node = tree.root, tree.root
    for word in path:
        found = node.children.get(word)
        if found is None:
            tree.unread.append((number, 1))
            return
        parent, node = node, found
    parent.lines.append((number, number))
    tree.inactive.append((parent, node))


_Words = list[tuple[str, int] | list[tuple[str, int]]]


def _command(text: str) -> _Words | None:
    """Return the words of a command with their columns, a list as a list; None if it is none."""
    words: _Words = []
    inside: list[tuple[str, int]] | None = None
    at, end = 0, len(text.rstrip())
    while at < end:
        if text[at].isspace():
            at += 1
            continue
        found = _WORD.match(text, at)
        if not found:
            return None
        at = found.end()
        if found[2] == "[" and inside is None:
            inside = []
        elif found[2] == "]" and inside is not None:
            words.append(inside)
            inside = None
        elif found[2]:
            return None
        else:
            word = _unquoted(found)
            (words if inside is None else inside).append((word, found.start() + 1))
    return words if inside is None else None


def _unquoted(found: re.Match[str]) -> str:
    return _ESCAPE.sub(r"\1", found[1]) if found[1] is not None else found[3]


def _place(tree: Listing, words: _Words, line: int) -> bool:
    if len(words) > DEEPEST or any(isinstance(one, list) for one in words[:-1]):
        return False
    node = tree.root
    for one in words:
        for word, column in one if isinstance(one, list) else (one,):
            child = tree.add(node, word, line, column)
            child.lines.append((line, line))
        if not isinstance(one, list):
            node = child
    return True


def parse_braces(lines: Sequence[str]) -> Listing:
    """Return the tree of the braces form."""
    tree = Listing("braces")
    return _Braces(tree, lines).read()


class _Braces:
    def __init__(self, tree: Listing, lines: Sequence[str]) -> None:
        self.tree = tree
        self.lines = lines
        self.holders: list[Node] = [tree.root]  # of the braces that are open
        self.path: list[Node] = []  # words of the statement that is being read
        self.listed: Node | None = None  # the word whose list is being read
        self.off = False  # `inactive:` stands before the statement
        self.off_list = False
        self.comment = 0  # the line on which a comment began

    def read(self) -> Listing:
        tree = self.tree
        for number, line in enumerate(self.lines, 1):
            text = _PAGER.sub("", line).replace("\r", " ")
            if not self.comment and len(self.holders) == 1 and not self.path and tree.session(text):
                tree.idle.append(number)
                continue
            if not self._line(text, number):
                tree.broken = number
                break
        if not tree.broken and (len(self.holders) > 1 or self.path or self.comment):
            tree.broken = self.comment or max(1, len(self.lines))
        tree.closed = not tree.broken
        tree.finish()
        return tree

    def _line(self, text: str, number: int) -> bool:
        for kind, word, column in self._tokens(text, number):
            if kind == "bad":
                return False
            if kind == "comment":
                if word.startswith("## Last c"):
                    self.tree.changed = self.tree.changed or word
                self.tree.idle.append(number)
            elif not self._token(kind, word, number, column):
                return False
            if self.tree.limit:
                return False
        return True

    def _tokens(self, text: str, number: int) -> Iterator[tuple[str, str, int]]:
        at = 0
        if self.comment:
            end = text.find("*/")
            yield "comment", "", 1
            if end < 0:
                return
            self.comment, at = 0, end + 2
        while at < len(text):
            if text[at].isspace():
                at += 1
            elif text.startswith("/*", at):
                end = text.find("*/", at + 2)
                yield "comment", "", at + 1
                if end < 0:
                    self.comment = number
                    return
                at = end + 2
            elif text[at] == "#":
                yield "comment", text[at:].strip(), at + 1
                return
            else:
                found = _WORD.match(text, at)
                if not found:
                    yield "bad", "", at + 1
                    return
                kind = "mark" if found[2] else "quoted" if found[1] is not None else "word"
                yield kind, found[2] or _unquoted(found), at + 1
                at = found.end()

    def _token(self, kind: str, word: str, number: int, column: int) -> bool:
        tree = self.tree
        if kind == "mark":
            return self._mark(word, number)
        if kind == "word" and word in _PREFIXES and (not self.path or self.listed is not None):
            if word == "inactive:":
                self.off_list, self.off = (True, self.off) if self.listed is not None else (False, True)
            elif word not in ("protect:", "active:"):
                tree.load = True
                return word in ("replace:", "merge:", "update:")
            return True
        above = self.listed or (self.path[-1] if self.path else self.holders[-1])
        if len(self.holders) + len(self.path) > DEEPEST:
            return False
        child = tree.add(above, word, number, column)
        child.lines.append((number, number))
        if self.listed is None:
            self.path.append(child)
        elif self.off_list:
            tree.inactive.append((above, child))
            self.off_list = False
        tree.ended = False
        return True

    def _mark(self, word: str, number: int) -> bool:
        if word == "[" and self.path and self.listed is None:
            self.listed = self.path[-1]
        elif word == "]" and self.listed is not None:
            self.listed = None
        elif word == "{" and self.path and self.listed is None:
            self._switch_off()
            self.holders.append(self.path[-1])
            self.path = []
        elif word == ";" and self.path and self.listed is None:
            self._switch_off()
            self.path[-1].lines.append((number, number))
            self.path = []
        elif word == "}" and len(self.holders) > 1 and not self.path and self.listed is None:
            self.holders.pop().lines.append((number, number))
        else:
            return False
        return True

    def _switch_off(self) -> None:
        if self.off:
            above = self.path[-2] if len(self.path) > 1 else self.holders[-1]
            self.tree.inactive.append((above, self.path[-1]))
        self.off = False
