"""Schedulers of policies.

Source: Security Policies User Guide, "Schedulers": dates `2026-04-01.08:00` (start and stop), days of the week and `daily` with
start and stop times, `all-day` or `exclude`, on the clock of the device. A day that is named replaces `daily`. Dates together
with days hold where both do; which that are is left open, as are times that run past midnight.
"""

from __future__ import annotations

import re
from datetime import datetime

from segcheck.importers._hierarchy.notes import Vsys
from segcheck.importers._hierarchy.tree import Node
from segcheck.model.device import Scope
from segcheck.model.match import Expr, InForce
from segcheck.model.schedule import Schedule, wall_minute
from segcheck.sets.intervals import IntervalSet

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_NEVER = IntervalSet.empty()


class Schedules:
    """The schedulers; `used` are those that some policy asks for."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys
        self.used: dict[str, Schedule] = {}

    def in_force(self, name: str, node: Node, where: str) -> Expr:
        """Return "the scheduler is in force"."""
        if name not in self.used:
            table = self._vsys.node.at("schedulers", "scheduler")
            if table.has(name):
                self.used[name] = self._read(table.at(name))
            else:
                self._vsys.undefined(node, "scheduler", name, where)
                self.used[name] = Schedule(name, _NEVER, _NEVER, known=False)
        return InForce(name)

    def _read(self, entry: Node) -> Schedule:
        entry.ignore(("description",))
        once: list[tuple[int, int]] = []
        weekly: list[tuple[int, int]] = []
        try:
            for start in entry.at("start-date").entries() if entry.has("start-date") else ():
                stop = start.one("stop-date") or entry.one("stop-date")
                once.append(_span(start.word, stop))
            entry.at("stop-date")
            daily = self._hours(entry.at("daily")) if entry.has("daily") else []
            for number, day in enumerate(_DAYS):
                hours = self._hours(entry.at(day)) if entry.has(day) else daily
                weekly.extend((number * 1440 + low, number * 1440 + high) for low, high in hours)
            known = bool(once) is not bool(weekly)
        except ValueError:
            known = False
        if not known or entry.open_ends():
            self._vsys.bad_value(entry, f"scheduler {entry.word}", entry.word)
            known = False
        span = self._vsys.notes.extent(entry)
        return Schedule(entry.word, IntervalSet.of(*once), IntervalSet.of(*weekly), known, span)

    def _hours(self, day: Node) -> list[tuple[int, int]]:
        if day.has("exclude"):
            day.at("exclude")
            return []
        if day.has("all-day"):
            day.at("all-day")
            return [(0, 1439)]
        found = []
        stops = day.words("stop-time") if day.has("stop-time") else ()
        for start in day.at("start-time").entries():
            stop = start.one("stop-time") or (stops[0] if len(stops) == 1 else "")
            low, high = _minute(start.word), _minute(stop)
            if low >= high:
                raise ValueError(stop)
            found.append((low, high - 1 if high < 1439 else high))
        if not found:
            raise ValueError(day.word)
        return found

    def finish(self) -> None:
        """Account for the lines of all schedulers."""
        table = self._vsys.node.at("schedulers")
        for entry in table.at("scheduler").entries():
            self._read(entry)
            self._vsys.notes.sweep(entry, f"scheduler {entry.word}")
        self._vsys.doubt(table, Scope.DEVICE)


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(text[:20])
    return int(found[1]) * 60 + int(found[2])


def _span(start: str, stop: str) -> tuple[int, int]:
    low, high = (wall_minute(datetime.strptime(one[:16], "%Y-%m-%d.%H:%M")) for one in (start, stop))
    if low >= high:
        raise ValueError(start[:20])
    return low, high - 1
