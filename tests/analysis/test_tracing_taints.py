"""What is unread makes undecided exactly what it can affect."""

from __future__ import annotations

import pytest

from segcheck.analysis.tracing import trace
from segcheck.model.device import Scope, Taint
from segcheck.model.match import EXTRAS
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Permit, Return
from segcheck.model.trace import Probe, Verdict
from tests.analysis.builders import (
    field,
    filtering,
    interface,
    listed,
    router,
    rule,
    tcp,
    translating,
)
from tests.analysis.devices import WEB, egresses


@pytest.mark.parametrize(
    ("taint", "packet", "expected"),
    [
        (Taint(Scope.DEVICE, "d"), WEB, Verdict.UNDECIDED),
        (Taint(Scope.LOCAL, "d"), WEB, Verdict.PERMIT),
        (Taint(Scope.LOCAL, "d"), tcp("10.0.0.9", "10.0.0.1"), Verdict.UNDECIDED),
        (Taint(Scope.INTERFACE, "d", "lan"), WEB, Verdict.UNDECIDED),
        (Taint(Scope.INTERFACE, "d", "wan"), WEB, Verdict.UNDECIDED),
        (Taint(Scope.INTERFACE, "d", "dmz"), WEB, Verdict.PERMIT),
        (Taint(Scope.INTERFACE, "d", "dmz"), tcp("10.0.0.9", "192.0.2.7", ingress=None), Verdict.UNDECIDED),
        (Taint(Scope.LIST, "d", "f"), WEB, Verdict.UNDECIDED),
        (Taint(Scope.LIST, "d", "other"), WEB, Verdict.PERMIT),
    ],
)
def test_taint_makes_undecided_what_it_can_affect(taint: Taint, packet: Probe, expected: Verdict) -> None:
    device = router(listed("f", default=Permit()), taints=(taint,), pipeline=Pipeline(forward=(filtering("f", "f"),)))
    found = trace(device, packet)

    assert found.verdict is expected
    if expected is Verdict.UNDECIDED:
        assert any("d" in path.conditions for path in found.paths)


@pytest.mark.parametrize("stages", [Pipeline(forward=(filtering("f", "f"),)), None])
def test_unread_translation_may_change_what_later_rules_see(stages: Pipeline | None) -> None:
    policy = listed("f", rule(Permit(), field("dst", "192.0.2.7")))
    nat = listed("d", default=Permit())
    stages = stages or Pipeline((translating("dst", "d"),), (filtering("f", "f"),))
    device = router(policy, nat, pipeline=stages, taints=(Taint(Scope.TRANSLATION, "d"),))

    assert trace(device, WEB).verdict is Verdict.UNDECIDED


def test_unread_translation_does_not_open_what_no_rule_permits() -> None:
    device = router(
        listed("f"),
        pipeline=Pipeline(forward=(filtering("f", "f"),), local=(filtering("l", "f"),)),
        taints=(Taint(Scope.TRANSLATION, "d"),),
    )

    assert trace(device, WEB).verdict is Verdict.DENY


def test_device_without_rules_for_a_family_is_undecided() -> None:
    six = (interface("lan", "2001:db8::1/64"), interface("wan", "2001:db8:1::1/64"))
    device = router(interfaces=six, families=frozenset((4,)))
    found = trace(device, tcp("2001:db8::9", "2001:db8:1::9"))

    assert found.verdict is Verdict.UNDECIDED
    assert all("no-export-for-family" in path.conditions for path in found.paths)


def test_list_of_policy_routes_with_an_unread_line_may_lead_anywhere() -> None:
    policy = listed("pbr", default=Return())
    device = router(policy, pipeline=Pipeline(policy_routes="pbr"), taints=(Taint(Scope.LIST, "d", "pbr"),))

    assert egresses(device) == {"lan", "wan", "dmz"}


def test_every_extra_that_rules_can_ask_has_a_range() -> None:
    asked = [rule(Permit(), field(name, (0, extra.size - 1))) for name, extra in EXTRAS.items()]
    for one in asked:
        device = router(listed("f", one), pipeline=Pipeline(forward=(filtering("f", "f"),)))

        assert trace(device, WEB).verdict is Verdict.PERMIT
