"""What a person is told where the file of a history cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NoReturn

from segcheck.errors import BadArguments, BadInput


def refuse(path: Path, error: sqlite3.Error, *, writes: bool) -> NoReturn:
    """Raise what tells a person that the file cannot be used."""
    text = str(error)
    if writes and any(word in text for word in ("full", "readonly", "unable to open", "disk I/O", "locked")):
        raise BadArguments(
            f"{path}: the history cannot be written ({text}); what it holds is unchanged, and this run is not in it",
            f"{path}: 履歴に書き込めません ({text})。既存の内容は変わっていません。この実行は保存していません",
        ) from error
    raise damaged(path, text) from error


def damaged(path: Path, what: str) -> BadInput:
    """Return the error that tells that what a history holds cannot be used."""
    return BadInput(
        f"{path}: the history cannot be used ({what}); it was left as it is. Restore it from a copy, or move it away to begin "
        "a new one",
        f"{path}: 履歴を使えません ({what})。変更していません。控えから戻すか、別の場所へ移して新しく始めてください",
    )
