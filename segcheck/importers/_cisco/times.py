"""Time ranges.

Source: Cisco IOS Security Configuration Guide: Access Control Lists, "Time-Based Access Lists"; command reference, "absolute",
"periodic". With both, the range is in force while the absolute span lasts and one of the periodic ones runs. Whether the minute
that a span ends with still belongs to it is not settled by the sources: it may.
"""

from __future__ import annotations

from datetime import datetime

from segcheck.importers._cisco.lines import Line
from segcheck.importers._cisco.notes import Notes
from segcheck.importers._cisco.values import Words
from segcheck.importers._unsure import unknown
from segcheck.importers._words import NotUnderstood, number
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import ANYTHING, Expr, InForce, conjunction, disjunction
from segcheck.model.schedule import WEEK_MINUTES, Schedule, wall_minute
from segcheck.sets.intervals import IntervalSet

_DAYS = {n: d for d, n in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}
_SETS = {"daily": tuple(range(7)), "weekdays": tuple(range(5)), "weekend": (5, 6)}
_MONTHS = {
    name: month
    for month, name in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        1,
    )
}
_NEVER = IntervalSet.empty()
#: Beyond every instant that anybody asks about: minutes of ten thousand years.
_FOREVER = 10_000 * 366 * 1440


class Times:
    """The time ranges of one file; `used` are the schedules that some entry asks for."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._read: dict[str, tuple[Expr, tuple[Schedule, ...]]] = {}
        self.used: dict[str, Schedule] = {}

    def read(self, line: Line) -> None:
        """Read one `time-range NAME`."""
        name = line.words[1] if len(line.words) == 2 else ""
        self._notes.understood(line)
        once: list[tuple[int, int]] = []
        weekly: list[tuple[int, int]] = []
        ends: list[tuple[int, int]] = []
        known = bool(name) and name not in self._read
        for child in line.children:
            words = Words(child)
            try:
                word = words.take()
                if word == "absolute" and not once:
                    once.append(_absolute(words))
                elif word == "periodic":
                    sure, end = _periodic(words)
                    weekly += sure
                    ends += end
                else:
                    raise NotUnderstood(words.at - 1)
                words.end()
                if child.children:
                    raise NotUnderstood(0)
                self._notes.understood(child)
            except ValueError:
                known = False
                self._notes.told(child, f"time-range {name}", column=words.column)
        span = self._notes.span(line)
        if not known or not (once or weekly):
            self._notes.mark(line, LineUse.APPROXIMATED)
            schedule = Schedule(name, _NEVER, _NEVER, known=False, span=span)
            self._read[name] = (InForce(name), (schedule,))
            return
        made: list[Schedule] = []
        terms: list[Expr] = []

        def part(label: str, kept: Schedule, last: Schedule) -> None:
            made.extend((kept, last))
            terms.append(disjunction(InForce(kept.name), conjunction(InForce(last.name), unknown(f"end of {label}"))))

        if once:
            low, high = once[0]
            kept = IntervalSet.of((low, high - 1)) if low < high else _NEVER
            part(
                name,
                Schedule(f"{name} absolute", kept, _NEVER, span=span),
                Schedule(f"{name} absolute, last minute", IntervalSet.of(high), _NEVER, span=span),
            )
        if weekly:
            part(
                name,
                Schedule(f"{name} periodic", _NEVER, IntervalSet.of(*weekly), span=span),
                Schedule(
                    f"{name} periodic, last minute", _NEVER, IntervalSet.of(*ends) - IntervalSet.of(*weekly), span=span
                ),
            )
        self._read[name] = (conjunction(*terms), tuple(made))

    def in_force(self, name: str, line: Line) -> Expr:
        """Return "the time range is in force"; one that nothing defines may be or not."""
        found = self._read.get(name)
        if found is None:
            self._notes.undefined(line, "time-range", name, f"time-range {name}")
            return unknown(f"time-range {name}", Code.UNDEFINED_NAME)
        self.used.update({one.name: one for one in found[1]})
        return found[0] if found[1] else ANYTHING


def _clock(word: str) -> int:
    hours, colon, minutes = word.partition(":")
    if not colon:
        raise ValueError(word)
    return number(hours, 0, 23) * 60 + number(minutes, 0, 59)


def _moment(words: Words) -> int:
    clock, day, month, year = (words.take() for _ in range(4))
    months = [number_ for name, number_ in _MONTHS.items() if name.startswith(month.lower()) and len(month) >= 3]
    if len(months) != 1:
        raise NotUnderstood(words.at - 2)
    return wall_minute(datetime(number(year, 1993, 2035), months[0], number(day, 1, 31))) + _clock(clock)


def _absolute(words: Words) -> tuple[int, int]:
    start = _moment(words) if words.accept("start") else 0
    end = _moment(words) if words.accept("end") else _FOREVER
    if start > end:
        raise NotUnderstood(0)
    return start, end


def _periodic(words: Words) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the minutes of the week that surely belong to it, and those that may."""
    days: list[int] = []
    while words.peek().lower() in _DAYS or words.peek().lower() in _SETS:
        word = words.take().lower()
        days.extend(_SETS[word] if word in _SETS else (_DAYS[word],))
    start = _clock(words.take())
    if not days or words.take() != "to":
        raise NotUnderstood(words.at - 1)
    until = _DAYS.get(words.peek().lower())
    if until is not None:
        words.take()
        if len(days) != 1:
            raise NotUnderstood(words.at - 1)
    end = _clock(words.take())
    sure: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    for day in days:
        first = day * 1440 + start
        last = (day if until is None else until) * 1440 + end
        if last < first and until is None:
            raise NotUnderstood(words.at - 1)
        if last < first:  # over Sunday night
            sure.append((first, WEEK_MINUTES - 1))
            sure += [(0, last - 1)] if last else []
        elif last > first:
            sure.append((first, last - 1))
        ends.append((last, last))
    return sure, ends
