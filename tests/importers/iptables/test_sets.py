"""ipset: types, exceptions, and what is not known of a set. Source: ipset(8) 7.17."""

from __future__ import annotations

import pytest

from segcheck.model.diagnostic import LineUse
from segcheck.model.match import NOTHING, Bits, Condition, Expr, Field, Interface, Not, conjunction, disjunction, leaves
from segcheck.model.reading import Complete
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.importers.iptables.saves import codes, read, rule, rules, save

TCP, UDP = Field("proto", IntervalSet.of(6)), Field("proto", IntervalSet.of(17))


def at(*texts: str) -> IntervalSet:
    found = IntervalSet.empty()
    for text in texts:
        found |= addresses.parse(text)
    return found


def asked(kind: str, *elements: str, sides: str = "src", options: str = "family inet") -> Expr:
    lines = [f"create s {kind} {options}".strip(), *(f"add s {element}" for element in elements)]
    return rule(f"FORWARD -m set --match-set s {sides} -j DROP", sets="\n".join(lines) + "\n").match


def test_addresses_and_networks() -> None:
    assert asked("hash:ip", "192.0.2.1", "192.0.2.2") == Field("src", at("192.0.2.1-192.0.2.2"))
    assert asked("hash:net", "192.0.2.0/24", "198.51.100.7", sides="dst") == Field(
        "dst", at("192.0.2.0/24", "198.51.100.7")
    )
    assert asked("hash:ip", "192.0.2.0", options="family inet netmask 30") == Field("src", at("192.0.2.0/30"))
    assert asked("bitmap:ip", "192.0.2.9", options="range 192.0.2.0/24") == Field("src", at("192.0.2.9"))
    assert asked("hash:ip") == NOTHING


def test_most_specific_network_decides() -> None:
    found = asked("hash:net", "10.0.0.0/8", "10.1.0.0/16 nomatch", "10.1.2.0/24")

    assert found == Field("src", (at("10.0.0.0/8") - at("10.1.0.0/16")) | at("10.1.2.0/24"))


def test_ports() -> None:
    port = Field("dport", IntervalSet.of(80))
    found = asked("hash:ip,port", "192.0.2.1,tcp:80", "192.0.2.3,tcp:80", "192.0.2.1,udp:53", sides="src,dst")

    assert found == disjunction(
        conjunction(Field("src", at("192.0.2.1", "192.0.2.3")), TCP, port),
        conjunction(Field("src", at("192.0.2.1")), UDP, Field("dport", IntervalSet.of(53))),
    )
    assert asked("bitmap:port", "80", sides="dst", options="range 0-1023") == conjunction(
        Field("proto", IntervalSet.of(6, 17)), port
    )


def test_icmp_type_stands_for_a_port_and_other_protocols_have_port_zero() -> None:
    ping = asked("hash:ip,port", "192.0.2.1,icmp:8/0", sides="src,src")
    assert {Field("icmp_type", IntervalSet.of(8)), Field("icmp_code", IntervalSet.of(0))} <= set(leaves(ping))
    gre = asked("hash:ip,port", "192.0.2.1,gre:0", sides="src,src")
    assert gre == conjunction(Field("src", at("192.0.2.1")), Field("proto", IntervalSet.of(47)))


def test_several_dimensions() -> None:
    found = asked("hash:ip,port,net", "192.0.2.1,tcp:80,198.51.100.0/24", sides="src,dst,dst")
    assert found == conjunction(
        Field("src", at("192.0.2.1")), TCP, Field("dport", IntervalSet.of(80)), Field("dst", at("198.51.100.0/24"))
    )
    assert asked("hash:ip,mark", "192.0.2.1,0x5", sides="src,src") == conjunction(
        Field("src", at("192.0.2.1")), Bits("mark", 0xFFFFFFFF, 5)
    )
    assert asked("hash:net,iface", "192.0.2.0/24,eth0", sides="src,src") == conjunction(
        Field("src", at("192.0.2.0/24")), Interface("in", ("eth0",))
    )
    assert asked("hash:mac", "00:00:5E:00:53:01", options="") == Field("mac", IntervalSet.of(0x00005E005301))


def test_exception_in_two_dimensions_cuts_only_into_wider_pairs() -> None:
    wide = conjunction(Field("src", at("10.0.0.0/8")), Field("dst", at("192.0.2.0/24")))
    cut = conjunction(Field("src", at("10.1.0.0/16")), Field("dst", at("192.0.2.0/25")))
    found = asked("hash:net,net", "10.0.0.0/8,192.0.2.0/24", "10.1.0.0/16,192.0.2.0/25 nomatch", sides="src,dst")

    assert found == conjunction(wide, Not(cut))


def test_list_of_sets() -> None:
    sets = "create a hash:ip family inet\nadd a 192.0.2.1\ncreate b hash:net family inet\nadd b 198.51.100.0/24\n"
    sets += "create l list:set size 8\nadd l a\nadd l b\n"

    assert rule("FORWARD -m set --match-set l src -j DROP", sets=sets).match == disjunction(
        Field("src", at("192.0.2.1")), Field("src", at("198.51.100.0/24"))
    )


def test_negation_and_what_can_never_match() -> None:
    sets = "create s hash:ip family inet\nadd s 192.0.2.1\ncreate p hash:ip,port family inet\nadd p 192.0.2.1,tcp:80\n"

    assert rule("FORWARD -m set ! --match-set s src -j DROP", sets=sets).match == Not(Field("src", at("192.0.2.1")))
    assert rule("FORWARD -m set --match-set s src -j DROP", family=6, sets=sets).match == NOTHING
    assert rule("FORWARD -m set --match-set p src -j DROP", sets=sets).match == NOTHING


def _unknown(expr: Expr) -> bool:
    return any(isinstance(leaf, Condition) for leaf in leaves(expr))


def test_elements_with_a_time_limit_may_be_gone() -> None:
    found = asked("hash:ip", "192.0.2.1 timeout 0", "192.0.2.2 timeout 300", options="family inet timeout 300")

    assert _unknown(found)
    assert Field("src", at("192.0.2.1")) in set(leaves(found))


@pytest.mark.parametrize(
    "sets",
    [
        "create s hash:ip family inet\nadd s 192.0.2.1\nadd s nonsense\n",
        "create s hash:ip family inet bitmask 255.255.0.0\nadd s 192.0.2.1\n",
        "create s hash:unheard-of family inet\nadd s 192.0.2.1\n",
        "create s hash:ip family inet\nadd s 192.0.2.1 unheard-of\n",
        "create s hash:ip family inet\ndel s 192.0.2.1\n",
        "create s hash:ip family inet\nadd s 192.0.2.1\nnonsense\n",
        "create s hash:ip family inet\nadd s 192.0.2.1",
        "create other hash:ip family inet\n",
        "create s list:set size 8\nadd s missing\n",
    ],
)
def test_what_is_not_known_of_a_set_leaves_the_match_open(sets: str) -> None:
    assert _unknown(rule("FORWARD -m set --match-set s src -j DROP", sets=sets).match)


def test_rules_that_fill_a_set_make_it_uncertain() -> None:
    sets = "create s hash:ip family inet\nadd s 192.0.2.1\n"
    found, _ = rules("INPUT -j SET --add-set s src", "INPUT -m set --match-set s src -j DROP", sets=sets)

    assert _unknown(found[1].match)


def test_counters_of_a_set_are_not_modelled_and_not_counting_changes_nothing() -> None:
    sets = "create s hash:ip family inet counters\nadd s 192.0.2.1 packets 3 bytes 99\n"
    plain = "FORWARD -m set --match-set s src ! --update-counters -j DROP"

    assert rule(plain, sets=sets).match == Field("src", at("192.0.2.1"))
    assert _unknown(rule("FORWARD -m set --match-set s src --packets-gt 5 -j DROP", sets=sets).match)


def test_file_of_sets_is_accounted_for() -> None:
    reading = read(save(), "create s hash:ip family inet\n# note\n\nadd s 192.0.2.1\nnonsense\n")
    counts = reading.inputs[1].lines.counts()

    assert (counts[LineUse.UNDERSTOOD], counts[LineUse.IRRELEVANT], counts[LineUse.UNRECOGNISED]) == (2, 2, 1)
    assert "unrecognised-line" in codes(reading)


def test_torn_file_of_sets_is_incomplete() -> None:
    reading = read(save(), "create s hash:ip family inet\nadd s 192.0.2")

    assert reading.inputs[1].complete is Complete.NO
    assert reading.devices[0].taints


def test_sets_are_listed_for_inspection() -> None:
    sets = "create used hash:ip family inet\ncreate idle hash:ip family inet\n"
    _, reading = rules("FORWARD -m set --match-set used src", "FORWARD -m set --match-set gone src", sets=sets)

    assert {(one.name, one.state) for one in reading.devices[0].objects} == {
        ("used", "defined"),
        ("idle", "unused"),
        ("gone", "undefined"),
    }
