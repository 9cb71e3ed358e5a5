"""Connection tracking: what rules may ask of it, and how packets get their state."""

from __future__ import annotations

import pytest

from segcheck.model.match import ANYTHING, NOTHING, Bits, Expr, Field, Not, State, conjunction, disjunction, leaves
from segcheck.model.rules import Assign
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.importers.iptables.saves import read, rule, save

NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED = (
    State.NEW,
    State.ESTABLISHED,
    State.RELATED,
    State.INVALID,
    State.UNTRACKED,
)
TRACKED = Field("state", IntervalSet.of(NEW, ESTABLISHED, RELATED))


def state(*values: State) -> Field:
    return Field("state", IntervalSet.of(*values))


CASES: list[tuple[str, Expr]] = [
    ("-m conntrack --ctstate NEW", state(NEW)),
    ("-m conntrack --ctstate RELATED,ESTABLISHED", state(RELATED, ESTABLISHED)),
    ("-m conntrack ! --ctstate INVALID", Not(state(INVALID))),
    ("-m conntrack --ctstate UNTRACKED", state(UNTRACKED)),
    ("-m state --state NEW,INVALID", state(NEW, INVALID)),
    ("-m conntrack --ctstate DNAT", conjunction(TRACKED, Field("dnat", IntervalSet.of((1, 65535))))),
    ("-m conntrack --ctdir REPLY", conjunction(TRACKED, Field("reply", IntervalSet.of(1)))),
    ("-m conntrack --ctorigdst 192.0.2.1", conjunction(TRACKED, Field("orig_dst", addresses.parse("192.0.2.1")))),
    (
        "-m conntrack ! --ctorigsrc 192.0.2.1",
        conjunction(TRACKED, Not(Field("orig_src", addresses.parse("192.0.2.1")))),
    ),
    ("-m conntrack --ctstatus NONE", conjunction(TRACKED, NOTHING)),
    ("-m connmark --mark 1/3", conjunction(TRACKED, Bits("connmark", 3, 1))),
    ("-m connmark ! --mark 1/3", conjunction(TRACKED, Not(Bits("connmark", 3, 1)))),
    (
        "-m conntrack --ctstate NEW --ctproto 17 --ctorigdstport 53",
        conjunction(
            state(NEW),
            disjunction(
                Not(TRACKED),
                conjunction(TRACKED, Field("proto", IntervalSet.of(17)), Field("orig_dport", IntervalSet.of(53))),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_conntrack_option(text: str, expected: Expr) -> None:
    assert rule(f"FORWARD {text} -j ACCEPT").match == expected


def test_before_tracking_every_packet_counts_as_invalid() -> None:
    untracked = state(UNTRACKED)

    assert rule("PREROUTING -m conntrack --ctstate INVALID -j DROP", table="raw").match == Not(untracked)
    assert rule("PREROUTING -m conntrack --ctstate NEW -j DROP", table="raw").match == NOTHING
    assert rule("PREROUTING -m conntrack --ctstate UNTRACKED -j DROP", table="raw").match == untracked
    assert rule("PREROUTING -m conntrack --ctproto 6 -j DROP", table="raw").match != ANYTHING


def test_seen_reply_is_what_established_means() -> None:
    assert state(ESTABLISHED) in set(leaves(rule("FORWARD -m conntrack --ctstatus SEEN_REPLY -j ACCEPT").match))


TRACKING = [
    "-m conntrack --ctstate NEW",
    "-m state --state NEW",
    "-m connmark --mark 1",
    "-m connlimit --connlimit-above 1",
    "-m connbytes --connbytes 1 --connbytes-mode bytes --connbytes-dir both",
    "-m helper --helper ftp",
]


@pytest.mark.parametrize("text", TRACKING)
def test_rules_that_need_tracking_switch_it_and_reassembly_on(text: str) -> None:
    assert _stages(save(f"-A mine {text} -j ACCEPT", chains=("mine",)))[:2] == ["defragment", "conntrack"]


@pytest.mark.parametrize(
    "text", ["-m mark --mark 1", "-m limit --limit 1/sec", "-m addrtype --dst-type LOCAL", "-p tcp"]
)
def test_other_rules_leave_tracking_off(text: str) -> None:
    assert _stages(save(f"-A INPUT {text} -j ACCEPT")) == ["arrival"]


def test_translation_switches_tracking_on_and_an_empty_nat_table_does_not() -> None:
    translating = save("-A POSTROUTING -o eth0 -j MASQUERADE", table="nat")

    assert _stages(translating) == ["defragment", "conntrack", "nat PREROUTING", "arrival"]
    assert _stages(save(table="nat")) == ["nat PREROUTING", "arrival"]


def test_notrack_needs_no_tracking_and_helpers_do() -> None:
    assert "conntrack" not in _stages(save("-A PREROUTING -j CT --notrack", table="raw"))
    assert "conntrack" in _stages(save("-A PREROUTING -p tcp --dport 21 -j CT --helper ftp", table="raw"))


def test_tracking_is_switched_on_for_its_family_alone() -> None:
    device = read(save("-A INPUT -m state --state NEW -j DROP"), save("-A INPUT -j DROP", family=6)).devices[0]

    assert [stage.families for stage in device.pipeline.ingress if stage.name == "conntrack"] == [{4}]


def _stages(text: str) -> list[str]:
    return [stage.name for stage in read(text).devices[0].pipeline.ingress]


def _state_of(family: int, **header: int) -> State:
    """Return the state that the built-in list gives a packet, reading the list for a fully known header."""
    text = save("-A INPUT -m state --state NEW -j DROP", family=family)
    name = "kernel/conntrack" if family == 4 else "ip6/kernel/conntrack"
    values = {"state": State.NONE, **header}
    for found in read(text).devices[0].lists[name].rules:
        if _holds(found.match, values) and isinstance(found.action, Assign):
            return State(found.action.value)
    raise AssertionError("no rule gave a state")


def _holds(expr: object, values: dict[str, int]) -> bool:
    terms = getattr(expr, "terms", None)
    if terms is not None:
        held = [_holds(term, values) for term in terms]
        return all(held) if type(expr).__name__ == "All" else any(held)
    if isinstance(expr, Not):
        return not _holds(expr.term, values)
    if isinstance(expr, Bits):
        return expr.name in values and values[expr.name] & expr.mask == expr.value
    assert isinstance(expr, Field)
    return expr.name in values and values[expr.name] in expr.values


SYN, ACK, RST, FIN, PSH, URG = 2, 16, 4, 1, 8, 32


def test_tcp_is_new_with_syn_alone_or_ack_alone() -> None:
    for flags in range(256):
        expected = NEW if flags & (SYN | ACK | RST | FIN) in (SYN, ACK) else INVALID
        assert _state_of(4, proto=6, tcp_flags=flags) is expected, flags


def test_icmp_queries_are_new() -> None:
    assert {t for t in range(256) if _state_of(4, proto=1, icmp_type=t) is NEW} == {8, 13, 15, 17}


def test_icmpv6_queries_are_new_and_neighbour_messages_untracked() -> None:
    states = {t: _state_of(6, proto=58, icmp_type=t) for t in range(256)}

    assert {t for t, found in states.items() if found is NEW} == {128, 139}
    assert {t for t, found in states.items() if found is UNTRACKED} == {*range(130, 137), 143, 151, 152}


def test_other_protocols_are_new() -> None:
    assert {_state_of(4, proto=proto) for proto in (17, 47, 50, 89)} == {NEW}
    assert _state_of(6, proto=59) is INVALID
