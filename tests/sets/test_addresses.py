"""Addresses: reading, writing, prefixes and masks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.sets import addresses
from segcheck.sets.addresses import ALL, LINE_SIZE, V4, V6, describe, netmask, parse, parse_one, prefix, text, wildcard
from segcheck.sets.intervals import IntervalSet

from .strategies import addresses as line_values


@given(line_values)
def test_written_address_reads_back(value: int) -> None:
    assert parse_one(text(value)) == value
    assert parse(text(value)) == IntervalSet.of(value)


@given(st.lists(st.tuples(line_values, st.integers(0, 1 << 20)), max_size=5))
def test_description_reads_back(pieces: list[tuple[int, int]]) -> None:
    values = IntervalSet.of(*((lo, min(lo + more, LINE_SIZE - 1)) for lo, more in pieces))
    found = IntervalSet.empty()
    for piece in describe(values):
        found = found | parse(piece)

    assert found == values


@given(line_values, st.integers(0, 32))
def test_prefix_shares_its_leading_bits(value: int, length: int) -> None:
    block = prefix(value, length)
    width = 32 if addresses.family(value) == 4 else 128

    assert value in block
    assert block.count == 1 << (width - length)
    assert parse(f"{text(value)}/{length}") == block
    assert describe(block) == ((text(block.min),) if length == width else (f"{text(block.min)}/{length}",))


@given(st.integers(0, (1 << 32) - 1), st.integers(0, 32))
def test_contiguous_wildcard_netmask_and_prefix_agree(base: int, length: int) -> None:
    mask = (1 << 32) - (1 << (32 - length))

    assert wildcard(base, mask) == prefix(base, length) == netmask(text(base), text(mask))


@given(st.integers(0, (1 << 32) - 1), st.sets(st.integers(0, 31), max_size=6), st.integers(0, (1 << 32) - 1))
def test_wildcard_is_the_bit_test(base: int, free: set[int], other: int) -> None:
    mask = ((1 << 32) - 1) & ~sum(1 << bit for bit in free)
    found = wildcard(base, mask)

    assert found.count == 1 << len(free)
    assert base in found
    assert (other in found) == (other & mask == base & mask)


def test_wildcard_of_ipv6_stays_in_ipv6() -> None:
    base = parse_one("fd00::ffff:0:5")
    found = wildcard(base, (1 << 128) - 1 - (1 << 32))

    assert describe(found) == ("fd00::fffe:0:5", "fd00::ffff:0:5")
    assert found <= V6


def test_wildcard_with_too_many_ranges_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 65536"):
        wildcard(parse_one("10.0.0.1"), 0xFF)


def test_the_line_is_both_families() -> None:
    assert V4.count == 1 << 32
    assert V6.count == 1 << 128
    assert not V4 & V6
    assert V4 | V6 == ALL
    assert ALL.ranges == ((0, LINE_SIZE - 1),)
    assert [addresses.family(v) for v in (0, V4.max, V6.min, V6.max)] == [4, 4, 6, 6]
    assert describe(ALL) == ("0.0.0.0/0", "::/0")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10.1.2.3/8", ("10.0.0.0/8",)),
        ("10.0.0.1-10.0.0.6", ("10.0.0.1-10.0.0.6",)),
        (" 10.0.0.0 - 10.0.0.255 ", ("10.0.0.0/24",)),
        ("10.0.0.7-10.0.0.7", ("10.0.0.7",)),
        ("0.0.0.0/0", ("0.0.0.0/0",)),
        ("2001:db8::1/64", ("2001:db8::/64",)),
        ("2001:0DB8:0::1", ("2001:db8::1",)),
        ("::ffff:192.0.2.1", ("::ffff:192.0.2.1",)),
        ("fd00::1-fd00::ff", ("fd00::1-fd00::ff",)),
        ("::/0", ("::/0",)),
    ],
)
def test_ways_to_write_addresses(written: str, meant: tuple[str, ...]) -> None:
    found = parse(written)

    assert IntervalSet.of(*(r for m in meant for r in parse(m).ranges)) == found
    assert len(describe(found)) == 1


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "is not an IPv4 or IPv6 address"),
        ("010.0.0.1", "is not an IPv4"),
        ("10.1", "is not an IPv4"),
        ("167772161", "is not an IPv4"),
        ("0x0a.0.0.1", "is not an IPv4"),
        ("10.0.0.256", "is not an IPv4"),
        ("10.0.0.0/33", "prefix length of IPv4 is 0 to 32"),
        ("::/129", "prefix length of IPv6 is 0 to 128"),
        ("10.0.0.0/255.0.0.0", "not a plain number"),
        ("10.0.0.0/08", "not a plain number"),
        ("10.0.0.0/-1", "is not an IPv4"),
        ("10.0.0.0/", "not a plain number"),
        ("10.0.0.9-10.0.0.1", "runs backwards"),
        ("10.0.0.1-fd00::1", "from one address family to the other"),
        ("fe80::1%eth0", "zone"),
        ("example.jp", "is not an IPv4"),
        ("10.0.0.１", "is not an IPv4"),
        ("9" * 500, r"\.\.\."),
    ],
)
def test_texts_that_are_no_address_are_refused(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(written)


@pytest.mark.parametrize("mask", ["255.0.255.0", "0.0.0.255", "255.255.255.1"])
def test_netmask_with_holes_is_refused(mask: str) -> None:
    with pytest.raises(ValueError, match="not a contiguous netmask"):
        netmask("10.0.0.0", mask)


def test_netmask_is_of_ipv4() -> None:
    with pytest.raises(ValueError, match="for IPv4 only"):
        netmask("fd00::", "ffff::")


@pytest.mark.parametrize("value", [-1, LINE_SIZE])
def test_values_off_the_line_are_no_addresses(value: int) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        text(value)
