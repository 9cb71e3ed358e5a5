"""What each channel was told, kept with the history: what was delivered is an entry of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from segcheck.app.history.store import Store
from segcheck.model.history import EntryKind
from segcheck.model.notice import Matter, Told

#: The row that says up to which run a channel was told what happened.
_CURSOR = ""
#: Keys of matters that an entry of the chain names.
_NAMED = 100
_PUT = "INSERT OR REPLACE INTO told VALUES (?,?,?,?,?,?,?)"
_DROP = "DELETE FROM told WHERE channel = ? AND event = ?"

Statement = tuple[str, tuple[Any, ...]]


def told(store: Store, channel: str) -> dict[str, Told]:
    """Return what a channel was told and has not been gone since, by key."""
    rows = store.told(channel)
    return {key: Told(state, day, (ja, en)) for key, state, day, _, ja, en in rows if key != _CURSOR}


def cursor(store: Store, channel: str) -> int | None:
    """Return the run up to which a channel was told what happened, None before the first."""
    return next((run for key, _, _, run, _, _ in store.told(channel) if key == _CURSOR), None)


def passed(store: Store, channel: str, run: int, gone: Iterable[str] = ()) -> None:
    """Note that there was nothing to tell up to a run, and what is gone; no entry of the chain is made of it."""
    with store.writing() as connection:
        connection.execute(_PUT, (channel, _CURSOR, "", "", run, "", ""))
        connection.executemany(_DROP, ((channel, key) for key in gone))


def delivered(
    store: Store, channel: str, run: int, day: str, at: str, matters: Sequence[Matter], gone: Iterable[str], note: str
) -> None:
    """Note that a channel took a message; `note` is what it said beside, "" for nothing."""
    gone = [*gone]
    record = {
        "about": "notification",
        "run": run,
        "channel": channel,
        "at": at,
        "told": [one.key for one in matters][:_NAMED],
        "count": len(matters) + len(gone),
        "note": note,
    }
    statements: list[Statement] = [(_PUT, (channel, _CURSOR, "", "", run, "", ""))]
    statements += [
        (_PUT, (channel, one.key, one.state, day, run, one.said[0], one.said[1])) for one in matters if one.lasting
    ]
    statements += [(_DROP, (channel, key)) for key in gone]
    store.append(EntryKind.NOTE, record, statements)


def undelivered(store: Store, channel: str, run: int, at: str, reason: str) -> None:
    """Note that a channel did not take a message."""
    record = {"about": "notification", "run": run, "channel": channel, "at": at, "failed": reason}
    store.append(EntryKind.NOTE, record, ())
