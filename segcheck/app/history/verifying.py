"""Whether a history is what was written: no entry edited, moved or cut, and everything there that the entries name."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import Any

from segcheck.app.history import chain, parts
from segcheck.app.history.store import Store
from segcheck.model.history import EntryKind, Fault

#: Columns of `runs` that an entry states too.
_STATED = (
    "status",
    "verdict",
    "code",
    "started",
    "finished",
    "day",
    "version",
    "changed",
    "result",
    "reach",
    "inputs",
    "findings",
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found.

    anchored   the number of the entry whose hash is the anchor, None: there is no such entry; 0 where none was given
    """

    entries: int
    head: str
    anchored: int | None
    faults: tuple[Fault, ...]


def verified(store: Store, anchor: str = "") -> Verified:
    """Return whether a history holds together, and whether it still reaches back to an anchor.

    anchor   a hash that a report or mail showed: without one nobody can tell that the newest entries were cut off. Its first
             digits, 12 or more, are enough.
    """
    faults = [*_chain(store)]
    entries = store.links()
    anchored: int | None = 0
    if anchor:
        found = [number for number, _, _, digest, _ in entries if digest.startswith(anchor.lower())]
        anchored = found[0] if found else None
        if anchored is None:
            faults.append(
                Fault(
                    0,
                    (
                        f"控えたハッシュ {anchor} の記録がありません。末尾が切り取られたか、書き換えられています",
                        f"no entry has the hash {anchor}: the end was cut off, or entries were changed",
                    ),
                )
            )
    if not faults:
        faults += _contents(store)
    number, head = store.head()
    del number
    return Verified(len(entries), head, anchored, tuple(faults))


def _chain(store: Store) -> Iterator[Fault]:
    previous = chain.START
    for expected, (number, kind, before, digest, record) in enumerate(store.links(), 1):
        if number != expected:
            yield Fault(number, (f"記録 {expected} がありません", f"entry {expected} is missing"))
            return
        if before != previous:
            yield Fault(
                number,
                (
                    f"記録 {number} は直前の記録につながりません。並べ替えまたは差し替えです",
                    f"entry {number} does not follow the one before: entries were moved or replaced",
                ),
            )
            return
        if chain.link(number, before, record) != digest or json.loads(record).get("kind") != kind:
            yield Fault(number, (f"記録 {number} の内容が書き換えられています", f"entry {number} was edited"))
            return
        previous = digest


def _contents(store: Store) -> Iterator[Fault]:
    """Yield what is not as the entries say; the entries themselves are sound."""
    sound = {}
    for name, packed in store.parts():
        try:
            content = zlib.decompress(packed)
        except (zlib.error, TypeError):
            content = b""
        sound[name] = sha256(content).hexdigest() == name
    pruned: set[int] = set()
    stated: list[tuple[int, dict[str, Any]]] = []
    for number, kind, _, _, record in store.links():
        told = json.loads(record)
        if kind == EntryKind.PRUNE.value:
            pruned |= {*told["runs"]}
        elif kind == EntryKind.RUN.value:
            stated.append((number, told))
    rows = {one.run: one for one in store.runs()}
    for number, told in stated:
        run = told["run"]
        if run not in rows:
            yield _missing(number, f"run {run}")
            continue
        for name in _STATED:
            if store.column(run, name) != told[name]:
                yield Fault(
                    number,
                    (
                        f"実行 {run} の一覧の値 {name} が記録と違います",
                        f"run {run}: {name} in the list of runs is not what its entry says",
                    ),
                )
        if dict(rows[run].counts) != told["counts"] or [list(one) for one in store.notes(run)] != told["notes"]:
            yield Fault(number, (f"実行 {run} の注記・件数が記録と違います", f"run {run}: notes or counts were edited"))
        if bool(rows[run].pruned) != (run in pruned):
            yield Fault(
                number,
                (f"実行 {run} は記録なしに削除されています", f"run {run} is marked as pruned, and no entry says so"),
            )
        if chain.digest([astuple(one) for one in store.finding_set(told["findings"])]) != told["findings"]:
            yield Fault(number, (f"実行 {run} の指摘が書き換えられています", f"run {run}: its findings were edited"))
        if run in pruned:
            continue
        if chain.digest([astuple(one) for one in store.input_set(told["inputs"])]) != told["inputs"]:
            yield Fault(number, (f"実行 {run} の入力が書き換えられています", f"run {run}: its inputs were edited"))
        yield from _documents(store, number, told, sound)
    for run in sorted({*rows} - {told["run"] for _, told in stated}):
        yield Fault(0, (f"実行 {run} を記した記録がありません", f"run {run} stands in the list, and no entry says so"))


def _documents(store: Store, number: int, told: dict[str, Any], sound: dict[str, bool]) -> Iterator[Fault]:
    for key in ("result", "reach"):
        top = told[key]
        wanted = [top] if top else []
        if sound.get(top):
            wanted += parts.named(store.part(top))
            if key == "reach" and all(sound.get(name) for name in wanted):
                wanted += parts.joined(top, store.part)["sets"]
        for name in wanted:
            if name not in sound:
                yield _missing(number, f"{key} {name[:16]}")
            elif not sound[name]:
                yield Fault(
                    number, (f"記録 {number} の文書が書き換えられています", f"entry {number}: its {key} was edited")
                )


def _missing(number: int, what: str) -> Fault:
    return Fault(number, (f"記録 {number} が示す {what} がありません", f"entry {number}: {what} is missing"))
