"""New entries into a file of a site: all that stands there stays, and the site is usable afterwards, or nothing is written."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from segcheck.app import policy_insertion
from segcheck.errors import BadArguments, BadInput
from segcheck.loaders import files
from segcheck.loaders import site as site_loader
from segcheck.loaders.problems import refuse
from segcheck.model.diagnostic import Severity
from segcheck.model.source import SourceText


def append(
    folder: str,
    name: str,
    section: str,
    lines: Sequence[str],
    values: Sequence[Mapping[str, Any]],
    *,
    backup: bool = False,
) -> None:
    """Append entries to the list `section` of the file `name` of a site; all else there stays byte for byte.

    lines, values   see `policy_insertion.inserted`
    backup          keep the old file as NAME.bak

    Raises:
        BadInput: the site would not be usable afterwards, or there is no telling where entries go; nothing was written.
        BadArguments: the file cannot be written.
    """
    path = Path(folder) / name
    source = files.read_text(str(path))
    raw = path.read_bytes()
    codec = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else source.encoding
    made = ""
    data = b""
    try:
        text = raw.decode(codec)
        same = text.encode(codec) == raw
        made = policy_insertion.inserted(str(path), text, lines, values, section=section)
        data = made.encode(codec)
    except ValueError:  # characters that the file's encoding lacks, or bytes that are none of it
        same = False
    if not same:
        raise BadInput(
            f"{path}: its encoding ({codec}) cannot hold the entries; nothing was written. Save the file as UTF-8",
            f"{path}: 文字コード ({codec}) では項目を書けません。何も書いていません。UTF-8 で保存してください",
        )
    usable(folder, replace(source, text=made.replace("\r\n", "\n"), path=name))
    replaced(path, raw, data, backup=backup)


def usable(folder: str, file: SourceText) -> None:
    """Refuse what would make the site unusable, were `file` in the place of the one of its name.

    Raises:
        BadInput: with the errors that the file then had.
    """
    after = site_loader.load(folder, {file.path: file})
    wrong = [
        problem
        for one in after.files
        if one.source.path == file.path
        for problem in one.problems
        if problem.severity is Severity.ERROR
    ]
    if wrong:
        raise refuse(f"{folder}/{file.path}", file.lines(), wrong)


def replaced(path: Path, before: bytes, after: bytes, *, backup: bool) -> None:
    """Put other bytes into a file, whole or not at all, if it still holds those from before.

    Raises:
        BadArguments: somebody else changed it, or it cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        if backup:
            with path.with_name(f"{path.name}.bak").open("xb") as kept:
                kept.write(before)
        with part.open("xb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, part)
        if path.read_bytes() != before:
            raise BadArguments(
                f"{path}: changed by somebody else meanwhile; nothing was written. Try again",
                f"{path}: ほかの人が書き換えました。何も書いていません。もう一度実行してください",
            )
        part.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadArguments(
            f"{path}: cannot be written ({reason}); nothing was changed",
            f"{path}: 書き込めません ({reason})。何も変更していません",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
