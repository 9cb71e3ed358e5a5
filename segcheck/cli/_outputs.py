"""Results to standard output and to files: `--format F[=PATH]`, repeated."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from segcheck.errors import BadArguments


def outputs_of(formats: tuple[str, ...], known: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Return (format, file) of each output; the first of `known` on standard output if none is asked for.

    Raises:
        BadArguments: a format that is not known, a place where no file can be written, or several for standard output.
    """
    found: list[tuple[str, str | None]] = []
    for one in formats or known[:1]:
        kind, _, path = one.partition("=")
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
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(target)
    except OSError as error:
        raise BadArguments(
            f"{path}: cannot be written ({error.strerror}); the result was made but is not stored",
            f"{path}: 書き込めません ({error.strerror})。結果は得られましたが、保存していません",
        ) from error
    finally:
        with suppress(OSError):  # interrupted, or not written: nothing half done stays
            part.unlink(missing_ok=True)
