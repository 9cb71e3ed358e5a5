"""Schedules: one-time, recurring, groups.

Source: CLI Reference, "config firewall schedule onetime", "recurring", "group". A recurring schedule whose end lies before
its start runs into the next day; equal start and end are a whole day; without a day it is never in force (`none`). The
minute of the end is taken as outside.
"""

from __future__ import annotations

import re
from datetime import datetime

from segcheck.importers.fortigate._notes import Vdom, evaluate
from segcheck.importers.fortigate._tree import Node
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import ANYTHING, Expr, InForce
from segcheck.model.schedule import WEEK_MINUTES, Schedule, wall_minute
from segcheck.sets.intervals import IntervalSet

_KINDS = ("onetime", "recurring", "group")
_IRRELEVANT = {
    "color": "display",
    "uuid": "identity",
    "expiration-days": "when a log message warns of the end",
    "fabric-object": "synchronisation",
    "fabric-force-sync": "synchronisation",
    "label-day": "display",
    "start-utc": "the same instant as `start`, in seconds of UTC",
    "end-utc": "the same instant as `end`, in seconds of UTC",
}
_DAYS = {
    name: day for day, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_WEEK = IntervalSet.of((0, WEEK_MINUTES - 1))
_NEVER = IntervalSet.empty()
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_DATE = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")


class Schedules:
    """The schedules of one VDOM; `used` are those that some rule asks for."""

    def __init__(self, vdom: Vdom) -> None:
        self._vdom = vdom
        self._made: dict[str, Schedule] = {}
        self.used: dict[str, Schedule] = {}

    def in_force(self, name: str, line: int = 0) -> Expr:
        """Return "the schedule is in force"; `line` is where it was used."""
        schedule = evaluate(name, self._made, self._members, self._build, _unknown)
        if schedule.known and schedule.weekly == _WEEK:
            return ANYTHING
        if not schedule.known and self._entry(name) is None:
            self._vdom.notes.say(
                Code.UNDEFINED_NAME, Severity.WARNING, line, f"schedule {name}", kind="schedule", name=name
            )
        self.used[name] = schedule
        return InForce(name)

    def until(self, name: str, text: str, line: int) -> Expr:
        """Return "the wall clock is before this date and time", under a schedule of that name."""
        moment = _moment(tuple(text.replace("T", " ").split()))
        once = _NEVER if moment is None or moment < 1 else IntervalSet.of((0, moment - 1))
        self.used[name] = Schedule(name, once, _NEVER, moment is not None, self._vdom.notes.span(line))
        return InForce(name)

    def finish(self) -> None:
        """Account for the lines of all schedules."""
        for kind in _KINDS:
            for name, entry in self._vdom.table(f"firewall schedule {kind}").entries.items():
                evaluate(name, self._made, self._members, self._build, _unknown)
                for identity in self._vdom.notes.finish(entry, _IRRELEVANT, f"schedule {name}"):
                    del identity  # the schedule was made an unknown one when it was built

    def _entry(self, name: str) -> tuple[str, Node] | None:
        for kind in _KINDS:
            entry = self._vdom.table(f"firewall schedule {kind}").entries.get(name)
            if entry is not None:
                return kind, entry
        return None

    def _members(self, name: str) -> tuple[str, ...]:
        found = self._entry(name)
        return found[1].names("member") if found and found[0] == "group" else ()

    def _build(self, name: str, members: list[Schedule]) -> Schedule:
        found = self._entry(name)
        if found is None:
            if name == "always":
                return Schedule(name, _NEVER, _WEEK)
            return Schedule(name, _NEVER, _NEVER, known=name == "none")
        kind, entry = found
        span = self._vdom.notes.span(entry.first, entry.last)
        once, weekly, known = _NEVER, _NEVER, not entry.unread
        if kind == "group":
            for member in members:
                once, weekly, known = once | member.once, weekly | member.weekly, known and member.known
            known = known and bool(members)
        elif kind == "onetime":
            start, end = _moment(entry.words("start") or ()), _moment(entry.words("end") or ())
            known = known and start is not None and end is not None
            if start is not None and end is not None and start < end:
                once = IntervalSet.of((max(start, 0), max(end - 1, 0)))
        else:
            read = _weekly(entry)
            weekly, known = read or _NEVER, known and read is not None
        known = known and all(value.used or key in _IRRELEVANT for key, value in entry.values.items())
        if not known:
            self._vdom.notes.say(
                Code.VALUE_NOT_UNDERSTOOD, Severity.ERROR, entry.first, f"schedule {name}", value=name, where="schedule"
            )
        return Schedule(name, once, weekly, known, span)


def _weekly(entry: Node) -> IntervalSet | None:
    start, end = _clock(entry.one("start", "00:00")), _clock(entry.one("end", "00:00"))
    days = entry.names("day") or ("none",)
    if start is None or end is None or any(day not in _DAYS and day != "none" for day in days):
        return None
    length = (end - start) % 1440 or 1440
    pieces = []
    for day in days:
        if day != "none":
            first = _DAYS[day] * 1440 + start
            last = first + length - 1
            pieces.append((first, min(last, WEEK_MINUTES - 1)))
            if last >= WEEK_MINUTES:  # Sunday night runs into Monday
                pieces.append((0, last - WEEK_MINUTES))
    return IntervalSet.of(*pieces)


def _clock(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        return None
    return (int(found[1]) * 60 + int(found[2])) % 1440


def _moment(words: tuple[str, ...]) -> int | None:
    """Return the minute of `HH:MM YYYY/MM/DD`, in either order."""
    minutes = [_clock(word) for word in words if _TIME.fullmatch(word)]
    dates = [found for found in map(_DATE.fullmatch, words) if found]
    if len(words) != 2 or len(minutes) != 1 or minutes[0] is None or len(dates) != 1:
        return None
    try:
        return wall_minute(datetime(int(dates[0][1]), int(dates[0][2]), int(dates[0][3]))) + minutes[0]
    except ValueError:
        return None


def _unknown(name: str) -> Schedule:
    return Schedule(name, _NEVER, _NEVER, known=False)
