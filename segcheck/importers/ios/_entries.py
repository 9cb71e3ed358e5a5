"""One entry of an access list to a match.

Source: Cisco IOS Security Command Reference, "access-list (IP standard)", "access-list (IP extended)", "permit (IP)",
"permit (IPv6)"; Cisco IOS IP Configuration Guide, "Specifying IP Extended Access Lists with Fragment Control": an entry with
L3 conditions alone applies to all fragments; one with L4 conditions to whole packets and first fragments, and to later
fragments by its L3 conditions if it permits, not if it denies; `fragments` makes it apply to later fragments alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._cisco.names import DSCP, FLAGS, PRECEDENCE
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.times import Times
from segcheck.importers._cisco.values import FAMILY, PORTED, Words, icmp, ports, prefix6, protocol
from segcheck.importers._unsure import unknown
from segcheck.importers._words import NotUnderstood, number, v4
from segcheck.importers.ios._objects import Objects, Service
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Bits, Expr, Field, Not, conjunction, disjunction
from segcheck.sets import addresses
from segcheck.sets.header import ACK, RST
from segcheck.sets.intervals import IntervalSet

_LATER = Field("fragment", IntervalSet.of(1))
_FIRST = Field("fragment", IntervalSet.of(0))
_LOGS = ("log", "log-input")
#: Ranges of wildcard masks and services of groups that the entries of one file may have together; beyond, they are unknown.
_MOST_PIECES = 1_000_000


@dataclass(slots=True)
class Entry:
    """What an entry says: whom it fits, whether it permits, and what else it does."""

    permits: bool
    match: Expr
    log: bool = False
    reflect: str = ""


@dataclass(slots=True)
class _Asked:
    """The conditions of an extended entry while it is read."""

    family: int
    services: tuple[Service, ...] = ()
    layer3: list[Expr] = field(default_factory=list)
    layer4: list[Expr] = field(default_factory=list)
    fragments: bool = False
    log: bool = False
    reflect: str = ""


class Entries:
    """Reads entries; knows the groups and time ranges that they name."""

    def __init__(self, notes: Notes, objects: Objects, times: Times) -> None:
        self._notes = notes
        self._objects = objects
        self._times = times
        self._left = _MOST_PIECES
        self._wildcards: dict[tuple[int, int], IntervalSet] = {}

    def standard(self, words: Words) -> Entry:
        """Return an entry of a standard list, whose words begin with permit or deny.

        Raises:
            ValueError: not understood; `NotUnderstood` says where.
        """
        permits = _permits(words)
        first = words.take()
        if first == "any":
            source = FAMILY[4]
        elif first == "host":
            source = IntervalSet.of(v4(words.take()))
        else:
            mask = words.peek()
            masked = bool(mask) and mask not in _LOGS
            if masked:
                match = self._wildcard("src", v4(first), v4(words.take()))
                log = self._log(words)
                words.end()
                return Entry(permits, match, log)
            source = _plain(first)
        log = self._log(words)
        words.end()
        return Entry(permits, Field("src", source), log)

    def extended(self, words: Words, family: int) -> Entry:
        """Return an entry of an extended or IPv6 list, whose words begin with permit or deny.

        Raises:
            ValueError: not understood; `NotUnderstood` says where.
        """
        permits = _permits(words)
        asked = _Asked(family)
        numbers: IntervalSet | None = None
        if family == 4 and words.peek() == "object-group":
            words.take()
            asked.services = self._objects.services(words.take(), words.line)
            self._left -= len(asked.services)
            if self._left <= 0:
                raise NotUnderstood(words.at - 1)
        else:
            numbers = protocol(words.take(), family)
        single = numbers.min if numbers is not None and numbers.count == 1 else -1
        if numbers is not None:
            asked.layer3.append(Field("proto", numbers))
        for side, name in (("src", "sport"), ("dst", "dport")):
            address = self._address(words, side, family)
            if side == "src" and address == ANYTHING:  # every list is of one IP version
                address = Field(side, FAMILY[family])
            asked.layer3.append(address)
            chosen = ports(words, single) if single in PORTED else None
            if chosen is not None:
                asked.layer4.append(Field(name, chosen))
        if single == (1 if family == 4 else 58):
            message = icmp(words, family)
            asked.layer4.extend([message] if message else [])
        while words.left:
            self._option(words, asked, single)
        if asked.fragments and (asked.layer4 or asked.reflect):
            raise NotUnderstood(words.at)
        return Entry(permits, _match(asked, permits), asked.log, asked.reflect)

    def _address(self, words: Words, side: str, family: int) -> Expr:
        first = words.take()
        if first == "any":
            return ANYTHING
        if first == "host":
            one = addresses.parse_one(words.take())
            if addresses.family(one) != family:
                raise NotUnderstood(words.at - 1)
            return Field(side, IntervalSet.of(one))
        if family == 6:
            return Field(side, prefix6(first))
        if first == "object-group":
            return self._objects.network(words.take(), side, words.line)
        if "/" in first:
            return Field(side, addresses.parse(first) & FAMILY[4])
        return self._wildcard(side, v4(first), v4(words.take()))

    def _wildcard(self, side: str, base: int, mask: int) -> Expr:
        """Return the addresses that agree with `base` where the mask is zero; unknown where they are in too many pieces."""
        key = base & ~mask, mask
        if key not in self._wildcards:
            try:
                pieces = addresses.wildcard(base, mask ^ 0xFFFFFFFF)
            except ValueError:
                pieces = IntervalSet.empty()
            self._left -= len(pieces.ranges)
            self._wildcards[key] = pieces if self._left > 0 else IntervalSet.empty()
        found = self._wildcards[key]
        if found:
            return Field(side, found)
        return conjunction(Field(side, FAMILY[4]), unknown("wildcard mask", Code.VALUE_NOT_UNDERSTOOD))

    def _option(self, words: Words, asked: _Asked, proto: int) -> None:
        word = words.peek()
        if word in _LOGS:
            asked.log = self._log(words)
            return
        words.take()
        if word == "established" and proto == 6:
            asked.layer4.append(Not(Bits("tcp_flags", ACK | RST, 0)))
        elif word == "fragments":
            asked.fragments = True
        elif word == "time-range":
            asked.layer3.append(self._times.in_force(words.take(), words.line))
        elif word == "reflect":
            asked.reflect = words.take()
            if words.accept("timeout"):
                number(words.take(), 1, 2147483)
        elif word in ("match-all", "match-any") and proto == 6:
            asked.layer4.append(_flags(words, every=word == "match-all"))
        elif word in FLAGS and proto == 6:  # the older form: any of the flags named
            asked.layer4.append(Bits("tcp_flags", FLAGS[word], FLAGS[word]))
            if words.peek() in FLAGS:
                raise NotUnderstood(words.at)
        elif word == "sequence" and asked.family == 6:
            number(words.take(), 1, 4294967295)
        else:
            asked.layer3.append(_header(word, words))

    @staticmethod
    def _log(words: Words) -> bool:
        if not words.accept(*_LOGS):
            return False
        if words.left and words.peek() not in ("time-range", "fragments", "reflect", "established", "sequence"):
            cookie = words.take()  # a word that shows in the log message
            if not cookie.isalnum() or words.left:
                raise NotUnderstood(words.at - 1)
        return True


def _permits(words: Words) -> bool:
    word = words.take()
    if word not in ("permit", "deny"):
        raise NotUnderstood(words.at - 1)
    return word == "permit"


def _plain(word: str) -> IntervalSet:
    return addresses.parse(word) & FAMILY[4] if "/" in word else IntervalSet.of(v4(word))


def _flags(words: Words, *, every: bool) -> Expr:
    terms: list[Expr] = []
    while words.peek()[:1] in ("+", "-") and words.peek()[1:] in FLAGS and words.left:
        word = words.take()
        bit = FLAGS[word[1:]]
        terms.append(Bits("tcp_flags", bit, bit if word[0] == "+" else 0))
    if not terms:
        raise NotUnderstood(words.at)
    return conjunction(*terms) if every else disjunction(*terms)


def _header(word: str, words: Words) -> Expr:
    """Return a condition on other fields of the IP header (RFC 791, RFC 2474)."""
    if word == "dscp":
        value = words.take()
        return Bits("tos", 0xFC, (DSCP[value] if value in DSCP else number(value, 0, 63)) << 2)
    if word == "precedence":
        value = words.take()
        return Bits("tos", 0xE0, (PRECEDENCE[value] if value in PRECEDENCE else number(value, 0, 7)) << 5)
    if word == "tos":
        return Bits("tos", 0x1E, number(words.take(), 0, 15) << 1)
    if word == "ttl":
        operator, bound = words.take(), number(words.take(), 0, 255)
        chosen = {"eq": (bound, bound), "gt": (bound + 1, 255), "lt": (0, bound - 1)}.get(operator)
        if chosen is None or chosen[0] > chosen[1] or chosen[1] < 0:
            raise NotUnderstood(words.at - 2)
        return Field("ttl", IntervalSet.of(chosen))
    raise NotUnderstood(words.at - 1, word)


def _match(asked: _Asked, permits: bool) -> Expr:
    around = conjunction(*asked.layer3)
    services = asked.services or (Service(ANYTHING, ANYTHING),)
    if asked.fragments:
        return conjunction(around, disjunction(*(one.layer3 for one in services)), _LATER)
    cases = []
    for service in services:
        layer4 = [*asked.layer4, *([service.layer4] if service.layer4 != ANYTHING else [])]
        if not layer4:
            cases.append(service.layer3)
            continue
        cases.append(conjunction(service.layer3, *layer4, _FIRST))
        if permits:
            doubt = ANYTHING if asked.family == 4 else unknown("later fragments and an entry with L4 conditions")
            cases.append(conjunction(service.layer3, _LATER, doubt))
    return conjunction(around, disjunction(*cases)) if cases != [ANYTHING] else around
