"""Side files: what is read of routing tables and interface addresses, line by line, and what is not."""

from __future__ import annotations

import pytest

from segcheck.importers import _tables
from segcheck.importers._tables import Listing
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from segcheck.model.source import SourceText
from segcheck.sets import addresses


def source(text: str) -> SourceText:
    return SourceText("side.txt", text, "utf-8", "")


def told(listing: Listing) -> list[str]:
    """Return the routes as short texts."""
    found = []
    for route in listing.routes:
        gateway = "" if route.gateway is None else f" via {addresses.text(route.gateway)}"
        marks = ("" if route.sure else " unsure") + (" dynamic" if route in listing.dynamic else "")
        to = addresses.describe(route.to)[0]
        found.append(f"{to}{gateway} {route.interface or route.kind.value} {route.distance}/{route.metric}{marks}")
    return found


LINUX = """\
default via 203.0.113.254 dev eth1 proto static metric 100
10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1
10.2.0.0/16 proto bird metric 32
\tnexthop via 10.0.0.2 dev eth0 weight 1
\tnexthop via 10.0.0.3 dev eth0 weight 1 linkdown
blackhole 10.9.0.0/16
10.0.5.7 dev tun0 scope link
"""


def test_linux_table() -> None:
    found = _tables.routes(source(LINUX))

    assert told(found) == [
        "0.0.0.0/0 via 203.0.113.254 eth1 0/100",
        "10.0.0.0/24 eth0 0/0",
        "10.2.0.0/16 via 10.0.0.2 eth0 0/32 dynamic",
        "10.2.0.0/16 via 10.0.0.3 eth0 0/32 unsure dynamic",
        "10.9.0.0/16 discard 0/0",
        "10.0.5.7 tun0 0/0",
    ]
    assert (found.unread, found.input.complete, found.families) == (False, Complete.UNKNOWN, frozenset((4,)))


def test_linux_rules_that_nobody_set_may_stand_beside_the_table() -> None:
    usual = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n"

    assert not _tables.routes(source(usual + LINUX)).unread
    assert _tables.routes(source(usual + "100:\tfrom 10.0.0.0/24 lookup 7\n" + LINUX)).unread


def test_linux_table_of_ipv6() -> None:
    text = "2001:db8::/64 dev eth0 proto kernel metric 256 pref medium\nfe80::/64 dev eth0 proto kernel metric 256\n"
    found = _tables.routes(source(text + "unreachable default dev lo metric 4294967295 error -101 pref medium\n"))

    assert told(found) == ["2001:db8::/64 eth0 0/256", "::/0 discard 0/4294967295"]
    assert (found.unread, found.families) == (False, frozenset((6,)))


@pytest.mark.parametrize(
    "line",
    [
        "10.3.0.0/16 via inet6 fe80::1 dev eth0",
        "10.3.0.0/16 encap mpls 16 via 10.0.0.9 dev eth0",
        "10.3.0.0/16 via 10.0.0.9 dev eth0 table 100",
        "10.3.0.0/16",
        "throw 10.3.0.0/16",
        "local 10.3.0.0/16 dev lo",
        "10.3.0.0/33 dev eth0",
        "default via fe80::1 dev eth0 proto ra",
        "\tnexthop via 10.0.0.2 dev eth0 weight 1",
        "Error: no such table",
        "10.0.0.0-10.0.0.9 dev eth0",
    ],
)
def test_linux_line_that_is_not_modelled_leaves_the_table_unread(line: str) -> None:
    found = _tables.routes(source(f"{line}\n10.0.0.0/24 dev eth0 proto kernel\n"))

    assert found.unread
    assert found.input.lines.use(1) is LineUse.UNRECOGNISED
    assert told(found) == ["10.0.0.0/24 eth0 0/0"]


FORTIOS = """\
fw # get router info routing-table all
Codes: K - kernel, C - connected, S - static, R - RIP, B - BGP
       O - OSPF, IA - OSPF inter area
       E1 - OSPF external type 1, E2 - OSPF external type 2
       * - candidate default

Routing table for VRF=0
S*      0.0.0.0/0 [10/0] via 172.20.120.2, wan1, [1/0]
C       10.10.10.0/24 is directly connected, port1
S       10.20.0.0/16 [10/0] via 10.10.10.254, port1, [1/0]
                     [10/0] via 10.10.10.253, port1, [5/0]
O       10.30.0.0/16 [110/2] via 10.10.10.9, port1, 01:10:12, [1/0]
O E2    10.31.0.0/16 [110/2] via 10.10.10.9, port1, 1d02h10m
B       192.168.0.0/24 [20/0] via 10.0.0.1 (recursive is directly connected, port2), 00:10:00
S       10.9.0.0/16 [254/0] is a summary, Null, [1/0]
S       10.8.0.0/16 [10/0] via vpn1 tunnel 203.0.113.1, [1/0]

fw #
"""


def test_fortios_table() -> None:
    found = _tables.routes(source(FORTIOS))

    assert told(found) == [
        "0.0.0.0/0 via 172.20.120.2 wan1 10/1",
        "10.10.10.0/24 port1 0/0",
        "10.20.0.0/16 via 10.10.10.254 port1 10/1",
        "10.20.0.0/16 via 10.10.10.253 port1 10/5",
        "10.30.0.0/16 via 10.10.10.9 port1 110/1 dynamic",
        "10.31.0.0/16 via 10.10.10.9 port1 110/0 dynamic",
        "192.168.0.0/24 via 10.0.0.1 port2 20/0 dynamic",
        "10.9.0.0/16 discard 254/1",
        "10.8.0.0/16 vpn1 10/1",
    ]
    assert (found.unread, found.input.complete) == (False, Complete.YES)


@pytest.mark.parametrize("cut", range(len(FORTIOS) - 6, 0, -40))
def test_a_table_that_is_cut_does_not_show_its_end(cut: int) -> None:
    found = _tables.routes(source(FORTIOS[:cut]))

    assert found.input.complete is not Complete.YES
    assert sum(found.input.lines.counts().values()) == len(source(FORTIOS[:cut]).lines())


YAMAHA = """\
RTX830# show ip route
Destination         Gateway          Interface       Kind  Additional Info.
default             -                    PP[01]    static
10.0.0.0/8          192.168.1.254          LAN2    static  k(1)
10.0.0.0/8          192.168.1.253          LAN2    static  w(0)
10.1.0.0/24         192.168.1.253        LAN1/2      OSPF     cost=2
169.254.1.1/30      -                 TUNNEL[1]  implicit
192.168.1.0/24      192.168.1.8            LAN2  implicit
203.0.113.1/32       -                    PP[01] temporary
RTX830#
"""


def test_yamaha_table() -> None:
    found = _tables.routes(source(YAMAHA))

    assert told(found) == [
        "0.0.0.0/0 pp1 1/0",
        "10.0.0.0/8 via 192.168.1.254 lan2 1/0 dynamic",
        "10.0.0.0/8 via 192.168.1.253 lan2 1/0 unsure dynamic",
        "10.1.0.0/24 via 192.168.1.253 lan1/2 1/0 dynamic",
        "169.254.1.0/30 tunnel1 0/0",
        "192.168.1.0/24 lan2 0/0",
        "203.0.113.1 pp1 1/0 dynamic",
    ]
    assert (found.unread, found.input.complete, found.families) == (False, Complete.YES, frozenset((4,)))


@pytest.mark.parametrize("cut", range(len(YAMAHA) - 9, 30, -60))
def test_a_table_of_yamaha_that_is_cut_does_not_show_its_end(cut: int) -> None:
    found = _tables.routes(source(YAMAHA[:cut]))

    assert found.input.complete is not Complete.YES
    assert sum(found.input.lines.counts().values()) == len(source(YAMAHA[:cut]).lines())


@pytest.mark.parametrize(
    "row", ["10.2.0.0/16 10.0.0.9 LAN2 frobnicated", "10.2.0.0/16 10.0.0.9 LAN2 static f(9)", "huh"]
)
def test_a_row_of_yamaha_that_is_not_understood_leaves_the_table_unread(row: str) -> None:
    assert _tables.routes(source(YAMAHA.replace("RTX830#\n", f"{row}\nRTX830#\n"))).unread


def test_another_vrf_of_fortios_is_not_read() -> None:
    found = _tables.routes(source("Routing table for VRF=3\nC       10.10.10.0/24 is directly connected, port1\n"))

    assert (found.unread, found.routes) == (True, ())


def test_addresses_of_linux() -> None:
    text = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default qlen 1000
    link/ether 00:00:5e:00:53:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global dynamic eth0
    inet6 2001:db8::1/64 scope global
    inet6 fe80::1/64 scope link
3: eth0.100@eth0: <BROADCAST,MULTICAST> mtu 1500
"""
    found = _tables.addresses(source(text))
    shown = [
        (i.name, i.parent, [f"{addresses.text(a.address)}/{a.length}" for a in i.addresses], i.enabled, i.dynamic)
        for i in found.interfaces
    ]

    assert shown == [
        ("lo", "", [], True, False),
        ("eth0", "", ["10.0.0.1/24", "2001:db8::1/64"], True, True),
        ("eth0.100", "eth0", [], False, False),
    ]
    assert not found.unread


@pytest.mark.parametrize(
    "line", ["    inet 10.0.1.1 peer 10.0.1.2/32 scope global x", "    inet 10.0.1.300/24", "  huh"]
)
def test_an_address_that_is_not_understood_leaves_the_listing_unread(line: str) -> None:
    found = _tables.addresses(source(f"2: eth0: <UP> mtu 1500\n{line}\n"))

    assert found.unread
    assert found.input.lines.use(2) is LineUse.UNRECOGNISED


def test_a_port_of_a_bridge_or_vrf_has_no_address_that_anybody_can_place() -> None:
    assert _tables.addresses(
        source("2: eth0: <UP> mtu 1500 master red\n    inet 10.0.0.1/24 scope global eth0\n")
    ).unread
