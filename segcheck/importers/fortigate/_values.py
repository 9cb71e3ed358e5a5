"""Addresses and ports as FortiOS writes them."""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.model.match import NOTHING, AnyOf, Expr, Field, disjunction
from segcheck.sets.addresses import V4, V6, family, netmask, parse, parse_one
from segcheck.sets.addresses import prefix as block
from segcheck.sets.intervals import IntervalSet

#: How "no address" is written.
NO_ADDRESS = frozenset({"", "0.0.0.0", "::"})
#: How "every address" is written as a network.
EVERY_NETWORK = frozenset({"0.0.0.0 0.0.0.0", "0.0.0.0/0", "::/0"})
#: Every address of an IP version.
FAMILY = {4: V4, 6: V6}


def network(words: tuple[str, ...]) -> tuple[int, int]:
    """Return (address as written, prefix length) of `A MASK`, `A/MASK`, `A/LENGTH` or `A`.

    Raises:
        ValueError: no address, or a mask with holes.
    """
    address, _, length = words[0].partition("/") if len(words) == 1 else (words[0], "", " ".join(words[1:]))
    value = parse_one(address)
    if not length:
        return value, 32 if family(value) == 4 else 128
    if "." in length:
        netmask(address, length)
        return value, parse_one(length).bit_count()
    if not length.isdecimal():
        raise ValueError(f"{length} is no prefix length")
    block(value, int(length))
    return value, int(length)


def prefix(words: tuple[str, ...]) -> IntervalSet:
    """Return the addresses of a network, written as for `network`.

    Raises:
        ValueError: as `network`.
    """
    return block(*network(words))


def ranges(text: str) -> IntervalSet:
    """Return the addresses of `A`, `A-B`, `A/LENGTH` or `A MASK`.

    Raises:
        ValueError: it is none of these.
    """
    return parse(text) if "-" in text else prefix(tuple(text.split()))


def prefixes(values: IntervalSet) -> list[IntervalSet]:
    """Return the fewest prefixes that make up a set of addresses."""
    found = []
    for part, start in ((values & V4, 0), (values & V6, 1 << 32)):
        for low, high in part.ranges:
            at = low
            while at <= high:
                size = (at - start) & -(at - start) or (1 << 128)
                while at + size - 1 > high or (start == 0 and size > 1 << 32):
                    size >>= 1
                found.append(IntervalSet.of((at, at + size - 1)))
                at += size
    return found


def number(text: str, low: int, high: int) -> int:
    """Return a decimal number from `low` to `high`.

    Raises:
        ValueError: it is none.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or not low <= int(text) <= high:
        raise ValueError(f"{text} is no number from {low} to {high}")
    return int(text)


def ports(text: str) -> IntervalSet:
    """Return the ports of `N` or `N-M`.

    Raises:
        ValueError: it is none of these.
    """
    start, dash, end = text.partition("-")
    low = number(start, 0, 65535)
    return IntervalSet.of((low, number(end, 0, 65535) if dash else low))


def union(exprs: Iterable[Expr], name: str) -> Expr:
    """Return the expressions joined by "or", the plain sets of the field `name` as one."""
    pairs: list[tuple[int, int]] = []
    rest: dict[Expr, None] = {}
    for joined in exprs:
        for expr in joined.terms if isinstance(joined, AnyOf) else (joined,):
            if isinstance(expr, Field) and expr.name == name:
                pairs.extend(expr.values.ranges)
            else:
                rest[expr] = None
    parts: list[Expr] = [Field(name, IntervalSet.of(*pairs))] if pairs else []
    parts.extend(rest)
    return disjunction(*parts) if parts else NOTHING
