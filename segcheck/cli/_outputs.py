"""Results to standard output and to files: `--format F[=PATH]`, repeated."""

from __future__ import annotations

from pathlib import Path

from segcheck.app.placing import staging
from segcheck.errors import BadArguments


def outputs_of(formats: tuple[str, ...], known: tuple[str, ...], folder: Path = Path()) -> list[tuple[str, str | None]]:
    """Return (format, file) of each output; the first of `known` on standard output if none is asked for.

    folder   that files are relative to

    Raises:
        BadArguments: a format that is not known, a place where no file can be written, or several for standard output.
    """
    found: list[tuple[str, str | None]] = []
    for one in formats or known[:1]:
        kind, _, path = one.partition("=")
        path = str(folder / path) if path else ""
        if kind not in known:
            raise BadArguments(
                f"--format {one}: no such format; nothing was judged. Known: {', '.join(known)}",
                f"--format {one}: その形式はありません。判定は行っていません。使える形式: {', '.join(known)}",
            )
        if path and (Path(path).is_dir() or not Path(path).parent.is_dir()):
            raise BadArguments(
                f"--format {one}: no file can be written there; nothing was judged. Name a file in a folder that exists",
                f"--format {one}: そこにはファイルを書けません。判定は行っていません。既存のフォルダーを指定してください",
            )
        found.append((kind, path or None))
    if sum(path is None for _, path in found) > 1:
        raise BadArguments(
            f"--format: only one output can go to the terminal; nothing was judged. Give the others a file: {known[-1]}=PATH",
            f"--format: 端末に出せるのは 1 つだけです。判定は行っていません。"
            f"ほかは {known[-1]}=パス のようにファイルを指定してください",
        )
    return found


def write_whole(path: str, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        BadArguments: it cannot be written.
    """
    with staging() as stage:
        stage.add(path, content)
        stage.place()
