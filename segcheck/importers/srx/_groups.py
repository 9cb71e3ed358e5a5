"""Configuration groups: what a configuration inherits is put in its place before anything is read.

Source: Junos CLI User Guide, "Understanding Configuration Groups", "Using Wildcards with Configuration Groups",
"Disabling Inheritance of a Junos OS Configuration Group": a group applied at a level gives it what stands at that level of the
group; what is written there itself wins, then the group applied nearest, then the one named first; `<pattern>` stands for
every name that is there already; what is inherited stands behind what is written. Interface ranges give their members what they
hold ("Interface Ranges", Interfaces User Guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from segcheck.importers._hierarchy.notes import Notes
from segcheck.importers._hierarchy.tree import MOST, Node, Tree
from segcheck.model.diagnostic import Code, LineUse, Severity

_KEEPERS = ("apply-groups", "apply-groups-except")
#: What a chassis cluster's node may have of its own without a difference in what passes.
_OF_A_NODE = ("system", "interfaces", "snmp", "event-options", "apply-macro")
#: Settings with one value: what is written itself wins.
_SINGLE = frozenset(
    [
        "host-name",
        "protocol",
        "destination-port",
        "source-port",
        "default-policy",
        "version",
        "vlan-id",
        "preference",
        "metric",
        "mode",
        "mtu",
        "description",
        "instance-type",
        "screen",
        "scheduler-name",
        "speed",
        "domain-name",
        "time-zone",
        "port",
        "icmp-type",
        "icmp-code",
        "native-vlan-id",
    ]
)
#: Settings with many values, or flags side by side: both hold.
_MANY = frozenset(
    [
        "source-address",
        "destination-address",
        "application",
        "system-services",
        "protocols",
        "interfaces",
        "then",
        "from",
        "match",
        "family",
        "unit",
        "members",
        "log",
        "permit",
        "host-inbound-traffic",
        "address",
        "inet",
        "inet6",
        "interface",
        "next-hop",
        "services",
        "security-zone",
        "ssh",
        "system",
        "security",
        "from-zone",
        "to-zone",
        "policy",
        "zones",
        "policies",
        "global",
        "applications",
        "routing-options",
        "static",
        "member",
        "prefix-list",
        "term",
        "filter",
        "then",
        "session-init",
        "deny",
        "reject",
        "attach",
        "zone",
        "lo0",
        "groups",
        "firewall",
    ]
)
#: Patterns side by side in a group; each is held against every name.
_MOST_PATTERNS = 100
_RANGE = re.compile(r"(.*?)(\d+)")


class Expansion:
    """The result: `problems` are ids of diagnostics for what could not be inherited; each may change anything."""

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self.tree = tree
        self.notes = notes
        self.problems: list[str] = []
        self.of_nodes = False
        self._copied = 0
        self._patterns: dict[Node, list[Node]] = {}
        root = tree.root
        for node in root.walk():
            node.ignore(("apply-macro", "apply-flags"))
        groups = root.children.pop("groups", None)
        self.groups: dict[str, Node] = dict(groups.children) if groups else {}
        if groups is not None:
            self._account(groups)
        self._visit(root, [], ())
        interfaces = root.children.get("interfaces")
        if interfaces is not None:
            self._ranges(interfaces)
        for node in root.walk():
            for word in _KEEPERS:
                for one in node.children.pop(word, _NOTHING).walk():
                    self.notes.mark(one.lines, LineUse.UNDERSTOOD)

    def _account(self, groups: Node) -> None:
        for node in groups.walk():
            if "apply-groups" in node.children or "when" in node.children:
                self._say(node, "a group that applies others, or only at times")
        for node in groups.walk():  # where a group applies, its copies say what became of it
            self.notes.mark(node.lines, LineUse.IRRELEVANT)

    def _say(self, node: Node, text: str) -> None:
        self.problems.append(self.notes.say(Code.UNSUPPORTED_LINE, Severity.ERROR, node, "device", text=text))
        self.notes.mark(node.lines, LineUse.UNSUPPORTED)

    # ---- groups

    def _visit(self, node: Node, sources: list[tuple[str, Node]], path: tuple[str, ...]) -> None:
        """Give a node what its own groups and those of the levels above have for it."""
        stack = [(node, sources, path)]
        while stack:
            one, given, way = stack.pop()
            kept = [pair for pair in given if pair[0] not in self._names(one, "apply-groups-except")]
            own = [(name, at) for name in self._applied(one) for at in self._places(self.groups[name], way)]
            merged = own + kept
            self._merge(one, [source for _, source in merged])
            for child in one.children.values():
                if child.word in _KEEPERS:
                    continue
                below = [(name, inner) for name, source in merged for inner in self._inside(source, child.word)]
                stack.append((child, below, (*way, child.word)))

    def _names(self, node: Node, key: str) -> list[str]:
        holder = node.children.get(key)
        if holder is None:
            return []
        holder.mark_all(LineUse.UNDERSTOOD)
        return list(holder.children)

    def _applied(self, node: Node) -> list[str]:
        found: list[str] = []
        for name in self._names(node, "apply-groups"):
            if name == "${node}":
                found.extend(self._of_nodes(node))
            elif name in self.groups:
                found.append(name)
            elif name != "junos-defaults":
                holder = node.children["apply-groups"]
                self.problems.append(
                    self.notes.say(
                        Code.UNDEFINED_NAME,
                        Severity.ERROR,
                        holder,
                        "device",
                        kind="configuration group",
                        name=name[:40],
                    )
                )
        return found

    def _of_nodes(self, node: Node) -> list[str]:
        """Return the groups of both nodes of a cluster: which of them this is, the file does not say."""
        names: list[str] = [name for name in ("node0", "node1") if name in self.groups]
        self.of_nodes = bool(names)
        for name in names:
            group = self.groups[name]
            for child in group.children.values():
                plain = child.word in _OF_A_NODE and (child.word != "interfaces" or set(child.children) <= {"fxp0"})
                if not plain:
                    self._say(child, f"a setting of {name} only")
        return names

    def _places(self, group: Node, path: Sequence[str]) -> list[Node]:
        found = [group]
        for word in path:
            found = [inner for one in found for inner in self._inside(one, word)]
        return found

    def _inside(self, source: Node, word: str) -> list[Node]:
        """Return what a level of a group holds for the name `word`."""
        if source not in self._patterns:
            kept = [inner for inner in source.children.values() if _pattern(inner.word) is not None]
            if len(kept) > _MOST_PATTERNS:
                self._say(source, "patterns of a configuration group")
                kept = []
            self._patterns[source] = kept
        exact = source.children.get(word)
        found = [exact] if exact is not None else []
        return found + [inner for inner in self._patterns[source] if _fits(inner.word, word)]

    def _merge(self, node: Node, sources: Iterable[Node]) -> None:
        for source in sources:
            values = [child for child in node.children.values() if not child.children and child.word not in _KEEPERS]
            for child in source.children.values():
                if child.word in node.children and node.children[child.word].off:
                    self._say(child, "a policy that is deactivated and inherited")
                if _pattern(child.word) is not None or child.word in node.children or child.word in _KEEPERS:
                    continue
                if not child.children and values:
                    if node.word in _SINGLE:
                        continue
                    if node.word not in _MANY:  # whether both hold depends on the setting
                        node.torn.append(child.first)
                copy = Node(child.word, child.first, child.column)
                copy.lines.extend(child.lines)
                node.children[child.word] = copy
                self._copied += 1
                if self._copied > MOST:
                    self.tree.limit = str(MOST)
                    return

    # ---- interface ranges

    def _ranges(self, interfaces: Node) -> None:
        table = interfaces.children.pop("interface-range", None)
        if table is None:
            return
        for one in table.children.values():
            members: list[str] = list(one.children.get("member", _NOTHING).children)
            for low in one.children.get("member-range", _NOTHING).children.values():
                high = next(iter(low.children.get("to", _NOTHING).children), "")
                members.extend(_between(low.word, high))
            plain = all(re.fullmatch(r"[\w./:-]+", name) for name in members)
            if not plain or not members:
                self._say(one, "an interface range")
                continue
            for node in one.walk():
                self.notes.mark(node.lines, LineUse.UNDERSTOOD)
            source = Node(one.word, one.first)
            source.children = {
                w: c for w, c in one.children.items() if w not in ("member", "member-range", "description")
            }
            for name in members:
                target = interfaces.children.get(name)
                if target is None:
                    target = self.tree.add(interfaces, name, one.first)
                self._visit(target, [("", source)], ("interfaces", name))
        self.notes.mark(table.lines, LineUse.UNDERSTOOD)


_NOTHING = Node("")


def _pattern(word: str) -> str | None:
    return word[1:-1] if word.startswith("<") and word.endswith(">") and len(word) > 2 else None


def _fits(word: str, name: str) -> bool:
    return word != name and fnmatchcase(name, _pattern(word) or "")


def _between(low: str, high: str) -> list[str]:
    """Return the names from `ge-0/0/1` to `ge-0/0/5`, [""] if they are none."""
    first, last = _RANGE.fullmatch(low), _RANGE.fullmatch(high)
    if not first or not last or first[1] != last[1] or len(last[2]) > 3 or int(first[2]) > int(last[2]):
        return [""]
    return [f"{first[1]}{number}" for number in range(int(first[2]), int(last[2]) + 1)]
