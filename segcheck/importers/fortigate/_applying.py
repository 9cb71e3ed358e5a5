"""Typed commands carried out on a configuration of FortiOS.

The tree (`_syntax`) carries out commands in order as the device does, so the result is the old text with the commands behind
it. Here stands what the device would refuse, or do besides: those commands are not applied.
Source: FortiOS CLI Reference, "Using the CLI" (subcommands), and the tables named below.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from segcheck.importers._applying import Commands
from segcheck.importers.fortigate._sections import full_path
from segcheck.importers.fortigate._syntax import parse
from segcheck.importers.fortigate._tree import Node, Tree
from segcheck.model.source import SourceText

#: Tables whose entries mean what is set in them and nothing else.
_TABLES = frozenset(
    (
        "firewall policy",
        "firewall policy6",
        "firewall address",
        "firewall address6",
        "firewall addrgrp",
        "firewall addrgrp6",
        "firewall service custom",
        "firewall service group",
        "firewall local-in-policy",
        "firewall local-in-policy6",
        "firewall schedule onetime",
        "firewall schedule recurring",
        "router static",
        "router static6",
    )
)
#: Settings that make the device drop others of an object that is there already.
_TURNING = frozenset(("type", "protocol"))
_POLICIES = ("firewall policy", "firewall policy6")
#: Without these the device does not keep a policy.
_NEEDED = ("srcintf", "dstintf", "schedule")


def apply(old: SourceText, change: SourceText) -> str:
    """Return the configuration after the commands.

    Raises:
        BadInput: one of them cannot be applied exactly; nothing is.
    """
    return _Applying(old, Commands(change)).run()


class _Applying:
    def __init__(self, old: SourceText, commands: Commands) -> None:
        self.commands = commands
        self.old = old.lines()
        before = self._tree(0)
        if before.open_at:
            commands.refuse("the export is not whole", "エクスポートが完全ではありません")
        self.before = before.root
        self.several = "vdom" in before.root.tables
        self.stack: list[tuple[str, str]] = []  # config or edit, its path or key

    def run(self) -> str:
        for number, line in enumerate(self.commands.lines, 1):
            self.commands.number = number
            body = line.strip()
            if body and not body.startswith("#"):
                try:
                    words = shlex.split(body)
                except ValueError:
                    self.commands.refuse("quotes that the line does not close", "引用符が行内で閉じていません")
                self._command(words)
        self.commands.number = len(self.commands.lines)
        if self.stack:
            self.commands.refuse("`end` is missing", "end がありません")
        self._carried_out()
        return "\n".join((*self.old, *self.commands.lines)) + "\n"

    def _command(self, words: Sequence[str]) -> None:
        verb, rest = words[0], words[1:]
        kind, _ = self.stack[-1] if self.stack else ("", "")
        if verb == "config" and rest:
            self._config(" ".join(rest))
        elif verb == "edit" and len(rest) == 1 and kind == "config":
            if rest[0] == "0":
                self.commands.refuse(
                    "`edit 0` takes the next free number; write it", "edit 0 は空き番号になります。番号を書いてください"
                )
            self.stack.append(("edit", rest[0]))
            if self._path() == ("vdom",) and self._node() is None:
                self.commands.refuse("the export has no such VDOM", "この VDOM はエクスポートにありません")
        elif verb == "next" and kind == "edit":
            self._closes()
            self.stack.pop()
        elif verb == "end" and self.stack:
            if kind == "edit":
                self._closes()
                self.stack.pop()
            self.stack.pop()
        elif kind == "edit" and self._table() in _TABLES and verb in ("set", "append", "unselect", "unset") and rest:
            known = self._node()
            if verb != "append" and rest[0] in _TURNING and known is not None and known.values:
                self.commands.refuse(
                    f"another '{rest[0]}' of an object that is there drops other settings of it",
                    f"既存のオブジェクトの {rest[0]} を変えると、ほかの設定が消えます",
                )
        elif kind == "config" and self._table() in _TABLES and verb in ("delete", "move"):
            if verb == "delete" and len(rest) == 1:
                self._unused(rest[0])
        else:
            self.commands.unknown()

    def _config(self, path: str) -> None:
        kind, _ = self.stack[-1] if self.stack else ("", "")
        inside = self._path()
        top = not self.stack or (inside == ("vdom",) and kind == "edit")
        if not self.stack and path == "vdom" and self.several:
            self.stack.append(("config", path))
            return
        if not top or full_path(path) not in _TABLES:
            self.commands.unknown()
        if self.several and not self.stack:
            self.commands.refuse(
                "the export has VDOMs: say in which", "VDOM を指定してください (config vdom / edit 名前)"
            )
        self.stack.append(("config", full_path(path)))

    def _path(self) -> tuple[str, ...]:
        return tuple(name for kind, name in self.stack if kind == "config")

    def _table(self) -> str:
        return (self._path() or ("",))[-1]

    def _node(self) -> Node | None:
        """Return what is open as the old configuration has it, None if it is new."""
        node = self.before
        for kind, name in self.stack:
            found = (node.tables if kind == "config" else node.entries).get(name)
            if found is None:
                return None
            node = found
        return node

    def _closes(self) -> None:
        """Refuse to leave a new policy that the device would not keep."""
        if self._table() in _POLICIES and self._node() is None:
            made = self._there(self._tree(self.commands.number - 1).root)
            lacking = [key for key in _NEEDED if made is None or key not in made.values]
            if lacking:
                self.commands.refuse(
                    f"the new policy lacks {', '.join(lacking)}", f"新しいポリシーに {'、'.join(lacking)} がありません"
                )

    def _unused(self, name: str) -> None:
        """Refuse to delete what a setting still names: the device would not."""
        if self._table().startswith(("firewall policy", "firewall local-in", "router")):
            return
        root = self._tree(self.commands.number - 1).root
        scope = root
        if self.several:
            scope = next((root.table("vdom").entries[key] for kind, key in self.stack if kind == "edit"), root)
        for node in scope.walk():
            for value in node.values.values():
                if name in value.words:
                    self.commands.refuse(
                        f"still named in line {value.line} of the result; the device would not delete it",
                        f"結果の {value.line} 行目でまだ使われています。機器は削除しません",
                    )

    def _there(self, root: Node) -> Node | None:
        node = root
        for kind, name in self.stack:
            found = (node.tables if kind == "config" else node.entries).get(name)
            if found is None:
                return None
            node = found
        return node

    def _tree(self, commands: int) -> Tree:
        return parse([*self.old, *self.commands.lines[:commands]], True, full_path)

    def _carried_out(self) -> None:
        """Refuse what the tree could not carry out."""
        tree = self._tree(len(self.commands.lines))
        for node in tree.root.walk():
            for unread in node.unread:
                if unread.first > len(self.old):
                    self.commands.number = unread.first - len(self.old)
                    self.commands.refuse(
                        "the device would not do this: what it names is not there, or is there already",
                        "機器はこのコマンドを受け付けません (対象がないか、既にあります)",
                    )
