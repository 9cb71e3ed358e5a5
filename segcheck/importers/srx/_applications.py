"""Applications of policies: protocol and ports, written in the file or brought along by the system.

Source: Security Policies User Guide, "Custom Policy Applications", "Policy Application Sets"; CLI Reference, `application
(Applications)`, `term (Applications)`: an application is one protocol with ports, or terms that each are; without a port
every port. Packets of an RPC program or UUID are found by inspection. An application of the file hides one of the system.
"""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.importers._hierarchy.notes import Vsys, closure
from segcheck.importers._hierarchy.sessions import proto
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import unknown
from segcheck.importers.srx._predefined import predefined
from segcheck.importers.srx._words import ICMP6_TYPES, ICMP_TYPES, ports, protocols, values
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Expr, Field, conjunction, disjunction

#: How long sessions live, and which inspection follows an opening packet.
_IRRELEVANT = ("description", "inactivity-timeout", "application-protocol", "alg", "do-not-translate-A-query-to-AAAA-query",
               "do-not-translate-AAAA-query-to-A-query")  # fmt: skip
_BY_INSPECTION = ("rpc-program-number", "uuid")
_READ = ("protocol", "source-port", "destination-port", "icmp-type", "icmp-code", "icmp6-type", "icmp6-code")


class Applications:
    """The applications that policies and translations can name."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self._table = vsys.node.at("applications")
        self._made: dict[tuple[str, ...], Expr] = {}

    def any_of(self, node: Node, where: str) -> Expr:
        """Return "the packet is of one of the applications that the words below a node name"."""
        names = node.words()
        if "any" in names:
            return ANYTHING
        if names not in self._made:
            found = [self._one(name, node, where) for name in closure(names, self._members)]
            if not found:  # sets without members, or in a circle: what a device makes of them is not said
                found = [unknown(f"no application in {where}"[:100], Code.EMPTY_GROUP)]
            self._made[names] = disjunction(*dict.fromkeys(found))
        return self._made[names]

    def _members(self, name: str) -> tuple[str, ...] | None:
        group = self._table.at("application-set").children.get(name)
        if group is None or self._table.has("application", name):
            return None
        group.take().ignore(("description",))
        members = (*group.words("application"), *group.words("application-set"))
        self._note("application set", group, ", ".join(members))
        if not members:
            self._vsys.notes.say(
                Code.EMPTY_GROUP, Severity.WARNING, group, f"application set {name}", kind="application set", name=name
            )
        return (*members, f"\0{name}") if group.open_ends() else members

    def _one(self, name: str, node: Node, where: str) -> Expr:
        if name.startswith("\0"):
            return unknown(f"unread lines of application set {name[1:]}", Code.UNRECOGNISED_LINE)
        entry = self._table.at("application").children.get(name)
        if entry is not None:
            return self._object(entry.take())
        if name == "junos-defaults":  # the ports that belong to a dynamic application
            return unknown("default ports of dynamic applications", Code.DEPENDS_ON_OUTSIDE)
        found = predefined(name)
        if found is not None:
            return found
        if name.startswith("junos-"):
            self._vsys.notes.say(
                Code.DEPENDS_ON_OUTSIDE, Severity.WARNING, node, where, what=f"application {name}"[:80]
            )
            return unknown(f"application {name[:60]}", Code.DEPENDS_ON_OUTSIDE)
        return self._vsys.undefined(node, "application", name, where)

    def _object(self, entry: Node) -> Expr:
        where = f"application {entry.word}"
        entry.ignore(
            w for w in _IRRELEVANT if not any(v.children for v in entry.children.get(w, entry).children.values())
        )
        terms = entry.at("term").entries() if entry.has("term") else []
        try:
            if terms and any(entry.has(word) for word in _READ):
                raise ValueError("terms and values side by side")  # noqa: TRY301 -- one way for all not understood
            found = disjunction(*(self._plain(term, where) for term in terms)) if terms else self._plain(entry, where)
        except ValueError:
            self._vsys.bad_value(entry, where)
            found = unknown(f"value of {where}", Code.VALUE_NOT_UNDERSTOOD)
        self._note("application", entry, " ".join(word for pair in _pairs(entry) for word in pair))
        if entry.open_ends():
            return unknown(f"unread lines of {where}", Code.UNRECOGNISED_LINE)
        return found

    def _plain(self, node: Node, where: str) -> Expr:
        said: dict[str, list[str]] = {}
        for key, value in _pairs(node, mark=True):
            said.setdefault(key, []).append(value)
        kinds = protocols(said.get("protocol", []))
        terms: list[Expr] = [Field("proto", kinds)] if "protocol" in said else []
        for key, field in (("source-port", "sport"), ("destination-port", "dport")):
            if key in said:
                terms.append(Field(field, ports(said[key])))
        for key, field, names, kind in (
            ("icmp-type", "icmp_type", ICMP_TYPES, 1),
            ("icmp-code", "icmp_code", {}, 1),
            ("icmp6-type", "icmp_type", ICMP6_TYPES, 58),
            ("icmp6-code", "icmp_code", {}, 58),
        ):
            if key in said:
                numbers = {**names, **(ICMP6_TYPES if 58 in kinds and names else {})}
                terms.append(conjunction(*([] if "protocol" in said else [proto(kind)])))
                terms.append(Field(field, values(said[key], numbers, 255)))
        if any(key in said for key in _BY_INSPECTION):
            terms.append(unknown(f"RPC program of {where}", Code.DEPENDS_ON_OUTSIDE))
        if not terms:
            raise ValueError("no protocol")
        return conjunction(*terms)

    def _note(self, kind: str, entry: Node, text: str) -> None:
        key = (kind, entry.word)
        if key not in self._vsys.objects:
            span = self._vsys.notes.extent(entry)
            self._vsys.objects[key] = NamedObject(kind, entry.word, text[:120], "defined", span)

    def finish(self) -> None:
        """Read what no policy names too, and account for all lines; what is unread has made its object unknown."""
        for entry in self._table.at("application").entries():
            self._object(entry)
            self._vsys.notes.sweep(entry, f"application {entry.word}")
        for entry in self._table.at("application-set").entries():
            self._members(entry.word)
            self._vsys.notes.sweep(entry, f"application set {entry.word}")
        self._vsys.doubt(self._table, Scope.DEVICE)


def _pairs(node: Node, *, mark: bool = False) -> Iterator[tuple[str, str]]:
    """Yield settings with their values; on one line further settings stand behind a value."""
    stack = [node]
    while stack:
        one = stack.pop()
        for key in one.children.values():
            if key.word in (*_READ, *_BY_INSPECTION):
                for value in key.children.values():
                    if mark:
                        key.take()
                        value.take()
                    yield key.word, value.word
                    stack.append(value)
            elif key.word in _IRRELEVANT:
                for value in key.children.values():
                    stack.append(value)
                    if mark:
                        key.take(LineUse.IRRELEVANT)
                        value.take(LineUse.IRRELEVANT)
