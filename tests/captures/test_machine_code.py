"""Machine code that is kept between runs: found without numba, made anew when it is not whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segcheck.captures import machine_code
from segcheck.captures.machine_code import ENTRIES, Kernels
from segcheck.captures.packet import PACKET

pytest.importorskip("numba", reason="numba is not installed")
ROOT = Path(__file__).resolve().parents[2]
USED = """
import sys
from segcheck.captures import machine_code
found = machine_code.kernels()
print("numba" in sys.modules, type(found.decode).__name__)
"""


@pytest.fixture(scope="module")
def kept() -> bytes:
    """Return what is kept for this machine."""
    machine_code.kernels()
    path = machine_code._path()
    assert path is not None
    return path.read_bytes()


@pytest.fixture
def place(kept: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Yield where machine code is looked for: nothing is there yet."""
    monkeypatch.setattr(machine_code, "machine_folder", lambda: tmp_path)
    machine_code._kept.cache_clear()
    path = machine_code._path()
    assert path is not None
    yield path
    machine_code._kept.cache_clear()


def test_what_is_kept_is_called_without_numba(kept: bytes) -> None:
    done = subprocess.run([sys.executable, "-c", USED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "function"]


def test_whoever_sets_a_variable_of_numba_gets_numba(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", USED + "print(found.decode.__module__)"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["True", "function", "segcheck.captures.kernels"]


@pytest.mark.parametrize("damage", ["none", "missing", "empty", "cut", "turned"])
def test_a_file_that_is_not_whole_is_not_used(damage: str, kept: bytes, place: Path) -> None:
    turned = kept[:-1] + bytes([kept[-1] ^ 1])
    data = {"none": kept, "empty": b"", "cut": kept[: len(kept) // 2], "turned": turned}.get(damage)
    if data is not None:
        place.write_bytes(data)

    assert (machine_code._kept() is not None) == (damage == "none")


def test_it_is_told_from_that_of_other_processors_and_versions(
    kept: bytes, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "another")
    other = machine_code._path()
    monkeypatch.setattr(machine_code.metadata, "version", lambda name: "another")

    assert len({place, other, machine_code._path()}) == 3


def test_every_kernel_that_is_called_is_kept() -> None:
    assert tuple(ENTRIES) == Kernels._fields


def test_a_kept_kernel_refuses_an_array_with_gaps(kept: bytes) -> None:
    with pytest.raises(AssertionError):
        machine_code.kernels().turn_joined(np.zeros(4, PACKET)[::2], np.zeros(1, np.int64))
