"""Matches and verdict maps of a rule, as expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segcheck.importers._linux.headers import WHOLE
from segcheck.importers.nftables import _keys, _values
from segcheck.importers.nftables._context import RuleContext, of_family
from segcheck.importers.nftables._cursor import Cursor, Unread
from segcheck.importers.nftables._keys import Key
from segcheck.importers.nftables._lexer import Token
from segcheck.importers.nftables._ruleset import Element, Set, Words, elements, split
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, NOTHING, Bits, Expr, Field, Not, State, conjunction, disjunction
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet, masked

#: What depends on the time, on chance or on programs of the device, not on the packet.
_WORLD = frozenset(("hour", "day", "time", "skuid", "skgid", "cpu", "random", "cgroup", "numgen", "symhash", "socket"))
_WORLD_CT = frozenset(("expiration", "bytes", "packets", "avgpkt", "id"))
_OPERATORS = ("==", "!=", "<", ">", "<=", ">=", "!")


@dataclass(frozen=True, slots=True)
class Left:
    """The left side of a match: its keys (None: not modelled), the mask behind it, and the words."""

    names: tuple[tuple[str, ...], ...]
    keys: tuple[Key | None, ...]
    mask: Words
    words: Words


def left(cursor: Cursor, rule: RuleContext) -> Left | None:
    """Return the left side that begins here, None if none does."""
    start = cursor.at
    names: list[tuple[str, ...]] = []
    while True:
        found = cursor.left()
        if found is None:
            if names:
                raise Unread("a concatenation ends")
            return None
        names.append(found)
        if not cursor.accept("."):
            break
    mask: Words = []
    if len(names) == 1 and cursor.accept("&"):
        mask = cursor.value()
    keys = tuple(_keys.key(name, rule) for name in names)
    return Left(tuple(names), keys, mask, cursor.words[start : cursor.at])


def match(side: Left, cursor: Cursor, rule: RuleContext) -> Expr:
    """Return what the match asks whose left side was read."""
    operator = cursor.take().text if cursor.sees(*_OPERATORS) else ""
    start = cursor.at
    if cursor.sees("{"):
        inside = elements(cursor.braces())
        words = cursor.words[start : cursor.at]
        if inside is None:
            return rule.unknown([*side.words, *words], "elements are not understood")
        return _in_set(side, operator, inside, words, rule)
    word = cursor.peek()
    if word is not None and not word.quoted and word.text.startswith("@") and "," not in word.text:
        cursor.take()
        return _named(side, operator, word, rule)
    words = cursor.value()
    special = _special(side, operator, words, rule)
    if special is not None:
        return special
    modelled = _modelled(side, words, rule)
    if not isinstance(modelled, list):
        return modelled
    try:
        if len(modelled) > 1:
            return _negated(side, operator, _several(modelled, [Element(words, [])], rule), modelled)
        return _around(modelled, _one(modelled[0], operator, side.mask, words), rule)
    except (ValueError, KeyError, AssertionError):
        return _bad(side, words, rule)


def _negated(side: Left, operator: str, term: Expr, keys: list[Key]) -> Expr:
    if operator in ("", "=="):
        return term
    if operator != "!=":
        raise ValueError(operator)
    return conjunction(*[key.implied for key in keys], Not(term))


def _modelled(side: Left, words: Words, rule: RuleContext) -> list[Key] | Expr:
    """Return the keys, or where one is not modelled a condition in place of the match."""
    keys = [key for key in side.keys if key is not None]
    if len(keys) == len(side.keys):
        return keys
    missing = [name for name, key in zip(side.names, side.keys, strict=True) if key is None]
    world = all(
        name[0] in _WORLD or (name[0] == "meta" and name[1] in _WORLD) or (name[0] == "ct" and name[-1] in _WORLD_CT)
        for name in missing
    )
    shown = [*side.words, *words]
    return rule.varies(shown) if world else rule.unknown(shown)


def _bad(side: Left, words: Words, rule: RuleContext) -> Expr:
    found = rule.unknown([*side.words, *words])
    rule.torn = True
    rule.remark(
        Code.VALUE_NOT_UNDERSTOOD,
        Severity.WARNING,
        words[0] if words else side.words[0],
        value=" ".join(word.text for word in words)[:80],
        where=" ".join(side.names[0]),
    )
    return found


def _around(keys: Sequence[Key], term: Expr, rule: RuleContext) -> Expr:
    """Return the term with what its keys imply, and for later fragments what their bytes may happen to be."""
    if rule.pieces is not None and any(key.transport for key in keys):
        term = disjunction(conjunction(WHOLE, term), conjunction(Not(WHOLE), rule.pieces))
    return conjunction(*[key.implied for key in keys], term)


def _one(key: Key, operator: str, mask: Words, words: Words) -> Expr:
    """Return the comparison of one key with one value."""
    if key.every is None:
        if mask or operator not in ("", "==", "!="):
            raise ValueError(operator)
        term = key.holds(key.read(words))
        return Not(term) if operator == "!=" else term
    if key.flags is not None:
        return key.holds(_flags(key, operator, mask, words))
    if mask:
        return _masked(key, operator, mask, words)
    found = key.read(words)
    assert isinstance(found, IntervalSet)
    return key.holds(_compared(found, operator, key.every))


def _compared(found: IntervalSet, operator: str, every: IntervalSet) -> IntervalSet:
    if operator in ("", "=="):
        return found
    if operator in ("!=", "!"):
        return every - found
    if found.count != 1:
        raise ValueError(operator)
    value, low, high = found.min, every.min, every.max
    bounds = {"<": (low, value - 1), "<=": (low, value), ">": (value + 1, high), ">=": (value, high)}[operator]
    return IntervalSet.of(bounds) & every if bounds[0] <= bounds[1] else IntervalSet.empty()


def _flags(key: Key, operator: str, mask: Words, words: Words) -> IntervalSet:
    """Return the values of a key of bits: without operator any of the bits named is enough."""
    assert key.flags is not None
    assert key.every is not None
    most = (1 << key.width) - 1
    sides = split(words, "/")
    if len(sides) == 2 and not mask:
        words, mask = sides
        operator = operator or "=="
    elif len(sides) != 1:
        raise ValueError("/")
    value = _values.bits(words, key.flags, most)
    asked = _values.bits(mask, key.flags, most) if mask else most
    if not mask and operator in ("", "!"):
        none = masked(value, 0, key.width)
        return key.every & none if operator == "!" else key.every - none
    equal = masked(asked, value, key.width) if value & ~asked == 0 else IntervalSet.empty()
    if operator in ("", "=="):
        return key.every & equal
    if operator == "!=":
        return key.every - equal
    raise ValueError(operator)


def _masked(key: Key, operator: str, mask: Words, words: Words) -> Expr:
    if operator not in ("", "==", "!=") or not key.width:
        raise ValueError(operator)
    found = key.read(words)
    assert isinstance(found, IntervalSet)
    assert key.every is not None
    if found.count != 1:
        raise ValueError("a range behind a mask")
    probe = key.holds(found)
    assert isinstance(probe, Field), "a mask here"
    if probe.name in ("src", "dst", "orig_src", "orig_dst"):
        bits = addresses.parse_one("".join(word.text for word in mask)) - key.every.min
        value = found.min - key.every.min
        same = addresses.wildcard(found.min, bits) if value & ~bits == 0 else IntervalSet.empty()
        return key.holds(key.every - same if operator == "!=" else same)
    bits = _values.bits(mask, {}, (1 << key.width) - 1)
    if found.min & ~bits:
        term: Expr = NOTHING
    else:
        term = Bits(probe.name, bits, found.min)
    return Not(term) if operator == "!=" else term


def _in_set(side: Left, operator: str, inside: list[Element], words: Words, rule: RuleContext) -> Expr:
    modelled = _modelled(side, words, rule)
    if not isinstance(modelled, list):
        return modelled
    try:
        if side.mask:
            terms = [_one(modelled[0], "==", side.mask, element.key) for element in inside]
            return _around(modelled, _negated(side, operator, disjunction(*terms), []), rule)
        if len(modelled) == 1 and modelled[0].every is not None and operator in ("!=", "!"):
            key = modelled[0]
            return _around(modelled, key.holds(key.every - _union(key, inside)), rule)  # type: ignore[operator]
        return _negated(side, operator, _several(modelled, inside, rule), modelled)
    except (ValueError, KeyError, AssertionError):
        return _bad(side, words, rule)


def _union(key: Key, inside: list[Element]) -> IntervalSet:
    found = []
    for element in inside:
        if element.key[0].of("*"):
            raise ValueError("*")
        found += list(_read(key, element.key).ranges)
    return IntervalSet.of(*found)


def _read(key: Key, words: Words) -> IntervalSet:
    """Return the values of a key that one element stands for."""
    if key.flags is not None and len(words) > 1:
        return IntervalSet.of(_values.bits(words, key.flags, (1 << key.width) - 1))
    found = key.read(words)
    assert isinstance(found, IntervalSet)
    return found


def _several(keys: Sequence[Key], inside: list[Element], rule: RuleContext) -> Expr:
    """Return which packets are in one of the elements; `*` stands for all that are in none."""
    others = [element for element in inside if not (len(element.key) == 1 and element.key[0].of("*"))]
    if len(keys) == 1:
        key = keys[0]
        if key.every is not None:
            term = key.holds(_union(key, others)) if others else NOTHING
        else:
            term = disjunction(*[key.holds(key.read(element.key)) for element in others])
    else:
        term = _concatenated(keys, others)
    if len(others) < len(inside):
        term = ANYTHING
    return _around(keys, term, rule)


def _concatenated(keys: Sequence[Key], inside: list[Element]) -> Expr:
    """Return which packets are in one of the elements; those that differ in one number only are put together."""
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    first = next((place for place, key in enumerate(keys) if key.every is not None), None)
    for element in inside:
        parts = split(element.key, ".")
        if len(parts) != len(keys):
            raise ValueError("parts of an element")
        values = [
            key.read(part) if key.every is None else _read(key, part) for key, part in zip(keys, parts, strict=True)
        ]
        if first is None:
            groups.setdefault(tuple(values), [])
            continue
        merged = values.pop(first)
        assert isinstance(merged, IntervalSet)
        groups.setdefault(tuple(values), []).extend(merged.ranges)
    terms = []
    for rest, ranges in groups.items():
        values = list(rest)
        if first is not None:
            values.insert(first, IntervalSet.of(*ranges))
        terms.append(conjunction(*[key.holds(value) for key, value in zip(keys, values, strict=True)]))
    return disjunction(*terms)


def find(word: Token, rule: RuleContext) -> Set | str:
    """Return the set or map that `@name` stands for, or why its elements are not known."""
    found = rule.table.sets.get(word.text[1:])
    if found is None:
        rule.remark(Code.UNDEFINED_NAME, Severity.ERROR, word, kind="set", name=word.text[1:])
        rule.torn = True
        return "it does not exist"
    if (rule.table.label, found.name) in rule.device.changing:
        return "rules add to it or delete from it"
    return found.unsure or found


def _named(side: Left, operator: str, word: Token, rule: RuleContext) -> Expr:
    found = find(word, rule)
    if isinstance(found, str):
        return conjunction(
            *[key.implied for key in side.keys if key is not None], rule.varies([*side.words, word], found)
        )
    return _in_set(side, operator, found.elements, [word], rule)


def cases(side: Left, inside: list[Element], words: Words, rule: RuleContext) -> list[tuple[Expr, Words]] | Expr:
    """Return which packets get which value of a map; a condition where that cannot be told."""
    modelled = _modelled(side, words, rule)
    if not isinstance(modelled, list):
        return modelled
    by_value: dict[tuple[str, ...], list[Element]] = {}
    rest: list[Element] = []
    for element in inside:
        if len(element.key) == 1 and element.key[0].of("*"):
            rest.append(element)
        else:
            by_value.setdefault(tuple(word.text for word in element.value), []).append(element)
    if side.mask:
        return _bad(side, words, rule)
    try:
        found = [(_several(modelled, group, rule), group[0].value) for group in by_value.values()]
        if rest:
            others = Not(disjunction(*[term for term, _ in found]))
            found.append((conjunction(_around(modelled, ANYTHING, rule), others), rest[0].value))
    except (ValueError, KeyError, AssertionError):
        return _bad(side, words, rule)
    return found


def map_of(cursor: Cursor, rule: RuleContext) -> tuple[list[Element] | str, Words]:
    """Return the elements of the map that stands here, or why they are not known, and its words."""
    start = cursor.at
    if cursor.sees("{"):
        inside = elements(cursor.braces())
        return inside if inside is not None else "elements are not understood", cursor.words[start : cursor.at]
    word = cursor.take()
    if word.quoted or not word.text.startswith("@"):
        raise Unread("a map")
    found = find(word, rule)
    return (found if isinstance(found, str) else found.elements), [word]


def _special(side: Left, operator: str, words: Words, rule: RuleContext) -> Expr | None:
    """Return matches that are more than a comparison of one field; None for all others."""
    texts = [word.text for word in words]
    if side.names == (("ip", "frag-off"),) and side.mask and texts == ["0"] and operator in ("", "==", "!="):
        mask = "".join(word.text for word in side.mask)
        if mask in ("8191", "0x1fff"):  # later pieces
            later = Field("fragment", IntervalSet.of(1 if operator == "!=" else 0))
            return conjunction(of_family(4), later)
    if side.names == (("ct", "status"),) and not side.mask and operator == "" and rule.early is not None:
        return _status(texts, [*side.words, *words], rule)
    return None


#: States in which a connection surely has a status bit, and those in which it may have it. A packet is NEW until the
#: other side has answered; one that repeats the first finds its connection confirmed.
_STATUS: dict[str, tuple[tuple[State, ...], tuple[State, ...]]] = {
    "seen-reply": ((State.ESTABLISHED,), (State.RELATED,)),
    "assured": ((), (State.ESTABLISHED, State.RELATED)),
    "expected": ((), (State.ESTABLISHED, State.RELATED)),
    "confirmed": ((State.ESTABLISHED,), (State.NEW, State.RELATED)),
    "dying": ((), (State.ESTABLISHED, State.RELATED)),
}


def _status(texts: list[str], words: Words, rule: RuleContext) -> Expr:
    """`ct status a,b`: one of the bits is set (net/netfilter/nft_ct.c)."""
    if rule.early:
        return NOTHING
    terms: list[Expr] = []
    for name in texts[::2]:
        if name in ("dnat", "snat"):
            rule.device.nat_asked = True
            terms.append(conjunction(_keys.TRACKED, Field(name, IntervalSet.of((1, 0xFFFF)))))
        elif name in _STATUS:
            sure, possible = _STATUS[name]
            terms += [Field("state", IntervalSet.of(*sure))] if sure else []
            terms.append(conjunction(Field("state", IntervalSet.of(*possible)), rule.unknown(words, name)))
        else:
            terms.append(rule.unknown(words, name))
    return disjunction(*terms)
