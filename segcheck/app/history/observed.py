"""What captures of earlier runs showed that no later capture of the same points has been looked at for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from segcheck.app.history.store import Store
from segcheck.model.check import Said
from segcheck.model.crossing import Standing

#: Days for which what a capture showed counts against a requirement: a month. Ours; nobody has issued it.
DAYS = 31
_VIOLATED = Standing.VIOLATED.value
_FAIL = "fail"


def refuted(
    history: Store, day: date, points: Collection[str], found: Collection[str]
) -> Mapping[tuple[str, str], tuple[Said, ...]]:
    """Return, by organ ("" = the site) and requirement, what captures showed in the `DAYS` before a day and nothing answers.

    A capture is replayed once. What it showed does not go away because the next run has nothing new to replay: the
    requirement lacks evidence until a capture taken at the same points was replayed without showing it again, an exception
    was approved, or the time is over. What captures did not show is no evidence in either way.

    points  capture points that this run replayed captures of
    found   fingerprints of what this run found, or whose exceptions are in force
    """
    looked, known = {*points}, {*found}
    told: dict[tuple[str, str], dict[Said, None]] = defaultdict(dict)
    replayed = history.runs_with_captures()
    for row in reversed(history.runs()):
        taken = date.fromisoformat(row.day)
        if row.run not in replayed or not day - timedelta(DAYS) <= taken <= day:
            continue
        result = history.result(row.run)
        if result is None or "captures" not in result:
            continue
        for one in result["findings"]:
            mark, at = one["fingerprint"], _points(one)
            if "C" not in one["source"] or mark in known:
                continue
            known.add(mark)
            if one["verdict"] == _VIOLATED and not one["waiver"] and not at <= looked:
                for key, said in _told(result, one, row.run, row.day, at):
                    told[key][said] = None
        looked |= {one["tap"] or "" for one in result["captures"]}
    return {key: tuple(said) for key, said in told.items()}


def _points(finding: Mapping[str, Any]) -> set[str]:
    """Return the capture points that show a finding; "" for captures at none that was named."""
    return {piece["tap"] or "" for piece in finding["evidence"] if piece["kind"] == "frames"}


def _told(
    result: Mapping[str, Any], finding: Mapping[str, Any], run: int, day: str, points: Collection[str]
) -> list[tuple[tuple[str, str], Said]]:
    mark = finding["fingerprint"]
    first = min(
        ((piece["first_time"] or day)[:10] for piece in finding["evidence"] if piece["kind"] == "frames"), default=day
    )
    last = max(
        ((piece["last_time"] or day)[:10] for piece in finding["evidence"] if piece["kind"] == "frames"), default=day
    )
    period = first if first == last else f"{first} – {last}"
    at = ", ".join(sorted(one for one in points if one)) or "-"
    said = (
        f"観測: {period}・{at} (実行 {run})。{finding['check']} {mark}。その後この地点のキャプチャで確かめていない",
        f"observed: {period}, {at} (run {run}): {finding['check']} {mark}; no capture of that point was looked at since",
    )
    return [
        ((one["organ"] or "", one["id"]), said)
        for one in result["requirements"]
        if mark in one["findings"] and one["outcome"] == _FAIL
    ]
