"""Several routers in series, judged by the kernel, against sets and journeys. tools/long_run asks many more towns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from .handwritten_towns import Sheet, sheets
from .namespaces import ToolFailed
from .oracle import Rules
from .probes import ICMP, ICMPV6, TCP, Probe
from .random_towns import random_packets, random_town
from .routers import Agreement, Heard, agree, came_back, hear
from .town import Box, Letter, Port, Segment, Town
from .town_lab import TTL, Lab
from .town_ledger import Fate

BY_HAND: Mapping[str, Sheet] = {sheet.name: sheet for sheet in sheets()}
AT_RANDOM, PACKETS = (2, 5, 10), 40

pytestmark = pytest.mark.kernel


@cache
def by_hand(name: str) -> Heard:
    return hear(BY_HAND[name].town(), [one.probe for one in BY_HAND[name].expected()])


@cache
def agreed(case: str | int) -> Agreement:
    if isinstance(case, str):
        return agree(by_hand(case))
    town = random_town(case)
    return agree(hear(town, random_packets(town, PACKETS)))


CASES = [*BY_HAND, *AT_RANDOM]


@pytest.mark.parametrize("name", BY_HAND)
def test_kernel_does_what_the_sheet_says(name: str) -> None:
    heard = by_hand(name)
    for one in BY_HAND[name].expected():
        told = heard.told[Letter(one.probe, heard.town.segment(one.probe.interface).gateway)]
        assert (told.fate.place, came_back(one.probe, told)) == (one.place, one.back), one.probe


@pytest.mark.parametrize("case", CASES)
class TestSlice:
    def test_neither_sets_nor_journeys_are_wrong(self, case: str | int) -> None:
        assert agreed(case).wrong == []

    def test_nothing_is_undecided_but_what_is_explained(self, case: str | int) -> None:
        assert agreed(case).unexplained() == {}

    def test_where_every_rule_is_written_by_hand_everything_is_decided(self, case: str | int) -> None:
        if isinstance(case, str):
            assert agreed(case).undecided == {}


def test_slice_asks_enough() -> None:
    counts: Counter[str] = Counter()
    for case in CASES:
        counts += agreed(case).counts
    assert counts["packets"] >= 200
    assert counts["delivered"] >= 0.4 * counts["packets"]
    assert counts["through two routers or more"] >= 80
    assert counts["replies"] >= 120
    assert counts["came back by other routers"] >= 10
    assert counts["translated"] >= 40
    assert min(counts["IPv4"], counts["IPv6"]) >= 80
    assert counts["forged sources"] >= 10


# ---- what is not so is found to be wrong


def altered(heard: Heard, router: str, old: str, new: str) -> Heard:
    rules = heard.exports[router]
    v4, v6 = re.sub(old, new, rules.iptables), re.sub(old, new, rules.ip6tables)
    assert (v4, v6) != (rules.iptables, rules.ip6tables)
    return replace(heard, exports={**heard.exports, router: replace(rules, iptables=v4, ip6tables=v6)})


@pytest.mark.parametrize(
    ("name", "router", "old", "new"),
    [
        ("three-in-series", "r1", "--dport 443 -j ACCEPT", "--dport 444 -j ACCEPT"),
        ("three-in-series", "r3", ":8443", ":8444"),
        ("three-in-series", "r2", ":FORWARD DROP", ":FORWARD ACCEPT"),
        ("there-and-back-by-different-routers", "r2", "--ctstate INVALID -j DROP", "--ctstate INVALID -j ACCEPT"),
        ("twice-translated", "r2", "-j MASQUERADE", "-j ACCEPT"),
        ("longest-prefix-nowhere-and-in-circles", "r3", "-j REJECT.*", "-j ACCEPT"),
        ("redirected-and-not-tracked", "r2", "3128 -j ACCEPT", "3129 -j ACCEPT"),
    ],
)
def test_export_that_is_not_the_kernels_gives_wrong_answers(name: str, router: str, old: str, new: str) -> None:
    wrong = agree(altered(by_hand(name), router, old, new)).wrong
    assert any("journeys" in one for one in wrong)
    # the sets are not asked about answers
    assert any("sets" in one for one in wrong) or name.startswith("there-and-back")


@pytest.mark.parametrize(("arrived", "instead"), [(True, ""), (True, "t"), (False, "b"), (False, "device:r2")])
def test_fate_that_is_not_the_kernels_is_contradicted_by_both(arrived: bool, instead: str) -> None:
    heard = by_hand("three-in-series")
    letter, told = next(pair for pair in heard.told.items() if bool(pair[1].fate.place) is arrived)
    other = replace(told, fate=Fate(instead, None, told.fate.path), answer=None, reply=None)
    wrong = agree(replace(heard, told={**heard.told, letter: other})).wrong
    assert (len(wrong), "journeys" in wrong[0], "sets" in wrong[1]) == (2, True, True)


@pytest.mark.parametrize("change", [{"dst": "10.2.0.99"}, {"sport": 7}, {"src": "10.1.0.21"}])
def test_header_that_is_not_the_kernels_is_contradicted(change: dict[str, object]) -> None:
    heard = by_hand("longest-prefix-nowhere-and-in-circles")
    letter, told = next(iter(heard.told.items()))
    assert told.fate.header is not None
    fate = replace(told.fate, header=replace(told.fate.header, **change))  # type: ignore[arg-type]
    wrong = agree(replace(heard, told={**heard.told, letter: replace(told, fate=fate)})).wrong
    assert any("journeys" in one for one in wrong)


def test_answer_that_got_lost_is_contradicted() -> None:
    heard = by_hand("three-in-series")
    letter, told = next(pair for pair in heard.told.items() if came_back(pair[0].probe, pair[1]))
    wrong = agree(replace(heard, told={**heard.told, letter: replace(told, reply=Fate())})).wrong
    assert len(wrong) == 1
    assert "answer" in wrong[0]


# ---- the laboratory


def two_hosts(rules: Rules) -> Town:
    segments = [
        Segment(
            name=name, v4=f"10.{n}.0.0/24", v6=f"fd00:{n}::/64", hosts=(f"10.{n}.0.20", f"fd00:{n}::20"), gateway="r1"
        )
        for n, name in enumerate("ab", 1)
    ]
    ports = [
        Port(name=f"eth{n}", segment=name, addresses=(f"10.{n}.0.1/24", f"fd00:{n}::1/64"))
        for n, name in enumerate("ab", 1)
    ]
    return Town(name="two", segments=tuple(segments), boxes=(Box(name="r1", ports=tuple(ports), rules=rules),))


def open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def test_nothing_is_left_behind() -> None:
    before = open_files()
    with Lab(two_hosts(Rules())):
        assert open_files() > before
    assert open_files() == before


def test_nothing_is_left_behind_when_rules_are_refused() -> None:
    before = open_files()
    with pytest.raises(ToolFailed):
        Lab(two_hosts(Rules(iptables="*filter\n-A FORWARD -j NOWHERE\nCOMMIT\n")))
    assert open_files() == before


def test_host_receives_what_is_for_its_own_address_alone() -> None:
    packets = [
        Probe(interface="a", src="10.1.0.20", dst=dst, proto=TCP, sport=1025 + n, dport=80, ttl=TTL)
        for n, dst in enumerate(("10.2.0.20", "10.2.0.21"))
    ]
    told = hear(two_hosts(Rules()), packets).told.values()
    assert [one.fate.place for one in told] == ["b", ""]


def test_router_asked_under_an_address_that_all_routers_have_answers_under_one_of_its_own() -> None:
    packets = [
        Probe(interface="a", src="fd00:1::20", dst="fd00:2::", proto=ICMPV6, ttl=TTL),
        Probe(interface="a", src="10.1.0.20", dst="10.2.0.255", proto=ICMP, ttl=TTL),
        Probe(interface="a", src="10.1.0.20", dst="10.2.0.1", proto=ICMP, ttl=TTL),
    ]
    anycast, broadcast, own = hear(two_hosts(Rules()), packets).told.values()
    assert [one.fate.place for one in (anycast, broadcast, own)] == ["device:r1"] * 3
    assert anycast.reply is not None
    assert anycast.reply.header is not None
    assert anycast.reply.header.src in ("fd00:1::1", "fd00:2::1")
    assert broadcast.reply is None
    assert own.reply is not None
