"""Translations, as measured: tests/kernel/FACTS.md e1, h1-h8, i1-i2."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segcheck.analysis.tracing import trace
from segcheck.model.match import ANYTHING, Field, Interface, Not, State
from segcheck.model.pipeline import StageKind
from segcheck.model.rules import Assign, Translate, Translation
from segcheck.model.trace import Probe
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.importers.iptables.saves import read, rule, rules, save

DNAT, SNAT = (Assign("dnat", 1, 0xFFFF),), (Assign("snat", 1, 0xFFFF),)


def at(text: str) -> IntervalSet:
    return addresses.parse(text)


SINGLE: list[tuple[str, int, Translate]] = [
    ("PREROUTING -j DNAT --to-destination 192.0.2.1", 4, Translate(Translation("dst", at("192.0.2.1")), DNAT)),
    (
        "PREROUTING -p tcp -j DNAT --to-destination 192.0.2.1:8080",
        4,
        Translate(Translation("dst", at("192.0.2.1"), ports=IntervalSet.of(8080)), DNAT),
    ),
    (
        "PREROUTING -j DNAT --to-destination 192.0.2.1-192.0.2.9 --persistent",
        4,
        Translate(Translation("dst", at("192.0.2.1-192.0.2.9")), DNAT),
    ),
    (
        "PREROUTING -p tcp -j DNAT --to-destination :8080",
        4,
        Translate(Translation("dst", ports=IntervalSet.of(8080)), DNAT),
    ),
    (
        "PREROUTING -p tcp -j DNAT --to-destination [2001:db8::1]:8080",
        6,
        Translate(Translation("dst", at("2001:db8::1"), ports=IntervalSet.of(8080)), DNAT),
    ),
    ("PREROUTING -j DNAT --to-destination 2001:db8::1", 6, Translate(Translation("dst", at("2001:db8::1")), DNAT)),
    ("PREROUTING -j DNAT --to-destination ::1", 6, Translate(Translation("dst", at("::1")), DNAT)),
    (
        "PREROUTING -p tcp -j REDIRECT --to-ports 3128",
        4,
        Translate(Translation("dst", interface="in", ports=IntervalSet.of(3128)), DNAT),
    ),
    ("PREROUTING -j REDIRECT", 4, Translate(Translation("dst", interface="in"), DNAT)),
    ("OUTPUT -j REDIRECT", 4, Translate(Translation("dst", at("127.0.0.1")), DNAT)),
    ("OUTPUT -j REDIRECT", 6, Translate(Translation("dst", at("::1")), DNAT)),
    (
        "PREROUTING -d 198.51.100.0/24 -j NETMAP --to 192.0.2.0/24",
        4,
        Translate(Translation("dst", at("192.0.2.0/24"), shift=at("192.0.2.0").min - at("198.51.100.0").min), DNAT),
    ),
    (
        "PREROUTING -d 198.51.100.16/28 -j NETMAP --to 192.0.2.0/24",
        4,
        Translate(Translation("dst", at("192.0.2.16/28"), shift=at("192.0.2.0").min - at("198.51.100.0").min), DNAT),
    ),
    ("PREROUTING -j NETMAP --to 192.0.2.0/24", 4, Translate(Translation("dst", at("192.0.2.0/24")), DNAT)),
]


@pytest.mark.parametrize(("line", "family", "expected"), SINGLE, ids=[f"{line} v{f}" for line, f, _ in SINGLE])
def test_translation(line: str, family: int, expected: Translate) -> None:
    assert rule(line, table="nat", family=family).action == expected


FREE: list[tuple[str, Translation]] = [
    ("POSTROUTING -j SNAT --to-source 192.0.2.1", Translation("src", at("192.0.2.1"))),
    ("POSTROUTING -j MASQUERADE", Translation("src", interface="out")),
    ("POSTROUTING -d 198.51.100.0/24 -j NETMAP --to 192.0.2.0/24", Translation("src", at("192.0.2.0/24"))),
]


@pytest.mark.parametrize(("line", "expected"), FREE, ids=[line for line, _ in FREE])
def test_source_port_that_is_not_free_is_replaced_by_another_of_its_class(line: str, expected: Translation) -> None:
    low, reserved, other = (found.action for found in rules(line, table="nat")[0])

    spans = (1, 511), (600, 1023), (1024, 65535)
    assert (low, reserved, other) == tuple(
        Translate(replace(expected, port_may_change=IntervalSet.of(span)), SNAT) for span in spans
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("POSTROUTING -j SNAT --to-source 192.0.2.1 --random", Translation("src", at("192.0.2.1"))),
        ("POSTROUTING -j MASQUERADE --random-fully", Translation("src", interface="out")),
    ],
)
def test_random_source_port_is_one_of_its_class(line: str, expected: Translation) -> None:
    actions = [found.action for found in rules(line, table="nat")[0]]

    spans = (1, 511), (600, 1023), (1024, 65535)
    assert actions == [Translate(replace(expected, ports=IntervalSet.of(span)), SNAT) for span in spans]


def test_classes_are_told_apart_by_the_port_that_was_there() -> None:
    low, reserved, other = (found.match for found in rules("POSTROUTING -j MASQUERADE", table="nat")[0])

    assert low == Field("sport", IntervalSet.of((0, 511)))
    assert reserved == Field("sport", IntervalSet.of((512, 1023)))
    assert other == ANYTHING  # all that is left


def test_packet_of_a_port_that_is_not_known_is_surely_translated() -> None:
    device = read(save("-A POSTROUTING -j SNAT --to-source 192.0.2.1", table="nat")).devices[0]
    known = {"src": at("10.0.0.5").min, "dst": at("198.51.100.7").min, "proto": 6, "tcp_flags": 2, "fragment": 0}
    found = trace(device, Probe(known=known | {"dport": 443}, ingress="eth0", egress="eth1"))

    assert {path.header["src"] for path in found.paths if path.egress} == {at("192.0.2.1").min}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("POSTROUTING -p tcp -j SNAT --to-source 192.0.2.1:1024-2047", "sport"),
        ("POSTROUTING -p tcp -j MASQUERADE --to-ports 1024-2047", "sport"),
        ("PREROUTING -p tcp -j DNAT --to-destination 192.0.2.1:1024-2047", "dport"),
    ],
)
def test_port_inside_of_the_range_asked_for_is_kept_while_it_is_free(line: str, name: str) -> None:
    (inside, outside), _ = rules(line, table="nat")
    span = IntervalSet.of((1024, 2047))

    assert Field(name, span) in inside.match.terms  # type: ignore[union-attr]
    assert Not(Field(name, span)) in outside.match.terms  # type: ignore[union-attr]
    assert isinstance(inside.action, Translate)
    assert isinstance(outside.action, Translate)
    assert inside.action.translation is not None
    assert outside.action.translation is not None
    assert (inside.action.translation.ports, inside.action.translation.port_may_change) == (None, span)
    assert outside.action.translation.ports == span
    assert inside.id == outside.id == f"{line.split()[0]}#1"


def test_shifted_port_range() -> None:
    (inside, outside), _ = rules("PREROUTING -p tcp -j DNAT --to-destination 192.0.2.1:2000-2009/1000", table="nat")

    assert Field("dport", IntervalSet.of((1000, 1009))) in inside.match.terms  # type: ignore[union-attr]
    assert isinstance(inside.action, Translate)
    assert inside.action.translation is not None
    assert inside.action.translation.port_shift == 1000
    assert isinstance(outside.action, Translate)


def test_redirect_from_both_sides_tells_passing_from_own_packets() -> None:
    found, _ = rules("PREROUTING -j mine", "OUTPUT -j mine", "mine -j REDIRECT", table="nat", chains=("mine",))
    passing, own = found[2:]

    assert passing.match == Interface("in", ("*",))
    assert own.match == Not(Interface("in", ("*",)))


def test_packet_that_translation_leaves_as_it_was_is_not_noted_where_rules_ask() -> None:
    nat = save("-A PREROUTING -j DNAT --to-destination 192.0.2.1", table="nat").replace("# Completed", "# completed")
    text = nat + save("-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT").split("\n", 1)[1]
    same, changed = read(text).devices[0].lists["nat/PREROUTING"].rules

    assert same.match == Field("dst", at("192.0.2.1"))
    assert same.action == Translate(Translation("dst", at("192.0.2.1")))
    assert changed.action == Translate(Translation("dst", at("192.0.2.1")), DNAT)


def test_only_packets_of_a_connection_are_translated() -> None:
    pipeline = read(save("-A POSTROUTING -j MASQUERADE", table="nat")).devices[0].pipeline
    stages = [stage for stage in pipeline.stages() if stage.kind is StageKind.TRANSLATE]

    assert {stage.name: stage.side for stage in stages} == {
        "nat PREROUTING": "dst",
        "nat POSTROUTING": "src",
        "nat INPUT": "src",
        "nat OUTPUT": "dst",
    }
    assert {stage.states for stage in stages} == {frozenset((State.NEW, State.ESTABLISHED, State.RELATED))}


def test_accept_in_nat_is_no_translation() -> None:
    assert rule("POSTROUTING -s 192.0.2.0/24 -j ACCEPT", table="nat").match != ANYTHING
