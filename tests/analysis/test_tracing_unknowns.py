"""What is not known in a list: followed both ways, at a bounded cost."""

from __future__ import annotations

import pytest

from segcheck.analysis.tracing import LIMIT, MAX_PATHS, trace_list
from segcheck.model.device import DeviceConfig, Scope, Taint
from segcheck.model.match import (
    All,
    Condition,
    Expr,
    InForce,
    Kind,
    Not,
)
from segcheck.model.rules import (
    Assign,
    Call,
    Deny,
    Permit,
    Return,
)
from segcheck.model.trace import Verdict
from tests.analysis.builders import (
    field,
    listed,
    only_lists,
    rule,
    rules_of,
    tcp,
    unknown,
    varies,
)
from tests.analysis.devices import WEB, holds, verdict


def test_one_varying_name_is_one_variable_on_a_way() -> None:
    same = listed("L", rule(Permit(), varies("user")), rule(Permit(), Not(varies("user"))))
    others = listed("L", rule(Permit(), varies("user")), rule(Permit(), Not(varies("group"))))

    assert verdict(same) is Verdict.PERMIT
    assert verdict(others) is Verdict.UNDECIDED


def test_one_varying_name_is_one_variable_across_called_lists() -> None:
    called = listed("C", rule(Return(), varies("user")), rule(Permit()), default=Return())
    calling = listed("L", rule(Call("C")), rule(Permit(), varies("user")))

    assert verdict(calling, called) is Verdict.PERMIT


def test_one_schedule_is_one_variable_on_a_way() -> None:
    both = listed("L", rule(Permit(), InForce("s")), rule(Permit(), Not(InForce("s"))))

    assert verdict(both) is Verdict.PERMIT


def test_varying_name_twice_in_one_match_is_one_variable() -> None:
    never = listed("L", rule(Permit(), All((varies("v"), Not(varies("v"))))))

    assert verdict(never) is Verdict.DENY


@pytest.mark.parametrize("kind", [Kind.UNKNOWN, Kind.LATER])
def test_each_occurrence_of_an_unknown_may_fall_either_way(kind: Kind) -> None:
    same = Condition("fqdn", kind)

    assert verdict(listed("L", rule(Permit(), same), rule(Permit(), Not(same)))) is Verdict.UNDECIDED


def test_unknown_that_changes_nothing_leaves_the_verdict_sure() -> None:
    assert verdict(listed("L", rule(Permit(), unknown()), default=Permit())) is Verdict.PERMIT
    assert verdict(listed("L", rule(Deny(), unknown()))) is Verdict.DENY


def test_conditions_name_what_had_to_fall_this_way() -> None:
    found = trace_list(only_lists(listed("L", rule(Permit(), unknown("example.com")))), "L", WEB)

    assert {(p.verdict, p.conditions) for p in found.paths} == {
        (Verdict.PERMIT, ("example.com",)),
        (Verdict.DENY, ("not example.com",)),
    }
    assert [s.sure for p in found.paths for s in p.steps if s.action == "permit"] == [False]


def test_hundreds_of_unknown_rules_are_followed_without_branching_out() -> None:
    rules = [rule((Permit(), Deny())[n % 2], unknown(f"u{n}"), identity=str(n)) for n in range(600)]
    found = trace_list(only_lists(listed("L", *rules)), "L", WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert len(found.paths) == MAX_PATHS
    assert len(set(rules_of(found))) == MAX_PATHS
    assert all(LIMIT not in path.conditions for path in found.paths)


def test_unknown_rules_without_effect_on_the_verdict_stay_sure_in_any_number() -> None:
    rules = [rule(Permit(), varies(f"v{n}")) for n in range(600)]

    assert verdict(listed("L", *rules, default=Permit())) is Verdict.PERMIT


def test_too_many_distinct_packets_reach_the_limit_and_are_undecided() -> None:
    rules = [rule(Assign("mark", 1 << n, 0), unknown()) for n in range(20)]
    found = trace_list(only_lists(listed("L", *rules, default=Permit())), "L", WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert any(LIMIT in path.conditions for path in found.paths)


def test_lists_that_call_each_other_reach_the_limit_and_are_undecided() -> None:
    loop = listed("L", rule(Call("M")), rule(Permit())), listed("M", rule(Call("L")), default=Return())

    assert verdict(*loop) is Verdict.UNDECIDED


def test_calls_that_double_at_each_level_reach_the_limit_and_are_undecided() -> None:
    chain = [listed(f"L{n}", rule(Call(f"L{n + 1}")), rule(Call(f"L{n + 1}")), default=Return()) for n in range(40)]

    assert verdict(*chain, listed("L40", default=Return())) is Verdict.UNDECIDED


def test_expression_nested_too_deeply_is_unknown() -> None:
    expr: Expr = field("dport", 443)
    for _ in range(5000):
        expr = Not(expr)

    assert holds(expr) is None


def test_tainted_list_may_end_anyhow() -> None:
    taint = Taint(Scope.LIST, "unrecognised-line:export:4", "L")
    device = DeviceConfig(format="test", lists={"L": listed("L", rule(Permit()))}, taints=(taint,))
    found = trace_list(device, "L", WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert any("unrecognised-line:export:4" in path.conditions for path in found.paths)


def test_taint_of_another_list_does_not_matter() -> None:
    taint = Taint(Scope.LIST, "d", "other")
    device = DeviceConfig(format="test", lists={"L": listed("L", rule(Permit()))}, taints=(taint,))

    assert trace_list(device, "L", WEB).verdict is Verdict.PERMIT


def test_family_without_rules_is_undecided() -> None:
    device = DeviceConfig(format="test", lists={"L": listed("L", rule(Permit()))}, families=frozenset((4,)))
    found = trace_list(device, "L", tcp("2001:db8::9", "2001:db8::7"))

    assert trace_list(device, "L", WEB).verdict is Verdict.PERMIT
    assert found.verdict is Verdict.UNDECIDED
    assert found.paths[0].conditions == ("no-export-for-family",)
