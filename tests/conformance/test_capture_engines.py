"""Every reference capture, whole, odd or damaged: the fast engine says exactly what the interpreted one says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from segcheck.captures.reading import read
from segcheck.errors import CannotRun
from segcheck.model.flow import CaptureFile
from segcheck.model.neighbour import Neighbours

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("kind", ["real", "malformed", "synth"])
def test_both_engines_agree_on_every_reference_capture(shared: Path, kind: str) -> None:
    pytest.importorskip("numba")
    paths = [
        path
        for path in sorted((shared / "data" / "captures" / kind).rglob("*"))
        if path.is_file() and path.suffix != ".tsv"
    ]
    frames = 0
    differ = []
    for path in paths:
        expected, found = _answer(path, "interpreted"), _answer(path, "kernel")
        if expected != found:
            differ.append(path.name)
        frames += 0 if isinstance(expected, str) else sum(file.frames.read for file in expected[0])

    assert differ == []
    assert len(paths) > 40
    assert frames > 5_000


def _answer(
    path: Path, engine: str
) -> tuple[tuple[CaptureFile, ...], dict[str, bytes], Mapping[str, Neighbours]] | str:
    try:
        found = read([(str(path), "")], engine=engine)
    except CannotRun as error:
        return str(error)
    return found.files, {tap: flows.tobytes() for tap, flows in found.flows.items()}, found.neighbours
