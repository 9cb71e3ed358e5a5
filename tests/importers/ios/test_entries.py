"""Entries of access lists: what is read, and that what is not read stays open."""

from __future__ import annotations

import pytest

from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.match import leaves
from segcheck.model.rules import PERMIT_OR_DENY_OR_NOTHING, Deny, Permit, Unsure
from segcheck.sets import addresses
from tests.importers.ios.configs import codes, device, read, uses, whole


def entry(text, kind="extended"):
    """Return the one rule of a list with one entry."""
    head = "ipv6 access-list A" if kind == "ipv6" else f"ip access-list {kind} A"
    (rule,) = [one for one in device(f"{head}\n {text}\n").lists["A"].rules if not one.id.startswith("implicit")]
    return rule


def fields(rule):
    return {
        leaf.name: leaf.values for leaf in leaves(rule.match) if hasattr(leaf, "values") and leaf.name != "fragment"
    }


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        ("permit ip host 10.0.0.1 any", "src", "10.0.0.1"),
        ("permit ip 10.0.0.0 0.0.0.255 any", "src", "10.0.0.0/24"),
        ("permit ip any 10.0.0.0 0.0.0.255", "dst", "10.0.0.0/24"),
        ("permit ip 10.0.0.77 0.0.0.255 any", "src", "10.0.0.0/24"),
        ("permit ip any 10.0.0.0 0.0.255.255", "dst", "10.0.0.0/16"),
    ],
)
def test_addresses(text, side, expected):
    found = [leaf.values for leaf in leaves(entry(text).match) if getattr(leaf, "name", "") == side]

    assert found[-1] == addresses.parse(expected)


@pytest.mark.parametrize("name", ["gre", "esp", "ahp", "ospf", "eigrp", "pim", "igmp", "tcp", "udp", "icmp", "89"])
def test_protocols(name):
    assert fields(entry(f"deny {name} any any"))["proto"].count == 1


def test_ip_is_every_protocol_of_ipv4_alone():
    found = fields(entry("permit ip any any"))

    assert found == {"src": addresses.V4}


@pytest.mark.parametrize(
    "text",
    [
        "permit ip any",
        "permit tcp any any eq",
        "permit tcp any any eq nosuchport",
        "permit tcp any any eq 70000",
        "permit tcp any any range 10",
        "permit udp any any established",
        "permit ip any any eq 80",
        "permit icmp any any nosuchmessage",
        "permit ip 10.0.0.0 any",
        "permit ip 300.0.0.0 0.0.0.255 any",
        "permit ip host 2001:db8::1 any",
        "permit tcp any any eq 80 fragments",
        "permit tcp any any ack psh",
        "permit ip any any dscp 64",
        "permit nosuch any any",
        "allow ip any any",
        "permit tcp any any eq 80 log log-input",
        "permit ip object-group any",
        "dynamic testlist permit ip any any",
    ],
)
def test_what_is_not_understood_may_be_anything(text):
    rule = entry(text)

    assert rule.action == PERMIT_OR_DENY_OR_NOTHING
    assert rule.because == ("unrecognised-line",)
    assert ("unrecognised-line", 8) in codes(whole(f"ip access-list extended A\n {text}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "permit tcp any any eq 80 log",
        "permit tcp any any eq 80 log-input",
        "permit ip any any log COOKIE",
        "permit ip any any dscp ef",
        "permit ip any any precedence critical",
        "permit ip any any tos 4",
        "permit ip any any ttl lt 5",
        "permit tcp any any match-all +syn -ack",
        "permit tcp any any match-any +rst +fin",
        "permit tcp any any syn",
        "permit ip any any fragments",
    ],
)
def test_options(text):
    rule = entry(text)

    assert rule.action == Permit()
    assert rule.because == ()


def test_what_an_entry_is_called():
    made = device(
        "ip access-list extended A\n 15 remark the web\n 20 permit tcp any any eq www\n deny ip any any log\n"
    )
    first, second = made.lists["A"].rules

    assert (first.id, first.comment, first.text, first.span.first) == (
        "20",
        "the web",
        "20 permit tcp any any eq www",
        9,
    )
    assert (second.id, second.log, second.action) == ("30", True, Deny())


def test_numbered_lists_grow_line_by_line():
    made = device("access-list 110 permit tcp any any eq 80\naccess-list 110 deny ip any any\n")

    assert [rule.id for rule in made.lists["110"].rules] == ["10", "20"]


def test_a_second_entry_of_one_number_is_refused_by_the_device():
    made = device("ip access-list extended A\n 10 permit tcp any any\n 10 deny udp any any\n")

    assert [(taint.scope, taint.subject) for taint in made.taints] == [(Scope.LIST, "A")]


def test_an_unread_entry_of_a_list_out_of_order_taints_the_list():
    made = device("ip access-list extended A\n 30 permit tcp any any\n 20 deny udp any any\n frobnicate\n")

    assert (Scope.LIST, "A") in [(taint.scope, taint.subject) for taint in made.taints]


def test_lists_of_other_protocols_are_unsupported_and_taint_what_names_them():
    made = device("access-list 700 permit 0011.2233.4455 0000.0000.0000\n")

    assert [(taint.scope, taint.subject) for taint in made.taints] == [(Scope.LIST, "700")]


def test_no_access_list_forgets_what_stood_above():
    made = device("access-list 10 permit any\nno access-list 10\naccess-list 10 deny any\n")

    assert [rule.action for rule in made.lists["10"].rules] == [Deny()]


def test_too_many_ranges_of_a_wildcard_are_not_told_one_by_one():
    rule = entry("permit ip 10.0.0.1 221.85.85.84 any")

    assert rule.because == ("value-not-understood",)


@pytest.mark.parametrize(
    "text",
    [
        "permit tcp 2001:DB8::/32 host 2001:DB8::1 eq 443",
        "permit icmp any any nd-ns",
        "deny ipv6 any any log sequence 20",
        "permit ipv6 any 2001:db8::/48",
    ],
)
def test_ipv6_entries(text):
    assert isinstance(entry(text, "ipv6").action, Permit | Deny)


@pytest.mark.parametrize(
    "text", ["permit ipv6 2001:db8::1 any", "permit ipv6 10.0.0.0/8 any", "permit ip any any routing"]
)
def test_ipv6_entries_that_are_not_understood(text):
    assert isinstance(entry(text, "ipv6").action, Unsure)


@pytest.mark.parametrize("text", ["permit any any", "permit 10.0.0.0 0.0.0.255 eq", "permit host", "permit x"])
def test_standard_entries_that_are_not_understood(text):
    assert isinstance(entry(text, "standard").action, Unsure)


def test_remarks_are_irrelevant():
    text = whole("access-list 10 remark permit any\nip access-list standard A\n remark deny any\n")

    assert {uses(text)[7], uses(text)[9]} == {LineUse.IRRELEVANT}


def test_a_group_that_contains_itself_ends():
    body = "object-group network A\n group-object B\nobject-group network B\n group-object A\n host 10.0.0.1\n"
    made = device(f"{body}ip access-list extended X\n permit ip object-group A any\n")

    assert made.lists["X"].rules[0].because == ()


def test_unread_members_make_a_group_unknown():
    body = "object-group network A\n host 10.0.0.1\n frobnicate\n"
    made = device(f"{body}ip access-list extended X\n permit ip object-group A any\n")

    assert made.lists["X"].rules[0].because == ("undefined-name",)


def test_groups_show_in_the_objects():
    text = whole("object-group network A\n host 10.0.0.1\nobject-group service B\n tcp eq 80\n")
    found = {(one.name, one.state) for one in read(text).devices[0].objects if one.kind == "object-group"}

    assert found == {("A", "unused"), ("B", "unused")}
