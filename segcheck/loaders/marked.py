"""YAML to plain values, with the place of each beside them, never inside them.

A small, unsurprising YAML: `true` and `false` are truth values, decimal integers are integers, `null`, `~` and nothing are
None, everything else is the text that stands there (`no`, `010`, `22:30` and `12:34:56` too). Keys are text. Duplicate keys,
tags and several documents are problems. Aliases may repeat a node; the size counted with its repetitions is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from segcheck.loaders.problems import Problem, refuse
from segcheck.model.source import SourceText

MAX_DEPTH = 64
MAX_NODES = 100_000

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A 1-based line and column."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document's value, and where each value and each key of it stands, by path from the root."""

    value: Any
    values: Mapping[Path, Mark]
    keys: Mapping[Path, Mark]

    def mark(self, path: Path) -> Mark:
        """Return the place of the value at `path`, or of the nearest thing around it."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Mark(1, 1))

    def key(self, path: Path) -> Mark:
        """Return the place of the key at `path`, or of the value where there is no key."""
        return self.keys.get(path) or self.mark(path)


@dataclass(slots=True)
class _Node:
    """A value under construction.

    children   by key (text, or position in a list), with the place of the key
    key        of a mapping: the key whose value comes next
    size       values in it, what aliases repeat counted each time
    height     levels in it; 1 for a scalar
    """

    kind: str
    mark: Mark
    scalar: Any = None
    children: dict[str | int, tuple[_Node, Mark]] = field(default_factory=dict)
    key: tuple[str, Mark] | None = None
    size: int = 1
    height: int = 1
    closed: bool = False


def load(source: SourceText) -> Document:
    """Return the one YAML document of `source`.

    Raises:
        BadInput: it is no YAML, or uses what this reader refuses; every problem that could be found at once.
    """
    document, problems = read(source)
    if problems:
        raise refuse(source.path, source.lines(), problems)
    return document


def values(text: str) -> Any:
    """Return the values alone of the YAML document that a text of ours is.

    Raises:
        BadInput: as `load`.
    """
    return load(SourceText("", text, "utf-8", "")).value


def read(source: SourceText) -> tuple[Document, list[Problem]]:
    """Return the one YAML document of `source` and all that is wrong with it as YAML; with problems, what could be read."""
    problems: list[Problem] = []
    root = _quick(source.text) or _Builder(problems).build(source.text)
    if root is not None and not root.closed:  # torn where reading stopped
        root = None
    values: dict[Path, Mark] = {}
    keys: dict[Path, Mark] = {}
    value = _plain(root, (), values, keys) if root is not None else None
    return Document(value, values, keys), problems


def _quick(text: str) -> _Node | None:
    """Return the root of a document with nothing wrong, read by libyaml, many times as fast; None: read it the other way.

    What is wrong is told by the other reader alone, so that it is told in the same words everywhere.
    """
    import yaml

    problems: list[Problem] = []
    if not hasattr(yaml, "CSafeLoader") or _APART.search(text):
        return None
    root = _Builder(problems, yaml.CSafeLoader).build(text)
    return None if problems else root


class _Stop(Exception):
    """The rest of the document cannot be read; the problem is already noted."""


class _Builder:
    def __init__(self, problems: list[Problem], loader: Any = None) -> None:
        self.problems = problems
        self.loader = loader
        self.stack: list[_Node] = []
        self.anchors: dict[str, _Node] = {}
        self.root: _Node | None = None
        self.documents = 0

    def build(self, text: str) -> _Node | None:
        import yaml

        takes: dict[type, Callable[[Any], None]] = {
            yaml.DocumentStartEvent: self._document,
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: partial(self._opens, "map"),
            yaml.SequenceStartEvent: partial(self._opens, "list"),
            yaml.MappingEndEvent: self._closes,
            yaml.SequenceEndEvent: self._closes,
            yaml.AliasEvent: self._alias,
        }
        try:
            for event in yaml.parse(text, Loader=self.loader or yaml.SafeLoader):
                take = takes.get(type(event))
                if take is not None:
                    take(event)
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            why = " ".join(filter(None, (error.context, error.problem)))
            self._note(_mark(place), f"not readable as YAML: {why}", f"YAML として読めません: {why}")
            self._foreign_spaces(text)
        except yaml.YAMLError as error:  # a character that YAML does not allow
            position = getattr(error, "position", 0)
            before = text[:position] if isinstance(position, int) else ""
            mark = Mark(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
            self._note(mark, "a character that YAML does not allow", "YAML で使えない文字があります")
        except _Stop:
            pass
        return self.root

    def _foreign_spaces(self, text: str) -> None:
        """Tell of what a Japanese keyboard or an editor puts where YAML wants a plain space or colon."""
        for number, line in enumerate(text.split("\n"), 1):
            found = _FOREIGN.match(line)
            if found:
                en, ja = _FOREIGN_WORDS[line[found.end() - 1]]
                self._note(Mark(number, found.end()), f"{en} stands here", f"ここに{ja}があります", *_FOREIGN_HELP)

    def _note(self, mark: Mark, en: str, ja: str, help_en: str = "", help_ja: str = "") -> None:
        self.problems.append(Problem(mark.line, mark.column, en, ja, help_en, help_ja))

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents == 2:
            self._note(_mark(event.start_mark), "a second document begins here", "2 つ目の文書が始まっています")
            raise _Stop

    def _scalar(self, event: Any) -> None:
        mark = _mark(event.start_mark)
        self._tag(event, mark)
        plain = event.implicit[0] and not event.style
        if plain and not event.value and self.loader is not None:
            self._note(mark, "nothing: the two readers have it in different places", "値なし")
            raise _Stop
        self._add(_Node("scalar", mark, event.value, closed=True), event.anchor, plain=plain)

    def _opens(self, kind: str, event: Any) -> None:
        mark = _mark(event.start_mark)
        self._tag(event, mark)
        node = _Node(kind, mark)
        self._add(node, event.anchor, plain=False)
        self.stack.append(node)

    def _closes(self, event: Any) -> None:
        node = self.stack.pop()
        node.closed = True
        self._grow(node, node.size - 1)

    def _alias(self, event: Any) -> None:
        target = self.anchors.get(str(event.anchor))
        if target is None or not target.closed:
            self._note(
                _mark(event.start_mark),
                f"alias '{event.anchor}' has no finished anchor before it",
                f"別名 '{event.anchor}' の前に対応するアンカーがありません",
            )
            raise _Stop
        self._add(target, None, plain=False)
        self._grow(target, target.size - 1)

    def _grow(self, node: _Node, by: int) -> None:
        """Count `node` into the value around it, which thereby holds `by` more values."""
        if len(self.stack) + node.height > MAX_DEPTH:
            self._note(node.mark, f"nested deeper than {MAX_DEPTH}", f"入れ子が {MAX_DEPTH} 段を超えています")
            raise _Stop
        if not self.stack:
            return
        around = self.stack[-1]
        around.size += by
        around.height = max(around.height, node.height + 1)
        if around.size > MAX_NODES:
            self._note(node.mark, f"more than {MAX_NODES} values", f"値が {MAX_NODES} 個を超えています")
            raise _Stop

    def _tag(self, event: Any, mark: Mark) -> None:
        if event.tag is not None:
            self._note(mark, f"tag '{event.tag}' is not used here", f"タグ '{event.tag}' は使えません")

    def _add(self, node: _Node, anchor: str | None, *, plain: bool) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        around = self.stack[-1] if self.stack else None
        if around is not None and around.kind == "map" and around.key is None:
            if node.kind != "scalar":
                self._note(node.mark, "a key must be text", "キーは文字列でなければなりません")
                raise _Stop
            around.key = (str(node.scalar), node.mark)
            return
        if plain:
            node.scalar = _resolved(node.scalar)
        if around is None:
            self.root = node
        elif around.kind == "list":
            around.children[len(around.children)] = (node, node.mark)
        elif around.key is not None:
            key, at = around.key
            around.key = None
            if key in around.children:
                first = around.children[key][1].line
                self._note(
                    at,
                    f"duplicate key '{key}' (first at line {first})",
                    f"キー '{key}' が重複しています (最初は {first} 行目)",
                )
            around.children[key] = (node, at)
        self._grow(node, 1)


#: What the two readers of YAML take differently, or count differently.
_APART = re.compile("[\t\r?\ufeff\x85\u2028\u2029]|[|>][-+0-9]*#")
#: Indentation with a tab or full-width space in it, a key with a full-width colon, a colon with a full-width space or tab behind.
_FOREIGN = re.compile(r"[ -]*[\t　]|[ -]*[\w.-]+(?:：|:[\t　])")
_FOREIGN_WORDS = {
    "\t": ("a tab", "タブ"),
    "　": ("a full-width space", "全角の空白"),
    "：": ("a full-width colon", "全角のコロン"),
}
_FOREIGN_HELP = ("type half-width spaces and colons", "半角の空白とコロンで書いてください")


_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})").fullmatch


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark is not None else Mark(1, 1)


def _resolved(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "null", "~"):
        return None
    # longer numbers mean nothing here, and turning them into integers is slow
    return int(text) if _INTEGER(text) else text


def _plain(node: _Node, path: Path, values: dict[Path, Mark], keys: dict[Path, Mark]) -> Any:
    """Return the node as plain values; recursion is bounded by `MAX_DEPTH`."""
    values[path] = node.mark
    if node.kind == "scalar":
        return node.scalar
    if node.kind == "list":
        return [_plain(child, (*path, index), values, keys) for index, (child, _) in node.children.items()]
    result: dict[str, Any] = {}
    for key, (child, mark) in node.children.items():
        inside = (*path, key)
        keys[inside] = mark
        result[str(key)] = _plain(child, inside, values, keys)
    return result
