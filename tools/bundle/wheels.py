"""Wheels: what they say of themselves, fetching them for another machine, and whether a set of them is whole."""

from __future__ import annotations

import email
import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from tools.bundle import Refused
from tools.bundle.licences import Licence, licence

OWN = "segcheck-net"
_LICENCE_WORDS = ("licen", "copying", "notice", "authors")
_MANYLINUX = ("2_28", "2_27", "2_26", "2_24", "2_17", "2014", "2_12", "2010", "2_5", "1")


@dataclass(frozen=True)
class Target:
    """The interpreter that a bundle is for: CPython of one minor version on Linux or Windows, 64 bit x86."""

    system: str  # "linux" or "windows"
    python: tuple[int, int]

    @property
    def version(self) -> str:
        """The version as people write it: 3.12."""
        return f"{self.python[0]}.{self.python[1]}"

    @property
    def short(self) -> str:
        """The version as wheels write it: 312."""
        return f"{self.python[0]}{self.python[1]}"

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms whose wheels it takes, as pip names them; the best first. Linux from glibc 2.28."""
        if self.system == "windows":
            return ("win_amd64",)
        return tuple(f"manylinux{'_' if '_' in one else ''}{one}_x86_64" for one in _MANYLINUX)

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """Every tag of a wheel that it takes."""
        interpreter = f"cp{self.short}"
        return frozenset(
            (
                *cpython_tags(self.python, [interpreter], self.platforms),
                *compatible_tags(self.python, interpreter, self.platforms),
            )
        )

    @property
    def environment(self) -> dict[str, str]:
        """What markers of requirements see there (PEP 508)."""
        windows = self.system == "windows"
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": "nt" if windows else "posix",
            "platform_machine": "AMD64" if windows else "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Windows" if windows else "Linux",
            "platform_version": "",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "win32" if windows else "linux",
        }


@dataclass(frozen=True)
class Wheel:
    """One wheel as its file and its metadata say."""

    path: Path
    name: str
    version: str
    summary: str
    homepage: str | None
    licence: Licence
    licence_texts: tuple[tuple[str, bytes], ...]
    requires: tuple[Requirement, ...]
    requires_python: str

    @cached_property
    def content(self) -> bytes:
        """The file."""
        return self.path.read_bytes()

    @cached_property
    def sha256(self) -> str:
        """The hash of the file, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def wanted(self, target: Target, extras: Iterable[str] = ()) -> Iterator[Requirement]:
        """Yield what it requires on that machine."""
        for one in self.requires:
            if one.marker is None or any(_holds(one.marker, target, extra) for extra in ("", *extras)):
                yield one


def _holds(marker: Marker, target: Target, extra: str) -> bool:
    return marker.evaluate({**target.environment, "extra": extra})


def read(path: Path) -> Wheel:
    """Return what a wheel says of itself.

    Raises:
        Refused: it is no wheel.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            (metadata,) = [n for n in names if n.count("/") == 1 and n.endswith(".dist-info/METADATA")]
            said = email.message_from_string(archive.read(metadata).decode("utf-8"))
            texts = tuple((n, archive.read(n)) for n in sorted(names) if _is_licence(n))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise Refused(f"{path.name}: no wheel ({error}). Remove it or fetch it again") from error
    name = canonicalize_name(said["Name"])
    links = [line.partition(",")[2].strip() for line in said.get_all("Project-URL", [])]
    return Wheel(
        path=path,
        name=name,
        version=said["Version"],
        summary=" ".join((said["Summary"] or "").split()),
        homepage=next(filter(None, (said["Home-page"], *links)), None),
        licence=licence(name, said["License-Expression"], said["License"], said.get_all("Classifier", [])),
        licence_texts=texts,
        requires=tuple(Requirement(line) for line in said.get_all("Requires-Dist", [])),
        requires_python=said["Requires-Python"] or "",
    )


def _is_licence(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not name.endswith("/")
        and any(word in path.name.lower() for word in _LICENCE_WORDS)
        and path.suffix.lower() not in (".py", ".pyi", ".yaml", ".json")
    )


def build_own(source: Path, folder: Path) -> Path:
    """Build the wheel of this source tree into the folder."""
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
    (made,) = folder.glob(f"{OWN.replace('-', '_')}-*.whl")
    return made


def fetch(own: Path, target: Target, folder: Path, lock: Path | None) -> None:
    """Fetch what segcheck needs on that machine into the folder; with a lock, exactly what it names.

    pip judges markers by the machine that it runs on, so what only the target needs is fetched after it.
    """
    where = [
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", target.version),
        *(part for abi in (f"cp{target.short}", "abi3", "none") for part in ("--abi", abi)),
        *(part for platform in target.platforms for part in ("--platform", platform)),
        *("--dest", str(folder)),
    ]
    if lock is not None:
        named = [
            block for block in lock.read_text("utf-8").replace("\\\n", " ").splitlines() if not block.startswith(OWN)
        ]
        others = folder / "others.lock"
        others.write_text("\n".join(named) + "\n", encoding="utf-8")
        _pip("download", *where, "--no-deps", "--require-hashes", "-r", str(others))
        others.unlink()
        (folder / own.name).write_bytes(own.read_bytes())
        return
    _pip("download", *where, str(own))
    for _ in range(20):
        _, missing = closure([read(path) for path in sorted(folder.glob("*.whl"))], target)
        if not missing:
            return
        _pip("download", *where, "--no-deps", *(f"{one.name}{one.specifier}" for one in missing))


def closure(wheels: Sequence[Wheel], target: Target) -> tuple[tuple[Wheel, ...], tuple[Requirement, ...]]:
    """Return the wheels that segcheck needs on that machine, sorted by name, and what is required and not there."""
    there = {wheel.name: wheel for wheel in wheels if parse_wheel_filename(wheel.path.name)[3] & target.tags}
    needed: dict[str, Wheel] = {}
    missing: dict[str, Requirement] = {}
    open_ = [Requirement(OWN)]
    seen = set()
    while open_:
        one = open_.pop()
        name = canonicalize_name(one.name)
        if (name, str(one)) in seen:
            continue
        seen.add((name, str(one)))
        found = there.get(name)
        if found is None or not _fits(found, one, target):
            missing[str(one)] = one
            continue
        needed[name] = found
        open_ += found.wanted(target, one.extras)
    return tuple(needed[name] for name in sorted(needed)), tuple(missing[key] for key in sorted(missing))


def _fits(wheel: Wheel, asked: Requirement, target: Target) -> bool:
    return asked.specifier.contains(Version(wheel.version), prereleases=True) and SpecifierSet(
        wheel.requires_python
    ).contains(f"{target.version}.99")


def lock_text(wheels: Sequence[Wheel]) -> str:
    """Return a requirements file that pip installs with --require-hashes."""
    return "".join(f"{one.name}=={one.version} \\\n    --hash=sha256:{one.sha256}\n" for one in wheels)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", arguments[0], "--quiet", "--disable-pip-version-check", *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"pip {arguments[0]} failed:\n{done.stderr.strip()}")
