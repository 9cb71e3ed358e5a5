"""Wheels and an embeddable Python that are made up, small, and formed like the real ones."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.bundle.wheels import OWN, Wheel, read

MIT = ("License-Expression: MIT",)


def wheel(
    folder: Path,
    name: str,
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    said: Sequence[str] = MIT,
    requires: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    text: bool = True,
) -> Wheel:
    """Make a wheel in the folder; `said` are further lines of its metadata, `text` whether it has its licence along."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", "Summary: 見本", *said]
    lines += [f"Requires-Dist: {one}" for one in requires]
    path = folder / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name.replace('-', '_')}/__init__.py", f'"""{name}"""')
        for inside, content in (files or {}).items():
            archive.writestr(inside, content)
        archive.writestr(f"{stem}.dist-info/METADATA", "\n".join(lines) + "\n\n")
        if text:
            archive.writestr(f"{stem}.dist-info/licenses/LICENSE", f"The licence of {name}")
    return read(path)


def own(folder: Path, *requires: str) -> Wheel:
    """Make what stands for segcheck itself."""
    return wheel(folder, OWN, requires=requires, said=("License-Expression: GPL-2.0-or-later",))


def embeddable(folder: Path, name: str = "python-3.12.8-embed-amd64.zip", *, without: str = "") -> Path:
    """Make an embeddable CPython with the parts that python.org's has."""
    parts = (
        "python.exe",
        "python312.dll",
        "python312.zip",
        "python312._pth",
        "LICENSE.txt",
        "vcruntime140.dll",
        "_socket.pyd",
    )
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts:
            if part != without:
                archive.writestr(part, f"made up {part}")
    return path


def native(*wanted: str, delayed: str = "") -> bytes:
    """Make a 64 bit PE file that imports these libraries, the last one only when it is needed."""
    start, header = 0x1000, 0x80
    names = [*wanted, delayed] if delayed else list(wanted)
    tables = 20 * (len(wanted) + 1) + 64
    text, where = b"", []
    for name in names:
        where.append(start + tables + len(text))
        text += name.encode() + b"\0"
    at_start = b"".join(struct.pack("<3I", 1, 0, 0) + struct.pack("<2I", place, 1) for place in where[: len(wanted)])
    later = struct.pack("<8I", 1, where[-1], 0, 0, 0, 0, 0, 0) if delayed else b""
    data = (at_start + bytes(20) + later).ljust(tables, b"\0") + text
    directories = [0] * 32
    directories[2] = start
    directories[26] = start + 20 * (len(wanted) + 1) if delayed else 0
    optional = struct.pack("<H", 0x20B).ljust(112, b"\0") + struct.pack("<32I", *directories)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0x2022)
    section = struct.pack("<8sIIII", b".rdata", len(data), start, len(data), 0x400).ljust(40, b"\0")
    begin = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", header)
    return (begin.ljust(header, b"\0") + coff + optional + section).ljust(0x400, b"\0") + data
