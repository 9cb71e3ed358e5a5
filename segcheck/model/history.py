"""What is kept of the runs over a site: entries of a chain, and what was read and found on each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class EntryKind(Enum):
    """What an entry of the chain records."""

    RUN = "run"
    PRUNE = "prune"  # documents of old runs were dropped; their hashes stay
    NOTE = "note"  # something that came after a run was stored


class Status(Enum):
    """How a run ended."""

    JUDGED = "judged"
    ERROR = "error"


class State(Enum):
    """How a finding stands to the runs before."""

    NEW = "new"
    ONGOING = "ongoing"
    RECURRING = "recurring"  # was there once, and absent from the run before
    UNTOLD = "untold"  # not found, but nobody could tell whether it is still there


class Meaning(Enum):
    """Whether two versions of a file mean the same; UNKNOWN where lines were not understood, or segcheck is another."""

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the chain.

    record     what it says, as JSON; of a run: its times, verdict, exit code and the hashes of all that is stored of it
    hash       of this entry, which covers `previous`
    """

    number: int
    kind: EntryKind
    previous: str
    hash: str
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class InputRow:
    """A file that a run read, for one device ("" = the site's own); meaning "" where it cannot be told."""

    path: str
    device: str
    kind: str
    sha256: str
    meaning: str


@dataclass(frozen=True, slots=True, order=True)
class FindingRow:
    """A finding of a run, by what names it over time; `source` are the letters of what it stands on (R, C, A)."""

    fingerprint: str
    check: str
    severity: str
    verdict: str
    source: str
    state: str
    waived: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run as lists show it; times are ISO 8601 in UTC, `pruned` that of dropping its documents, "" if they are there."""

    run: int
    status: str
    verdict: str
    code: int
    started: str
    finished: str
    day: str
    version: str
    changed: bool
    counts: Mapping[str, int]
    hash: str
    pruned: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not fit in a stored history, in (Japanese, English); `number` is that of the entry, 0 = of none."""

    number: int
    said: tuple[str, str]
