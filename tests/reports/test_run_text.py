"""What a run tells of changes that depend on the time, or of which there are many."""

import pytest

from segcheck.lang.words import load
from segcheck.model.drift import CrossingDrift, DriftLine
from segcheck.model.source import Span
from segcheck.reports import run_text
from segcheck.reports.as_text import Page
from segcheck.sets import addresses
from segcheck.sets.header import PacketClass
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.listing import Box, Boxes

NONE = Boxes((), 0, False)


def told(language="en", **changed):
    held = dict.fromkeys(("opened", "closed", "possibly_opened", "possibly_closed"), NONE)
    row = CrossingDrift(
        **{
            "src": "a",
            "dst": "b",
            "src_zone": "in",
            "dst_zone": "lg",
            "was": "proven",
            "now": "proven",
            **held,
            **changed,
        }
    )
    page = Page(load(language))
    run_text.crossing(page, row)
    return page.text()


def box(*extras):
    v4 = addresses.parse("10.0.0.0/24")
    return Box(packet_class=PacketClass.OPENING, family=4, src=v4, dst=v4, extras=extras)


def test_when_and_under_which_conditions_it_passes_is_told():
    timed = box(("time", IntervalSet.of(1)), ("varies:user (mail taro@example.lg.jp)", IntervalSet.of(0)))
    text = told(closed=Boxes((timed,), 1, False), instants=((), ("fw/office",)))

    assert "no longer crosses: 10.0.0.0/24 -> 10.0.0.0/24  IPv4  [time fw/office; not user (mail (mail))]" in text


def test_many_boxes_are_counted_and_lines_free_of_people_and_escapes():
    line = DriftLine(Span("fw.conf", 3, 3), "fw:x:1", "permit \x1b[31m 03-1234-5678")
    text = told(opened=Boxes((box(),) * 6, 9, True), lines=(line,))

    assert text.count("now crosses: 10.0.0.0/24") == 4
    assert "now crosses: and 5 more" in text
    assert "fw.conf:3  permit ?[31m (phone)" in text


@pytest.mark.parametrize("why", ["too_large", "conditions", "unread"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_cannot_be_told_says_why(why, language):
    text = told(language, undecided=why, was="")

    assert load(language)(f"run.undecided.{why}") in text
    assert load(language)("run.absent") in text
