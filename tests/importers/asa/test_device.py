"""A configuration of ASA to a device: what is understood, what is doubted, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from segcheck import importers
from segcheck.importers import asa
from segcheck.importers.asa import sniff
from segcheck.importers.asa._relevance import GLOBAL, INTERFACE
from segcheck.loaders.files import read_text
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import Field, leaves
from segcheck.model.pipeline import Helper
from segcheck.model.reading import Complete
from segcheck.sets.addresses import V4, parse_one
from tests.importers.asa.configs import codes, device, read, source, uses, whole

CITY = Path(__file__).parents[2] / "soundness/exports/asa/city-fw.cfg"


def test_a_city_firewall_is_read_whole():
    reading = importers.read([read_text(str(CITY))])
    (made,) = reading.devices
    counts = reading.inputs[0].lines.counts()

    assert reading.format == "asa"
    assert reading.inputs[0].complete is Complete.YES
    assert counts[LineUse.UNRECOGNISED] == counts[LineUse.UNSUPPORTED] == 0
    assert [(d.code.value, d.span.first) for d in reading.diagnostics if d.span] == [("depends-on-outside", 96)]
    assert made.taints == ()
    assert made.hostname == "city-fw"
    assert made.version == "9.16(4)"
    assert made.routing_known
    assert made.addressing_known
    assert {one.name: (one.vlan, one.parent) for one in made.interfaces if one.vlan} == {
        "mynumber": (10, "Ethernet1/2"),
        "lgwan": (20, "Ethernet1/2"),
        "internet": (30, "Ethernet1/2"),
        "dmz": (40, "Ethernet1/2"),
    }
    assert made.helpers == (Helper("ftp", sure=False), Helper("tftp", sure=False))
    assert [one.kind for one in made.services] == ["management", "management"]


def test_the_standby_address_belongs_to_the_other_unit():
    made = importers.read([read_text(str(CITY))]).devices[0].interface("mynumber")

    assert made is not None
    assert [one.address for one in made.addresses] == [parse_one("10.10.0.1")]


def test_text_is_recognised_by_its_version_or_its_words():
    assert sniff(whole("")) == 95
    assert sniff("interface Vlan1\n nameif inside\n security-level 100\naccess-group A in interface inside\n") == 70
    assert sniff("interface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n ip access-group A in\n") == 0


def test_a_part_of_a_file_leaves_levels_open():
    body = "interface e0\n nameif a\n security-level 0\n ip address 10.0.1.1 255.255.255.0\n"
    reading = read(f"ASA Version 9.8(1)\n{body}"[len("ASA Version 9.8(1)\n") :])
    rules = reading.devices[0].lists["asa/in a"].rules

    assert reading.inputs[0].complete is Complete.UNKNOWN
    assert rules[-1].because == ("action-not-modelled",)


@pytest.mark.parametrize(
    ("cut", "complete"),
    [(whole(""), Complete.YES), (whole("").replace(": end\n", ""), Complete.NO), (whole("")[:-1], Complete.NO)],
)
def test_the_end_shows_that_nothing_is_missing(cut: str, complete: Complete):
    assert read(cut).inputs[0].complete is complete


@pytest.mark.parametrize("version", ["ASA Version 8.2(5)", "PIX Version 7.2(1)", "FWSM Version 4.1(3)"])
def test_software_that_reads_rules_otherwise_makes_the_device_uncertain(version: str):
    assert [one.scope for one in device("", version).taints] == [Scope.DEVICE]


@pytest.mark.parametrize(
    ("version", "families"),
    [
        ("ASA Version 8.4(7)", {4}),
        ("ASA Version 9.0(1)", {4, 6}),
        ("NGFW Version 6.4.0", {4, 6}),
        ("ASA Version 9.8(2) <context>", {4, 6}),
    ],
)
def test_ip_versions_of_the_rules(version: str, families: set[int]):
    made = device("", version)

    assert made.families == families
    assert made.taints == ()


def test_secrets_are_in_no_output():
    secret = "Sup3rS3cret"
    lines = [
        f"enable password {secret} encrypted",
        f"username admin password {secret} privilege 15",
        "tunnel-group 198.51.100.1 ipsec-attributes",
        f" ikev1 pre-shared-key {secret}",
        f"snmp-server host inside 10.0.1.9 community {secret}",
        "aaa-server R (inside) host 10.0.1.9",
        f" key {secret}",
        f"frobnicate {secret}",
        f"crypto frobnicate {secret}",
        f"nat (inside,outside) source {secret}",
        "interface GigabitEthernet0/5",
        f" frobnicate {secret}",
    ]
    reading = read(whole("\n".join(lines) + "\n"))

    assert secret not in repr(reading)


@pytest.mark.parametrize(
    ("command", "scope"),
    [
        ("firewall transparent", Scope.DEVICE),
        ("established tcp 4000 0", Scope.DEVICE),
        ("context red", Scope.DEVICE),
        ("static (inside,outside) 203.0.113.3 10.0.1.3 netmask 255.255.255.255", Scope.DEVICE),
        ("ipv6 access-list A permit ip any any", Scope.DEVICE),
        ("aaa authentication match A inside LOCAL", Scope.DEVICE),
        ("access-group A in interface nowhere", Scope.DEVICE),
        ("nat (inside,nowhere) source static any any", Scope.TRANSLATION),
        ("route nowhere 10.0.0.0 255.0.0.0 10.0.1.9 1", Scope.ROUTING),
        ("zone Z", Scope.ROUTING),
        ("ssh 10.0.0.0 255.0.0.0 nowhere", Scope.LOCAL),
        ("icmp permit any frobnicate inside", Scope.LOCAL),
        ("crypto map M interface nowhere", Scope.DEVICE),
        ("crypto frobnicate", Scope.DEVICE),
    ],
)
def test_what_is_not_modelled_taints_what_it_can_affect(command: str, scope: Scope):
    assert [one.scope for one in device(command + "\n").taints] == [scope]


@pytest.mark.parametrize(
    ("line", "scope"),
    [
        ("policy-route route-map R", Scope.ROUTING),
        ("zone-member Z", Scope.ROUTING),
        ("bridge-group 1", Scope.DEVICE),
        ("frobnicate", Scope.DEVICE),
        ("no forward interface Vlan1", Scope.DEVICE),
    ],
)
def test_what_an_interface_carries_besides_makes_it_uncertain(line: str, scope: Scope):
    body = (
        f"interface GigabitEthernet0/2\n nameif dmz\n security-level 50\n ip address 10.0.2.1 255.255.255.0\n {line}\n"
    )

    assert {(one.scope, one.subject) for one in device(body).taints} == {(scope, ""), (Scope.INTERFACE, "dmz")}


def test_routes_of_a_shut_interface_are_not_there():
    body = (
        "interface GigabitEthernet0/2\n shutdown\ninterface GigabitEthernet0/2.5\n vlan 5\n nameif dmz\n"
        " ip address 10.0.2.1 255.255.255.0\nroute dmz 10.5.0.0 255.255.0.0 10.0.2.9 1\nroute outside 0 0 203.0.113.1\n"
    )
    made = device(body)
    dmz = made.interface("dmz")

    assert dmz is not None
    assert dmz.enabled is False
    assert [(one.interface, one.distance) for one in made.routes] == [("outside", 1)]


def test_what_cannot_matter_is_named_with_a_reason():
    assert all(reason for table in (GLOBAL, INTERFACE) for reason in table.values())
    assert set(uses("logging enable\nno pager\ntimeout xlate 3:00:00\n").values()) == {LineUse.IRRELEVANT}


def test_an_undefined_object_makes_its_entry_uncertain():
    body = "access-list A extended permit tcp object NONE any eq 80\naccess-list A extended permit tcp any any eq 22\n"
    first, second = device(body).lists["A"].rules

    assert first.because == ("undefined-name",)
    assert second.because == ()
    assert codes(whole(body)) == [("undefined-name", 11)]


def test_users_vary_and_are_no_defect_of_the_reading():
    (rule,) = device("access-list A extended permit tcp user CITY\\tanaka any any eq 22\n").lists["A"].rules

    assert rule.because == ()


def test_nat_rules_stand_in_the_order_of_the_table():
    body = """object network BIG
 subnet 10.0.0.0 255.255.0.0
object network HIGH
 host 10.0.1.9
object network LOW
 host 10.0.1.8
object network DYN
 host 10.0.1.7
object network OUT
 host 203.0.113.4
nat (inside,outside) after-auto source static LOW LOW
nat (inside,outside) source static HIGH HIGH
object network DYN
 nat (inside,outside) dynamic OUT
object network BIG
 nat (inside,outside) static 10.9.0.0
object network HIGH
 nat (inside,outside) static 203.0.113.5
object network LOW
 nat (inside,outside) static 203.0.113.6
"""
    rules = device(body).lists["asa/nat source"].rules
    order = list(dict.fromkeys(rule.span.first - 10 for rule in rules if rule.span))

    assert order == [12, 20, 18, 16, 14, 11]


@pytest.mark.parametrize(
    "command",
    [
        "nat (inside,outside) source dynamic A pat-pool P round-robin interface",
        "nat (inside,outside) source dynamic any interface description to the internet",
        "nat (inside,outside) source static A A destination static P P unidirectional",
        "nat (any,any) source static any any no-proxy-arp inactive",
        "nat (inside,outside) source static A P service S80 S8080",
    ],
)
def test_forms_of_nat_that_are_read(command: str):
    objects = (
        "object network A\n host 10.0.1.5\nobject network P\n host 203.0.113.3\n"
        "object service S80\n service tcp source eq 80\nobject service S8080\n service tcp source eq 8080\n"
    )

    assert device(f"{objects}{command}\n").taints == ()


def test_a_second_file_is_not_read_and_makes_the_device_uncertain():
    reading = asa.read([source(whole("")), source("x\n", "more.cfg")])

    assert [one.scope for one in reading.devices[0].taints] == [Scope.DEVICE]


def test_what_comes_out_of_a_tunnel_interface_is_uncertain():
    body = (
        "interface Tunnel1\n nameif vti\n ip address 10.255.0.1 255.255.255.252\n tunnel source interface outside\n"
        " tunnel mode ipsec ipv4\n tunnel protection ipsec profile P\n"
    )
    made = device(body)

    assert made.taints == ()
    assert [rule.id for rule in made.lists["asa/tunnels in"].rules] == ["tunnels of vti"]
    assert made.lists["asa/in vti"].rules[0].because == ("action-not-modelled",)
    assert device("").lists["asa/in inside"].rules[0].because == ()


def test_routes_to_remote_users_may_be_there():
    pool = "ip local pool P 10.8.0.1-10.8.0.6 mask 255.255.255.0\n"
    made = device(f"{pool}webvpn\n enable outside\n anyconnect enable\n")

    assert [(one.to.min - parse_one("10.8.0.0"), one.to.count, one.sure) for one in made.routes] == [
        (1, 1, False),
        (2, 2, False),
        (4, 2, False),
        (6, 1, False),
    ]
    assert made.routing_known
    assert not device("webvpn\n enable outside\n").routing_known
    assert {one.kind for one in made.services} == {"vpn-portal", "tunnel"}


def test_ports_of_a_group_are_read_to_the_end_of_the_line():
    group = "object-group service S tcp\n port-object eq www frobnicate\n"
    body = f"{group}access-list A extended permit tcp any any object-group S\n"

    assert device(body).lists["A"].rules[0].because == ("unrecognised-line",)


def test_tunnels_may_reach_the_device_by_management_access():
    body = "crypto map M interface outside\nssh 10.0.1.0 255.255.255.0 inside\nmanagement-access inside\n"

    assert device(body).lists["asa/local"].rules[0].id == "out of a tunnel"


def test_any_source_is_of_the_version_that_it_becomes():
    rules = device("nat (inside,outside) source dynamic any interface\n").lists["asa/nat source"].rules

    fields = [leaf for rule in rules for leaf in leaves(rule.match) if isinstance(leaf, Field)]
    assert [field.values for field in fields if field.name == "src"] == [V4]


def test_threat_defense_is_read_whole():
    reading = importers.read([read_text(str(Path(__file__).parent / "ftd.cfg"))])
    (made,) = reading.devices
    counts = reading.inputs[0].lines.counts()

    assert counts[LineUse.UNRECOGNISED] == counts[LineUse.UNSUPPORTED] == 0
    assert made.taints == ()
    assert [rule.name for rule in made.lists["CSM_FW_ACL_"].rules] == [
        *["rule-id 9998"] * 5,
        "rule-id 268434433",
        "rule-id 268434434",
    ]
    # all its interfaces have one level; access rules, not levels, decide
    assert [rule.id for rule in made.lists["asa/in inside"].rules] == ["CSM_FW_ACL_"]
