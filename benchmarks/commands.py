"""Whole commands, timed as a user waits for them, in turn with a peer's.

    python -m benchmarks.commands [RUNS]

Goals: `segcheck --help` under 0.3 s; `segcheck inspect` of a 5,000-line export under 2 s. The peer is fwshift (PyPI, extra
`benchmark`); where it is not installed its rows say so and no ratio is printed.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.exports import fortigate, iptables_save

SEGCHECK = (sys.executable, "-m", "segcheck")


def main(runs: int = 5) -> None:
    """Print a row per job: median seconds of segcheck, of the peer, and their ratio."""
    peer = shutil.which("fwshift", path=str(Path(sys.executable).parent)) or shutil.which("fwshift")
    print(
        f"{runs} runs each, medians of whole processes in seconds; peer: {'fwshift' if peer else 'fwshift is not installed'}"
    )
    with tempfile.TemporaryDirectory() as folder:
        linux, forti = Path(folder) / "rules.v4", Path(folder) / "fw.conf"
        linux.write_text(iptables_save(5000))
        forti.write_text(fortigate(5000))
        _row("--help", [*SEGCHECK, "--help"], [peer, "--help"] if peer else None, runs)
        for name, path, vendor in (("iptables", linux, "iptables"), ("fortigate", forti, "fortios")):
            ours = [*SEGCHECK, "inspect", str(path), "--format", "json"]
            theirs = [peer, "inspect", str(path), "--from", vendor] if peer else None
            _row(f"inspect {name} {len(path.read_text().splitlines())} lines", ours, theirs, runs)


def _row(name: str, ours: list[str], theirs: list[str] | None, runs: int) -> None:
    own, other = [], []
    _seconds(ours)  # warm: byte code written, files in the cache
    for _ in range(runs):
        own.append(_seconds(ours))
        if theirs:
            other.append(_seconds(theirs))
    text = f"{name:34} segcheck {statistics.median(own):6.2f}"
    if other:
        text += (
            f"   peer {statistics.median(other):6.2f}   ratio {statistics.median(other) / statistics.median(own):5.2f}x"
        )
    print(text)


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[:500]}")
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
