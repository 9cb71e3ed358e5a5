"""What each option asks of a packet. Sources: iptables(8), iptables-extensions(8) 1.8.9, net/netfilter/xt_*.c."""

from __future__ import annotations

import pytest

from segcheck.model.diagnostic import LineUse
from segcheck.model.match import (
    ANYTHING,
    NOTHING,
    AddressClass,
    AddressKind,
    AnyOf,
    Bits,
    Condition,
    Expr,
    Field,
    Interface,
    Kind,
    Not,
    conjunction,
    leaves,
)
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.importers.iptables.saves import codes, rule, rules, use

TCP, UDP = Field("proto", IntervalSet.of(6)), Field("proto", IntervalSet.of(17))
ICMP, ICMPV6 = Field("proto", IntervalSet.of(1)), Field("proto", IntervalSet.of(58))
WHOLE = Field("fragment", IntervalSet.of(0))


def ports(*parts: int | tuple[int, int], name: str = "dport") -> Field:
    return Field(name, IntervalSet.of(*parts))


def src(text: str) -> Field:
    return Field("src", addresses.parse(text))


def tcp(*terms: Expr) -> Expr:
    return conjunction(TCP, WHOLE, *terms)


BASE: list[tuple[str, Expr]] = [
    ("-s 192.0.2.0/24", src("192.0.2.0/24")),
    ("--source 192.0.2.77/24", src("192.0.2.0/24")),
    ("-s 192.0.2.7", src("192.0.2.7")),
    ("-s 192.0.2.0/255.255.255.0", src("192.0.2.0/24")),
    ("-s 192.0.2.1/255.255.255.253", Field("src", addresses.parse("192.0.2.1") | addresses.parse("192.0.2.3"))),
    ("-s 192.0.2.1,198.51.100.0/24", Field("src", addresses.parse("192.0.2.1") | addresses.parse("198.51.100.0/24"))),
    ("-s 0.0.0.0/0", ANYTHING),
    ("! -s 192.0.2.0/24", Field("src", addresses.V4 - addresses.parse("192.0.2.0/24"))),
    ("-s ! 192.0.2.0/24", Field("src", addresses.V4 - addresses.parse("192.0.2.0/24"))),
    ("--dst 192.0.2.7", Field("dst", addresses.parse("192.0.2.7"))),
    ("-p tcp", TCP),
    ("-p 6", TCP),
    ("-p all", ANYTHING),
    ("-p 0", ANYTHING),
    ("! -p tcp", Field("proto", IntervalSet.of(6).complement(256))),
    ("--protocol ! udp", Field("proto", IntervalSet.of(17).complement(256))),
    ("-p vrrp", Field("proto", IntervalSet.of(112))),
    ("-i eth0", Interface("in", ("eth0",))),
    ("! -i eth0", Not(Interface("in", ("eth0",)))),
    ("--in-interface eth+", Interface("in", ("eth*",))),
    ("-i +", ANYTHING),
    ("! -i +", NOTHING),
    ("-f", Field("fragment", IntervalSet.of(1))),
    ("! -f", Field("fragment", IntervalSet.of(0))),
]


@pytest.mark.parametrize(("text", "expected"), BASE, ids=[text for text, _ in BASE])
def test_option_without_module(text: str, expected: Expr) -> None:
    assert rule(f"FORWARD {text} -j ACCEPT").match == expected
    assert use(f"FORWARD {text} -j ACCEPT") is LineUse.UNDERSTOOD


def test_egress_interface() -> None:
    assert rule("FORWARD ! --out-interface ppp+ -j DROP").match == Not(Interface("out", ("ppp*",)))


def test_ipv6_addresses() -> None:
    assert rule("INPUT -s 2001:db8::/32 -j DROP", family=6).match == src("2001:db8::/32")
    assert rule("INPUT ! -s fd00::/8 -j DROP", family=6).match == Field(
        "src", addresses.V6 - addresses.parse("fd00::/8")
    )
    assert rule("INPUT -s ::/0 -j DROP", family=6).match == ANYTHING


MODULES: list[tuple[str, Expr]] = [
    ("-p tcp -m tcp", tcp()),
    ("-p tcp -m tcp --dport 443", tcp(ports(443))),
    ("-p tcp --dport 443", tcp(ports(443))),
    ("-p tcp --dport https", tcp(ports(443))),
    ("-p tcp --dport=443", tcp(ports(443))),
    ("-p tcp -m tcp ! --dport 443", tcp(ports((0, 442), (444, 65535)))),
    ("-p tcp -m tcp --dport ! 443", tcp(ports((0, 442), (444, 65535)))),
    ("-p tcp -m tcp --sport 1024:65535 --dport :1023", tcp(ports((1024, 65535), name="sport"), ports((0, 1023)))),
    ("-p tcp -m tcp --source-port 1024:", tcp(ports((1024, 65535), name="sport"))),
    ("-p udp -m udp --dport 53", conjunction(UDP, WHOLE, ports(53))),
    ("-p tcp -m tcp --syn", tcp(Bits("tcp_flags", 0x17, 0x02))),
    ("-p tcp -m tcp ! --syn", tcp(Not(Bits("tcp_flags", 0x17, 0x02)))),
    ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", tcp(Bits("tcp_flags", 0x17, 0x02))),
    ("-p tcp -m tcp ! --tcp-flags ALL NONE", tcp(Not(Bits("tcp_flags", 0x3F, 0)))),
    ("-p tcp -m tcp --tcp-flags ! SYN,RST SYN", tcp(Not(Bits("tcp_flags", 0x06, 0x02)))),
    ("-p sctp -m sctp --dport 80", conjunction(Field("proto", IntervalSet.of(132)), WHOLE, ports(80))),
    ("-p tcp -m multiport --dports 80,443,8000:8010", tcp(ports(80, 443, (8000, 8010)))),
    ("-p tcp -m multiport ! --dports 80", tcp(ports((0, 79), (81, 65535)))),
    ("-p tcp -m multiport --sports 1:2", tcp(ports(1, 2, name="sport"))),
    ("-p tcp -m multiport --ports 80", tcp(AnyOf((ports(80, name="sport"), ports(80))))),
    ("-p tcp -m multiport ! --ports 80", tcp(ports((0, 79), (81, 65535), name="sport"), ports((0, 79), (81, 65535)))),
    ("-p icmp -m icmp --icmp-type 8", conjunction(ICMP, WHOLE, Field("icmp_type", IntervalSet.of(8)))),
    ("-p icmp --icmp-type echo-request", conjunction(ICMP, WHOLE, Field("icmp_type", IntervalSet.of(8)))),
    ("-p icmp -m icmp --icmp-type any", conjunction(ICMP, WHOLE)),
    ("-p icmp -m icmp ! --icmp-type any", conjunction(ICMP, WHOLE, NOTHING)),
    (
        "-p icmp -m icmp --icmp-type fragmentation-needed",
        conjunction(ICMP, WHOLE, Field("icmp_type", IntervalSet.of(3)), Field("icmp_code", IntervalSet.of(4))),
    ),
    (
        "-p icmp -m icmp ! --icmp-type 3/4",
        conjunction(
            ICMP,
            WHOLE,
            Not(conjunction(Field("icmp_type", IntervalSet.of(3)), Field("icmp_code", IntervalSet.of(4)))),
        ),
    ),
    ("-m iprange --src-range 192.0.2.5-192.0.2.9", src("192.0.2.5-192.0.2.9")),
    (
        "-m iprange ! --dst-range 192.0.2.5-192.0.2.9",
        Field("dst", addresses.V4 - addresses.parse("192.0.2.5-192.0.2.9")),
    ),
    ("-m mark --mark 0x10/0xf0", Bits("mark", 0xF0, 0x10)),
    ("-m mark ! --mark 1", Not(Bits("mark", 0xFFFFFFFF, 1))),
    ("-m tos --tos 0x10/0x3f", Bits("tos", 0x3F, 0x10)),
    ("-m tos --tos Minimize-Delay", Bits("tos", 0x3F, 0x10)),
    ("-m dscp --dscp 0x2e", Bits("tos", 0xFC, 0xB8)),
    ("-m dscp ! --dscp-class EF", Not(Bits("tos", 0xFC, 0xB8))),
    ("-m length --length 0:100", Field("length", IntervalSet.of((0, 100)))),
    ("-m length ! --length 1500:", Field("length", IntervalSet.of((0, 1499)))),
    ("-m mac --mac-source 00:00:5e:00:53:01", Field("mac", IntervalSet.of(0x00005E005301))),
    ("-m mac ! --mac-source 00:00:5E:00:53:01", Not(Field("mac", IntervalSet.of(0x00005E005301)))),
    ('-m comment --comment "hello world"', ANYTHING),
]


@pytest.mark.parametrize(("text", "expected"), MODULES, ids=[text for text, _ in MODULES])
def test_module(text: str, expected: Expr) -> None:
    assert rule(f"INPUT {text} -j ACCEPT").match == expected
    assert use(f"INPUT {text} -j ACCEPT") is LineUse.UNDERSTOOD


V6 = [
    ("-p ipv6-icmp -m icmp6 --icmpv6-type 128/0", (128, 0)),
    ("-p icmpv6 --icmpv6-type echo-request", (128, None)),
    ("-p 58 -m icmpv6 --icmpv6-type neighbor-solicitation", (135, None)),
    ("-p icmpv6 -m icmp6 --icmpv6-type address-unreachable", (1, 3)),
]


@pytest.mark.parametrize(("text", "expected"), V6, ids=[text for text, _ in V6])
def test_icmpv6_type(text: str, expected: tuple[int, int | None]) -> None:
    kind, code = expected
    terms = [Field("icmp_type", IntervalSet.of(kind))]
    terms += [] if code is None else [Field("icmp_code", IntervalSet.of(code))]

    assert rule(f"INPUT {text} -j ACCEPT", family=6).match == conjunction(ICMPV6, WHOLE, *terms)


#: As `iptables -p icmp -h` lists them.
ICMP_NAMES = (
    "echo-reply pong destination-unreachable network-unreachable host-unreachable protocol-unreachable",
    "port-unreachable fragmentation-needed source-route-failed network-unknown host-unknown network-prohibited",
    "host-prohibited TOS-network-unreachable TOS-host-unreachable communication-prohibited precedence-cutoff",
    "host-precedence-violation source-quench redirect network-redirect host-redirect TOS-network-redirect",
    "TOS-host-redirect echo-request ping router-advertisement router-solicitation time-exceeded ttl-exceeded",
    "ttl-zero-during-transit ttl-zero-during-reassembly parameter-problem ip-header-bad required-option-missing",
    "timestamp-request timestamp-reply address-mask-request address-mask-reply",
)


def test_every_icmp_name_of_iptables_is_known() -> None:
    names = [name for group in ICMP_NAMES for name in group.split()]
    _, reading = rules(*(f"INPUT -p icmp -m icmp --icmp-type {name} -j DROP" for name in names))

    assert codes(reading) == {"no-export-for-family"}


def test_ttl_is_that_of_arrival_though_forward_sees_it_lowered() -> None:
    arriving = rule("PREROUTING -m ttl --ttl-eq 63 -j DROP", table="mangle").match
    forwarding = rule("FORWARD -m ttl --ttl-eq 63 -j DROP").match
    low = rule("FORWARD -m hl --hl-lt 2 -j DROP", family=6).match

    assert arriving == Field("ttl", IntervalSet.of(63))
    assert forwarding == Field("ttl", IntervalSet.of(64))
    assert low == Field("ttl", IntervalSet.of(1, 2))


def test_forwarded_packets_came_as_unicast_frames() -> None:
    def holds(text: str) -> set[object]:
        return set(leaves(rule(text).match))

    cast = Field("cast", IntervalSet.of(0))
    assert rule("INPUT -m pkttype --pkt-type unicast -j DROP").match == cast
    assert Interface("out", ("*",)) in holds("FORWARD -m pkttype --pkt-type unicast -j DROP")


ADDRTYPES: list[tuple[str, int, Expr]] = [
    ("--dst-type MULTICAST", 6, Field("dst", addresses.parse("ff00::/8"))),
    ("--dst-type LOCAL", 6, AddressKind("dst", frozenset((AddressClass.LOCAL,)))),
    ("! --dst-type LOCAL", 6, Not(AddressKind("dst", frozenset((AddressClass.LOCAL,))))),
]


@pytest.mark.parametrize(("text", "family", "expected"), ADDRTYPES)
def test_address_type_in_ipv6(text: str, family: int, expected: Expr) -> None:
    assert rule(f"INPUT -m addrtype {text} -j DROP", family=family).match == expected


def test_address_type_in_ipv4_asks_the_local_table_only() -> None:
    zero = Field("dst", addresses.parse("0.0.0.0"))
    kinds = frozenset((AddressClass.UNICAST, AddressClass.UNROUTED))

    assert rule("INPUT -m addrtype --dst-type UNICAST -j DROP").match == conjunction(
        Not(zero), AddressKind("dst", kinds)
    )
    assert zero in set(leaves(rule("INPUT -m addrtype --dst-type BROADCAST -j DROP").match))
    assert rule("INPUT -m addrtype --dst-type BLACKHOLE -j DROP").match == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        "-m string --algo bm --string secret",
        '-m u32 --u32 "0x0=0x0"',
        "-m policy --dir in --pol ipsec --proto esp",
        "-m socket --transparent",
        "-m physdev --physdev-in eth0",
        "-m rpfilter --invert",
        "-m helper --helper ftp",
        "-m no-such-module --some-option 5",
        "-p tcp -m tcp --tcp-option 7",
        "-m conntrack --ctreplsrc 192.0.2.1",
        "-m addrtype --limit-iface-in --dst-type LOCAL",
        "-s no-such-host",
        "-s 192.0.2.0/33",
        "-p no-such-protocol",
        "-p tcp -m tcp --dport no-such-service",
        "-p tcp -m tcp --dport 70000",
        "-p tcp -m tcp --dport 9:1",
        "-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
        "-m dscp --dscp-class XX",
        "-s 2001:db8::1",
        "-i a-name-that-is-too-long",
        "-m set --match-set nowhere src",
        "-m mac --mac-source XX:XX:XX:XX:XX:XX",
        "-m tcp --dport 80",
        "-m multiport --dports 80",
        "-p tcp -p udp",
        "! -s 192.0.2.1,192.0.2.2",
        "-m owner --uid-owner 0",
    ],
)
def test_what_is_not_modelled_leaves_the_match_open_and_is_said(text: str) -> None:
    (found,), reading = rules(f"INPUT {text} -j ACCEPT")

    assert any(isinstance(leaf, Condition) and leaf.kind is Kind.UNKNOWN for leaf in leaves(found.match))
    assert found.because
    assert set(found.because) <= codes(reading)
    assert use(f"INPUT {text} -j ACCEPT") is LineUse.APPROXIMATED


def test_readable_part_of_a_match_stays_beside_the_unknown_one() -> None:
    found = rule("INPUT -s 192.0.2.1 -m string --algo bm --string x -p tcp -j ACCEPT").match

    assert {src("192.0.2.1"), TCP} <= set(leaves(found))


@pytest.mark.parametrize("text", ["--no-such-option 5", "word", "-j", "! -j DROP", "-m tcp -p tcp --dport", "!"])
def test_stray_words_make_the_line_unrecognised(text: str) -> None:
    assert use(f"INPUT {text}") is LineUse.UNRECOGNISED


def test_anonymised_mac_is_something_that_iptables_refuses() -> None:
    _, reading = rules("INPUT -m mac --mac-source XX:XX:XX:XX:XX:XX -j ACCEPT", "INPUT -p tcp -j DROP")

    assert "vendor-refuses" in codes(reading)
    assert reading.devices[0].lists["filter/INPUT"].rules[1].match == TCP


VARYING = [
    "-m limit --limit 5/sec",
    "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name x --hashlimit-mode srcip",
    "-m recent --update --seconds 60 --name x",
    "-m recent ! --rcheck --name x",
    "-m connlimit --connlimit-above 10",
    "-m statistic --mode random --probability 0.5",
    "-m quota --quota 1000",
    "-m connbytes --connbytes 1000 --connbytes-mode bytes --connbytes-dir both",
    "-m conntrack --ctexpire 10",
    "-m time --monthdays 1",
]


@pytest.mark.parametrize("text", VARYING)
def test_chance_and_history_vary_with_a_name_of_their_own(text: str) -> None:
    found, reading = rules(f"INPUT {text} -j ACCEPT", f"INPUT {text} -j DROP")
    names = [leaf.name for one in found for leaf in leaves(one.match) if isinstance(leaf, Condition)]

    assert len(names) == len(set(names)) == 2
    assert "depends-on-outside" in codes(reading)


def test_setting_a_recent_list_always_holds() -> None:
    assert rule("INPUT -m recent --set --name x -j ACCEPT").match == ANYTHING


def test_owner_never_holds_for_what_passes_through() -> None:
    found = rule("POSTROUTING -m owner --uid-owner 0 -j ACCEPT", table="mangle").match

    assert isinstance(found, AnyOf)
    assert conjunction(Interface("in", ("*",)), NOTHING) in found.terms


def test_ingress_interface_in_postrouting_depends_on_the_kernel() -> None:
    found, _ = rules("POSTROUTING -j mine", "mine -i eth0 -j DROP", table="mangle", chains=("mine",))

    assert any(isinstance(leaf, Condition) for leaf in leaves(found[1].match))
