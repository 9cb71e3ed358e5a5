"""How far a long run is, on a terminal only: never in a pipe, never on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from segcheck.cli._settings import Settings, is_terminal

_WHAT = {"crossings": ("crossings", "越境の判定"), "checks": ("checks", "チェック"), "depth": ("depth", "多層性")}


@contextmanager
def progress(here: Settings) -> Iterator[Callable[[str, int, int], None] | None]:
    """Give a function to tell (what, done, all) while the block runs; None where nobody watches."""
    if not is_terminal(sys.stderr) or here.verbosity < 0:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(here.say(*_WHAT[what]), total=total)
            bars.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield tell


@contextmanager
def bytes_progress(here: Settings) -> Iterator[Callable[[int, int | None, int], None] | None]:
    """Give a function to tell (bytes read, bytes of all or None, frames) while captures are read; None where nobody watches."""
    if not is_terminal(sys.stderr) or here.verbosity < 0:
        yield None
        return
    from time import monotonic

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(here.say("captures", "キャプチャー"), total=None, rate="")
        started = monotonic()

        def tell(done: int, total: int | None, frames: int) -> None:
            rate = int(frames / max(monotonic() - started, 1e-3))
            unit = here.say("packets/s", "パケット/秒")
            bars.update(task, completed=done, total=total, rate=f"{rate:,} {unit}")

        yield tell
