"""Rule lists: what actions, calls and registers do to one packet."""

from __future__ import annotations

import pytest

from segcheck.analysis.tracing import trace_list
from segcheck.errors import BadArguments
from segcheck.model.match import (
    NOTHING,
    All,
    Bits,
    State,
)
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Action,
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    Unsure,
    Via,
)
from segcheck.model.source import Span
from segcheck.model.trace import Verdict
from tests.analysis.builders import (
    field,
    listed,
    only_lists,
    rule,
    rules_of,
    tcp,
)
from tests.analysis.devices import WEB, holds, verdict


def test_first_match_wins() -> None:
    assert verdict(listed("L", rule(Deny(), field("dport", 443)), rule(Permit()))) is Verdict.DENY


def test_disabled_rule_is_skipped() -> None:
    assert verdict(listed("L", rule(Permit(), enabled=False))) is Verdict.DENY


@pytest.mark.parametrize(
    ("default", "expected"),
    [(Permit(), Verdict.PERMIT), (Deny(), Verdict.DENY), (Unsure((Permit(), Deny())), Verdict.UNDECIDED)],
)
def test_end_of_list_is_its_default(default: Permit | Deny | Unsure, expected: Verdict) -> None:
    found = trace_list(only_lists(listed("L", rule(Continue()), default=default)), "L", WEB)

    assert found.verdict is expected
    assert found.paths[0].steps[-1].rule == "default"


def test_continue_goes_on_and_is_told() -> None:
    found = trace_list(
        only_lists(listed("L", rule(Continue(), identity="log"), rule(Permit(), identity="ok"))), "L", WEB
    )

    assert rules_of(found) == [("log", "ok")]


def test_reject_tells_what_the_sender_is_told() -> None:
    found = trace_list(only_lists(listed("L", rule(Deny("tcp-rst")))), "L", WEB)

    assert found.verdict is Verdict.DENY
    assert (found.paths[0].reply, found.paths[0].steps[0].action) == ("tcp-rst", "reject")


def test_call_that_ends_without_outcome_goes_on_with_the_next_rule() -> None:
    called = listed("C", rule(Permit(), NOTHING), default=Return())

    assert verdict(listed("L", rule(Call("C")), rule(Permit())), called) is Verdict.PERMIT


def test_called_outcome_ends_the_caller_too() -> None:
    called = listed("C", rule(Deny()), default=Return())

    assert verdict(listed("L", rule(Call("C")), rule(Permit())), called) is Verdict.DENY


def test_return_skips_the_rest_of_the_called_list_only() -> None:
    called = listed("C", rule(Return()), rule(Deny()), default=Return())

    assert verdict(listed("L", rule(Call("C")), rule(Permit())), called) is Verdict.PERMIT


def test_return_in_a_list_consulted_directly_leads_to_its_default() -> None:
    assert verdict(listed("L", rule(Return()), rule(Permit()))) is Verdict.DENY
    assert verdict(listed("L", rule(Return()), rule(Deny()), default=Permit())) is Verdict.PERMIT


def test_goto_does_not_come_back_to_the_list_that_went() -> None:
    going = listed("C", rule(Call("D", goto=True)), rule(Deny(), identity="not reached"), default=Return())
    end = listed("D", default=Return())

    assert verdict(listed("L", rule(Call("C")), rule(Permit())), going, end) is Verdict.PERMIT


def test_goto_from_a_list_consulted_directly_ends_with_its_default() -> None:
    assert (
        verdict(listed("L", rule(Call("D", goto=True)), rule(Permit())), listed("D", default=Return())) is Verdict.DENY
    )


def test_default_of_a_called_list_can_be_an_outcome() -> None:
    assert verdict(listed("L", rule(Call("C")), rule(Deny())), listed("C", default=Permit())) is Verdict.PERMIT


def test_end_without_outcome_is_undecided_and_says_so() -> None:
    found = trace_list(only_lists(listed("L", default=Return())), "L", WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert found.paths[0].conditions == ("end of list",)
    assert found.paths[0].deciding is None


def test_call_of_a_missing_list_may_do_anything() -> None:
    assert verdict(listed("L", rule(Call("gone")), rule(Permit()))) is Verdict.UNDECIDED


def test_unsure_follows_every_action() -> None:
    unsure = Unsure((Permit(), Continue()))

    assert verdict(listed("L", rule(unsure), rule(Deny()))) is Verdict.UNDECIDED
    assert verdict(listed("L", rule(unsure), rule(Permit()))) is Verdict.PERMIT


def test_unread_line_above_everything_is_undecided_and_names_the_line() -> None:
    unread = rule(PERMIT_OR_DENY_OR_NOTHING, identity="7", line=12)
    found = trace_list(only_lists(listed("L", unread, rule(Permit()))), "L", WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert any(step.span == Span("export", 12, 12) for path in found.paths for step in path.steps)
    assert all(path.conditions for path in found.paths)


def test_steps_carry_rule_span_and_header() -> None:
    found = trace_list(only_lists(listed("L", rule(Permit(), identity="5", line=3))), "L", WEB)
    step = found.paths[0].steps[0]

    assert (step.list, step.rule, step.action, step.span, step.sure) == ("L", "5", "permit", Span("export", 3, 3), True)
    assert step.before == step.after == found.paths[0].header
    assert found.paths[0].conditions == ()


def test_via_permits_and_names_the_way_out() -> None:
    found = trace_list(only_lists(listed("L", rule(Via("wan")))), "L", WEB)

    assert (found.verdict, found.paths[0].egress, found.paths[0].steps[0].action) == (Verdict.PERMIT, "wan", "via wan")


def test_unknown_list_name_is_a_bad_argument() -> None:
    with pytest.raises(BadArguments):
        trace_list(only_lists(), "L", WEB)


# ---- registers


@pytest.mark.parametrize(
    ("actions", "mark"),
    [
        ([Assign("mark", 5, 0xFFFFFFFF)], 5),
        ([Assign("mark", 5, 0xFFFFFFFF), Assign("mark", 2, 3)], 6),  # bits of the mask are replaced
        ([Assign("mark", 5, 0xFFFFFFFF), Assign("mark", 1, 0)], 4),  # outside the mask: exclusive or
        ([Assign("mark", 7, 7), Assign("connmark", 2, 2), Copy("mark", "connmark", 3)], 6),
        ([Copy("mark", "dport", 0xFF)], 443 & 0xFF),
    ],
)
def test_assign_and_copy_write_what_later_rules_see(actions: list[Action], mark: int) -> None:
    writes = [rule(action) for action in actions]

    assert verdict(listed("L", *writes, rule(Permit(), field("mark", mark)))) is Verdict.PERMIT


def test_assign_overwrites_an_unknown_value_only_with_a_whole_mask() -> None:
    known = tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED)
    asks = rule(Permit(), field("connmark", 1))

    assert verdict(listed("L", rule(Assign("connmark", 1, 0xFFFFFFFF)), asks), packet=known) is Verdict.PERMIT
    assert verdict(listed("L", rule(Assign("connmark", 1, 1)), asks), packet=known) is Verdict.UNDECIDED


def test_copy_of_an_unknown_field_is_unknown() -> None:
    known = tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED)
    copies = listed("L", rule(Copy("mark", "connmark", 1)), rule(Permit(), Bits("mark", 1, 1)))

    assert verdict(copies, packet=known) is Verdict.UNDECIDED


def test_marks_are_zero_while_a_packet_belongs_to_no_connection() -> None:
    assert holds(All((field("mark", 0), field("connmark", 0), field("dnat", 0), field("reply", 0)))) is True
    assert holds(field("orig_dport", 443)) is True
