"""Bounds: what holds of every set between the two ends."""

from __future__ import annotations

from hypothesis import given

from segcheck.sets.bounds import Bounds

from .strategies import COARSE, Expr, build, expressions


def some_bounds(inner: Expr, outer: Expr) -> Bounds:
    must, may = build(inner, COARSE), build(outer, COARSE)
    return Bounds(must & may, may)


@given(expressions, expressions, expressions, expressions, expressions, expressions)
def test_operations_hold_for_every_set_between_the_ends(
    inner: Expr, outer: Expr, other_inner: Expr, other_outer: Expr, pick: Expr, other_pick: Expr
) -> None:
    a, b = some_bounds(inner, outer), some_bounds(other_inner, other_outer)
    s = a.must | (build(pick, COARSE) & a.may)
    t = b.must | (build(other_pick, COARSE) & b.may)

    for result, truth in ((a | b, s | t), (a & b, s & t), (a - b, s - t), (~a, ~s)):
        result._check()
        assert result.must <= truth <= result.may


@given(expressions, expressions, expressions, expressions)
def test_the_ends_are_reached(inner: Expr, outer: Expr, other_inner: Expr, other_outer: Expr) -> None:
    a, b = some_bounds(inner, outer), some_bounds(other_inner, other_outer)

    assert a - b == Bounds(a.must - b.may, a.may - b.must) == a & ~b
    assert ~~a == a
    assert ~(a | b) == ~a & ~b
    assert (a | b).must == a.must | b.must


@given(expressions, expressions)
def test_exact_bounds_compute_as_the_sets_do(left: Expr, right: Expr) -> None:
    s, t = build(left, COARSE), build(right, COARSE)

    assert Bounds.exact(s) - Bounds.exact(t) == Bounds.exact(s - t)
    assert (~Bounds.exact(s) | Bounds.exact(t)).is_exact


@given(expressions)
def test_possibly_promises_nothing(expr: Expr) -> None:
    packets = build(expr, COARSE)
    bounds = Bounds.possibly(packets)

    assert bounds.must == COARSE.nothing
    assert bounds.may == packets
    assert bounds.is_exact == (not packets)
