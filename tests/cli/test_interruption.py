"""A long run on a terminal: it tells how far it is, and stops at once and cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.towns import Town
from segcheck.app import bundled

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix matter")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other side has closed
        return b""


def _heeding() -> None:
    """Let a child heed interruptions also where the tests were started by something that ignores them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_with_130_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    site = tmp_path / "town"
    Town(30, 200).write(site)
    out = tmp_path / "out"
    out.mkdir()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "segcheck", "--lang", "en", "check", str(site), "--format", f"json={out / 'r.json'}"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        preexec_fn=_heeding,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    told = b""
    while b"crossings" not in told and (more := _read(ours)):
        told += more
    process.send_signal(signal.SIGINT)
    while more := _read(ours):
        told += more
    os.close(ours)
    shown, _ = process.communicate()

    assert b"crossings" in told
    assert (process.returncode, told[-2000:] if process.returncode != 130 else b"") == (130, b"")
    assert shown == b""
    assert b"Traceback" not in told
    assert b"segcheck: interrupted" in told
    assert list(out.iterdir()) == []


def test_an_interruption_that_python_drops_is_asked_for_again() -> None:
    code = """
import signal, sys, time
from segcheck.cli import main
class Cleared:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
def slow(*args, **named):
    Cleared()
    for _ in range(200):
        time.sleep(0.05)
    return 1
main.Group.main = slow
sys.exit(main.run(["check", "x"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60, preexec_fn=_heeding
    )

    assert (done.returncode, b"Traceback" in done.stderr) == (130, False), done.stderr


def test_where_nobody_watches_there_is_no_progress() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "segcheck", "check", str(bundled.sites()["kozato"])], capture_output=True, check=False
    )

    assert done.returncode == 0
    assert done.stderr == b""
