"""Words of access list entries and groups to sets: addresses with wildcard masks, ports, ICMP messages.

Source: Cisco IOS Security Configuration Guide: Access Control Lists, "IP Access List Overview" (wildcard masks: one = ignore,
not necessarily contiguous), "Object Groups for ACLs" (network masks there).
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.names import ICMP, ICMPV6, PORTS, PROTOCOLS
from segcheck.importers._words import Cursor, number
from segcheck.model.match import Expr, Field, conjunction, disjunction
from segcheck.sets import addresses
from segcheck.sets.addresses import V4, V6
from segcheck.sets.intervals import IntervalSet

FAMILY = {4: V4, 6: V6}
_PORTS = IntervalSet.of((0, 65535))
_OPERATORS = ("eq", "neq", "gt", "lt", "range")
#: Protocols whose ports an entry may ask for.
PORTED = (6, 17, 132)


class Words(Cursor):
    """The words of a command, read from left to right."""

    line: Line


def prefix6(word: str) -> IntervalSet:
    """Return an IPv6 prefix.

    Raises:
        ValueError: it is none.
    """
    found = addresses.parse(word)
    if "/" not in word or not found <= V6:
        raise ValueError(word)
    return found


def protocol(word: str, family: int) -> IntervalSet | None:
    """Return the protocols that a word names, None for every one.

    Raises:
        ValueError: it names none.
    """
    if word == ("ip" if family == 4 else "ipv6"):
        return None
    if word == "icmp":
        return IntervalSet.of(1 if family == 4 else 58)
    if word in PROTOCOLS:
        return IntervalSet.of(PROTOCOLS[word])
    return IntervalSet.of(number(word, 0, 255))


def port(word: str, proto: int) -> int:
    """Return a port by number or name.

    Raises:
        ValueError: it is neither.
    """
    named = PORTS.get(proto, {}).get(word)
    return named if named is not None else number(word, 0, 65535)


def ports(words: Words, proto: int, *, bare: bool = False) -> IntervalSet | None:
    """Return the ports that an operator names, None if no operator stands there.

    bare    a port may stand without `eq` (service object groups)

    Raises:
        ValueError: an operator without its ports.
    """
    operator = words.accept(*_OPERATORS)
    if not operator:
        if bare and words.left:
            return IntervalSet.of(port(words.take(), proto))
        return None
    first = port(words.take(), proto)
    if operator == "range":
        last = port(words.take(), proto)
        return IntervalSet.of((min(first, last), max(first, last)))
    if operator == "gt":
        return IntervalSet.of((first + 1, 65535)) if first < 65535 else IntervalSet.empty()
    if operator == "lt":
        return IntervalSet.of((0, first - 1)) if first else IntervalSet.empty()
    found = [first]
    while words.left:
        try:
            found.append(port(words.peek(), proto))
        except ValueError:
            break
        words.take()
    if len(found) > 10:
        raise ValueError("more than ten ports")
    chosen = IntervalSet.of(*found)
    return chosen if operator == "eq" else _PORTS - chosen


def icmp(words: Words, family: int) -> Expr | None:
    """Return the messages that words name, None if none are named.

    Raises:
        ValueError: a number out of range.
    """
    names = ICMP if family == 4 else ICMPV6
    word = words.peek()
    if word in names:
        words.take()
        kind, code = names[word]
        return message(kind, code)
    if not word.isdecimal():
        return None
    kind, code = number(words.take(), 0, 255), -1
    if words.peek().isdecimal():
        code = number(words.take(), 0, 255)
    return message(kind, code)


def message(kind: int, code: int) -> Expr:
    """Return the ICMP messages of a type and a code (-1: any)."""
    of_type = Field("icmp_type", IntervalSet.of(kind))
    return of_type if code < 0 else conjunction(of_type, Field("icmp_code", IntervalSet.of(code)))


def proto(*numbers: int) -> Field:
    """Return packets of these protocols."""
    return Field("proto", IntervalSet.of(*numbers))


def to_port(protocol_number: int, destination: int) -> Expr:
    """Return packets of a protocol to a port."""
    return conjunction(proto(protocol_number), Field("dport", IntervalSet.of(destination)))


def either(terms: list[Expr]) -> Expr:
    """Return "one of the terms holds"."""
    return disjunction(*terms)
