"""dnat, snat, masquerade, redirect (nft(8), "NAT statements"; net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c)."""

from __future__ import annotations

from segcheck.importers._linux import nat
from segcheck.importers._linux.nat import Case
from segcheck.importers.nftables import _matches, _values
from segcheck.importers.nftables._context import RuleContext, of_family
from segcheck.importers.nftables._cursor import Cursor, Unread
from segcheck.importers.nftables._ruleset import Element, Words, split
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Expr, Field, conjunction
from segcheck.model.rules import Continue, Translate, Translation, Unsure
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_FLAGS = ("random", "fully-random", "persistent")
Target = tuple[IntervalSet | None, IntervalSet | None]


def unread(rule: RuleContext) -> tuple[Translate, ...]:
    """Return what a rule may do that translates in a way we cannot read."""
    return nat.unread(rule.hooks, asked=rule.device.nat_asked)


def translate(name: str, cursor: Cursor, rule: RuleContext) -> tuple[Case, ...]:
    """Return the cases of a translating statement, whose name was taken."""
    at = cursor.words[cursor.at - 1]
    rule.device.tracks |= rule.families
    if not rule.nat or not rule.hooks <= (nat.DESTINATION_HOOKS if name in ("dnat", "redirect") else nat.SOURCE_HOOKS):
        raise Unread(f"{name} in {rule.list}")
    family = _family(cursor)
    implied = of_family(family) if family and len(rule.families) > 1 else ANYTHING
    prefix = cursor.accept("prefix")
    if cursor.accept("addr"):
        cursor.expect(".")
        cursor.expect("port")
    cases: list[Case]
    if name in ("dnat", "snat"):
        cursor.accept("to")  # older scripts leave it out (parser_bison.y, nat_stmt_args)
        targets = _targets(cursor, rule)
        random = _random(cursor)
        if targets is None:
            rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, at, action=name)
            return ((implied, Unsure((*unread(rule), Continue()))),)
        side = "dst" if name == "dnat" else "src"
        cases = []
        for term, (where, ports), old in targets:
            if prefix:
                cases += _netmap(side, term, where, old, rule)
                continue
            found = nat.classed(nat.fixed(side, where, ports, random=random, asked=rule.device.nat_asked))
            found = found if random else nat.keeping(found)
            cases += [(conjunction(term, further), action) for further, action in found]
    else:
        ports = _port(cursor) if cursor.accept("to") else None
        random = _random(cursor)
        cases = []
        if name == "masquerade":
            found = nat.classed(nat.masquerade(ports, random=random, asked=rule.device.nat_asked))
            cases += found if random else nat.keeping(found)
        else:
            for version in sorted(rule.families):
                found = nat.redirect(version, rule.hooks, ports, asked=rule.device.nat_asked)
                found = found if random else nat.keeping(found)
                own = of_family(version) if len(rule.families) > 1 else ANYTHING
                cases += [(conjunction(own, term), action) for term, action in found]
    return tuple((conjunction(implied, term), action) for term, action in cases)


def _family(cursor: Cursor) -> int:
    return {"ip": 4, "ip6": 6}[cursor.take().text] if cursor.sees("ip", "ip6") else 0


def _random(cursor: Cursor) -> bool:
    found = False
    while cursor.sees(*_FLAGS, ","):
        found |= cursor.take().text in ("random", "fully-random")
    return found


def _port(cursor: Cursor) -> IntervalSet:
    cursor.accept(":")
    words = cursor.value()
    first = words[0]
    if first.text.startswith(":"):
        words = [first._replace(text=first.text[1:]), *words[1:]]
    return _values.interval(words, _values.port)


def _targets(cursor: Cursor, rule: RuleContext) -> list[tuple[Expr, Target, Words]] | None:
    """Return where to, by condition: an address with a port, or the values of a map; None where it cannot be told."""
    start = cursor.at
    side = _matches.left(cursor, rule)
    if side is None:
        words: Words = [] if cursor.sees(":") else cursor.value()
        where, ports = _target(words) if words else (None, None)
        if cursor.accept(":"):
            ports = _values.interval(cursor.value(), _values.port)
        if where is None and ports is None:
            raise Unread("no target")
        return [(_of(where, rule), (where, ports), [])]
    cursor.expect("map")
    inside, words = _matches.map_of(cursor, rule)
    if isinstance(inside, str) or not inside:
        rule.unknown(cursor.words[start : cursor.at], inside if isinstance(inside, str) else "an empty map")
        return None
    found = _matches.cases(side, inside, words, rule)
    if not isinstance(found, list):
        targets = [_element(element.value) for element in inside]
        where = _union([one for one, _ in targets])
        ports = _union([one for _, one in targets])
        return [(conjunction(found, _of(where, rule)), (where, ports), [])]
    return _by_element(side, inside, rule) or [
        (conjunction(term, _of(_element(value)[0], rule)), _element(value), []) for term, value in found
    ]


def _by_element(side: _matches.Left, inside: list[Element], rule: RuleContext) -> list[tuple[Expr, Target, Words]]:
    """Return a prefix map element by element, since each shifts by its own distance; nothing for any other map."""
    if not any("/" in word.text or word.text == "/" for element in inside for word in element.value):
        return []
    found: list[tuple[Expr, Target, Words]] = []
    for element in inside:
        made = _matches.cases(side, [element], element.key, rule)
        if not isinstance(made, list):
            return []
        where = _values.interval(element.value, addresses.parse)
        found.append((conjunction(made[0][0], _of(where, rule)), (where, None), element.key))
    return found


def _union(parts: list[IntervalSet | None]) -> IntervalSet | None:
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    return IntervalSet.of(*[pair for part in known for pair in part.ranges])


def _of(where: IntervalSet | None, rule: RuleContext) -> Expr:
    """Return which packets an address can be given to: those of its family."""
    if where is None or len(rule.families) == 1:
        return ANYTHING
    return of_family(addresses.family(where.min))


def _element(words: Words) -> Target:
    """Return the value of a map: an address, or `address . port`."""
    parts = split(words, ".")
    if len(parts) == 1:
        return _target(words)
    if len(parts) != 2:
        raise ValueError("parts of a target")
    return _values.interval(parts[0], addresses.parse), _values.interval(parts[1], _values.port)


def _target(words: Words) -> Target:
    """Return addresses and ports of `address[-address][:port[-port]]`, IPv6 addresses with ports in brackets."""
    if len(words) != 1 or words[0].quoted:
        return _values.interval(words, addresses.parse), None
    text = words[0].text
    if text.startswith(":"):
        return None, _ports(text[1:])
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ValueError(text)
        return _hosts(host), _ports(port[1:]) if port else None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return _hosts(host), _ports(port)
    return _hosts(text), None


def _hosts(text: str) -> IntervalSet:
    if text.startswith("[") or "[" in text:
        text = text.replace("[", "").replace("]", "")
    return addresses.parse(text)


def _ports(text: str) -> IntervalSet:
    first, sign, last = text.partition("-")
    if not sign:
        return _values.port(first)
    return IntervalSet.of((_values.port(first).min, _values.port(last).min))


def _netmap(side: str, term: Expr, where: IntervalSet | None, old: Words, rule: RuleContext) -> list[Case]:
    """Return a mapping of prefix to prefix: the host part is kept."""
    if where is None or not old:
        return [(term, Unsure((*unread(rule), Continue())))]
    before = _values.interval(old, addresses.parse)
    if before.count != where.count:
        return [(term, Unsure((*unread(rule), Continue())))]
    shift = where.min - before.min
    change = nat.ANY_PORT if side == "src" else None
    made = Translation(side, where, shift=shift, port_may_change=change)
    found = nat.classed(nat.noted(made, Field(side, where), asked=rule.device.nat_asked, sure_when_same=False))
    return [(conjunction(term, further), action) for further, action in found]
