"""Address objects and groups, regions and external lists.

Source: Web Interface Help, "Objects > Addresses" (ip-netmask, ip-range, ip-wildcard: a one in the wildcard mask means that
the bit may differ, fqdn), "Objects > Address Groups" (static; dynamic by tags, whose members are also registered from outside),
"Objects > Regions", "Objects > External Dynamic Lists". A name of the virtual system hides a shared one. Names that are no
objects are addresses themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._hierarchy.notes import Vsys, closure
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import unknown
from segcheck.model.device import NamedObject
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Expr, Field, disjunction
from segcheck.sets.addresses import parse, parse_one, wildcard
from segcheck.sets.intervals import IntervalSet

_IRRELEVANT = ("description", "tag", "disable-override")
_KINDS = ("ip-netmask", "ip-range", "ip-wildcard", "fqdn")
_V4_BITS = (1 << 32) - 1


class Addresses:
    """The addresses that rules of one virtual system can name."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self._made: dict[tuple[tuple[str, ...], str], Expr] = {}

    def any_of(self, node: Node, side: str, where: str) -> Expr:
        """Return "the address is one of those that the words below a node name"; `side` is a field of the packet."""
        names = node.words()
        if "any" in names:
            return ANYTHING
        if (names, side) not in self._made:
            self._made[names, side] = self._any_of(names, node, side, where)
        return self._made[names, side]

    def _any_of(self, names: tuple[str, ...], node: Node, side: str, where: str) -> Expr:
        pairs: list[tuple[int, int]] = []
        doubts: list[Expr] = []
        for name in self.leaves(names):
            plain, doubt = self._one(name, node, where)
            pairs.extend(plain.ranges)
            doubts.extend(doubt)
        parts: list[Expr] = [Field(side, IntervalSet.of(*pairs))] if pairs else []
        parts.extend(dict.fromkeys(doubts))
        return disjunction(*parts) if parts else NOTHING

    def plain(self, names: Iterable[str]) -> IntervalSet | None:
        """Return the addresses behind names, None if any of them cannot be told."""
        pairs: list[tuple[int, int]] = []
        names = tuple(names)
        if "any" in names:
            return None
        for name in self.leaves(names):
            found, doubt = self._one(name, Node(name), "")
            if doubt:
                return None
            pairs.extend(found.ranges)
        return IntervalSet.of(*pairs) if pairs else None

    def leaves(self, names: Iterable[str]) -> list[str]:
        """Return the names that are no static groups, from groups of any depth; a group that cannot be read is one."""
        return closure(names, self._members)

    def _members(self, name: str) -> tuple[str, ...] | None:
        group = self._vsys.find("address-group", name, "address")
        if self._vsys.find("address", name, "address-group") is not None:
            return None
        if group is None or group.has("dynamic") or group.has("filter"):
            return None
        group.ignore(_IRRELEVANT)
        members = group.words("static") if group.has("static") else _directly(group)
        unread = group.open_ends()
        self._note("address group", group, ", ".join(members)[:120])
        if not members:
            self._vsys.notes.say(
                Code.EMPTY_GROUP, Severity.WARNING, group, f"address group {name}", kind="address group", name=name
            )
        return (*members, f"\0{name}") if unread else members

    def _one(self, name: str, node: Node, where: str) -> tuple[IntervalSet, list[Expr]]:
        nothing = IntervalSet.empty()
        if name.startswith("\0"):
            return nothing, [unknown(f"unread lines of address group {name[1:]}", Code.UNRECOGNISED_LINE)]
        entry = self._vsys.find("address", name, "address-group")
        if entry is not None:
            return self._object(name, entry)
        group = self._vsys.find("address-group", name)
        if group is not None:
            group.ignore(_IRRELEVANT)
            try:
                group.one("dynamic", "filter")
            except ValueError:
                self._vsys.bad_value(group, f"address group {name}")
            for leaf in group.at("dynamic").walk():
                leaf.take(LineUse.APPROXIMATED)
            self._note("address group", group, "dynamic")
            return nothing, [self._outside(group, f"dynamic address group {name}")]
        for table, kind in (("region", "region"), ("external-list", "external list")):
            outside = self._vsys.find(table, name)
            if outside is not None:
                outside.mark_all(LineUse.APPROXIMATED)
                return nothing, [self._outside(outside, f"{kind} {name}")]
        try:
            return parse(name), []
        except ValueError:
            pass
        if len(name) == 2 and name.isupper() and name.isascii():
            return nothing, [self._outside(node, f"region {name}")]
        return nothing, [self._vsys.undefined(node, "address", name, where)]

    def _outside(self, node: Node, what: str) -> Expr:
        self._vsys.notes.say(Code.DEPENDS_ON_OUTSIDE, Severity.WARNING, node, what, what=what[:80])
        return unknown(what[:100], Code.DEPENDS_ON_OUTSIDE)

    def _object(self, name: str, entry: Node) -> tuple[IntervalSet, list[Expr]]:
        nothing = IntervalSet.empty()
        where = f"address {name}"
        entry.ignore(_IRRELEVANT)
        kinds = [kind for kind in _KINDS if entry.has(kind)]
        try:
            value = entry.one(kinds[0]) if len(kinds) == 1 else ""
            if not value:
                raise ValueError("no value")  # noqa: TRY301 -- one way for all that is not understood
            self._note("address", entry, f"{kinds[0]} {value}")
            if kinds[0] == "fqdn":
                entry.children["fqdn"].use = LineUse.APPROXIMATED
                found = nothing, [self._outside(entry, f"FQDN of {where}")]
            elif kinds[0] == "ip-wildcard":
                base, _, mask = value.partition("/")
                found = wildcard(parse_one(base), _V4_BITS & ~parse_one(mask)), []
            else:
                found = parse(value), []
        except ValueError:
            self._vsys.bad_value(entry, where)
            found = nothing, [unknown(f"value of {where}", Code.VALUE_NOT_UNDERSTOOD)]
        if entry.open_ends():
            return nothing, [unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)]
        return found

    def _note(self, kind: str, entry: Node, text: str) -> None:
        key = (kind, entry.word)
        if key not in self._vsys.objects:
            span = self._vsys.notes.extent(entry)
            self._vsys.objects[key] = NamedObject(kind, entry.word, text[:120], "defined", span)

    def finish(self) -> None:
        """Read what no rule names too, and account for all lines; what is unread has made its object unknown already."""
        for scope in self._vsys.scopes:
            for table, kind in (("address", "address"), ("address-group", "address group")):
                holder = scope.at(table)
                for entry in holder.entries():
                    if table == "address":
                        self._object(entry.word, entry)
                    else:
                        self._members(entry.word)
                        if entry.has("dynamic"):
                            self._one(entry.word, entry, "")
                    self._vsys.notes.sweep(entry, f"{kind} {entry.word}")
            for table in ("region", "external-list"):
                for entry in scope.at(table).entries():
                    entry.mark_all(LineUse.APPROXIMATED)


def _directly(group: Node) -> tuple[str, ...]:
    """Return the members of a group as they were written before PAN-OS 5.0: below the group itself."""
    return tuple(name for name in group.words() if name not in _IRRELEVANT)
