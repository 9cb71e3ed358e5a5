"""Captures of a site that no run has replayed yet, by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from segcheck.app import copying
from segcheck.app.history.store import Store
from segcheck.app.validating import Validated
from segcheck.errors import BadInput
from segcheck.model.replayed import Replayed
from segcheck.model.site import Site

if TYPE_CHECKING:
    from segcheck.app.replaying import Judged
    from segcheck.checks import SeenContext


@dataclass(frozen=True, slots=True)
class NewCaptures:
    """What captures show that are new, and what checks were asked of; None where there are none.

    done    (SHA-256, path, identity) of those that were replayed whole
    notes   (Japanese, English) why one was not
    """

    replayed: Replayed | None
    done: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    context: SeenContext | None = None


def new_captures(folder: str, validated: Validated, history: Store, day: date) -> NewCaptures:
    """Return what those captures of a site show that were not replayed before; they are read where they lie.

    One that changes while it is read, or cannot be read, is told, and read again by the next run. Every capture is hashed
    once, some 0.6 s for a GB; after that a file is known by its place, size and times.
    """
    assert validated.site is not None
    root = Path(folder)
    fresh: dict[str, tuple[Path, str, tuple[int, ...]]] = {}
    notes: list[tuple[str, str]] = []
    done: list[tuple[str, str, str]] = []
    for path in _named(root, validated.site):
        inside = path.relative_to(root).as_posix()
        try:
            before = copying.identity(path)
            if history.replayed_as(_identity(inside, before)):
                continue
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            notes.append((f"{inside}: 読み取れません ({reason})", f"{inside}: cannot be read ({reason})"))
            continue
        if history.replayed(digest) or digest in fresh:
            done.append((digest, inside, _identity(inside, before)))
        else:
            fresh[digest] = path, inside, before
    judged = _replay(folder, validated, fresh, day, notes) if fresh else None
    replayed = judged.replayed if judged is not None else None
    gaps: list[tuple[str, str]] = []
    for digest, (path, inside, before) in fresh.items() if replayed is not None else ():
        try:
            same = copying.identity(path) == before
        except OSError:
            same = False
        if same:
            done.append((digest, inside, _identity(inside, before)))
        else:
            gaps.append((f"{inside}: 読み取り中に変わりました", f"{inside}: changed while it was read"))
    if replayed is not None and (gaps or notes):
        replayed = replace(replayed, gaps=(*replayed.gaps, *gaps, *notes))
    return NewCaptures(replayed, tuple(done), (*notes, *gaps), judged.context if judged is not None else None)


def _replay(
    folder: str,
    validated: Validated,
    fresh: dict[str, tuple[Path, str, tuple[int, ...]]],
    day: date,
    notes: list[tuple[str, str]],
) -> Judged | None:
    """Return what captures show together; one that is no capture is left out and told."""
    from segcheck.app import replaying  # brings numpy, of which a run without captures has no need

    while fresh:
        try:
            paths = [str(path) for path, _, _ in fresh.values()]
            return replaying.replay(folder, paths, day=day, validated=validated)
        except BadInput as error:
            wrong = [digest for digest, (path, _, _) in fresh.items() if error.en.startswith(f"{path}:")]
            if not wrong:
                raise
            for digest in wrong:
                path, inside, _ = fresh.pop(digest)
                ja, en = (text.removeprefix(str(path)).splitlines()[0] for text in (error.ja, error.en))
                notes.append((inside + ja, inside + en))
    return None


def _named(root: Path, site: Site) -> list[Path]:
    globs = [one.glob for one in site.captures]
    return [
        path
        for path in (copying.files(root) if globs else ())
        if any(fnmatch(path.relative_to(root).as_posix(), glob) for glob in globs)
    ]


def _identity(inside: str, found: tuple[int, ...]) -> str:
    return f"{inside}:{':'.join(map(str, found))}"
