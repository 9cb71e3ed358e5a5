"""A taint stands for a line that was not read: nothing that such a line could have said may contradict the answer.

The device with the line is compared with the device that has the taint in its place.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route, Scope, Taint
from segcheck.model.match import ANYTHING, Field, State
from segcheck.model.pipeline import Binding, Stage, StageKind
from segcheck.model.rules import Action, Deny, Permit, Rule, RuleList, Translate, Translation
from segcheck.model.trace import Probe, Verdict
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.soundness.damage import through
from tests.strategies import NAMES, UNIVERSE, small_devices, small_packets

DEVICES = small_devices(unknowns=False, pools=False, routing=False)
PACKETS = small_packets((State.NONE, State.NEW))
INGRESS = st.sampled_from(NAMES)
ENDS: st.SearchStrategy[Action] = st.sampled_from((Permit(), Deny()))
MATCHES = st.sampled_from(
    [ANYTHING, *(Field(name, IntervalSet.of(value)) for name in ("src", "dst", "dport") for value in UNIVERSE[name])]
)


def _inserted(device: DeviceConfig, name: str, action: Action, draw: st.DrawFn) -> DeviceConfig:
    rules = device.lists[name]
    at = draw(st.integers(0, len(rules.rules)))
    line = Rule(id="line", key="line", match=draw(MATCHES), action=action)
    more = replace(rules, rules=(*rules.rules[:at], line, *rules.rules[at:]))
    return replace(device, lists={**device.lists, name: more})


def _with_translating_stage(device: DeviceConfig, side: str, name: str) -> DeviceConfig:
    """Return a device that begins to translate: a vendor that has no such rules has no such stage either."""
    stage = Stage(name, StageKind.TRANSLATE, (Binding(name),), side=side)
    pipeline = device.pipeline
    if side == "dst":
        pipeline = replace(pipeline, ingress=(*pipeline.ingress, stage))
    else:
        pipeline = replace(pipeline, forward=(*pipeline.forward, stage))
    lists = {**device.lists, name: RuleList(name=name, rules=(), default=Permit())}
    return replace(device, lists=lists, pipeline=pipeline)


def _tainted(device: DeviceConfig, scope: Scope, subject: str = "") -> DeviceConfig:
    return replace(device, taints=(Taint(scope, "unread:1", subject),))


def _never_contradicted(there: DeviceConfig, tainted: DeviceConfig, packet: dict[str, int], ingress: str) -> None:
    known = {name: value for name, value in packet.items() if name != "state"}
    probe = Probe(known=known, ingress=ingress, state=State(packet["state"]))
    true, said = through(there, probe), through(tainted, probe)
    event(f"{true['sets'].verdict.value}, said {said['sets'].verdict.value}")
    for engine, answer in said.items():
        other = {Verdict.PERMIT: Verdict.DENY, Verdict.DENY: Verdict.PERMIT}.get(answer.verdict)
        assert true[engine].verdict is not other, engine


@given(DEVICES, PACKETS, INGRESS, st.data())
def test_of_a_list(device: DeviceConfig, packet: dict[str, int], ingress: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(device.lists)))
    action = data.draw(ENDS)
    there = data.draw(st.composite(lambda draw: _inserted(device, name, action, draw))())

    _never_contradicted(there, _tainted(device, Scope.LIST, name), packet, ingress)


@given(DEVICES, PACKETS, INGRESS, st.data())
def test_of_translation(device: DeviceConfig, packet: dict[str, int], ingress: str, data: st.DataObject) -> None:
    side = data.draw(st.sampled_from(("dst", "src")))
    new = data.draw(st.sampled_from([a for a in UNIVERSE[side] if addresses.family(a) == 4]))
    action = Translate(Translation(side, addresses=IntervalSet.of(new)))
    stages = [s for s in device.pipeline.stages() if s.kind is StageKind.TRANSLATE and s.side == side]
    name = stages[0].bindings[0].list if stages else "new"
    begun = device if stages else _with_translating_stage(device, side, name)
    there = data.draw(st.composite(lambda draw: _inserted(begun, name, action, draw))())

    _never_contradicted(there, _tainted(device, Scope.TRANSLATION), packet, ingress)


@given(DEVICES, PACKETS, INGRESS, st.data())
def test_of_routing(device: DeviceConfig, packet: dict[str, int], ingress: str, data: st.DataObject) -> None:
    line = data.draw(
        st.builds(
            lambda to, interface, distance: Route(to=addresses.parse(to), interface=interface, distance=distance),
            st.sampled_from(("0.0.0.0/0", "192.0.2.0/24", "192.0.2.7/32", "10.0.1.9/32", "::/0")),
            st.sampled_from(NAMES),
            st.sampled_from((1, 5)),
        )
    )

    _never_contradicted(
        replace(device, routes=(*device.routes, line)), _tainted(device, Scope.ROUTING), packet, ingress
    )


@given(DEVICES, PACKETS, INGRESS, st.data())
def test_of_what_the_device_takes_in(
    device: DeviceConfig, packet: dict[str, int], ingress: str, data: st.DataObject
) -> None:
    if "input" not in device.lists or not device.pipeline.local:
        return
    action = data.draw(ENDS)
    there = data.draw(st.composite(lambda draw: _inserted(device, "input", action, draw))())

    _never_contradicted(there, _tainted(device, Scope.LOCAL), packet, ingress)


@given(DEVICES, PACKETS, INGRESS, INGRESS, ENDS, st.data())
def test_of_the_whole_device(
    device: DeviceConfig, packet: dict[str, int], ingress: str, other: str, action: Action, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(device.lists)))
    there = data.draw(st.composite(lambda draw: _inserted(device, name, action, draw))())
    more = Interface(name=other, addresses=(InterfaceAddress(addresses.parse_one("192.0.2.7"), 24),))
    there = replace(there, interfaces=(*(i for i in there.interfaces if i.name != other), more))

    _never_contradicted(there, _tainted(device, Scope.DEVICE), packet, ingress)
