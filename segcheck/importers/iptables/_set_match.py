"""What `-m set --match-set` asks of a packet, by the type of the set.

Sources: ipset(8); net/netfilter/ipset/: ip_set_core.c (`ip_set_test`: a set of another family, or of more dimensions than
directions given, holds nothing; errors count as "not in it"), ip_set_hash_gen.h (`mtype_test_cidrs`: the longest prefix
is tried first, and an exception there ends the search), ip_set_getport.c (ICMP type and code serve as port; protocols
without ports have port 0; fragments have none).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from segcheck.importers._linux import names as _names
from segcheck.importers.iptables import _values
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._options import Given, Module
from segcheck.importers.iptables._sets import Element, IpSet
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import (
    NOTHING,
    Bits,
    Condition,
    Expr,
    Field,
    Interface,
    Kind,
    Not,
    conjunction,
    disjunction,
)
from segcheck.sets.intervals import IntervalSet

#: Elements with exceptions in two dimensions are compared pair by pair up to this many.
PAIRS = 200_000
_PORTED_BY_IPSET = (6, 17, 132, 136)
Term = tuple[int, Expr]


class NotModelled(Exception):
    """A set or a way of asking it that has no exact reading here; whoever asks makes it unknown."""


def match_set(module: Module, rule: RuleContext) -> Expr:
    """--match-set NAME src,dst,...; several of one module must all hold."""
    terms: list[Expr] = []
    for given in module.given:
        if given.name == "--match-set":
            found = _contains(given, given.values[0], given.values[1].lower().split(","), rule)
            terms.append(Not(found) if given.negated else found)
        elif given.name not in ("--update-counters", "--update-subcounters"):
            terms.append(rule.unknown(given))
    return conjunction(*terms)


def _contains(given: Given, name: str, sides: list[str], rule: RuleContext) -> Expr:
    if not set(sides) <= {"src", "dst"} or len(sides) > 6:
        raise ValueError(given.values[1])
    found = rule.device.sets.by_name.get(name)
    if found is None:
        rule.remark(Code.UNDEFINED_NAME, Severity.ERROR, given.at, kind="ipset", name=name)
        return Condition(f"ipset {name}", Kind.UNKNOWN, Code.UNDEFINED_NAME.value)
    why = rule.device.sets.all_unsure or found.unsure
    if name in rule.device.changing:
        why = "rules add to this set or delete from it"
    if found.type == "hash:ip,mark" and "mark" in rule.device.blurred:
        why = "the mark is not known here"
    if why:
        return rule.unknown(given, why)
    if found.type == "list:set":
        if any(element.passing for element in found.elements):
            return rule.unknown(given, "elements with a time limit")
        members = [element.text for element in found.elements]
        inner = (rule.device.sets.by_name.get(member) for member in members)
        if any(member is not None and member.type == "list:set" for member in inner):
            return rule.refused(given.at, f"list:set {name} inside of another")
        return disjunction(*[_contains(given, member, sides, rule) for member in members])
    parts = found.type.partition(":")[2].split(",")
    if found.type not in _TYPES or not set(found.options) <= _KNOWN_OPTIONS:
        return rule.unknown(given, f"set of type {found.type}")
    familyless = found.type in ("bitmap:port", "hash:mac")
    if len(sides) < len(parts) or (not familyless and found.family != rule.family):
        return NOTHING
    lasting = [element for element in found.elements if not element.passing]
    passing = [element for element in found.elements if element.passing]
    try:
        certain = _members(found, lasting, parts, sides)
        if not passing:
            return certain
        possible = _members(found, found.elements, parts, sides)
    except (ValueError, NotModelled):
        return rule.unknown(given, "an element of the set is not understood")
    fades = rule.unknown(given, "elements with a time limit")
    if any(element.nomatch for element in found.elements):
        return fades
    return disjunction(certain, conjunction(possible, fades))


_KNOWN_OPTIONS = frozenset(
    [
        "family",
        "hashsize",
        "maxelem",
        "timeout",
        "netmask",
        "range",
        "bucketsize",
        "initval",
        "counters",
        "comment",
        "skbinfo",
        "forceadd",
        "markmask",
    ]
)
_TYPES = frozenset(
    [
        "hash:ip",
        "hash:net",
        "hash:ip,port",
        "hash:net,port",
        "hash:ip,port,ip",
        "hash:ip,port,net",
        "hash:net,net",
        "hash:net,port,net",
        "hash:net,iface",
        "hash:mac",
        "hash:ip,mac",
        "hash:ip,mark",
        "bitmap:ip",
        "bitmap:ip,mac",
        "bitmap:port",
    ]
)


def _members(found: IpSet, elements: list[Element], parts: list[str], sides: list[str]) -> Expr:
    """Return the expression of the elements: grouped by all but the first address, most specific prefix first."""
    groups: dict[tuple[Expr, ...], list[tuple[int, IntervalSet, bool]]] = defaultdict(list)
    later: dict[tuple[Expr, ...], int] = {}
    for element in elements:
        written = element.text.split(",")
        if len(written) != len(parts):
            raise ValueError(element.text)
        address, rest, length = IntervalSet.empty(), [], 0
        for place, (part, text) in enumerate(zip(parts, written, strict=True)):
            if place == 0 and part in ("ip", "net"):
                address = _address(text, found)
                continue
            expression, more = _part(part, text, sides[place], found, element)
            rest.append(expression)
            length += more
        key = tuple(rest)
        later[key] = length
        groups[key].append((_length(address), address, element.nomatch))
    if len(groups) > 1 and any(element.nomatch for element in elements):
        return _first_match(groups, later, parts, sides)
    leading = parts[0] in ("ip", "net")
    return disjunction(
        *[
            conjunction(*([Field(sides[0], _longest_first(nets))] if leading else []), *key)
            for key, nets in groups.items()
        ]
    )


def _longest_first(nets: Iterable[tuple[int, IntervalSet, bool]]) -> IntervalSet:
    by_length: dict[tuple[int, bool], list[tuple[int, int]]] = defaultdict(list)
    for length, block, nomatch in nets:
        by_length[length, nomatch].extend(block.ranges)
    found = IntervalSet.empty()
    for (_, nomatch), ranges in sorted(by_length.items()):
        block = IntervalSet.of(*ranges)
        found = found - block if nomatch else found | block
    return found


def _first_match(
    groups: dict[tuple[Expr, ...], list[tuple[int, IntervalSet, bool]]],
    later: dict[tuple[Expr, ...], int],
    parts: list[str],
    sides: list[str],
) -> Expr:
    """Return the expression where exceptions of one group may cut into another: every element in the order of search."""
    if "iface" not in parts and parts.count("net") < 2 and parts != ["ip", "port", "net"]:
        # The rest of the key is compared for equality: groups cannot cut into each other.
        return disjunction(*[conjunction(Field(sides[0], _longest_first(nets)), *key) for key, nets in groups.items()])
    if parts == ["net", "iface"] and all(
        isinstance(k[0], Interface) and not k[0].names[0].endswith("*") for k in groups
    ):
        return disjunction(*[conjunction(Field(sides[0], _longest_first(nets)), *key) for key, nets in groups.items()])
    ordered = sorted(
        (
            (-length, -later[key], conjunction(Field(sides[0], block), *key), nomatch)
            for key, nets in groups.items()
            for length, block, nomatch in nets
        ),
        key=lambda entry: entry[:2],
    )
    exceptions = sum(entry[3] for entry in ordered)
    if exceptions * len(ordered) > PAIRS:
        raise NotModelled("too many exceptions")
    found: list[Expr] = []
    for place, (first, second, expression, nomatch) in enumerate(ordered):
        if not nomatch:
            before = [Not(e[2]) for e in ordered[:place] if e[3] and e[:2] < (first, second)]
            found.append(conjunction(expression, *before))
    return disjunction(*found)


def _part(part: str, text: str, side: str, found: IpSet, element: Element) -> tuple[Expr, int]:
    """Return what one part of an element asks, and the prefix length that orders it."""
    if part in ("ip", "net"):
        block = _address(text, found)
        return Field(side, block), _length(block)
    if part == "port":
        return _port(text, side, typed=found.type != "bitmap:port"), 0
    return _OTHER[part](text, side, found, element), 0


def _address(text: str, found: IpSet) -> IntervalSet:
    address = _values.network(text, found.family) if "-" not in text else _values.span_of_addresses(text, found.family)
    if "netmask" in found.options:
        length = int(found.options["netmask"])
        if address.count != 1:
            raise NotModelled("netmask with a range")
        address = _values.network(f"{text}/{length}", found.family)
    return address


def _length(block: IntervalSet) -> int:
    return -(block.count - 1).bit_length() if block else 0


def _port(text: str, side: str, *, typed: bool) -> Expr:
    protocol, sign, value = text.rpartition(":") if typed else ("", "", text)
    name = "sport" if side == "src" else "dport"
    if not typed:
        protocols = IntervalSet.of(6, 17)
        return conjunction(Field("proto", protocols), Field(name, _values.ports(value, "-")))
    number = _values.protocol(protocol) if sign else 6
    proto = Field("proto", IntervalSet.of(number))
    if number in _PORTED_BY_IPSET:
        return conjunction(proto, Field(name, _values.ports(value, "-")))
    if number in (1, 58):
        names = _names.ICMP_TYPES if number == 1 else _names.ICMPV6_TYPES
        kind, code = names[value] if value in names else map(int, value.split("/"))
        codes = IntervalSet.of(code or 0)
        return conjunction(proto, Field("icmp_type", IntervalSet.of(kind)), Field("icmp_code", codes))
    return proto if value == "0" else NOTHING


def _interface(text: str, side: str, found: IpSet, element: Element) -> Expr:
    if ":" in text:
        raise NotModelled("bridge port")
    name = _values.interfaces(text)
    if name is None or name.endswith("*"):
        raise NotModelled("wildcard")
    return Interface("in" if side == "src" else "out", (name + "*" if element.wildcard else name,))


def _mac(text: str, side: str, found: IpSet, element: Element) -> Expr:
    if side != "src":
        raise NotModelled("destination MAC address")
    return Field("mac", IntervalSet.of(_values.mac(text)))


def _mark(text: str, side: str, found: IpSet, element: Element) -> Expr:
    mask = _values.number(found.options.get("markmask", "0xffffffff"), 0xFFFFFFFF)
    return Bits("mark", mask, _values.number(text, 0xFFFFFFFF) & mask)


_OTHER: dict[str, Callable[[str, str, IpSet, Element], Expr]] = {"iface": _interface, "mac": _mac, "mark": _mark}
