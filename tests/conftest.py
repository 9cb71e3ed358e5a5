"""What every test run shares: seeds, options, and an honest count of what did not run."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
#: Real exports and captures with known facts; beside the project where they are at hand, never part of it.
SHARED = ROOT.parent / "shared"

settings.register_profile(
    "everyday",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("random", parent=settings.get_profile("everyday"), derandomize=False, max_examples=500)
settings.register_profile("long", parent=settings.get_profile("everyday"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))

_seconds: dict[str, float] = defaultdict(float)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="rewrite the expected parts of text cases; the run stays red"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless it is asked for by `-m`."""
    if config.option.markexpr:
        return
    kept = [item for item in items if item.get_closest_marker("long") is None]
    left_out = [item for item in items if item.get_closest_marker("long") is not None]
    config.stash[_LEFT_OUT] = len(left_out)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


_LEFT_OUT = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker process tells the main one how many tests it left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash.get(_LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Every worker collects every test, so the counts agree: take one."""
    count = getattr(node, "workeroutput", {}).get("left_out", 0)
    node.config.stash[_LEFT_OUT] = count  # type: ignore[attr-defined]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[_part(report.nodeid)] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was left out, what was skipped and why, and the seconds of each part."""
    write = terminalreporter.write_line
    terminalreporter.section("parts")
    for part, seconds in sorted(_seconds.items()):
        write(f"{seconds:8.1f} s  {part}")
    skipped = Counter(
        (_part(report.nodeid), str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr))
        for report in terminalreporter.stats.get("skipped", [])
    )
    for (part, reason), count in sorted(skipped.items()):
        write(f"skipped {count:5d}  {part}: {reason}")
    write(f"left out: {config.stash.get(_LEFT_OUT, 0)} marked long (tools/long_run runs them)")


def _part(nodeid: str) -> str:
    parts = nodeid.split("::")[0].split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[-1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; the test is skipped where it is not at hand."""
    if not SHARED.is_dir():
        pytest.skip("reference data beside the project is absent")
    return SHARED
