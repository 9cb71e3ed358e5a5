"""What rules ask and do, in the model's words."""

from __future__ import annotations

import pytest

from segcheck.importers.nftables._context import of_family
from segcheck.model.device import Scope
from segcheck.model.match import (
    ANYTHING,
    AddressClass,
    AddressKind,
    Bits,
    Condition,
    Expr,
    Field,
    Interface,
    Kind,
    Not,
    State,
    conjunction,
    leaves,
)
from segcheck.model.pipeline import Helper, StageKind
from segcheck.model.rules import (
    Action,
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    Rule,
    Translate,
    Translation,
    Unsure,
)
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.importers.nftables.rulesets import read, rule, rules, ruleset, told

V4, V6 = of_family(4), of_family(6)
TCP = Field("proto", IntervalSet.of(6))
#: Where connections are tracked, fragments are joined before any rule sees them.
TRACKING = "ct state established accept"


def states(*values: State) -> Field:
    return Field("state", IntervalSet.of(*values))


def field(name: str, *values: int | tuple[int, int]) -> Field:
    return Field(name, IntervalSet.of(*values))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ip saddr 10.0.0.0/8", conjunction(V4, Field("src", addresses.parse("10.0.0.0/8")))),
        ("ip daddr != 10.0.0.1", conjunction(V4, Field("dst", addresses.V4 - addresses.parse("10.0.0.1")))),
        ("ip6 saddr fe80::/10", conjunction(V6, Field("src", addresses.parse("fe80::/10")))),
        ("ip daddr 10.0.0.1-10.0.0.9", conjunction(V4, Field("dst", addresses.parse("10.0.0.1-10.0.0.9")))),
        ("ip saddr & 255.0.0.255 == 10.0.0.1", None),
        ("ct state new tcp dport 22", conjunction(states(State.NEW), TCP, field("dport", 22))),
        ("ct state new tcp dport != { 22, 80-90 }", None),
        ("ct state established,related", states(State.ESTABLISHED, State.RELATED)),
        ("ct state { new, invalid }", states(State.NEW, State.INVALID)),
        ("ct state != new", states(State.ESTABLISHED, State.RELATED, State.INVALID, State.UNTRACKED)),
        ("ct state 0x2,0x4", states(State.ESTABLISHED, State.RELATED)),
        ("meta l4proto { tcp, 17 }", field("proto", 6, 17)),
        ("ip protocol gre", conjunction(V4, field("proto", 47))),
        ('iifname "eth*"', Interface("in", ("eth*",))),
        ('oif != "lo"', Not(Interface("out", ("lo",)))),
        ("meta mark 0x10", field("mark", 16)),
        ("meta mark & 0xff == 0x10", Bits("mark", 0xFF, 0x10)),
        ("meta mark & 0xff != 0x10", Not(Bits("mark", 0xFF, 0x10))),
        ("meta mark > 0x10", field("mark", (17, 0xFFFFFFFF))),
        ("meta nfproto ipv6", V6),
        ("ip dscp cs1", conjunction(V4, field("tos", (32, 35)))),
        ("ip6 hoplimit 1", conjunction(V6, field("ttl", 2))),
        ("ip length 100-200", conjunction(V4, field("length", (100, 200)))),
        ("ip6 length 100", conjunction(V6, field("length", 140))),
        ("ip frag-off & 0x1fff != 0", conjunction(V4, field("fragment", 1))),
        ("ether saddr 02:00:00:00:00:01", field("mac", 0x020000000001)),
        ("ct direction reply", conjunction(states(State.NEW, State.ESTABLISHED, State.RELATED), field("reply", 1))),
        ("ip6 saddr fe80::/10 fib daddr type local", None),
    ],
)
def test_matches(text: str, expected: Expr | None) -> None:
    found = rule(f"{text} accept")

    assert found.because == ()
    assert found.action == Permit()
    assert found.text.replace(" ", "") == f"{text}accept".replace(" ", "")
    if expected is not None:
        assert found.match == expected
    else:
        assert not [leaf for leaf in leaves(found.match) if isinstance(leaf, Condition) and leaf.kind is Kind.UNKNOWN]


def test_address_type_asks_the_devices_own_addressing() -> None:
    found = rule("fib daddr type local accept")

    assert AddressKind("dst", frozenset((AddressClass.LOCAL,))) in list(leaves(found.match))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("vlan id 5", Kind.UNKNOWN),
        ("meta iifgroup 3", Kind.UNKNOWN),
        ("ip saddr 10.0.0.300", Kind.UNKNOWN),
        ("ct original proto-dst 80", Kind.UNKNOWN),
        ("ct status != dnat", Kind.UNKNOWN),
        ("meta skuid 1000", Kind.VARIES),
        ('meta hour "08:00"-"17:00"', Kind.VARIES),
        ("limit rate 5/second burst 3 packets", Kind.VARIES),
        ("limit rate over 10 mbytes/second", Kind.VARIES),
        ("ct count over 5", Kind.VARIES),
        ("quota over 10 mbytes", Kind.VARIES),
        ("numgen random mod 2 0", Kind.VARIES),
        ("add @s { ip saddr timeout 5m }", Kind.VARIES),
    ],
)
def test_what_is_not_known_may_hold_or_not(text: str, kind: Kind) -> None:
    found = rule(f"{text} accept", before="set s {\ntype ipv4_addr\nflags dynamic\n}")
    conditions = [leaf for leaf in leaves(found.match) if isinstance(leaf, Condition)]

    assert {leaf.kind for leaf in conditions} == {kind}
    assert found.because != ()


def test_a_rate_that_decides_nothing_raises_no_doubt() -> None:
    assert rule("limit rate 5/second log").because == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accept", Permit()),
        ("drop", Deny()),
        ("return", Deny()),
        ("continue", Continue()),
        ("jump other", Call("inet/t/other")),
        ("goto other", Call("inet/t/base goto inet/t/other")),
        ('log prefix "a ; b" level info flags tcp sequence,options', Continue()),
        ('counter name "c"', Continue()),
        ("meta mark set 0x7", Assign("mark", 7, 0xFFFFFFFF)),
        ("meta mark set meta mark | 0x7", Assign("mark", 7, 7)),
        ("meta mark set meta mark ^ 0x7", Assign("mark", 7, 0)),
        ("meta mark set meta mark & 0x7", Assign("mark", 0, 0xFFFFFFF8)),
        ("meta mark set ct mark", Copy("mark", "connmark", 0xFFFFFFFF)),
        ("ct mark set meta mark", Copy("connmark", "mark", 0xFFFFFFFF)),
        ("ip dscp set cs1", Assign("tos", 32, 0xFC)),
        ("tcp option maxseg size set rt mtu", Continue()),
        ("meta priority set 1:1", Continue()),
        ("queue flags bypass to 1", Unsure((Permit(), Deny()))),
        ("meta l4proto tcp reject with tcp reset", Deny("tcp-rst")),
        ("reject with icmp host-unreachable", Deny("icmp 3/1")),
        ("reject with icmpv6 type addr-unreachable", Deny("icmp 1/3")),
    ],
)
def test_actions(text: str, expected: Action) -> None:
    found = rule(text, before="chain other {\n}\ncounter c {\n}")

    assert found.action == expected


def test_reject_answers_by_family() -> None:
    found = rules("reject with icmpx admin-prohibited")

    assert [(one.match, one.action) for one in found] == [(V4, Deny("icmp 3/13")), (V6, Deny("icmp 1/1"))]


def test_return_in_a_chain_that_is_jumped_to_goes_back() -> None:
    (device,) = read(ruleset("jump other", before="chain other {\nreturn\n}")).devices

    assert device.lists["inet/t/other"].rules[0].action == Return()
    assert device.lists["inet/t/other"].default == Return()


def test_mark_that_is_asked_and_written_is_not_asked_again() -> None:
    (device,) = read(ruleset("meta mark 1 meta mark set 2 tcp dport 22 accept", TRACKING)).devices
    (found, _) = device.lists["inet/t/base"].rules
    inner = device.lists["inet/t/base#1"]

    assert (found.match, found.action) == (field("mark", 1), Call("inet/t/base#1"))
    assert [one.action for one in inner.rules] == [Assign("mark", 2, 0xFFFFFFFF), Permit()]
    assert [one.match for one in inner.rules] == [ANYTHING, conjunction(TCP, field("dport", 22))]


def test_mark_that_cannot_be_followed_is_unknown_wherever_it_is_asked() -> None:
    found = rules("meta mark 1 accept", "meta mark set jhash ip saddr mod 2")

    assert found[0].because == ("condition-not-modelled",)


def test_verdict_map() -> None:
    found = rules("tcp dport vmap { 22 : accept, 23 : accept, 80 : jump other }", TRACKING, before="chain other {\n}")[
        :-1
    ]

    assert [(one.match, one.action) for one in found] == [
        (conjunction(TCP, field("dport", 22, 23)), Permit()),
        (conjunction(TCP, field("dport", 80)), Call("inet/t/other")),
    ]


def test_maps_that_nobody_knows_may_end_in_any_way() -> None:
    (found,) = rules("tcp dport vmap @m", before="map m {\ntype inet_service : verdict\nflags dynamic\n}")

    assert isinstance(found.action, Unsure)
    assert {Permit(), Deny(), Continue()} <= set(found.action.actions)


def test_ports_of_any_header_may_be_other_bytes() -> None:
    alone, of_tcp = rules("th dport 22 accept", "meta l4proto tcp th dport 22 accept", TRACKING)[:2]
    doubts = [leaf for leaf in leaves(alone.match) if isinstance(leaf, Condition)]

    assert [leaf.kind for leaf in doubts] == [Kind.VARIES]
    assert TCP in list(leaves(of_tcp.match))


def test_circle_through_a_map_that_nobody_knows_ends() -> None:
    before = "map m {\ntype inet_service : verdict\nflags dynamic\n}\nchain other {\ntcp dport vmap @m\n}"
    reading = read(ruleset("tcp dport vmap @m", "jump other", before=before))

    assert {taint.scope for taint in reading.devices[0].taints} == {Scope.DEVICE}
    assert not any(isinstance(a, Call) for a in _ends(reading.devices[0].lists["inet/t/other"].rules[0]))


def _ends(found: Rule) -> tuple[Action, ...]:
    return found.action.actions if isinstance(found.action, Unsure) else (found.action,)


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("dnat to 10.0.0.1", Translation("dst", addresses.parse("10.0.0.1"))),
        ("dnat to 10.0.0.1:8080", Translation("dst", addresses.parse("10.0.0.1"), ports=IntervalSet.of(8080))),
        ("dnat 10.0.0.1:8080", Translation("dst", addresses.parse("10.0.0.1"), ports=IntervalSet.of(8080))),
        ("dnat to 10.0.0.1-10.0.0.5", Translation("dst", addresses.parse("10.0.0.1-10.0.0.5"))),
        ("redirect to :3128", Translation("dst", interface="in", ports=IntervalSet.of(3128))),
        ("redirect", Translation("dst", interface="in")),
        (
            "dnat ip prefix to ip daddr map { 10.1.0.0/24 : 10.2.0.0/24 }",
            Translation("dst", addresses.parse("10.2.0.0/24"), shift=0x10000),
        ),
    ],
)
def test_destination_translation(text: str, translation: Translation) -> None:
    found = rule(text, family="ip", hook="prerouting", kind="nat", priority="dstnat", policy="accept")

    assert isinstance(found.action, Translate)
    assert found.action.translation == translation


def test_source_translation_is_split_by_classes_of_ports() -> None:
    found = rules("masquerade", family="ip", hook="postrouting", kind="nat", priority="srcnat", policy="accept")

    assert len(found) == 3
    assert {one.action.translation.interface for one in found if isinstance(one.action, Translate)} == {"out"}  # type: ignore[union-attr]


def test_translation_where_it_cannot_stand_is_doubted() -> None:
    assert "unrecognised-line" in told(read(ruleset("dnat to 10.0.0.1")))


def test_helper_is_named_by_its_object() -> None:
    before = 'ct helper standard {\ntype "ftp" protocol tcp\nl3proto inet\n}'
    (device,) = read(ruleset('tcp dport 21 ct helper set "standard"', before=before)).devices

    assert device.helpers == (Helper("ftp", True, "inet/t/base", ("base#1",)),)


def test_counter_comment_and_log_are_kept() -> None:
    found = rule('counter packets 7 bytes 420 log accept comment "to the web"')

    assert (found.hits, found.log, found.comment, found.id) == (7, True, "to the web", "base#1")


def test_state_before_tracking_is_untracked_or_invalid() -> None:
    early = {"hook": "prerouting", "priority": "raw", "policy": "accept"}
    untracked = states(State.UNTRACKED)

    assert rule("ct state untracked accept", **early).match == untracked
    assert rule("ct state invalid accept", **early).match == Not(untracked)


def test_chains_stand_by_priority_and_translation_at_its_own_place() -> None:
    parts = [
        ruleset("drop", family="ip", hook="prerouting", priority=priority, policy="accept").replace(
            "table ip t", f"table ip t{n}"
        )
        for n, priority in enumerate(("10", "raw", "mangle + 5"))
    ]
    nat = ruleset("dnat to 10.0.0.1", family="ip", hook="prerouting", kind="nat", priority="100", policy="accept")
    (device,) = read("".join([*parts, nat])).devices
    four = [stage for stage in device.pipeline.ingress if stage.families == {4}]

    assert [stage.name for stage in four] == [
        "defragment",
        "ip t1 base",
        "conntrack",
        "ip t2 base",
        "ip t base",
        "ip t0 base",
        "arrival",
    ]
    assert four[4].kind is StageKind.TRANSLATE
    assert [stage.name for stage in device.pipeline.ingress if stage.families == {6}] == ["arrival"]


def test_order_of_equal_priorities_matters_only_where_something_is_written() -> None:
    two = ruleset("tcp dport 22 drop", policy="accept") + ruleset("tcp dport 23 drop", family="ip", policy="accept")
    writing = two.replace("tcp dport 23 drop", "tcp dport 23 meta mark set 1")

    assert read(two).devices[0].taints == ()
    assert len(read(writing).devices[0].taints) == 1
