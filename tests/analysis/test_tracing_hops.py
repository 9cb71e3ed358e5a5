"""What a way tells of the next hop, and answers that come back by whatever interface."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segcheck.analysis.tracing import answer_header, trace, trace_answer
from segcheck.model.device import DeviceConfig
from segcheck.model.match import Interface as On
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Permit, Via
from segcheck.model.trace import Path, Probe, Trace, Verdict
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import (
    TCP,
    field,
    filtering,
    interface,
    ip,
    listed,
    route,
    router,
    rule,
    tcp,
    translating,
)
from tests.analysis.devices import STATEFUL, WEB, natting, only, to


def hop(device: DeviceConfig, packet: Probe = WEB) -> tuple[str, int | None, bool]:
    path = only(device, packet)
    return path.egress, path.gateway, path.guessed


def test_next_hop_is_the_gateway_of_the_route() -> None:
    assert hop(router()) == ("wan", ip("203.0.113.254"), False)
    assert hop(router(routes=(route("0.0.0.0/0", "dmz", gateway="10.0.9.7"),))) == ("dmz", ip("10.0.9.7"), False)


def test_next_hop_on_a_connected_network_is_the_destination() -> None:
    assert hop(router(), tcp("10.0.0.9", "10.0.9.9")) == ("dmz", None, False)


def test_next_hop_is_the_gateway_that_the_gateway_is_reached_by() -> None:
    table = (route("0.0.0.0/0", gateway="10.200.0.1"), route("10.200.0.0/24", gateway="10.0.9.7"))

    assert hop(router(routes=table)) == ("dmz", ip("10.0.9.7"), False)


@pytest.mark.parametrize("via", [Via("dmz", ip("10.0.9.7")), Via(None, ip("10.0.9.7"))])
def test_policy_route_gives_the_next_hop(via: Via) -> None:
    turn = listed("p", rule(via, field("dport", 443)), default=Permit())

    assert hop(router(turn, pipeline=Pipeline(policy_routes="p"))) == ("dmz", ip("10.0.9.7"), False)


def test_next_hop_is_a_guess_where_routing_is_not_known() -> None:
    unread = trace(router(routing_known=False), WEB)
    nowhere = trace(router(routes=(route("0.0.0.0/0", gateway="192.168.77.1"),)), WEB)

    for found in (unread, nowhere):
        assert {path.guessed for path in found.paths if path.verdict is Verdict.PERMIT} == {True}
    leased = interface("wan")
    dynamic = router(interfaces=(interface("lan", "10.0.0.1/24"), replace(leased, dynamic=True)), routes=())
    assert {path.guessed for path in trace(dynamic, WEB).paths if path.egress == "wan"} == {True}


def test_gateways_of_one_interface_are_ways_of_their_own() -> None:
    table = (route("0.0.0.0/0", gateway="10.0.9.7"), route("0.0.0.0/0", gateway="10.0.9.8"))
    found = trace(router(routes=table), WEB)

    assert {(path.egress, path.gateway) for path in found.paths} == {("dmz", ip("10.0.9.7")), ("dmz", ip("10.0.9.8"))}


def test_what_is_dropped_or_taken_in_has_no_next_hop() -> None:
    assert hop(router(), tcp("10.0.0.9", "10.0.0.1")) == ("", None, False)
    assert hop(router(routes=())) == ("", None, False)


def test_port_that_may_change_is_told_apart() -> None:
    snat = listed("s", rule(to("src", "203.0.113.9", port_may_change=IntervalSet.of((1024, 65535)))), default=Permit())
    path = only(natting(snat, forward=(translating("src", "s"),)))

    assert (path.loose, path.header["sport"]) == (frozenset({"sport"}), 40000)


# ---- answers

SNAT = listed("s", rule(to("src", "203.0.113.9")), default=Permit())
FIREWALL = natting(listed("f", *STATEFUL), SNAT, forward=(filtering("f", "f"), translating("src", "s")))


def answered(device: DeviceConfig, packet: Probe = WEB, *, ingress: str = "wan", **changed: int) -> Trace | None:
    path: Path = only(device, packet)
    header = answer_header(path.header)
    assert header is not None
    return trace_answer(device, packet, path, {**header, **changed}, ingress=ingress)


def test_answer_that_belongs_to_the_connection_has_its_translation_undone() -> None:
    found = answered(FIREWALL)

    assert found is not None
    assert found.verdict is Verdict.PERMIT
    assert (found.paths[0].egress, found.paths[0].header["dst"]) == ("lan", ip("10.0.0.9"))


def test_answer_may_come_back_by_another_interface() -> None:
    by_dmz = listed("f", rule(Permit(), On("in", ("lan", "dmz"))))
    device = natting(by_dmz, forward=(filtering("f", "f"),))

    from_wan, from_dmz = answered(device), answered(device, ingress="dmz")
    assert from_wan is not None
    assert from_dmz is not None
    assert (from_wan.verdict, from_dmz.verdict) == (Verdict.DENY, Verdict.PERMIT)


@pytest.mark.parametrize("changed", [{"src": 7}, {"dst": 7}, {"sport": 80}, {"dport": 1}, {"proto": 17}])
def test_packet_that_is_not_the_answer_belongs_to_no_connection(changed: dict[str, int]) -> None:
    assert answered(FIREWALL, **changed) is None


def test_device_sends_the_answer_to_what_it_took_in() -> None:
    found = answered(router(), tcp("10.0.0.9", "10.0.0.1", 22))

    assert found is not None
    assert (found.verdict, found.paths[0].egress) == (Verdict.PERMIT, "lan")


def test_dropped_packet_has_no_connection_to_answer_to() -> None:
    closed = natting(listed("f", rule(Permit(), field("dport", 80))), forward=(filtering("f", "f"),))

    assert answered(closed) is None


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ({"proto": 1, "icmp_type": 8, "icmp_code": 0}, {"proto": 1, "icmp_type": 0, "icmp_code": 0, "fragment": 0}),
        ({"proto": 1, "icmp_type": 3, "icmp_code": 1}, None),
        ({"proto": TCP, "fragment": 1}, None),
        ({"proto": TCP, "dport": 443, "tcp_flags": 2}, {"proto": TCP, "sport": 443, "tcp_flags": 0x12, "fragment": 0}),
    ],
)
def test_header_of_the_answer(known: dict[str, int], answer: dict[str, int] | None) -> None:
    assert answer_header(known) == answer
