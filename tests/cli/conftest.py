"""Command lines run in this process, with streams of any encoding."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from segcheck import importers
from segcheck.cli.main import run
from tests import toy


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    """Only the toy importer, an empty folder, no language or colour from outside."""
    monkeypatch.setattr(importers, "installed", lambda: (toy,))
    monkeypatch.chdir(tmp_path)
    for name in ("SEGCHECK_LANG", "SEGCHECK_DEBUG", "NO_COLOR", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    (tmp_path / "whole").write_text(toy.WHOLE, encoding="utf-8")
    (tmp_path / "doubtful").write_text(toy.DOUBTFUL, encoding="utf-8")
    (tmp_path / "device.yaml").write_text(
        "interfaces: {lan: {address: 10.0.0.1/24}, wan: {address: 203.0.113.2/30}}\n"
        "routes: [{to: 0.0.0.0/0, via: 203.0.113.1}]\nroutes_complete: true\n",
        encoding="utf-8",
    )
    (tmp_path / "packets.tsv").write_text(
        "# what is asked\nin\tsrc\tdst\tproto\tdport\nlan\t10.0.0.5\t192.0.2.1\ttcp\t443\nlan\t10.0.0.5\t192.0.2.1\ttcp\t80\n",
        encoding="utf-8",
    )


@pytest.fixture
def call(monkeypatch) -> Callable[..., Outcome]:
    """Run a command line; what it wrote comes back decoded as the terminal would."""

    def calling(*arguments: str, encoding: str = "utf-8", stdin: bytes = b"") -> Outcome:
        raw = {name: io.BytesIO() for name in ("stdout", "stderr")}
        with monkeypatch.context() as patch:
            for name, buffer in raw.items():
                stream = io.TextIOWrapper(buffer, encoding=encoding, newline="\n")
                patch.setattr(sys, name, stream)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            code = run(list(arguments))
            written = []
            for name, buffer in raw.items():
                getattr(sys, name).flush()
                written.append(buffer.getvalue().decode(encoding))
        return Outcome(code, *written)

    return calling
