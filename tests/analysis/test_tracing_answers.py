"""Answers to packets that passed: who sends them, and how the connection's translations are undone."""

from __future__ import annotations

import pytest

from segcheck.analysis.tracing import trace
from segcheck.model.device import DeviceConfig
from segcheck.model.match import Interface as On
from segcheck.model.match import State
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Assign, Copy, Deny, Permit
from segcheck.model.trace import Path, Probe, Verdict
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import (
    TCP,
    field,
    filtering,
    interface,
    ip,
    listed,
    probe,
    router,
    rule,
    tcp,
    translating,
    varies,
)
from tests.analysis.devices import STATEFUL, WEB, natting, only, to

SNAT = listed("s", rule(to("src", "203.0.113.9", port_may_change=IntervalSet.of((1024, 65535)))), default=Permit())
DNAT = listed("d", rule(to("dst", "10.0.9.80", 8080), field("dst", "203.0.113.80"), identity="vip"), default=Permit())


def answered(device: DeviceConfig, packet: Probe) -> Path:
    found = trace(device, packet, reply=True)
    assert found.verdict is Verdict.PERMIT
    assert found.reply is not None
    assert [path.conditions for path in found.reply.paths] == [()]
    return found.reply.paths[0]


def test_no_answer_is_traced_unasked_or_for_what_is_dropped() -> None:
    assert trace(router(), WEB).reply is None
    assert trace(router(routes=()), WEB, reply=True).reply is None


def test_answer_has_ends_exchanged_and_comes_back_by_the_way_out() -> None:
    policy = listed("f", *STATEFUL)
    path = answered(natting(policy, forward=(filtering("f", "f"),)), WEB)

    assert path.verdict is Verdict.PERMIT
    assert path.egress == "lan"
    assert path.steps[-1].rule == "known"
    assert path.header == {
        "src": ip("192.0.2.7"),
        "dst": ip("10.0.0.9"),
        "proto": TCP,
        "sport": 443,
        "dport": 40000,
        "tcp_flags": 0x12,
        "fragment": 0,
    }


def test_answer_is_denied_by_a_list_without_state() -> None:
    policy = listed("f", rule(Permit(), field("dport", 443)))
    found = trace(router(policy, pipeline=Pipeline(forward=(filtering("f", "f"),))), WEB, reply=True)

    assert found.reply is not None
    assert (found.verdict, found.reply.verdict) == (Verdict.PERMIT, Verdict.DENY)


def test_answer_passes_a_session_firewall() -> None:
    policy = listed("f", rule(Permit(), field("dport", 443)))
    device = router(policy, pipeline=Pipeline(forward=(filtering("f", "f", session=True),)))

    assert answered(device, WEB).verdict is Verdict.PERMIT


def test_answer_to_translated_source_finds_the_client_before_routing() -> None:
    policy = listed("f", *STATEFUL)
    device = natting(
        policy, SNAT, DNAT, ingress=(translating("dst", "d"),), forward=(filtering("f", "f"), translating("src", "s"))
    )
    path = answered(device, WEB)

    assert (path.egress, path.header["dst"], path.header["dport"]) == ("lan", ip("10.0.0.9"), 40000)


def test_answer_from_translated_destination_leaves_with_the_public_address() -> None:
    policy = listed("f", rule(Permit(), field("src", "10.0.9.80", "192.0.2.7")))
    device = natting(policy, DNAT, ingress=(translating("dst", "d"),), forward=(filtering("f", "f"),))
    path = answered(device, tcp("192.0.2.7", "203.0.113.80", ingress="wan"))

    assert (path.egress, path.header["src"], path.header["sport"]) == ("wan", ip("203.0.113.80"), 443)


def test_hairpin_answer_is_undone_on_both_sides() -> None:
    snat = listed("s", rule(to("src", "10.0.9.1"), field("dst", "10.0.9.80")), default=Permit())
    device = natting(DNAT, snat, ingress=(translating("dst", "d"),), forward=(translating("src", "s"),))
    client = tcp("10.0.9.5", "203.0.113.80", ingress="dmz")
    there, back = only(device, client), answered(device, client)

    assert (there.header["src"], there.header["dst"], there.egress) == (ip("10.0.9.1"), ip("10.0.9.80"), "dmz")
    assert (back.header["src"], back.header["dst"], back.egress) == (ip("203.0.113.80"), ip("10.0.9.5"), "dmz")


def test_answer_without_translating_stages_is_still_undone() -> None:
    first = listed("f", rule(to("src", "203.0.113.9")))
    path = answered(router(first, pipeline=Pipeline(forward=(filtering("f", "f", session=True),))), WEB)

    assert (path.egress, path.header["dst"]) == ("lan", ip("10.0.0.9"))


def test_answer_that_the_device_does_not_track_stays_as_it_came() -> None:
    raw = listed("raw", rule(Assign("state", State.UNTRACKED, 7), On("in", ("wan",))), default=Permit())
    device = natting(
        raw,
        SNAT,
        DNAT,
        ingress=(filtering("raw", "raw"), translating("dst", "d")),
        forward=(translating("src", "s"),),
    )
    path = answered(device, WEB)

    assert (path.egress, path.header["dst"]) == ("wan", ip("203.0.113.9"))


@pytest.mark.parametrize("state", [State.INVALID, State.UNTRACKED])
def test_answer_to_what_was_not_tracked_is_a_packet_like_any_other(state: State) -> None:
    raw = listed("raw", rule(Assign("state", state, 7), On("in", ("lan",))), default=Permit())
    moves = listed("d", rule(to("dst", "10.0.9.80"), field("dst", "10.0.0.9")), default=Permit())
    first = listed("first", rule(Permit(), field("orig_src", "192.0.2.7")), rule(Permit(), On("in", ("lan",))))
    device = natting(
        raw,
        moves,
        first,
        ingress=(filtering("raw", "raw"), translating("dst", "d")),
        forward=(filtering("first", "first"),),
    )
    path = answered(device, WEB)

    assert (path.verdict, path.header["dst"], path.egress) == (Verdict.PERMIT, ip("10.0.9.80"), "dmz")


def test_answer_carries_what_the_connection_remembers() -> None:
    save = listed(
        "f",
        rule(Permit(), field("reply", 1), identity="reply"),
        rule(Assign("mark", 9, 0xFF)),
        rule(Copy("connmark", "mark", 0xFF)),
        default=Permit(),
    )
    asks = listed("g", rule(Deny(), field("mark", 9)), rule(Permit(), field("connmark", 9)))
    device = router(
        save,
        asks,
        pipeline=Pipeline(forward=(filtering("f", "f"), filtering("g", "g", states=frozenset((State.ESTABLISHED,))))),
    )

    assert answered(device, WEB).verdict is Verdict.PERMIT


def test_answer_is_judged_under_the_conditions_that_let_the_packet_pass() -> None:
    policy = listed("f", rule(Permit(), varies("vpn")))
    device = router(policy, pipeline=Pipeline(forward=(filtering("f", "f"),)))
    found = trace(device, WEB, reply=True)

    assert found.verdict is Verdict.UNDECIDED
    assert found.reply is not None
    assert found.reply.verdict is Verdict.PERMIT


@pytest.mark.parametrize(("question", "answer"), [(8, 0), (13, 14), (17, 18)])
def test_icmp_question_is_answered_by_its_reply(question: int, answer: int) -> None:
    ping = probe(
        {
            "src": ip("10.0.0.9"),
            "dst": ip("192.0.2.7"),
            "proto": 1,
            "icmp_type": question,
            "icmp_code": 0,
            "fragment": 0,
        }
    )

    assert answered(router(), ping).header["icmp_type"] == answer


def test_icmpv6_echo_is_answered_and_errors_are_not() -> None:
    six = (interface("lan", "2001:db8::1/64"), interface("wan", "2001:db8:1::1/64"))
    device = router(interfaces=six, routes=())
    known = {"src": ip("2001:db8::9"), "dst": ip("2001:db8:1::9"), "proto": 58, "icmp_code": 0, "fragment": 0}

    assert answered(device, probe({**known, "icmp_type": 128})).header["icmp_type"] == 129
    assert trace(device, probe({**known, "icmp_type": 1}), reply=True).reply is None


@pytest.mark.parametrize(("flags", "answer"), [(0x02, 0x12), (0x10, 0x10), (0x18, 0x10)])
def test_tcp_answers_a_syn_by_syn_ack_and_else_by_ack(flags: int, answer: int) -> None:
    assert answered(router(), tcp("10.0.0.9", "192.0.2.7", flags=flags)).header["tcp_flags"] == answer


def test_protocol_without_ports_has_addresses_exchanged() -> None:
    gre = probe({"src": ip("10.0.0.9"), "dst": ip("192.0.2.7"), "proto": 47, "fragment": 0})

    assert answered(router(), gre).header == {"src": ip("192.0.2.7"), "dst": ip("10.0.0.9"), "proto": 47, "fragment": 0}


def test_answer_never_asks_for_an_association() -> None:
    policy = listed("f", rule(Deny(), field("opening", 1)), rule(Permit(), On("in", ("wan",))), default=Permit())
    sctp = probe({"src": ip("10.0.0.9"), "dst": ip("192.0.2.7"), "proto": 132, "opening": 0})
    path = answered(router(policy, pipeline=Pipeline(forward=(filtering("f", "f"),))), sctp)

    assert path.verdict is Verdict.PERMIT


def test_answer_of_the_device_itself_passes_output() -> None:
    out = listed("o", rule(Deny(), On("in", ("*",))), rule(Permit(), field("sport", 443)))
    device = router(
        out, listed("fwd"), pipeline=Pipeline(forward=(filtering("f", "fwd"),), output=(filtering("o", "o"),))
    )
    path = answered(device, tcp("10.0.0.9", "10.0.0.1"))

    assert (path.verdict, path.egress, path.local) == (Verdict.PERMIT, "lan", False)
