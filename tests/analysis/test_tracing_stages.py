"""Stages of a device: which packets they are for, in which order, and what they tell."""

from __future__ import annotations

from segcheck.analysis.tracing import trace
from segcheck.model.match import Not, State
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import Assign, Copy, Deny, Permit, Return
from segcheck.model.trace import Verdict
from tests.analysis.builders import (
    TCP,
    field,
    filtering,
    ip,
    listed,
    probe,
    router,
    rule,
    tcp,
    varies,
)
from tests.analysis.devices import TRACK, TRACKING, WEB, only


def test_denied_by_any_binding_in_turn() -> None:
    passing, dropping = listed("a", default=Permit()), listed("b", rule(Deny(), field("dport", 443)), default=Permit())
    device = router(passing, dropping, pipeline=Pipeline(forward=(filtering("f", "a", "b"),)))

    assert trace(device, WEB).verdict is Verdict.DENY
    assert trace(device, tcp("10.0.0.9", "192.0.2.7", 80)).verdict is Verdict.PERMIT


def test_binding_of_another_interface_is_passed_over() -> None:
    denying = listed("l")
    stage = filtering("f", Binding("l", "in", ("wan",)), Binding("l", "out", ("d*",)))

    assert trace(router(denying, pipeline=Pipeline(forward=(stage,))), WEB).verdict is Verdict.PERMIT


def test_binding_of_an_interface_that_may_be_it_is_both() -> None:
    device = router(listed("l"), pipeline=Pipeline(ingress=(filtering("f", Binding("l", "in", ("lan",))),)))

    assert trace(device, tcp("10.0.0.9", "192.0.2.7", ingress=None)).verdict is Verdict.UNDECIDED


def test_out_binding_before_routing_is_never_met() -> None:
    device = router(listed("l"), pipeline=Pipeline(ingress=(filtering("f", Binding("l", "out", ("*",))),)))

    assert trace(device, WEB).verdict is Verdict.PERMIT


def test_list_that_returns_lets_the_packet_go_on() -> None:
    device = router(listed("l", default=Return()), pipeline=Pipeline(forward=(filtering("f", "l"),)))

    assert trace(device, WEB).verdict is Verdict.PERMIT


def test_stage_of_another_family_or_state_is_passed_over() -> None:
    v6 = filtering("v6", "l", families=frozenset((6,)))
    new = filtering("new", "l", states=frozenset((State.NEW,)))

    assert trace(router(listed("l"), pipeline=Pipeline(forward=(v6, new))), WEB).verdict is Verdict.PERMIT
    assert trace(router(listed("l"), TRACK, pipeline=Pipeline((TRACKING,), (new,))), WEB).verdict is Verdict.DENY


def test_stage_of_another_family_is_passed_over_when_the_state_is_not_known() -> None:
    blurs = listed("c", rule(Copy("state", "ttl", 7)), default=Return())
    stage = filtering("v6", "l", families=frozenset((6,)), states=frozenset((State.NEW,)))
    device = router(blurs, listed("l"), pipeline=Pipeline((filtering("c", "c"),), (stage,)))

    assert trace(device, WEB).verdict is Verdict.PERMIT


def test_session_stage_lets_known_connections_pass_unasked() -> None:
    device = router(listed("l"), pipeline=Pipeline(forward=(filtering("policy", "l", session=True),)))

    assert trace(device, WEB).verdict is Verdict.DENY
    assert trace(device, tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED)).verdict is Verdict.PERMIT
    assert trace(device, tcp("10.0.0.9", "192.0.2.7", state=State.RELATED)).verdict is Verdict.PERMIT


def test_classifying_stage_writes_and_never_denies() -> None:
    marks = listed("c", rule(Assign("mark", 7, 0xFF)), default=Deny())
    asks = listed("f", rule(Permit(), field("mark", 7)))
    stages = Pipeline((Stage("c", StageKind.CLASSIFY, (Binding("c"),)),), (filtering("f", "f"),))

    assert trace(router(marks, asks, pipeline=stages), WEB).verdict is Verdict.PERMIT


def test_classification_makes_an_unknown_packet_new_and_leaves_known_ones() -> None:
    asks = listed("f", rule(Permit(), field("state", int(State.NEW))))
    device = router(TRACK, asks, pipeline=Pipeline((TRACKING,), (filtering("f", "f"),)))

    assert trace(device, WEB).verdict is Verdict.PERMIT
    assert trace(device, tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED)).verdict is Verdict.DENY


def test_missing_list_is_undecided() -> None:
    assert trace(router(pipeline=Pipeline(forward=(filtering("f", "gone"),))), WEB).verdict is Verdict.UNDECIDED


def test_condition_is_one_variable_across_stages() -> None:
    first = listed("a", rule(Deny(), varies("vpn")), default=Permit())
    second = listed("b", rule(Deny(), Not(varies("vpn"))), default=Permit())
    device = router(first, second, pipeline=Pipeline((filtering("a", "a"),), (filtering("b", "b"),)))

    assert trace(device, WEB).verdict is Verdict.DENY


def test_steps_name_stage_list_and_route() -> None:
    device = router(listed("f", rule(Permit(), identity="7")), pipeline=Pipeline(forward=(filtering("forward", "f"),)))
    steps = only(device).steps

    assert [(s.stage, s.list, s.rule, s.action) for s in steps] == [
        ("routing", "routes", "0.0.0.0/0 by wan", "via wan"),
        ("forward", "f", "7", "permit"),
    ]


# ---- fragments

FRAGMENT = probe({"src": ip("10.0.0.9"), "dst": ip("192.0.2.7"), "proto": TCP, "fragment": 1})
WEB_ONLY = listed("f", rule(Permit(), field("dport", 443)))


def test_fragment_is_denied_where_ports_are_asked_and_nothing_reassembles() -> None:
    assert trace(router(WEB_ONLY, pipeline=Pipeline(forward=(filtering("f", "f"),))), FRAGMENT).verdict is Verdict.DENY


def test_reassembled_fragment_shares_the_fate_of_a_datagram_of_unknown_ports() -> None:
    defragment = Stage("defragment", StageKind.DEFRAGMENT)
    device = router(WEB_ONLY, pipeline=Pipeline((defragment,), (filtering("f", "f"),)))
    open_device = router(listed("f", default=Permit()), pipeline=Pipeline((defragment,), (filtering("f", "f"),)))

    assert trace(device, FRAGMENT).verdict is Verdict.UNDECIDED
    assert trace(open_device, FRAGMENT).verdict is Verdict.PERMIT
    assert only(open_device, FRAGMENT).header["fragment"] == 0


def test_whole_packet_passes_reassembly_unchanged() -> None:
    stages = Pipeline((Stage("defragment", StageKind.DEFRAGMENT),), (filtering("f", "f"),))

    assert only(router(WEB_ONLY, pipeline=stages)).header["dport"] == 443
