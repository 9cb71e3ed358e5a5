"""Random small rule lists, devices and packets, made of a handful of values so that rules meet packets often.

UNIVERSE          the values of header fields
small_packets     a packet of which everything is known
small_exprs       an expression over the universe
small_lists       a device that only has lists, and the name of the one to ask ("L0"; it may call the others)
small_devices     a device with a pipeline, NAT, addresses and routes
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from hypothesis import strategies as st

from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route, RouteKind
from segcheck.model.match import (
    AddressClass,
    AddressKind,
    All,
    AnyOf,
    Bits,
    Condition,
    Expr,
    Field,
    InForce,
    Kind,
    Not,
    State,
)
from segcheck.model.match import Interface as OnInterface
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import (
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    Rule,
    RuleList,
    SureAction,
    Translate,
    Translation,
    Unsure,
    Via,
)
from segcheck.model.schedule import WEEK_MINUTES, Schedule
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.oracle import carried

A = addresses.parse_one
UNIVERSE: Mapping[str, tuple[int, ...]] = {
    "src": (A("10.0.0.9"), A("10.0.1.9"), A("192.0.2.7"), A("2001:db8::9")),
    "dst": (A("10.0.0.1"), A("10.0.1.9"), A("192.0.2.7"), A("2001:db8:1::9")),
    "proto": (1, 6, 17, 47),
    "sport": (1000, 1001),
    "dport": (22, 80),
    "icmp_type": (0, 8),
    "icmp_code": (0,),
    "tcp_flags": (0x02, 0x10),
    "fragment": (0, 1),
}
INTERFACES = (
    Interface(
        name="a",
        addresses=(InterfaceAddress(A("10.0.0.1"), 24), InterfaceAddress(A("2001:db8::1"), 64)),
    ),
    Interface(
        name="b",
        addresses=(InterfaceAddress(A("10.0.1.1"), 24), InterfaceAddress(A("2001:db8:1::1"), 64)),
    ),
    Interface(name="b2", addresses=(InterfaceAddress(A("198.51.100.1"), 30),)),
)
NAMES = tuple(interface.name for interface in INTERFACES)
#: Of a connection, as they are for its opening packet.
FRESH = {"mark": 0, "connmark": 0, "dnat": 0, "snat": 0, "reply": 0}
OFFICE = Schedule(name="office", once=IntervalSet.empty(), weekly=IntervalSet.of((0, WEEK_MINUTES // 2)), known=True)
UNREAD = Schedule(name="unread", once=IntervalSet.empty(), weekly=IntervalSet.empty(), known=False)


@st.composite
def small_packets(draw: st.DrawFn, states: tuple[State, ...] = (State.NONE,)) -> dict[str, int]:
    """A packet with every field that it carries and its extra dimensions, `state` among them."""
    family = draw(st.sampled_from((4, 4, 4, 6)))
    packet = {
        name: draw(st.sampled_from([a for a in UNIVERSE[name] if addresses.family(a) == family]))
        for name in ("src", "dst")
    }
    packet["proto"] = draw(st.sampled_from(UNIVERSE["proto"]))
    packet["fragment"] = draw(st.sampled_from((0, 0, 0, 1)))
    if not packet["fragment"]:
        for name in carried(packet["proto"]):
            packet[name] = draw(st.sampled_from(UNIVERSE[name]))
    return packet | FRESH | {"state": int(draw(st.sampled_from(states)))}


def _fields() -> st.SearchStrategy[Expr]:
    singles = [Field(name, IntervalSet.of(value)) for name, values in UNIVERSE.items() for value in values]
    pairs = [
        Field(name, IntervalSet.of(one, other)) for name, values in UNIVERSE.items() for one, other in pairwise(values)
    ]
    return st.sampled_from(singles + pairs)


def _conditions() -> st.SearchStrategy[Expr]:
    kinds = st.sampled_from((Kind.UNKNOWN, Kind.VARIES, Kind.VARIES, Kind.LATER))
    return st.builds(Condition, st.sampled_from(("u", "v")), kinds)


@cache
def small_exprs(*, unknowns: bool = True, interfaces: bool = True, kinds: bool = True) -> st.SearchStrategy[Expr]:
    """An expression; without `unknowns` it is sure, without `kinds` it asks nothing of the device's addressing."""
    leaves: list[st.SearchStrategy[Expr]] = [
        _fields(),
        _fields(),
        st.builds(Bits, st.just("mark"), st.sampled_from((1, 2, 3)), st.sampled_from((0, 1, 2))),
        st.builds(Field, st.just("mark"), st.sampled_from((IntervalSet.of(0), IntervalSet.of((1, 3))))),
        st.builds(Field, st.just("state"), st.sampled_from((IntervalSet.of(1), IntervalSet.of(2, 3)))),
        st.builds(Bits, st.just("tcp_flags"), st.just(0x12), st.sampled_from((0x02, 0x10))),
        st.sampled_from((All(()), AnyOf(()))),
    ]
    if interfaces:
        sides, names = st.sampled_from(("in", "out")), st.sampled_from((("a",), ("b*",), ("*",), ("a", "b")))
        leaves.append(st.builds(OnInterface, sides, names))
    if kinds:
        some = st.frozensets(st.sampled_from(list(AddressClass)), min_size=1, max_size=3)
        leaves.append(st.builds(AddressKind, st.sampled_from(("src", "dst")), some))
    if unknowns:
        leaves += [_conditions(), st.builds(InForce, st.sampled_from(("office", "unread")))]
    return _combined(st.one_of(leaves))


@st.composite
def _combined(draw: st.DrawFn, leaf: st.SearchStrategy[Expr]) -> Expr:
    """A leaf, its negation, or two or three of them joined (cheaper to draw than `st.recursive`)."""

    def part() -> Expr:
        drawn = draw(leaf)
        return Not(drawn) if draw(st.integers(0, 4)) == 0 else drawn

    shape = draw(st.integers(0, 6))
    if shape <= 2:
        return part()
    if shape <= 4:
        return All((part(), part())) if shape == 3 else AnyOf((part(), part()))
    inner = All((part(), part())) if shape == 5 else AnyOf((part(), part()))
    return Not(AnyOf((inner, part()))) if shape == 5 else All((inner, Not(part())))


@cache
def _marking() -> st.SearchStrategy[SureAction]:
    return st.one_of(
        st.builds(Assign, st.just("mark"), st.sampled_from((0, 1, 2)), st.sampled_from((0, 1, 3, 0xFFFFFFFF))),
        st.builds(Copy, st.sampled_from(("mark", "connmark")), st.sampled_from(("mark", "connmark")), st.just(3)),
    )


@cache
def _filtering(callees: tuple[str, ...]) -> st.SearchStrategy[SureAction]:
    plain: list[st.SearchStrategy[SureAction]] = [
        st.sampled_from((Permit(), Deny(), Deny("tcp-rst"), Return(), Continue())),
        _marking(),
    ]
    if callees:
        plain.append(st.builds(Call, st.sampled_from(callees), st.booleans()))
    return st.one_of(plain)


@cache
def _translations(side: str, pools: bool) -> st.SearchStrategy[Translate]:
    new = UNIVERSE[side]
    address = st.sampled_from([a for a in new if addresses.family(a) == 4])
    fixed = st.builds(lambda a: Translation(side, addresses=IntervalSet.of(a)), address)
    ports = st.builds(
        lambda a, p: Translation(side, addresses=IntervalSet.of(a), ports=IntervalSet.of(p)),
        address,
        st.sampled_from(UNIVERSE["dport"]),
    )
    own = st.just(Translation(side, interface="in" if side == "dst" else "out"))
    sorts: list[st.SearchStrategy[Translation | None]] = [fixed, ports, own]
    if pools:
        two = st.just(Translation(side, addresses=IntervalSet.of((new[0], new[0] + 1))))
        loose = st.just(Translation(side, interface="out", port_may_change=IntervalSet.of((1000, 1001))))
        sorts += [two, st.none(), loose] if side == "src" else [two, st.none()]
    marked = st.sampled_from(((), (Assign("snat" if side == "src" else "dnat", 1, 0xFFFF),)))
    return st.builds(Translate, st.one_of(sorts), marked)


@st.composite
def _rule_lists(
    draw: st.DrawFn,
    name: str,
    actions: st.SearchStrategy[SureAction],
    exprs: st.SearchStrategy[Expr],
    defaults: st.SearchStrategy[Permit | Deny | Return | Unsure],
    unknowns: bool,
) -> RuleList:
    rules = []
    for number in range(draw(st.integers(1, 5))):
        action = draw(actions)
        if unknowns and draw(st.integers(0, 5)) == 0:
            action = Unsure((action, draw(actions)))  # type: ignore[assignment]
        enabled = draw(st.integers(0, 7)) > 0
        identity = f"{name}#{number + 1}"
        rules.append(Rule(id=identity, key=identity, match=draw(exprs), action=action, enabled=enabled))
    return RuleList(name=name, rules=tuple(rules), default=draw(defaults))


@cache
def _defaults(unknowns: bool) -> st.SearchStrategy[Permit | Deny | Return | Unsure]:
    sure: tuple[Permit | Deny | Return | Unsure, ...] = (Permit(), Deny())
    return st.sampled_from((*sure, Unsure((Permit(), Deny()))) if unknowns else sure)


@st.composite
def small_lists(draw: st.DrawFn, *, unknowns: bool = True, interfaces: bool = True) -> DeviceConfig:
    """A device with the lists L0 to L3; each calls only later ones, and L0 is the one to ask."""
    exprs = small_exprs(unknowns=unknowns, interfaces=interfaces, kinds=False)
    names = ("L0", "L1", "L2", "L3")
    lists = {}
    for index, name in enumerate(names):
        defaults = _defaults(unknowns) if index == 0 else st.sampled_from((Return(), Return(), Permit(), Deny()))
        actions = _filtering(names[index + 1 :])
        lists[name] = draw(_rule_lists(name, actions, exprs, defaults, unknowns))
    return DeviceConfig(format="random", lists=lists, schedules={"office": OFFICE, "unread": UNREAD})


def _track() -> RuleList:
    state = Field("state", IntervalSet.of(int(State.NONE)))
    rule = Rule(id="track", key="track", match=state, action=Assign("state", int(State.NEW), 7))
    return RuleList(name="track", rules=(rule,), default=Return(), builtin=True)


@st.composite
def small_devices(draw: st.DrawFn, *, unknowns: bool = True, pools: bool = True, routing: bool = True) -> DeviceConfig:
    """A device with ingress, DNAT, policy routes, forward, local and SNAT stages, each there or not.

    unknowns   conditions and actions that are not sure
    pools      translations with several possible results
    routing    routes that are unsure, and tables that are not known
    """
    exprs = small_exprs(unknowns=unknowns)
    lists = {"track": _track()}

    def filled(name: str, callees: tuple[str, ...] = ()) -> str:
        defaults = st.just(Return()) if name == "called" else _defaults(unknowns)
        lists[name] = draw(_rule_lists(name, _filtering(callees), exprs, defaults, unknowns))
        return name

    def rewriting(name: str, side: str) -> str:
        actions = st.one_of(st.sampled_from((Permit(), Return(), Continue())), _translations(side, pools))
        # importers bind translations to the family of their addresses; one that changes family is nobody's
        of_v4 = exprs.map(lambda expr: All((Field(side, addresses.V4), expr)))
        lists[name] = draw(_rule_lists(name, actions, of_v4, st.just(Permit()), False))
        return name

    def stage(name: str, kind: StageKind, list_name: str, side: str = "") -> Stage:
        at = draw(st.sampled_from(("", "", "in", "out")))
        families = draw(st.sampled_from((frozenset((4, 6)), frozenset((4, 6)), frozenset((4,)))))
        session = kind is StageKind.FILTER and draw(st.booleans())
        binding = Binding(list_name, at, ("a", "b*") if at else ())
        return Stage(name, kind, (binding,), families=families, side=side, session=session)

    def some(*stages: Stage) -> tuple[Stage, ...]:
        return tuple(one for one in stages if draw(st.integers(0, 3)) > 0)

    filled("called")
    track = Stage("track", StageKind.CLASSIFY, (Binding("track"),))
    defragment = Stage("defragment", StageKind.DEFRAGMENT)
    pipeline = Pipeline(
        ingress=(
            *((defragment,) if pools and draw(st.booleans()) else ()),
            track,
            *some(
                stage("raw", StageKind.FILTER, filled("raw", ("called",))),
                stage("dnat", StageKind.TRANSLATE, rewriting("dnat", "dst"), "dst"),
            ),
        ),
        forward=some(
            stage("forward", StageKind.FILTER, filled("forward", ("called",))),
            stage("snat", StageKind.TRANSLATE, rewriting("snat", "src"), "src"),
            stage("last", StageKind.FILTER, filled("last")),
        ),
        local=some(stage("local", StageKind.FILTER, filled("input", ("called",)))),
        policy_routes="policy" if draw(st.booleans()) else "",
    )
    vias = st.builds(Via, st.sampled_from(NAMES))
    turning = st.one_of(vias, st.sampled_from((Permit(), Return(), Deny(), Continue())))
    lists["policy"] = draw(_rule_lists("policy", turning, exprs, st.just(Return()), unknowns))
    return DeviceConfig(
        format="random",
        interfaces=INTERFACES,
        lists=lists,
        pipeline=pipeline,
        routes=tuple(draw(st.lists(_routes(routing), max_size=3))),
        routing_known=not routing or draw(st.integers(0, 3)) > 0,
        addressing_known=True,
        schedules={"office": OFFICE, "unread": UNREAD},
    )


@cache
def _routes(unsure: bool) -> st.SearchStrategy[Route]:
    return st.builds(
        lambda to, interface, discard, distance, sure: Route(
            to=addresses.parse(to),
            interface=None if discard else interface,
            kind=RouteKind.DISCARD if discard else RouteKind.UNICAST,
            distance=distance,
            sure=sure or not unsure,
        ),
        st.sampled_from(("0.0.0.0/0", "192.0.2.0/24", "10.0.0.0/8", "2000::/3")),
        st.sampled_from(NAMES),
        st.integers(0, 4).map(lambda n: n == 0),
        st.sampled_from((1, 1, 10)),
        st.integers(0, 2).map(lambda n: n > 0),
    )
