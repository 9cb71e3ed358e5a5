"""Hidden and crossing rules, against every packet of a small universe looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from segcheck.analysis import anomalies as module
from segcheck.analysis.anomalies import Anomaly, AnomalyKind, anomalies
from segcheck.model.device import DeviceConfig
from segcheck.model.match import ANYTHING, All, AnyOf, Condition, Expr, Field, Kind, Not
from segcheck.model.rules import Continue, Deny, Permit, Return, Rule
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import field, ip, listed, only_lists, rule

_ADDRESSES = {name: (ip("10.0.0.9"), ip("10.0.1.9"), ip("192.0.2.7"), ip("2001:db8::9")) for name in ("src", "dst")}
_VALUES: Mapping[str, tuple[int, ...]] = {
    **_ADDRESSES,
    "proto": (6, 17, 33, 47),
    "dport": (22, 80, 443),
    "fragment": (0, 1),
}
#: What rules ask about; the last values stand for all others, with ports and without.
_SAMPLED = {
    name: values[:2] if name in ("proto", "dport", "fragment") else values[:3] for name, values in _VALUES.items()
}

Packet = Mapping[str, int]
#: Without shrinking, which takes minutes where each example is a list judged packet by packet.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def _packets() -> Iterator[Packet]:
    """Yield a packet of every kind that the rules below can tell apart."""
    for src, dst, proto, fragment, varying in product(
        *(_VALUES[n] for n in ("src", "dst", "proto", "fragment")), (0, 1)
    ):
        if (src < 1 << 32) == (dst < 1 << 32):
            base = {"src": src, "dst": dst, "proto": proto, "fragment": fragment, "v": varying}
            if proto == 47 or fragment:
                yield base
            else:
                yield from ({**base, "dport": port} for port in _VALUES["dport"])


PACKETS = tuple(_packets())


def _holds(expr: Expr, packet: Packet) -> bool | None:
    """Return whether an expression holds; None: nobody can tell."""
    match expr:
        case Field(name, values):
            return name in packet and packet[name] in values
        case Condition(_, Kind.VARIES):
            return bool(packet["v"])
        case Condition():
            return None
        case Not(term):
            found = _holds(term, packet)
            return None if found is None else not found
        case All(terms) | AnyOf(terms):
            both = isinstance(expr, All)
            parts = [_holds(term, packet) for term in terms]
            if (not both) in parts:
                return not both
            return None if None in parts else both
    raise AssertionError(expr)


def _must(one: Rule) -> set[int]:
    return {n for n, packet in enumerate(PACKETS) if _holds(one.match, packet) is True}


def _may(one: Rule) -> set[int]:
    return {n for n, packet in enumerate(PACKETS) if _holds(one.match, packet) is not False}


def _asked(one: Rule) -> set[int]:
    """Return what the rule may match; later fragments count only if it surely matches one."""
    if any(PACKETS[n]["fragment"] for n in _must(one)):
        return _may(one)
    return {n for n in _may(one) if not PACKETS[n]["fragment"]}


def _exprs() -> st.SearchStrategy[Expr]:
    fields: st.SearchStrategy[Expr] = st.sampled_from(
        [Field(name, IntervalSet.of(value)) for name, values in _SAMPLED.items() for value in values]
        + [Field(name, IntervalSet.of(values[0], values[1])) for name, values in _SAMPLED.items()]
    )
    conditions = st.sampled_from([Condition("v", Kind.VARIES), Condition("u", Kind.UNKNOWN)])
    leaf = st.one_of(fields, fields, fields, fields.map(Not), conditions)
    some = st.lists(leaf, max_size=3).map(tuple)
    return st.one_of(
        some.map(All), some.map(All), st.lists(some.map(All), min_size=1, max_size=3).map(tuple).map(AnyOf)
    )


_ACTIONS = st.sampled_from((Permit(), Permit(), Deny(), Deny(), Return(), Continue()))


@st.composite
def _lists(draw: st.DrawFn) -> DeviceConfig:
    drawn = draw(st.lists(st.tuples(_ACTIONS, _exprs(), st.booleans()), min_size=2, max_size=9))
    rules = (
        rule(action, match, identity=str(n), enabled=n % 5 != 4 or on) for n, (action, match, on) in enumerate(drawn)
    )
    return only_lists(listed("L", *rules))


def _hidden_as_promised(device: DeviceConfig, found: list[Anomaly]) -> None:
    rules = [one for one in device.lists["L"].rules if one.enabled]
    hidden = {one.rule.id: one for one in found if one.kind in (AnomalyKind.SHADOWED, AnomalyKind.REDUNDANT)}
    assert len(hidden) == len([one for one in found if one.kind is not AnomalyKind.CORRELATED])
    for position, one in enumerate(rules):
        if not isinstance(one.action, Permit | Deny):
            assert one.id not in hidden
            continue
        earlier = [r for r in rules[:position] if isinstance(r.action, Permit | Deny | Return)]
        asked = _asked(one)
        covered: set[int] = set().union(*map(_must, earlier))
        assert (one.id in hidden) == (bool(asked) and asked <= covered)
        if one.id in hidden:
            because = hidden[one.id].because
            assert [r for r in earlier if r in because] == list(because)
            assert asked <= set().union(*map(_must, because))
            for spare in because:
                assert not asked <= set().union(*(_must(r) for r in because if r is not spare))
            alike = all(type(r.action) is type(one.action) for r in because)
            assert (hidden[one.id].kind is AnomalyKind.REDUNDANT) == alike


@settings(max_examples=150, deadline=None, phases=_PHASES)
@given(_lists())
def test_hidden_rules_are_exactly_those_that_no_packet_reaches(device: DeviceConfig) -> None:
    _hidden_as_promised(device, list(anomalies(device, "L")))


@settings(max_examples=60, deadline=None, phases=_PHASES)
@given(_lists())
def test_joining_many_rules_in_blocks_changes_nothing(device: DeviceConfig) -> None:
    plain = list(anomalies(device, "L"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MANY", 0)
        patch.setattr("segcheck.analysis.rule_boxes.MOST_BOXES", 1)
        assert list(anomalies(device, "L")) == plain


@settings(max_examples=100, deadline=None, phases=_PHASES)
@given(_lists())
def test_crossing_pairs_are_exactly_those_that_share_and_do_not_contain(device: DeviceConfig) -> None:
    found = list(anomalies(device, "L", correlated=True))
    _hidden_as_promised(device, found)

    hidden = {one.rule.id for one in found if one.kind is not AnomalyKind.CORRELATED}
    pairs = {(one.because[0].id, one.rule.id) for one in found if one.kind is AnomalyKind.CORRELATED}
    rules = [one for one in device.lists["L"].rules if one.enabled]
    assert pairs == {
        (first.id, second.id)
        for position, second in enumerate(rules)
        for first in rules[:position]
        if isinstance(first.action, Permit | Deny) and isinstance(second.action, Permit | Deny)
        if type(first.action) is not type(second.action) and second.id not in hidden
        if _must(first) & _must(second) and not _may(first) <= _may(second) and not _may(second) <= _may(first)
    }


def test_two_halves_hide_a_whole() -> None:
    device = only_lists(
        listed(
            "L",
            rule(Permit(), field("src", (ip("10.0.0.0"), ip("10.0.0.127"))), identity="low"),
            rule(Permit(), field("dst", "192.0.2.1"), identity="beside"),
            rule(Deny(), field("src", (ip("10.0.0.128"), ip("10.0.0.255"))), identity="high"),
            rule(Deny(), field("src", (ip("10.0.0.0"), ip("10.0.0.255"))), identity="whole"),
            rule(Permit(), ANYTHING, identity="rest"),
        )
    )

    (one,) = anomalies(device, "L")
    assert (one.kind, one.rule.id, [r.id for r in one.because]) == (AnomalyKind.SHADOWED, "whole", ["low", "high"])


@pytest.mark.parametrize("bounds", [{"capacity": 64}, {"seconds": -1.0}])
def test_what_takes_too_much_is_undecided_and_never_called_reached(
    bounds: Mapping[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segcheck.sets.store._SLACK", 0)
    halves = [field("src", (ip("10.0.0.0"), ip("10.0.0.127"))), field("src", (ip("10.0.0.128"), ip("10.0.0.255")))]
    whole = field("src", (ip("10.0.0.0"), ip("10.0.0.255")))
    rules = [rule(Permit(), match, identity=str(n)) for n, match in enumerate((*halves, whole))]

    (one,) = anomalies(only_lists(listed("L", *rules)), "L", **bounds)  # type: ignore[arg-type]
    assert (one.kind, one.rule.id) == (AnomalyKind.UNDECIDED, "2")
