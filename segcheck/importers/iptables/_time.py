"""`-m time` as a schedule of minutes (net/netfilter/xt_time.c).

The kernel asks seconds, and in UTC unless `--kerneltz` is given; both ends are included, so `--timestop 17:00:00` covers
one second of the minute 17:00. Such a minute is in force in part: the rule then surely applies in the inner schedule, and
possibly in the outer one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from segcheck.importers._linux.names import WEEKDAYS
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._options import Given, Module
from segcheck.model.diagnostic import Code, Severity
from segcheck.model.match import Condition, Expr, InForce, Kind, conjunction, disjunction
from segcheck.model.schedule import WEEK_MINUTES, Schedule
from segcheck.sets.intervals import IntervalSet

DAY = 86400
_EPOCH = datetime(1970, 1, 1)
_LAST = 0x7FFFFFFF
#: A dated rule with times of day is written out day by day up to this many days.
MOST_DAYS = 3660


def time(module: Module, rule: RuleContext) -> Expr:
    """--datestart, --datestop, --timestart, --timestop, --weekdays, --contiguous, --kerneltz."""
    given = {option.name: option for option in module.given}
    if "--monthdays" in given:
        return rule.varies(module.at, "time: " + " ".join(rule.shown(option) for option in module.given))
    if "--kerneltz" not in given:
        rule.remark(
            Code.DEFAULT_ASSUMED, Severity.NOTE, module.at, what="clock of -m time", value="UTC", version="every kernel"
        )
    first, last = _date(given.get("--datestart"), 0), _date(given.get("--datestop"), _LAST)
    begin, end = _clock(given.get("--timestart"), 0), _clock(given.get("--timestop"), DAY - 1)
    days = _weekdays(given.get("--weekdays"))
    windows = _windows(begin, end, days, contiguous="--contiguous" in given)
    # iptables-save prints the end of 32-bit time as --datestop when none was given.
    dated = first > 0 or last < _LAST
    every_minute = windows == [(0, 7 * DAY - 1)]
    if dated and not every_minute:
        if (last - first) // DAY > MOST_DAYS:
            return rule.varies(module.at, "time: " + " ".join(rule.shown(option) for option in module.given))
        windows = list(_unrolled(windows, first, last))
    elif dated:
        windows = [(first, last)]
    name = " ".join(rule.shown(option) for option in module.given) or "always"
    inner, outer = _minutes(windows, whole=True), _minutes(windows, whole=False)
    schedules = rule.device.schedules
    empty = IntervalSet.empty()

    def schedule(label: str, minutes: IntervalSet) -> InForce:
        once, weekly = (minutes, empty) if dated else (empty, minutes)
        schedules[label] = Schedule(label, once, weekly, span=rule.span)
        return InForce(label)

    if inner == outer:
        return schedule(name, inner)
    sure, possible = schedule(name + " (whole minutes)", inner), schedule(name, outer)
    part = Condition(f"second of the minute [{rule.place}]", Kind.VARIES)
    return disjunction(sure, conjunction(possible, part))


def _windows(begin: int, end: int, days: set[int], *, contiguous: bool) -> list[tuple[int, int]]:
    """Return the seconds of the week (0 = Monday 00:00) at which a rule without dates applies."""
    found = []
    for day in days:
        start = (day - 1) * DAY
        if begin < end:
            found.append((start + begin, start + end))
        elif contiguous:
            found.append((start + begin, start + DAY + end))
        else:
            found += [(start + begin, start + DAY - 1), (start, start + end)]
    week = 7 * DAY
    wrapped = [(lo, min(hi, week - 1)) for lo, hi in found] + [(0, hi - week) for _, hi in found if hi >= week]
    return list(IntervalSet.of(*wrapped).ranges)


def _unrolled(windows: list[tuple[int, int]], first: int, last: int) -> Iterator[tuple[int, int]]:
    # 1970-01-01 was a Thursday: its week began three days earlier.
    week = (first + 3 * DAY) // (7 * DAY)
    while (start := week * 7 * DAY - 3 * DAY) <= last:
        for lo, hi in windows:
            begin, end = max(first, start + lo), min(last, start + hi)
            if begin <= end:
                yield begin, end
        week += 1


def _minutes(windows: list[tuple[int, int]], *, whole: bool) -> IntervalSet:
    seconds = IntervalSet.of(*windows)
    pairs = [(-(-lo // 60), (hi + 1) // 60 - 1) if whole else (lo // 60, hi // 60) for lo, hi in seconds.ranges]
    return IntervalSet.of(*[(lo, hi) for lo, hi in pairs if lo <= hi])


def _clock(given: Given | None, default: int) -> int:
    if given is None:
        return default
    parts = given.values[0].split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdecimal() and len(part) <= 2 for part in parts):
        raise ValueError(given.values[0])
    hour, minute, second = (*map(int, parts), 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(given.values[0])
    return hour * 3600 + minute * 60 + second


def _date(given: Given | None, default: int) -> int:
    if given is None:
        return default
    moment = datetime.fromisoformat(given.values[0])
    if moment.tzinfo is not None:
        raise ValueError(given.values[0])
    return int((moment - _EPOCH).total_seconds())


def _weekdays(given: Given | None) -> set[int]:
    if given is None:
        return set(range(1, 8))
    found: set[int] = set()
    for part in given.values[0].lower().split(","):
        number = int(part) if part.isdecimal() else WEEKDAYS.get(part, 0)
        if not 1 <= number <= 7:
            raise ValueError(given.values[0])
        found.add(number)
    return set(range(1, 8)) - found if given.negated else found


assert WEEK_MINUTES * 60 == 7 * DAY
