"""What each target does. Sources: iptables-extensions(8) 1.8.9, net/netfilter/xt_*.c."""

from __future__ import annotations

import pytest

from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import State
from segcheck.model.pipeline import Helper
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Action,
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    Translate,
    Unsure,
)
from tests.importers.iptables.saves import codes, read, rule, rules, save, use

WORD = 0xFFFFFFFF
FILTER: list[tuple[str, Action]] = [
    ("-j ACCEPT", Permit()),
    ("-j DROP", Deny()),
    ("", Continue()),
    ("-j LOG --log-level 7", Continue()),
    ("-j NFLOG --nflog-group 1", Continue()),
    ("-j REJECT", Deny("icmp 3/3")),
    ("-j REJECT --reject-with icmp-net-unreachable", Deny("icmp 3/0")),
    ("-j REJECT --reject-with icmp-host-unreachable", Deny("icmp 3/1")),
    ("-j REJECT --reject-with icmp-proto-unreachable", Deny("icmp 3/2")),
    ("-j REJECT --reject-with icmp-net-prohibited", Deny("icmp 3/9")),
    ("-j REJECT --reject-with icmp-host-prohibited", Deny("icmp 3/10")),
    ("-j REJECT --reject-with icmp-admin-prohibited", Deny("icmp 3/13")),
    ("-p tcp -j REJECT --reject-with tcp-reset", Deny("tcp-rst")),
    ("-j NFQUEUE --queue-num 1 --queue-bypass", Unsure((Permit(), Deny()))),
    ("-j QUEUE", Unsure((Permit(), Deny()))),
    ("-j AUDIT --type accept", Continue()),
]


@pytest.mark.parametrize(("text", "expected"), FILTER, ids=[text for text, _ in FILTER])
def test_target_of_the_filter_table(text: str, expected: Action) -> None:
    assert rule(f"FORWARD {text}").action == expected


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("icmp6-no-route", "icmp 1/0"),
        ("icmp6-adm-prohibited", "icmp 1/1"),
        ("icmp6-addr-unreachable", "icmp 1/3"),
        ("icmp6-port-unreachable", "icmp 1/4"),
        ("icmp6-policy-fail", "icmp 1/5"),
        ("icmp6-reject-route", "icmp 1/6"),
    ],
)
def test_refusal_in_ipv6(name: str, reply: str) -> None:
    assert rule(f"FORWARD -j REJECT --reject-with {name}", family=6).action == Deny(reply)
    assert rule("FORWARD -j REJECT", family=6).action == Deny("icmp 1/4")


MANGLE: list[tuple[str, Action]] = [
    ("-j MARK --set-xmark 0x1/0xff", Assign("mark", 1, 0xFF)),
    ("-j MARK --set-mark 0x10/0x3", Assign("mark", 0x10, 0x13)),
    ("-j MARK --set-mark 5", Assign("mark", 5, WORD)),
    ("-j MARK --and-mark 0xf", Assign("mark", 0, WORD & ~0xF)),
    ("-j MARK --or-mark 0xf", Assign("mark", 0xF, 0xF)),
    ("-j MARK --xor-mark 0xf", Assign("mark", 0xF, 0)),
    ("-j CONNMARK --set-xmark 0x1/0x1", Assign("connmark", 1, 1)),
    ("-j CONNMARK --save-mark", Copy("connmark", "mark", WORD)),
    ("-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff", Copy("mark", "connmark", 0xFF)),
    ("-j CONNMARK --restore-mark --mask 0xff", Copy("mark", "connmark", 0xFF)),
    ("-j TOS --set-tos 0x10/0x3f", Assign("tos", 0x10, 0x3F)),
    ("-j TOS --or-tos 0x10", Assign("tos", 0x10, 0x10)),
    ("-j DSCP --set-dscp 0x2e", Assign("tos", 0xB8, 0xFC)),
    ("-j DSCP --set-dscp-class EF", Assign("tos", 0xB8, 0xFC)),
    ("-j CLASSIFY --set-class 1:2", Continue()),
    ("-p udp -j CHECKSUM --checksum-fill", Continue()),
    ("-p tcp -j TCPMSS --clamp-mss-to-pmtu", Continue()),
]


@pytest.mark.parametrize(("text", "expected"), MANGLE, ids=[text for text, _ in MANGLE])
def test_target_of_the_mangle_table(text: str, expected: Action) -> None:
    assert rule(f"FORWARD {text}", table="mangle").action == expected
    assert use(f"FORWARD {text}", table="mangle") is LineUse.UNDERSTOOD


def test_time_to_live_is_written_where_rules_ask_for_it() -> None:
    asking = "INPUT -m ttl --ttl-eq 5 -j DROP"

    assert rules("PREROUTING -j TTL --ttl-set 64", asking, table="mangle")[0][0].action == Assign("ttl", 64, 0xFF)
    assert rules("FORWARD -j TTL --ttl-set 64", asking, table="mangle")[0][0].action == Assign("ttl", 65, 0xFF)
    assert rules("PREROUTING -j TTL --ttl-dec 1", asking, table="mangle")[0][1].because
    assert rule("PREROUTING -j TTL --ttl-dec 1", table="mangle").action == Continue()
    assert rule("PREROUTING -j TTL --ttl-set 1", table="mangle").action == Unsure((Continue(), Deny("icmp 11/0")))


def test_mark_that_is_copied_with_two_masks_is_unknown_afterwards() -> None:
    found, reading = rules(
        "PREROUTING -j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff",
        "PREROUTING -m mark --mark 1 -j DROP",
        table="mangle",
    )

    assert found[1].because == ("condition-not-modelled",)
    assert "action-not-modelled" in codes(reading)


RAW: list[tuple[str, Action]] = [
    ("-j NOTRACK", Assign("state", State.UNTRACKED, 7)),
    ("-j CT --notrack", Assign("state", State.UNTRACKED, 7)),
    ("-p tcp -j CT --helper ftp", Continue()),
    ("-j CT --zone 3", Unsure((Continue(), Assign("state", State.NONE, 7)))),
]


@pytest.mark.parametrize(("text", "expected"), RAW, ids=[text for text, _ in RAW])
def test_target_of_the_raw_table(text: str, expected: Action) -> None:
    assert rule(f"PREROUTING {text}", table="raw").action == expected


def test_helper_is_surely_on_for_what_its_rule_matches() -> None:
    _, reading = rules("PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp", table="raw")

    assert reading.devices[0].helpers == (Helper("ftp", True, "raw/PREROUTING", ("PREROUTING#1",)),)


def test_old_exports_may_have_helpers_that_no_rule_names() -> None:
    text = save("-A INPUT -m state --state RELATED -j ACCEPT")

    assert read(text).devices[0].helpers == ()
    assert read(text.replace("v1.8.9", "v1.4.21")).devices[0].helpers == (Helper("ftp", False),)


def test_jumps_and_gotos() -> None:
    found, _ = rules("FORWARD -j mine", "mine -g other", "other -j RETURN", chains=("mine", "other"))

    assert [one.action for one in found] == [Call("filter/mine"), Call("filter/other", goto=True), Return()]


def test_return_from_a_built_in_chain_means_its_policy() -> None:
    lists = read(save("-A FORWARD -j RETURN", policy="DROP")).devices[0].lists

    assert lists["filter/FORWARD"].rules[0].action == Deny()


def test_goto_from_a_built_in_chain_ends_with_its_policy() -> None:
    lists = read(save("-A FORWARD -g mine", "-A FORWARD -j ACCEPT", chains=("mine",), policy="DROP")).devices[0].lists
    action = lists["filter/FORWARD"].rules[0].action

    assert isinstance(action, Call)
    assert not action.goto
    through = lists[action.list]
    assert (through.builtin, through.default, through.rules[0].action) == (True, Deny(), Call("filter/mine"))


@pytest.mark.parametrize("text", ["-j nowhere", "-g nowhere", "-j NOSUCHTARGET --with option"])
def test_jump_to_nowhere_taints_since_no_such_table_would_load(text: str) -> None:
    (found,), reading = rules(f"FORWARD {text}")

    assert found.action == PERMIT_OR_DENY_OR_NOTHING
    assert {"undefined-name", "vendor-refuses"} <= codes(reading)
    assert {taint.scope for taint in reading.devices[0].taints} == {Scope.DEVICE}


@pytest.mark.parametrize(
    "lines",
    [
        ("FORWARD -j a", "a -j b", "b -j a"),
        ("FORWARD -j a", "a -j a"),
        ("FORWARD -j a", "a -j b", "b -g c", "c -j b"),
        ("FORWARD -j FORWARD",),
        ("FORWARD -j a", "a -j FORWARD"),
    ],
)
def test_jumps_in_a_circle_are_cut(lines: tuple[str, ...]) -> None:
    found, reading = rules(*lines, chains=("a", "b", "c"))

    assert sum(isinstance(one.action, Unsure) for one in found) == 1
    assert "vendor-refuses" in codes(reading)
    assert reading.devices[0].taints
    _assert_no_circle(reading.devices[0].lists)


def test_jumps_that_go_too_deep_are_cut() -> None:
    chains = tuple(f"c{number}" for number in range(3000))
    lines = ["FORWARD -j c0", *(f"c{number} -j c{number + 1}" for number in range(2999))]
    _, reading = rules(*lines, chains=chains)

    assert "vendor-refuses" in codes(reading)
    _assert_no_circle(reading.devices[0].lists)


def _assert_no_circle(lists: object) -> None:
    assert isinstance(lists, dict)
    left = {
        name: {one.action.list for one in found.rules if isinstance(one.action, Call)} for name, found in lists.items()
    }
    while left:
        ends = [name for name, calls in left.items() if not calls & left.keys()]
        assert ends
        for name in ends:
            del left[name]


def test_targets_that_send_packets_elsewhere_taint() -> None:
    for text, scope in (
        ("-j TEE --gateway 192.0.2.9", Scope.DEVICE),
        ("-p tcp -j TPROXY --on-port 3128", Scope.DEVICE),
    ):
        _, reading = rules(f"PREROUTING {text}", table="mangle")
        assert [taint.scope for taint in reading.devices[0].taints] == [scope]
        assert use(f"PREROUTING {text}", table="mangle") is LineUse.UNSUPPORTED


@pytest.mark.parametrize(
    ("line", "table"),
    [
        ("FORWARD -j MASQUERADE", "filter"),
        ("PREROUTING -j MASQUERADE", "nat"),
        ("POSTROUTING -j DNAT --to-destination 192.0.2.1", "nat"),
        ("PREROUTING -j DROP", "nat"),
        ("PREROUTING -j REJECT", "mangle"),
        ("FORWARD -j CT --notrack", "filter"),
    ],
)
def test_target_in_the_wrong_place_is_something_that_iptables_refuses(line: str, table: str) -> None:
    (found,), reading = rules(line, table=table)

    assert isinstance(found.action, Unsure)
    assert "vendor-refuses" in codes(reading)


@pytest.mark.parametrize(
    "text",
    [
        "-j REJECT --reject-with nonsense",
        "-j MARK --set-mark x",
        "-j MARK",
        "-j DSCP --set-dscp 64",
        "-j TOS --set-tos 0x100",
        "-j DROP --stray",
    ],
)
def test_unread_option_of_a_target_leaves_its_action_open(text: str) -> None:
    found = rule(f"FORWARD {text}", table="filter")

    assert found.action == PERMIT_OR_DENY_OR_NOTHING
    assert found.because


def test_unread_translation_may_make_anything_of_the_header() -> None:
    found = rule("PREROUTING -j DNAT --to-destination nonsense", table="nat")

    assert isinstance(found.action, Unsure)
    assert Translate(None) in found.action.actions
