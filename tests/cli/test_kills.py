"""A run that is killed leaves the store readable, the chain whole, and no half-written output."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_whatever_moment_a_run_is_killed_at_nothing_is_lost(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.kills", str(tmp_path), "8", "7"],
        cwd=ROOT, capture_output=True, check=True, timeout=300,
    )  # fmt: skip
    found = json.loads(done.stdout)

    assert [one for one in found if not (one["sound"] and one["whole"])] == []
    assert sum(one["killed"] for one in found) >= 4
    assert all(later["runs"] >= one["runs"] for one, later in pairwise(found))
    assert found[-3]["code"] in (0, 1)
    assert sorted(one["code"] for one in found[-2:]) == [1, 5]  # two at once: one judges
    assert sorted(path.name for path in (tmp_path / "town" / ".segcheck").iterdir()) == ["history.db", "lock"]
