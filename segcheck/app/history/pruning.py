"""Dropping the documents of old runs: an entry of the chain says which, and their hashes stay, so `verify` still can tell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from segcheck.app.history import parts
from segcheck.app.history.store import Store
from segcheck.model.history import EntryKind


@dataclass(frozen=True, slots=True)
class Pruned:
    """The runs whose documents were dropped, and the hash of the entry that says so ("" if there were none)."""

    runs: tuple[int, ...]
    hash: str


def prune(store: Store, *, keep: int, days: int, today: date, at: str, shrink: bool = True) -> Pruned:
    """Drop the documents and inputs of runs beyond the last `keep`, or older than so many days.

    The last run that judged keeps its own: the next one is compared with it. `at` is the time, as stored;
    `shrink` gives the space back to the disk, which takes as long as copying the file.
    """
    rows = store.runs()
    last = store.last()
    oldest = (today - timedelta(days=days)).isoformat()
    kept = {one.run for one in rows[-keep:] if one.day >= oldest} | ({last} if last is not None else set())
    gone = tuple(one.run for one in rows if one.run not in kept and not one.pruned)
    if not gone:
        return Pruned((), "")
    needed: set[str] = set()
    held: set[str] = set()
    for one in rows:
        if one.pruned or one.run in gone:
            continue
        held.add(store.column(one.run, "inputs"))
        for key in ("result", "reach"):
            name = store.column(one.run, key)
            if name:
                needed |= {name, *parts.named(store.part(name))}
        if store.column(one.run, "reach"):
            needed |= {*(store.reach(one.run) or {}).get("sets", ())}
    dropped: list[tuple[str, tuple[object, ...]]]
    dropped = [("DELETE FROM documents WHERE name = ?", (name,)) for name, _ in store.parts() if name not in needed]
    sets = {store.column(run, "inputs") for run in gone} - held
    dropped += [("DELETE FROM inputs WHERE held = ?", (one,)) for one in sorted(sets)]
    dropped += [("UPDATE runs SET pruned = ? WHERE run = ?", (at, run)) for run in gone]
    entry = store.append(EntryKind.PRUNE, json.loads(json.dumps({"runs": gone, "at": at})), dropped)
    if shrink:
        store.shrink()
    return Pruned(gone, entry.hash)
