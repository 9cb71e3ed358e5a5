"""Addresses, services, schedules."""

from __future__ import annotations

import pytest

from segcheck.importers.fortigate._services import port_range
from segcheck.importers.fortigate._values import network, ports, prefixes, ranges
from segcheck.model.match import leaves
from segcheck.model.trace import Verdict
from segcheck.sets.addresses import V6, describe, parse, parse_one
from segcheck.sets.intervals import IntervalSet
from tests.importers.fortigate.exports import asked, device, export, packet, policy

A = "config firewall address\n    edit a\n{}\n    next\n    edit b\n        set subnet 10.0.1.11/32\n    next\nend\n"


def by_address(lines, src, extra="", name="a"):
    text = export(policy(1, f"set srcaddr {name}"), before=A.format(lines) + extra)
    return asked(text, packet(src, "10.0.2.10")).verdict


@pytest.mark.parametrize(
    ("lines", "src", "expected"),
    [
        ("set subnet 10.0.1.0 255.255.255.0", "10.0.1.9", Verdict.PERMIT),
        ("set subnet 10.0.1.0 255.255.255.0", "10.0.9.9", Verdict.DENY),
        ("set subnet 10.0.1.7/24", "10.0.1.9", Verdict.PERMIT),
        ("set comment empty", "10.0.9.9", Verdict.PERMIT),
        ("set type iprange\nset start-ip 10.0.1.5\nset end-ip 10.0.1.9", "10.0.1.9", Verdict.PERMIT),
        ("set type iprange\nset start-ip 10.0.1.5\nset end-ip 10.0.1.8", "10.0.1.9", Verdict.DENY),
        ("set type wildcard\nset wildcard 10.0.0.9 255.255.0.255", "10.0.77.9", Verdict.PERMIT),
        ("set type wildcard\nset wildcard 10.0.0.9 255.255.0.255", "10.0.77.8", Verdict.DENY),
        ("set type fqdn\nset fqdn www.example.jp", "10.0.1.9", Verdict.UNDECIDED),
        ("set type geography\nset country JP", "10.0.1.9", Verdict.UNDECIDED),
        ("set type dynamic\nset sdn aws", "10.0.1.9", Verdict.UNDECIDED),
        ("set type interface-subnet\nset interface port1", "10.0.1.9", Verdict.PERMIT),
        ("set type interface-subnet\nset interface port1", "10.0.3.9", Verdict.DENY),
        ("set subnet 10.0.1.0 255.0.255.0", "10.0.1.9", Verdict.UNDECIDED),
        ("set subnet 10.0.1.0/24\nset odd-key 1", "10.0.1.9", Verdict.UNDECIDED),
        ("set type warp", "10.0.1.9", Verdict.UNDECIDED),
    ],
)
def test_address_types(lines, src, expected):
    assert by_address(lines, src) is expected


@pytest.mark.parametrize(
    ("lines", "src", "expected"),
    [
        ("set member a b", "10.0.1.11", Verdict.PERMIT),
        ("set member a\nset exclude enable\nset exclude-member b", "10.0.1.11", Verdict.DENY),
        ("set member a\nset exclude enable\nset exclude-member b", "10.0.1.12", Verdict.PERMIT),
        ("set member a\nset exclude disable\nset exclude-member b", "10.0.1.11", Verdict.PERMIT),
        ("set member a g", "10.0.9.9", Verdict.UNDECIDED),
        ("set comment empty", "10.0.1.11", Verdict.UNDECIDED),
        ("set member ghost", "10.0.1.11", Verdict.UNDECIDED),
    ],
)
def test_groups(lines, src, expected):
    group = f"config firewall addrgrp\n    edit g\n{lines}\n    next\nend\n"
    assert by_address("set subnet 10.0.1.0/24", src, group, "g") is expected


def test_all_and_none_need_no_definition():
    assert by_address("set subnet 10.0.1.0/24", "10.0.1.9", name="all") is Verdict.PERMIT
    assert by_address("set subnet 10.0.1.0/24", "10.0.1.9", name="none") is Verdict.DENY


def test_objects_are_listed_with_their_state():
    objects = {
        (one.name, one.state) for one in device(export(policy(1), before=A.format("set subnet 10.0.0.0/8"))).objects
    }
    assert ("a", "unused") in objects


@pytest.mark.parametrize(
    ("lines", "known", "expected"),
    [
        ("set tcp-portrange 80-81", {"dport": 81}, Verdict.PERMIT),
        ("set tcp-portrange 80-81", {"dport": 82}, Verdict.DENY),
        ("set tcp-portrange 80:1024-2000", {"dport": 80}, Verdict.DENY),
        ("set udp-portrange 80", {"dport": 80}, Verdict.DENY),
        ("set protocol IP", {"dport": 1}, Verdict.PERMIT),
        ("set protocol IP\nset protocol-number 6", {"dport": 1}, Verdict.PERMIT),
        ("set protocol IP\nset protocol-number 47", {"dport": 1}, Verdict.DENY),
        ("set tcp-portrange 80\nset iprange 10.0.2.10-10.0.2.11", {"dport": 80}, Verdict.PERMIT),
        ("set tcp-portrange 80\nset iprange 10.0.2.20", {"dport": 80}, Verdict.DENY),
        ("set tcp-portrange 80\nset fqdn x.example.jp", {"dport": 80}, Verdict.UNDECIDED),
        ("set tcp-portrange eighty", {"dport": 80}, Verdict.UNDECIDED),
        ("set comment nothing", {"dport": 80}, Verdict.UNDECIDED),
    ],
)
def test_services(lines, known, expected):
    before = f"config firewall service custom\n    edit s\n{lines}\n    next\nend\n"
    text = export(policy(1, "set service s"), before=before)
    assert asked(text, packet("10.0.1.10", "10.0.2.10", **known)).verdict is expected


@pytest.mark.parametrize(("code", "expected"), [("", Verdict.PERMIT), ("set icmpcode 1", Verdict.DENY)])
def test_icmp_without_a_code_is_every_code(code, expected):
    before = f"config firewall service custom\n    edit s\nset protocol ICMP\nset icmptype 8\n{code}\n    next\nend\n"
    known = packet("10.0.1.10", "10.0.2.10", proto=1, icmp_type=8, icmp_code=0)
    assert asked(export(policy(1, "set service s"), before=before), known).verdict is expected


def test_predefined_services_need_no_definition():
    text = export(policy(1, 'set service "Web Access" SSH'))
    assert asked(text, packet("10.0.1.10", "10.0.2.10", 443)).verdict is Verdict.PERMIT
    assert asked(text, packet("10.0.1.10", "10.0.2.10", 22)).verdict is Verdict.PERMIT
    assert asked(text, packet("10.0.1.10", "10.0.2.10", 23)).verdict is Verdict.DENY


def test_a_port_range_with_every_source_port_asks_for_none():
    assert [leaf.name for leaf in leaves(port_range(6, "80:0-65535"))] == ["proto", "dport"]


def at(lines, kind, minute):
    before = f"config firewall schedule {kind}\n    edit s\n{lines}\n    next\nend\n"
    return asked(
        export(policy(1, "set schedule s"), before=before), packet("10.0.1.10", "10.0.2.10"), minute=minute
    ).verdict


MONDAY = 4 * 1440  # 1970-01-05


@pytest.mark.parametrize(
    ("lines", "minute", "expected"),
    [
        ("set day monday\nset start 09:00\nset end 17:00", MONDAY + 540, Verdict.PERMIT),
        ("set day monday\nset start 09:00\nset end 17:00", MONDAY + 1020, Verdict.DENY),
        ("set day monday\nset start 22:00\nset end 06:00", MONDAY + 1440 + 300, Verdict.PERMIT),
        ("set day monday\nset start 22:00\nset end 06:00", MONDAY + 300, Verdict.DENY),
        ("set day sunday\nset start 22:00\nset end 06:00", MONDAY + 300, Verdict.PERMIT),
        ("set day monday", MONDAY + 1439, Verdict.PERMIT),
        ("set color 1", MONDAY, Verdict.DENY),
        ("set day someday", MONDAY, Verdict.UNDECIDED),
    ],
)
def test_recurring_schedules(lines, minute, expected):
    assert at(lines, "recurring", minute) is expected


@pytest.mark.parametrize(("minute", "expected"), [(MONDAY, Verdict.PERMIT), (MONDAY + 60, Verdict.DENY)])
def test_onetime_schedules(minute, expected):
    assert at("set start 00:00 1970/01/05\nset end 01:00 1970/01/05", "onetime", minute) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("10.0.0.1", "255.0.0.0"), 8), (("10.0.0.1/24",), 24), (("10.0.0.1",), 32), (("2001:db8::1/64",), 64)],
)
def test_networks(words, expected):
    address, length = network(words)
    assert (address, length) == (parse_one(words[0].split("/")[0]), expected)


@pytest.mark.parametrize("words", [("10.0.0.1", "255.0.255.0"), ("x",), ("10.0.0.1/33",), ("${ip}", "${mask}")])
def test_what_is_no_network_is_refused(words):
    with pytest.raises(ValueError, match=r"address|netmask|prefix|number|plain"):
        network(words)


def test_prefixes_make_up_the_set():
    values = parse("10.0.0.1-10.0.0.6") | parse("2001:db8::/64")
    found = prefixes(values)
    assert [describe(one)[0] for one in found] == [
        "10.0.0.1",
        "10.0.0.2/31",
        "10.0.0.4/31",
        "10.0.0.6",
        "2001:db8::/64",
    ]
    assert prefixes(V6) == [V6]


def test_ranges_and_ports():
    assert ranges("10.0.0.1-10.0.0.2") == ranges("10.0.0.1") | ranges("10.0.0.2")
    assert ports("1-3") == IntervalSet.of((1, 3))
    with pytest.raises(ValueError, match="number"):
        ports("70000")
