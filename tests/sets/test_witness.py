"""The packet that stands for a set, and membership of single packets."""

from __future__ import annotations

import pytest
from hypothesis import given

from segcheck.sets.addresses import parse, parse_one
from segcheck.sets.header import Packet, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import EmptySetError, UniverseBuilder

from .strategies import COARSE, FINE, PACKETS, Expr, build, changed_expressions, expressions


@given(expressions | changed_expressions)
def test_witness_belongs_to_the_set(expr: Expr) -> None:
    packets = build(expr, COARSE)

    if packets:
        assert packets.contains(packets.witness())
    else:
        with pytest.raises(EmptySetError):
            packets.witness()


@given(expressions | changed_expressions)
def test_equal_sets_have_one_witness(expr: Expr) -> None:
    coarse, fine = build(expr, COARSE), build(expr, FINE)

    if coarse:
        ours, theirs = coarse.witness(), fine.witness()
        assert {n: v for n, v in theirs.extra.items() if "unused" not in n} == ours.extra
        assert all(ours.get(n) == theirs.get(n) for n in ("src", "dst", "proto", "sport", "dport", "tcp_flags"))
        assert ((coarse | COARSE.family(4)) & coarse).witness() == ours


@given(expressions)
def test_witness_has_the_lowest_addresses_of_its_class(expr: Expr) -> None:
    packets = build(expr, COARSE)

    if packets:
        found = packets.witness()
        rivals = [p for p in PACKETS if packets.contains(p) and p.packet_class is found.packet_class]
        assert all((found.src, found.dst, found.proto) <= (p.src, p.dst, p.proto) for p in rivals)
        assert packets & COARSE.of_class(found.packet_class)
        earlier = list(PacketClass)[: list(PacketClass).index(found.packet_class)]
        assert not any(packets & COARSE.of_class(c) for c in earlier)


def test_witness_looks_like_real_traffic() -> None:
    u = (
        UniverseBuilder()
        .cut("src", parse("10.0.0.9"))
        .cut("dst", parse("192.0.2.0/24"))
        .cut("dport", IntervalSet.of(25))
    )
    built = u.build()
    mail = (
        built.field("src", parse("10.0.0.9"))
        & built.field("dst", parse("192.0.2.0/24"))
        & built.field("dport", IntervalSet.of(25))
    )

    assert mail.witness() == Packet(
        src=parse_one("10.0.0.9"), dst=parse_one("192.0.2.0"), proto=6, sport=49152, dport=25, tcp_flags=2
    )
    assert (mail & built.of_class(PacketClass.REPLY)).witness().tcp_flags == 0x10
    assert built.field("proto", IntervalSet.of(1)).witness().icmp_type == 8
    assert (built.field("proto", IntervalSet.of(58)) & built.family(6)).witness().icmp_type == 128
    assert built.of_class(PacketClass.FRAGMENT).witness().fragment == 1


def test_source_port_is_the_lowest_where_the_ephemeral_one_is_not_to_be_had() -> None:
    u = UniverseBuilder().cut("sport", IntervalSet.of(500, (700, 800))).build()

    assert u.field("sport", IntervalSet.of(500, (700, 800))).witness().sport == 500


def test_membership_needs_the_extras_that_matter() -> None:
    packet = PACKETS[0]
    bare = Packet(**{n: getattr(packet, n) for n in Packet.__slots__ if n != "extra"})

    assert COARSE.everything.contains(bare)
    with pytest.raises(ValueError, match="no value for time"):
        COARSE.field("time", IntervalSet.of(0)).contains(bare)
    with pytest.raises(ValueError, match="time is 0 to 3"):
        COARSE.field("time", IntervalSet.of(0)).contains(
            Packet(**{n: getattr(packet, n) for n in Packet.__slots__ if n != "extra"}, extra={"time": 4})
        )
