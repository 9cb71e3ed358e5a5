"""The vendors' own commands that show what a journey says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.network import Network
from segcheck.model.pipeline import Pipeline
from segcheck.model.rules import Permit
from tests.analysis.builders import TCP, filtering, ip, listed, route, rule
from tests.analysis.sites import anything, network, segment, station

A, B = segment("a", "10.1.0.0/24"), segment("b", "10.2.0.0/24", v6=True)
V4 = {"src": ip("10.1.0.5"), "dst": ip("10.2.0.5"), "proto": TCP, "sport": 40000, "dport": 443}
V6 = {"src": ip("2001:db8::5"), "dst": ip("2001:db8:1::5"), "proto": TCP, "dport": 443}


def speaking(format_: str, inside: str = "in", rules: str = "filter/FORWARD") -> Network:
    made = listed(rules, rule(Permit()))
    checks = Pipeline(forward=(filtering("f", rules),))
    ports = {inside: "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}
    device = station("d", ports, made, routes=(route("2001:db8::/32", "out"),), pipeline=checks)
    assert device.config is not None
    return network((A, B), replace(device, config=replace(device.config, format=format_)))


def commands(where: Network, known: dict[str, int]) -> tuple[tuple[str, str], ...]:
    return confirm(where, travel(where, "a", known).journeys)


def test_fortigate_is_asked_for_policy_and_route() -> None:
    assert commands(speaking("fortigate"), V4) == (
        ("d", "diagnose firewall iprope lookup 10.1.0.5 40000 10.2.0.5 443 6 in"),
        ("d", "get router info routing-table details 10.2.0.5"),
    )


def test_fortigate_is_asked_with_port_0_where_there_is_none() -> None:
    ping = {"src": ip("10.1.0.5"), "dst": ip("10.2.0.5"), "proto": 1, "icmp_type": 8, "icmp_code": 0}

    assert commands(speaking("fortigate"), ping)[0][1].endswith("lookup 10.1.0.5 0 10.2.0.5 0 1 in")


def test_interface_with_a_space_is_quoted_for_fortigate() -> None:
    assert commands(speaking("fortigate", "my in"), V4)[0][1].endswith('6 "my in"')


def test_aws_is_asked_whose_the_addresses_are_and_for_the_rules_that_were_met() -> None:
    where = speaking("aws", "subnet-0a", "sg-0a egress")
    site = replace(where.stations["d"].config, context="vpc-01")  # type: ignore[type-var]
    where.stations["d"] = replace(where.stations["d"], config=site)  # type: ignore[index]

    assert [command for _, command in commands(where, V4)] == [
        "aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=10.1.0.5 "
        "Name=subnet-id,Values=subnet-0a",
        "aws ec2 describe-security-group-rules --filters Name=group-id,Values=sg-0a",
        "aws ec2 describe-route-tables --filters Name=vpc-id,Values=vpc-01",
    ]


def test_linux_is_asked_for_route_and_counters() -> None:
    assert commands(speaking("iptables"), V4) == (
        ("d", "ip route get 10.2.0.5 from 10.1.0.5 iif in"),
        ("d", "iptables -t filter -L FORWARD -v -n --line-numbers"),
    )


def test_linux_is_asked_by_the_programs_of_ipv6() -> None:
    assert commands(speaking("iptables"), V6) == (
        ("d", "ip -6 route get 2001:db8:1::5 from 2001:db8::5 iif in"),
        ("d", "ip6tables -t filter -L FORWARD -v -n --line-numbers"),
    )


def test_nftables_is_asked_for_route_and_chain() -> None:
    assert commands(speaking("nftables", rules="inet/my fw/forward"), V4) == (
        ("d", "ip route get 10.2.0.5 from 10.1.0.5 iif in"),
        ("d", "nft -a list chain inet 'my fw' forward"),
    )


@pytest.mark.parametrize(
    ("format_", "known"), [("fortigate", V6), ("assumed", V4), ("iptables", {"dst": ip("10.2.0.5")})]
)
def test_nothing_is_asked_that_the_vendor_has_no_command_for(format_: str, known: dict[str, int]) -> None:
    assert commands(speaking(format_), known) == ()


def test_device_without_export_is_not_asked() -> None:
    loose = station("d", {"in": "10.1.0.1/24 a", "out": "10.2.0.1/24 b"}, known=False, havoc=(anything("d"),))

    assert commands(network((A, B), loose), V4) == ()


def test_asa_traces_the_packet() -> None:
    ping = {"src": ip("10.1.0.5"), "dst": ip("10.2.0.5"), "proto": 1, "icmp_type": 13, "icmp_code": 0}
    other = {"src": ip("10.1.0.5"), "dst": ip("10.2.0.5"), "proto": 47}

    assert commands(speaking("asa"), V4) == (("d", "packet-tracer input in tcp 10.1.0.5 40000 10.2.0.5 443"),)
    assert commands(speaking("asa"), V6) == (("d", "packet-tracer input in tcp 2001:db8::5 40000 2001:db8:1::5 443"),)
    assert commands(speaking("asa"), ping) == (("d", "packet-tracer input in icmp 10.1.0.5 13 0 10.2.0.5"),)
    assert commands(speaking("asa"), other) == (("d", "packet-tracer input in rawip 10.1.0.5 47 10.2.0.5"),)


def test_ios_is_asked_for_the_way_and_the_matches_of_lists() -> None:
    assert commands(speaking("ios"), V4) == (
        ("d", "show ip cef exact-route 10.1.0.5 10.2.0.5"),
        ("d", "show access-lists filter/FORWARD"),
    )


def test_ios_is_asked_in_the_words_of_ipv6() -> None:
    assert commands(speaking("ios"), V6) == (
        ("d", "show ipv6 cef exact-route 2001:db8::5 2001:db8:1::5"),
        ("d", "show ipv6 access-list filter/FORWARD"),
    )


def test_yamaha_is_asked_for_its_table() -> None:
    assert commands(speaking("yamaha"), V4) == (("d", "show ip route"),)
    assert commands(speaking("yamaha"), V6) == (("d", "show ipv6 route"),)


def test_panos_is_asked_for_rule_and_route_by_zones() -> None:
    where = speaking("panos")
    device = where.stations["d"]
    assert device.config is not None
    zoned = tuple(replace(one, zone=f"zone {one.name}") for one in device.config.interfaces)
    stations = {**where.stations, "d": replace(device, config=replace(device.config, interfaces=zoned))}

    assert commands(replace(where, stations=stations), V4) == (
        (
            "d",
            'test security-policy-match from "zone in" to "zone out" source 10.1.0.5 destination 10.2.0.5'
            " destination-port 443 protocol 6",
        ),
        ("d", "test routing fib-lookup virtual-router default ip 10.2.0.5"),
    )


def test_srx_is_asked_for_policy_and_route_by_zones() -> None:
    where = speaking("srx")
    device = where.stations["d"]
    assert device.config is not None
    zoned = tuple(replace(one, zone=f"z-{one.name}", domain="default") for one in device.config.interfaces)
    stations = {**where.stations, "d": replace(device, config=replace(device.config, interfaces=zoned))}
    ping = {"src": ip("10.1.0.5"), "dst": ip("10.2.0.5"), "proto": 1, "icmp_type": 8, "icmp_code": 0}

    assert commands(replace(where, stations=stations), V4) == (
        (
            "d",
            "show security match-policies from-zone z-in to-zone z-out source-ip 10.1.0.5 destination-ip 10.2.0.5"
            " source-port 40000 destination-port 443 protocol tcp",
        ),
        ("d", "show route 10.2.0.5"),
    )
    assert commands(replace(where, stations=stations), ping) == (("d", "show route 10.2.0.5"),)
