"""DESIGN 2.20: same inputs and same day give the same bytes; a result is as old as its oldest judged input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from segcheck.cli.main import run
from tests.soundness.town import CLOSED, DAY, DEVICE, OPEN, PORTS, TWO_TIERS, Rule, fortigate, town

#: Several causes, several findings, something undecided: order has something to get wrong.
MORE = """\
  - id: rt
    kind: router
    interfaces: {x: {segment: lg-lan, address: 172.16.20.9}}
"""
RULES = [
    OPEN,
    Rule(2, "port1", "port2", "172.16.10.13/32", "172.16.20.26/32", "tcp/80"),
    Rule(3, "port2", "port1", "172.16.20.0/24", "172.16.10.0/24", "tcp/22"),
    Rule(4, "port1", "port2", "172.16.99.0/24", "172.16.20.0/24"),
    CLOSED,
]


def site(folder: Path, topology: str = TWO_TIERS + DEVICE + MORE) -> Path:
    return town(folder, topology, {"fw.conf": fortigate("fw", PORTS, RULES)})


def judged(folder: Path, seed: str) -> str:
    """Return the JSON of a run of its own, with a hash seed of its own; only the `run` block is taken out."""
    command = [sys.executable, "-m", "segcheck", "check", ".", "--format", "json", "--time", DAY.isoformat()]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    shown, count = re.subn(r'\n "run": \{.*?\n \},', "", done.stdout.decode("utf-8"), flags=re.DOTALL)
    assert count == 1
    return shown


def test_the_same_bytes_over_runs_and_hash_seeds(tmp_path: Path) -> None:
    folder = site(tmp_path)
    first = judged(folder, "0")

    assert len(json.loads(first)["findings"]) > 2
    for seed in ("0", "1", "4711"):
        assert judged(folder, seed) == first


def test_text_is_the_same_from_run_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = site(tmp_path)
    shown = []
    for _ in range(2):
        run(["check", str(folder), "--time", DAY.isoformat()])
        shown.append(capsys.readouterr().out)

    assert shown[0] == shown[1]


def test_the_order_of_the_files_entries_changes_no_verdict(tmp_path: Path) -> None:
    lines = TWO_TIERS.splitlines()
    zones = [lines.index("  mn: {tier: mynumber}"), lines.index("  lg: {tier: lgwan}")]
    lines[zones[0]], lines[zones[1]] = lines[zones[1]], lines[zones[0]]
    here, there = site(tmp_path / "1"), site(tmp_path / "2", "\n".join(lines) + "\n" + DEVICE + MORE)
    one, other = (json.loads(judged(folder, "0")) for folder in (here, there))

    def pairs(shown: dict[str, object]) -> dict[tuple[str, str], str]:
        return {(c["src"], c["dst"]): c["verdict"] for c in shown["crossings"]}  # type: ignore[attr-defined]

    assert pairs(one) == pairs(other)
    assert {f["fingerprint"] for f in one["findings"]} == {f["fingerprint"] for f in other["findings"]}


@pytest.mark.parametrize(
    ("days", "expected"), [(("2026-11-01", "2026-10-15"), "2026-10-15"), (("2026-11-01", ""), "2026-11-01")]
)
def test_a_result_is_as_old_as_its_oldest_judged_input(tmp_path: Path, days: tuple[str, str], expected: str) -> None:
    dates = [f", as_of: {day}" if day else "" for day in days]
    second = f"    exports: [{{path: exports/rt.conf{dates[1]}}}]\n"
    device = DEVICE.replace("format: fortigate}]", f"format: fortigate{dates[0]}}}]")
    other = MORE.replace("    interfaces", second + "    interfaces").replace("{x:", "{port1:")
    folder = site(tmp_path, TWO_TIERS + device + other)
    (folder / "exports/rt.conf").write_text(fortigate("rt", {"port1": "172.16.20.9/24"}, [CLOSED]), encoding="utf-8")

    assert json.loads(judged(folder, "0"))["as_of"] == expected


def test_another_day_is_another_result_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = site(tmp_path)
    days = []
    for day in ("2026-11-24", "2026-11-25"):
        run(["check", str(folder), "--format", "json", "--time", day])
        days.append(json.loads(capsys.readouterr().out)["day"])

    assert days == ["2026-11-24", "2026-11-25"]
