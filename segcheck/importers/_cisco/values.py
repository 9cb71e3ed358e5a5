"""Words of access list entries and groups to sets: addresses with wildcard masks, ports, ICMP messages.

Source: Cisco IOS Security Configuration Guide: Access Control Lists, "IP Access List Overview" (wildcard masks: one = ignore,
not necessarily contiguous), "Object Groups for ACLs" (network masks there).
"""

from __future__ import annotations

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.names import ICMP, ICMPV6, PORTS, PROTOCOLS
from segcheck.model.match import Expr, Field, conjunction, disjunction
from segcheck.sets import addresses
from segcheck.sets.addresses import V4, V6
from segcheck.sets.intervals import IntervalSet

FAMILY = {4: V4, 6: V6}
_PORTS = IntervalSet.of((0, 65535))
_OPERATORS = ("eq", "neq", "gt", "lt", "range")
#: Protocols whose ports an entry may ask for.
PORTED = (6, 17, 132)


class NotUnderstood(ValueError):
    """A word that an entry cannot have there; `at` is its place among the words."""

    def __init__(self, at: int, word: str = "") -> None:
        super().__init__(word)
        self.at = at


class Words:
    """The words of a command, read from left to right."""

    def __init__(self, line: Line, at: int = 0) -> None:
        self.line = line
        self.at = at

    @property
    def left(self) -> bool:
        """Whether words are left."""
        return self.at < len(self.line.words)

    @property
    def column(self) -> int:
        """Return the column of the next word, of the last one at the end."""
        return self.line.columns[min(self.at, len(self.line.columns) - 1)]

    def peek(self) -> str:
        """Return the next word, "" at the end."""
        return self.line.words[self.at] if self.left else ""

    def take(self) -> str:
        """Return the next word and go on.

        Raises:
            NotUnderstood: there is none.
        """
        if not self.left:
            raise NotUnderstood(self.at)
        self.at += 1
        return self.line.words[self.at - 1]

    def accept(self, *words: str) -> str:
        """Return the next word if it is one of these, else "" without going on."""
        return self.take() if self.peek() in words and self.left else ""

    def end(self) -> None:
        """Make sure that nothing is left.

        Raises:
            NotUnderstood: something is.
        """
        if self.left:
            raise NotUnderstood(self.at, self.peek())


def number(word: str, low: int, high: int) -> int:
    """Return a decimal number.

    Raises:
        ValueError: it is none, or out of range.
    """
    if not word.isascii() or not word.isdecimal() or len(word) > 10 or not low <= int(word) <= high:
        raise ValueError(word)
    return int(word)


def v4(word: str) -> int:
    """Return an IPv4 address.

    Raises:
        ValueError: it is none.
    """
    value = addresses.parse_one(word)
    if addresses.family(value) != 4:
        raise ValueError(word)
    return value


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
