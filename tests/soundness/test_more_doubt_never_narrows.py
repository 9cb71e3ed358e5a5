"""Whatever becomes doubtful about a device, what is claimed of it only gets less.

Both engines, on random small devices and lists: definite answers may become undecided; they never turn around, and
undecided ones never become definite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from segcheck.analysis.compiling import judge_list
from segcheck.analysis.tracing import trace_list
from segcheck.model.device import DeviceConfig, Scope, Taint
from segcheck.model.match import AnyOf, Condition, Kind, State, conjunction
from segcheck.model.rules import Continue, Deny, Permit, Return, Rule, RuleList, Unsure
from segcheck.model.trace import Probe, Verdict
from tests.soundness.damage import Said, claims_more, through
from tests.strategies import NAMES, small_devices, small_lists, small_packets

#: What an unread option or line stands for.
UNREAD = Condition("unread", Kind.UNKNOWN)
OTHERS = (Permit(), Deny(), Continue())
STATES = (State.NONE, State.NEW, State.ESTABLISHED, State.RELATED)


def _narrowed(rule: Rule) -> Rule:
    return replace(rule, match=conjunction(rule.match, UNREAD))


def _widened(rule: Rule) -> Rule:
    return replace(rule, match=AnyOf((rule.match, UNREAD)))


def _any_action(rule: Rule) -> Rule:
    own = rule.action.actions if isinstance(rule.action, Unsure) else (rule.action,)
    return replace(rule, action=Unsure((*own, *(other for other in OTHERS if other not in own))))


def _added(rules: RuleList, draw: st.DrawFn) -> RuleList:
    unread = Rule(id="unread", key="unread", match=UNREAD, action=Unsure(OTHERS))
    at = draw(st.integers(0, len(rules.rules)))
    return replace(rules, rules=(*rules.rules[:at], unread, *rules.rules[at:]))


def _open_end(rules: RuleList, draw: st.DrawFn) -> RuleList:
    if isinstance(rules.default, Return | Unsure):
        return rules
    return replace(rules, default=Unsure((Permit(), Deny())))


def _changed(change: Callable[[Rule], Rule]) -> Callable[[RuleList, st.DrawFn], RuleList]:
    def changed(rules: RuleList, draw: st.DrawFn) -> RuleList:
        if not rules.rules:
            return rules
        at = draw(st.integers(0, len(rules.rules) - 1))
        return replace(rules, rules=(*rules.rules[:at], change(rules.rules[at]), *rules.rules[at + 1 :]))

    return changed


IN_A_LIST: dict[str, Callable[[RuleList, st.DrawFn], RuleList]] = {
    "a condition that may fail": _changed(_narrowed),
    "a condition that may hold": _changed(_widened),
    "an action that is not known": _changed(_any_action),
    "an unread line": _added,
    "an end that is not known": _open_end,
}


def _taint(device: DeviceConfig, draw: st.DrawFn) -> DeviceConfig:
    scope = draw(st.sampled_from(Scope))
    subjects = {Scope.LIST: tuple(device.lists), Scope.INTERFACE: NAMES}.get(scope, ("",))
    taint = Taint(scope, "unread:1", draw(st.sampled_from(subjects)))
    return replace(device, taints=(*device.taints, taint))


def _less_routing(device: DeviceConfig, draw: st.DrawFn) -> DeviceConfig:
    return replace(device, routing_known=False)


def _less_addressing(device: DeviceConfig, draw: st.DrawFn) -> DeviceConfig:
    return replace(device, addressing_known=False)


def _fewer_families(device: DeviceConfig, draw: st.DrawFn) -> DeviceConfig:
    return replace(device, families=device.families - {draw(st.sampled_from((4, 6)))})


def _unsure_route(device: DeviceConfig, draw: st.DrawFn) -> DeviceConfig:
    if not device.routes:
        return device
    at = draw(st.integers(0, len(device.routes) - 1))
    return replace(device, routes=tuple(replace(r, sure=r.sure and n != at) for n, r in enumerate(device.routes)))


def _unread_schedules(device: DeviceConfig, draw: st.DrawFn) -> DeviceConfig:
    return replace(device, schedules={name: replace(one, known=False) for name, one in device.schedules.items()})


OF_A_DEVICE: dict[str, Callable[[DeviceConfig, st.DrawFn], DeviceConfig]] = {
    "a taint": _taint,
    "routing not known": _less_routing,
    "addressing not known": _less_addressing,
    "a family not read": _fewer_families,
    "a route that may go": _unsure_route,
    "schedules not read": _unread_schedules,
}


@st.composite
def more_doubtful(draw: st.DrawFn, device: DeviceConfig) -> DeviceConfig:
    """The device with one to three further doubts."""
    for _ in range(draw(st.integers(1, 3))):
        what = draw(st.sampled_from((*IN_A_LIST, *OF_A_DEVICE, "a taint")))
        event(what)
        if what in OF_A_DEVICE:
            device = OF_A_DEVICE[what](device, draw)
        else:
            name = draw(st.sampled_from(sorted(device.lists)))
            device = replace(device, lists={**device.lists, name: IN_A_LIST[what](device.lists[name], draw)})
    return device


def _probe(packet: dict[str, int], ingress: str | None, minute: int | None, open_fields: frozenset[str]) -> Probe:
    known = {name: value for name, value in packet.items() if name != "state" and name not in open_fields}
    return Probe(known=known, ingress=ingress, minute=minute, state=State(packet["state"]))


#: Doubt shows best where there was none: half of them are sure.
DEVICES = st.one_of(small_devices(unknowns=False, pools=False, routing=False), small_devices())
LISTS = st.one_of(small_lists(unknowns=False), small_lists())
PACKETS = small_packets(STATES)
MINUTES = st.sampled_from((None, 0, 5000))
OPEN = st.frozensets(st.sampled_from(("src", "dst", "sport", "dport")), max_size=2).map(
    lambda names: names if len(names) == 2 else frozenset[str]()
)


@given(DEVICES, PACKETS, st.sampled_from((*NAMES, None)), MINUTES, OPEN, st.data())
def test_of_a_device(
    device: DeviceConfig,
    packet: dict[str, int],
    ingress: str | None,
    minute: int | None,
    open_fields: frozenset[str],
    data: st.DataObject,
) -> None:
    doubtful = data.draw(more_doubtful(device))
    probe = _probe(packet, ingress, minute, open_fields)
    before, after = through(device, probe), through(doubtful, probe)

    event(f"{before['sets'].verdict.value} became {after['sets'].verdict.value}")
    assert {engine: claims_more(before[engine], after[engine]) for engine in before} == {"sets": [], "trace": []}


@given(LISTS, PACKETS, st.sampled_from((*NAMES, None)), MINUTES, OPEN, st.booleans(), st.data())
def test_of_a_list(
    device: DeviceConfig,
    packet: dict[str, int],
    ingress: str | None,
    minute: int | None,
    open_fields: frozenset[str],
    ignore_interfaces: bool,
    data: st.DataObject,
) -> None:
    doubtful = data.draw(more_doubtful(device))
    probe = _probe(packet, ingress, minute, open_fields)

    def said(of: DeviceConfig) -> dict[str, Verdict]:
        (sets,) = judge_list(of, "L0", [probe], ignore_interfaces=ignore_interfaces)
        traced = trace_list(of, "L0", probe, ignore_interfaces=ignore_interfaces)
        return {"sets": sets.verdict, "trace": traced.verdict}

    before, after = said(device), said(doubtful)
    event(f"{before['sets'].value} became {after['sets'].value}")
    for engine, verdict in after.items():
        assert claims_more(Said(before[engine]), Said(verdict)) == [], engine


@given(small_devices(unknowns=False), PACKETS, st.sampled_from(NAMES))
def test_of_a_device_of_which_nothing_is_read_nothing_is_claimed(
    device: DeviceConfig, packet: dict[str, int], ingress: str
) -> None:
    probe = _probe(packet, ingress, None, frozenset())
    tainted = replace(device, taints=(Taint(Scope.DEVICE, "unread:1"),))
    unread = replace(device, families=frozenset())

    assert {said.verdict for one in (tainted, unread) for said in through(one, probe).values()} == {Verdict.UNDECIDED}


@given(small_lists(unknowns=False), PACKETS, st.sampled_from(NAMES))
def test_of_a_list_in_a_device_of_which_nothing_is_read_nothing_is_claimed(
    device: DeviceConfig, packet: dict[str, int], ingress: str
) -> None:
    probe = _probe(packet, ingress, None, frozenset())
    tainted = replace(device, taints=(Taint(Scope.DEVICE, "unread:1"),))
    unread = replace(device, families=frozenset())
    listed = replace(device, taints=(Taint(Scope.LIST, "unread:1", "L0"),))

    for one in (tainted, unread, listed):
        assert judge_list(one, "L0", [probe])[0].verdict is Verdict.UNDECIDED
        assert trace_list(one, "L0", probe).verdict is Verdict.UNDECIDED
