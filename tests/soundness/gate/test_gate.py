"""Random sites: whatever the engine says of them, brute force has to bear out (the full count: `tools/long_run sites`)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from segcheck.model.crossing import Standing
from tests.soundness.gate.gate import Found, compare_all

SITES, SLICE = 500, 25
#: What is seen of the sites, all slices together; the last test looks whether it was worth looking at.
_seen = Found()
_slices: set[int] = set()


@pytest.mark.parametrize("first", range(0, SITES, SLICE))
def test_brute_force_bears_out_what_is_said_of_random_sites(first: int) -> None:
    found = compare_all(range(first, first + SLICE))
    _seen.add(found)
    _slices.add(first)

    assert found.exceptions == []
    assert found.counts["sites"] == SLICE
    assert found.counts["over budget"] < found.counts["packets"] / 4


def test_where_all_is_read_little_is_left_open() -> None:
    """Too little said is no danger, but a gate that never sees a sure answer would not see a wrong one either."""
    found = _seen if len(_slices) == SITES // SLICE else compare_all(range(4 * SLICE))
    counts = found.counts

    assert len(found.imprecise) <= counts["cases where all is read"] / 500
    for standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING, Standing.UNDECIDED, Standing.VIOLATED):
        assert counts[f"cases {standing.value}"] > counts["sites"] / 10
    assert min(counts["must"], counts["required"], counts["directions compared"]) > counts["sites"] / 10


@pytest.mark.parametrize("name", ["ground", "packets", "devices", "permitting", "simulator"])
def test_brute_force_shares_no_code_with_the_engine(name: str) -> None:
    tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    ours = {module for module in imported if module.startswith(("segcheck", "tests"))}

    assert ours
    assert {m for m in ours if not m.startswith(("segcheck.model.", "tests.soundness.gate."))} <= {
        "segcheck.sets",
        "segcheck.sets.addresses",
        "segcheck.sets.header",
        "segcheck.sets.intervals",
    }
