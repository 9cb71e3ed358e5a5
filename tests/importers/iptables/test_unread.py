"""What is not understood of a line may have been anything: the action, a `!`, a call, a mark."""

from __future__ import annotations

import pytest

from segcheck.importers.iptables import _statements
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import All, Condition, Expr, Field, Kind
from segcheck.model.rules import Assign, Call, Continue, Deny, Permit, Return, Translate, Unsure
from tests.importers.iptables.saves import codes, read, rule, rules, save, use

TRACKS = "INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"


def actions(line: str, table: str = "filter", chains: tuple[str, ...] = ()) -> set[object]:
    found = rule(line, table=table, chains=chains).action
    assert isinstance(found, Unsure)
    return set(found.actions)


def terms(match: Expr) -> tuple[Expr, ...]:
    return match.terms if isinstance(match, All) else (match,)


def tainted(*lines: str, table: str = "filter", chains: tuple[str, ...] = ()) -> bool:
    _, reading = rules(*lines, table=table, chains=chains)
    return Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}


@pytest.mark.parametrize(
    ("target", "read_action"),
    [
        ("-j ACCEPT", Permit()),
        ("-j web", Call("mangle/web")),
        ("-j MARK --set-xmark 0x10/0xff", Assign("mark", 0x10, 0xFF)),
        ("-j LOG", Continue()),
    ],
)
def test_a_stray_word_after_the_target_leaves_what_was_read_possible(target: str, read_action: object) -> None:
    found = actions(f"PREROUTING {target} --frobnicate 5", table="mangle", chains=("web",))

    assert found >= {read_action, Permit(), Deny(), Continue()}


def test_a_goto_with_a_stray_word_in_a_built_in_chain_still_ends_with_its_policy() -> None:
    lists = read(save("-A FORWARD -g mine --frobnicate", chains=("mine",), policy="DROP")).devices[0].lists
    found = lists["filter/FORWARD"].rules[0].action

    assert isinstance(found, Unsure)
    (call,) = [action for action in found.actions if isinstance(action, Call)]
    assert lists[call.list].default == Deny()


def test_the_first_of_two_targets_is_not_lost() -> None:
    assert actions("FORWARD -j ACCEPT -j LOG") >= {Permit(), Deny(), Continue()}


UNREAD = ["-s 10.", "-p icmp -m icmp6", "-p tcp -m tc", "-p tcp -m tcp --dport 8x", "-m mac --mac-source x", "-s"]


@pytest.mark.parametrize("text", UNREAD)
def test_a_rule_without_target_that_is_not_understood_in_full_may_do_anything(text: str) -> None:
    assert actions(f"FORWARD {text}") == {Permit(), Deny(), Continue()}
    assert actions(f"mine {text}", chains=("mine",)) == {Permit(), Deny(), Continue(), Return()}
    assert actions(f"POSTROUTING {text}", table="nat") == {Permit(), Deny(), Continue(), Translate(None)}


@pytest.mark.parametrize("text", ["-s 10.0.0.0/8", "-p tcp -m tcp --dport 80", "-m string --string x --algo bm"])
def test_a_rule_without_target_that_is_understood_only_counts(text: str) -> None:
    assert rule(f"FORWARD {text}").action == Continue()


@pytest.mark.parametrize("text", ["-s 10. -d 192.0.2.1/32", "frobnicate -d 192.0.2.1/32", "-s -d 192.0.2.1/32 -j DROP"])
def test_what_stands_after_a_word_that_is_not_understood_does_not_narrow(text: str) -> None:
    found = rule(f"FORWARD -p tcp {text}")

    fields = [term.name for term in terms(found.match) if isinstance(term, Field)]
    assert fields == ["proto"]
    assert any(isinstance(term, Condition) and term.kind is Kind.UNKNOWN for term in terms(found.match))


def test_options_that_widen_a_module_may_be_among_the_words_that_are_not_understood() -> None:
    found = rule("FORWARD -p tcp -m conntrack --ctstate NEW --frobnicate -j DROP")

    assert [term.name for term in terms(found.match) if isinstance(term, Field)] == ["proto"]


def test_an_unread_value_before_a_readable_target_keeps_the_rest() -> None:
    found = rule("FORWARD -s x.x.x.x -p tcp -m tcp --dport 22 -j ACCEPT")

    assert found.action == Permit()
    assert {"proto", "dport"} <= {term.name for term in terms(found.match) if isinstance(term, Field)}


def test_an_option_of_an_unknown_module_is_not_taken_for_that_of_another() -> None:
    found = rule("FORWARD -p tcp -m tcp --dport 80 -m frob --sport 5 -j ACCEPT")

    assert "sport" not in {term.name for term in terms(found.match) if isinstance(term, Field)}


@pytest.mark.parametrize(
    "asks", ["FORWARD -m mark --mark 1 -j DROP", "FORWARD -m connmark --mark 1 -j DROP"], ids=["mark", "connmark"]
)
def test_an_unread_action_taints_the_device_where_rules_ask_what_it_may_have_written(asks: str) -> None:
    assert tainted("FORWARD -s 10.", TRACKS, asks)
    assert not tainted("FORWARD -s 10.", TRACKS)


@pytest.mark.parametrize("table", ["raw", "mangle"])
def test_an_unread_action_in_raw_or_mangle_taints_the_device(table: str) -> None:
    assert tainted("PREROUTING -s 200", table=table)


def test_an_unread_action_taints_a_device_that_tracks_nothing_as_far_as_is_known() -> None:
    assert tainted("FORWARD -s 10.")


def test_an_unread_translation_may_be_noted_as_one_where_rules_ask() -> None:
    (found, _), _ = rules("PREROUTING -s 10.", "PREROUTING -m conntrack --ctstate DNAT -j ACCEPT", table="nat")

    assert isinstance(found.action, Unsure)
    assert Translate(None, (Assign("dnat", 1, 0xFFFF),)) in found.action.actions


@pytest.mark.parametrize(
    "text",
    [
        "-p tcp" + " -m tcp" * 4000 + " -j DROP",
        "-s " + ",".join(["10.0.0.1"] * 4000) + " -j DROP",
    ],
    ids=["words", "characters"],
)
def test_a_rule_longer_than_iptables_restore_takes_may_do_anything(text: str) -> None:
    (found,), reading = rules(f"FORWARD {text}")

    assert found.action == Unsure((Permit(), Deny(), Continue()))
    assert terms(found.match)[0].kind is Kind.UNKNOWN  # type: ignore[union-attr]
    assert "limit-reached" in codes(reading)


def test_a_rule_as_long_as_iptables_restore_takes_is_read() -> None:
    words = " -m mark --mark 1" * ((_statements.MOST_WORDS - 5) // 4)

    assert rule(f"FORWARD{words} -j DROP").action == Deny()


def test_an_insertion_that_cannot_be_taken_apart_taints_since_its_place_is_unknown() -> None:
    reading = read(save("-A FORWARD -j DROP", '-I FORWARD 2 -m comment --comment "open -j ACCEPT'))

    assert Scope.DEVICE in {taint.scope for taint in reading.devices[0].taints}


def test_diagnostics_have_a_limit_beyond_which_the_device_is_tainted() -> None:
    reading = read(save(*["-A FORWARD -s 1x -j DROP"] * 12_000))

    last = reading.diagnostics[-1]
    assert len(reading.diagnostics) < 12_000
    assert last.code is Code.LIMIT_REACHED
    assert last.id in {taint.diagnostic for taint in reading.devices[0].taints if taint.scope is Scope.DEVICE}


def test_conditions_of_two_rules_stay_apart_beyond_the_limit_of_diagnostics() -> None:
    lines = ["FORWARD -s 1x -j DROP"] * 12_000 + ["FORWARD -m limit --limit 1/sec -j DROP"] * 2
    found, _ = rules(*lines)

    assert found[-1].match != found[-2].match


def test_a_rate_of_a_rule_that_only_logs_needs_no_warning() -> None:
    found, reading = rules("FORWARD -m limit --limit 5/min -j LOG", "FORWARD -m limit --limit 5/min -j LOG")

    assert found[0].because == ()
    assert found[0].match != found[1].match
    assert "depends-on-outside" not in codes(reading)
    assert use("FORWARD -m limit --limit 5/min -j LOG") is LineUse.UNDERSTOOD
    assert use("FORWARD -m limit --limit 5/min -j DROP") is LineUse.APPROXIMATED
