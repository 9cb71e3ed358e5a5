"""How everything stands that the runs of a site have found: since when, until when, mended in which run, come back how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from segcheck.app.history.store import Store
from segcheck.model.history import FindingRow, State, Status

#: What only captures show is not mended because a run has nothing new to replay.
_CAPTURES = "C"
MENDED = "mended"


@dataclass(slots=True)
class _Life:
    row: FindingRow
    first: dict[str, Any]
    last: dict[str, Any]
    gone: dict[str, Any] | None = None
    returned: int = 0
    state: str = field(default=State.NEW.value)


def findings(history: Store, until: int) -> list[dict[str, Any]]:
    """Return the findings of all runs up to one, as the block `earlier` of a result has them: by day of the first one.

    Every run that judged is gone through: about 0.1 ms for each and finding. Of runs whose documents were dropped the check
    stands for the message.
    """
    lives: dict[str, _Life] = {}
    for run in history.runs():
        if run.run > until or run.status != Status.JUDGED.value:
            continue
        here = {"run": run.run, "day": run.day}
        rows = {one.fingerprint: one for one in history.findings(run.run)}
        for mark, row in rows.items():
            _seen(lives, mark, row, here)
        for mark, life in lives.items():
            if mark in rows or life.gone is not None:
                continue
            if life.row.source == _CAPTURES:
                life.state = State.UNTOLD.value
            else:
                life.gone, life.state = here, MENDED
    messages = cache(lambda run: _messages(history, run))
    return [_told(mark, life, messages(life.last["run"])) for mark, life in sorted(lives.items(), key=_order)]


def _seen(lives: dict[str, _Life], mark: str, row: FindingRow, here: dict[str, Any]) -> None:
    life = lives.get(mark)
    if life is None:
        lives[mark] = _Life(row, here, here)
        return
    if row.state == State.UNTOLD.value:
        life.state = State.UNTOLD.value
        return
    life.row, life.last = row, here
    if life.gone is not None:
        life.gone, life.state, life.returned = None, State.RECURRING.value, life.returned + 1
    else:
        life.state = State.RECURRING.value if life.returned else State.ONGOING.value


def _messages(history: Store, run: int) -> Mapping[str, Any]:
    result = history.result(run)
    return {one["fingerprint"]: one["message"] for one in result["findings"]} if result is not None else {}


def _order(one: tuple[str, _Life]) -> tuple[int, str, str]:
    mark, life = one
    return life.first["run"], life.row.check, mark


def _told(mark: str, life: _Life, messages: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fingerprint": mark,
        "check": life.row.check,
        "severity": life.row.severity,
        "message": messages.get(mark, {"ja": life.row.check, "en": life.row.check}),
        "state": life.state,
        "first": life.first,
        "last": life.last,
        "mended": life.gone,
        "returned": life.returned,
        "waiver": life.row.waived or None,
    }
