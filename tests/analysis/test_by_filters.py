"""Which pairs stay apart whatever the routes are."""

from __future__ import annotations

from segcheck.analysis import crossings
from segcheck.analysis.by_filters import by_filters_alone
from segcheck.model.crossing import Standing
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit
from tests.analysis.builders import filtering, listed, route
from tests.analysis.sites import network, segment, station

A, B = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")


def judged(default, *routes):
    rules = listed("f", default=default)
    parts = {"pipeline": Pipeline(forward=(filtering("f", "f"),))}
    near = station("d", {"in": "10.1.0.1/24 a", "out": "10.9.0.1/30 t"}, rules, routes=routes, **parts)
    far = station("e", {"in": "10.9.0.2/30 t", "out": "10.2.0.1/24 b"})
    found = crossings.judge(network((A, B, segment("t", "10.9.0.0/30")), near, far), ())
    standing = {crossings.ends(pair): pair.standing for pair in found.pairs}
    return standing["a", "b"], ("a", "b") in by_filters_alone(found)


def test_rules_that_deny_everything_need_no_routes() -> None:
    assert judged(Deny(), route("10.2.0.0/24", gateway="10.9.0.2")) == (Standing.PROVEN, True)


def test_pair_that_only_lacks_a_route_leans_on_routing() -> None:
    assert judged(Permit()) == (Standing.PROVEN, False)


def test_crossing_that_is_open_stands_by_nothing() -> None:
    assert judged(Permit(), route("10.2.0.0/24", gateway="10.9.0.2")) == (Standing.VIOLATED, False)
