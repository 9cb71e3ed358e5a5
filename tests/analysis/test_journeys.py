"""One packet through a hand-built site: wires, gateways, translations, loops, own addresses, what is not known."""

from __future__ import annotations

import pytest

from segcheck.analysis.journeys import _walk, travel
from segcheck.analysis.network import Network
from segcheck.model.journey import SiteTrace
from segcheck.model.match import Interface as On
from segcheck.model.match import State
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Deny, Permit, Via
from segcheck.model.trace import Verdict
from segcheck.sets.header import Packet
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import TCP, field, filtering, ip, listed, route, rule, translating
from tests.analysis.devices import TRACK, TRACKING, to
from tests.analysis.sites import anything, declared, devices, ends, joined, network, segment, station

A, T, B = segment("a", "10.1.0.0/24"), segment("t", "10.9.0.0/24"), segment("b", "10.2.0.0/24")
OUT = segment("out", "198.51.100.0/24", outside=True)


def left(*rule_lists, **parts):  # type: ignore[no-untyped-def]
    """Return the device between a and t, which routes everything else to the other one."""
    routes = parts.pop("routes", (route("0.0.0.0/0", gateway="10.9.0.2"),))
    return station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, *rule_lists, routes=routes, **parts)


def right(*rule_lists, **parts):  # type: ignore[no-untyped-def]
    """Return the device between t and b."""
    routes = parts.pop("routes", (route("10.1.0.0/24", gateway="10.9.0.1"),))
    ports = parts.pop("ports", {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"})
    return station("d1", ports, *rule_lists, routes=routes, **parts)


def packet(src: str = "10.1.0.5", dst: str = "10.2.0.5", dport: int = 443, *, flags: int = 2) -> Packet:
    return Packet(src=ip(src), dst=ip(dst), proto=TCP, sport=40000, dport=dport, tcp_flags=flags)


def go(where: Network, what: Packet | None = None, start: str = "a", **how) -> SiteTrace:  # type: ignore[no-untyped-def]
    return travel(where, start, what or packet(), **how)


BLOCK = listed("f", rule(Deny(), field("dport", 443), identity="no"), default=Permit())
FILTER = Pipeline(forward=(filtering("f", "f"),))


def test_packet_passes_two_routers_and_is_delivered() -> None:
    found = go(network((A, T, B), left(), right()))

    assert found.verdict is Verdict.PERMIT
    journey = found.journeys[0]
    assert devices(journey) == ["d0", "d1"]
    assert [(hop.ingress, hop.egress) for hop in journey.hops] == [("in", "up"), ("up", "in")]
    assert journey.delivered is not None
    assert journey.delivered.id == "b"
    assert journey.conditions == ()


def test_packet_is_denied_by_the_second_device() -> None:
    found = go(network((A, T, B), left(), right(BLOCK, pipeline=FILTER)))

    assert found.verdict is Verdict.DENY
    assert found.journeys[0].why == "denied"
    assert found.journeys[0].hops[-1].path is not None
    assert found.journeys[0].hops[-1].path.deciding is not None
    assert found.journeys[0].hops[-1].path.deciding.rule == "no"


def test_no_route_ends_the_journey() -> None:
    found = go(network((A, T, B), left(routes=()), right()))

    assert (found.verdict, ends(found)) == (Verdict.DENY, {"no route"})


def test_next_hop_that_nobody_owns_is_unknown() -> None:
    found = go(network((A, T, B), left(routes=(route("0.0.0.0/0", gateway="10.9.0.77"),)), right()))

    assert (found.verdict, ends(found)) == (Verdict.PERMIT, {"unknown"})


def test_directly_connected_destination_that_nobody_declared_is_unknown() -> None:
    found = go(network((A, T, B), left(), right(routes=(route("10.3.0.0/24", "in"),))), packet(dst="10.3.0.9"))

    assert ends(found) == {"unknown"}


def test_interface_without_a_wire_leads_nowhere() -> None:
    alone = station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24"}, routes=(route("0.0.0.0/0", "up"),))

    assert ends(go(network((A, T, B), alone))) == {"no wire"}


def test_external_segment_behind_a_line_is_delivered_to_by_address() -> None:
    ports = {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b out"}
    line = right(ports=ports, routes=(route("0.0.0.0/0", gateway="10.2.0.99"),))
    where = network((A, T, B, OUT), left(), line)

    assert ends(go(where, packet(dst="198.51.100.7"))) == {"out"}
    assert ends(go(where, packet(dst="203.0.113.7"))) == {"public"}
    assert ends(go(where, packet(dst="192.168.7.7"))) == {"unknown"}


def test_hosts_beyond_a_line_enter_by_it() -> None:
    ports = {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b out"}
    where = network((A, T, B, OUT), left(), right(ports=ports))

    assert go(where, packet("198.51.100.7", "10.1.0.5"), "out").verdict is Verdict.PERMIT


def test_host_on_the_same_wire_needs_no_device() -> None:
    found = go(network((A, T, B), left(), right()), packet(dst="10.1.0.9"))

    assert found.verdict is Verdict.PERMIT
    assert [] in [devices(journey) for journey in found.journeys]
    assert ends(found) == {"a"}


def test_any_device_on_the_wire_may_be_the_gateway() -> None:
    closed = left(BLOCK, pipeline=FILTER)
    other = station(
        "d2", {"in": "10.1.0.2/24 a", "up": "10.9.0.3/24 t"}, routes=(route("0.0.0.0/0", gateway="10.9.0.2"),)
    )
    where = network((A, T, B), closed, other, right())

    assert go(where).verdict is Verdict.PERMIT
    assert go(where, via=["d0"]).verdict is Verdict.DENY
    assert go(where, via=["d2:in"]).verdict is Verdict.PERMIT
    assert ends(go(where, via=["d1"])) == {"no device there"}


def test_destination_translation_is_followed_to_the_real_receiver() -> None:
    dnat = listed("d", rule(to("dst", "10.2.0.80"), field("dst", "203.0.113.80"), identity="vip"), default=Permit())
    where = network((A, T, B), left(), right(dnat, pipeline=Pipeline(ingress=(translating("dst", "d"),))))
    found = go(where, packet(dst="203.0.113.80"))

    assert (found.verdict, ends(found)) == (Verdict.PERMIT, {"b"})
    assert found.journeys[0].hops[1].after["dst"] == ip("10.2.0.80")


def test_own_address_that_is_translated_is_not_taken_in() -> None:
    dnat = listed("d", rule(to("dst", "10.2.0.80"), field("dport", 443), identity="vip"), default=Permit())
    where = network((A, T, B), left(), right(dnat, pipeline=Pipeline(ingress=(translating("dst", "d"),))))

    assert ends(go(where, packet(dst="10.9.0.2"))) == {"b"}
    assert ends(go(where, packet(dst="10.9.0.2", dport=22))) == {"d1"}


def test_packet_for_a_device_is_delivered_to_the_device_and_never_to_its_segment() -> None:
    found = go(network((A, T, B), left(), right()), packet(dst="10.9.0.2", dport=22))
    place = found.journeys[0].delivered

    assert place is not None
    assert (found.verdict, place.id, place.kind.value) == (Verdict.PERMIT, "d1", "device")


def test_source_translation_shows_at_the_next_device() -> None:
    only_d0 = listed("f", rule(Permit(), field("src", "10.9.0.1"), identity="nat"))
    snat = listed("s", rule(to("src", "10.9.0.1")), default=Permit())
    first = left(snat, pipeline=Pipeline(forward=(translating("src", "s"),)))
    where = network((A, T, B), first, right(only_d0, pipeline=FILTER))

    assert go(where).verdict is Verdict.PERMIT
    assert go(network((A, T, B), left(), right(only_d0, pipeline=FILTER))).verdict is Verdict.DENY


def test_port_that_translation_may_change_is_not_known_afterwards() -> None:
    snat = listed("s", rule(to("src", "10.9.0.1", port_may_change=IntervalSet.of((1024, 65535)))), default=Permit())
    strict = listed("f", rule(Permit(), field("sport", 40000)))
    first = left(snat, pipeline=Pipeline(forward=(translating("src", "s"),)))

    assert go(network((A, T, B), first, right(strict, pipeline=FILTER))).verdict is Verdict.UNDECIDED


def test_loop_ends() -> None:
    back = right(routes=(route("10.7.0.0/16", gateway="10.9.0.1"),))
    found = go(network((A, T, B), left(), back), packet(dst="10.7.0.5"))

    assert (found.verdict, ends(found)) == (Verdict.DENY, {"loop"})


def test_revisit_with_another_header_is_followed() -> None:
    dnat = listed("d", rule(to("dst", "10.1.0.80"), field("dst", "10.7.0.5"), identity="turn"), default=Permit())
    where = network((A, T, B), left(), right(dnat, pipeline=Pipeline(ingress=(translating("dst", "d"),))))
    found = go(where, packet(dst="10.7.0.5"))

    assert devices(found.journeys[0]) == ["d0", "d1", "d0"]
    assert ends(found) == {"a"}


def test_equal_routes_that_disagree_are_undecided() -> None:
    routes = (route("10.2.0.0/24", gateway="10.9.0.2"), route("10.2.0.0/24", gateway="10.9.0.3"))
    ports = {"up": "10.9.0.3/24 t", "in": "10.2.0.2/24 b"}
    closed = station("d2", ports, BLOCK, pipeline=FILTER)
    found = go(network((A, T, B), left(routes=routes), right(), closed))

    assert found.verdict is Verdict.UNDECIDED
    assert {journey.verdict for journey in found.journeys} == {Verdict.PERMIT, Verdict.DENY}


def test_equal_routes_that_agree_are_sure() -> None:
    routes = (route("10.2.0.0/24", gateway="10.9.0.2"), route("10.2.0.0/24", gateway="10.9.0.3"))
    other = station("d2", {"up": "10.9.0.3/24 t", "in": "10.2.0.2/24 b"})

    assert go(network((A, T, B), left(routes=routes), right(), other)).verdict is Verdict.PERMIT


def test_policy_route_names_its_own_next_hop() -> None:
    turn = listed("p", rule(Via("up", ip("10.9.0.3")), field("dport", 443)), default=Permit())
    other = station("d2", {"up": "10.9.0.3/24 t", "in": "10.2.0.2/24 b"})
    where = network((A, T, B), left(turn, pipeline=Pipeline(policy_routes="p")), right(), other)

    assert devices(go(where).journeys[0]) == ["d0", "d2"]
    assert devices(go(where, packet(dport=80)).journeys[0]) == ["d0", "d1"]


def test_unknown_routing_stays_within_its_routing_domain() -> None:
    ports = {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t", "other": "10.2.0.1/24 b"}
    split = station("d0", ports, domains={"other": "vrf-b"}, routing_known=False)
    found = go(network((A, T, B), split))

    assert found.verdict is Verdict.UNDECIDED
    assert "b" not in ends(found)


def test_unknown_routing_may_use_any_neighbour() -> None:
    found = go(network((A, T, B), left(routing_known=False), right()))

    assert found.verdict is Verdict.UNDECIDED
    assert "b" in ends(found)


def test_device_without_export_may_do_anything() -> None:
    loose = station("d1", {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}, known=False, havoc=(anything("d1"),))
    found = go(network((A, T, B), left(), loose))

    assert found.verdict is Verdict.UNDECIDED
    assert "b" in ends(found)
    assert all("no-export:d1" in journey.conditions for journey in found.journeys)


def test_device_without_export_is_followed_as_if_it_passed_the_packet_on() -> None:
    loose = station("d0", {"in": "10.1.0.1/24 a", "up": "10.9.0.1/24 t"}, known=False, havoc=(anything("d0"),))
    found = go(network((A, T, B), loose, right(BLOCK, pipeline=FILTER)))

    assert found.verdict is Verdict.UNDECIDED  # it may change the header
    assert any(devices(j) == ["d0", "d1"] and j.why == "denied" for j in found.journeys)
    assert "b" in ends(found)


def test_sure_delivery_by_one_gateway_stands_beside_a_device_that_may_do_anything() -> None:
    loose = station("d2", {"in": "10.1.0.9/24 a"}, known=False, havoc=(anything("d2"),))

    assert go(network((A, T, B), left(), right(), loose)).verdict is Verdict.PERMIT


def test_assumption_is_taken_for_granted_and_named() -> None:
    closed = station("d1", {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}, known=False, havoc=(declared("AS-1", "d1"),))
    found = go(network((A, T, B), left(), closed))

    assert (found.verdict, ends(found)) == (Verdict.DENY, {"assumed to pass nothing"})
    assert found.journeys[0].conditions == ("assuming AS-1",)


def test_assumed_open_device_is_passed_with_its_assumption_named() -> None:
    found = go(network((A, T, B), left(), right(havoc=(declared("AS-2", "d1"),), assumed=("AS-2",))))

    assert found.verdict is Verdict.PERMIT
    assert found.journeys[0].conditions == ("assuming AS-2",)


def test_export_that_may_lack_lines_leaves_the_answer_undecided() -> None:
    found = go(network((A, T, B), left(), right(havoc=(anything("d1"),))))

    assert found.verdict is Verdict.UNDECIDED
    assert any(journey.conditions == ("not no-export:d1",) for journey in found.journeys)


def test_switch_that_nobody_read_may_carry_the_packet_past_the_firewall() -> None:
    where = network((A, T, B), left(BLOCK, pipeline=FILTER), right(), joins=(joined("a", "t"),))
    found = go(where)

    assert found.verdict is Verdict.UNDECIDED
    assert any(devices(journey) == ["d1"] and "layer2:sw" in journey.conditions for journey in found.journeys)


def test_separation_that_is_assumed_is_named_by_denials_that_lean_on_it() -> None:
    where = network((A, T, B), left(BLOCK, pipeline=FILTER), right(), joins=(joined("a", "t", assumption="AS-L2"),))
    found = go(where)

    assert found.verdict is Verdict.DENY
    assert {journey.conditions for journey in found.journeys} == {("assuming AS-L2",)}


def test_multicast_is_never_surely_delivered() -> None:
    found = go(network((A, T, B), left(), right()), packet(dst="224.0.0.9"))

    assert found.verdict is Verdict.UNDECIDED


def test_family_that_nobody_declared_may_be_there() -> None:
    ports = {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}
    between = station("d", ports, routes=(route("2001:db8::/32", "out"),))
    target = {"src": ip("fd00::1"), "dst": ip("2001:db8::9"), "proto": TCP, "dport": 443}

    assert ends(travel(network((A, B), between), "a", target)) == {"unknown"}
    assert ends(travel(network((A, segment("b", "10.2.0.0/24", v6=True)), between), "a", target)) == {"b", "unknown"}


def test_budget_leaves_it_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_walk, "MAX_HOPS", 1)
    found = go(network((A, T, B), left(), right()))

    assert (found.verdict, ends(found)) == (Verdict.UNDECIDED, {"limit reached"})


def test_state_of_the_connection_is_the_same_everywhere() -> None:
    stateful = listed("f", rule(Permit(), field("state", int(State.ESTABLISHED))))
    where = network(
        (A, T, B),
        left(TRACK, stateful, pipeline=Pipeline(ingress=(TRACKING,), forward=(filtering("f", "f"),))),
        right(),
    )

    assert go(where).verdict is Verdict.DENY
    assert go(where, state=State.ESTABLISHED).verdict is Verdict.PERMIT


# ---- answers

STATEFUL = listed(
    "f",
    rule(Permit(), field("state", int(State.ESTABLISHED)), identity="known"),
    rule(Permit(), On("in", ("in",)), identity="out"),
)
TRACKED = Pipeline(ingress=(TRACKING,), forward=(filtering("f", "f"),))


def test_answer_comes_back_by_the_state_of_each_device() -> None:
    found = go(network((A, T, B), left(TRACK, STATEFUL, pipeline=TRACKED), right()), reply=True)

    assert found.reply is not None
    assert found.reply.verdict is Verdict.PERMIT
    assert devices(found.reply.journeys[0]) == ["d1", "d0"]
    assert ends(found.reply) == {"a"}


def test_answer_is_denied_by_a_stateless_filter() -> None:
    requests = listed("f", rule(Permit(), field("dport", 443)))
    found = go(network((A, T, B), left(), right(requests, pipeline=FILTER)), reply=True)

    assert found.verdict is Verdict.PERMIT
    assert found.reply is not None
    assert found.reply.verdict is Verdict.DENY


def test_answer_has_its_translation_undone() -> None:
    snat = listed("s", rule(to("src", "10.9.0.1")), default=Permit())
    first = left(TRACK, snat, pipeline=Pipeline(ingress=(TRACKING,), forward=(translating("src", "s"),)))
    found = go(network((A, T, B), first, right()), reply=True)

    assert found.reply is not None
    journey = found.reply.journeys[0]
    assert journey.hops[0].before["dst"] == ip("10.9.0.1")
    assert journey.hops[-1].after["dst"] == ip("10.1.0.5")
    assert ends(found.reply) == {"a"}


def test_answer_that_returns_another_way_meets_devices_that_do_not_know_its_connection() -> None:
    declared_b = segment("b", "10.2.0.0/24", gateway=["d2"])
    back = station(
        "d2",
        {"in": "10.2.0.9/24 b", "up": "10.1.0.9/24 a"},
        TRACK,
        STATEFUL_BACK,
        pipeline=TRACKED,
    )
    found = go(
        network((A, T, declared_b), left(TRACK, STATEFUL, pipeline=TRACKED), right(), back), via=["d0"], reply=True
    )

    assert found.verdict is Verdict.PERMIT
    assert found.reply is not None
    assert found.reply.verdict is Verdict.DENY
    assert devices(found.reply.journeys[0]) == ["d2"]


STATEFUL_BACK = listed("f", rule(Permit(), field("state", int(State.ESTABLISHED)), identity="known"))


def test_device_answers_what_it_has_taken_in() -> None:
    found = go(network((A, T, B), left(), right()), packet(dst="10.9.0.2", dport=22), reply=True)

    assert found.reply is not None
    assert (found.reply.verdict, ends(found.reply)) == (Verdict.PERMIT, {"a"})
    assert devices(found.reply.journeys[0]) == ["d1", "d0"]


def test_device_answers_within_the_routing_domain_it_was_asked_in() -> None:
    ports = {"up": "10.9.0.2/24 t", "in": "10.2.0.1/24 b"}
    split = right(ports=ports, domains={"in": "vrf-b"}, routes=(route("10.1.0.0/24", gateway="10.9.0.1"),))
    found = go(network((A, T, B), left(), split), packet(dst="10.9.0.2", dport=22), reply=True)

    assert found.reply is not None
    assert found.reply.verdict is Verdict.PERMIT


@pytest.mark.parametrize("destination", ["198.18.0.7", "10.77.0.7"])
def test_what_lies_beyond_an_outside_segment_answers_through_it(destination: str) -> None:
    edge = station(
        "d0",
        {"in": "10.1.0.1/24 a", "wan": "198.51.100.1/24 out"},
        TRACK,
        STATEFUL,
        pipeline=TRACKED,
        routes=(route("0.0.0.0/0", gateway="198.51.100.254"),),
    )
    found = go(network((A, OUT), edge), packet(dst=destination), reply=True)

    assert ends(found) <= {"public", "unknown"}
    assert found.reply is not None
    assert (found.reply.verdict, ends(found.reply)) == (Verdict.PERMIT, {"a"})
    assert [(hop.device, hop.ingress) for hop in found.reply.journeys[0].hops] == [("d0", "wan")]


def test_device_answers_under_no_address_that_it_shares_with_others() -> None:
    where = network((A, T, B), left(), right())
    shared = go(where, Packet(src=ip("10.1.0.5"), dst=ip("10.1.0.255"), proto=1, icmp_type=8, icmp_code=0), reply=True)
    own = go(where, Packet(src=ip("10.1.0.5"), dst=ip("10.1.0.1"), proto=1, icmp_type=8, icmp_code=0), reply=True)

    assert "d0" in ends(shared) & ends(own)
    assert shared.reply is None
    assert own.reply is not None


def test_nobody_answers_for_a_next_hop_that_nobody_owns() -> None:
    lost = left(routes=(route("0.0.0.0/0", gateway="10.9.0.77"),))
    found = go(network((A, T), lost), reply=True)

    assert ends(found) == {"unknown"}
    assert found.reply is None


def test_nothing_is_answered_that_does_not_arrive_or_is_no_question() -> None:
    where = network((A, T, B), left(), right())
    unreachable = Packet(src=ip("10.1.0.5"), dst=ip("10.2.0.5"), proto=1, icmp_type=3, icmp_code=1)
    fragment = Packet(src=ip("10.1.0.5"), dst=ip("10.2.0.5"), proto=TCP, fragment=1)

    assert go(where, reply=False).reply is None
    assert go(where, unreachable, reply=True).reply is None
    assert go(where, fragment, reply=True).reply is None
    assert go(network((A, T, B), left(BLOCK, pipeline=FILTER)), reply=True).reply is None
