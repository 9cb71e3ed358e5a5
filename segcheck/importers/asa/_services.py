"""Words of services to what they ask of a packet: protocols, ports, ICMP messages.

Source: Cisco ASA Series Command Reference, "access-list extended", "service (object service)", "service-object", "port-object".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segcheck.importers._cisco.values import Words, message, proto
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.asa._names import ICMP, ICMP6, PORTS, PROTOCOLS
from segcheck.model.match import ANYTHING, Expr, Field, conjunction
from segcheck.sets.intervals import IntervalSet

EVERY_PORT = IntervalSet.of((0, 65535))
_OPERATORS = ("eq", "neq", "gt", "lt", "range")
#: Protocols whose ports an entry may ask for.
PORTED = (6, 17, 132)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as an entry asks for it.

    numbers   its protocols; None = every one
    source, destination   ports; None = every one
    other     anything else: a message, or what is unknown
    """

    numbers: IntervalSet | None = None
    source: IntervalSet | None = None
    destination: IntervalSet | None = None
    other: Expr = ANYTHING

    def match(self) -> Expr:
        """Return the packets of the service."""
        terms: list[Expr] = [Field("proto", self.numbers)] if self.numbers is not None else []
        terms += [Field("sport", self.source)] if self.source is not None else []
        terms += [Field("dport", self.destination)] if self.destination is not None else []
        return conjunction(*terms, *([] if self.other == ANYTHING else [self.other]))


def protocol(word: str) -> IntervalSet | None:
    """Return the protocols that a word names, None for every one.

    Raises:
        ValueError: it names none.
    """
    if word == "ip":
        return None
    return IntervalSet.of(PROTOCOLS[word] if word in PROTOCOLS else number(word, 0, 255))


def port(word: str, proto_: int) -> int:
    """Return a port by number or name.

    Raises:
        ValueError: it is neither.
    """
    named = PORTS.get(proto_, {}).get(word)
    return named if named is not None else number(word, 0, 65535)


def port_set(words: Words, proto_: int) -> IntervalSet | None:
    """Return the ports that an operator names, None if no operator stands there.

    Raises:
        ValueError: an operator without its ports.
    """
    operator = words.accept(*_OPERATORS)
    if not operator:
        return None
    first = port(words.take(), proto_)
    if operator == "range":
        last = port(words.take(), proto_)
        if last < first:
            raise NotUnderstood(words.at - 1)
        return IntervalSet.of((first, last))
    if operator == "gt":
        return IntervalSet.of((first + 1, 65535)) if first < 65535 else IntervalSet.empty()
    if operator == "lt":
        return IntervalSet.of((0, first - 1)) if first else IntervalSet.empty()
    chosen = IntervalSet.of(first)
    return chosen if operator == "eq" else EVERY_PORT - chosen


def icmp_type(word: str) -> tuple[int, int]:
    """Return the type that a word names for ICMP and for ICMPv6, -1 where it names none.

    Raises:
        ValueError: it names none of either.
    """
    if word.isdecimal():
        value = number(word, 0, 255)
        return value, value
    found = ICMP.get(word, -1), ICMP6.get(word, -1)
    if found == (-1, -1):
        raise ValueError(word)
    return found


def icmp(words: Words, family: int) -> Expr | None:
    """Return the messages that words name, None if none are named.

    Raises:
        ValueError: a number out of range.
    """
    names = ICMP if family == 4 else ICMP6
    word = words.peek()
    if word not in names and not word.isdecimal():
        return None
    words.take()
    kind = names[word] if word in names else number(word, 0, 255)
    code = number(words.take(), 0, 255) if words.peek().isdecimal() else -1
    return message(kind, code)


def services(words: Words) -> Iterator[Service]:
    """Yield the services of `PROTOCOL [source PORTS] [destination PORTS]` or `icmp [TYPE [CODE]]`.

    Raises:
        ValueError: they are none.
    """
    first = words.take()
    if first == "tcp-udp":
        at = words.at
        yield _ported(6, words)
        words.at = at
        yield _ported(17, words)
        return
    numbers = protocol(first)
    single = numbers.min if numbers is not None else -1
    if single in PORTED:
        yield _ported(single, words)
    elif single in (1, 58):
        yield Service(numbers, other=icmp(words, 4 if single == 1 else 6) or ANYTHING)
    else:
        yield Service(numbers)


def _ported(proto_: int, words: Words) -> Service:
    source = None
    if words.accept("source"):
        source = port_set(words, proto_)
        if source is None:
            raise NotUnderstood(words.at)
    named = words.accept("destination")
    target = port_set(words, proto_)
    if named and target is None:
        raise NotUnderstood(words.at)
    return Service(proto(proto_).values, source, target)
