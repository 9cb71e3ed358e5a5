"""Where packets leave, as sets: what the random laws reach too rarely."""

from __future__ import annotations

from segcheck.analysis.compiling import judge_device
from segcheck.model.device import DeviceConfig
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Permit, Via
from segcheck.model.trace import Verdict
from tests.analysis.builders import listed, route, router, rule, tcp

WEB = tcp("10.0.0.9", "192.0.2.7")


def _verdict(device: DeviceConfig) -> Verdict:
    (answer,) = judge_device(device, [WEB])
    return answer.verdict


def test_a_route_by_an_interface_that_the_table_lacks_is_a_way_out_like_any_other() -> None:
    (answer,) = judge_device(router(routes=(route("0.0.0.0/0", "nosuch"),)), [WEB])

    assert (answer.verdict, answer.egress) == (Verdict.PERMIT, "nosuch")


def test_a_policy_route_by_an_interface_that_the_table_lacks_is_one_too() -> None:
    device = router(listed("p", rule(Via("nosuch")), default=Permit()), pipeline=Pipeline(policy_routes="p"))
    (answer,) = judge_device(device, [WEB])

    assert (answer.verdict, answer.egress) == (Verdict.PERMIT, "nosuch")


def test_unknown_routing_leaves_every_way_open_and_none() -> None:
    known = router(routes=(route("0.0.0.0/0", "wan"),))
    unknown = DeviceConfig(
        format="test", interfaces=known.interfaces, lists=known.lists, addressing_known=True, routing_known=False
    )

    assert _verdict(known) is Verdict.PERMIT
    assert _verdict(unknown) is Verdict.UNDECIDED
