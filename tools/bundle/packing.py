"""Archives whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.bundle import Refused

#: 1980-01-01T00:00Z, the first that zip knows; SOURCE_DATE_EPOCH overrides it.
_EPOCH = 315532800
SUMS = "SHA256SUMS"


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files with SHA256SUMS of all of them, as `sha256sum --check` reads it."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return {**files, SUMS: "".join(lines).encode()}


def tar(folder: str, files: Mapping[str, bytes], programs: Iterable[str] = ()) -> bytes:
    """Return the files in one folder; nobody's user name, the same time for all, `programs` may be executed.

    Not packed: nearly all of it are wheels, which are.
    """
    run, when, raw = set(programs), _when(), io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mtime, entry.mode = len(files[name]), when, 0o755 if name in run else 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    return raw.getvalue()


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return the files in one folder, packed as Windows unpacks it."""
    stamp, raw = time.gmtime(max(_when(), _EPOCH))[:6], io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", stamp)
            entry.create_system, entry.external_attr, entry.compress_type = 0, 0, zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return raw.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write an archive and its hash beside it, each whole or not at all."""
    line = f"{hashlib.sha256(content).hexdigest()}  {path.name}\n".encode()
    try:
        for where, what in ((path, content), (path.with_name(path.name + ".sha256"), line)):
            part = where.with_name(where.name + ".part")
            part.write_bytes(what)
            part.replace(where)
    except OSError as error:
        raise Refused(f"{path}: cannot be written ({error.strerror})") from error


def _when() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH", _EPOCH))
