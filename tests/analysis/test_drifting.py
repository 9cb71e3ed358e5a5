"""Two judgements compared by what they spell out: exactly the packets that differ, and no equality that nobody can see."""

from dataclasses import replace

import pytest

from segcheck.analysis import drifting
from segcheck.app.history import reaching
from segcheck.model.drift import Reached, ReachedAll, ReachedPair
from segcheck.model.schedule import Schedule
from segcheck.sets import addresses
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box
from segcheck.sets.packets import CapacityExceeded

TCP = IntervalSet.of(6)
NINE_TO_FIVE = IntervalSet.of(*((day * 1440 + 540, day * 1440 + 1019) for day in range(5)))
MORNING = IntervalSet.of(*((day * 1440 + 540, day * 1440 + 719) for day in range(5)))


def box(src="10.0.0.0/24", dport=(443, 443), **extras):
    return Box(
        packet_class=PacketClass.OPENING,
        family=4,
        src=addresses.parse(src),
        dst=addresses.parse("10.1.0.1"),
        proto=TCP,
        dport=IntervalSet.of(dport),
        extras=tuple((name.replace("_", ":"), IntervalSet.of(value)) for name, value in extras.items()),
    )


def reach(*must, may=None, held=None, verdict="violated", schedules=(), classes=((),), named=""):
    may = must if may is None else may
    held = may if held is None else held
    sets = [Reached(f"{named}{part!r}", tuple(part)) for part in (must, may, held)]
    pair = ReachedPair(
        src="a", dst="b", src_zone="in", dst_zone="lg", verdict=verdict, must=sets[0], may=sets[1], held=sets[2]
    )
    return ReachedAll(pairs=(pair,), schedules=schedules, classes=classes)


def totals(row):
    return row.opened.total, row.closed.total, row.possibly_opened.total, row.possibly_closed.total


def test_equal_sets_are_no_drift_however_they_are_cut():
    whole = reach(box("10.0.0.0/24"))
    halves = reach(box("10.0.0.0/25"), box("10.0.0.128/25"))

    assert drifting.drifted(whole, whole) == ()
    assert drifting.drifted(whole, halves) == ()


def test_what_differs_is_told_exactly_and_in_both_directions():
    old, new = reach(box("10.0.0.0/25"), box(dport=(22, 22))), reach(box("10.0.0.64/26"), box("10.0.0.128/26"))
    (row,) = drifting.drifted(old, new)
    (opened,) = row.opened.boxes

    assert totals(row) == (1, 2, 0, 0)
    assert (opened.src, opened.dport) == (addresses.parse("10.0.0.128/26"), IntervalSet.of(443))
    assert {(one.src, one.dport) for one in row.closed.boxes} == {
        (addresses.parse("10.0.0.0/26"), IntervalSet.of(22, 443)),
        (addresses.parse("10.0.0.64-10.0.0.255"), IntervalSet.of(22)),
    }
    (back,) = drifting.drifted(new, old)
    assert (back.opened, back.closed) == (row.closed, row.opened)


def test_what_is_only_possible_is_told_apart_from_what_is_sure():
    shut, perhaps, sure = reach(), reach(may=(box(),)), reach(box())

    assert [totals(drifting.drifted(a, b)[0]) for a, b in ((shut, perhaps), (perhaps, sure), (sure, perhaps))] == [
        (0, 0, 1, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
    ]
    assert totals(drifting.drifted(shut, sure)[0]) == (1, 0, 0, 0)


def test_what_crosses_only_if_an_assumption_fails_does_not_hide_what_is_opened():
    assumed, opened = reach(may=(box(),), held=()), reach(box())

    (row,) = drifting.drifted(assumed, opened)
    assert totals(row)[:2] == (1, 0)


def test_a_verdict_that_changed_is_told_though_the_packets_are_the_same():
    (row,) = drifting.drifted(reach(box()), reach(box(), verdict="proven"))

    assert (row.was, row.now, totals(row)) == ("violated", "proven", (0, 0, 0, 0))


def test_places_that_came_or_went():
    nobody = ReachedAll(pairs=(), schedules=(), classes=((),))
    (came,), (went,) = drifting.drifted(nobody, reach(box())), drifting.drifted(reach(box()), nobody)

    assert (came.was, came.now, totals(came)) == ("", "violated", (1, 0, 0, 0))
    assert (went.was, went.now, totals(went)) == ("violated", "", (0, 1, 0, 0))


def scheduled(name, weekly):
    return {"schedules": (Schedule(name, IntervalSet.empty(), weekly),), "classes": ((False,), (True,))}


def test_instants_are_compared_as_instants():
    office = reach(box(time=1), **scheduled("fw/office", NINE_TO_FIVE), named="office")
    renamed = reach(box(time=1), **scheduled("fw/work", NINE_TO_FIVE), named="work")
    shorter = reach(box(time=1), **scheduled("fw/office", MORNING), named="morning")
    always = reach(box())

    assert drifting.drifted(office, renamed) == ()
    (row,) = drifting.drifted(office, shorter)
    assert totals(row) == (0, 1, 0, 0)
    assert (
        row.instants[next(iter(dict(row.closed.boxes[0].extras)["time"].ranges))[0]] == ()
    )  # outside the new schedule
    (row,) = drifting.drifted(office, always)
    assert totals(row) == (1, 0, 0, 0)


def test_conditions_that_moved_or_are_known_once_only_may_fall_either_way():
    before = reach(box(**{"varies_limit [main#3]": 1}), named="3")
    after = reach(box(**{"varies_limit [main#4]": 1}), named="4")
    (row,) = drifting.drifted(before, after)

    assert (totals(row), row.undecided) == ((0, 0, 0, 0), drifting.CONDITIONS)
    (row,) = drifting.drifted(before, reach(box()))
    assert totals(row) == (0, 0, 1, 0)
    shared = reach(box(varies_user=1), named="u"), reach(box(varies_user=0), named="v")
    (row,) = drifting.drifted(*shared)
    assert totals(row)[:2] == (1, 1)


def test_a_set_that_was_too_large_is_never_equal():
    lost = reach(box())
    pair = replace(lost.pairs[0], may=Reached("large:1", None))
    lost = replace(lost, pairs=(pair,))

    for a, b in ((lost, lost), (lost, reach(box())), (reach(box()), lost)):
        (row,) = drifting.drifted(a, b)
        assert (row.undecided, totals(row)) == (drifting.TOO_LARGE, (0, 0, 0, 0))


def test_neither_is_what_no_store_can_hold(monkeypatch):
    def full(*_):
        raise CapacityExceeded(1)

    monkeypatch.setattr(drifting, "growing", full)
    (row,) = drifting.drifted(reach(box()), reach())

    assert row.undecided == drifting.TOO_LARGE


@pytest.mark.parametrize(("may", "undecided"), [((box(), box(dport=(22, 22))), "unread"), ((box(),), None)])
def test_where_unread_lines_changed_only_what_is_sure_is_the_same(may, undecided):
    one = reach(box(), may=may)

    assert [row.undecided for row in drifting.drifted(one, one, blind=True)] == ([undecided] if undecided else [])


def test_what_is_written_down_is_read_back():
    whole = reach(box(time=1), may=(box(), box("10.9.0.0/16")), **scheduled("s", MORNING))
    document, sets = reaching.written(whole)

    assert reaching.read(document, sets.__getitem__) == replace(
        whole, schedules=tuple(replace(one, span=None) for one in whole.schedules)
    )
    assert sorted(sets) == document["sets"]
