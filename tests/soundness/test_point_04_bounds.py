"""DESIGN 2.4: every rule carries what it must and what it may match; three kinds of conditions; what violated, undecided
and proven mean. The table of test_fixpoint_cases asks the same of whole networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.analysis.comparing import Verdict, compare
from segcheck.analysis.compiling.expressions import matched
from segcheck.analysis.compiling.space import Space
from segcheck.analysis.network import Doubt, DoubtKind, contents
from segcheck.model.crossing import Standing
from segcheck.model.match import ANYTHING, NOTHING, Condition, Expr, InForce, Kind, Not, conjunction, disjunction
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Action, Deny, Permit, Rule
from segcheck.model.schedule import Schedule
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import field, filtering, listed, only_lists, route, rule, unknown, varies
from tests.analysis.sites import anything, network, segment, station
from tests.soundness.asking import forbidden, judged, ordinary, pair, required, sent_by
from tests.soundness.town import (
    CLOSED,
    DEVICE,
    OPEN,
    POLICY,
    PORTS,
    TWO_TIERS,
    assessed,
    findings,
    fortigate,
    standing,
    town,
)
from tests.soundness.town import Rule as Policy

A, B = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")
FILTER = Pipeline(forward=(filtering("f", "f"),))
WEB = field("dport", 443)


def one(*rules: Rule, default: Action = Deny(), **parts: object):  # type: ignore[no-untyped-def]  # noqa: B008
    """Return the network of one device between A and B."""
    ports = {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"}
    device = station("d0", ports, listed("f", *rules, default=default), pipeline=FILTER, **parts)  # type: ignore[arg-type]
    device = type(device)(
        device=device.device,
        config=contents.varying(device.config, "d0") if device.config else None,
        ports=device.ports,
    )
    return network((A, B), device)


def bounds(expr: Expr):  # type: ignore[no-untyped-def]
    """Return must and may of an expression, and the exact set of port 443."""
    device = only_lists(listed("f", rule(Permit(), expr), rule(Permit(), WEB)))
    space = Space(device)
    return matched(space, expr), space.field("dport", IntervalSet.of(443)), space


# ---- what a rule may and must match


def test_what_is_read_is_exact() -> None:
    found, web, _ = bounds(WEB)

    assert (found.must, found.may) == (web, web)


def test_what_is_not_read_widens_and_never_narrows() -> None:
    found, web, space = bounds(conjunction(WEB, unknown()))

    assert (found.must, found.may) == (space.nothing, web)


def test_negation_swaps_the_bounds() -> None:
    found, web, space = bounds(Not(conjunction(WEB, unknown())))

    assert found.must == space.everything - web
    assert found.may == space.everything


def test_a_group_with_an_unreadable_member_may_be_all() -> None:
    found, web, space = bounds(disjunction(WEB, unknown("member")))

    assert (found.must, found.may) == (web, space.everything)
    nothing, _, space = bounds(NOTHING)
    assert nothing.may == space.nothing


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('set srcaddr "172.16.10.12/32"', 'set srcaddr "nobody"', "undecided"),  # undefined: any of both
        ("set subnet 172.16.10.12 255.255.255.255", "set type fqdn\n        set fqdn host.example.jp", "undecided"),
        ('set srcaddr "172.16.10.12/32"', 'set srcaddr "all"', "violated"),
    ],
)
def test_a_reference_that_nobody_can_resolve_leaves_both_outcomes(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    export = fortigate("fw", PORTS, [OPEN, CLOSED])
    assert old in export
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE, {"fw.conf": export.replace(old, new)}))

    assert standing(found) == expected


# ---- three kinds of conditions


@pytest.mark.parametrize(
    ("condition", "forbidden_", "required_"),
    [
        (ANYTHING, "violated", "proven"),
        (unknown("fqdn"), "undecided", "undecided"),
        (varies("user u"), "violated", "violated"),
        (Condition("application of policy 1", Kind.LATER), "violated", "undecided"),
        (NOTHING, "proven", "violated"),
    ],
)
def test_what_a_permit_under_each_kind_of_condition_means(condition: Expr, forbidden_: str, required_: str) -> None:
    site = one(rule(Permit(), condition))

    assert forbidden(site) == forbidden_
    assert required(site) == required_


@pytest.mark.parametrize(
    ("condition", "forbidden_", "required_"),
    [
        (unknown("fqdn"), "undecided", "undecided"),
        (varies("user u"), "violated", "violated"),
        (Condition("content of policy 1", Kind.LATER), "violated", "undecided"),
    ],
)
def test_what_a_denial_under_each_kind_of_condition_means(condition: Expr, forbidden_: str, required_: str) -> None:
    site = one(rule(Deny(), condition), default=Permit())

    assert forbidden(site) == forbidden_
    assert required(site) == required_


def test_schedules_are_finite_and_exact() -> None:
    always = Schedule("s", IntervalSet.empty(), IntervalSet.of((0, 10079)))
    never = Schedule("s", IntervalSet.empty(), IntervalSet.empty())
    once = Schedule("s", IntervalSet.of((29_000_000, 29_000_059)), IntervalSet.empty())
    unread = Schedule("s", IntervalSet.empty(), IntervalSet.empty(), known=False)
    expected = ((always, "violated", "proven"), (never, "proven", "violated"), (once, "violated", "violated"))
    for schedule, forbidden_, required_ in (*expected, (unread, "undecided", "undecided")):
        site = one(rule(Permit(), InForce("s")), schedules={"s": schedule})
        assert forbidden(site) == forbidden_
        assert required(site) == required_


def test_one_named_condition_is_one_variable_everywhere() -> None:
    """Asked twice of one packet, in one list, in two lists, on two devices: never true here and false there."""
    yes, no = rule(Permit(), varies("link 1 up")), rule(Deny(), varies("link 1 up"))
    both = one(rule(Deny(), Not(varies("link 1 up"))), no, rule(Permit()))

    assert forbidden(both) == "proven"
    assert forbidden(one(yes)) == "violated"
    assert forbidden(one(rule(Deny(), varies("link 2 up")), rule(Permit(), varies("link 1 up")))) == "violated"


def test_a_condition_of_the_device_itself_is_the_same_in_two_versions_of_it() -> None:
    limited = only_lists(listed("f", rule(Permit(), varies("limit 5/min [f#1]"))))
    device = only_lists(listed("f", rule(Permit(), varies("limit 5/min [f#1]"), identity="other")))
    piped = [type(d)(format="test", lists=d.lists, pipeline=FILTER) for d in (limited, device)]

    assert compare(piped[0], piped[1]).verdict is Verdict.EQUAL


def test_equal_paths_pool_members_and_ports_are_chosen_per_hop() -> None:
    """For forbidden traffic some choice counts, for required traffic all of them (the table has pools and ECMP)."""
    ways = (route("10.2.0.0/24", gateway="10.9.0.2"), route("10.2.0.0/24", gateway="10.9.0.3"))
    t = segment("t", "10.9.0.0/24")
    left = station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, routes=ways)
    back = (route("10.1.0.0/24", gateway="10.9.0.1"),)

    def right(name: str, last: int, default: Action):  # type: ignore[no-untyped-def]
        ports = {"up": f"10.9.0.{last}/24 t", "in": f"10.2.0.{last}/24 b"}
        return station(name, ports, listed("f", default=default), pipeline=FILTER, routes=back)

    one_shut = network((A, t, B), left, right("d1", 2, Deny()), right("d2", 3, Permit()))
    both_open = network((A, t, B), left, right("d1", 2, Permit()), right("d2", 3, Permit()))
    assert (forbidden(one_shut), required(one_shut)) == ("violated", "violated")
    assert (forbidden(both_open), required(both_open)) == ("violated", "proven")


# ---- violated, undecided, proven


def test_violated_has_a_witness_and_a_state_and_undecided_a_cause() -> None:
    office = Schedule("s", IntervalSet.empty(), IntervalSet.of((480, 1019)))
    found = judged(one(rule(Permit(), InForce("s")), schedules={"s": office}))
    crossing_ = pair(found)
    packet = (crossing_.forbidden_must & sent_by(found, "a") & ordinary(found)).witness()

    assert crossing_.standing is Standing.VIOLATED
    minute = found.reach.instants.examples[packet.extra["time"]]
    assert office.in_force(minute)

    ports = {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"}
    unread = judged(network((A, B), station("d0", ports, known=False, havoc=[anything("d0")])))
    assert pair(unread).standing is Standing.UNDECIDED
    assert pair(unread).because == (Doubt("no-export:d0", DoubtKind.NO_EXPORT, "d0"),)
    assert pair(judged(one())).standing is Standing.PROVEN


def test_must_lies_within_may_everywhere() -> None:
    found = judged(one(rule(Permit(), unknown()), rule(Permit(), WEB), rule(Deny(), unknown("y")), default=Permit()))
    for one_pair in found.pairs:
        assert one_pair.must <= one_pair.may
        assert one_pair.forbidden_must <= one_pair.forbidden_may
        assert one_pair.forbidden_may <= one_pair.may


REQUIRED = POLICY + "required: [{id: RQ-1, from: mn-host, to: lg-host, service: tcp/443}]\n"


STAFF = Policy(2, "port1", "port2", more=('set groups "staff"',))


@pytest.mark.parametrize(
    ("rules", "expected"), [([OPEN, CLOSED], []), ([CLOSED], ["violated"]), ([STAFF, CLOSED], ["violated"])]
)
def test_required_flows_of_a_policy(tmp_path: Path, rules: list[Policy], expected: list[str]) -> None:
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE, {"fw.conf": fortigate("fw", PORTS, rules)}, REQUIRED))

    assert [one.standing.value for one in findings(found, "required-flow")] == expected
