"""DESIGN 2.11: state opens what it opens: answers ride on it, helpers add what they expect, full cones their reverse."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.model.assessment import Assessment
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit, Translate, Translation
from segcheck.sets.addresses import parse
from tests.analysis.builders import field, filtering, listed, route, rule, translating
from tests.analysis.devices import TRACK, TRACKING
from tests.analysis.sites import network, segment, station
from tests.soundness.asking import forbidden
from tests.soundness.test_point_01_packets import LINUX, RULES, WHOLE
from tests.soundness.town import (
    CLOSED,
    DEVICE,
    OPEN,
    POLICY,
    PORTS,
    TWO_TIERS,
    Rule,
    assessed,
    crossing,
    findings,
    fortigate,
    standing,
    town,
)

REGISTER = (
    POLICY
    + """\
register:
  - {id: SP-1, kind: specific, from: mn-host, to: lg-host, service: SERVICE, purpose: 連携, status: 承認, approver: 課長,
     approved: 2026-04-01, expires: 2027-03-31}
required: [{id: RQ-1, from: mn-host, to: lg-host, service: SERVICE}]
"""
)


def test_answers_ride_on_state_and_open_nothing(tmp_path: Path) -> None:
    export = fortigate("fw", PORTS, [OPEN, CLOSED])
    found = assessed(town(tmp_path, TWO_TIERS + DEVICE, {"fw.conf": export}, REGISTER.replace("SERVICE", "tcp/443")))

    assert standing(found, "mn-lan", "lg-lan") == "proven"
    assert standing(found, "lg-lan", "mn-lan") == "proven"
    assert found.findings == ()


def linux(folder: Path, *rules: str, service: str = "tcp/443") -> Assessment:
    closed = RULES.format(rule="").replace("iptables-save", "ip6tables-save")
    text = RULES.format(rule="".join(f"{one}\n" for one in rules))
    policy = REGISTER.replace("SERVICE", service)
    return assessed(town(folder, TWO_TIERS + LINUX + WHOLE, {"fw.v4": text, "fw.v6": closed}, policy))


THERE = "-A FORWARD -s 172.16.10.12/32 -d 172.16.20.25/32 -p tcp -m tcp --dport 443 -j ACCEPT"
STATE = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
HOLE = "-A FORWARD -s 172.16.20.25/32 -d 172.16.10.12/32 -p tcp -m tcp --sport 443 -j ACCEPT"
HOLE_ACK = HOLE.replace("--sport 443", "--sport 443 --tcp-flags ACK ACK")


@pytest.mark.parametrize(
    ("rules", "works"), [((THERE, STATE), True), ((THERE,), False), ((THERE, HOLE_ACK), True), ((THERE, HOLE), True)]
)
def test_lists_without_state_are_judged_for_the_answer_of_required_flows(
    tmp_path: Path, rules: tuple[str, ...], works: bool
) -> None:
    found = linux(tmp_path, *rules)

    assert [one.standing.value for one in findings(found, "required-flow")] == ([] if works else ["violated"])


def test_a_hole_for_answers_without_state_is_a_crossing(tmp_path: Path) -> None:
    hole, by_flags = linux(tmp_path / "hole", THERE, HOLE), linux(tmp_path / "ack", THERE, HOLE_ACK)

    assert standing(hole, "lg-lan", "mn-lan") == "violated"  # from port 443 sessions can be opened
    assert standing(by_flags, "lg-lan", "mn-lan") in ("proven", "proven_assuming")  # part of what is registered
    assert standing(linux(tmp_path / "state", THERE, STATE), "lg-lan", "mn-lan") in ("proven", "proven_assuming")


# ---- helpers

FTP = Rule(1, "port1", "port2", "172.16.10.12/32", "172.16.20.25/32", "tcp/21")
WITH_FTP = "    edit 1\n        set name ftp\n        set protocol 6\n        set port 21\n    next\n    edit 14\n"


def helped(folder: Path, rule: Rule, *, helper: bool, policy: str = POLICY) -> Assessment:
    export = fortigate("fw", PORTS, [rule, CLOSED])
    export = export.replace("    edit 14\n", WITH_FTP) if helper else export
    return assessed(town(folder, TWO_TIERS + DEVICE, {"fw.conf": export}, policy))


def test_a_helper_may_open_the_way_back_of_a_control_session_that_nobody_registered(tmp_path: Path) -> None:
    with_, without = helped(tmp_path / "1", FTP, helper=True), helped(tmp_path / "2", FTP, helper=False)

    assert standing(with_, "lg-lan", "mn-lan") == "undecided"
    assert crossing(with_, "lg-lan", "mn-lan").because == ("helper:fw",)
    assert standing(without, "lg-lan", "mn-lan") == "proven"


def test_a_helper_without_its_control_session_opens_nothing(tmp_path: Path) -> None:
    assert standing(helped(tmp_path, OPEN, helper=True), "lg-lan", "mn-lan") == "proven"


def test_what_a_helper_opens_for_a_registered_session_belongs_to_it(tmp_path: Path) -> None:
    found = helped(tmp_path, FTP, helper=True, policy=REGISTER.replace("SERVICE", "tcp/21"))

    assert standing(found, "mn-lan", "lg-lan") == "proven"
    assert standing(found, "lg-lan", "mn-lan") == "proven"


SCREEN = "-A FORWARD -s 172.16.10.12/32 -d 172.16.20.25/32 -p tcp -m tcp --dport 3389 -j ACCEPT"
RAW = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp\nCOMMIT\n"
CONTROL = SCREEN.replace("3389", "21")


@pytest.mark.parametrize(("rule", "expected"), [(SCREEN, "proven_assuming"), (CONTROL, "undecided")])
def test_a_session_that_passes_only_where_an_assumption_fails_opens_its_way_back_only_there(
    tmp_path: Path, rule: str, expected: str
) -> None:
    """Though something else between the same places crosses in any case: the export may end before a rule for FTP."""
    closed = RULES.format(rule="").replace("iptables-save", "ip6tables-save")
    text = RULES.format(rule=f"{STATE}\n{rule}\n").replace("*filter", f"{RAW}*filter")
    found = assessed(town(tmp_path, TWO_TIERS + LINUX + WHOLE, {"fw.v4": text, "fw.v6": closed}, POLICY))

    assert standing(found, "mn-lan", "lg-lan") == "violated"
    assert standing(found, "lg-lan", "mn-lan") == expected


# ---- full cones


@pytest.mark.parametrize(("cone", "expected"), [(True, "undecided"), (False, "proven")])
def test_a_full_cone_lets_in_whoever_knows_the_mapping(cone: bool, expected: str) -> None:
    a, b = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24")
    pool = Translate(Translation("src", addresses=parse("10.2.0.99"), full_cone=cone))
    out = listed(
        "f", rule(Permit(), field("src", "10.1.0.0/24")), rule(Permit(), field("dst", "10.1.0.0/24")), default=Deny()
    )
    none = listed("d", default=Permit())
    device = station(
        "d0",
        {"in": "10.1.0.1/24 a", "up": "10.2.0.1/24 b"},
        TRACK,
        out,
        none,
        listed("n", rule(pool, field("src", "10.1.0.0/24"), identity="pool"), default=Permit()),
        pipeline=Pipeline(
            ingress=(TRACKING, translating("dst", "d")), forward=(filtering("f", "f"), translating("src", "n"))
        ),
        routes=(route("10.2.0.99/32", "in"),),
    )

    assert forbidden(network((a, b), device), "b", "a", towards="10.2.0.99") == expected
