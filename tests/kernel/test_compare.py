"""Agreement, error and doubt between the kernel's account and segcheck's are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from .compare import Comparison, compare

HEADER = {"src": "203.0.113.9", "dst": "192.0.2.80", "proto": 6, "sport": 2005, "dport": 80}


def seen(verdict: str = "FORWARD", reply: str | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"case": "c", "n": 0, "verdict": verdict, "reply": reply and {"verdict": reply}}
    return row | ({"out": "wan", "header": HEADER} if verdict == "FORWARD" else {})


def outcome(row: dict[str, Any], **said: Any) -> Comparison:
    return compare([row], [{"case": "c", "n": 0, **said}])


@pytest.mark.parametrize(
    ("kernel", "said"), [("FORWARD", "permit"), ("LOCAL", "permit"), ("DROP", "deny"), ("REJECT", "deny")]
)
def test_same_meaning_agrees(kernel: str, said: str) -> None:
    assert outcome(seen(kernel), verdict=said) == Comparison(agreed=1)


@pytest.mark.parametrize(
    ("kernel", "said"), [("FORWARD", "deny"), ("LOCAL", "deny"), ("DROP", "permit"), ("REJECT", "permit")]
)
def test_opposite_meaning_is_wrong(kernel: str, said: str) -> None:
    result = outcome(seen(kernel), verdict=said)
    assert (len(result.wrong), result.undecided, result.agreed) == (1, [], 0)
    assert kernel in result.wrong[0].reason


@pytest.mark.parametrize("kernel", ["FORWARD", "LOCAL", "DROP", "REJECT"])
def test_undecided_is_neither_wrong_nor_agreed(kernel: str) -> None:
    result = outcome(seen(kernel), verdict="undecided")
    assert (result.wrong, len(result.undecided), result.agreed) == ([], 1, 0)


def test_missing_answer_is_wrong() -> None:
    assert [d.reason for d in compare([seen()], []).wrong] == ["no answer"]


def test_answer_about_an_unsent_packet_is_wrong() -> None:
    assert len(compare([], [{"case": "c", "n": 0, "verdict": "deny"}]).wrong) == 1


def test_other_way_out_is_wrong() -> None:
    assert outcome(seen(), verdict="permit", out="wan").agreed == 1
    assert len(outcome(seen(), verdict="permit", out="lan").wrong) == 1


@pytest.mark.parametrize("field", ["src", "dst"])
def test_other_translated_address_is_wrong(field: str) -> None:
    assert outcome(seen(), verdict="permit", translated={field: HEADER[field]}).agreed == 1
    assert len(outcome(seen(), verdict="permit", translated={field: "192.0.2.1"}).wrong) == 1


@pytest.mark.parametrize(
    ("said", "agrees"), [("2000-2010", True), ("2006-2010", False), ([2004, 2005], True), ([1], False)]
)
def test_translation_may_be_a_range_or_alternatives(said: object, agrees: bool) -> None:
    result = outcome(seen(), verdict="permit", translated={"sport": said})
    assert (result.agreed == 1, len(result.wrong) == 0) == (agrees, agrees)


def test_address_range_covers_the_address_chosen() -> None:
    assert outcome(seen(), verdict="permit", translated={"src": "203.0.113.9-203.0.113.12"}).agreed == 1
    assert len(outcome(seen(), verdict="permit", translated={"src": "203.0.113.10-203.0.113.12"}).wrong) == 1


def test_reply_is_compared_when_both_speak_of_it() -> None:
    assert outcome(seen(reply="FORWARD"), verdict="permit", reply_verdict="permit").agreed == 1
    assert len(outcome(seen(reply="FORWARD"), verdict="permit", reply_verdict="deny").wrong) == 1
    assert len(outcome(seen(reply="DROP"), verdict="permit", reply_verdict="undecided").undecided) == 1
    assert outcome(seen(), verdict="permit", reply_verdict="deny").agreed == 1
