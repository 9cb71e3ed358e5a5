"""What two judgements say of packets that newly cross is what the interpreter of single packets says; and by which lines."""

import random
from datetime import date

import pytest

from segcheck import importers
from segcheck.analysis import drifting
from segcheck.analysis.drift_lines import with_lines
from segcheck.analysis.journeys import travel
from segcheck.app import assessing
from segcheck.app.history import reaching
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from tests import toy
from tests.cli.towns import town

DAY = date(2026, 11, 24)
SOURCES = ("10.30.10.0/24", "10.30.10.0/25", "10.30.10.25/32", "10.30.10.64/26")
TARGETS = ("10.20.10.0/24", "10.20.10.25/32", "10.20.10.128/25")
PORTS = (22, 25, 445)


@pytest.fixture(autouse=True)
def only_toy(monkeypatch):
    monkeypatch.setattr(importers, "installed", lambda: (toy,))


def judged(folder, rules, cuts=()):
    town(folder, *rules)
    return assessing.assess(str(folder), day=DAY, only_crossings=True, spelt=False, cuts=cuts).judgement


def drift(folder, before, after):
    """Return how the crossings of a town changed, with both judgements."""
    old = judged(folder, before)
    kept = reaching.reached(old)
    new = judged(folder, after, tuple(drifting.cuts(kept)))
    return with_lines(new, drifting.drifted(kept, reaching.reached(new))), old, new


def anything(chance):
    action = chance.choice(("permit", "permit", "deny"))
    source, target, port = (chance.choice(values) for values in (SOURCES, TARGETS, PORTS))
    return f"{action} in=port2 src={source} dst={target} proto=6 dport={port}"


def verdict(judgement, packet):
    return travel(judgement.reach.network, "in-srv", packet).verdict


@pytest.mark.parametrize("seed", [0, 1, 2, 7])  # opened, nothing, closed, both
def test_sets_and_single_packets_agree_on_what_changed(tmp_path, seed):
    chance = random.Random(seed)
    rules = [anything(chance) for _ in range(4)]
    changed = [*rules]
    changed[chance.randrange(4)] = anything(chance)
    chance.shuffle(changed)
    rows, old, new = drift(tmp_path / "town", rules, changed)
    row = next((one for one in rows if (one.src, one.dst) == ("in-srv", "lg-srv")), None)
    told = {name: getattr(row, name).boxes if row is not None else () for name in ("opened", "closed")}
    for number in range(120):
        packet = {
            "src": addresses.parse_one(f"10.30.10.{chance.choice((25, 70, 100, 200))}"),
            "dst": addresses.parse_one(f"10.20.10.{chance.choice((25, 60, 200))}"),
            "proto": 6,
            "sport": 50_000,
            "dport": chance.choice(PORTS),
            "tcp_flags": 2,
        }
        was, now = verdict(old, packet), verdict(new, packet)
        wanted = {(Verdict.DENY, Verdict.PERMIT): "opened", (Verdict.PERMIT, Verdict.DENY): "closed"}.get((was, now))
        inside = {
            name
            for name, boxes in told.items()
            for box in boxes
            if packet["src"] in box.src and packet["dst"] in box.dst and packet["dport"] in (box.dport or ())
            and box.packet_class.value == "opening"
        }  # fmt: skip
        assert inside == ({wanted} if wanted else set()), (number, packet)


def lines(rows):
    return [(line.span.first, line.text) for row in rows for line in row.lines]


def test_what_no_longer_passes_is_told_by_the_line_that_stops_it(tmp_path):
    opening = "permit in=port2 src=10.30.10.0/24 dst=10.20.10.0/24 proto=6 dport=22"
    stopping = "deny in=port2 src=10.30.10.0/25 dst=10.20.10.0/24"
    rows, _, _ = drift(tmp_path / "town", [opening], [stopping, opening])
    ended, _, _ = drift(tmp_path / "town", [opening], [])

    assert lines(rows) == [(5, stopping)]
    assert [row.closed.total for row in ended] == [2]
    assert lines(ended) == []  # the end of the list: no line says so


def test_every_line_is_told_of_packets_that_make_one_box(tmp_path):
    halves = [f"permit in=port2 src=10.30.10.{n}/25 dst=10.20.10.26/32 proto=6 dport=22" for n in (0, 128)]
    rows, _, _ = drift(tmp_path / "town", [], halves)

    assert [len(row.opened.boxes) for row in rows] == [2]  # those that open a session, and replies
    assert lines(rows) == [(5, halves[0]), (6, halves[1])]
