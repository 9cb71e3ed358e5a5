"""Files written whole or not at all: first beside their place, then, all of them, into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from segcheck.errors import BadArguments


class Stage:
    """Files that wait to be put into their places."""

    def __init__(self) -> None:
        self._waiting: dict[Path, Path] = {}

    def add(self, path: str, content: str | bytes) -> None:
        """Write a file beside its place, down to the disk.

        Raises:
            BadArguments: it cannot be written.
        """
        target = Path(path)
        part = target.with_name(f".{target.name}.part")
        self._waiting[part] = target
        try:
            with part.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _refused(target, error) from error

    def place(self) -> None:
        """Put every file into its place.

        Raises:
            BadArguments: one cannot be put there.
        """
        for part, target in [*self._waiting.items()]:
            try:
                part.replace(target)
            except OSError as error:
                raise _refused(target, error) from error
            del self._waiting[part]

    def discard(self) -> None:
        """Take away what still waits."""
        for part in self._waiting:
            with suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def staging() -> Iterator[Stage]:
    """Give a stage of which nothing half done stays behind, even if interrupted."""
    stage = Stage()
    try:
        yield stage
    finally:
        stage.discard()


def _refused(path: Path, error: OSError) -> BadArguments:
    return BadArguments(
        f"{path}: cannot be written ({error.strerror}); the result was made but is not stored there",
        f"{path}: 書き込めません ({error.strerror})。結果は得られましたが、そこには保存していません",
    )
