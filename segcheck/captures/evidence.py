"""The frames that show a conversation, taken out of the captures a second time and written as a capture of their own.

The evidence file is pcapng (draft-ietf-opsawg-pcapng): one section, one interface for each link type, frames in the order of the
captures with their times in nanoseconds and their original lengths, and in each frame's comment from which file and frame it
is. There are no names, secrets, statistics or interface names in it. Frames are cut behind their headers (`cutting`) unless the
payload is asked for with a reason, which is then written into the file. Same captures, same wish: same bytes.
"""

from __future__ import annotations

import os
import stat
import struct
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from segcheck.captures.containers import walk
from segcheck.captures.cutting import behind_headers
from segcheck.captures.frames import Packet, decode
from segcheck.captures.reading import Progress
from segcheck.captures.source import STDIN, Source, not_a_capture
from segcheck.captures.tables import Table
from segcheck.captures.walking import NotACapture
from segcheck.errors import BadArguments
from segcheck.model.flow import FRAME_BITS, NEVER, CaptureFile
from segcheck.version import __version__

#: Frames of one conversation that are taken from its beginning on.
FIRST = 20
#: Frames between two reports of progress; datagrams in pieces that are followed at once.
_STEP = 16384
_MOST_DATAGRAMS = 1 << 20
_MOST_REASON = 1000
#: Wishes are looked up by what `decode` returns.
_Key = tuple[bytes, int, int, int, int, int]
_NAMED = ("first_frame", "open_frame_ab", "open_frame_ba", "head_frame_ab", "head_frame_ba")

_SHB, _IDB, _EPB = 0x0A0D0D0A, 1, 6
_COMMENT, _APPLICATION, _RESOLUTION, _OFFSET = 1, 4, 9, 14
_NANO = b"\x09"
#: pcapng's times are not negative: seconds that are taken from those of frames before 1970, by if_tsoffset.
_BEFORE_1970 = -(1 << 34)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in an evidence file.

    frames, conversations   how many; a conversation of which no frame was found again does not count
    missing                 captures that cannot be read again: what was wanted of them is not there
    """

    frames: int
    conversations: int
    missing: tuple[str, ...] = ()


def write(
    target: str,
    files: Sequence[CaptureFile],
    wanted: Mapping[str, Table],
    *,
    first: int = FIRST,
    with_payload: bool = False,
    reason: str = "",
    progress: Progress | None = None,
) -> Written:
    """Write the first frames of conversations to a pcapng file, whole or not at all, readable by its owner alone.

    Frames that a row names (its first one, openings, heads) are taken also behind the first ones. Later fragments are taken
    where their first one comes before them. Memory: the wishes, and datagrams in pieces (at most 2^20 of a file).

    Args:
        target: the file to write; one that is there is replaced, unless it is one of the captures.
        files: the captures as `reading.read` returned them, all of them and in that order.
        wanted: rows of conversations by capture point, as `reading.read` returned them.
        first: frames of each conversation, from its beginning.
        with_payload: whether to keep the payload; needs a reason.
        reason: why the payload is kept; stands in the file.
        progress: told now and then how far reading is.

    Raises:
        BadArguments: payload without a reason, or a target that cannot be written or is a capture that was read.
        UnreadableFile: a capture is no longer there.
    """
    _check(target, files, with_payload, reason)
    path = Path(target)
    try:
        handle, part = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)  # mode 0600
    except OSError as error:
        raise _cannot_be_written(target, error) from error
    try:
        with os.fdopen(handle, "wb") as out:
            evidence = _Evidence(out, reason if with_payload else None)
            missing = _collect(evidence, files, wanted, first, progress)
        Path(part).replace(path)
    except OSError as error:
        raise _cannot_be_written(target, error) from error
    finally:
        with suppress(OSError):  # written, it has its own name by now
            Path(part).unlink()
    return Written(evidence.frames, len(evidence.shown), missing)


class _Wishes:
    """Which frames of one capture point are wanted, for as long as any may still come."""

    def __init__(self, table: Table, first: int) -> None:
        self.left: list[int] = []
        self.rows: dict[_Key, int] = {}
        self.named: set[int] = set()
        packets = table["packets_ab"].astype(int) + table["packets_ba"]
        for row, ((key, back), count) in enumerate(zip(_keys(table), packets.tolist(), strict=True)):
            self.rows[key] = self.rows[back] = row
            self.left.append(min(first, count))
        for name in _NAMED:
            self.named.update(number for number in table[name].tolist() if number != NEVER)
        self._last = max(self.named, default=0)
        self._open = sum(count > 0 for count in self.left)

    def over(self, number: int) -> bool:
        """Return whether nothing is wanted from this frame on."""
        return not self._open and number > self._last

    def takes(self, row: int, number: int) -> bool:
        """Return whether this frame of a conversation is wanted."""
        if self.left[row] > 0:
            self.left[row] -= 1
            self._open -= self.left[row] == 0
            return True
        return number in self.named


def _keys(table: Table) -> Iterator[tuple[_Key, _Key]]:
    """Yield for each row what frames of its two directions are known by."""
    names = ("a_hi", "a_lo", "b_hi", "b_lo", "pa", "pb", "proto", "family", "vlan", "vlan_inner")
    for a_hi, a_lo, b_hi, b_lo, pa, pb, proto, family, outer, inner in zip(
        *(table[name].tolist() for name in names), strict=True
    ):
        size = 4 if family == 4 else 16
        a, b = (((high << 64) | low).to_bytes(16, "big")[-size:] for high, low in ((a_hi, a_lo), (b_hi, b_lo)))
        yield (a + b, pa, pb, proto, outer, inner), (b + a, pb, pa, proto, outer, inner)


def _collect(
    evidence: _Evidence,
    files: Sequence[CaptureFile],
    wanted: Mapping[str, Table],
    first: int,
    progress: Progress | None,
) -> tuple[str, ...]:
    """Write the wanted frames of every capture; return those that cannot be read again."""
    wishes = {tap: _Wishes(table, first) for tap, table in wanted.items() if len(table)}
    total = sum(file.size for file in files)
    done = frames = 0
    missing = []
    for place, file in enumerate(files):
        asked = wishes.get(file.tap)
        if asked is None or asked.over(place << FRAME_BITS):
            done += file.size
        elif file.path == STDIN:
            missing.append(file.path)
        else:
            with Source(file.path) as source:
                for count, frame, packet, row in _matching(source, place, asked):
                    if packet is None:
                        if progress is not None:
                            progress(done + source.done, total, frames + count)
                    elif asked.takes(row, place << FRAME_BITS | count):
                        evidence.add(frame, packet, f"{Path(file.path).name} #{count}", (file.tap, row))
            done += file.size
            frames += file.frames.read
    return tuple(missing)


#: As `containers` yields it: bytes, start, end, original length, time, link type.
_Frame = tuple[bytes, int, int, int, int, int]


def _matching(source: Source, place: int, asked: _Wishes) -> Iterator[tuple[int, _Frame, Packet | None, int]]:
    """Yield (number in its file, frame, packet, row) of wanted conversations; without packet now and then, for progress."""
    rows = asked.rows
    firsts: dict[tuple[object, ...], int] = {}
    try:
        file = walk(source.read, source.damages)
    except NotACapture as error:  # it was one when it was read first
        raise not_a_capture(source, error.kind) from None
    for number, frame in enumerate(file.frames(), 1):
        if number % _STEP == 0:
            yield number, frame, None, -1
            if asked.over(place << FRAME_BITS | number):
                return
        data, start, end, original, _, link = frame
        packet = decode(data, start, end, original, link)
        if isinstance(packet, int):
            continue
        _, addresses, sport, dport, proto, outer, inner, _, _, _, _, role, fragment = packet
        row = rows.get((addresses, sport, dport, proto, outer, inner), -1)
        if role:
            datagram = addresses, fragment, outer, inner
            if role == 1:
                if datagram in firsts or len(firsts) < _MOST_DATAGRAMS:
                    firsts[datagram] = row
            else:
                row = firsts.get(datagram, row)
        if row >= 0:
            yield number, frame, packet, row


class _Evidence:
    """The file being written."""

    def __init__(self, out: IO[bytes], reason: str | None) -> None:
        self._out = out
        self._whole = reason is not None
        self._interfaces: dict[tuple[int, int], int] = {}
        self.frames = 0
        self.shown: set[tuple[str, int]] = set()
        said = (
            "headers only, cut behind layer 4 / 見出しのみ (第 4 層より後ろは削除)"
            if reason is None
            else f"with payload; reason / ペイロードあり。理由: {reason}"
        )
        options = _option(_COMMENT, _text(said)) + _option(_APPLICATION, _text(f"segcheck {__version__}"))
        self._block(_SHB, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + options + bytes(4))

    def add(self, frame: _Frame, packet: Packet, origin: str, conversation: tuple[str, int]) -> None:
        """Write one frame."""
        data, start, end, original, time, link = frame
        if not self._whole:
            end = behind_headers(data, start, end, original, link, packet)
        offset = 0 if time >= 0 else _BEFORE_1970
        time -= offset * 1_000_000_000
        kept = data[start:end]
        head = struct.pack("<IIIII", self._interface(link, offset), time >> 32, time & 0xFFFF_FFFF, len(kept), original)
        self._block(_EPB, head + _padded(kept) + _option(_COMMENT, _text(origin)) + bytes(4))
        self.frames += 1
        self.shown.add(conversation)

    def _interface(self, link: int, offset: int) -> int:
        number = self._interfaces.get((link, offset))
        if number is None:
            number = self._interfaces[link, offset] = len(self._interfaces)
            options = _option(_RESOLUTION, _NANO)
            if offset:
                options += _option(_OFFSET, struct.pack("<q", offset))
            self._block(_IDB, struct.pack("<HHI", link, 0, 0) + options + bytes(4))
        return number

    def _block(self, kind: int, body: bytes) -> None:
        size = struct.pack("<I", len(body) + 12)
        self._out.write(struct.pack("<I", kind) + size + body + size)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _text(text: str) -> bytes:
    """Return what may stand in a comment: one line, nothing that a terminal would act on."""
    return "".join(c if c.isprintable() else "?" for c in text).encode()


def _check(target: str, files: Sequence[CaptureFile], with_payload: bool, reason: str) -> None:
    if with_payload and not reason.strip():
        raise BadArguments(
            "evidence with payload needs a reason, which is written into it; nothing was written. Say why it is needed",
            "ペイロードを含む証跡には理由が必要です (証跡に書き込まれます)。何も書いていません。必要な理由を指定してください",
        )
    if len(reason) > _MOST_REASON:
        raise BadArguments(
            f"the reason is longer than {_MOST_REASON} characters; nothing was written. Shorten it",
            f"理由が {_MOST_REASON} 文字を超えています。何も書いていません。短くしてください",
        )
    try:
        there = Path(target).stat()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise _cannot_be_written(target, error) from error
    if not stat.S_ISREG(there.st_mode):
        raise BadArguments(
            f"{target}: a folder, pipe or device; no evidence was written. Name a file",
            f"{target}: 通常のファイルではありません。証跡は書いていません。ファイル名を指定してください",
        )
    for file in files:
        with suppress(OSError, ValueError):
            if os.path.samestat(there, Path(file.path).stat()):
                raise BadArguments(
                    f"{target}: this is a capture that was read; it is left as it is. Name another file for the evidence",
                    f"{target}: 読み込んだキャプチャーです。書き換えていません。証跡には別のファイル名を指定してください",
                )


def _cannot_be_written(target: str, error: Exception) -> BadArguments:
    reason = getattr(error, "strerror", None) or type(error).__name__
    shown = target.replace("\0", "\\0")
    return BadArguments(
        f"{shown}: cannot be written ({reason}); there is no evidence file. Name a file in a folder that you may write to",
        f"{shown}: 書き込めません ({reason})。証跡は作成していません。書き込める場所を指定してください",
    )
