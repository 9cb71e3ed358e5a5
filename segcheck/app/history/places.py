"""Where the history of a site lies, and the lock that one run at a time holds."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from segcheck.app.history.store import FOLDER, NAME
from segcheck.errors import BadArguments, Locked, UnreadableFile

_LOCK = "lock"
_COPY = ".copy-"


def history_of(folder: str) -> Path:
    """Return the file of a site's history: as site.yaml says, else .segcheck/history.db in the site.

    Raises:
        UnreadableFile: no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UnreadableFile(
            f"{folder}: no such folder; nothing was done. Name the folder that holds topology.yaml",
            f"{folder}: フォルダーがありません。何も行っていません。topology.yaml のあるフォルダーを指定してください",
        )
    try:
        said = yaml.safe_load((root / "site.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):  # it is told when the site is read
        said = None
    named = said.get("history") if isinstance(said, dict) else None
    return root / (named if isinstance(named, str) and named else f"{FOLDER}/{NAME}")


@contextmanager
def held(history: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of a history, waiting at most so many seconds; its folder is made if there is none.

    Raises:
        Locked: another run holds it.
        BadArguments: the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    folder = history.parent
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=seconds)
    except Timeout as error:
        raise Locked(
            f"{folder}: another run holds the lock; nothing was judged. Wait until it ends, or use --lock-timeout",
            f"{folder}: 別の実行が使用中です。判定は行っていません。終わるまで待つか --lock-timeout を使ってください",
        ) from error
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def scratch(history: Path) -> Iterator[Path]:
    """Give an empty folder that nobody else can read, beside the history; what runs that were killed left there is removed.

    Raises:
        BadArguments: it cannot be made.
    """
    for left in history.parent.glob(f"{_COPY}*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        made = Path(tempfile.mkdtemp(prefix=_COPY, dir=history.parent))
    except OSError as error:
        raise unwritable(history.parent, error) from error
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def unwritable(folder: Path, error: OSError) -> BadArguments:
    """Return the error that tells that nothing can be written to a folder."""
    reason = error.strerror or type(error).__name__
    return BadArguments(
        f"{folder}: cannot be written ({reason}); nothing was judged, and nothing that was stored is lost",
        f"{folder}: 書き込めません ({reason})。判定は行っていません。保存済みのものは失われていません",
    )
