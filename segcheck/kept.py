"""What takes long to make of our own files and nothing else, kept between runs in the user's cache folder.

Never kept is anything of a site or a capture. Whatever is kept is named after all that it is made of, so what changed is made
anew, and carries its digest: what is not whole is made anew too.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

_DIGEST = hashlib.sha256().digest_size


def folder(name: str) -> Path | None:
    """Return the folder of that name, made if it was missing; None if there is no place for it.

    What lies there is executed or believed, so the folder must be the user's own and nobody else may write to it.
    """
    try:
        found = _base() / "segcheck" / name
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = found.stat()
        own = not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o022)
        return found if own and os.access(found, os.W_OK | os.X_OK) else None
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None


def _base() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def read(path: Path) -> bytes | None:
    """Return what `write` wrote there; None if nothing did, or not all of it is there."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[_DIGEST:]
    return content if hashlib.sha256(content).digest() == data[:_DIGEST] else None


def write(path: Path, content: bytes) -> None:
    """Write with a digest before it, at once: another run finds all of it or nothing. Where that fails nothing is kept."""
    import tempfile

    with suppress(OSError):  # a full disk: made anew next time
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as out:
            out.write(hashlib.sha256(content).digest() + content)
        Path(out.name).replace(path)


def values(text: str, parse: Callable[[str], Any]) -> Any:
    """Return what `parse` makes of a text of ours: texts, numbers and truth values in lists and mappings by text.

    Reading YAML takes a hundred times as long as reading what is kept of it.
    """
    where = folder("tables")
    made_of = hashlib.sha256(text.encode())
    try:
        made_of.update(Path(parse.__code__.co_filename).read_bytes())
    except OSError:  # run from an archive
        where = None
    if where is None:
        return parse(text)
    path = where / f"{made_of.hexdigest()[:32]}.json"
    content = read(path)
    if content is not None:
        return json.loads(content)
    found = parse(text)
    write(path, json.dumps(found, ensure_ascii=False).encode())
    return found
