"""Captures to conversations: the one entry to this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

from segcheck.captures.engine import Engine
from segcheck.captures.source import STDIN, Source, listed, not_a_capture
from segcheck.captures.spill import MOST_FLOWS, Spill
from segcheck.captures.tables import Table
from segcheck.captures.walking import NotACapture
from segcheck.errors import BadArguments
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.neighbour import Neighbours

#: (bytes read, bytes of all files or None where that is not known, frames read)
Progress = Callable[[int, int | None, int], None]

ENGINES = ("auto", "interpreted", "kernel")
#: Unpacked bytes from which compiled code is sure to pay: the interpreted engine takes 0.5 s for so much, and machine code that
#: is kept 0.1 s to start, but some 10 s to make, once per machine.
SMALL = 20 << 20
#: About how much longer packed captures are when unpacked.
_UNPACKS = 3
_KERNEL_ENGINE = "segcheck.captures.kernel_engine"


@dataclass(frozen=True, slots=True)
class Read:
    """Captures as they were read.

    files        in the order given, folders by name; a file's position is its `place` in frame numbers
    flows        conversations by capture point ("" for files without one), each sorted by `KEY`, one row per conversation
    passed_over  files in folders that are no captures
    engine       "interpreted" or "kernel"
    neighbours   what hosts said to their neighbours, by capture point
    """

    files: tuple[CaptureFile, ...]
    flows: Mapping[str, Table]
    passed_over: tuple[str, ...] = ()
    engine: str = "interpreted"
    neighbours: Mapping[str, Neighbours] = field(default_factory=dict)

    @property
    def frames(self) -> Frames:
        """The account of all files."""
        return sum((file.frames for file in self.files), Frames())


def read(
    captures: Sequence[tuple[str, str]],
    *,
    engine: str = "auto",
    progress: Progress | None = None,
    max_flows: int = MOST_FLOWS,
    hashes: bool = False,
) -> Read:
    """Return the conversations of (path, tap) pairs; a path is a file, a folder, or "-" for standard input.

    Memory is bounded by `max_flows` conversations; further ones wait in a nameless temporary file, with the same result.

    Args:
        captures: what to read, and the capture point of each ("" for none).
        engine: "interpreted", "kernel", or "auto": kernel for large captures where numba is installed.
        progress: told now and then how far reading is.
        max_flows: conversations kept in memory at once.
        hashes: whether to take each file's SHA-256.

    Raises:
        BadInput: a named file is no capture or cannot be read, or a folder holds none.
        BadArguments: standard input named twice.
    """
    asked: list[tuple[str, str]] = []
    passed_over: list[str] = []
    for path, tap in captures:
        found, others = listed([path])
        asked += [(one, tap) for one in found]
        passed_over += others
    if sum(path == STDIN for path, _ in asked) > 1:
        raise BadArguments(
            "-: standard input can be read once only; nothing was read",
            "-: 標準入力は 1 度しか読めません。何も読んでいません",
        )
    total, work = _size(asked)
    chosen = _chosen(engine, work)
    engines: dict[str, Engine] = {}
    files: list[CaptureFile] = []
    done = frames = 0
    for place, (path, tap) in enumerate(asked):
        with Source(path, hashed=hashes) as source:
            if tap not in engines:
                engines[tap] = _made(chosen, max_flows)

            def tell(count: int, source: Source = source, before: tuple[int, int] = (done, frames)) -> None:
                if progress is not None:
                    progress(before[0] + source.done, total, before[1] + count)

            try:
                taken = engines[tap].take(source.read, source.damages, place, tell)
            except NotACapture as error:
                raise not_a_capture(source, error.kind) from None
            files.append(
                CaptureFile(
                    path=path,
                    format=taken.format,
                    packing=source.packing,
                    size=source.size,
                    sha256=source.sha256(),
                    tap=tap,
                    frames=taken.frames,
                    first=taken.first,
                    last=taken.last,
                    links=taken.links,
                    snap=taken.snap,
                    dropped=taken.dropped,
                    damage=source.damages.told,
                    complete=source.damages.complete,
                )
            )
            done += source.done
            frames += taken.frames.read
    flows = {tap: one.conversations() for tap, one in engines.items()}
    neighbours = {tap: one.neighbours() for tap, one in engines.items()}
    return Read(tuple(files), flows, tuple(passed_over), chosen, neighbours)


def _size(asked: Sequence[tuple[str, str]]) -> tuple[int | None, int | None]:
    """Return the bytes of all files, and about how many there will be unpacked; None with standard input among them."""
    total = work = 0
    for path, _ in asked:
        if path == STDIN:
            return None, None
        with Source(path) as source:
            total += source.size
            work += source.size * (_UNPACKS if source.packing else 1)
    return total, work


def _chosen(engine: str, work: int | None) -> str:
    """Return which engine reads: what was asked for, or what is faster for so many bytes (None: nobody knows how many)."""
    if engine not in ENGINES:
        raise BadArguments(
            f"engine {engine}: no such engine; nothing was read. Known: {', '.join(ENGINES)}",
            f"engine {engine}: そのエンジンはありません。何も読んでいません。使えるもの: {', '.join(ENGINES)}",
        )
    if engine == "interpreted" or (engine == "auto" and work is not None and work < SMALL):
        return "interpreted"
    try:
        import_module(_KERNEL_ENGINE)
    except ImportError:
        if engine == "auto":
            return "interpreted"
        raise BadArguments(
            "engine kernel: numba is not installed; nothing was read. The engine `auto` reads the same, more slowly",
            "engine kernel: numba がありません。何も読んでいません。auto なら同じ結果を、より遅く読み取ります",
        ) from None
    return "kernel"


def _made(engine: str, max_flows: int) -> Engine:
    if engine == "kernel":
        from segcheck.captures.kernel_engine import Compiled

        return Compiled(Spill(max_flows))
    from segcheck.captures.conversations import Interpreted

    return Interpreted(Spill(max_flows))
