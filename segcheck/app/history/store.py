"""The file that holds a site's history (SQLite): opened, read, and written an entry at a time, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from segcheck.app.history import chain, parts
from segcheck.app.history.refusing import damaged, refuse
from segcheck.app.history.tables import MIGRATIONS, VERSION
from segcheck.errors import BadArguments, BadInput
from segcheck.model.history import Entry, EntryKind, FindingRow, InputRow, RunRow, Status

NAME = "history.db"
FOLDER = ".segcheck"
#: Seconds that a reader waits for a writer to finish.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run to be stored.

    result, reach   documents, None where there is none
    sets            further parts of `reach`, by name
    captures        (SHA-256, path, identity) of those that were replayed
    """

    status: Status
    verdict: str
    code: int
    started: str
    finished: str
    day: str
    version: str
    changed: bool
    counts: Mapping[str, int]
    result: Mapping[str, Any] | None = None
    reach: Mapping[str, Any] | None = None
    sets: Mapping[str, bytes] = field(default_factory=dict)
    inputs: Sequence[InputRow] = ()
    findings: Sequence[FindingRow] = ()
    captures: Sequence[tuple[str, str, str]] = ()
    notes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run with its place in the chain, worked out and not yet stored."""

    run: int
    number: int
    previous: str
    hash: str
    record: Mapping[str, Any]
    content: Mapping[str, bytes]
    told: Run


class Store:
    """An open history; close it, or use it in a `with`.

    Raises, all methods:
        BadInput: the file is damaged, or cannot be read.
        BadArguments: it cannot be written; nothing of what was to be written is in it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    # ---- reading

    def entries(self) -> Iterator[Entry]:
        """Yield the entries in the order of their numbers, as they are stored."""
        rows = self._rows("SELECT number, kind, previous, hash, record FROM chain ORDER BY number")
        for number, kind, previous, digest, record in rows:
            yield Entry(
                number=number, kind=EntryKind(kind), previous=previous, hash=digest, record=json.loads(bytes(record))
            )

    def links(self) -> list[tuple[int, str, str, str, bytes]]:
        """Return number, kind, previous, hash and record of every entry as they are stored, by number."""
        rows = self._rows("SELECT number, kind, previous, hash, record FROM chain ORDER BY number")
        return [(*rest, record.encode() if isinstance(record, str) else bytes(record)) for *rest, record in rows]

    def head(self) -> tuple[int, str]:
        """Return the number and the hash of the last entry; (0, 64 zeros) before the first."""
        rows = self._rows("SELECT number, hash FROM chain ORDER BY number DESC LIMIT 1")
        return rows[0] if rows else (0, chain.START)

    def runs(self) -> list[RunRow]:
        """Return every run, the first one first; a few microseconds for each."""
        rows = self._rows(
            "SELECT r.run, r.status, r.verdict, r.code, r.started, r.finished, r.day, r.version, r.changed, r.counts, "
            "c.hash, r.pruned FROM runs r LEFT JOIN chain c ON c.number = r.number ORDER BY r.run"
        )
        return [
            RunRow(
                run=run,
                status=status,
                verdict=verdict,
                code=code,
                started=started,
                finished=finished,
                day=day,
                version=version,
                changed=bool(changed),
                counts=json.loads(counts),
                hash=digest or "",
                pruned=pruned,
            )
            for run, status, verdict, code, started, finished, day, version, changed, counts, digest, pruned in rows
        ]

    def last(self, status: Status = Status.JUDGED) -> int | None:
        """Return the number of the last run that ended so, None if there is none."""
        rows = self._rows("SELECT max(run) FROM runs WHERE status = ?", (status.value,))
        return rows[0][0] if rows else None

    def column(self, run: int, name: str) -> Any:
        """Return a value of a run's row.

        Raises:
            BadArguments: there is no such run.
        """
        rows = self._rows(f"SELECT {name} FROM runs WHERE run = ?", (run,))  # noqa: S608 -- names are ours
        if not rows:
            last = self._rows("SELECT max(run) FROM runs")[0][0] or 0
            raise BadArguments(
                f"run {run}: the history has no such run (the last one is {last}); nothing was done",
                f"実行 {run}: 履歴にその実行はありません (最後は {last})。何も行っていません",
            )
        return rows[0][0]

    def result(self, run: int) -> dict[str, Any] | None:
        """Return the result of a run with its place in the chain, None where it has none or it was pruned."""
        name = self.column(run, "result")
        if not name or self.column(run, "pruned"):
            return None
        document = parts.joined(name, self.part)
        asked = "SELECT previous, hash FROM chain WHERE number = (SELECT number FROM runs WHERE run = ?)"
        previous, digest = self._rows(asked, (run,))[0]
        return {**document, "chain": {"run": run, "hash": digest, "previous": previous}}

    def reach(self, run: int) -> dict[str, Any] | None:
        """Return what crosses by the judgement of a run, likewise; its sets are parts."""
        name = self.column(run, "reach")
        return parts.joined(name, self.part) if name and not self.column(run, "pruned") else None

    def part(self, name: str) -> bytes:
        """Return the bytes of a part of a document."""
        rows = self._rows("SELECT content FROM documents WHERE name = ?", (name,))
        if not rows:
            self._damaged(f"part {name[:16]} is missing")
        try:
            return zlib.decompress(rows[0][0])
        except zlib.error as error:
            self._damaged(f"part {name[:16]}: {error}")

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Yield every part by name, packed."""
        with self._guarded(writes=False):
            yield from self._connection.execute("SELECT name, content FROM documents")

    def inputs(self, run: int) -> tuple[InputRow, ...]:
        """Return what a run read; nothing of a run that was pruned."""
        return self.input_set(self.column(run, "inputs"))

    def input_set(self, held: str) -> tuple[InputRow, ...]:
        """Return the inputs of that hash."""
        rows = self._rows("SELECT path, device, kind, sha256, meaning FROM inputs WHERE held = ?", (held,))
        return tuple(sorted(InputRow(*row) for row in rows))

    def findings(self, run: int) -> tuple[FindingRow, ...]:
        """Return what a run found."""
        return self.finding_set(self.column(run, "findings"))

    def finding_set(self, held: str) -> tuple[FindingRow, ...]:
        """Return the findings of that hash."""
        rows = self._rows(
            "SELECT fingerprint, check_id, severity, verdict, source, state, waived FROM findings WHERE held = ?",
            (held,),
        )
        return tuple(sorted(FindingRow(*row) for row in rows))

    def ever(self) -> frozenset[str]:
        """Return the fingerprints of everything that any run has found."""
        return frozenset(row[0] for row in self._rows("SELECT DISTINCT fingerprint FROM findings"))

    def replayed(self, digest: str) -> bool:
        """Return whether a capture of that content was replayed."""
        return bool(self._rows("SELECT 1 FROM captures WHERE sha256 = ?", (digest,)))

    def replayed_as(self, identity: str) -> bool:
        """Return whether the very file was replayed: same place, size, times and inode."""
        return bool(self._rows("SELECT 1 FROM captures WHERE identity = ?", (identity,)))

    def runs_with_captures(self) -> frozenset[int]:
        """Return the runs that replayed captures."""
        return frozenset(row[0] for row in self._rows("SELECT DISTINCT run FROM captures"))

    def notes(self, run: int) -> tuple[tuple[str, str], ...]:
        """Return the remarks on a run, (Japanese, English)."""
        return tuple(self._rows("SELECT ja, en FROM notes WHERE run = ? ORDER BY rowid", (run,)))

    def told(self, channel: str) -> list[tuple[str, str, str, int, str, str]]:
        """Return what a channel of notifications knows: event, state, day, run, and the line in Japanese and English."""
        asked = "SELECT event, state, day, run, ja, en FROM told WHERE channel = ? ORDER BY event"
        return self._rows(asked, (channel,))

    # ---- writing

    def prepared(self, told: Run) -> Prepared:
        """Return a run with its entry, as `add` will store it if nothing is stored in between."""
        number, previous = self.head()
        run = (self._rows("SELECT max(run) FROM runs")[0][0] or 0) + 1
        content: dict[str, bytes] = dict(told.sets)
        names = {}
        for key, document in (("result", told.result), ("reach", told.reach)):
            names[key], found = parts.cut(document) if document is not None else ("", {})
            content |= found
        record = {
            "kind": EntryKind.RUN.value,
            "run": run,
            "status": told.status.value,
            "verdict": told.verdict,
            "code": told.code,
            "started": told.started,
            "finished": told.finished,
            "day": told.day,
            "version": told.version,
            "changed": int(told.changed),
            "counts": dict(told.counts),
            **names,
            "inputs": chain.digest([astuple(one) for one in sorted(told.inputs)]),
            "findings": chain.digest([astuple(one) for one in sorted(told.findings)]),
            "notes": [list(one) for one in told.notes],
        }
        digest = chain.link(number + 1, previous, chain.canonical(record))
        return Prepared(run, number + 1, previous, digest, record, content, told)

    def add(self, one: Prepared) -> None:
        """Store a run that was prepared."""
        record, told = one.record, one.told
        with self.writing() as connection:
            self._link(connection, one.number, EntryKind.RUN, one.previous, one.hash, record)
            connection.execute(
                "INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'')",
                (
                    one.run, one.number, *(record[name] for name in ("status", "verdict", "code", "started", "finished")),
                    *(record[name] for name in ("day", "version", "changed")), _text(record["counts"]),
                    *(record[name] for name in ("result", "reach", "inputs", "findings")),
                ),
            )  # fmt: skip
            connection.executemany(
                "INSERT OR IGNORE INTO inputs VALUES (?,?,?,?,?,?)",
                ((record["inputs"], i.path, i.device, i.kind, i.sha256, i.meaning) for i in told.inputs),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO findings VALUES (?,?,?,?,?,?,?,?)",
                ((record["findings"], *astuple(finding)) for finding in told.findings),
            )
            known = {row[0] for row in connection.execute("SELECT name FROM documents")}
            connection.executemany(
                "INSERT INTO documents VALUES (?,?)",
                ((name, zlib.compress(held, 9)) for name, held in one.content.items() if name not in known),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO captures VALUES (?,?,?,?)", ((*row, one.run) for row in told.captures)
            )
            connection.executemany("INSERT INTO notes VALUES (?,?,?)", ((one.run, ja, en) for ja, en in told.notes))

    def append(
        self, kind: EntryKind, record: Mapping[str, Any], statements: Iterable[tuple[str, tuple[Any, ...]]]
    ) -> Entry:
        """Store an entry that is no run, together with what it stands for; return it."""
        record = {"kind": kind.value, **record}
        with self.writing() as connection:
            number, previous = self.head()
            digest = chain.link(number + 1, previous, chain.canonical(record))
            self._link(connection, number + 1, kind, previous, digest, record)
            for statement, values in statements:
                connection.execute(statement, values)
        return Entry(number=number + 1, kind=kind, previous=previous, hash=digest, record=record)

    def shrink(self) -> None:
        """Give space that is no longer used back to the disk."""
        with self._guarded(writes=True):
            self._connection.execute("VACUUM")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for writing; all of it is stored at the end, or nothing."""
        with self._guarded(writes=True):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _link(
        self,
        connection: sqlite3.Connection,
        number: int,
        kind: EntryKind,
        previous: str,
        digest: str,
        record: Mapping[str, Any],
    ) -> None:
        connection.execute(
            "INSERT INTO chain VALUES (?,?,?,?,?)", (number, kind.value, previous, digest, chain.canonical(record))
        )

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._guarded(writes=False):
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _guarded(self, *, writes: bool) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            refuse(self.path, error, writes=writes)

    def _damaged(self, what: str) -> NoReturn:
        raise damaged(self.path, what)


def opened(path: Path, *, create: bool = False) -> Store:
    """Return the history in a file, brought to this version where it is of an earlier one.

    create   an empty one is made where there is none

    Raises:
        BadInput: there is none, it is damaged, or newer than this segcheck; it is left as it is.
        BadArguments: it cannot be made.
    """
    if not path.is_file() and not create:
        raise BadInput(
            f"{path}: there is no history; nothing was done. `segcheck run` begins one",
            f"{path}: 履歴がありません。何も行っていません。segcheck run が履歴を作成します",
        )
    connection: sqlite3.Connection | None = None
    try:
        if create and not path.exists():
            path.touch(mode=0o640)  # it tells how the network can be crossed
    except OSError as error:
        raise BadArguments(
            f"{path}: cannot be made ({error.strerror}); nothing was judged",
            f"{path}: 作成できません ({error.strerror})。判定は行っていません",
        ) from error
    try:
        uri = f"{path.resolve().as_uri()}?mode={'rwc' if create else 'rw'}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_PATIENCE)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            connection.close()
            raise BadInput(
                f"{path}: written by a newer segcheck (form {version}, this one knows {VERSION}); it was left as it is and "
                "nothing was done. Use that version of segcheck",
                f"{path}: 新しい版の segcheck が書いた履歴です (形式 {version}、この版は {VERSION} まで)。変更していません。"
                "何も行っていません。その版の segcheck を使ってください",
            )
        if version < VERSION:
            _migrate(connection, version, path, create=create)
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        refuse(path, error, writes=create)
    return Store(path, connection)


def _migrate(connection: sqlite3.Connection, version: int, path: Path, *, create: bool) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == 0 and (tables or not create):
        raise damaged(path, "no history of segcheck")
    script = "".join(MIGRATIONS[version:])
    connection.executescript(f"BEGIN IMMEDIATE;{script}PRAGMA user_version={VERSION};COMMIT;")


def _text(value: Any) -> str:
    return chain.canonical(value).decode()
