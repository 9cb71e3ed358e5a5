"""How far conversations went, seen from who opened them."""

from __future__ import annotations

import numpy as np
import pytest

from segcheck.analysis.openings import ANSWERED, ATTEMPTED, BOTH, DATAGRAM, ONE_WAY, both_directions
from segcheck.app.replaying import measured
from segcheck.captures import telling
from segcheck.model.flow import FLOW, Bits
from tests.replays import flow

A, B = "10.1.0.25", "10.2.0.25"
NOBODY = {"said": False, "heard": False, "answered": False}


def far(*rows):
    table = np.array(list(rows), FLOW)
    return measured(table, telling.openings(table)).far.tolist()


@pytest.mark.parametrize("ends", [(A, B), (B, A)])
@pytest.mark.parametrize(
    ("how", "step"),
    [
        (NOBODY, ATTEMPTED),
        ({"refused": True, "said": False}, ATTEMPTED),
        ({"said": False, "heard": False}, ANSWERED),
        ({"heard": False}, ONE_WAY),
        ({"said": False}, ONE_WAY),
        ({}, BOTH),
        ({"proto": 17, "answered": False}, DATAGRAM),
        ({"proto": 17}, BOTH),
        ({"proto": 17, "said": False, "heard": False}, ANSWERED),
        ({"opened": False, "answered": False}, ONE_WAY),  # nobody goes on sending payload without a session
        ({"bits": Bits.FRAGMENT, "proto": 17, "answered": False, "said": False}, DATAGRAM),
    ],
)
def test_how_far_it_went(ends, how, step):
    assert far(flow(*ends, 443, **how)) == [step]


def test_datagrams_to_one_port_of_each_other_answer_each_other():
    """A tunnel with other source ports on the way back."""
    out, back = (
        flow(A, B, 4789, proto=17, sport=50_001, answered=False),
        flow(B, A, 4789, proto=17, sport=50_002, answered=False),
    )
    elsewhere = flow(B, "10.1.0.26", 4789, proto=17, sport=50_002, answered=False)

    assert far(out, back) == [BOTH, BOTH]
    assert far(out, elsewhere) == [DATAGRAM, DATAGRAM]
    assert far(out, flow(B, A, 4790, proto=17, sport=50_002, answered=False)) == [DATAGRAM, DATAGRAM]


def test_what_both_ends_opened_is_judged_both_ways():
    table = np.array([flow(A, B, 25), flow(A, B, 26, also=True)], FLOW)
    rows, from_a = both_directions(table, measured(table, telling.openings(table)))

    assert rows.tolist() == [0, 1, 1]
    assert from_a.tolist()[1:] == [True, False]
