"""Interfaces, bindings, translation, routes and services as the model has them; and what taints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segcheck.analysis.compiling import judge_device
from segcheck.importers import yamaha
from segcheck.importers.yamaha._relevance import GLOBAL, INTERFACE, irrelevant
from segcheck.loaders import files, packet_table
from segcheck.model.device import RouteKind
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from segcheck.model.rules import Deny, Translate, Unsure
from segcheck.sets import addresses
from tests.importers.yamaha.configs import device, read, scopes, use, whole

HERE = Path(__file__).parent


def test_an_interface() -> None:
    made = device(
        'vlan lan3/1 802.1q vid=30 name=X\ndescription lan3/1 "to the servers"\nip lan3/1 address 10.9.0.1/255.255.255.0\n'
        "ip lan3/1 secondary address 10.9.1.1/25\nipv6 lan3/1 address 2001:db8::1/64\nip lan3/1 vrrp 1 10.9.0.254 priority=200\n"
    )
    found = made.interface("lan3/1")

    assert found is not None
    assert [(addresses.text(one.address), one.length) for one in found.addresses] == [
        ("10.9.0.1", 24),
        ("10.9.1.1", 25),
        ("2001:db8::1", 64),
        ("10.9.0.254", 24),
    ]
    assert (found.vlan, found.parent, found.comment, found.enabled) == (30, "lan3", "to the servers", True)
    assert made.taints == ()
    assert (made.addressing_known, made.routing_known) == (True, True)


def test_lines_that_are_switched_on_say_so() -> None:
    made = device(
        "pp select 1\npp select 2\ntunnel select 7\ntunnel select 8\nno tunnel enable all\n"
        "pp enable 1\npp disable 2\ntunnel enable 7\n"
    )
    states = {one.name: one.enabled for one in made.interfaces if one.name[:2] in ("pp", "tu")}

    assert states == {"pp1": True, "pp2": False, "tunnel7": True, "tunnel8": False}


@pytest.mark.parametrize(
    ("body", "addressed", "routed"),
    [
        ("ip lan3 address dhcp\n", False, False),
        ("ipv6 lan3 address ra-prefix@lan2::1/64\n", False, False),
        ("ipv6 lan3 prefix 2001:db8::/64\n", False, False),
        ("pp select 1\n ppp ipcp ipaddress on\n pp enable 1\n", False, True),
        ("pp select 1\n ppp ipcp ipaddress off\n", True, True),
        ("pp select anonymous\n ip pp remote address pool 10.0.1.10-10.0.1.19\n pp enable anonymous\n", True, False),
        ("ip route 10.0.0.0/8 gateway dhcp lan2\n", True, False),
        ("bgp use on\n", True, False),
        ("ipsec ike mode-cfg address pool 1 10.0.1.10-10.0.1.19\n", True, False),
        ("bgp use off\n", True, True),
        ("ip lan3 address 10.0.0.300/24\n", False, False),
        ("frobnicate\n", True, False),
    ],
)
def test_what_hides_addresses_and_routes(body: str, addressed: bool, routed: bool) -> None:
    made = device(body)

    assert (made.addressing_known, made.routing_known) == (addressed, routed)


def test_routes() -> None:
    made = device(
        "pp select 1\npp select none\nip route 10.1.0.0/16 gateway 10.0.1.9 metric 5\n"
        "ip route 10.2.0.0/255.255.0.0 gateway pp 1 hide\n"
        "ip route 10.3.0.0/16 gateway null\nip route 10.4.0.0/16 gateway 10.0.1.9 weight 0 gateway 10.0.1.8 keepalive 1\n"
        "ipv6 route default gateway fe80::1%lan2\ntunnel select 1\n ip tunnel address 169.254.0.2/30\n"
        " ip tunnel remote address 169.254.0.1\n"
    )
    told = [
        (route.interface, route.gateway and addresses.text(route.gateway), route.kind, route.metric, route.sure)
        for route in made.routes
    ]

    assert told[1:] == [
        (None, "10.0.1.9", RouteKind.UNICAST, 5, True),
        ("pp1", None, RouteKind.UNICAST, 1, False),
        (None, None, RouteKind.DISCARD, 1, True),
        (None, "10.0.1.9", RouteKind.UNICAST, 1, False),
        (None, "10.0.1.8", RouteKind.UNICAST, 1, False),
        ("lan2", "fe80::1", RouteKind.UNICAST, 1, True),
        ("tunnel1", None, RouteKind.UNICAST, 0, True),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("frobnicate", ("device", "")),
        ("ip frobnicate", ("device", "")),
        ("ip lan1 frobnicate", ("interface", "lan1")),
        ("ip lan1 secure filter", ("interface", "lan1")),
        ("ip lan1 secure filter in", ("interface", "lan1")),
        ("ip lan1 secure filter in 1 x", ("interface", "lan1")),
        ("ip lan1 secure filter in 1 dynamic", ("interface", "lan1")),
        ("ip lan1 secure filter name nobody", ("interface", "lan1")),
        ("ip pp address 10.0.0.1/32", ("device", "")),
        ("ip filter x pass *", ("device", "")),
        ("ip filter set x sideways 1", ("device", "")),
        ("ip route 10.0.0.0 gateway 10.0.1.9", ("routing", "")),
        ("ip route 10.0.0.0/8 gateway 10.0.1.9 frobnicate", ("routing", "")),
        ("ip route 10.0.0.0/8", ("routing", "")),
        ("ip route 10.0.0.0/8 gateway 10.0.1.9 filter 1", ("routing", "")),
        ("ip lan1 forward filter 1", ("routing", "")),
        ("nat descriptor frobnicate", ("translation", "")),
        ("nat descriptor type 1 masquerade hairpin=on", ("translation", "")),
        ("ip lan1 nat descriptor 9", ("translation", "")),
        ("upnp use on", ("translation", "")),
        ("telnetd service maybe", ("local", "")),
        ("telnetd host", ("local", "")),
        ("bridge member bridge1 lan1 lan2", ("device", "")),
        ("ip policy filter 1 pass *", ("device", "")),
        ("lua /x.lua", ("device", "")),
        ("schedule at 1 startup * lua /x.lua", ("device", "")),
        ("pp select x", ("device", "")),
        ("tunnel encapsulation l2tpv3", ("device", "")),
        ("vlan lan1/1 802.1q", ("device", "")),
        ("ethernet lan1 filter in 1", ("interface", "lan1")),
        ("ipsec sa policy 1 1 esp local-id=10.0.0.0/8", ("device", "")),
        ("no ip filter 1", ("device", "")),
        ("lan shutdown lan1 3", ("interface", "lan1")),
        ("lan shutdown", ("device", "")),
        ("tunnel backup pp 1", ("routing", "")),
        ("lan type lan1 auto frobnicate=on", ("device", "")),
    ],
)
def test_what_taints(line: str, expected: tuple[str, str]) -> None:
    assert expected in scopes(f"{line}\n")
    assert use(line) in (LineUse.UNRECOGNISED, LineUse.UNSUPPORTED)


@pytest.mark.parametrize(
    "line",
    [
        "ethernet filter 1 pass *:*:*:*:*:*",
        "lan type lan1 auto port-based-option=split-into-12:34",
        "ip lan1 proxyarp on",
        "ip lan1 intrusion detection in on",
        "ip keepalive 1 icmp-echo 10 5 10.0.0.1",
        "schedule at 1 */* 03:00 * syslog info on",
        "nat descriptor timer 1 900",
        "ip filter dynamic timer tcp-syn-timeout=30",
    ],
)
def test_what_taints_nothing(line: str) -> None:
    assert scopes(f"{line}\n") == []
    assert use(line) in (LineUse.IRRELEVANT, LineUse.UNDERSTOOD)


def test_nat_entries_with_several_ports_and_protocols() -> None:
    made = device(
        "nat descriptor type 1 masquerade\nnat descriptor address outer 1 10.0.2.1\nip lan2 nat descriptor 1\n"
        "nat descriptor masquerade static 1 1 10.0.1.9 tcp,udp 53,6000-6002\n"
        "nat descriptor masquerade static 1 2 10.0.2.3=10.0.1.8 esp\n"
    )
    found = [
        (rule.action.translation.addresses, rule.action.translation.ports)
        for rule in made.lists["yamaha/nat-in"].rules
        if isinstance(rule.action, Translate) and rule.action.translation is not None
    ]

    assert made.taints == ()
    assert [(addresses.text(where.min), ports and ports.ranges) for where, ports in found if where is not None] == [
        ("10.0.1.9", ((53, 53),)),
        ("10.0.1.9", ((6000, 6002),)),
        ("10.0.1.9", ((53, 53),)),
        ("10.0.1.9", ((6000, 6002),)),
        ("10.0.1.8", None),
    ]


def test_a_cut_file_leaves_its_lists_open() -> None:
    reading = read(whole("ip lan1 secure filter in 1\nip filter 1 reject *\n").removesuffix("RTX830# \n") + "ip fil")
    (made,) = reading.devices

    assert reading.inputs[0].complete is Complete.NO
    assert isinstance(made.lists["lan1 in"].default, Unsure)
    assert made.lists["lan1 in"].rules[0].because == ("export-incomplete",)
    assert not made.routing_known


def test_a_filter_number_used_twice() -> None:
    made = device(
        "ip lan1 secure filter in 1 2 1\nip filter 1 reject *\nip filter 2 pass *\nip filter 1 pass * * icmp\n"
    )
    rules = made.lists["lan1 in"].rules

    assert [rule.id for rule in rules] == ["1", "2", "1#2"]
    assert [rule.span.first for rule in rules if rule.span] == [8, 7, 8]
    assert isinstance(made.lists["lan1 in"].default, Deny)


def test_objects() -> None:
    made = device("ip lan1 secure filter in 1\nip filter 1 reject *\nip filter 2 pass *\nip filter dynamic 3 * * tcp\n")

    assert [(one.kind, one.name, one.state) for one in made.objects] == [
        ("ip filter", "1", "defined"),
        ("ip filter", "2", "unused"),
        ("ip filter dynamic", "3", "defined"),
    ]


@pytest.mark.parametrize("table", [GLOBAL, INTERFACE])
def test_tables_give_reasons(table: dict[str, str]) -> None:
    assert all(len(why) > 10 for why in table.values())
    assert all(len(name.split()) <= 4 for name in table)
    assert not irrelevant(("frobnicate",), table)


#: What becomes of the packets of city-edge.tsv, in its order: + passes, - does not.
CITY = "+-+--+--+-+---++--+-++--+-++-"


def test_a_city_edge_router_of_250_lines() -> None:
    source = files.read_text(str(HERE / "city-edge.conf"))
    reading = yamaha.read([source])
    (made,) = reading.devices
    counts = reading.inputs[0].lines.counts()
    rows = packet_table.load(files.read_text(str(HERE / "city-edge.tsv")), None).rows
    answers = judge_device(made, [row.probe for row in rows])

    assert len(source.lines()) > 200
    assert sum(counts.values()) == len(source.lines())
    assert (counts[LineUse.UNRECOGNISED], counts[LineUse.UNSUPPORTED]) == (0, 0)
    assert (reading.inputs[0].complete, made.taints) == (Complete.YES, ())
    assert "".join({"permit": "+", "deny": "-"}.get(one.verdict.value, "?") for one in answers) == CITY
    assert not re.search(r"himitsu", repr(reading))
