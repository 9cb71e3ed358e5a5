"""The state of a result as monitoring systems know it: OK, WARNING, CRITICAL, UNKNOWN, with what led to it."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

from segcheck.reports.renderings import _told
from segcheck.reports.renderings._told import Document

#: Days before the end of an exception, or of an entry of the register, at which monitoring is told.
SOON = 30


class State(IntEnum):
    """What a monitoring plugin ends with (Monitoring Plugins guidelines, return codes)."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def state(result: Document) -> State:
    """Return CRITICAL for a grave violation, WARNING for another, UNKNOWN while something is undecided or assumed, else OK.

    What rests on assumptions is OK only where the run accepted them (`--accept-assumptions`). Of captures nothing is ever
    proven: OK says that nothing forbidden was seen.
    """
    violated = [one for one in _told.open_findings(result) if one["verdict"] == "violated"]
    if any(one["severity"] in ("critical", "high") for one in violated):
        return State.CRITICAL
    if _unexplained(result):
        return State.CRITICAL
    if violated:
        return State.WARNING
    standings = {one["verdict"] for one in (*result["crossings"], *_told.open_findings(result))}
    accepted = "--accept-assumptions" in result["run"]["weakened"]
    flows = result.get("flows", {"gaps": (), "unasked": 0})
    if flows["gaps"] or flows["unasked"]:
        return State.UNKNOWN
    if "undecided" in standings or ("proven_assuming" in standings and not accepted) or not result["crossings"]:
        return State.UNKNOWN
    return State.OK


def _unexplained(result: Document) -> bool:
    """Return whether two zones are crossed by what no finding tells, not even one that an exception covers.

    That is so of runs that left checks out. Of a result whose findings do not name all their zones it cannot be told.
    """
    violated = [one for one in result["findings"] if one["verdict"] == "violated"]
    if any("pairs" not in one for one in violated):
        return False
    told = {tuple(pair) for one in violated for pair in one["pairs"]}
    crossed = (one for one in result["crossings"] if one["verdict"] == "violated")
    return any((one["src_zone"] or None, one["dst_zone"] or None) not in told for one in crossed)


def running_out(result: Document) -> tuple[int, int]:
    """Return how many exceptions, and how many entries of the register, hold today and run out within `SOON` days."""
    day = date.fromisoformat(result["day"])

    def soon(expires: str | None) -> bool:
        return expires is not None and 0 <= (date.fromisoformat(expires) - day).days <= SOON

    waivers = sum(one["state"] == "in_force" and soon(one["expires"]) for one in result.get("waivers", ()))
    return waivers, sum(one["permits"] and soon(one["expires"]) for one in result.get("register", ()))


def unread(result: Document) -> int:
    """Return how many lines of exports were not wholly understood."""
    kinds = ("approximated", "unsupported", "unrecognised")
    return sum(one["lines"][kind] for one in result["inputs"] for kind in kinds)
