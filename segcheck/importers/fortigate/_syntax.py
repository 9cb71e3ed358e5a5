"""FortiOS command text as a tree.

The grammar is that of the FortiOS CLI Reference, "Using the CLI" (command syntax, subcommands): `config PATH` opens a table,
`edit KEY` an entry of it, `next` closes the entry, `end` the entry and the table; `set`, `append`, `unselect` and `unset`
write one setting; `delete`, `purge`, `rename A to B`, `clone A to B` and `move A before|after B` work on the entries. A value
in double quotes may run over several lines. The commands are carried out in order, as the device would, so what comes out
is the state after the last line, with the lines that made it.

Reading is linear in the size of the text. A line that is none of these stays in `unread` of the innermost open thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from segcheck.importers.fortigate._edits import rearrange, write
from segcheck.importers.fortigate._tree import Node, Tree, Unread

#: Continuation lines that may be looked at in vain, in all; keeps a file full of stray quotes linear.
_WASTED_LINES = 200_000
_PROMPT = re.compile(r"[\w.:-]{1,64}(?: \([^()]{1,64}\))? [#$](?: |$)")
#: Lines in which a backup says that it is one.
_HEAD = 8
#: Words that may be quoted in a diagnostic: no secret looks like this.
_KEYWORD = re.compile(r"[a-z][a-z-]{0,30}")
_MORE = re.compile(r"--More--[\s\x08]*")
_VERBS = frozenset(
    [
        "config",
        "edit",
        "next",
        "end",
        "set",
        "append",
        "unset",
        "unselect",
        "delete",
        "purge",
        "rename",
        "clone",
        "move",
        "abort",
        "show",
        "get",
    ]
)
#: Typed at a prompt, these show something and change nothing.
_SHOWING = frozenset(["show", "get", "diagnose", "execute", "exit", "quit", "fnsysctl"])


@dataclass(slots=True)
class _Command:
    words: list[str]
    first: int
    last: int
    column: int


class _Torn(Exception):
    """The quotes of a line never close, or close in the middle of a word."""

    def __init__(self, end_of_text: bool) -> None:
        super().__init__()
        self.end_of_text = end_of_text


def parse(lines: list[str], ended: bool, expand: Callable[[str], str] = str) -> Tree:
    """Return the tree of a text given as its lines.

    ended    whether the last line has a line end
    expand   returns the full path of an abbreviated one, for tables at the top
    """
    return _Parser(lines, ended, expand).run()


class _Parser:
    def __init__(self, lines: list[str], ended: bool, expand: Callable[[str], str]) -> None:
        self.lines = lines
        self.expand = expand
        self.tree = Tree(Node(""), ended=ended)
        self.stack: list[tuple[Node, bool, int]] = [(self.tree.root, False, 0)]  # node, is an entry, opening line
        self.wasted = 0
        self.torn_at = 0

    def run(self) -> Tree:
        index = 0
        while index < len(self.lines):
            index = self._line(index)
        if len(self.stack) > 1:
            self.tree.open_at = self.stack[-1][2]
            for node, _, opened in self.stack[1:]:
                node.spans.append((opened, len(self.lines)))
        elif self.torn_at:
            self.tree.open_at = self.torn_at
        return self.tree

    def _line(self, index: int) -> int:
        """Carry out the command that begins at line `index`; return the index after it."""
        text, number = self.lines[index], index + 1
        if "\r" in text or "--More--" in text or "\x08" in text:
            text = _clean(text)
        body = text.lstrip()
        if not body or body[0] == "#":
            if body.startswith("#config-version=") and not self.tree.header:
                self.tree.header, self.tree.header_line = body[len("#config-version=") :].strip(), number
            elif body.startswith("#conf_file_ver=") and number <= _HEAD:
                self.tree.backup = True
            self.tree.idle.append(number)
            return index + 1
        column = len(text) - len(body) + 1
        prompt = _PROMPT.match(body)
        if prompt and body.split(" ", 1)[0] not in _VERBS:
            body = body[prompt.end() :].lstrip()
            column += prompt.end()
            if not body or body.split(" ", 1)[0] in _SHOWING:
                self.tree.idle.append(number)
                return index + 1
        if '"' not in body and "'" not in body and "\\" not in body:
            self._do(_Command(body.split(), number, number, column))
            return index + 1
        try:
            words, after = self._quoted(body, index)
        except _Torn as torn:
            if torn.end_of_text:
                self.torn_at = self.torn_at or number
            self._unread(_Command(body.split()[:2], number, number, column))
            return index + 1
        self._do(_Command(words, number, after, column))
        return after

    def _quoted(self, body: str, index: int) -> tuple[list[str], int]:
        """Return the words of a line with quotes, and the index after the line that closes the last of them."""
        words: list[str] = []
        word: list[str] | None = None
        quote = ""
        ran_over = False
        after = index + 1
        i = 0
        while True:
            if i >= len(body):
                if not quote:
                    break
                if after >= len(self.lines) or self.wasted >= _WASTED_LINES:
                    self.wasted += after - index
                    raise _Torn(end_of_text=after >= len(self.lines))
                assert word is not None
                word.append("\n")
                body, i, ran_over, after = self.lines[after], 0, True, after + 1
                continue
            char = body[i]
            if quote:
                if char == "\\" and i + 1 < len(body) and quote == '"':
                    assert word is not None
                    word.append(body[i + 1])
                    i += 2
                    continue
                if char == quote:
                    quote = ""
                    if ran_over and i + 1 < len(body) and not body[i + 1].isspace():
                        self.wasted += after - index
                        raise _Torn(end_of_text=False)
                    i += 1
                    continue
                stop = _next_of(body, i, quote)
                assert word is not None
                word.append(body[i:stop])
                i = stop
            elif char.isspace():
                if word is not None:
                    words.append("".join(word))
                    word = None
                i += 1
            else:
                if word is None:
                    word = []
                    starts = True
                else:
                    starts = False
                if char == '"' or (char == "'" and starts):
                    quote = char
                    i += 1
                elif char == "\\" and i + 1 < len(body):
                    word.append(body[i + 1])
                    i += 2
                else:
                    word.append(char)
                    i += 1
        if word is not None:
            words.append("".join(word))
        return words, after

    def _do(self, command: _Command) -> None:
        verb, arguments = command.words[0] if command.words else "", command.words[1:]
        node, in_entry, _ = self.stack[-1]
        at_top = len(self.stack) == 1
        span = (command.first, command.last)
        if verb == "config" and arguments:
            self._open(" ".join(arguments), command)
        elif verb == "edit" and len(arguments) == 1 and not at_top:
            if in_entry:  # its `next` was lost: go on, but the table is not understood
                self._close(command.first - 1)
                node = self.stack[-1][0]
                node.unread.append(Unread(command.first, command.last, command.column, "edit"))
            entry = node.entries.setdefault(arguments[0], Node(arguments[0]))
            entry.frame.append(span)
            self.stack.append((entry, True, command.first))
        elif verb == "next" and not arguments and in_entry:
            node.frame.append(span)
            self._close(command.last)
        elif verb == "end" and not arguments and not at_top:
            node.frame.append(span)
            self._close(command.last)
            if in_entry:
                self.stack[-1][0].frame.append(span)
                self._close(command.last)
        elif verb in ("set", "append", "unset", "unselect") and arguments and not at_top:
            if not write(node, verb, arguments, span, command.column):
                self._unread(command)
        elif verb in ("delete", "purge", "rename", "clone", "move") and not at_top and not in_entry:
            done = rearrange(node, verb, arguments, self.stack[-2][0], span)
            if done is None:
                self._unread(command)
            elif not done:
                node.unread.append(Unread(command.first, command.last, command.column, verb, refused=True))
            else:
                node.frame.append(span)
        else:
            self._unread(command)

    def _open(self, path: str, command: _Command) -> None:
        parent = self.stack[-1][0]
        if (
            parent is self.tree.root
            or parent.name == "global"
            or (len(self.stack) == 3 and self.stack[1][0].name == "vdom")
        ):
            path = self.expand(path)
        table = parent.tables.setdefault(path, Node(path))
        table.frame.append((command.first, command.last))
        self.stack.append((table, False, command.first))

    def _close(self, last: int) -> None:
        node, _, opened = self.stack.pop()
        node.spans.append((opened, max(last, opened)))

    def _unread(self, command: _Command) -> None:
        words = [word if _KEYWORD.fullmatch(word) else "..." for word in command.words[:2]]
        self.stack[-1][0].unread.append(Unread(command.first, command.last, command.column, " ".join(words)))


def _clean(text: str) -> str:
    """Return a line of a saved terminal session as it stood on the screen at the end."""
    return _MORE.sub("", text.rstrip("\r").rsplit("\r", 1)[-1]).replace("\x08", "")


def _next_of(body: str, start: int, quote: str) -> int:
    """Return where the plain run inside a quote that begins at `start` ends."""
    stop = body.find(quote, start)
    stop = len(body) if stop < 0 else stop
    if quote == '"':
        escape = body.find("\\", start, stop)
        if escape >= 0:
            stop = escape if escape > start else min(start + 1, stop)
    return max(stop, start + 1)
