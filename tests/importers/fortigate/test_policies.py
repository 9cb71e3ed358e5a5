from __future__ import annotations

import pytest

from segcheck.model.trace import Verdict
from tests.importers.fortigate.exports import asked, device, export, packet, policy, read

PACKET = packet("10.0.1.10", "10.0.2.10")


def verdict(text, known=PACKET, **more):
    return asked(text, known, **more).verdict


def test_the_first_policy_that_matches_decides_in_the_order_of_the_file():
    assert verdict(export(policy(9, "set action deny"), policy(1))) is Verdict.DENY
    moved = export(policy(9, "set action deny"), policy(1), "    move 1 before 9\n")
    assert verdict(moved) is Verdict.PERMIT


def test_without_action_a_policy_denies():
    text = export(policy(1).replace("set action accept\n", ""), policy(2))
    assert verdict(text) is Verdict.DENY


def test_a_disabled_policy_is_passed_over():
    assert verdict(export(policy(1, "set status disable"))) is Verdict.DENY


def test_a_rule_carries_id_key_name_lines_and_log():
    line = "set uuid 12345678-0000-0000-0000-000000000001\nset name web\nset comments note\nset logtraffic all"
    rule = device(export(policy(7, *line.split("\n")))).lists["root/policy"].rules[0]
    assert (rule.id, rule.key, rule.name, rule.comment, rule.log) == (
        "7",
        "12345678-0000-0000-0000-000000000001",
        "web",
        "note",
        True,
    )
    assert rule.span.last - rule.span.first == 12


@pytest.mark.parametrize(
    "line", ["set warp-factor 9", "set vlan-filter 5", "set src-vendor-mac 3", "set learning-mode enable"]
)
def test_an_option_that_is_not_modelled_makes_its_policy_uncertain(line):
    assert verdict(export(policy(1, line))) is Verdict.UNDECIDED


@pytest.mark.parametrize(
    "line", ["set av-profile x", "set utm-status enable", "set traffic-shaper x", "set vlan-filter ''"]
)
def test_an_option_without_influence_changes_nothing(line):
    assert verdict(export(policy(1, line))) is Verdict.PERMIT


def test_users_vary():
    assert verdict(export(policy(1, "set groups staff"))) is Verdict.UNDECIDED
    conditions = {
        name for path in asked(export(policy(1, "set groups staff")), PACKET).paths for name in path.conditions
    }
    assert any("staff" in name for name in conditions)


def test_a_negated_source_is_everybody_else():
    before = "config firewall address\n    edit h\n        set subnet 10.0.1.10/32\n    next\nend\n"
    text = export(policy(1, "set srcaddr h", "set srcaddr-negate enable"), before=before)
    assert verdict(text) is Verdict.DENY
    assert verdict(text, packet("10.0.1.11", "10.0.2.10")) is Verdict.PERMIT


def test_internet_service_replaces_destination_and_service():
    line = ("set internet-service enable", "set internet-service-name Google-DNS")
    assert verdict(export(policy(1, *line))) is Verdict.UNDECIDED


def test_one_policy_holds_both_families_since_6_4():
    line = ("set srcaddr6 all", "set dstaddr6 all")
    six = packet("2001:db8:1::1", "2001:db8:2::1")
    assert verdict(export(policy(1, *line)), six) is Verdict.PERMIT
    assert verdict(export(policy(1)), six) is Verdict.DENY


def test_before_6_4_ipv6_has_its_own_table():
    before = f"config firewall policy6\n{policy(4)}end\n"
    six = packet("2001:db8:1::1", "2001:db8:2::1")
    assert verdict(export(version="6.2.9", before=before), six, name="root/policy6") is Verdict.PERMIT
    assert verdict(export(version="6.2.9", before=before)) is Verdict.DENY


def test_a_zone_is_its_members_and_intrazone_traffic_is_denied_unless_allowed():
    zone = "config system zone\n    edit z\n        set interface port1 port2\n{}    next\nend\n"
    by_zone = export(policy(1, source="z", target="wan1"), before=zone.format(""))
    assert verdict(by_zone, way="port2>wan1") is Verdict.PERMIT
    assert verdict(by_zone) is Verdict.DENY
    allowed = zone.format("        set intrazone allow\n")
    assert verdict(export(before=allowed)) is Verdict.PERMIT
    assert verdict(export(policy(1, "set action deny", source="any", target="any"), before=allowed)) is Verdict.DENY


def test_an_undefined_interface_may_be_a_zone():
    assert verdict(export(policy(1, source="ghost"))) is Verdict.UNDECIDED


def test_an_ipsec_policy_is_uncertain_both_ways_and_only_there():
    text = export(policy(1, "set action ipsec", target="wan1"))
    assert verdict(text, way="port1>wan1") is Verdict.UNDECIDED
    assert verdict(text, way="wan1>port1") is Verdict.UNDECIDED
    assert verdict(text) is Verdict.DENY


def test_an_expired_policy_is_out_of_force():
    text = export(policy(1, "set policy-expiry enable", 'set policy-expiry-date "2026-01-01 00:00:00"'))
    assert verdict(text, minute=56 * 525960) is Verdict.DENY  # some time in 2026
    assert verdict(text, minute=50 * 525960) is Verdict.PERMIT  # some time in 2020


def test_the_text_of_a_rule_has_names_only():
    rule = device(export(policy(1))).lists["root/policy"].rules[0]
    assert rule.text == "srcintf=port1 dstintf=port2 srcaddr=all dstaddr=all service=ALL schedule=always action=accept"


def test_undefined_names_are_told():
    found = {d.id for d in read(export(policy(1, "set srcaddr ghost"))).diagnostics}
    assert any(one.startswith("undefined-name:fw.conf:") for one in found)
