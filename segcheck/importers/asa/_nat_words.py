"""One `nat` command to what it says: which addresses become which, between which interfaces.

Source: Cisco ASA Series Command Reference, "nat (global)", "nat (object)".
"""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.values import FAMILY, Words
from segcheck.importers._words import NotUnderstood, number
from segcheck.importers.asa._interfaces import Interfaces
from segcheck.importers.asa._objects import Objects
from segcheck.importers.asa._services import Service, port
from segcheck.sets import addresses
from segcheck.sets.addresses import V4
from segcheck.sets.intervals import IntervalSet

_PORTED = {"tcp": 6, "udp": 17, "sctp": 132}
_POOL_WORDS = ("round-robin", "extended", "flat", "include-reserve", "block-allocation")


@dataclass(frozen=True, slots=True)
class Target:
    """What addresses become.

    addresses   None: only those of the interface
    interface   the address of the mapped interface, or it as well
    port_translation   many clients behind one address
    """

    addresses: IntervalSet | None
    interface: bool = False
    port_translation: bool = False


@dataclass(frozen=True, slots=True)
class Ports:
    """A protocol with the real and the mapped ports of the real side's server."""

    proto: int
    real: IntervalSet
    mapped: IntervalSet


@dataclass(frozen=True, slots=True)
class Said:
    """One rule of the NAT table.

    section   0 twice NAT, 1 object NAT, 2 twice NAT after it
    sides     real and mapped interface, "" for any
    real      None = any address
    target    None = as it is (identity)
    far       what the real side calls the far end, and what it is; None: nothing is said
    key       where object NAT stands within its section
    """

    line: Line
    section: int
    sides: tuple[str, str]
    dynamic: bool
    real: IntervalSet | None
    target: Target | None
    far: tuple[IntervalSet, IntervalSet] | None = None
    ports: Ports | None = None
    one_way: bool = False
    key: tuple[int, int, int, str] = (0, 0, 0, "")

    @property
    def twice(self) -> bool:
        """Whether it is twice NAT."""
        return self.section != 1


class _Reader:
    def __init__(self, words: Words, objects: Objects, interfaces: Interfaces) -> None:
        self.words = words
        self.objects = objects
        self.interfaces = interfaces

    def sides(self) -> tuple[str, str]:
        word = self.words.peek()
        if not (word.startswith("(") and word.endswith(")")):
            return "", ""
        self.words.take()
        real, comma, mapped = word[1:-1].partition(",")
        if not comma:
            raise NotUnderstood(self.words.at - 1)
        for name in (real, mapped):
            if name != "any" and self.interfaces.named(name) is None:
                raise NotUnderstood(self.words.at - 1)
        return "" if real == "any" else real, "" if mapped == "any" else mapped

    def named(self, word: str) -> IntervalSet:
        found, doubt = self.objects.addresses(word, self.words.line)
        if doubt is not None or not found:
            raise NotUnderstood(self.words.at - 1)
        return found

    def mapped(self, real: IntervalSet | None, *, dynamic: bool) -> Target:
        words = self.words
        pool = bool(words.accept("pat-pool")) if dynamic else False
        if words.peek() == "interface" and not pool:
            words.take()
            if words.accept("ipv6"):
                raise NotUnderstood(words.at - 1)
            return Target(None, interface=True, port_translation=dynamic)
        word = words.take()
        if word in self.objects.things:
            found = self.named(word)
        else:
            first = self.objects.one(word)
            found = IntervalSet.of(first)
            if not dynamic and real is not None and real.count > 1:
                length = 32 - (real.count.bit_length() - 1)
                block = addresses.prefix(real.min, length) if first in V4 and real.min in V4 else None
                if block != real:
                    raise NotUnderstood(words.at - 1)
                found = addresses.prefix(first, length)
        fallback = False
        while words.left and (
            words.peek() in (_POOL_WORDS if pool else ()) or (dynamic and words.peek() == "interface")
        ):
            fallback = words.take() == "interface" or fallback
        if words.peek() == "ipv6":
            raise NotUnderstood(words.at)
        return Target(found, fallback, port_translation=dynamic and (pool or any(lo == hi for lo, hi in found.ranges)))

    def flags(self, allowed: tuple[str, ...]) -> set[str]:
        """Return the words that end the command; what follows `description` is text."""
        found = set()
        while self.words.left:
            word = self.words.take()
            if word == "description":
                self.words.at = len(self.words.line.words)
            elif word in allowed:
                found.add(word)
            else:
                raise NotUnderstood(self.words.at - 1)
        return found


def parse_object(line: Line, name: str, objects: Objects, interfaces: Interfaces) -> Said:
    """Return what `nat` inside `object network NAME` says.

    Raises:
        ValueError: not understood, or not modelled.
    """
    reader = _Reader(Words(line, 1), objects, interfaces)
    words = reader.words
    sides = reader.sides()
    dynamic = _kind(words)
    real = reader.named(name)
    target = reader.mapped(real, dynamic=dynamic)
    ports = None
    if not dynamic and words.accept("net-to-net"):
        raise NotUnderstood(words.at - 1)
    words.accept("dns")
    if not dynamic and words.accept("service"):
        proto_ = _PORTED.get(words.take(), 0)
        if not proto_:
            raise NotUnderstood(words.at - 1)
        ports = Ports(proto_, *(IntervalSet.of(port(words.take(), proto_)) for _ in range(2)))
    reader.flags(("no-proxy-arp", "route-lookup"))
    _fits(real, target, dynamic=dynamic)
    key = (1 if dynamic else 0, real.count, real.min, name)
    return Said(line, 1, sides, dynamic, real, _identity(real, target), ports=ports, key=key)


def parse_twice(line: Line, objects: Objects, interfaces: Interfaces) -> tuple[Said, bool]:
    """Return what a `nat` command says, and whether it is in force.

    Raises:
        ValueError: not understood, or not modelled.
    """
    reader = _Reader(Words(line, 1), objects, interfaces)
    words = reader.words
    sides = reader.sides()
    section = 2 if words.accept("after-auto") else 0
    if words.peek().isdecimal():
        raise NotUnderstood(words.at)  # a place in the table, which the device does not print
    if words.take() != "source":
        raise NotUnderstood(words.at - 1)
    dynamic = _kind(words)
    first = words.take()
    real = None if first == "any" else reader.named(first)
    if not dynamic and words.accept("any"):
        if real is not None:
            raise NotUnderstood(words.at - 1)
        target: Target | None = None
    else:
        made = reader.mapped(real, dynamic=dynamic)
        if real is None and not dynamic:
            raise NotUnderstood(words.at - 1)
        _fits(real, made, dynamic=dynamic)
        target = _identity(real, made)
        if real is None:  # any is the IP version of what it becomes ("NAT Guidelines", IPv6)
            real = FAMILY[addresses.family(made.addresses.min) if made.addresses else 4]
    far = None
    if words.accept("destination"):
        if words.take() != "static" or words.peek() == "interface":
            raise NotUnderstood(words.at - 1)
        called, true = words.take(), words.take()
        if "any" not in (called, true):
            far = reader.named(called), reader.named(true)
            if far[0] != far[1] and not _alike(*far):
                raise NotUnderstood(words.at - 1)
        elif called != true:
            raise NotUnderstood(words.at - 1)
    ports = _twice_ports(words, objects, dynamic=dynamic) if words.accept("service") else None
    flags = reader.flags(("net-to-net", "dns", "unidirectional", "no-proxy-arp", "route-lookup", "inactive"))
    if "net-to-net" in flags:
        raise NotUnderstood(words.at - 1)
    said = Said(line, section, sides, dynamic, real, target, far, ports, "unidirectional" in flags)
    return said, "inactive" not in flags


def _kind(words: Words) -> bool:
    kind = words.accept("static", "dynamic")
    if not kind:
        raise NotUnderstood(words.at)
    return kind == "dynamic"


def _twice_ports(words: Words, objects: Objects, *, dynamic: bool) -> Ports:
    """Return the ports of a server on the real side: both objects name one protocol and source ports, equally many."""
    found = []
    for _ in range(2):
        own = objects.protocols(words.take(), words.line)
        if dynamic or len(own) != 1 or own[0].destination is not None or own[0].source is None:
            raise NotUnderstood(words.at - 1)
        found.append(own[0])
    real, mapped = found
    numbers = _same_protocol(real, mapped)
    if real.source is None or mapped.source is None or real.source.count != mapped.source.count:
        raise NotUnderstood(words.at - 1)
    if len(real.source.ranges) != 1 or len(mapped.source.ranges) != 1:
        raise NotUnderstood(words.at - 1)
    return Ports(numbers, real.source, mapped.source)


def _same_protocol(real: Service, mapped: Service) -> int:
    if real.numbers is None or real.numbers != mapped.numbers or real.numbers.count != 1:
        raise ValueError("protocols")
    return number(str(real.numbers.min), 1, 255)


def _alike(one: IntervalSet, other: IntervalSet) -> bool:
    """Return whether two sets can be mapped one to one by adding a number."""
    return (
        len(one.ranges) == len(other.ranges) == 1
        and one.count == other.count
        and addresses.family(one.min) == addresses.family(other.min)
    )


def _identity(real: IntervalSet | None, target: Target) -> Target | None:
    same = real is not None and target.addresses == real and not target.interface
    return None if same else target


def _fits(real: IntervalSet | None, target: Target, *, dynamic: bool) -> None:
    """Make sure that the mapping is one of those that are modelled.

    Raises:
        ValueError: it is not.
    """
    if target.addresses is None:
        if not dynamic and (real is None or real.count != 1):
            raise ValueError("static interface")
        return
    families = {addresses.family(own.min) for own in (real, target.addresses) if own}
    if len(families) > 1:
        raise ValueError("between IP versions")
    if not dynamic and real != target.addresses and (real is None or not _alike(real, target.addresses)):
        raise ValueError("not one to one")
