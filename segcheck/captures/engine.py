"""The seam between reading files and understanding them: what an engine is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from segcheck.captures.damage import Damages
from segcheck.captures.tables import Table
from segcheck.model.flow import Frames
from segcheck.model.neighbour import Neighbours


@dataclass(frozen=True, slots=True)
class Taken:
    """What an engine found of one file, beside its conversations; names as in `model.flow.CaptureFile`."""

    format: str
    frames: Frames
    first: int | None
    last: int | None
    links: tuple[int, ...]
    snap: int | None
    dropped: int | None


class Engine(Protocol):
    """Conversations of one capture point, gathered from any number of files.

    Engines agree on every byte string: `containers` (files to frames), `frames` (frames to fields) and `conversations`
    (fragments, heads) state the rules, `model.flow` what the result means.
    """

    def take(
        self, read: Callable[[int], bytes], damages: Damages, place: int, tell: Callable[[int], None] | None = None
    ) -> Taken:
        """Read one unpacked file to its end. `read(n)` gives up to n bytes, none at the end.

        Args:
            read: gives the unpacked bytes.
            damages: where damage is told.
            place: the file's position in the order given; part of every frame number.
            tell: is given the number of frames of this file so far, now and then.

        Raises:
            NotACapture: it is neither pcap nor pcapng.
        """
        ...

    def conversations(self) -> Table:
        """Return all conversations, sorted by `KEY`, one row for each. Nothing can be taken after that."""
        ...

    def neighbours(self) -> Neighbours:
        """Return what hosts said to their neighbours (`neighbours` states the rules), in a fixed order."""
        ...
