"""A municipality of 50 devices with 500 rules each, judged by `segcheck check` as a whole process.

    python -m benchmarks.sites [DEVICES [RULES]]

Prints seconds (wall and processor), the largest resident size, pairs of places judged, and the verdicts; the goal is under
60 s and 4 GB. The site is made by `benchmarks.towns` and written to a temporary folder as real files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.towns import Town


def main(devices: int = 50, rules: int = 500) -> None:
    """Print a row of measures and a row of verdicts."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "town"
        result = Path(folder) / "result.json"
        Town(devices, rules).write(site)
        command = [
            sys.executable,
            "-m",
            "segcheck",
            "check",
            str(site),
            "--format",
            "text",
            "--format",
            f"json={result}",
        ]
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        code = os.waitstatus_to_exitcode(status)
        if code not in (0, 1, 3):
            raise SystemExit(f"{' '.join(command)} ended with {code}")
        told = json.loads(result.read_text(encoding="utf-8"))
    verdicts = Counter(one["verdict"] for one in told["crossings"])
    print(
        f"{devices} devices x {rules} rules: {seconds:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor), "
        f"{used.ru_maxrss / 1024:.0f} MB, {len(told['crossings'])} pairs, {len(told['findings'])} findings, exit {code}"
    )
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items())))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
