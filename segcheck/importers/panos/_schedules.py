"""Schedules of rules.

Source: Web Interface Help, "Objects > Schedules": daily and weekly hours `08:30-17:15`, one-time spans
`2026/04/01@08:00-2026/04/30@17:00`, on the clock of the firewall. Whether the minute of the end still belongs to it is not
said; it is taken as outside. Hours that run past midnight are not described: such a schedule may be in force at any time.
"""

from __future__ import annotations

import re
from datetime import datetime

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.model.match import Expr, InForce
from segcheck.model.schedule import Schedule, wall_minute
from segcheck.sets.intervals import IntervalSet

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_SPAN = re.compile(r"(\d{4}/\d{2}/\d{2}@\d{2}:\d{2})-(\d{4}/\d{2}/\d{2}@\d{2}:\d{2})")
_NEVER = IntervalSet.empty()


class Schedules:
    """The schedules of one virtual system; `used` are those that some rule asks for."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self.used: dict[str, Schedule] = {}

    def in_force(self, name: str, node: Node, where: str) -> Expr:
        """Return "the schedule is in force"."""
        if name not in self.used:
            entry = self._vsys.find("schedule", name)
            if entry is None:
                self._vsys.undefined(node, "schedule", name, where)
                self.used[name] = Schedule(name, _NEVER, _NEVER, known=False)
            else:
                self.used[name] = self._read(entry)
        return InForce(name)

    def _read(self, entry: Node) -> Schedule:
        entry.ignore(("disable-override",))
        once: list[tuple[int, int]] = []
        weekly: list[tuple[int, int]] = []
        known = True
        try:
            kind = entry.at("schedule-type")
            once.extend(_span(text) for text in kind.words("non-recurring"))
            recurring = kind.at("recurring")
            for text in recurring.words("daily") if recurring.has("daily") else ():
                low, high = _hours(text)
                weekly.extend((day * 1440 + low, day * 1440 + high) for day in range(7))
            for number, day in enumerate(_DAYS):
                for text in recurring.words("weekly", day) if recurring.has("weekly", day) else ():
                    low, high = _hours(text)
                    weekly.append((number * 1440 + low, number * 1440 + high))
            known = bool(once or weekly)
        except ValueError:
            known = False
        unread = entry.open_ends()
        if not known or unread:
            self._vsys.bad_value(entry, f"schedule {entry.word}", entry.word)
            known = False
        span = self._vsys.notes.extent(entry)
        return Schedule(entry.word, IntervalSet.of(*once), IntervalSet.of(*weekly), known, span)

    def finish(self) -> None:
        """Account for the lines of all schedules."""
        for scope in self._vsys.scopes:
            for entry in scope.at("schedule").entries():
                self._read(entry)
                self._vsys.notes.sweep(entry, f"schedule {entry.word}")


def _hours(text: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(text[:20])
    low, high = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if low >= high or high > 1440 or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError(text[:20])
    # an end of 23:59 is the last minute that can be written
    return low, high - 1 if text[-5:] != "23:59" else 1439


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(text[:20])
    start, end = (wall_minute(datetime.strptime(one, "%Y/%m/%d@%H:%M")) for one in found.groups())
    if start >= end:
        raise ValueError(text[:20])
    return start, end - 1
