"""Address translation, as sets: what the random laws reach too rarely."""

from __future__ import annotations

from segcheck.analysis.compiling import judge_device
from segcheck.analysis.compiling.judging import SetAnswer
from segcheck.analysis.tracing import trace
from segcheck.model.device import DeviceConfig
from segcheck.model.rules import Permit
from segcheck.model.trace import Probe, Verdict
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import field, filtering, ip, listed, rule, tcp, translating
from tests.analysis.devices import natting, to

ANY_HIGH_PORT = IntervalSet.of((1024, 65535))


def _one(device: DeviceConfig, probe: Probe) -> SetAnswer:
    (answer,) = judge_device(device, [probe], reply=True)
    return answer


def test_a_one_to_one_mapping_keeps_the_distance() -> None:
    shift = ip("10.0.9.0") - ip("203.0.113.0")
    vip = rule(to("dst", "10.0.9.0/24", shift=shift), field("dst", "203.0.113.0/24"))
    dnat = listed("d", vip, default=Permit())
    policy = listed("f", rule(Permit(), field("dst", "10.0.9.80")))
    device = natting(dnat, policy, ingress=(translating("dst", "d"),), forward=(filtering("f", "f"),))

    answer = _one(device, tcp("192.0.2.7", "203.0.113.80", ingress="wan"))
    assert (answer.verdict, answer.egress, answer.header["dst"]) == (Verdict.PERMIT, "dmz", ip("10.0.9.80"))
    assert _one(device, tcp("192.0.2.7", "203.0.113.81", ingress="wan")).verdict is Verdict.DENY


def test_a_port_range_is_mapped_port_by_port() -> None:
    vip = rule(to("dst", "10.0.9.80", (8000), port_shift=None), field("dport", 9000))
    moved = rule(
        to("dst", "10.0.9.80", ports=IntervalSet.of((8001, 8009)), port_shift=-1000), field("dport", (9001, 9009))
    )
    policy = listed("f", rule(Permit(), field("dport", 8005)), rule(Permit(), field("dport", 8000)))
    device = natting(
        listed("d", vip, moved, default=Permit()),
        policy,
        ingress=(translating("dst", "d"),),
        forward=(filtering("f", "f"),),
    )

    assert _one(device, tcp("192.0.2.7", "203.0.113.1", 9005, ingress="wan")).header["dport"] == 8005
    assert _one(device, tcp("192.0.2.7", "203.0.113.1", 9006, ingress="wan")).verdict is Verdict.DENY


def test_every_member_of_a_pool_must_pass_for_a_sure_answer() -> None:
    snat = listed("s", rule(to("src", "203.0.113.4/31")), default=Permit())
    stages = (translating("src", "s"), filtering("f", "f"))
    both = natting(snat, listed("f", rule(Permit(), field("src", "203.0.113.4/31"))), forward=stages)
    one = natting(snat, listed("f", rule(Permit(), field("src", "203.0.113.4"))), forward=stages)
    none = natting(snat, listed("f", rule(Permit(), field("src", "203.0.113.6"))), forward=stages)

    web = tcp("10.0.0.9", "192.0.2.7")
    assert [_one(d, web).verdict for d in (both, one, none)] == [Verdict.PERMIT, Verdict.UNDECIDED, Verdict.DENY]


def test_a_full_cone_mapping_may_lead_strangers_inside() -> None:
    cone = to("src", "203.0.113.9", full_cone=True, port_may_change=ANY_HIGH_PORT)
    dnat, snat = listed("d", default=Permit()), listed("s", rule(cone), default=Permit())
    policy = listed("f", rule(Permit(), field("dst", "10.0.9.80")))
    stages = {"ingress": (translating("dst", "d"),), "forward": (filtering("f", "f"), translating("src", "s"))}
    device = natting(dnat, snat, policy, **stages)
    stranger = tcp("192.0.2.7", "203.0.113.9", 50000, ingress="wan")

    assert _one(device, stranger).verdict is Verdict.UNDECIDED
    assert trace(device, stranger).verdict is Verdict.UNDECIDED
    assert _one(device, tcp("192.0.2.7", "203.0.113.8", 50000, ingress="wan")).verdict is Verdict.DENY
