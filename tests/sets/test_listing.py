"""Boxes cover a set exactly, and boxes and digests depend on the meaning only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from segcheck.sets.addresses import describe, parse
from segcheck.sets.header import Packet, PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box
from segcheck.sets.packets import PacketSet, UniverseBuilder

from .strategies import COARSE, FINE, PACKETS, Expr, build, changed_expressions, expressions

EVERY_EXTRA = {"unused": 0, "also-unused": 0}


def in_box(box: Box, packet: Packet) -> bool:
    fields = {n: getattr(box, n) for n in ("proto", "sport", "dport", "tcp_flags", "icmp_type", "icmp_code")}
    wanted = {n: v for n, v in (*fields.items(), *box.extras) if v is not None}
    return (
        box.packet_class is packet.packet_class
        and box.family == packet.family
        and packet.src in box.src
        and packet.dst in box.dst
        and all(packet.get(n) is not None and packet.get(n) in v for n, v in wanted.items())
    )


@settings(max_examples=100)
@given(expressions | changed_expressions)
def test_boxes_are_disjoint_and_cover_the_set(expr: Expr) -> None:
    packets = build(expr, COARSE)
    listed = packets.boxes(limit=100_000)

    assert listed.total == len(listed.boxes)
    assert not listed.truncated
    assert [sum(in_box(box, p) for box in listed.boxes) for p in PACKETS] == [int(packets.contains(p)) for p in PACKETS]


@given(expressions | changed_expressions)
def test_boxes_put_together_are_the_set(expr: Expr) -> None:
    packets = build(expr, COARSE)
    union = COARSE.nothing
    for box in packets.boxes(limit=100_000).boxes:
        part = COARSE.of_class(box.packet_class) & COARSE.family(box.family)
        fields = {n: getattr(box, n) for n in ("src", "dst", "proto", "sport", "dport", "icmp_type", "icmp_code")}
        for name, values in (*fields.items(), *box.extras):
            if values is not None:
                part = part & COARSE.field(name, values)
        if box.tcp_flags is not None:
            part = part & COARSE.field("tcp_flags", box.tcp_flags)
        assert part
        assert not part & union
        union = union | part

    assert union == packets


@given(expressions | changed_expressions)
def test_what_else_a_universe_tells_apart_does_not_show(expr: Expr) -> None:
    coarse, fine = build(expr, COARSE), build(expr, FINE)

    assert coarse.boxes(limit=50) == fine.boxes(limit=50)
    assert coarse.digest() == fine.digest()


@given(expressions, expressions)
def test_equal_digests_mean_equal_sets(left: Expr, right: Expr) -> None:
    a, b = build(left, COARSE), build(right, COARSE)

    assert (a.digest() == b.digest()) == (a == b)
    assert (a.boxes() == b.boxes()) == (a == b)
    assert ((a | b) - (b - a)).digest() == a.digest()


@given(expressions)
def test_a_short_list_is_the_beginning_of_the_whole(expr: Expr) -> None:
    packets = build(expr, COARSE)
    whole = packets.boxes(limit=100_000)
    for limit in (0, 1, 3, whole.total):
        short = packets.boxes(limit=limit)

        assert short.boxes == whole.boxes[:limit]
        assert short.total == whole.total
        assert short.truncated == (limit < whole.total)


def test_everything_is_one_box_per_class_and_family() -> None:
    listed = COARSE.everything.boxes()

    assert [(b.packet_class, b.family) for b in listed.boxes] == [(c, f) for c in PacketClass for f in (4, 6)]
    for box in listed.boxes:
        free = (box.dport, box.sport, box.tcp_flags, box.icmp_type, box.icmp_code, box.extras)
        assert free == (None, None, None, None, None, ())
        assert describe(box.src) == describe(box.dst) == (("0.0.0.0/0",) if box.family == 4 else ("::/0",))
    assert [box.proto for box in listed.boxes if box.packet_class is PacketClass.OPENING] == [None, None]


def test_nothing_has_no_boxes() -> None:
    listed = COARSE.nothing.boxes()

    assert (listed.boxes, listed.total, listed.truncated) == ((), 0, False)


def one_service() -> PacketSet:
    u = (
        UniverseBuilder()
        .cut("src", parse("10.0.0.0/24"))
        .cut("dst", parse("10.0.1.5"))
        .cut("dport", IntervalSet.of(443))
    )
    built = u.build()
    return (
        built.field("src", parse("10.0.0.0/24"))
        & built.field("dst", parse("10.0.1.5"))
        & built.field("proto", IntervalSet.of(6))
        & built.field("dport", IntervalSet.of(443))
    )


def test_one_tcp_service_is_an_opening_and_a_reply_box() -> None:
    fields = {
        "family": 4,
        "src": parse("10.0.0.0/24"),
        "dst": parse("10.0.1.5"),
        "proto": IntervalSet.of(6),
        "dport": IntervalSet.of(443),
    }

    assert one_service().boxes().boxes == (
        Box(packet_class=PacketClass.OPENING, **fields),
        Box(packet_class=PacketClass.REPLY, **fields),
    )


def test_flags_are_listed_where_they_matter() -> None:
    web = one_service()
    opening, reply = (web & web.universe.bits("tcp_flags", 0x03, 0x02)).boxes().boxes

    assert opening.tcp_flags == IntervalSet.of(*(f for f in range(256) if f & 0x17 == 0x02))
    assert reply.tcp_flags == IntervalSet.of(*(f for f in range(256) if f & 0x03 == 0x02 and f & 0x14))


def test_digest_is_stable_between_runs() -> None:
    assert one_service().digest() == "b640f9d9b1a69b5ea890fff2febe7adc3c598e9c8afa94318a2e47cb300e49d5"
    assert COARSE.nothing.digest() == FINE.nothing.digest()
    assert COARSE.everything.digest() == FINE.everything.digest() != COARSE.nothing.digest()


@pytest.mark.parametrize("packet_class", list(PacketClass))
def test_a_class_lists_as_itself(packet_class: PacketClass) -> None:
    listed = COARSE.of_class(packet_class).boxes()

    assert [box.packet_class for box in listed.boxes] == [packet_class] * 2
    assert all(box.icmp_type is None and box.tcp_flags is None for box in listed.boxes)
