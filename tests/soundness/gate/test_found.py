"""What the gate has found in the engine, each in its smallest form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from segcheck.analysis.crossings import Judged, judge
from segcheck.analysis.network import Doubt, DoubtKind, Network, Station
from segcheck.analysis.permitting import allowances
from segcheck.analysis.reachability import Mode, Reach
from segcheck.model.crossing import Standing
from segcheck.model.device import Scope, Taint
from segcheck.model.pipeline import Pipeline, Stage, StageKind
from segcheck.model.register import Kind, RegisterEntry, Status
from segcheck.model.rules import Deny, Permit, RuleList
from segcheck.model.site import Endpoint, Host, Service
from segcheck.model.site_words import EndpointKind
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet, Universe
from tests.analysis.builders import TCP, field, filtering, ip, listed, route, rule, translating
from tests.analysis.devices import to
from tests.analysis.sites import HERE, anything, declared, joined, network, segment, station
from tests.soundness.gate.gate import compare_all

A, B, C, T = (segment(name, f"10.{number}.0.0/24") for number, name in enumerate("abct", 1))
OPEN = listed("open", default=Permit())
DEFRAGMENT = Stage("defragment", StageKind.DEFRAGMENT)


def pair(where: Network, source: str, receiver: str) -> Judged:
    judged = judge(where, allowances(where.site, where.day)).pairs
    return next(one for one in judged if (one.src.id, one.dst.id) == (source, receiver))


def backward(where: Network, receiver: str, mode: Mode, source: str) -> tuple[PacketSet, Universe]:
    cuts = [("dst", IntervalSet.of(ip("10.2.0.50"))), ("proto", IntervalSet.of(TCP))]
    reach = Reach(where, cuts=cuts)
    found = reach.backward({receiver: reach.universe.everything}, mode)
    return found.get(source, reach.universe.nothing), reach.universe


def between(name: str, first: str, second: str, *lists: RuleList, **parts: object) -> Station:
    """Return a device between two segments, e0 and e1, that sends each packet through all the lists."""
    ports = {"e0": f"{first}/24 {_place(first)}", "e1": f"{second}/24 {_place(second)}"}
    whole: dict[str, object] = {"pipeline": Pipeline(forward=tuple(filtering(one.name, one.name) for one in lists))}
    return station(name, ports, *lists, **(whole | parts))  # type: ignore[arg-type]


def _place(address: str) -> str:
    return "abct"[int(address.split(".")[1]) - 1]


@pytest.mark.parametrize("receiver", ["unknown", "public"])
def test_a_device_that_may_do_anything_may_send_to_those_whom_nobody_declared(receiver: str) -> None:
    line = segment("b", "10.2.0.0/24", outside=True)
    nobody_knows = between("d", "10.1.0.1", "10.2.0.1", known=False, havoc=(anything("d"),))

    assert pair(network((A, line), nobody_knows), "a", receiver).standing is Standing.UNDECIDED


def test_an_unread_translation_counts_where_no_stage_translates() -> None:
    tainted = between("d", "10.1.0.1", "10.2.0.1", taints=(Taint(Scope.TRANSLATION, "unread-line"),))
    tainted = replace(tainted, unread=Doubt("unread:d", DoubtKind.UNREAD, "d"))

    may = pair(network((A, B), tainted), "a", "b").may
    assert may & may.universe.packet(dst=ip("192.0.2.7"))


def test_an_unread_translation_may_come_before_the_list_of_an_interface() -> None:
    acl = listed("acl", rule(Permit(), field("src", "10.1.0.50")))
    tainted = between("d", "10.1.0.1", "10.2.0.1", acl, taints=(Taint(Scope.TRANSLATION, "unread-line"),))
    assert tainted.config is not None
    config = replace(tainted.config, pipeline=Pipeline(ingress=(filtering("acl", "acl"),)))
    tainted = replace(tainted, config=config, unread=Doubt("unread:d", DoubtKind.UNREAD, "d"))

    may = pair(network((A, B), tainted), "a", "b").may
    assert may & may.universe.packet(src=ip("10.1.0.99"))


def test_an_unread_translation_opens_no_way_that_the_routes_of_a_vrf_do_not_have() -> None:
    pool = listed("n", rule(to("src", "10.2.0.50")), default=Permit())
    nat = translating("src", "n", families=frozenset((4,)))
    split = between("d", "10.1.0.1", "10.2.0.1", pool, domains={"e0": "red"}, taints=(Taint(Scope.TRANSLATION, "x"),))
    assert split.config is not None
    config = replace(split.config, pipeline=Pipeline(forward=(nat,)))
    where = network((A, B), replace(split, config=config, unread=Doubt("unread:d", DoubtKind.UNREAD, "d")))

    found, _ = backward(where, "b", Mode.MAY, "a")
    assert not found


def test_nothing_is_sure_of_an_export_that_may_lack_lines() -> None:
    lacking = between("d", "10.1.0.1", "10.2.0.1", havoc=(Doubt("incomplete:d", DoubtKind.INCOMPLETE, "d"),))
    vouched = between("d", "10.1.0.1", "10.2.0.1", havoc=(declared("AS-1", "d"),))

    assert pair(network((A, B), lacking), "a", "b").standing is Standing.UNDECIDED
    assert pair(network((A, B), vouched), "a", "b").standing is Standing.VIOLATED


def test_required_traffic_may_work_over_any_neighbour_of_a_device_whose_routes_are_not_known() -> None:
    lost = between("d", "10.1.0.1", "10.4.0.1", routing_known=False)
    onward = between("e", "10.4.0.2", "10.2.0.2")

    found, universe = backward(network((A, B, T), lost, onward), "b", Mode.MAYBE_REQUIRED, "a")
    assert found & universe.packet(dst=ip("10.2.0.50"))


def test_frames_cross_one_switch_after_another() -> None:
    where = network((A, B, C), joins=(joined("a", "b"), joined("b", "c", assumption="AS-1")))

    assert pair(where, "a", "b").standing is Standing.UNDECIDED
    assert pair(where, "a", "c").standing is Standing.PROVEN_ASSUMING


def test_what_goes_astray_is_not_what_was_registered() -> None:
    astray = between("d", "10.1.0.1", "10.4.0.1", routes=(route("10.2.0.0/24", gateway="10.4.0.99"),))
    there = Host(id="h", segment="b", addresses=(ip("10.2.0.50"),), span=HERE)
    where = network((A, B, T), astray, hosts=(there,))
    entry = RegisterEntry(
        id="R1",
        kind=Kind.SPECIFIC,
        source=Endpoint(EndpointKind.SEGMENT, "a"),
        destination=Endpoint(EndpointKind.HOST, "h"),
        services=(Service("tcp/443", TCP, IntervalSet.of(443)),),
        opened_by_source=True,
        purpose="",
        status=Status.APPROVED,
        approved=date(2026, 4, 1),
        span=HERE,
    )
    site = replace(where.site, policy=replace(where.site.policy, register=(entry,)))

    worst = pair(replace(where, site=site), "a", "unknown").forbidden_must
    sent = {"proto": TCP, "dport": 443, "tcp_flags": 2, "src": ip("10.1.0.50"), "dst": ip("10.2.0.50")}
    assert worst & worst.universe.packet(**sent)


def test_a_piece_of_a_datagram_leaves_as_a_piece() -> None:
    only_web = listed("f", rule(Permit(), field("dport", 443)))
    but_web = listed("f", rule(Deny(), field("dport", 443)), default=Permit())
    joining = Pipeline(ingress=(DEFRAGMENT,), forward=(filtering("f", "f"),))
    first = between("d", "10.1.0.1", "10.4.0.1", only_web, routes=(route("10.2.0.0/24", gateway="10.4.0.2"),))
    assert first.config is not None
    first = replace(first, config=replace(first.config, pipeline=joining))

    found, universe = backward(
        network((A, B, T), first, between("e", "10.4.0.2", "10.2.0.2", but_web)), "b", Mode.MAY, "a"
    )
    assert found & universe.packet(fragment=1, proto=TCP, dst=ip("10.2.0.50"))

    whole_only = listed("f", rule(Deny(), field("fragment", 1)), default=Permit())
    where = network((A, B, T), first, between("e", "10.4.0.2", "10.2.0.2", whole_only))
    found, universe = backward(where, "b", Mode.MAY, "a")
    assert not found & universe.packet(fragment=1)


def test_brute_force_moves_a_source_port_to_one_that_a_later_rule_asks_for() -> None:
    """A port that masquerading may change can become any; brute force once left out the one that lets the packet through."""
    assert compare_all([14100]).exceptions == []
