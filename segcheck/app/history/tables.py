"""The tables of a history and how those of earlier versions become them.

chain      every entry, whole: what `verify` stands on
runs       a line for each run, of what its entry says, so that lists need not open anything
inputs     what was read, as sets that several runs share
findings   what was found, likewise; they stay when documents are dropped
documents  parts of results and of what crosses, by the SHA-256 of their content, packed by zlib
captures   captures that were replayed, by the SHA-256 of their content
notes      remarks on runs
told       what each channel of notifications knows, so that it is not told twice
"""

from __future__ import annotations

#: One script for each version of the store; the next one goes to the end, and none is ever changed.
MIGRATIONS = (
    """
    CREATE TABLE chain (
        number INTEGER PRIMARY KEY, kind TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
        record BLOB NOT NULL);
    CREATE TABLE runs (
        run INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, status TEXT NOT NULL, verdict TEXT NOT NULL,
        code INTEGER NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL, day TEXT NOT NULL, version TEXT NOT NULL,
        changed INTEGER NOT NULL, counts TEXT NOT NULL, result TEXT NOT NULL, reach TEXT NOT NULL, inputs TEXT NOT NULL,
        findings TEXT NOT NULL, pruned TEXT NOT NULL DEFAULT '');
    CREATE TABLE inputs (
        held TEXT NOT NULL, path TEXT NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL,
        meaning TEXT NOT NULL, PRIMARY KEY (held, path, device)) WITHOUT ROWID;
    CREATE TABLE findings (
        held TEXT NOT NULL, fingerprint TEXT NOT NULL, check_id TEXT NOT NULL, severity TEXT NOT NULL,
        verdict TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, waived TEXT NOT NULL,
        PRIMARY KEY (held, fingerprint)) WITHOUT ROWID;
    CREATE TABLE documents (name TEXT PRIMARY KEY, content BLOB NOT NULL);
    CREATE TABLE notes (run INTEGER NOT NULL, ja TEXT NOT NULL, en TEXT NOT NULL);
    """,
    """
    CREATE TABLE captures (sha256 TEXT PRIMARY KEY, path TEXT NOT NULL, identity TEXT NOT NULL, run INTEGER NOT NULL);
    CREATE INDEX captures_by_identity ON captures (identity);
    """,
    """
    CREATE TABLE told (
        channel TEXT NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL, day TEXT NOT NULL, run INTEGER NOT NULL,
        ja TEXT NOT NULL, en TEXT NOT NULL, PRIMARY KEY (channel, event)) WITHOUT ROWID;
    """,
)
VERSION = len(MIGRATIONS)
