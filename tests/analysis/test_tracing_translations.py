"""What translations make of a packet, and who is translated at all."""

from __future__ import annotations

from segcheck.analysis.tracing import trace
from segcheck.model.device import Interface, InterfaceAddress
from segcheck.model.match import State
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Assign, Permit, Return, Translate, Translation
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import (
    LAN,
    field,
    filtering,
    ip,
    listed,
    probe,
    route,
    router,
    rule,
    tcp,
    translating,
)
from tests.analysis.devices import TRACKING, WEB, natting, only, to


def test_destination_translation_comes_before_routing_and_forward_rules() -> None:
    dnat = listed("d", rule(to("dst", "10.0.9.80", 8080), field("dport", 443), identity="vip"), default=Permit())
    policy = listed("f", rule(Permit(), field("dst", "10.0.9.80")))
    path = only(natting(dnat, policy, ingress=(translating("dst", "d"),), forward=(filtering("f", "f"),)))
    step = next(step for step in path.steps if step.rule == "vip")

    assert (path.egress, path.header["dst"], path.header["dport"]) == ("dmz", ip("10.0.9.80"), 8080)
    assert (step.action, step.before["dst"], step.after["dst"]) == ("translate", ip("192.0.2.7"), ip("10.0.9.80"))


def test_destination_translated_to_the_device_is_taken_in() -> None:
    redirect = listed("d", rule(to("dst", 3128, interface="in")), default=Permit())
    path = only(natting(redirect, ingress=(translating("dst", "d"),)))

    assert (path.local, path.header["dst"], path.header["dport"]) == (True, ip("10.0.0.1"), 3128)


def test_source_translation_comes_after_the_rules_before_it() -> None:
    snat = listed("s", rule(to("src", "203.0.113.9")), default=Permit())
    policy = listed("f", rule(Permit(), field("src", "10.0.0.0/24")))
    path = only(natting(snat, policy, forward=(filtering("f", "f"), translating("src", "s"))))

    assert (path.verdict, path.header["src"]) == (Verdict.PERMIT, ip("203.0.113.9"))


def test_masquerade_takes_the_address_of_the_way_out() -> None:
    snat = listed(
        "s", rule(to("src", interface="out", port_may_change=IntervalSet.of((1024, 65535)))), default=Permit()
    )
    path = only(natting(snat, forward=(translating("src", "s"),)))

    assert (path.header["src"], path.header["sport"]) == (ip("203.0.113.1"), 40000)


def test_masquerade_behind_several_or_unknown_addresses_is_not_known() -> None:
    snat = listed("s", rule(to("src", interface="out")), default=Permit())
    several = Interface(
        name="wan", addresses=(InterfaceAddress(ip("203.0.113.1"), 24), InterfaceAddress(ip("203.0.113.2"), 24))
    )
    device = router(
        snat,
        interfaces=(LAN, several),
        routes=(route("0.0.0.0/0", "wan"),),
        pipeline=Pipeline(forward=(translating("src", "s"),)),
    )

    assert "src" not in only(device).header


def test_port_that_may_change_gives_no_sure_answer_afterwards() -> None:
    snat = listed("s", rule(to("src", "203.0.113.9", port_may_change=IntervalSet.of((1024, 65535)))), default=Permit())
    last = listed("l", rule(Permit(), field("sport", 40000)))
    device = natting(snat, last, forward=(translating("src", "s"), filtering("l", "l")))

    assert trace(device, WEB).verdict is Verdict.UNDECIDED


def test_pool_leaves_the_address_open_and_shift_does_not() -> None:
    pool = listed("s", rule(to("src", "203.0.113.8-203.0.113.9")), default=Permit())
    shift = ip("203.0.113.0") - ip("10.0.0.0")
    static = listed("s", rule(to("src", "203.0.113.0/24", shift=shift)), default=Permit())

    assert "src" not in only(natting(pool, forward=(translating("src", "s"),))).header
    assert only(natting(static, forward=(translating("src", "s"),))).header["src"] == ip("203.0.113.9")


def test_port_shift_moves_the_port() -> None:
    dnat = listed("d", rule(to("dst", "10.0.9.80", (8000), ports=IntervalSet.of((8000, 9000)), port_shift=8000)))

    assert only(natting(dnat, ingress=(translating("dst", "d"),))).header["dport"] == 8443


def test_pings_have_no_port_to_translate() -> None:
    ping = probe(
        {"src": ip("10.0.0.9"), "dst": ip("192.0.2.7"), "proto": 1, "icmp_type": 8, "icmp_code": 0, "fragment": 0}
    )
    dnat = listed("d", rule(to("dst", "10.0.9.80", 8080)))

    assert "dport" not in only(natting(dnat, ingress=(translating("dst", "d"),)), ping).header


def test_unread_translation_leaves_its_side_open() -> None:
    snat = listed("s", rule(Translate(None)), default=Permit())
    header = only(natting(snat, forward=(translating("src", "s"),))).header

    assert header.keys().isdisjoint({"src", "sport"})
    assert header["dst"] == ip("192.0.2.7")


def test_translation_writes_its_assigns() -> None:
    dnat = listed("d", rule(Translate(Translation("dst", addresses.parse("10.0.9.80")), (Assign("dnat", 4, 0xFFFF),))))
    policy = listed("f", rule(Permit(), field("dnat", 4)))

    assert trace(
        natting(dnat, policy, ingress=(translating("dst", "d"),), forward=(filtering("f", "f"),)), WEB
    ).verdict is (Verdict.PERMIT)


def test_packets_of_no_connection_state_are_not_translated() -> None:
    dnat = listed("d", rule(to("dst", "10.0.9.80")))
    invalid = listed("track", rule(Assign("state", int(State.INVALID), 7)), default=Return())
    device = router(invalid, dnat, pipeline=Pipeline((TRACKING, translating("dst", "d"))))

    assert only(device).header["dst"] == ip("192.0.2.7")


def test_packet_of_a_known_connection_is_rewritten_as_only_the_device_knows() -> None:
    device = natting(listed("d", rule(to("dst", "10.0.9.80"))), ingress=(translating("dst", "d"),))
    known = tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED)
    plain = tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED, more={"dnat": 0})

    assert {"dst" in path.header for path in trace(device, known).paths} == {True, False}
    assert only(device, plain).header["dst"] == ip("192.0.2.7")


def test_packet_of_a_known_connection_is_not_rewritten_where_nothing_translates() -> None:
    device = natting(listed("d", default=Permit()), ingress=(translating("dst", "d"),))

    assert only(device, tcp("10.0.0.9", "192.0.2.7", state=State.ESTABLISHED)).egress == "wan"


def test_full_cone_mapping_may_lead_strangers_inside() -> None:
    cone = to("src", "203.0.113.9", full_cone=True, port_may_change=IntervalSet.of((1024, 65535)))
    dnat, snat = listed("d", default=Permit()), listed("s", rule(cone), default=Permit())
    device = natting(dnat, snat, ingress=(translating("dst", "d"),), forward=(translating("src", "s"),))
    found = trace(device, tcp("192.0.2.7", "203.0.113.9", 50000, ingress="wan"))

    assert any("dst" not in path.header for path in found.paths)
