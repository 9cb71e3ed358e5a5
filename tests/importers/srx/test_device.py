from __future__ import annotations

import pytest

from segcheck.importers.srx._predefined import PREDEFINED, predefined
from segcheck.model.match import Condition, Field, leaves
from segcheck.model.rules import Translate, Unsure
from segcheck.model.trace import Verdict
from segcheck.sets.addresses import parse_one
from tests.importers.srx.exports import SET, asked, policy, read

SOURCE = (
    "set security nat source rule-set s from zone a\nset security nat source rule-set s to zone b\n"
    "set security nat source rule-set s rule r match source-address 10.0.1.0/24\n"
)


def device(more):
    return read(SET + policy("all") + more).devices[0]


def source_rule(more):
    return device(SOURCE + more).lists["nat-source"].rules[0].action


@pytest.mark.parametrize(
    ("more", "full"),
    [("any-remote-host", True), ("target-host", True), ("target-host-port", False)],
)
def test_a_persistent_mapping_may_let_anyone_in_but_by_its_own_port(more, full):
    action = source_rule(
        f"set security nat source rule-set s rule r then source-nat interface persistent-nat permit {more}\n"
    )
    assert isinstance(action, Translate)
    assert action.translation.full_cone is full
    assert action.translation.interface == "out"


def test_a_pool_chooses_ports_unless_it_keeps_them():
    rule = "set security nat source rule-set s rule r then source-nat pool p\n"
    pool = f"set security nat source pool p address 203.0.113.8/30\n{rule}"
    assert source_rule(pool).translation.ports.count == 65535
    assert source_rule(pool + "set security nat source pool p port no-translation\n").translation.ports is None
    based = source_rule(pool + "set security nat source pool p host-address-base 10.0.1.0/32\n")
    assert based.translation.shift == parse_one("203.0.113.8") - parse_one("10.0.1.0")


def test_what_a_nat_rule_says_and_cannot_be_read_may_translate_to_anything():
    assert isinstance(
        source_rule("set security nat source rule-set s rule r then source-nat pool nowhere\n"), Translate
    )
    action = source_rule("set security nat source rule-set s rule r then source-nat frobnicate\n")
    assert isinstance(action, Unsure)
    assert Translate(None) in action.actions


def test_interfaces_have_kinds_tags_domains_and_virtual_addresses():
    one = device(
        "set interfaces st0 unit 1 family inet\n"
        "set interfaces irb unit 10 family inet address 10.0.5.1/24\n"
        "set vlans v10 vlan-id 10\nset vlans v10 l3-interface irb.10\n"
        "set interfaces ge-0/0/4 unit 0 family ethernet-switching vlan members v10\n"
        "set interfaces fxp0 unit 0 family inet address 192.168.1.1/24\n"
        "set interfaces ge-0/0/5 vlan-tagging\nset interfaces ge-0/0/5 unit 7 vlan-id 7\n"
        "set interfaces ge-0/0/5 unit 7 family inet address 10.0.7.2/24 vrrp-group 1 virtual-address 10.0.7.1\n"
        "set routing-instances guest instance-type virtual-router\nset routing-instances guest interface ge-0/0/5.7\n"
        "set interfaces ge-0/0/6 disable\nset interfaces ge-0/0/6 unit 0\n"
    )
    assert not one.taints
    kinds = {port.name: (port.kind, port.vlan, port.domain, port.enabled) for port in one.interfaces}
    assert kinds["st0.1"] == ("tunnel", None, "default", True)
    assert kinds["irb.10"] == ("vlan", 10, "default", True)
    assert kinds["fxp0.0"] == ("management", None, "management", True)
    assert kinds["ge-0/0/5.7"] == ("ethernet", 7, "guest", True)
    assert kinds["ge-0/0/6.0"] == ("ethernet", None, "default", False)
    assert "ge-0/0/4.0" not in kinds  # a port of a switch
    assert [own.address for own in one.interface("ge-0/0/5.7").addresses] == [
        parse_one("10.0.7.2"),
        parse_one("10.0.7.1"),
    ]


def test_helpers_that_are_switched_off_are_gone_and_no_other_is_sure():
    helpers = device("set security alg ftp disable\nset security alg sip retain-hold-resource\n").helpers
    assert "ftp" not in {one.protocol for one in helpers}
    assert {"sip", "tftp"} <= {one.protocol for one in helpers}
    assert not any(one.sure for one in helpers)


def test_services_of_the_device_are_noted():
    one = device(
        "set system services ssh\nset security zones security-zone a host-inbound-traffic system-services ssh\n"
        "set security zones security-zone a host-inbound-traffic system-services ike\n"
        "set security ike gateway g address 203.0.113.9\nset forwarding-options dhcp-relay group g interface ge-0/0/1.0\n"
        "set system services dns dns-proxy interface ge-0/0/1.0\n"
    )
    assert not one.taints
    assert {service.kind for service in one.services} == {"management", "ipsec", "dhcp-relay", "dns-forwarder"}
    assert {service.kind for service in one.services if service.reoriginates} == {
        "ipsec",
        "dhcp-relay",
        "dns-forwarder",
    }


def test_objects_that_nothing_names_are_unused():
    text = (
        "set security address-book global address used 10.0.2.9/32\nset security address-book global address idle 10.0.2.8/32\n"
        "set security address-book global address-set some address used\nset applications application old protocol tcp\n"
    )
    (one,) = read(SET + text + policy("x", destination_address="some", application="junos-ssh")).devices
    assert {(part.name, part.state) for part in one.objects} == {
        ("used", "defined"), ("some", "defined"), ("idle", "unused"), ("old", "unused"),
    }  # fmt: skip


def test_every_predefined_application_asks_for_a_protocol_and_none_that_is_unsure_is_sure():
    for name, expr in PREDEFINED.items():
        assert any(isinstance(leaf, Field) and leaf.name == "proto" for leaf in leaves(expr)), name
    assert any(isinstance(leaf, Condition) for leaf in leaves(predefined("junos-sun-rpc-nfs-tcp")))
    assert predefined("junos-frobnicate") is None


def test_a_full_tunnel_policy_and_a_later_plain_one():
    text = SET + policy("v", "permit tunnel ipsec-vpn v", application="junos-ssh") + policy("all")
    assert asked(text, dport=22).verdict is Verdict.UNDECIDED
