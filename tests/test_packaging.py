"""What is installed is whole: bundled sites, words and schemas travel in the wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = folder.glob("segcheck_net-*.whl")
    return made


def test_the_wheel_carries_sites_words_and_schemas(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert "segcheck/topologies/reiji/README.md" in names
    assert "segcheck/topologies/reiji/exports/fw-core.conf" in names
    assert {"segcheck/lang/ja.yaml", "segcheck/lang/en.yaml", "segcheck/py.typed"} <= names
    assert any(name.startswith("segcheck/data/") for name in names)
    page = "segcheck/reports/renderings/_html/"
    assert {f"{page}page.html.jinja", f"{page}style.css", f"{page}script.js"} <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "tools/", "captures/"))]


def test_an_installed_copy_finds_its_sites_and_answers(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import segcheck; from segcheck.app import bundled;"
        "assert segcheck.__file__.startswith(sys.argv[1]);"
        "export = bundled.sites()['reiji'] / 'exports' / 'fw-core.conf'; assert str(export).startswith(sys.argv[1]);"
        "from segcheck.cli.main import run; sys.argv = ['segcheck', 'inspect', str(export), '--format', 'json']; sys.exit(run())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "site")], cwd=tmp_path, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr.decode()
    assert b'"segcheck/inspect/1"' in done.stdout
