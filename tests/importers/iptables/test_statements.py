"""Grammar, accounting, completeness."""

from __future__ import annotations

import pytest

from segcheck.importers import iptables
from segcheck.model.device import Scope
from segcheck.model.diagnostic import LineUse
from segcheck.model.reading import Complete
from segcheck.model.rules import Deny, Permit, Return, Unsure
from tests.importers.iptables.saves import COMPLETED, HEADERS, codes, read, save, source


def test_chains_become_lists_with_policy_and_place() -> None:
    text = save("-A FORWARD -j mine", "-A mine -j DROP", chains=("mine",), policy="DROP")
    lists = read(text).devices[0].lists

    assert lists["filter/FORWARD"].default == Deny()
    assert lists["filter/FORWARD"].default_span is not None
    assert lists["filter/FORWARD"].default_span.first == 4
    assert lists["filter/mine"].default == Return()
    assert [rule.span.first for rule in lists["filter/mine"].rules if rule.span] == [8]


def test_lists_of_ip6tables_have_their_own_names() -> None:
    lists = read(save("-A FORWARD -j DROP", family=6)).devices[0].lists

    assert lists["ip6/filter/FORWARD"].rules[0].action == Deny()


def test_both_families_make_one_device_in_either_order() -> None:
    four, six = save("-A INPUT -j DROP"), save("-A INPUT -j ACCEPT", family=6)

    assert read(four, six).devices[0].families == {4, 6}
    assert read(six, four).devices[0].families == {4, 6}
    assert read(six, four).devices[0].lists["filter/INPUT"].rules[0].action == Deny()


def test_family_without_export_is_said() -> None:
    assert read(save()).devices[0].families == {4}
    assert "no-export-for-family" in codes(read(save()))


@pytest.mark.parametrize(
    ("rule", "family"),
    [
        ("-A INPUT -s 2001:db8::/32 -j DROP", 6),
        ("-A INPUT -p ipv6-icmp -j ACCEPT", 6),
        ("-A INPUT -s 192.0.2.0/24 -j DROP", 4),
        ("-A INPUT -p icmp -j ACCEPT", 4),
    ],
)
def test_family_shows_in_the_rules_when_the_header_is_gone(rule: str, family: int) -> None:
    text = save(rule).replace(HEADERS[4] + "\n", "")

    reading = read(text)
    assert reading.devices[0].families == {family}
    assert "default-assumed" not in codes(reading)


def test_family_that_nothing_shows_is_assumed_aloud() -> None:
    reading = read(save("-A INPUT -j DROP").replace(HEADERS[4] + "\n", ""))

    assert reading.devices[0].families == {4}
    assert "default-assumed" in codes(reading)


def test_file_without_marks_beside_an_ipv4_save_is_the_ipv6_one() -> None:
    reading = read(save("-A INPUT -j DROP").replace(HEADERS[4] + "\n", ""), save("-A INPUT -j ACCEPT"))

    assert reading.devices[0].lists["ip6/filter/INPUT"].rules[0].action == Deny()


def test_counters_comment_log_and_id_are_kept() -> None:
    text = save('[7:420] -A INPUT -p tcp -m comment --comment "web, 窓口" -j LOG --log-prefix "in: "')
    (rule,) = read(text).devices[0].lists["filter/INPUT"].rules

    assert (rule.id, rule.hits, rule.comment, rule.log) == ("INPUT#1", 7, "web, 窓口", True)
    assert rule.text == '-A INPUT -p tcp -j LOG --log-prefix "in: "'
    assert rule.key == 'filter/INPUT -p tcp -j LOG --log-prefix "in: "'


def test_keys_do_not_move_with_other_rules_and_tell_duplicates_apart() -> None:
    before = read(save("-A INPUT -s 192.0.2.1/32 -j DROP")).devices[0].lists["filter/INPUT"].rules
    after = read(save("-A INPUT -p esp -j ACCEPT", *["-A INPUT -s 192.0.2.1/32 -j DROP"] * 2))
    keys = [rule.key for rule in after.devices[0].lists["filter/INPUT"].rules]

    assert keys[1] == before[0].key
    assert len(set(keys)) == 3


def test_inserted_rules_stand_where_loading_puts_them() -> None:
    text = save("-A INPUT -p esp -j DROP", "-I INPUT -p ah -j DROP", "-I INPUT 2 -p gre -j DROP")
    found = read(text).devices[0].lists["filter/INPUT"].rules

    assert [(rule.id, rule.text.split()[3]) for rule in found] == [
        ("INPUT#1", "ah"),
        ("INPUT#2", "gre"),
        ("INPUT#3", "esp"),
    ]


def test_new_chain_is_declared_where_a_made_up_file_says_so() -> None:
    reading = read(save("-N mine", "-A mine -j DROP", "-A INPUT -j mine"))

    assert reading.devices[0].lists["filter/mine"].default == Return()
    assert reading.devices[0].taints == ()


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "-N INPUT",
        "-N mine -j DROP",
        "-P INPUT DROP",
        "-D INPUT -j DROP",
        "-A",
        "-I INPUT 9 -j DROP",
        ":INPUT",
        ":INPUT REJECT [0:0]",
        ":mine ACCEPT [0:0]",
        "iptables -A INPUT -j ACCEPT",
        "\x1b[31m-A INPUT -j ACCEPT",
        "*unheard-of",
    ],
)
def test_unread_line_taints_the_device(line: str) -> None:
    reading = read(save("-A INPUT -j DROP", line))

    assert reading.inputs[0].lines.use(7) is LineUse.UNRECOGNISED
    assert [taint.scope for taint in reading.devices[0].taints] == [Scope.DEVICE]
    assert reading.devices[0].taints[0].diagnostic in {found.id for found in reading.diagnostics}


def test_open_quote_makes_the_rule_possible_and_unread() -> None:
    reading = read(save('-A INPUT -m comment --comment "open -j DROP'))
    (rule,) = reading.devices[0].lists["filter/INPUT"].rules

    assert isinstance(rule.action, Unsure)
    assert reading.inputs[0].lines.use(6) is LineUse.UNRECOGNISED


def test_rule_of_a_chain_that_is_not_declared_taints() -> None:
    reading = read(save("-A mine -j DROP"))

    assert reading.devices[0].lists["filter/mine"].rules[0].action == Deny()
    assert reading.devices[0].taints
    assert "undefined-name" in codes(reading)


def test_built_in_chain_without_declaration_has_an_unknown_policy() -> None:
    text = save("-A INPUT -s 192.0.2.1 -j DROP").replace(":INPUT ACCEPT [0:0]\n", "")

    assert read(text).devices[0].lists["filter/INPUT"].default == Unsure((Permit(), Deny()))


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        (save().replace("COMMIT\n", ""), "no COMMIT"),
        (save().replace(f"COMMIT\n{COMPLETED}\n", "-A INPUT -j DR"), "no COMMIT"),
        (save().replace(f"\n{COMPLETED}\n", ""), "no line end"),
        (save().replace(f"{COMPLETED}\n", ""), "Completed"),
    ],
)
def test_torn_export_is_incomplete_and_taints(text: str, evidence: str) -> None:
    reading = read(text)

    assert reading.inputs[0].complete is Complete.NO
    assert evidence in reading.inputs[0].evidence
    assert {taint.scope for taint in reading.devices[0].taints} == {Scope.DEVICE}
    assert "export-incomplete" in codes(reading)


def test_whole_export_is_never_said_to_be_complete() -> None:
    reading = read(save())

    assert reading.inputs[0].complete is Complete.UNKNOWN
    assert reading.devices[0].taints == ()


def test_table_that_follows_an_open_one_taints() -> None:
    assert "export-incomplete" in codes(read(save().replace("COMMIT\n", "") + save(table="nat")))


def test_other_back_end_named_in_a_comment_taints() -> None:
    for remark in (
        "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them",
        "# Table `nat' is incompatible, use 'nft' tool.",
    ):
        assert "export-incomplete" in codes(read(save() + remark + "\n"))


def test_absent_tables_are_noted() -> None:
    noted = [dict(found.params)["table"] for found in read(save()).diagnostics if found.code.value == "table-absent"]

    assert noted == ["IPv4 raw", "IPv4 mangle", "IPv4 nat", "IPv4 security"]


def test_second_export_of_a_family_taints() -> None:
    reading = read(save(), save())

    assert reading.inputs[1].lines.counts()[LineUse.UNSUPPORTED] == reading.inputs[1].lines.total
    assert reading.devices[0].taints


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (save(), 100, 100),
        (save().replace(HEADERS[4], ""), 90, 99),
        ("*filter\n-A INPUT -j DROP\nCOMMIT\n", 30, 90),
        ("Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination\n", 0, 0),
        ("create a hash:ip family inet\nadd a 192.0.2.1\n", 0, 0),
        ("#!/bin/sh\niptables -A INPUT -j DROP\n", 0, 0),
        ("#!/bin/sh\niptables-restore <<E\n*filter\n:INPUT DROP [0:0]\nCOMMIT\nE\n", 0, 0),
        ("table ip filter {\n chain input { type filter hook input priority 0; }\n}\n", 0, 0),
        ("", 0, 0),
    ],
)
def test_sniff(text: str, least: int, most: int) -> None:
    assert least <= iptables.sniff(text) <= most


@pytest.mark.parametrize("text", ["", "\n", "hello\n", "create a hash:ip family inet\n", "\x00\x01"])
def test_file_that_is_no_export_taints_when_it_is_forced(text: str) -> None:
    reading = iptables.read([source(text)])

    assert reading.devices[0].families == frozenset()
    assert [taint.scope for taint in reading.devices[0].taints][-1] is Scope.DEVICE
