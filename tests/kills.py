"""Runs that are killed: `python -m tests.kills FOLDER COUNT SEED` kills so many and prints, as JSON, what was left of each.

One process loads everything once and forks a run for each kill; nothing of what it kills is shared with it. Half of the runs
are killed at a random moment, the others at a random statement to the store or a random file that is put into its place. At last
one run is left in peace, and two are started at once.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from segcheck import importers
from segcheck.app import placing
from segcheck.app.history import places, store, verifying
from segcheck.cli.main import run
from tests import toy
from tests.cli.towns import OPEN, town

#: What a run loads on its way, loaded before so that a killed one spends its time on its work.
_LOADED = ("running", "assessing", "history.telling", "replaying", "history.pruning")


def main(folder: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Return what each kill left: whether the store is sound, the output whole, and how many runs are kept."""
    os.chdir(folder)
    importers.installed = lambda: (toy,)  # type: ignore[assignment]
    for name in _LOADED:
        importlib.import_module(f"segcheck.app.{name}")
    chance = random.Random(seed)
    town(Path("town"))
    began = time.monotonic()
    first = _ended(_forked(0, None))
    length = time.monotonic() - began
    found = [{"killed": False, "code": first, **_left()}]
    for number in range(count):
        town(Path("town"), OPEN.replace("445", str(1000 + number)))  # something to store every time
        step = chance.randrange(1, 40) if number % 2 else None
        child = _forked(number, step)
        if step is None:
            time.sleep(chance.random() * 1.3 * length)
            os.kill(child, signal.SIGKILL)
        code = _ended(child)
        found.append({"killed": code == -signal.SIGKILL, "step": step, "code": code, **_left()})
    last = _ended(_forked(count, None))
    found.append({"killed": False, "code": last, **_left()})
    both = [_forked(count, None), _forked(count, None)]
    return [*found, *({"killed": False, "code": _ended(child), **_left()} for child in both)]


def _forked(number: int, step: int | None) -> int:
    child = os.fork()
    if child:
        return child
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        if step is not None:
            _dying(step)
        os._exit(run(["run", "town", "--time", "2026-11-24", "--format", "json=out.json", "--format", "text=out.txt"]))


def _dying(step: int) -> None:
    """Let this process die at its so manieth statement to the store, or file that is put into its place."""
    left = [step]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **named)
        connection.set_trace_callback(count)
        return connection

    store.sqlite3.connect = traced
    replace = Path.replace

    def counted(path: Path, target: Path) -> Path:
        count()
        return replace(path, target)

    placing.Path.replace = counted  # type: ignore[assignment,method-assign]


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _left() -> dict[str, Any]:
    path = places.history_of("town")
    sound, runs, hashes = True, 0, set()
    if path.is_file() and path.stat().st_size:
        with store.opened(path, create=True) as history:
            checked = verifying.verified(history)
            sound, runs = not checked.faults, len(history.runs())
            hashes = {one.hash for one in history.entries()}
    output = Path("out.json")
    whole = not output.exists() or json.loads(output.read_text())["chain"]["hash"] in hashes
    text = Path("out.txt")
    whole = whole and (not text.exists() or text.read_text(encoding="utf-8").rstrip().endswith("under exceptions 0)"))
    return {"sound": sound, "whole": whole, "runs": runs}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
