#!/usr/bin/env python3
"""Make offline bundles of segcheck, for networks that no package index can be reached from.

    tools/make_bundle.py linux                           CPython 3.11, 3.12 and 3.13 for Linux, one archive each
    tools/make_bundle.py linux --python 3.12             this one only
    tools/make_bundle.py windows --embed python-3.12.8-embed-amd64.zip
                                                         a folder for Windows that only needs unpacking

Wheels are fetched by pip; `--lock FILE` fetches exactly those of an earlier bundle's requirements.lock, `--wheels FOLDER`
fetches nothing and takes those that are there (segcheck's own is built if it is missing). The same wheels give the same
bytes. PDFs are printed by an installed Chromium; without one they are left out, and that is said. To be run with the
interpreter of the project's environment. Ends with 0, or with 2 when a bundle cannot be made; nothing is left half-written.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tools.bundle import Refused, linux, packing, windows  # noqa: E402
from tools.bundle.wheels import OWN, Target, Wheel, build_own, closure, fetch, read  # noqa: E402

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
_PYTHONS = ("3.11", "3.12", "3.13")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is asked for; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        make(asked)
    except Refused as error:
        print(f"make_bundle: {error}", file=sys.stderr)
        return 2
    return 0


def make(asked: argparse.Namespace) -> None:
    """Make every bundle that is asked for."""
    browser = None if asked.no_pdf else asked.browser or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        print(
            "make_bundle: no PDF of the quick start and the enclosure: "
            + ("as asked" if asked.no_pdf else "no Chromium")
        )
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if asked.system == "windows":
            python = windows.embedded(asked.embed)
            wheels = gathered(Target("windows", python.python), Path(folder) / "there", asked.wheels, asked.lock)
            _written(asked.out, *windows.bundle(wheels, python, browser=browser))
            return
        for version in asked.python or _PYTHONS:
            target = Target("linux", _numbers(version))
            wheels = gathered(target, Path(folder) / version, asked.wheels, asked.lock)
            _written(asked.out, *linux.bundle(wheels, target, browser=browser))


def gathered(target: Target, folder: Path, there: Path | None, lock: Path | None) -> tuple[Wheel, ...]:
    """Return the wheels of a bundle, fetched unless they are there.

    Raises:
        Refused: something is missing, and what.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(there.glob("*.whl")) if there else []
    if not any(path.name.startswith(f"{OWN.replace('-', '_')}-") for path in found):
        own = next((folder.parent / "own").glob("*.whl"), None) or build_own(ROOT, folder.parent / "own")
        found.append(own)
        if there is None:
            fetch(own, target, folder, lock)
            found = sorted(folder.glob("*.whl"))
    wheels, missing = closure([read(path) for path in found], target)
    if missing:
        raise Refused(
            f"for CPython {target.version} on {target.system} are missing: {', '.join(map(str, missing))}. "
            "Fetch them (no --wheels), or put their wheels there"
        )
    return wheels


def _written(folder: Path, name: str, content: bytes) -> None:
    packing.write(folder / name, content)
    print(f"{folder / name}  {len(content) / 1e6:.1f} MB")


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    if major != "3" or not minor.isdigit():
        raise Refused(f"--python {version}: a version such as 3.12 is meant")
    return 3, int(minor)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make_bundle.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    systems = parser.add_subparsers(dest="system", required=True)
    for system in ("linux", "windows"):
        one = systems.add_parser(system)
        one.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the archives; dist unless given")
        one.add_argument("--wheels", type=Path, help="take the wheels of this folder and fetch nothing")
        one.add_argument("--lock", type=Path, help="fetch exactly what this requirements.lock names")
        one.add_argument("--browser", help="Chromium or Edge that prints the PDFs")
        one.add_argument("--no-pdf", action="store_true", help="make no PDFs")
        if system == "linux":
            one.add_argument("--python", action="append", metavar="3.X", help="for this CPython; may be repeated")
        else:
            one.add_argument("--embed", type=Path, required=True, metavar="ZIP", help="python-3.X.Y-embed-amd64.zip")
    return parser


if __name__ == "__main__":
    sys.exit(main())
