"""Interfaces, routes, translation, zones, inspection and local traffic as the model has them; and what taints."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck.importers import ios
from segcheck.importers.ios._relevance import GLOBAL, INTERFACE, irrelevant
from segcheck.loaders.files import read_text
from segcheck.model.device import RouteKind, Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from segcheck.model.rules import Deny, Translate, Unsure
from segcheck.sets import addresses
from tests.importers.ios.configs import codes, device, read, uses, whole

CITY = Path(__file__).parents[2] / "soundness" / "exports" / "ios" / "city-core.cfg"


def scopes(made):
    return [(taint.scope, taint.subject) for taint in made.taints]


def interface(body):
    made = device(f"interface GigabitEthernet0/9\n{body}")
    return made.interface("GigabitEthernet0/9"), made


def test_an_interface():
    found, made = interface(
        " description to the servers\n encapsulation dot1Q 20\n vrf forwarding RED\n"
        " ip address 10.9.0.1 255.255.255.0\n ip address 10.9.1.1 255.255.255.128 secondary\n"
        " ipv6 address 2001:DB8::1/64\n zone-member security Z\n shutdown\n"
    )

    assert [(addresses.text(one.address), one.length) for one in found.addresses] == [
        ("10.9.0.1", 24),
        ("10.9.1.1", 25),
        ("2001:db8::1", 64),
    ]
    assert (found.vlan, found.domain, found.zone, found.enabled) == (20, "RED", "Z", False)
    assert found.comment == "to the servers"
    assert scopes(made) == []


@pytest.mark.parametrize(
    "line",
    [
        " standby 1 ip 10.9.0.254\n",
        " vrrp 1 ip 10.9.0.254\n",
        " vrrp 1 address-family ipv4\n  address 10.9.0.254 primary\n",
    ],
)
def test_virtual_addresses_belong_to_the_device(line):
    found, _ = interface(f" ip address 10.9.0.1 255.255.255.0\n{line}")

    assert [(addresses.text(one.address), one.length) for one in found.addresses] == [
        ("10.9.0.1", 24),
        ("10.9.0.254", 24),
    ]


@pytest.mark.parametrize("line", ["ip address dhcp", "ip address negotiated", "ipv6 address autoconfig"])
def test_addresses_from_elsewhere(line):
    found, made = interface(f" {line}\n")

    assert found.dynamic
    assert not made.addressing_known
    assert not made.routing_known


@pytest.mark.parametrize(
    "line",
    [
        "crypto map VPN",
        "ip wccp web-cache redirect in",
        "frobnicate",
        "ip address 10.0.0.1 255.0.255.0",
        "ip address 10.0.0.1",
        "ip access-group A sideways",
        "no ip access-group A in",
        "ip nat enable",
        "ip unnumbered Loopback0",
        "encapsulation dot1Q 9999",
        "ip directed-broadcast",
        "mac access-group M in",
        "ip virtual-reassembly drop-fragments",
        "cts role-based enforcement",
    ],
)
def test_what_is_not_read_of_an_interface_taints_it(line):
    _, made = interface(f" {line}\n")

    assert (Scope.INTERFACE, "GigabitEthernet0/9") in scopes(made)
    assert not made.addressing_known
    assert not made.routing_known


def test_a_bridge_taints_the_device():
    assert (Scope.DEVICE, "") in scopes(interface(" bridge-group 1\n")[1])


def test_ports_of_a_switch_carry_no_ip():
    found, made = interface(" switchport mode trunk\n switchport trunk allowed vlan 10,20\n")

    assert found is None
    assert scopes(made) == []


def test_a_list_on_a_port_of_a_switch_taints_the_vlan_behind_it():
    made = device(
        "interface GigabitEthernet1/0/1\n switchport access vlan 10\n ip access-group 1 in\n"
        "interface Vlan10\n ip address 10.10.0.1 255.255.255.0\ninterface Vlan20\n ip address 10.20.0.1 255.255.255.0\n"
        "access-list 1 permit any\n"
    )

    assert scopes(made) == [(Scope.INTERFACE, "Vlan10")]


def test_a_port_of_a_switch_need_not_say_that_it_is_one():
    made = device(
        "vlan 10\ninterface GigabitEthernet1/0/7\n ip access-group 1 in\ninterface Vlan1\n ip address 10.10.0.1 255.255.0.0\n"
        "access-list 1 permit any\n"
    )

    assert scopes(made) == [(Scope.INTERFACE, "Vlan1")]


def test_static_routes():
    made = device(
        "ip route 0.0.0.0 0.0.0.0 10.0.1.254\nip route 10.8.0.0 255.248.0.0 GigabitEthernet0/1 10.0.2.254 200 name x\n"
        "ip route 10.99.0.0 255.255.0.0 Null0 254\nip route 10.7.0.0 255.255.0.0 10.0.1.9 track 5\n"
        "ipv6 route 2001:db8::/32 GigabitEthernet0/1\n"
    )
    default, wide, null, tracked, six = made.routes

    assert made.routing_known
    assert (default.to, default.distance) == (addresses.V4, 1)
    assert (wide.interface, wide.distance, addresses.text(wide.gateway)) == ("GigabitEthernet0/1", 200, "10.0.2.254")
    assert (null.kind, null.distance) == (RouteKind.DISCARD, 254)
    assert not tracked.sure
    assert six.to == addresses.parse("2001:db8::/32")


@pytest.mark.parametrize(
    "line",
    [
        "ip route 10.0.0.0 255.0.0.0",
        "ip route 10.0.0.0 255.0.255.0 10.0.1.9",
        "ip route 10.0.0.0 255.0.0.0 Serial9/9",
        "ip route vrf RED 10.0.0.0 255.0.0.0 GigabitEthernet0/0",
        "ip route vrf RED 10.0.0.0 255.0.0.0 10.0.1.9 global",
        "ip route 10.0.0.0 255.0.0.0 10.0.1.9 --frobnicate",
        "ip local policy route-map X",
    ],
)
def test_routes_that_are_not_read_taint_routing(line):
    made = device(f"{line}\n")

    assert Scope.ROUTING in [scope for scope, _ in scopes(made)]
    assert not made.routing_known


@pytest.mark.parametrize("line", ["router ospf 1", "router bgp 65000", "router eigrp CITY", "ipv6 router ospf 1"])
def test_routing_protocols_are_noticed(line):
    made = device(f"{line}\n network 10.0.0.0\n")

    assert not made.routing_known
    assert made.taints == ()  # the table that the device prints settles it


@pytest.mark.parametrize(
    "line",
    [
        "ip nat outside source list 1 pool P",
        "ip nat inside destination list 1 pool P",
        "ip nat inside source list 1 pool NOWHERE overload",
        "ip nat inside source static 10.0.1.5 203.0.113.5 vrf RED",
        "ip nat inside source static tcp 10.0.1.5 80",
        "ip nat source list 1 interface GigabitEthernet0/1 overload",
        "ip nat pool P 10.0.0.9 10.0.0.1 netmask 255.255.255.0",
        "ip nat pool P 10.0.0.1 10.0.0.9 netmask 255.255.255.0 type rotary",
    ],
)
def test_translation_that_is_not_read_taints_translation(line):
    assert Scope.TRANSLATION in [scope for scope, _ in scopes(device(f"{line}\n"))]


def nat_out(body):
    made = device(
        "interface GigabitEthernet0/0\n ip nat inside\ninterface GigabitEthernet0/1\n ip nat outside\n" + body
    )
    return [rule for rule in made.lists["ios/nat-out"].rules if rule.id.startswith("nat line")]


def test_a_pool_without_overload_can_be_reached_while_an_entry_lives():
    (rule,) = nat_out(
        "ip nat pool P 203.0.113.10 203.0.113.20 prefix-length 24\nip nat inside source list 1 pool P\naccess-list 1 permit any\n"
    )

    assert isinstance(rule.action, Translate)
    assert rule.action.translation.full_cone
    assert rule.action.translation.addresses == addresses.parse("203.0.113.10-203.0.113.20")


def test_several_dynamic_entries_are_sure_only_where_one_fits():
    rules = nat_out(
        "ip nat inside source list 1 interface GigabitEthernet0/1 overload\n"
        "ip nat inside source route-map R interface GigabitEthernet0/1 overload\n"
        "route-map R permit 10\n match ip address 2\naccess-list 1 permit any\naccess-list 2 permit 10.0.1.0 0.0.0.255\n"
    )

    assert [isinstance(rule.action, Unsure) for rule in rules] == [False, False, True, True]


def test_a_policy_map_that_is_missing_leaves_the_pair_open():
    made = device(
        "zone security A\nzone security B\nzone-pair security AB source A destination B\n service-policy type inspect P\n"
        "interface GigabitEthernet0/0\n zone-member security A\ninterface GigabitEthernet0/1\n zone-member security B\n"
    )

    assert made.lists["ios/zone-pair AB"].rules[0].because == ("undefined-name",) or isinstance(
        made.lists["ios/zone-pair AB"].rules[0].action, Unsure
    )


def test_unread_lines_of_a_policy_leave_its_class_open():
    body = (
        "zone security A\nzone security B\nclass-map type inspect match-any C\n match protocol tcp\n"
        "policy-map type inspect P\n class type inspect C\n  frobnicate\n class class-default\n  drop\n"
        "zone-pair security AB source A destination B\n service-policy type inspect P\n"
        "interface GigabitEthernet0/0\n zone-member security A\ninterface GigabitEthernet0/1\n zone-member security B\n"
    )
    first, last = device(body).lists["ios/zone-pair AB"].rules

    assert isinstance(first.action, Unsure)
    assert last.action == Deny()
    assert ("unrecognised-line", 13) in codes(whole(body))


@pytest.mark.parametrize(
    "line",
    [
        "frobnicate",
        "event manager applet X",
        "ip access-list resequence A 10 10",
        "zone security",
        "zone-pair security X source A",
        "ip inspect frobnicate",
        "no frobnicate",
        "interface",
        "ip admission name X proxy http",
        "cts role-based enforcement",
    ],
)
def test_unknown_commands_taint_the_device(line):
    assert (Scope.DEVICE, "") in scopes(device(f"{line}\n"))


@pytest.mark.parametrize(
    "line", ["line vty", "line vty 0 4\n frobnicate", "line vty 0 4\n access-class", "control-plane\n x"]
)
def test_what_is_not_read_of_lines_taints_local_traffic(line):
    assert Scope.LOCAL in [scope for scope, _ in scopes(device(f"{line}\n"))]


@pytest.mark.parametrize(
    "line",
    [
        "snmp-server community himitsu RO",
        "enable secret 9 himitsu",
        "username kanri password 7 himitsu",
        "himitsu himitsu",
        "tacacs server X\n key 7 himitsu",
        "key himitsu",
        "interface GigabitEthernet0/0\n himitsu2 himitsu",
        "line vty 0 4\n password 7 himitsu",
        "line vty 0 4\n frobnicate himitsu",
        "crypto isakmp key himitsu address 0.0.0.0",
    ],
)
def test_secrets_stay_inside(line):
    reading = read(whole(f"{line}\n"))
    told = repr(reading).replace("himitsu ...", "").replace("himitsu2 ...", "")

    assert "himitsu" not in told


def test_services_that_listen():
    made = device(
        "ip http secure-server\nsnmp-server community x RO\nip dhcp pool LAN\n network 10.0.1.0\nline vty 0 4\n"
    )

    assert sorted((one.kind, one.span.first) for one in made.services) == [
        ("dhcp-server", 9),
        ("management", 7),
        ("management", 8),
        ("management", 11),
    ]


def test_a_tunnel_and_a_relay_send_on_in_the_devices_name():
    made = device(
        "interface Tunnel1\n tunnel source 10.0.1.1\ninterface GigabitEthernet0/0\n ip helper-address 10.0.2.9\n"
    )

    assert sorted(one.kind for one in made.services if one.reoriginates) == ["dhcp-relay", "tunnel"]


def test_a_service_policy_that_drops_taints_its_interface():
    made = device(
        "policy-map Q\n class C\n  drop\ninterface GigabitEthernet0/0\n service-policy input Q\n"
        "policy-map R\n class C\n  bandwidth 10\ninterface GigabitEthernet0/1\n service-policy output R\n"
    )

    assert scopes(made) == [(Scope.INTERFACE, "GigabitEthernet0/0")]


def test_tables_cover_commands_by_their_first_words():
    assert irrelevant(("no", "ip", "domain", "lookup"), GLOBAL)
    assert irrelevant(("ip", "ospf", "cost", "5"), INTERFACE)
    assert not irrelevant(("ip", "access-group", "A", "in"), INTERFACE)
    assert not irrelevant(("ip", "nat", "inside"), GLOBAL)
    assert not irrelevant(("no",), GLOBAL)


def test_a_municipal_router_is_read_whole():
    reading = ios.read([read_text(str(CITY))])
    (made,) = reading.devices
    counts = reading.inputs[0].lines.counts()

    assert reading.inputs[0].complete is Complete.YES
    assert counts[LineUse.UNRECOGNISED] == counts[LineUse.UNSUPPORTED] == 0
    assert counts[LineUse.APPROXIMATED] == 3  # the last minute of a time range; pieces of IPv6 datagrams, twice
    assert sum(counts.values()) == reading.inputs[0].lines.total > 200
    assert made.taints == ()
    assert (made.hostname, made.version) == ("city-core", "17.6")
    assert made.routing_known
    assert made.addressing_known
    assert {one.domain for one in made.interfaces} == {"default", "BANGO"}
    assert [one.severity.value for one in reading.diagnostics if one.severity.value == "error"] == []


def test_every_line_has_a_use():
    text = whole("frobnicate\n and more\naccess-list 1 permit any\n")

    assert set(uses(text).values()) == {LineUse.UNDERSTOOD, LineUse.IRRELEVANT, LineUse.UNRECOGNISED}


@pytest.mark.parametrize(
    ("lines", "closed"),
    [
        ("no ip http server\nno ip http secure-server\n", ["ip http server off", "ip http secure-server off"]),
        ("no ip http server\n", []),  # the other may listen, wherever it was moved to
        ("no ip http server\nno ip http secure-server\nip http port 8080\n", []),
        ("no ip http server\nip http secure-server\nno ip http secure-server\nip http server\n", []),
    ],
)
def test_a_web_server_that_is_off_takes_nothing_in(lines: str, closed: list[str]) -> None:
    rules = device(lines).lists["ios/local"].rules
    assert [rule.id for rule in rules if rule.id.startswith("ip http")] == closed
