"""What was not read leaves nothing sure of the block that it stands in."""

from __future__ import annotations

import pytest

from segcheck.importers import _diagnostics, fortigate
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Return, Unsure, Via
from segcheck.model.trace import Verdict
from tests.importers.fortigate.exports import asked, device, export, packet, policy, read, through

PACKET = packet("10.0.1.10", "10.0.2.10")
UNREAD = ["set frobnicate enable", "frobnicate", "set", "config frobnicate\nset x y\nend"]
ROUTE = "config router policy\nedit 1\nset input-device port1\nset output-device {}\n{}\nnext\nend\n"


def scopes(made):
    return {taint.scope for taint in made.taints}


@pytest.mark.parametrize("line", UNREAD)
def test_a_policy_with_an_unread_line_may_do_anything_between_its_interfaces(line):
    narrow = policy(1, line).replace("set srcaddr all", "set srcaddr none")
    rule = device(export(narrow, policy(2))).lists["root/policy"].rules[0]
    assert rule.action == PERMIT_OR_DENY_OR_NOTHING
    assert asked(export(narrow), PACKET).verdict is Verdict.UNDECIDED


def test_an_unknown_key_of_a_policy_leaves_other_interfaces_alone():
    assert asked(export(policy(1, "set frobnicate enable")), PACKET, "port1>wan1").verdict is Verdict.DENY


def test_a_policy_with_an_unread_line_may_translate_the_source():
    text = export(policy(1, "frobnicate", target="wan1"))
    assert "root/snat" in device(text).lists


@pytest.mark.parametrize("line", UNREAD)
def test_a_local_in_policy_with_an_unread_line_may_do_anything_on_its_interface(line):
    table = (
        "config firewall local-in-policy\nedit 1\nset intf port1\nset srcaddr none\nset dstaddr all\n"
        f"set service ALL\nset schedule always\n{line}\nnext\nend\n"
    )
    rule = device(export(before=table)).lists["root/local-in"].rules[0]
    assert rule.action == PERMIT_OR_DENY_OR_NOTHING
    assert through(export(before=table), packet("10.0.1.10", "10.0.1.1", 443)).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("line", [*UNREAD, "set protocol 6 --frobnicate 5", "set input-device-negate perhaps"])
def test_a_policy_route_that_was_not_wholly_read_may_lead_anywhere(line):
    made = device(export(after=ROUTE.format("wan1", line)))
    ways = tuple(Via(name) for name in ("port1", "port2", "wan1"))
    assert made.lists["root/policy-route"].rules[0].action == Unsure((*ways, Return()))
    assert Scope.ROUTING in scopes(made)
    assert not made.routing_known


@pytest.mark.parametrize(
    "text",
    [
        export(after=ROUTE.format("nosuch", "set gateway 203.0.113.1")),
        export().replace('set device "wan1"', 'set device "nosuch"'),
    ],
    ids=["policy route", "static route"],
)
def test_a_route_by_an_interface_that_does_not_exist_leaves_the_routing_unknown(text):
    found = read(text)
    assert "nosuch" in [dict(d.params).get("name") for d in found.diagnostics if d.code is Code.UNDEFINED_NAME]
    assert Scope.ROUTING in scopes(found.devices[0])
    assert "nosuch" not in [route.interface for route in found.devices[0].routes]


def test_the_reverse_path_drops_nothing_for_certain_when_a_route_was_not_read():
    accept = policy(1, source="wan1")
    from_inside = packet("192.0.2.1", "10.0.2.10")
    routed = export(accept, policy(2)).replace("set gateway 203.0.113.1", "set dst 198.51.100.0/24")
    assert through(routed, from_inside).verdict is Verdict.DENY
    torn = routed.replace("set dst 198.51.100.0/24", "frobnicate")
    assert through(torn, from_inside).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("kind", ["vip", "ippool"])
@pytest.mark.parametrize(
    ("was", "line"),
    [("set comments x", "frobnicate"), ("set comments x", "set warp 1"), ('edit "x"', 'edit "x" frobnicate')],
)
def test_an_unread_line_of_a_translation_leaves_every_address_unknown(kind, was, line):
    inside = {
        "vip": 'set extip 203.0.113.10\nset mappedip 10.0.2.10\nset extintf "wan1"',
        "ippool": "set startip 203.0.113.20\nset endip 203.0.113.20",
    }[kind]
    table = f'config firewall {kind}\nedit "x"\n{inside}\nset comments x\nnext\nend\n'
    accept = policy(1, source="wan1").replace(
        "set dstaddr all", "set dstaddr x" if kind == "vip" else "set dstaddr all"
    )
    assert Scope.TRANSLATION not in scopes(device(export(accept, before=table)))
    made = device(export(accept, before=table.replace(was, line)))
    assert Scope.TRANSLATION in scopes(made)
    assert ("root/dnat" in made.lists) == (kind == "vip")


def test_an_interface_whose_vdom_was_not_read_taints_every_vdom():
    vdoms = "config vdom\nedit root\nnext\nedit A\nnext\nend\nconfig global\n{}end\n"
    inside = 'config system interface\nedit "port1"\nset vdom "A"\nset ip 10.0.1.1/24\nnext\nend\n'
    text = "#config-version=FGT60F-7.4.3-FW-build1-1:opmode=0:vdom=1:user=admin\n" + vdoms
    assert all(Scope.DEVICE not in scopes(one) for one in read(text.format(inside)).devices)
    for line in ("frobnicate", 'set vdom "A" frobnicate', 'set vdom "B"'):
        damaged = read(text.format(inside.replace('set vdom "A"', line)))
        assert [Scope.DEVICE in scopes(one) for one in damaged.devices] == [True, True]


@pytest.mark.parametrize(("path", "key"), [("addrgrp", "srcaddr"), ("service group", "service")])
def test_a_group_that_contains_itself_is_told_of_and_unknown(path, key):
    table = f"config firewall {path}\nedit g\nset member h\nnext\nedit h\nset member g\nnext\nend\n"
    lines = policy(1).replace(f"set {key} {'all' if key == 'srcaddr' else 'ALL'}", f"set {key} g")
    found = read(export(lines, before=table))
    assert Code.VALUE_NOT_UNDERSTOOD in {d.code for d in found.diagnostics}
    assert asked(export(lines, before=table), PACKET).verdict is Verdict.UNDECIDED


def test_diagnostics_are_so_many_and_no_more(monkeypatch):
    monkeypatch.setattr(_diagnostics, "MOST", 20)
    found = read(export(after="frobnicate\n" * 100))
    assert len(found.diagnostics) == 21
    limit = next(d for d in found.diagnostics if d.code is Code.LIMIT_REACHED)
    assert (Scope.DEVICE, limit.id) in {(taint.scope, taint.diagnostic) for taint in found.devices[0].taints}


def test_blank_lines_do_not_slow_recognition():
    assert fortigate.sniff("\n" * 2_000_000) == 0
