"""Address objects and groups: `firewall address`, `addrgrp`, and their IPv6 counterparts.

Source: CLI Reference, "config firewall address", "address6", "addrgrp", "addrgrp6", and Administration Guide,
"Address objects". What is not in the export (names resolved by DNS, geography, dynamic and fabric objects) may be any
address of its family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from segcheck.importers._unsure import unknown
from segcheck.importers.fortigate._notes import Vdom, evaluate
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, prefix, union
from segcheck.model.device import NamedObject
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import Bits, Expr, Field, Not, conjunction
from segcheck.sets.addresses import V4, parse, parse_one, wildcard
from segcheck.sets.intervals import IntervalSet

_TABLES = {4: ("firewall address", "firewall addrgrp"), 6: ("firewall address6", "firewall addrgrp6")}

#: Settings of address objects that say nothing about which packets match.
_ADDRESS_IRRELEVANT = {
    "uuid": "identity",
    "comment": "text",
    "color": "display",
    "visibility": "display",
    "tags": "display",
    "config tagging": "display",
    "associated-interface": "limits where the object may be picked, not what it matches",
    "allow-routing": "lets static routes name the object",
    "cache-ttl": "DNS cache",
    "passive-fqdn-learning": "DNS cache",
    "fabric-object": "synchronisation",
    "obj-id": "identity",
}
_GROUP_IRRELEVANT = {**_ADDRESS_IRRELEVANT, "category": "display", "type": "folder or default: display"}
#: Objects that the device makes itself and whose written subnet is not what they stand for.
_FILLED_BY_DEVICE = frozenset({"FABRIC_DEVICE", "FIREWALL_AUTH_PORTAL_ADDRESS"})
#: Exclusions within exclusions that are followed.
_DEEPEST = 32
#: Types whose addresses are not in the export.
_OUTSIDE = {
    "fqdn": "FQDN",
    "wildcard-fqdn": "wildcard FQDN",
    "geography": "country",
    "dynamic": "dynamic address",
    "route-tag": "route tag",
    "route_tag": "route tag",
    "template": "IPv6 address template",
}
_OUTSIDE_KEYS = frozenset(
    [
        "fqdn",
        "wildcard-fqdn",
        "country",
        "sdn",
        "filter",
        "sub-type",
        "obj-tag",
        "obj-type",
        "tag-type",
        "tag-detection-level",
        "fsso-group",
        "sdn-tag",
        "tenant",
        "organization",
        "epg-name",
        "subnet-name",
        "policy-group",
        "node-ip-only",
        "sdn-addr-type",
        "clearpass-spt",
        "sso-attribute-value",
        "route-tag",
        "template",
        "host-type",
        "host",
        "hw-vendor",
        "hw-model",
        "os",
        "sw-version",
        "subnet",
        "ip6",
        "interface",
    ]
)


@dataclass(frozen=True, slots=True)
class Sides:
    """What an object means as source and as destination.

    plain   its exact set, if it has one
    depth   how many exclusions are nested in it
    """

    src: Expr
    dst: Expr
    plain: IntervalSet | None = None
    depth: int = 0

    def of(self, side: str) -> Expr:
        """Return the expression for "src" or "dst"."""
        return self.src if side == "src" else self.dst


def exactly(values: IntervalSet) -> Sides:
    """Return an object that is a known set of addresses."""
    return Sides(Field("src", values), Field("dst", values), values)


def maybe(family: int, text: str, code: Code) -> Sides:
    """Return an object that may be any address of its family."""
    condition = unknown(text, code)
    return Sides(
        conjunction(Field("src", FAMILY[family]), condition), conjunction(Field("dst", FAMILY[family]), condition)
    )


class Addresses:
    """The address objects of one VDOM, by family and name."""

    def __init__(self, vdom: Vdom, subnet_of: Callable[[str], IntervalSet | None]) -> None:
        self._vdom = vdom
        self._subnet_of = subnet_of
        self._made: dict[tuple[int, str], Sides] = {}
        self._asked: set[tuple[int, str]] = set()

    def resolve(self, family: int, name: str, line: int = 0) -> Sides:
        """Return what a name means; `line` is where it was used, for the diagnostic if it is not defined."""
        self._asked.add((family, name))
        if not self.defined(family, name):
            self._vdom.notes.say(
                Code.UNDEFINED_NAME, Severity.WARNING, line, f"address {name}", kind="address", name=name
            )
        return evaluate((family, name), self._made, self._members, self._build, self._cyclic)

    def any_of(self, family: int, names: Iterable[str], side: str, line: int = 0) -> Expr:
        """Return "the address of `side` is one of these objects"."""
        names = tuple(names)
        exprs = [self.resolve(family, name, line).of(side) for name in names if name != "all" or len(names) == 1]
        if len(exprs) < len(names):  # the device keeps only one of the two, and it is not settled which
            exprs.append(maybe(family, "all beside other addresses", Code.VENDOR_REFUSES).of(side))
        return union(exprs, side)

    def finish(self) -> None:
        """Account for the lines of all objects, and list them for `inspect`."""
        for family, (objects, groups) in _TABLES.items():
            for path, irrelevant in ((objects, _ADDRESS_IRRELEVANT), (groups, _GROUP_IRRELEVANT)):
                table = self._vdom.table(path)
                for name, entry in table.entries.items():
                    used = (family, name) in self._asked
                    sides = self.resolve(family, name, entry.first)
                    if not used:
                        self._asked.discard((family, name))
                    self._vdom.notes.finish(entry, irrelevant, f"address {name}")
                    text = sides.plain.__repr__() if sides.plain is None else f"{len(sides.plain.ranges)} ranges"
                    self._vdom.objects.append(
                        NamedObject(
                            "address-group" if path == groups else "address",
                            name,
                            text,
                            "defined" if used else "unused",
                            self._vdom.notes.span(entry.first, entry.last),
                        )
                    )
        self._asked_undefined()

    def _asked_undefined(self) -> None:
        for family, name in sorted(self._asked):
            if not self.defined(family, name):
                self._vdom.objects.append(NamedObject("address", name, "", "undefined"))

    def defined(self, family: int, name: str) -> bool:
        """Return whether a name is that of an address or group of the file, or of one that every device has."""
        objects, groups = _TABLES[family]
        return (
            name in ("all", "none")
            or name in self._vdom.table(objects).entries
            or name in self._vdom.table(groups).entries
        )

    def _group(self, key: tuple[int, str]) -> Node | None:
        family, name = key
        objects, groups = _TABLES[family]
        if name in self._vdom.table(objects).entries:
            return None
        return self._vdom.table(groups).entries.get(name)

    def _members(self, key: tuple[int, str]) -> tuple[tuple[int, str], ...]:
        group = self._group(key)
        if group is None:
            return ()
        excluded = group.names("exclude-member")
        names = (*group.names("member"), *excluded) if group.on("exclude") is not False else group.names("member")
        for name in names:
            self._asked.add((key[0], name))
        return tuple((key[0], name) for name in names)

    def _build(self, key: tuple[int, str], members: list[Sides]) -> Sides:
        family, name = key
        group = self._group(key)
        if group is not None:
            return self._build_group(family, name, group, members)
        entry = self._vdom.table(_TABLES[family][0]).entries.get(name)
        if entry is None:
            if name == "all":
                return exactly(FAMILY[family])
            if name == "none":
                return exactly(IntervalSet.of(FAMILY[family].min))
            return maybe(family, f"undefined address {name}", Code.UNDEFINED_NAME)
        return self._build_object(family, name, entry)

    def _build_group(self, family: int, name: str, group: Node, members: list[Sides]) -> Sides:
        included = len(group.names("member"))
        if not included:
            self._vdom.notes.say(
                Code.EMPTY_GROUP, Severity.WARNING, group.first, f"address {name}", kind="address group", name=name
            )
            return maybe(family, f"empty address group {name}", Code.EMPTY_GROUP)
        if group.unread or group.on("exclude") is None or self._strange(group, _GROUP_IRRELEVANT):
            return maybe(family, f"address group {name}", Code.UNRECOGNISED_LINE)
        outer, inner = members[:included], members[included:]
        src, dst = union((m.src for m in outer), "src"), union((m.dst for m in outer), "dst")
        if not inner:
            return _paired(src, dst, max(member.depth for member in members))
        out_src, out_dst = union((m.src for m in inner), "src"), union((m.dst for m in inner), "dst")
        if all(isinstance(expr, Field) for expr in (src, out_src)) and all(m.plain is not None for m in members):
            assert isinstance(src, Field)
            assert isinstance(out_src, Field)
            return exactly(src.values - out_src.values)
        depth = 1 + max(member.depth for member in members)
        if depth > _DEEPEST:
            return maybe(family, f"address group {name} excludes too deeply", Code.LIMIT_REACHED)
        return Sides(conjunction(src, Not(out_src)), conjunction(dst, Not(out_dst)), depth=depth)

    def _strange(self, entry: Node, irrelevant: dict[str, str]) -> bool:
        return any(not value.used and key not in irrelevant for key, value in entry.values.items())

    def _build_object(self, family: int, name: str, entry: Node) -> Sides:
        kind = entry.one("type", "ipmask" if family == 4 else "ipprefix")
        notes = self._vdom.notes
        if kind in _OUTSIDE or (name in _FILLED_BY_DEVICE and "subnet" not in entry.values):
            for key in list(entry.values):
                if key in _OUTSIDE_KEYS:
                    notes.approximate(entry, key)
            notes.mark(entry.tables["list"].spans, LineUse.APPROXIMATED) if "list" in entry.tables else None
            entry.tables.pop("list", None)
            what = _OUTSIDE.get(kind, "filled in by the device")
            notes.say(Code.DEPENDS_ON_OUTSIDE, Severity.NOTE, entry.first, f"address {name}", what=f"{what} {name}")
            return maybe(family, f"{what} {name}", Code.DEPENDS_ON_OUTSIDE)
        try:
            made = self._read(family, kind, entry)
        except ValueError:
            made = None
        if made is None:
            notes.say(Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, f"address {name}", value=kind, where=name)
            for key in list(entry.values):
                if key not in _ADDRESS_IRRELEVANT:
                    notes.mark(entry.values[key].spans, LineUse.UNRECOGNISED)
            return maybe(family, f"address {name}", Code.VALUE_NOT_UNDERSTOOD)
        if entry.unread or self._strange(entry, _ADDRESS_IRRELEVANT):
            return maybe(family, f"address {name}", Code.UNRECOGNISED_LINE)
        return made

    def _read(self, family: int, kind: str, entry: Node) -> Sides | None:
        if kind == "ipmask":
            return exactly(prefix(entry.words("subnet") or ("0.0.0.0/0",)))
        if kind == "ipprefix":
            return exactly(prefix(entry.words("ip6") or ("::/0",)))
        if kind == "iprange":
            found = parse(f"{entry.one('start-ip')}-{entry.one('end-ip')}")
            return exactly(found) if found <= FAMILY[family] else None
        if kind == "wildcard" and family == 4:
            words = entry.words("wildcard") or ()
            return _wildcard(words[0], words[1]) if len(words) == 2 else None
        if kind == "interface-subnet":
            found_subnet = self._subnet_of(entry.one("interface"))
            written = entry.words("subnet")
            if found_subnet is not None:
                return exactly(found_subnet)
            return (
                maybe(family, f"subnet of interface {entry.one('interface')}", Code.DEPENDS_ON_OUTSIDE)
                if written
                else None
            )
        if kind == "mac":
            values = IntervalSet.of(*(_macs(text) for text in _mac_words(entry)))
            unseen = unknown("destination MAC address", Code.DEPENDS_ON_OUTSIDE)
            return Sides(
                conjunction(Field("src", FAMILY[family]), Field("mac", values)),
                conjunction(Field("dst", FAMILY[family]), unseen),
            )
        return None

    def _cyclic(self, key: tuple[int, str]) -> Sides:
        group = self._group(key)
        if group is not None:
            where = f"address group {key[1]}"
            self._vdom.notes.say(
                Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, group.first, where, value=key[1], where=where
            )
            self._vdom.notes.mark(group.spans, LineUse.APPROXIMATED)
        return maybe(key[0], f"address group {key[1]} contains itself", Code.VALUE_NOT_UNDERSTOOD)


def _paired(src: Expr, dst: Expr, depth: int) -> Sides:
    if isinstance(src, Field) and isinstance(dst, Field) and src.name == "src" and src.values == dst.values:
        return Sides(src, dst, src.values)
    return Sides(src, dst, depth=depth)


def _wildcard(address: str, mask: str) -> Sides:
    """Return the addresses that agree with `address` where the mask has a one; the mask may have holes."""
    value, care = parse_one(address), parse_one(mask)
    try:
        return exactly(wildcard(value, care))
    except ValueError:  # more pieces than a set of ranges should have
        src, dst = (conjunction(Field(side, V4), Bits(side, care, value & care)) for side in ("src", "dst"))
        return Sides(src, dst)


def _mac_words(entry: Node) -> tuple[str, ...]:
    start, end = entry.one("start-mac"), entry.one("end-mac")
    words = entry.names("macaddr") or ((f"{start}-{end or start}",) if start else ())
    if not words:
        raise ValueError("no MAC address")
    return words


def _macs(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    low = int(start.replace(":", ""), 16)
    high = int(end.replace(":", ""), 16) if end else low
    if not 0 <= low <= high < 1 << 48:
        raise ValueError(text)
    return low, high
