"""The text forms: `set` commands, and the braces of the CLI's default output format.

Strings stand in double quotes, with a backslash before a quote or a backslash; a quoted string may span lines
(certificates). A list is written `[ a b ]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from segcheck.importers._hierarchy.tree import DEEPEST, Node, Tree

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"\[\]]+|[\[\]]))', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TYPED = r"show(?: .*)?|set cli .*|configure|exit|quit"
#: Comments, and lines of a terminal session around the commands; a prompt with any other command behind it is none of them.
_IDLE = re.compile(rf"^\s*(?:#.*|(?:[^\s@]{{1,64}}@[^\s@]{{1,64}}[>#]\s*)?(?:{_TYPED})?|\[edit[^\]]*\])\s*$")
#: A string longer than this many lines is one that was never closed.
_LONGEST_STRING = 400
_BRACE = re.compile(r'"((?:[^"\\]|\\.)*)"|([{};\[\]])|([^\s"{};\[\]]+)|(\n)|[^\S\n]+|(")')


def parse_set(lines: Sequence[str]) -> Tree:
    """Return the tree of `set` commands."""
    tree = Tree("set")
    number = 0
    while number < len(lines):
        first, number = number + 1, number + 1
        text = lines[first - 1].replace("\r", " ")
        if _IDLE.match(text):
            tree.idle.append(first)
            continue
        if not _whole(text):
            joined, last = _joined(lines, first)
            if joined:
                text, number = joined, last
        found = _command(text)
        if found is None or not _place(tree, found, first, number):
            tree.unread.extend((line, 1) for line in range(first, number + 1))
        if tree.limit:
            tree.broken = first
            break
    return tree


def _whole(text: str) -> bool:
    return len(re.sub(r"\\.", "", text).split('"')) % 2 == 1


def _joined(lines: Sequence[str], first: int) -> tuple[str, int]:
    """Return the command whose string goes on over line ends, and its last line; ("", 0) if it never ends properly."""
    for last in range(first + 1, min(len(lines), first + _LONGEST_STRING) + 1):
        if lines[last - 1].lstrip().startswith("set "):
            return "", 0  # it swallows commands: the quote is the damage
        if '"' in lines[last - 1] and not _whole(lines[last - 1]):
            return "\n".join(lines[first - 1 : last]), last
    return "", 0


def _command(text: str) -> list[tuple[str, int] | list[tuple[str, int]]] | None:
    """Return the words of a `set` command with their columns, a list as a list; None if it is none."""
    tokens: list[tuple[str, int, bool]] = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            return None
        quoted = found[1] is not None
        word = _ESCAPE.sub(r"\1", found[1]) if quoted else found[2]
        tokens.append((word, found.start(1 if quoted else 2) + 1, quoted))
        at = found.end()
    if not tokens or tokens[0][0] != "set" or len(tokens) < 2:
        return None
    words: list[tuple[str, int] | list[tuple[str, int]]] = []
    inside: list[tuple[str, int]] | None = None
    for word, column, quoted in tokens[1:]:
        if word == "[" and not quoted:
            if inside is not None:
                return None
            inside = []
        elif word == "]" and not quoted:
            if inside is None:
                return None
            words.append(inside)
            inside = None
        elif inside is not None:
            inside.append((word, column))
        else:
            words.append((word, column))
    return None if inside is not None else words


def _place(tree: Tree, words: list[tuple[str, int] | list[tuple[str, int]]], first: int, last: int) -> bool:
    if len(words) > DEEPEST or any(isinstance(one, list) for one in words[:-1]):
        return False
    node = tree.root
    made: list[Node] = []
    for one in words:
        for word, column in one if isinstance(one, list) else (one,):
            child = tree.add(node, word, first, column)
            child.lines.append((first, last))
            made.append(child)
        if not isinstance(one, list):
            node = made[-1]
    return True


def parse_braces(text: str) -> Tree:
    """Return the tree of the braces form."""
    tree = Tree("braces")
    stack: list[list[Node]] = []
    path: list[Node] = [tree.root]
    listed = False
    line = 1
    for kind, word, line in _tokens(text):
        if kind == "word":
            if len(path) + len(stack) > DEEPEST or tree.limit:
                tree.broken = line
                break
            child = tree.add(path[-1], word, line)
            child.lines.append((line, line + word.count("\n")))
            if not listed:
                path.append(child)
        elif word == "{":
            stack.append([path[0]])
            path = [path[-1]]
        elif word in ("[", "]"):
            listed = word == "["
        elif word == ";":
            path = [path[0]]
        elif word == "}" and stack and len(path) == 1 and not listed:
            path[0].lines.append((line, line))
            path = stack.pop()
        else:
            tree.broken = line
            break
    if not tree.broken and (stack or listed or len(path) > 1):
        tree.broken = line
    tree.root.children = _unwrapped(tree.root)
    tree.closed = not tree.broken and text.endswith("\n")
    return tree


def _unwrapped(root: Node) -> dict[str, Node]:
    inner = root.children.get("config")
    if len(root.children) == 1 and inner is not None and inner.children:
        root.lines.extend(inner.lines)
        return inner.children
    return root.children


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line, at = 1, 0
    while at < len(text):
        found = _BRACE.match(text, at)
        if found is None or found[5]:
            yield "mark", "?", line
            return
        if found[1] is not None:
            yield "word", _ESCAPE.sub(r"\1", found[1]), line
        elif found[2]:
            yield "mark", found[2], line
        elif found[3]:
            yield "word", found[3], line
        line += found[0].count("\n")
        at = found.end()
