"""Translation, routing, what the device does by itself, and traffic to the device."""

from __future__ import annotations

import pytest

from segcheck.model.device import RouteKind, Scope
from segcheck.model.trace import Verdict
from segcheck.sets.addresses import describe, parse_one
from tests.importers.fortigate.exports import device, export, packet, policy, through

VIP = (
    "config firewall vip\n    edit v\n        set extip 203.0.113.10\n        set mappedip 10.0.2.10\n{}    next\nend\n"
)
WAN = '        set extintf "wan1"\n'
IN = packet("198.51.100.7", "203.0.113.10")


def from_wan(*lines, vip=WAN, version="7.4.3", known=IN, more=()):
    accept = policy(1, *lines, source="wan1")
    text = export(*more, accept, before=VIP.format(vip), version=version)
    return through(text, known, "wan1")


def test_a_vip_translates_for_the_policy_that_names_it():
    found = from_wan("set dstaddr v")
    assert found.verdict is Verdict.PERMIT
    assert found.paths[0].header["dst"] == parse_one("10.0.2.10")


def test_an_ordinary_policy_does_not_see_translated_packets():
    assert from_wan("set dstaddr all").verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("version", "line", "expected"),
    [
        ("7.0.9", "set comments x", Verdict.PERMIT),
        ("7.0.9", "set match-vip enable", Verdict.DENY),
        ("7.2.3", "set comments x", Verdict.UNDECIDED),
        ("7.4.3", "set comments x", Verdict.DENY),
        ("7.4.3", "set match-vip disable", Verdict.PERMIT),
    ],
)
def test_match_vip_by_version(version, line, expected):
    deny = policy(5, "set action deny", line, source="wan1")
    assert from_wan("set dstaddr v", version=version, more=(deny,)).verdict is expected


def test_a_forwarded_port_is_the_only_one():
    vip = WAN + "        set portforward enable\n        set extport 8080\n        set mappedport 80\n"
    found = from_wan("set dstaddr v", vip=vip, known=packet("198.51.100.7", "203.0.113.10", 8080))
    assert (found.verdict, found.paths[0].header["dport"]) == (Verdict.PERMIT, 80)
    assert from_wan("set dstaddr v", vip=vip).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("set src-filter 198.51.100.0/24", Verdict.PERMIT),
        ("set src-filter 192.0.2.0/24", Verdict.DENY),
        ("set status disable", Verdict.DENY),
        ("set odd-key 1", Verdict.UNDECIDED),
        ("set extip 203.0.113.x", Verdict.UNDECIDED),
    ],
)
def test_what_narrows_a_vip(line, expected):
    assert from_wan("set dstaddr v", vip=f"{WAN}{line}\n").verdict is expected


def test_central_nat_needs_no_reference_and_names_the_mapped_address():
    before = VIP.format(WAN) + "config system settings\n    set central-nat enable\nend\n"
    assert through(export(policy(1, source="wan1"), before=before), IN, "wan1").verdict is Verdict.PERMIT


def outbound(*lines, before="", src="10.0.1.10"):
    text = export(policy(1, *lines, target="wan1"), before=before)
    found = through(text, packet(src, "198.51.100.7"))
    assert found.verdict is Verdict.PERMIT
    return found.paths[0].header


def test_nat_takes_the_address_of_the_way_out():
    assert outbound("set nat enable")["src"] == parse_one("203.0.113.2")
    assert outbound()["src"] == parse_one("10.0.1.10")


def test_a_pool_gives_its_addresses_and_keeps_the_port_only_when_told():
    pool = "config firewall ippool\n    edit p\n        set startip 203.0.113.50\n        set endip 203.0.113.50\n    next\nend\n"
    lines = ("set nat enable", "set ippool enable", "set poolname p")
    assert outbound(*lines, before=pool)["src"] == parse_one("203.0.113.50")
    assert outbound(*lines, "set fixedport enable", before=pool)["sport"] == 40000
    assert "sport" not in outbound(*lines, before=pool)


def test_a_one_to_one_vip_gives_its_host_the_external_address():
    before = VIP.format(WAN).replace("10.0.2.10", "10.0.1.10")
    inward = policy(2, "set dstaddr v", source="wan1", target="port1")
    text = export(policy(1, "set nat enable", target="wan1"), inward, before=before)
    assert through(text, packet("10.0.1.10", "198.51.100.7")).paths[0].header["src"] == parse_one("203.0.113.10")
    assert through(text, packet("10.0.1.11", "198.51.100.7")).paths[0].header["src"] == parse_one("203.0.113.2")


def test_routes_are_connected_and_static():
    extra = "    edit 2\n        set dst 10.9.0.0 255.255.0.0\n        set blackhole enable\n    next\n"
    text = export().replace("config router static\n", f"config router static\n{extra}")
    found = {(describe(r.to)[0], r.interface, r.kind, r.distance) for r in device(text).routes}
    assert ("10.0.1.0/24", "port1", RouteKind.UNICAST, 0) in found
    assert ("0.0.0.0/0", "wan1", RouteKind.UNICAST, 10) in found
    assert ("10.9.0.0/16", None, RouteKind.DISCARD, 10) in found
    assert device(text).routing_known


@pytest.mark.parametrize(
    "section",
    [
        "config router ospf\n    config area\n        edit 0.0.0.0\n        next\n    end\nend\n",
        "config router bgp\n    config neighbor\n        edit 10.0.1.2\n        next\n    end\nend\n",
        "config router warp\n    set x 1\nend\n",
    ],
)
def test_dynamic_or_unread_routing_leaves_the_table_open(section):
    assert not device(export(after=section)).routing_known


def test_a_routing_protocol_without_neighbours_changes_nothing():
    section = 'config router ospf\n    config redistribute "connected"\n    end\n    set abr-type standard\nend\n'
    assert device(export(after=section)).routing_known


def test_a_policy_route_comes_before_the_table():
    route = (
        "config router policy\n    edit 1\n        set input-device port1\n        set dst 10.0.2.0/255.255.255.0\n"
        "        set output-device wan1\n        set gateway 203.0.113.1\n    next\nend\n"
    )
    text = export(policy(1, target="wan1"), after=route)
    assert through(text, packet("10.0.1.10", "10.0.2.10")).verdict is Verdict.PERMIT


def test_a_source_without_a_way_back_is_dropped():
    text = export(policy(1, source="any", target="any"))
    assert through(text, packet("10.7.7.7", "10.0.2.10")).verdict is Verdict.DENY
    assert through(text, packet("10.7.7.7", "10.0.2.10"), "wan1").verdict is Verdict.PERMIT
    assert through(
        text.replace("allowaccess ping https", "src-check disable"), packet("10.7.7.7", "10.0.2.10")
    ).verdict is (Verdict.PERMIT)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("7.4.9", Verdict.PERMIT), ("7.4.10", Verdict.DENY), ("7.6.4", Verdict.PERMIT), ("7.6.5", Verdict.DENY)],
)
def test_packets_back_out_of_their_interface_ask_no_policy_before_the_change(version, expected):
    lines = "set dst 10.5.0.0/16\nset gateway 10.0.1.254\nset device port1"
    static = f"config router static\nedit 5\n{lines}\nnext\nend\n"
    text = export(version=version, after=static)
    assert through(text, packet("10.0.1.10", "10.5.0.9")).verdict is expected


def test_tcp_without_syn_opens_nothing_unless_routed_asymmetrically():
    known = packet("10.0.1.10", "10.0.2.10", tcp_flags=16)
    assert through(export(policy(1)), known).verdict is Verdict.DENY
    loose = "config system settings\n    set asymroute enable\nend\n"
    assert through(export(before=loose), known).verdict is Verdict.PERMIT


def to_device(known, ingress="port1", before="", *policies):
    return through(export(*policies, before=before), known, ingress).verdict


def test_allowaccess_opens_what_it_names():
    assert to_device(packet("10.0.1.10", "10.0.1.1", 443)) is Verdict.PERMIT
    assert to_device(packet("10.0.1.10", "10.0.1.1", 22)) is Verdict.DENY
    assert to_device(packet("10.0.2.10", "10.0.2.1", 443), "port2") is Verdict.DENY


def test_the_address_of_another_interface_needs_a_policy_too():
    known = packet("10.0.2.10", "10.0.1.1", 443)
    assert to_device(known, "port2") is Verdict.DENY
    assert to_device(known, "port2", "", policy(1, source="port2", target="port1")) is Verdict.PERMIT


def test_a_local_in_policy_comes_before_allowaccess():
    before = (
        "config firewall local-in-policy\n    edit 1\n        set intf port1\n        set srcaddr all\n"
        "        set dstaddr all\n        set service HTTPS\n        set schedule always\n    next\nend\n"
    )
    assert to_device(packet("10.0.1.10", "10.0.1.1", 443), "port1", before) is Verdict.DENY
    accepting = before.replace("set service HTTPS", "set service SSH\n        set action accept")
    assert to_device(packet("10.0.1.10", "10.0.1.1", 22), "port1", accepting) is Verdict.UNDECIDED


def test_trusted_hosts_of_every_administrator_narrow_administration():
    before = "config system admin\n    edit admin\n        set trusthost1 10.0.1.5 255.255.255.255\n    next\nend\n"
    assert to_device(packet("10.0.1.5", "10.0.1.1", 443), "port1", before) is Verdict.PERMIT
    assert to_device(packet("10.0.1.6", "10.0.1.1", 443), "port1", before) is Verdict.DENY
    both = before.replace("    next\nend\n", "    next\n    edit open\n    next\nend\n")
    assert to_device(packet("10.0.1.6", "10.0.1.1", 443), "port1", both) is Verdict.PERMIT


def test_services_that_carry_traffic_on_are_recorded():
    before = (
        "config system dns-server\n    edit port1\n        set mode forward-only\n    next\nend\n"
        "config vpn ssl settings\n    set source-interface wan1\n    set port 10443\nend\n"
        "config vpn ipsec phase1-interface\n    edit t\n        set interface wan1\n    next\nend\n"
    )
    found = {(one.kind, one.interfaces) for one in device(export(before=before)).services if one.reoriginates}
    assert found == {("dns-forwarder", ("port1",)), ("vpn-portal", ("wan1",)), ("ipsec", ("wan1",))}


def test_interfaces_carry_vlan_parent_zone_and_state():
    text = export(before="config system zone\n    edit z\n        set interface port2\n    next\nend\n").replace(
        '    edit "port2"',
        '    edit "v10"\n        set interface port1\n        set vlanid 10\n        set status down\n'
        '        set mode dhcp\n    next\n    edit "port2"',
    )
    made = device(text)
    vlan = made.interface("v10")
    assert (vlan.vlan, vlan.parent, vlan.enabled, vlan.dynamic) == (10, "port1", False, True)
    assert made.interface("port2").zone == "z"
    assert not made.addressing_known


@pytest.mark.parametrize("line", ["set l2forward enable", "set warp 1", "set ip 10.0.1.300 255.255.255.0"])
def test_what_an_interface_does_beyond_the_model_taints_it(line):
    text = export().replace("set allowaccess ping https", line)
    made = device(text)
    assert [taint.subject for taint in made.taints if taint.scope is Scope.INTERFACE] == ["port1"]
    assert not made.addressing_known


@pytest.mark.parametrize("line", ["set warp 1", "set ip 10.0.1.300 255.255.255.0", "warp", "config ipv6\nwarp\nend"])
def test_an_interface_that_was_not_wholly_read_taints_all_that_judges_by_it(line):
    made = device(export().replace("set allowaccess ping https", line))
    assert {(taint.scope, taint.subject) for taint in made.taints} == {
        (Scope.INTERFACE, "port1"),
        (Scope.ROUTING, ""),
        (Scope.LOCAL, ""),
        (Scope.LIST, "root/local-in"),
        (Scope.LIST, "root/local-in6"),
    }
    assert not made.routing_known


def test_session_helpers_open_what_they_expect():
    before = "config system session-helper\nedit 1\nset name ftp\nset protocol 6\nset port 21\nnext\nend\n"
    assert [(one.protocol, one.sure) for one in device(export(before=before)).helpers] == [("ftp", True)]
    assert all(not one.sure for one in device(export()).helpers)
