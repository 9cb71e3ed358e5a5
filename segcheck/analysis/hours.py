"""The hours of a register entry as people write them, as minutes of the week: "火曜 22:00-23:00", "平日 08:00-20:00"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from segcheck.model.schedule import WEEK_MINUTES
from segcheck.sets.intervals import IntervalSet

_DAYS = ("月火水木金土日", ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
_SEVERAL = {"平日": range(5), "毎日": range(7), "土日": (5, 6), "weekdays": range(5), "daily": range(7)}
_TIMES = re.compile(r"(\d{1,2}):(\d\d)\s*[-~]\s*(\d{1,2}):(\d\d)")


def hours(text: str) -> IntervalSet | None:
    """Return the minutes of the week (0 = Monday 00:00) that a text allows; None where it cannot be read for certain.

    Days before their times; several parts with commas. A time of day without days holds on every day; a span that ends
    before it begins goes on into the next day, and one that ends when it begins is a whole day. The last minute is not in.
    """
    found = IntervalSet.empty()
    for part in re.split(r"[,、;]", _plain(text)):
        times = _TIMES.search(part)
        days = _days(part[: times.start()].strip()) if times else None
        if times is None or days is None or part[times.end() :].strip():
            return None
        begin, end = (60 * int(times[n]) + int(times[n + 1]) for n in (1, 3))
        if begin > 1440 or end > 1440:
            return None
        length = end - begin if end > begin else end - begin + 1440
        for day in days:
            found = found | _span(1440 * day + begin, length)
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(str.maketrans("〜～–—", "~~--")).lower()


def _days(text: str) -> list[int] | None:
    """Return the days that a text names, 0 = Monday; None where it names something else."""
    if not text:
        return list(range(7))
    if text in _SEVERAL:
        return list(_SEVERAL[text])
    found: list[int] = []
    for piece in re.split(r"[・/]", text):
        ends = [_day(end) for end in re.split(r"[-~]", piece)]
        if len(ends) > 2 or None in ends:
            return None
        first, last = ends[0], ends[-1]
        assert first is not None
        assert last is not None
        found += ((first + n) % 7 for n in range((last - first) % 7 + 1))
    return found


def _day(text: str) -> int | None:
    word = text.strip().removesuffix("日").removesuffix("曜") if text.strip() != "日" else "日"
    japanese, english = _DAYS
    if len(word) == 1 and word in japanese:
        return japanese.index(word)
    return english.index(word[:3]) if word[:3] in english else None


def _span(begin: int, length: int) -> IntervalSet:
    end = begin + length - 1
    if end < WEEK_MINUTES:
        return IntervalSet.of((begin, end))
    return IntervalSet.of(*_wrapped(begin, end))


def _wrapped(begin: int, end: int) -> Iterator[tuple[int, int]]:
    if begin < WEEK_MINUTES:
        yield begin, WEEK_MINUTES - 1
    yield max(0, begin - WEEK_MINUTES), end - WEEK_MINUTES
