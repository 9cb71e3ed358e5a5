"""Openings of Citrix."""

from __future__ import annotations

from segcheck.captures.recognising import Opening, Verdict, Why, conforms, recognise
from tests.captures.recognisers import sound

SOUND = [(b"\x7f\x7fICA\x00", b"\x7f\x7fICA\x00", 6)]
CGP = b"\x1aCGP/01" + bytes(30)


def test_of_cgp_only_one_end_is_known() -> None:
    answer = conforms("ica", Opening(CGP, CGP, 6))

    assert (answer.verdict, answer.why) == (Verdict.UNKNOWN, Why.TOO_LITTLE)
    assert recognise(CGP, b"anything", 6).candidates == ("ica",)


def test_something_else_differs() -> None:
    assert sound.refused("ica", b"\x7f\x7fICB\x00", b"\x7f\x7fICA\x00", 6)
