"""IPv4 and IPv6 addresses on one line of integers, and the ways in which people write sets of them.

The line has every IPv4 address first (0 .. 2^32-1) and every IPv6 address after them (2^32 .. 2^32+2^128-1), so that one
`IntervalSet` holds addresses of both families and the family of an address is a matter of where it lies.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from segcheck.sets.intervals import IntervalSet, masked

_V6_START = 1 << 32
#: Number of values on the line.
LINE_SIZE = _V6_START + (1 << 128)
#: Every IPv4 address.
V4 = IntervalSet.of((0, _V6_START - 1))
#: Every IPv6 address.
V6 = IntervalSet.of((_V6_START, LINE_SIZE - 1))
#: Every address.
ALL = V4 | V6

_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}")


def family(value: int) -> int:
    """Return 4 or 6: the IP version of an address on the line.

    Raises:
        ValueError: the value lies outside the line.
    """
    if not 0 <= value < LINE_SIZE:
        raise ValueError(f"{value} is not an address")
    return 4 if value < _V6_START else 6


def parse_one(text: str) -> int:
    """Return the place on the line of one written address.

    Four decimal octets without leading zeros (some systems read `010` as octal), or any form of RFC 4291 §2.2 without a
    zone (`%eth0`).

    Raises:
        ValueError: the text is no such address; the message quotes it.
    """
    text = text.strip()
    try:
        if ":" in text:
            if "%" in text:
                raise ValueError(f"{_quoted(text)}: an address with a zone (%) means something on one host only")
            return _V6_START + int(IPv6Address(text))
        return int(IPv4Address(text))
    except AddressValueError:
        raise ValueError(f"{_quoted(text)} is not an IPv4 or IPv6 address") from None


def parse(text: str) -> IntervalSet:
    """Return the addresses meant by an address, a prefix `address/length` or a range `first-last`.

    Bits to the right of a prefix length are ignored, as routers and firewalls do: `10.1.2.3/8` is 10.0.0.0/8.

    Raises:
        ValueError: the text is none of them, the range runs backwards or spans two families.
    """
    first, dash, last = text.partition("-")
    if dash:
        lo, hi = parse_one(first), parse_one(last)
        if family(lo) != family(hi):
            raise ValueError(f"{_quoted(text)} runs from one address family to the other")
        if lo > hi:
            raise ValueError(f"{_quoted(text)} runs backwards")
        return IntervalSet.of((lo, hi))
    address, slash, length = text.partition("/")
    value = parse_one(address)
    if not slash:
        return IntervalSet.of(value)
    if not _LENGTH.fullmatch(length.strip()):
        raise ValueError(f"{_quoted(text)}: the prefix length is not a plain number")
    return prefix(value, int(length))


def prefix(address: int, length: int) -> IntervalSet:
    """Return the block of addresses that share the first `length` bits with `address`, in its family.

    Raises:
        ValueError: the length is not one of the family (0..32 or 0..128).
    """
    start, width = (0, 32) if family(address) == 4 else (_V6_START, 128)
    if not 0 <= length <= width:
        raise ValueError(f"a prefix length of IPv{family(address)} is 0 to {width}, not {length}")
    low = start + ((address - start) >> (width - length) << (width - length))
    return IntervalSet.of((low, low + (1 << (width - length)) - 1))


def netmask(network: str, mask: str) -> IntervalSet:
    """Return the block written as network and netmask in dotted form, such as `10.0.0.0` and `255.0.0.0`.

    Raises:
        ValueError: one of them is not an IPv4 address, or the mask has ones to the right of a zero.
    """
    base, bits = parse_one(network), parse_one(mask)
    if family(base) != 4 or family(bits) != 4:
        raise ValueError(f"{_quoted(network)} {_quoted(mask)}: netmasks are written for IPv4 only")
    length = bits.bit_count()
    if bits != (1 << 32) - (1 << (32 - length)):
        raise ValueError(f"{_quoted(mask)} is not a contiguous netmask")
    return prefix(base, length)


def wildcard(base: int, mask: int) -> IntervalSet:
    """Return the addresses of the family of `base` that agree with it on every bit that is one in `mask`.

    The mask is that of a netmask (one = must agree) without the need to be contiguous, and has 32 or 128 bits by family;
    callers whose vendor means the opposite invert it first.

    Raises:
        ValueError: the mask does not fit, or the set would have more than 65536 separate ranges.
    """
    start, width = (0, 32) if family(base) == 4 else (_V6_START, 128)
    return masked(mask, base - start, width).shifted(start)


def text(value: int) -> str:
    """Return the address on the line as people write it (RFC 5952 for IPv6)."""
    return str(IPv4Address(value) if family(value) == 4 else IPv6Address(value - _V6_START))


def describe(addresses: IntervalSet) -> tuple[str, ...]:
    """Return one short text per contiguous piece: an address, a prefix if the piece is one, else `first-last`.

    Ascending, IPv4 before IPv6; `parse` reads each text back.
    """
    return tuple(_piece(lo, hi) for part in (addresses & V4, addresses & V6) for lo, hi in part.ranges)


def _piece(lo: int, hi: int) -> str:
    if lo == hi:
        return text(lo)
    start, width = (0, 32) if lo < _V6_START else (_V6_START, 128)
    size = hi - lo + 1
    if size & (size - 1) == 0 and (lo - start) % size == 0:
        return f"{text(lo)}/{width - size.bit_length() + 1}"
    return f"{text(lo)}-{text(hi)}"


def _quoted(written: str) -> str:
    shown = written if len(written) <= 60 else written[:57] + "..."
    return f'"{shown}"'
