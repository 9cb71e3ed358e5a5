"""The XML form (running-config.xml, `show config running` in XML, an answer of the API), read with the standard library's expat.

Expat, because it streams with line and column and lets every declaration be refused where it begins: with a document type
there are no entities, so nothing can be expanded, fetched or included. A tree library would add a dependency for what the
configuration does not have: namespaces, mixed content, schemas.
"""

from __future__ import annotations

from xml.parsers import expat

from segcheck.importers._hierarchy.tree import DEEPEST, Node, Tree

#: Attributes that only administer: who changed what and when, and where a pushed setting came from.
_ADMINISTRATIVE = frozenset(
    {"admin", "dirtyId", "time", "loc", "src", "ptpl", "urldb", "detail-version", "overrides", "status", "code", "cmd"}
)
#: Around the configuration in answers of the API and the CLI.
_AROUND = ("response", "result", "config")


class _Refused(Exception):
    """Something that no configuration of a device holds."""


class _Builder:
    def __init__(self, tree: Tree, parser: expat.XMLParserType) -> None:
        self.tree, self.parser = tree, parser
        self.open: list[tuple[Node, str]] = [(tree.root, "")]
        self.text: list[str] = []
        self.began = 1
        self.nested: list[bool] = [False]
        self.seen = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        self._stray()
        if len(self.open) > DEEPEST:
            self.tree.limit = f"{DEEPEST} levels"
            raise _Refused
        parent, _ = self.open[-1]
        self.nested[-1] = True
        around = name in _AROUND and all(one in _AROUND for _, one in self.open[1:])
        if around:
            self.seen = self.seen or name == "config"
            self.tree.version = attributes.get("version", self.tree.version)
            self.tree.root.lines.append((line, line))
            self._push(self.tree.root, name)
            return
        if name == "member":
            self._push(Node("", line, column), name)
            return
        word = attributes.get("name", "") if name == "entry" else name
        known = parent.children.get(word)
        node = self.tree.add(parent, word, line, column)
        if known is not None or (name == "entry" and "name" not in attributes):
            node.torn.append(line)
        for key, value in attributes.items():
            if key == "uuid":
                node.extras[key] = value
            elif key not in _ADMINISTRATIVE and not (name == "entry" and key == "name") and key != "version":
                node.torn.append(line)
        node.lines.append((line, line))
        self._push(node, name)
        if self.tree.limit:
            raise _Refused

    def _push(self, node: Node, name: str) -> None:
        self.open.append((node, name))
        self.nested.append(False)
        self.text = []
        self.began = self.parser.CurrentLineNumber

    def data(self, text: str) -> None:
        if text.strip() and not "".join(self.text).strip():
            self.began = self.parser.CurrentLineNumber
        self.text.append(text)

    def _stray(self) -> None:
        """Note text beside elements: it has no place in a configuration."""
        if "".join(self.text).strip():
            self.open[-1][0].torn.append(self.began)
        self.text = []

    def end(self, name: str) -> None:
        line = self.parser.CurrentLineNumber
        nested = self.nested.pop()
        if nested:
            self._stray()
        node, _ = self.open.pop()
        text = "".join(self.text).strip()
        if name == "member":
            start = node.first
            parent, _ = self.open[-1]
            if nested or not text or text in parent.children:
                parent.torn.extend([start] if nested or not text else [])
                parent.lines.append((start, line))
            else:
                self.tree.add(parent, text, start, node.column).lines.append((start, line))
        elif nested:
            node.lines.append((line, line))
        elif text and node is not self.tree.root:
            leaf = self.tree.add(node, text, node.first, node.column)
            leaf.extras["text"] = ""
            leaf.lines.append((node.first, line))
            node.lines.append((line, line))
        else:
            if text:
                node.torn.append(self.began)
            node.lines.append((line, line))
        self.text = []

    def comment(self, text: str) -> None:
        line = self.parser.CurrentLineNumber
        self.tree.idle.extend(range(line, line + text.count("\n") + 1))

    def declaration(self, *_: object) -> None:
        self.tree.idle.append(self.parser.CurrentLineNumber)

    def refuse(self, *_: object) -> None:
        raise _Refused


def parse(text: str) -> Tree:
    """Return the tree of an XML text; what follows an error stays unread, and `broken` says from where on."""
    tree = Tree("xml")
    parser = expat.ParserCreate(encoding="utf-8")
    builder = _Builder(tree, parser)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.CommentHandler = builder.comment
    parser.XmlDeclHandler = builder.declaration
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.ProcessingInstructionHandler = builder.refuse
    # lines end in \n here; a lone \r would count as a line for expat, and for nobody else
    body = text.replace("\r", " ").lstrip("\n\t \ufeff")  # expat wants the declaration to be the very first
    skipped = text[: len(text) - len(body)].count("\n")
    try:
        parser.Parse(body.encode("utf-8", "replace"), True)
        tree.closed = builder.seen and text.endswith("\n")
    except expat.ExpatError as error:
        tree.broken = max(1, error.lineno)
    except _Refused:
        tree.broken = max(1, parser.CurrentLineNumber)
    if skipped:
        _move(tree, skipped)
    return tree


def _move(tree: Tree, by: int) -> None:
    for node in tree.root.walk():
        node.first += by
        node.lines = [(first + by, last + by) for first, last in node.lines]
        node.torn = [line + by for line in node.torn]
    tree.idle = [line + by for line in tree.idle]
    tree.broken += by if tree.broken else 0
