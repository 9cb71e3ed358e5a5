"""Address books.

Source: Security Policies User Guide, "Address Books and Address Sets": a book is global, or attached to zones; before release
11.2 it stood in the zone. A name is looked up in the book of its zone first, then in the global one; global policies know the
global one only. An address is a prefix, a range, a wildcard (one in the mask: the bit must agree) or a DNS name. `any` is
every address of both versions, `any-ipv4` and `any-ipv6` one of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._hierarchy.notes import Vsys, closure
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import unknown
from segcheck.model.device import NamedObject, Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, NOTHING, Expr, Field, disjunction
from segcheck.sets.addresses import V4, V6, family, parse, parse_one, wildcard
from segcheck.sets.intervals import IntervalSet

_ANY = {"any-ipv4": V4, "any-ipv6": V6}
_FORMS = ("ip-prefix", "dns-name", "wildcard-address", "range-address")
GLOBAL = "global"


class Addresses:
    """The address books; books are named by the zone that they belong to, and "global"."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self._books: dict[str, list[Node]] = {}
        self._made: dict[tuple[tuple[str, ...], str, str], Expr] = {}
        security = vsys.node.at("security")
        for book in security.at("address-book").entries():
            if book.word == GLOBAL:
                self._books.setdefault(GLOBAL, []).append(book)
            for name in book.words("attach", "zone") if book.has("attach") else ():
                self._books.setdefault(name, []).append(book)
        for zone in security.at("zones", "security-zone").entries():
            if zone.has("address-book"):
                self._books.setdefault(zone.word, []).append(zone.at("address-book"))

    def _scopes(self, zone: str) -> list[Node]:
        return [*self._books.get(zone, ()), *(self._books.get(GLOBAL, ()) if zone != GLOBAL else ())]

    def any_of(self, node: Node, zone: str, side: str, where: str) -> Expr:
        """Return "the address is one of those that the words below a node name"; `side` is a field of the packet."""
        names = node.words()
        if "any" in names:
            return ANYTHING
        key = (names, zone, side)
        if key not in self._made:
            plain, doubts = self.told(names, zone, node, where)
            parts: list[Expr] = [Field(side, plain)] if plain else []
            parts.extend(dict.fromkeys(doubts))
            self._made[key] = disjunction(*parts) if parts else NOTHING
        return self._made[key]

    def told(self, names: Iterable[str], zone: str, node: Node, where: str) -> tuple[IntervalSet, list[Expr]]:
        """Return the addresses behind names, and the doubts for those of which they cannot be told."""
        pairs: list[tuple[int, int]] = []
        doubts: list[Expr] = []
        for name in closure(names, lambda one: self._members(one, zone)):
            plain, doubt = self._one(name, zone, node, where)
            pairs.extend(plain.ranges)
            doubts.extend(doubt)
        if not pairs and not doubts:  # sets without members, or in a circle: what a device makes of them is not said
            doubts.append(unknown(f"no address in {where}"[:100], Code.EMPTY_GROUP))
        return IntervalSet.of(*pairs), doubts

    def _find(self, name: str, zone: str) -> tuple[Node | None, Node | None]:
        """Return the address and the address set of that name in the nearest book that has one."""
        for book in self._scopes(zone):
            entry = book.children.get("address", _NOWHERE).children.get(name)
            group = book.children.get("address-set", _NOWHERE).children.get(name)
            if entry is not None or group is not None:
                return entry, group
        return None, None

    def _members(self, name: str, zone: str) -> tuple[str, ...] | None:
        entry, group = self._find(name, zone)
        return None if group is None or entry is not None else self._set(group)

    def _set(self, group: Node) -> tuple[str, ...]:
        group.take().ignore(("description",))
        members = (*group.words("address"), *group.words("address-set"))
        self._note("address set", group, ", ".join(members))
        if not members:
            self._vsys.notes.say(
                Code.EMPTY_GROUP,
                Severity.WARNING,
                group,
                f"address set {group.word}",
                kind="address set",
                name=group.word,
            )
        return (*members, f"\0{group.word}") if group.open_ends() else members

    def _one(self, name: str, zone: str, node: Node, where: str) -> tuple[IntervalSet, list[Expr]]:
        if name.startswith("\0"):
            return IntervalSet.empty(), [unknown(f"unread lines of address set {name[1:]}", Code.UNRECOGNISED_LINE)]
        if name in _ANY:
            return _ANY[name], []
        entry, _ = self._find(name, zone)
        if entry is not None:
            return self._object(entry.take())
        return IntervalSet.empty(), [self._vsys.undefined(node, "address", name, where)]

    def _object(self, entry: Node) -> tuple[IntervalSet, list[Expr]]:
        where = f"address {entry.word}"
        entry.ignore(("description",))
        nothing = IntervalSet.empty()
        forms = [word for word in entry.children if word != "description"]
        try:
            if len(forms) != 1:
                raise ValueError("no value")  # noqa: TRY301 -- one way for all that is not understood
            form = forms[0]
            if form == "dns-name":
                entry.at(form).mark_all(LineUse.APPROXIMATED)
                self._note("address", entry, "dns-name")
                self._vsys.notes.say(
                    Code.DEPENDS_ON_OUTSIDE, Severity.WARNING, entry, where, what=f"DNS name of {where}"[:80]
                )
                found: tuple[IntervalSet, list[Expr]] = (
                    nothing,
                    [unknown(f"DNS name of {where}"[:100], Code.DEPENDS_ON_OUTSIDE)],
                )
            elif form == "wildcard-address":
                base, _, mask = entry.one(form).partition("/")
                found = wildcard(parse_one(base), parse_one(mask)), []
            elif form == "range-address":
                (low,) = entry.at(form).entries()
                found = parse(f"{low.word}-{low.one('to')}"), []
            else:
                text = entry.one(form) if form in _FORMS else entry.at(form).word
                found = parse(text), []
            if found[0]:
                self._note("address", entry, " ".join(form for form in forms))
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
        """Read what no policy names too, and account for all lines; what is unread has made its object unknown."""
        security = self._vsys.node.at("security")
        books = list(security.at("address-book").entries())
        zones = security.at("zones", "security-zone").entries()
        books.extend(zone.at("address-book") for zone in zones if zone.has("address-book"))
        for book in books:
            book.ignore(("description",))
            for entry in book.at("address").entries():
                self._object(entry)
                self._vsys.notes.sweep(entry, f"address {entry.word}")
            for entry in book.at("address-set").entries():
                self._set(entry)
                self._vsys.notes.sweep(entry, f"address set {entry.word}")
            # what is unread may be an address, or say whose book it is
            self._vsys.doubt(book, Scope.DEVICE)


def width(value: int) -> int:
    """Return the length of the prefix that is one address."""
    return 32 if family(value) == 4 else 128


_NOWHERE = Node("")
