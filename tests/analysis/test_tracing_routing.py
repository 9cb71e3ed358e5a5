"""Where a device sends a packet: table, gateways, policy routes, itself."""

from __future__ import annotations

import pytest

from segcheck.analysis.tracing import trace
from segcheck.model.device import DeviceConfig, Scope, Taint
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit, Return, Via
from segcheck.model.trace import Probe, Verdict
from tests.analysis.builders import (
    LAN,
    TCP,
    WAN,
    field,
    filtering,
    interface,
    ip,
    listed,
    route,
    router,
    rule,
    tcp,
    unknown,
)
from tests.analysis.devices import WEB, egresses, only


def test_longest_prefix_wins_then_distance_then_metric() -> None:
    table = (
        route("0.0.0.0/0", "wan"),
        route("192.0.2.0/24", "lan", distance=200),
        route("192.0.2.0/24", "dmz", distance=10, metric=5),
        route("192.0.2.0/24", "wan", distance=10, metric=9),
    )

    assert only(router(routes=table)).egress == "dmz"


def test_connected_network_needs_no_route() -> None:
    assert only(router(routes=()), tcp("10.0.0.9", "10.0.9.9")).egress == "dmz"


def test_equal_costs_are_ways_of_their_own() -> None:
    table = (route("0.0.0.0/0", "wan"), route("0.0.0.0/0", "dmz"))
    dmz_closed = listed("f", rule(Deny(), On("out", ("dmz",))), default=Permit())
    stages = Pipeline(forward=(filtering("f", "f"),))

    assert egresses(router(routes=table)) == {"wan", "dmz"}
    assert trace(router(routes=table), WEB).verdict is Verdict.PERMIT
    assert trace(router(dmz_closed, routes=table, pipeline=stages), WEB).verdict is Verdict.UNDECIDED


def test_unsure_route_is_followed_with_and_without_it() -> None:
    table = (route("0.0.0.0/0", "wan"), route("192.0.2.0/24", "dmz", sure=False))

    assert egresses(router(routes=table)) == {"wan", "dmz"}


def test_unsure_route_with_nothing_behind_it_may_drop() -> None:
    assert trace(router(routes=(route("0.0.0.0/0", "wan", sure=False),)), WEB).verdict is Verdict.UNDECIDED


def test_sure_route_hides_an_unsure_less_preferred_one() -> None:
    table = (route("0.0.0.0/0", "wan"), route("0.0.0.0/0", "dmz", distance=10, sure=False))

    assert egresses(router(routes=table)) == {"wan"}


def test_no_route_and_discard_route_deny_and_say_why() -> None:
    none = only(router(routes=()))
    discard = only(router(routes=(route("0.0.0.0/0", "wan"), route("192.0.2.0/24", discard=True))))

    assert (none.verdict, none.steps[-1].rule) == (Verdict.DENY, "no route")
    assert (discard.verdict, discard.steps[-1].rule) == (Verdict.DENY, "192.0.2.0/24 discard")


def test_gateway_behind_a_gateway_is_resolved() -> None:
    table = (route("192.0.2.0/24", gateway="172.16.0.1"), route("172.16.0.0/16", gateway="10.0.9.2"))

    assert only(router(routes=table)).egress == "dmz"


def test_gateway_on_no_known_network_may_lead_anywhere() -> None:
    table = (route("192.0.2.0/24", gateway="172.16.0.1"), route("0.0.0.0/0", "wan"))
    found = trace(router(routes=table), WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert {"lan", "wan", "dmz"} <= {path.egress for path in found.paths}


def test_gateways_that_need_each_other_are_unresolved() -> None:
    table = (route("192.0.2.0/24", gateway="198.51.100.1"), route("198.51.100.0/24", gateway="192.0.2.1"))

    assert trace(router(routes=table), WEB).verdict is Verdict.UNDECIDED


def test_disabled_interface_routes_nothing() -> None:
    down = (LAN, interface("wan", "203.0.113.1/24", enabled=False), interface("dmz", "10.0.9.1/24"))
    table = (route("0.0.0.0/0", "wan"), route("0.0.0.0/0", "dmz", distance=20))

    assert only(router(interfaces=down, routes=table)).egress == "dmz"


def test_routing_domains_do_not_mix() -> None:
    other = (LAN, interface("b-in", "172.16.0.1/24", domain="b"), interface("b-out", "10.0.0.2/24", domain="b"))
    device = router(interfaces=other, routes=())

    assert only(device, tcp("172.16.0.9", "10.0.0.9", ingress="b-in")).egress == "b-out"
    assert only(device, tcp("10.0.0.9", "10.0.0.8")).egress == "lan"


def test_unknown_routing_leaves_by_any_interface_of_the_domain_or_drops() -> None:
    device = router(routing_known=False, interfaces=(LAN, WAN, interface("x", "10.5.0.1/24", domain="b")))
    found = trace(device, WEB)

    assert found.verdict is Verdict.UNDECIDED
    assert {(path.verdict, path.egress) for path in found.paths} == {
        (Verdict.PERMIT, "lan"),
        (Verdict.PERMIT, "wan"),
        (Verdict.DENY, ""),
    }


def test_readable_policy_still_applies_when_routing_is_not_known() -> None:
    device = router(listed("f"), routing_known=False, pipeline=Pipeline(forward=(filtering("f", "f"),)))

    assert trace(device, WEB).verdict is Verdict.DENY


def test_unread_routing_line_makes_routing_unknown() -> None:
    device = router(taints=(Taint(Scope.ROUTING, "d"),))

    assert trace(device, WEB).verdict is Verdict.UNDECIDED


def test_export_without_interfaces_leaves_conditions_on_the_way_out_unknown() -> None:
    policy = listed("f", rule(Permit(), On("out", ("eth1",))))
    device = DeviceConfig(format="test", lists={"f": policy}, pipeline=Pipeline(forward=(filtering("f", "f"),)))

    assert trace(device, WEB).verdict is Verdict.UNDECIDED
    assert trace(device, tcp("10.0.0.9", "192.0.2.7", egress="eth1")).verdict is Verdict.PERMIT
    assert trace(device, tcp("10.0.0.9", "192.0.2.7", egress="eth2")).verdict is Verdict.DENY


def test_egress_of_the_question_wins_over_the_table() -> None:
    assert only(router(), tcp("10.0.0.9", "192.0.2.7", egress="dmz")).egress == "dmz"


def test_unknown_destination_may_go_anywhere() -> None:
    packet = Probe(known={"src": ip("10.0.0.9"), "proto": TCP, "dport": 443, "sport": 1, "tcp_flags": 2}, ingress="lan")
    found = trace(router(), packet)

    assert found.verdict is Verdict.UNDECIDED
    assert {path.egress for path in found.paths if not path.local} >= {"lan", "wan", "dmz"}
    assert any(path.local for path in found.paths)


def test_multicast_may_be_taken_in_or_routed_or_dropped() -> None:
    found = trace(router(), tcp("10.0.0.9", "224.0.0.5"))

    assert found.verdict is Verdict.UNDECIDED
    assert {path.local for path in found.paths} == {True, False}


@pytest.mark.parametrize("dst", ["10.0.0.1", "203.0.113.1", "127.0.0.1", "10.0.0.255", "255.255.255.255"])
def test_own_and_broadcast_addresses_pass_the_local_stages(dst: str) -> None:
    device = router(
        listed("in", default=Permit()),
        listed("fwd"),
        pipeline=Pipeline(local=(filtering("local", "in"),), forward=(filtering("f", "fwd"),)),
    )
    path = only(device, tcp("10.0.0.9", dst))

    assert (path.verdict, path.local, path.egress) == (Verdict.PERMIT, True, "")


def test_out_interface_is_not_met_on_local_delivery() -> None:
    policy = listed("in", rule(Deny(), On("out", ("*",))), default=Permit())
    device = router(policy, pipeline=Pipeline(local=(filtering("local", "in"),)))

    assert trace(device, tcp("10.0.0.9", "10.0.0.1")).verdict is Verdict.PERMIT


def test_address_of_a_device_without_known_addresses_may_be_its_own() -> None:
    device = router(listed("in"), addressing_known=False, pipeline=Pipeline(local=(filtering("local", "in"),)))

    assert {path.local for path in trace(device, WEB).paths} == {True, False}


def test_policy_route_comes_before_the_table() -> None:
    policy = listed("pbr", rule(Via("dmz"), field("dport", 443)), default=Return())
    device = router(policy, pipeline=Pipeline(policy_routes="pbr"))

    assert only(device).egress == "dmz"
    assert only(device, tcp("10.0.0.9", "192.0.2.7", 80)).egress == "wan"


def test_policy_route_to_a_gateway_leaves_by_what_reaches_it() -> None:
    policy = listed("pbr", rule(Via(None, ip("10.0.9.7"))), default=Return())

    assert only(router(policy, pipeline=Pipeline(policy_routes="pbr"))).egress == "dmz"


def test_policy_route_does_not_take_what_is_for_the_device() -> None:
    policy = listed("pbr", rule(Via("dmz")), default=Return())

    assert only(router(policy, pipeline=Pipeline(policy_routes="pbr")), tcp("10.0.0.9", "10.0.0.1")).local


def test_uncertain_policy_route_is_followed_both_ways() -> None:
    policy = listed("pbr", rule(Via("dmz"), unknown()), default=Return())

    assert egresses(router(policy, pipeline=Pipeline(policy_routes="pbr"))) == {"dmz", "wan"}
