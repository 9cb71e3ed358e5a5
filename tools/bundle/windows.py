"""The folder for Windows that only needs unpacking: the embeddable CPython, the wheels unpacked beside it, `segcheck.cmd`.

`pythonXY._pth` makes the interpreter see this folder and nothing else: no registry, no PYTHONPATH, no packages of the user,
not the folder that it is called in (Python documentation, "The embeddable package" and "Finding modules").
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.bundle import Refused
from tools.bundle.documents import About
from tools.bundle.layout import FILES, accept, beside, whole
from tools.bundle.libraries import missing
from tools.bundle.packing import zipped
from tools.bundle.sbom import python_component
from tools.bundle.wheels import OWN, Target, Wheel

#: The longest path within the folder; with it there is room for D:\\folders of people's own within Windows' 260.
_LONGEST = 150
_RESERVED = re.compile(r'[<>:"|?*\\\x00-\x1f]|[ .]$', re.ASCII)
_PACKAGES = "lib"
#: Packages without which segcheck answers the same, only slower.
_DISPENSABLE = ("numba", "llvmlite", "isal")


@dataclass(frozen=True, slots=True)
class Embedded:
    """An embeddable CPython: its version and its files."""

    version: str
    python: tuple[int, int]
    sha256: str
    files: dict[str, bytes]


def embedded(path: Path) -> Embedded:
    """Return what an embeddable package of python.org holds.

    Raises:
        Refused: it is none for 64 bit x86, or its parts do not belong together.
    """
    named = re.fullmatch(r"python-((3)\.(\d+)\.\d+(?:(?:a|b|rc)\d+)?)-embed-amd64\.zip", path.name)
    if named is None:
        raise Refused(f"{path.name}: not named python-3.X.Y-embed-amd64.zip, as python.org names it")
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"{path}: cannot be read as a zip ({error})") from error
    short = f"3{named[3]}"
    needed = {"python.exe", f"python{short}.dll", f"python{short}.zip", f"python{short}._pth", "LICENSE.txt"}
    if needed - set(files):
        raise Refused(
            f"{path.name}: lacks {', '.join(sorted(needed - set(files)))}; no embeddable CPython 3.{named[3]}"
        )
    return Embedded(named[1], (3, int(named[3])), hashlib.sha256(content).hexdigest(), files)


def bundle(wheels: Sequence[Wheel], python: Embedded, *, browser: str | None) -> tuple[str, bytes]:
    """Return the archive's name and its bytes.

    Raises:
        Refused: a licence stands in the way, or a name that Windows cannot hold.
    """
    accept(wheels)
    target = Target("windows", python.python)
    version = next(wheel.version for wheel in wheels if wheel.name == OWN)
    folder = f"segcheck-{version}-windows-amd64-py{target.short}"
    own = {
        "segcheck.cmd": (FILES / "segcheck.cmd").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        **{f"python/{name}": content for name, content in python.files.items()},
        **beside(wheels),
        f"python/python{target.short}._pth": f"python{target.short}.zip\r\n.\r\n..\\{_PACKAGES}\r\n".encode(),
    }
    for wheel in wheels:
        for name, content in _unpacked(wheel).items():
            if own.setdefault(name, content) != content:
                raise Refused(f"{wheel.name}: {name} is also in another wheel, and differs")
    _hold(own)
    lacking = _lacking(own)
    longest = len(folder) + 1 + max(map(len, own))
    about = About(
        target=target, wheels=tuple(wheels), folder=folder, longest_path=longest, python=python.version, lacking=lacking
    )
    more = [python_component(python.version, python.sha256)]
    return f"{folder}.zip", zipped(folder, whole(about, own, browser=browser, more=more))


def _lacking(files: dict[str, bytes]) -> tuple[str, ...]:
    """Return the libraries that are wanted, not here, and can be done without: of packages that segcheck has a way round for."""
    found = missing(files)
    wrong = {
        wanted: names
        for wanted, names in found.items()
        if any(not name.startswith(tuple(f"{_PACKAGES}/{one}/" for one in _DISPENSABLE)) for name in names)
    }
    if wrong:
        told = "; ".join(f"{wanted} (wanted by {names[0]})" for wanted, names in wrong.items())
        raise Refused(f"neither the folder nor Windows has {told}")
    return tuple(found)


def _unpacked(wheel: Wheel) -> dict[str, bytes]:
    """Return the files of a wheel where Python looks for them; scripts and headers are left out, nothing calls them here."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(wheel.path) as archive:
        for name in archive.namelist():
            parts = PurePosixPath(name).parts
            if name.endswith("/"):
                continue
            if name.startswith("/") or ".." in parts:
                raise Refused(f"{wheel.path.name}: {name} leads out of the folder")
            if parts[0].endswith(".data"):
                if parts[1] in ("scripts", "headers"):
                    continue
                if parts[1] not in ("purelib", "platlib"):
                    raise Refused(f"{wheel.path.name}: {name} would have to lie where no folder is for it")
                parts = parts[2:]
            if len(parts) == 1 and parts[0].endswith(".pth"):
                raise Refused(f"{wheel.path.name}: {name} is not read by an embedded Python")
            found["/".join((_PACKAGES, *parts))] = archive.read(name)
    return found


def _hold(files: dict[str, bytes]) -> None:
    """Return if Windows can hold these names side by side."""
    wrong = [name for name in files if len(name) > _LONGEST or any(map(_RESERVED.search, name.split("/")))]
    seen: dict[str, str] = {}
    wrong += [name for name in sorted(files) if seen.setdefault(name.lower(), name) != name]
    if wrong:
        raise Refused("Windows cannot hold these names: " + ", ".join(sorted(wrong)[:10]))
