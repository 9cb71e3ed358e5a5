"""Devices that the tests of tracing share, and short questions to them."""

from __future__ import annotations

from segcheck.analysis.tracing import trace, trace_list
from segcheck.model.device import DeviceConfig
from segcheck.model.match import Expr, State
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import Assign, Permit, Return, RuleList, Translate, Translation
from segcheck.model.trace import Path, Probe, Verdict
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.analysis.builders import (
    field,
    listed,
    only_lists,
    router,
    rule,
    tcp,
)

WEB = tcp("10.0.0.9", "192.0.2.7")
TRACK = listed(
    "track",
    rule(Assign("state", int(State.NEW), 7), field("state", int(State.NONE)), identity="track"),
    default=Return(),
)
TRACKING = Stage("track", StageKind.CLASSIFY, (Binding("track"),))
STATEFUL = (
    rule(Permit(), field("state", int(State.ESTABLISHED), int(State.RELATED)), identity="known"),
    rule(Permit(), field("src", "10.0.0.0/24"), identity="out"),
)


def only(device: DeviceConfig, packet: Probe = WEB) -> Path:
    """Return the only way of a packet, which it surely takes."""
    found = trace(device, packet)
    assert [path.conditions for path in found.paths] == [()]
    return found.paths[0]


def egresses(device: DeviceConfig, packet: Probe = WEB) -> set[str]:
    found = trace(device, packet)
    return {path.egress for path in found.paths if path.verdict is Verdict.PERMIT and not path.local}


def to(side: str, *new: str | int, **how: object) -> Translate:
    """Return a translation to addresses (texts) and ports (numbers)."""
    own = [addresses.parse(text) for text in new if isinstance(text, str)]
    ports = [number for number in new if isinstance(number, int)]
    parts = {"addresses": own[0] if own else None, "ports": IntervalSet.of(*ports) if ports else None}
    return Translate(Translation(side, **(parts | how)))  # type: ignore[arg-type]


def natting(*rule_lists: RuleList, ingress: tuple[Stage, ...] = (), forward: tuple[Stage, ...] = ()) -> DeviceConfig:
    return router(TRACK, *rule_lists, pipeline=Pipeline(ingress=(TRACKING, *ingress), forward=forward))


def verdict(*rule_lists: RuleList, packet: Probe = WEB, ignore_interfaces: bool = False) -> Verdict:
    first = rule_lists[0].name
    return trace_list(only_lists(*rule_lists), first, packet, ignore_interfaces=ignore_interfaces).verdict


def holds(expr: Expr, packet: Probe = WEB, device: DeviceConfig | None = None, **how: bool) -> bool | None:
    """Return what an expression is worth, by a list that permits exactly what it matches."""
    asked = listed("L", rule(Permit(), expr))
    if device is None:
        device = DeviceConfig(format="test")
    whole = DeviceConfig(
        format="test",
        lists={"L": asked},
        interfaces=device.interfaces,
        routes=device.routes,
        routing_known=device.routing_known,
        addressing_known=device.addressing_known,
        schedules=device.schedules,
    )
    return {Verdict.PERMIT: True, Verdict.DENY: False, Verdict.UNDECIDED: None}[
        trace_list(whole, "L", packet, **how).verdict
    ]
