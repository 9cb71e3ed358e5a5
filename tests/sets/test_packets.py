"""PacketSet: every operation against one packet at a time, and the laws of sets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from segcheck.sets.addresses import V4, V6, parse
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import UniverseBuilder

from .strategies import COARSE, FINE, PACKETS, Expr, build, changed_expressions, expressions, holds


@settings(max_examples=150)
@given(expressions)
def test_membership_is_what_the_expression_says(expr: Expr) -> None:
    packets = build(expr, COARSE)

    assert [packets.contains(p) for p in PACKETS] == [holds(expr, p) for p in PACKETS]


@settings(max_examples=150)
@given(changed_expressions)
def test_changes_of_fields_are_those_of_single_packets(expr: Expr) -> None:
    packets = build(expr, COARSE)

    assert [packets.contains(p) for p in PACKETS] == [holds(expr, p) for p in PACKETS]
    assert packets <= COARSE.everything


@given(expressions, expressions, expressions)
def test_laws_of_sets(left: Expr, right: Expr, third: Expr) -> None:
    a, b, c = (build(e, COARSE) for e in (left, right, third))

    assert a | (b & c) == (a | b) & (a | c)
    assert ~(a | b) == ~a & ~b
    assert a - b == a & ~b
    assert ~~a == a
    assert a | ~a == COARSE.everything
    assert not a & ~a
    assert (a <= b) == (a & b == a) == (not (a - b))
    assert hash((a | b) | c) == hash(a | (b | c))
    assert bool(a) == (a != COARSE.nothing)


@given(changed_expressions, expressions)
def test_results_of_changes_obey_the_laws_too(left: Expr, right: Expr) -> None:
    a, b = build(left, COARSE), build(right, COARSE)

    assert ~~a == a
    assert (a & b) | (a - b) == a
    assert (a | b) - (b - a) == a


@given(expressions)
def test_moving_there_and_back_keeps_what_has_room(expr: Expr) -> None:
    packets = build(expr, COARSE)
    there = packets.moved("dport", 1000, 1999, 500)
    back = there.moved("dport", 1500, 2499, -500)

    assert back == packets & COARSE.field("dport", IntervalSet.of((1000, 1999)))


@given(expressions)
def test_fragments_of_whole_packets(expr: Expr) -> None:
    whole = build(expr, COARSE) & COARSE.field("fragment", IntervalSet.of(0))
    fragments = whole.exists("fragment") - whole

    assert fragments <= COARSE.of_class(PacketClass.FRAGMENT)
    assert fragments == (build(expr, COARSE) & COARSE.field("fragment", IntervalSet.of(0))).exists(
        "fragment"
    ) & COARSE.field("fragment", IntervalSet.of(1))


def test_classes_and_families_are_partitions() -> None:
    for parts in ([COARSE.of_class(c) for c in PacketClass], [COARSE.family(4), COARSE.family(6)]):
        union = COARSE.nothing
        for part in parts:
            assert part
            assert not union & part
            union = union | part
        assert union == COARSE.everything
    assert all(COARSE.of_class(p.packet_class).contains(p) for p in PACKETS)
    assert all(COARSE.family(p.family).contains(p) for p in PACKETS)
    assert {p.packet_class for p in PACKETS} == set(PacketClass)


def test_a_field_holds_only_for_those_who_carry_it() -> None:
    any_port = COARSE.field("dport", IntervalSet.of((0, 65535)))
    web = COARSE.field("dport", IntervalSet.of(80))

    assert any_port == COARSE.field("proto", IntervalSet.of(6, 17, 33, 132, 136)) & COARSE.field(
        "fragment", IntervalSet.of(0)
    )
    assert COARSE.of_class(PacketClass.FRAGMENT) <= ~web
    assert COARSE.of_class(PacketClass.ICMP_ERROR) <= ~web
    assert any_port - web != ~web


def test_packet_keeps_to_all_given_fields() -> None:
    https = UniverseBuilder().cut("dport", IntervalSet.of(443)).cut("src", parse("10.0.0.1")).build()
    found = https.packet(src=parse("10.0.0.1").min, dport=443, proto=6)

    assert found == (
        https.field("src", parse("10.0.0.1"))
        & https.field("dport", IntervalSet.of(443))
        & https.field("proto", IntervalSet.of(6))
    )
    assert https.packet() == https.everything
    assert not https.packet(proto=1, dport=443)


def test_a_source_of_one_family_has_no_destination_of_the_other() -> None:
    assert not COARSE.field("src", V4) & COARSE.field("dst", V6)
    assert COARSE.field("src", V6).exists("src") == COARSE.family(6)
    assert COARSE.field("src", V6).exists("src", "dst") == COARSE.everything


def test_at_does_not_touch_packets_without_the_field() -> None:
    fragments = COARSE.of_class(PacketClass.FRAGMENT)

    assert fragments.at("dport", 80) == fragments
    assert not fragments.assigned("dport", IntervalSet.of(80))


def test_no_names_change_nothing() -> None:
    web = COARSE.field("dport", IntervalSet.of(80))

    assert web.exists() == web.forall() == web


def test_bits_of_addresses_extras_and_flags() -> None:
    base = parse("10.0.0.1").min
    odd = UniverseBuilder().extra("mark", 256).bits("mark", 1, 1).bits("dst", 0xFF00FFFF, base).build()

    assert odd.bits("mark", 1, 1) == ~odd.bits("mark", 1, 0)
    assert not odd.bits("mark", 1, 2)
    assert odd.bits("dst", 0xFF00FFFF, base) == odd.field(
        "dst", IntervalSet.of(*(base + (n << 16) for n in range(256)))
    )
    assert odd.bits("tcp_flags", 0x12, 0x02) <= odd.field("proto", IntervalSet.of(6))
    assert odd.bits("tcp_flags", 0, 0) == odd.packet(proto=6, fragment=0)


def test_sets_of_two_universes_do_not_mix() -> None:
    for operation in ("__or__", "__and__", "__sub__", "__eq__", "__le__"):
        with pytest.raises(ValueError, match="different universes"):
            getattr(COARSE.everything, operation)(FINE.everything)
    assert COARSE.everything != "everything"


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("dport", IntervalSet.of(81), "dport 81-81 was not announced"),
        ("src", parse("10.9.9.9"), "was not announced"),
        ("colour", IntervalSet.of(1), "no dimension colour"),
    ],
)
def test_unannounced_values_are_refused(name: str, values: IntervalSet, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        COARSE.field(name, values)


def test_values_outside_a_dimension_belong_to_no_packet() -> None:
    assert not COARSE.field("proto", IntervalSet.of((256, 300)))
    assert COARSE.field("proto", IntervalSet.of((-5, 300))) == COARSE.everything


def test_unannounced_and_impossible_changes_are_refused() -> None:
    web = COARSE.field("dport", IntervalSet.of(80))
    for change in (
        lambda: web.moved("dport", 53, 53, 1),
        lambda: web.moved("dport", 65535, 65535, 1),
        lambda: web.moved("fragment", 0, 0, 1),
        lambda: web.at("proto", 6),
        lambda: web.at("dport", 65536),
        lambda: web.assigned("fragment", IntervalSet.of(0)),
        lambda: web.exists("colour"),
        lambda: COARSE.packet(colour=1),
    ):
        with pytest.raises(ValueError, match=r"announced|decides|dport is|no dimension"):
            change()


def test_declarations_that_cannot_be_are_refused() -> None:
    builder = UniverseBuilder().extra("time", 2)
    for declare in (
        lambda: builder.extra("time", 2),
        lambda: builder.extra("src", 2),
        lambda: builder.extra("empty", 0),
        lambda: builder.cut("colour", IntervalSet.of(1)),
        lambda: builder.bits("time", 4, 0),
        lambda: builder.shift("time", 0, 1, 1),
    ):
        with pytest.raises(ValueError, match=r"cannot declare|no dimension|mask|leaves"):
            declare()


def test_huge_and_trivial_extras() -> None:
    u = (
        UniverseBuilder()
        .extra("one", 1, kind="constant")
        .extra("huge", 1 << 128)
        .cut("huge", IntervalSet.of(7))
        .build()
    )
    seven = u.field("huge", IntervalSet.of(7))

    assert u.extras == {"one": "constant", "huge": None}
    assert {"one", "huge", "src", "tcp_flags"} <= u.dimensions
    assert u.field("one", IntervalSet.of(0)) == u.everything
    assert seven.exists("huge") == u.everything
    assert not seven.forall("huge")
    assert seven.at("huge", 7) == u.everything
    assert seven.at("huge", 1 << 127) == u.nothing
    assert seven.witness().extra == {"one": 0, "huge": 7}


def test_a_value_is_set_apart_if_it_is_a_piece_by_itself() -> None:
    u = UniverseBuilder().cut("dport", IntervalSet.of(80, (90, 99))).build()

    assert [u.sets_apart("dport", port) for port in (80, 81, 90, 100)] == [True, False, False, False]
    assert u.sets_apart("tcp_flags", 2)
