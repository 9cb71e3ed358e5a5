"""DESIGN 2.15, first form: a registered pair of legs cuts; on every other session a gateway is an ordinary host."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.model.assessment import Assessment
from segcheck.model.requirement import Outcome
from tests.soundness.test_point_01_packets import RULES
from tests.soundness.town import CLOSED, POLICY, Rule, assessed, findings, fortigate, lines, standing, town

TOPOLOGY = """\
zones:
  in: {tier: internet}
  san: {tier: sanitise}
  lg: {tier: lgwan}
segments:
  in-lan: {zone: in, v4: [172.16.30.0/24], v6: none, gateway: [fw]}
  san-lan: {zone: san, v4: [172.16.50.0/28], v6: none, gateway: [fw]}
  lg-lan: {zone: lg, v4: [172.16.20.0/24], v6: none, gateway: [fw]}
hosts:
  - {id: in-mail, segment: in-lan, addresses: [172.16.30.25], role: mail_server}
  - {id: san-01, segment: san-lan, addresses: [172.16.50.5], role: sanitiser}
  - {id: lg-mail, segment: lg-lan, addresses: [172.16.20.25], role: mail_server}
gateways:
  - id: san-mail
    hosts: [san-01]
    method: mail_text
    legs:
      - {id: in, from: in-mail, service: tcp/25, opener: other}
      - {id: out, to: lg-mail, service: tcp/25, opener: self}
devices:
  - id: fw
    kind: firewall
    exports: [{path: exports/fw.conf}]
    interfaces:
      port1: {segment: in-lan, address: 172.16.30.1}
      port2: {segment: san-lan, address: 172.16.50.1}
      port3: {segment: lg-lan, address: 172.16.20.1}
"""
PORTS = {"port1": "172.16.30.1/24", "port2": "172.16.50.1/28", "port3": "172.16.20.1/24"}
REGISTER = (
    POLICY
    + """\
register:
  - {id: IN-1, kind: sanitise, from: in-mail, to: lg-mail, service: tcp/25, gateway: san-mail, legs: [in, out],
     purpose: 受信メール, status: 承認, approver: 課長, approved: 2026-04-01, expires: 2027-03-31}
"""
)
LEG_IN = Rule(1, "port1", "port2", "172.16.30.25/32", "172.16.50.5/32", "tcp/25")
LEG_OUT = Rule(2, "port2", "port3", "172.16.50.5/32", "172.16.20.25/32", "tcp/25")
DIRECT = Rule(3, "port1", "port3", "172.16.30.25/32", "172.16.20.25/32", "tcp/25")


def site(folder: Path, *rules: Rule, policy: str = REGISTER) -> Assessment:
    return assessed(town(folder, TOPOLOGY, {"fw.conf": fortigate("fw", PORTS, [*rules, CLOSED])}, policy))


def test_a_registered_pair_permits_its_legs_and_never_the_direct_way(tmp_path: Path) -> None:
    legs, direct = site(tmp_path / "legs", LEG_IN, LEG_OUT), site(tmp_path / "direct", LEG_IN, LEG_OUT, DIRECT)

    assert legs.findings == ()
    assert {one.standing.value for one in legs.crossings} == {"proven"}
    assert standing(direct, "in-lan", "lg-lan") == "violated"
    (finding,) = findings(direct, "sanitiser-bypass")
    assert lines(finding)[0][0] == "exports/fw.conf"


def test_without_its_entry_no_leg_is_permitted(tmp_path: Path) -> None:
    found = site(tmp_path, LEG_IN, LEG_OUT, policy=POLICY)

    assert standing(found, "in-lan", "san-lan") == "violated"
    assert standing(found, "san-lan", "lg-lan") == "violated"


@pytest.mark.parametrize(
    ("rule", "pair"),
    [
        (Rule(4, "port2", "port3", "172.16.50.5/32", "172.16.20.25/32", "tcp/445"), ("san-lan", "lg-lan")),
        (Rule(4, "port2", "port1", "172.16.50.5/32", "172.16.30.25/32", "tcp/25"), ("san-lan", "in-lan")),
        (Rule(4, "port3", "port2", "172.16.20.25/32", "172.16.50.5/32", "tcp/25"), ("lg-lan", "san-lan")),
        (Rule(4, "port2", "port3", "172.16.50.6/32", "172.16.20.25/32", "tcp/25"), ("san-lan", "lg-lan")),
    ],
)
def test_on_every_other_session_a_gateway_is_an_ordinary_host(
    tmp_path: Path, rule: Rule, pair: tuple[str, str]
) -> None:
    """Another service, another direction, the leg the other way round, another host."""
    found = site(tmp_path, LEG_IN, LEG_OUT, rule)

    assert standing(found, *pair) == "violated"


def test_who_opens_each_leg_is_part_of_the_pair(tmp_path: Path) -> None:
    """A leg out that the peer opens (pull) permits the peer's session and not the gateway's."""
    pulled = TOPOLOGY.replace("service: tcp/25, opener: self", "service: tcp/25, opener: other")
    push = assessed(town(tmp_path / "push", pulled, {"fw.conf": fortigate("fw", PORTS, [LEG_OUT, CLOSED])}, REGISTER))
    back = Rule(2, "port3", "port2", "172.16.20.25/32", "172.16.50.5/32", "tcp/25")
    pull = assessed(town(tmp_path / "pull", pulled, {"fw.conf": fortigate("fw", PORTS, [back, CLOSED])}, REGISTER))

    assert standing(push, "san-lan", "lg-lan") == "violated"
    assert standing(pull, "lg-lan", "san-lan") == "proven"


def test_a_gateway_that_forwards_by_its_own_rules_lets_through(tmp_path: Path) -> None:
    """The host's own filter is a device: two legs and forwarding join the segments past the firewall."""
    other = TOPOLOGY.replace("hosts:\n", "  far-lan: {zone: lg, v4: [172.16.60.0/28], v6: none}\nhosts:\n") + (
        "  - id: san-01\n    kind: host\n    exports: [{path: exports/h.v4}, {path: exports/h.v6}]\n"
        "    interfaces: {eth0: {segment: san-lan, address: 172.16.50.5}, eth1: {segment: far-lan, address: 172.16.60.5}}\n"
        "    routes_complete: true\n"
        "assumptions:\n  - {id: AS-1, subject: san-01, claim: 全行, owner: 課長, reason: 手順, document: 手順書,\n"
        "     review_due: 2027-03-31, assume: export_whole}\n"
    )
    shut = RULES.format(rule="")
    open_ = shut.replace(":FORWARD DROP", ":FORWARD ACCEPT")
    six = shut.replace("iptables-save", "ip6tables-save")
    export = fortigate("fw", PORTS, [LEG_IN, LEG_OUT, CLOSED])
    closed = assessed(town(tmp_path / "1", other, {"fw.conf": export, "h.v4": shut, "h.v6": six}, REGISTER))
    forwarding = assessed(town(tmp_path / "2", other, {"fw.conf": export, "h.v4": open_, "h.v6": six}, REGISTER))

    assert standing(closed, "san-lan", "far-lan") in ("proven", "proven_assuming")
    assert standing(forwarding, "san-lan", "far-lan") == "violated"


def test_a_claim_alone_that_a_gateway_does_not_forward_is_insufficient_evidence(tmp_path: Path) -> None:
    claimed = TOPOLOGY.replace("method: mail_text\n", "method: mail_text\n    forwards: false\n")
    found = assessed(town(tmp_path, claimed, {"fw.conf": fortigate("fw", PORTS, [LEG_IN, LEG_OUT, CLOSED])}, REGISTER))
    outcomes = {one.requirement.id: one.outcome for one in found.requirements}

    assert outcomes["LG-01"] is Outcome.PASS
    assert outcomes["LG-02"] is Outcome.INSUFFICIENT
