"""What every walk over a capture file has in common (`containers` states the rules)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from segcheck.captures.damage import Damage, Damages

WINDOW = 1 << 20
#: Nanoseconds.
SECOND = 1_000_000_000

#: (bytes that hold the frame, start, end of what was captured, original length, ns since 1970, link type)
Frame = tuple[bytes, int, int, int, int, int]


class NotACapture(Exception):
    """The bytes are neither pcap nor pcapng; `kind` is "empty", "cut" or "other"."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Buffer:
    """The bytes of an unpacked file from `base` on, as many as are needed at once."""

    __slots__ = ("_read", "base", "data", "ended")

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.data = b""
        self.base = 0
        self.ended = False

    def fill(self, start: int, need: int) -> int:
        """Drop what lies before `start`, read on until `need` bytes are there or the file ends; return how many are there."""
        parts = [self.data[start:]]
        have = len(parts[0])
        self.base += start
        while have < need and not self.ended:
            window = self._read(WINDOW)
            self.ended = not window
            parts.append(window)
            have += len(window)
        self.data = b"".join(parts)
        return have


class Walk:
    """The frames of one file, and what is known of it when they are through."""

    format = ""

    def __init__(self, buffer: Buffer, damages: Damages) -> None:
        self.buffer = buffer
        self.damages = damages
        self.skipped = 0
        self.links: set[int] = set()
        self.snap: int | None = None
        self.dropped: int | None = None
        #: A faster engine's way over ordinary records: given a position in the buffer, it returns where it stopped.
        self.run: Callable[[int], int] | None = None

    def frames(self) -> Iterator[Frame]:
        """Yield each frame in the order of the file; never raises for what stands in it."""
        raise NotImplementedError

    def _way_back(self, pos: int) -> int | None:
        raise NotImplementedError

    def _recover(self, pos: int, kind: Damage) -> int | None:
        """Return where reading goes on after damage at `pos` of the buffer; None: nowhere, the rest is skipped."""
        start = self.buffer.base + pos
        found = self._way_back(pos)
        stop = len(self.buffer.data) if found is None else found
        self.damages.tell(kind, start)
        self.skipped += self.buffer.base + stop - start
        return found

    def _cut(self, pos: int) -> None:
        """Note that the file ends within a record that starts at `pos`."""
        self.damages.tell(Damage.CUT, self.buffer.base + pos)
