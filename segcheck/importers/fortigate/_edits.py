"""Commands that change a table or an entry: set, append, unset, unselect; delete, purge, rename, clone, move."""

from __future__ import annotations

from segcheck.importers.fortigate._tree import Node, Value


def write(node: Node, verb: str, arguments: list[str], span: tuple[int, int], column: int) -> bool:
    """Carry out set, append, unset or unselect; return whether it could be."""
    key, words = arguments[0], tuple(arguments[1:])
    known = node.values.get(key)
    if verb == "unset":
        if words:
            return False
        node.frame.append(span)
        if known:
            node.frame.extend(known.spans)
            del node.values[key]
        return True
    if not words:
        return False
    if verb == "set":
        if known:
            node.frame.extend(known.spans)
        node.values.pop(key, None)  # so that the order of `values` is the order of writing
        node.values[key] = Value(words, [span], column)
    elif verb == "append":
        spans = [*known.spans, span] if known else [span]
        node.values[key] = Value((*known.words, *words) if known else words, spans, column)
    else:
        if not known:
            return False
        left = tuple(word for word in known.words if word not in words)
        node.values[key] = Value(left, [*known.spans, span], column)
    return True


def rearrange(table: Node, verb: str, arguments: list[str], parent: Node, span: tuple[int, int]) -> bool | None:
    """Carry out a command on entries; return False if the device would refuse it, None if it is not understood."""
    entries = table.entries
    if verb == "purge" and not arguments:
        entries.clear()
        return True
    if verb == "delete" and len(arguments) == 1:
        if arguments[0] not in entries:
            return False
        table.frame.extend(entries.pop(arguments[0]).spans)
        return True
    if verb in ("rename", "clone") and len(arguments) == 3 and arguments[1] == "to":
        old, _, new = arguments
        if old not in entries or new in entries:
            return False
        if verb == "clone":
            entries[new] = _copy(entries[old], new, span)
        else:
            renamed = {(new if key == old else key): entry for key, entry in entries.items()}
            renamed[new].name = new
            renamed[new].frame.append(span)
            table.entries = renamed
            _follow(parent, table.name, old, new)
        return True
    if verb == "move" and len(arguments) == 3 and arguments[1] in ("before", "after"):
        what, where, other = arguments
        if what not in entries or other not in entries or what == other:
            return False
        order = [key for key in entries if key != what]
        order.insert(order.index(other) + (where == "after"), what)
        table.entries = {key: entries[key] for key in order}
        return True
    return None


def _copy(entry: Node, name: str, span: tuple[int, int]) -> Node:
    """Return a clone of an entry; its lines are those of the original and of the clone command."""
    return Node(
        name,
        [*entry.spans, span],
        [span],
        {
            key: Value(
                value.words,
                list(value.spans),
                value.column,
            )
            for key, value in entry.values.items()
        },
        {key: _copy(inner, key, span) for key, inner in entry.entries.items()},
        {key: _copy(inner, key, span) for key, inner in entry.tables.items()},
        list(entry.unread),
    )


#: Where the device itself follows a new name of an object; in the settings written so far.
_REFERENCES = {
    "firewall address": {"srcaddr", "dstaddr", "member", "exclude-member", "orig-addr", "dst-addr"},
    "firewall addrgrp": {"srcaddr", "dstaddr", "member", "exclude-member", "orig-addr", "dst-addr"},
    "firewall address6": {"srcaddr6", "dstaddr6", "srcaddr", "dstaddr", "member", "orig-addr6", "dst-addr6"},
    "firewall addrgrp6": {"srcaddr6", "dstaddr6", "srcaddr", "dstaddr", "member", "orig-addr6", "dst-addr6"},
    "firewall vip": {"dstaddr", "member"},
    "firewall vipgrp": {"dstaddr"},
    "firewall service custom": {"service", "member"},
    "firewall service group": {"service", "member"},
    "firewall ippool": {"poolname", "nat-ippool"},
    "system zone": {"srcintf", "dstintf", "intf"},
}


def _follow(parent: Node, path: str, old: str, new: str) -> None:
    """Give the references to a renamed object its new name; the object keeps its meaning, so no line changes its own."""
    keys = _REFERENCES.get(path, set())
    if not keys:
        return
    for table_path, table in parent.tables.items():
        if not table_path.startswith("firewall "):
            continue
        for entry in table.entries.values():
            for key in keys & entry.values.keys():
                value = entry.values[key]
                if old in value.words:
                    value.words = tuple(new if word == old else word for word in value.words)
