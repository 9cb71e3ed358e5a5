"""A stable copy of a site, so that a run judges what was there at one moment; captures stay where they are."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from segcheck.errors import BadInput, UnreadableFile
from segcheck.loaders.files import MAX_BYTES

#: Ends of names of captures, which are opened in place.
_CAPTURES = (".pcap", ".pcapng", ".cap")
_PACKED = (".gz", ".zst")
#: Times that a file is copied anew which changed meanwhile.
_TRIES = 3
_MOST_FILES = 20000


def copy(folder: str, target: Path, *, without: Path) -> None:
    """Copy the files of a site that a judgement may read into an empty folder; what begins with "." is left out.

    without   the file of the history, which is left out with the folder that it lies in

    A link that leads out of the site stays a link, so that it is refused as it is in the site itself.

    Raises:
        UnreadableFile: no such folder, or a file of it cannot be read.
        BadInput: a file does not stop changing, the site has too many files, or the copy has no room.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UnreadableFile(
            f"{folder}: no such folder; nothing was judged. Name the folder that holds topology.yaml",
            f"{folder}: フォルダーがありません。判定は行っていません。topology.yaml のあるフォルダーを指定してください",
        )
    inside = root.resolve()
    kept = without.resolve().parent
    for count, path in enumerate(files(root)):
        if count >= _MOST_FILES:
            raise BadInput(
                f"{folder}: more than {_MOST_FILES} files; nothing was judged. Keep other files outside the site's folder",
                f"{folder}: ファイルが {_MOST_FILES} 個を超えています。判定は行っていません。"
                "関係のないファイルはサイトのフォルダーの外に置いてください",
            )
        there = path.parent.resolve()
        if is_capture(path.name) or path.name == without.name or (kept != inside and there.is_relative_to(kept)):
            continue
        copied = target / path.relative_to(root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            copied.symlink_to(path.resolve())
        else:
            _file(path, copied)


def files(root: Path) -> Iterator[Path]:
    """Yield every file of a site by name; folders and files that begin with "." are left out."""
    for place, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in sorted(names) if not name.startswith("."))


def is_capture(name: str) -> bool:
    """Return whether a file is a capture by its name."""
    lower = name.lower()
    for ending in _PACKED:
        lower = lower.removesuffix(ending)
    return lower.endswith(_CAPTURES)


def identity(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written or replaced: device, inode, size and times."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _file(path: Path, copied: Path) -> None:
    try:
        for _ in range(_TRIES):
            before = identity(path)
            if not stat.S_ISREG(path.stat().st_mode) or before[2] > MAX_BYTES:
                return  # nothing that a site's files could name
            shutil.copyfile(path, copied)
            if identity(path) == before:
                return
    except FileNotFoundError as error:
        if not path.exists():  # taken away meanwhile: then it is missing, and that is told
            return
        raise _unreadable(path, error) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    raise BadInput(
        f"{path}: is being written while it is read; nothing was judged. Run again when it is complete",
        f"{path}: 読み取り中に書き換えられています。判定は行っていません。書き込みが終わってから再度実行してください",
    )


def _unreadable(path: Path, error: OSError) -> UnreadableFile:
    reason = error.strerror or type(error).__name__
    return UnreadableFile(
        f"{path}: cannot be copied ({reason}); nothing was judged",
        f"{path}: 複写できません ({reason})。判定は行っていません",
    )
