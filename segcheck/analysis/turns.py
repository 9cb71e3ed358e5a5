"""Times of packets as far as schedules tell them apart, for many packets at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.analysis.hours import hours
from segcheck.analysis.network import Network
from segcheck.model.schedule import WEEK_MINUTES, Schedule, week_minute
from segcheck.sets.intervals import IntervalSet

_JST = 9 * 3600 * 10**9
_MINUTE = 60 * 10**9


def within(schedule: str, moment: int) -> bool | None:
    """Return whether a time (ns since 1970) lies in the hours that a register entry has; None where those cannot be read."""
    allowed = hours(schedule)
    return None if allowed is None else ((moment + _JST) // _MINUTE + week_minute(0)) % WEEK_MINUTES in allowed


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """When a schedule begins or ends, sorted: minutes of the wall clock, and minutes of the week."""

    once: npt.NDArray[np.int64]
    weekly: npt.NDArray[np.int64]

    @classmethod
    def of(cls, schedules: Iterable[Schedule]) -> Turns:
        """Return the turns of some schedules; one that could not be read has none."""
        known = [one for one in schedules if one.known]
        once = {turn for one in known for low, high in one.once.ranges for turn in (low, high + 1)}
        weekly = {turn % WEEK_MINUTES for one in known for low, high in one.weekly.ranges for turn in (low, high + 1)}
        return cls(np.array(sorted(once), np.int64), np.array(sorted(weekly), np.int64))

    @classmethod
    def at(cls, network: Network) -> Turns:
        """Return the turns of every schedule of every device that was read, and of the hours in the site's register."""
        configs = [station.config for station in network.stations.values() if station.config is not None]
        schedules = [schedule for config in configs for schedule in config.schedules.values()]
        written = {entry.schedule for entry in network.site.policy.register if entry.schedule}
        weekly = (found for text in sorted(written) if (found := hours(text)) is not None)
        return cls.of([*schedules, *(Schedule("", IntervalSet.empty(), one) for one in weekly)])

    def number(self, moments: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Return a number for each time (ns since 1970): with equal ones, the same schedules are in force on clocks in Japan."""
        minutes = (moments + _JST) // _MINUTE
        week = np.searchsorted(self.weekly, (minutes + week_minute(0)) % WEEK_MINUTES, side="right")
        found: npt.NDArray[np.int64] = np.searchsorted(self.once, minutes, side="right") * (len(self.weekly) + 1) + week
        return found
