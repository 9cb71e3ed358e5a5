"""How sets are written down: fields that are not carried never matter, and families do not mix."""

from __future__ import annotations

from hypothesis import given

from segcheck.sets.header import CARRIERS

from .strategies import COARSE, Expr, build, changed_expressions, expressions


@given(expressions | changed_expressions)
def test_functions_are_level_and_valid(expr: Expr) -> None:
    layout = COARSE._layout
    function = build(expr, COARSE)._function

    for name in CARRIERS:
        uncarried = function & ~layout.carriers[name]
        assert function.exists(layout.cube(name)) & ~layout.carriers[name] == uncarried
    assert function & layout.valid == function


def test_dimensions_stand_in_the_promised_order() -> None:
    order = list(dict.fromkeys(d.name for d in COARSE._layout.dimension_of))

    assert order == [
        *("time", "iface", "fragment", "src", "dst", "proto"),
        *("dport", "sport", "tcp_flags", "icmp_type", "icmp_code"),
    ]
