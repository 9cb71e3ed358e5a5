"""A stable copy of a site, so that a run judges what was there at one moment; captures stay where they are."""

from __future__ import annotations

import errno
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
#: Ends of names of the site's own files.
_OWN = (".yaml", ".yml", ".xlsx")
#: What keeps the copy from being written, whatever the file is.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def copy(folder: str, target: Path, *, without: Path) -> tuple[tuple[str, str], ...]:
    """Copy the files of a site that a judgement may read into an empty folder; what begins with "." is left out.

    without   the file of the history, which is left out with the folder that it lies in

    Returns what could not be copied, and why (Japanese, English): it is empty in the copy, so that its device counts as one
    whose export cannot be read, and the others are judged. A link that leads out of the site stays a link, so that it is
    refused as it is in the site itself.

    Raises:
        UnreadableFile: no such folder, or one of the site's own files cannot be read.
        BadInput: one of them does not stop changing, the site has too many files, or the copy has no room.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UnreadableFile(
            f"{folder}: no such folder; nothing was judged. Name the folder that holds topology.yaml",
            f"{folder}: フォルダーがありません。判定は行っていません。topology.yaml のあるフォルダーを指定してください",
        )
    inside = root.resolve()
    kept = without.resolve().parent
    left: list[tuple[str, str]] = []
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
            continue
        try:
            _file(path, copied)
        except UnreadableFile as error:
            if path.parent == root and path.suffix in _OWN:
                raise
            copied.write_bytes(b"")
            left.append((error.ja, error.en))
    return tuple(left)


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
                break  # nothing that could be read
            with path.open("rb") as source, copied.open("wb") as target:
                shutil.copyfileobj(source, target)
            if identity(path) == before:
                return
        else:
            raise UnreadableFile(
                f"{path}: is being written while it is read; it was not judged",
                f"{path}: 読み取り中に書き換えられています。判定していません",
            )
    except FileNotFoundError:
        if path.is_symlink() or path.exists():
            raise UnreadableFile(f"{path}: leads nowhere", f"{path}: リンク先がありません") from None
        copied.unlink(missing_ok=True)  # taken away meanwhile: then it is missing, and that is told
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        kind = BadInput if error.errno in _FULL else UnreadableFile
        raise kind(f"{path}: cannot be copied ({reason})", f"{path}: 複写できません ({reason})") from error
    raise UnreadableFile(
        f"{path}: no ordinary file, or larger than {MAX_BYTES >> 20} MiB",
        f"{path}: 通常のファイルではないか、{MAX_BYTES >> 20} MiB を超えています",
    )
