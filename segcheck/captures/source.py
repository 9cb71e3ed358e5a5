"""Where captures come from: files, folders and standard input, packed or not, as a stream of unpacked bytes.

Files are opened in place, never copied, never mapped. Packing is told by the first bytes, not by the name.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from segcheck.captures.containers import MAGICS
from segcheck.captures.damage import Damage, Damages
from segcheck.captures.unpacking import GZIP, ZSTD, Gunzip, Read, Unzstd
from segcheck.errors import BadInput, UnreadableFile

STDIN = "-"
#: Unpacked bytes of one file after which reading stops, told as damage.
MOST_UNPACKED = 64 << 30
_CHUNK = 1 << 20
_PEEK = 1 << 12
_SKIPPABLE = b"\x2a\x4d\x18"  # behind 50 to 5F: a skippable zstandard frame (RFC 8878 §3.1.2)


class Source:
    """The unpacked bytes of one capture; a context manager that closes the file.

    path      as given, "-" is standard input
    packing   "" | "gzip" | "zstd"
    size      bytes of the file, 0 where that is not known
    done      bytes of the file read so far
    damages   what was wrong with it

    Raises:
        UnreadableFile: missing, forbidden, or no ordinary file.
    """

    def __init__(self, path: str, *, hashed: bool = False, most: int = MOST_UNPACKED) -> None:
        self.path = path
        self.damages = Damages()
        self.done = 0
        self._given = 0
        self._most = most
        self._hash = hashlib.sha256() if hashed else None
        self._file, self.size = _standard_input() if path == STDIN else _opened(path)
        self._ahead = self._take(_PEEK)
        self.packing = _packing(self._ahead)
        self._unpacked: Read = self._raw
        if self.packing == "gzip":
            self._unpacked = Gunzip(self._raw, self.damages).read
        elif self.packing == "zstd":
            self._unpacked = Unzstd(self._raw, self.damages).read

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.path != STDIN:
            self._file.close()

    def read(self, size: int) -> bytes:
        """Return up to `size` unpacked bytes, none at the end, at the bound, or where the file cannot be read on."""
        if self._given >= self._most:
            if self._unpacked(1):
                self.damages.tell(Damage.LIMIT, self._given)
            return b""
        data = self._unpacked(min(size, self._most - self._given))
        self._given += len(data)
        return data

    def sha256(self) -> str:
        """Return the hash of the whole file as it lies there, reading what is left of it; "" if it was not asked for."""
        if self._hash is None:
            return ""
        while self._take(_CHUNK):
            pass
        return self._hash.hexdigest()

    def _raw(self, size: int) -> bytes:
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        return self._take(size)

    def _take(self, size: int) -> bytes:
        """Read bytes of the file itself."""
        try:
            data = self._file.read(size)
        except OSError as error:
            if not self.done:
                raise unreadable(self.path, error) from error
            self.damages.tell(Damage.UNREADABLE, self._given)
            return b""
        self.done += len(data)
        if self._hash is not None:
            self._hash.update(data)
        return data


def listed(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the captures that paths mean, and the files of folders that are none.

    A folder means every capture in it and below, by name; links to folders are not followed. A path that is named itself
    is a capture, whatever it is.

    Raises:
        BadInput: a folder without captures.
        UnreadableFile: a folder that cannot be read.
    """
    captures: list[str] = []
    others: list[str] = []
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            captures.append(path)
            continue
        inside = _below(path)
        found = [one for one in inside if _is_capture(one)]
        if not found:
            raise BadInput(
                f"{path}: no capture in this folder; nothing was read. "
                "segcheck reads pcap and pcapng, also packed by gzip or zstd",
                f"{path}: このフォルダーにキャプチャーがありません。何も読んでいません。"
                "読めるのは pcap と pcapng (gzip、zstd 圧縮も可) です",
            )
        captures += found
        chosen = set(found)
        others += [one for one in inside if one not in chosen]
    return captures, others


def not_a_capture(source: Source, kind: str) -> BadInput:
    """Return the error for a file that holds no frames to begin with; `kind` as in `containers.NotACapture`."""
    path = source.path
    if kind == "empty":
        return BadInput(
            f"{path}: the file is empty; nothing was judged. Capture again",
            f"{path}: ファイルが空です。判定は行っていません。もう一度取得してください",
        )
    if kind == "cut":
        return BadInput(
            f"{path}: the capture ends within its file header and holds no frame; nothing was judged. Copy it again",
            f"{path}: ファイルヘッダーの途中で終わっており、フレームがありません。判定は行っていません。もう一度複写してください",
        )
    inside = (f" ({source.packing})", f" ({source.packing} 圧縮)") if source.packing else ("", "")
    return BadInput(
        f"{path}{inside[0]}: neither pcap nor pcapng; nothing was judged. "
        "Name the capture itself; other kinds can be turned into pcapng by Wireshark's editcap",
        f"{path}{inside[1]}: pcap でも pcapng でもありません。判定は行っていません。"
        "キャプチャーそのものを指定してください。ほかの形式は Wireshark の editcap で pcapng に変換できます",
    )


def unreadable(path: str, error: Exception) -> UnreadableFile:
    """Return the error for a file that cannot be opened or read."""
    shown = path.replace("\0", "\\0")
    reason = getattr(error, "strerror", None) or type(error).__name__
    return UnreadableFile(
        f"{shown}: cannot be read ({reason}); nothing was judged. Check the name and your permission to read it",
        f"{shown}: 読み取れません ({reason})。判定は行っていません。名前と読み取り権限を確かめてください",
    )


def _packing(head: bytes) -> str:
    if head.startswith(GZIP):
        return "gzip"
    skippable = head[1:4] == _SKIPPABLE and 0x50 <= head[0] <= 0x5F
    return "zstd" if head.startswith(ZSTD) or skippable else ""


def _standard_input() -> tuple[IO[bytes], int]:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise unreadable(STDIN, ValueError())
    return stream, 0


def _opened(path: str) -> tuple[IO[bytes], int]:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever; the kind is asked of what was really opened
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb", buffering=0)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise unreadable(path, error) from error
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise UnreadableFile(
            f"{path}: a pipe, socket, device or folder, no ordinary file; nothing was judged. "
            "Give it on standard input: segcheck flows - < FILE",
            f"{path}: 通常のファイルではありません (パイプ、デバイスなど)。判定は行っていません。"
            "標準入力から渡してください: segcheck flows - < FILE",
        )
    return file, found.st_size


def _below(path: str) -> list[str]:
    """Return the ordinary files in a folder and below, sorted; names that begin with "." are left out."""

    def refuse(error: OSError) -> None:
        raise unreadable(error.filename or path, error) from error

    found = []
    for folder, folders, names in os.walk(path, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [str(Path(folder) / name) for name in names if not name.startswith(".")]
    return sorted(one for one in found if Path(one).is_file())


def _is_capture(path: str) -> bool:
    with Source(path) as source:
        return source.read(4) in MAGICS
