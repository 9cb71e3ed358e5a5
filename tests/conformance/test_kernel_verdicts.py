"""Both engines against what a Linux kernel did with 7,200 probes under real iptables dumps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.analysis.compiling import judge_device
from segcheck.analysis.tracing import trace
from segcheck.loaders.files import read_text
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from tests.conformance.kernel_rows import Row, nondeterministic, placed, rows

pytestmark = pytest.mark.conformance

#: Of all definite questions, the share that may come back undecided.
MAY_BE_UNDECIDED = 0.01
#: Why rows may come back undecided, by row; may only shrink. An export does not say which groups a host has joined.
MULTICAST = addresses.parse("224.0.0.0/4")
EXPLAINED = {"iptables/ef9b9a_iptables-save": 32}


def _definite(passed: bool) -> Verdict:
    return Verdict.PERMIT if passed else Verdict.DENY


def _by_sets(device: object, asked: list[Row]) -> list[tuple[str, Row]]:
    """Return what is wrong or undecided, by sets."""
    remarks = []
    for row, answer in zip(asked, judge_device(device, [r.probe for r in asked], reply=True), strict=True):
        if answer.verdict is Verdict.UNDECIDED:
            remarks.append(("undecided", row))
            continue
        if answer.verdict is not _definite(row.passed):
            remarks.append(("wrong verdict", row))
            continue
        if row.translated is None:
            continue
        if answer.egress != row.out:
            remarks.append((f"wrong egress {answer.egress}", row))
        left = tuple(answer.header.get(name, 0) for name in ("src", "sport", "dst", "dport"))
        if left != row.translated:
            remarks.append((f"wrong translation {left}", row))
        if row.reply is not None and answer.reply is not _definite(row.reply):
            remarks.append((f"reply {answer.reply}", row))
    return remarks


def _by_tracing(device: object, asked: list[Row]) -> list[tuple[str, Row]]:
    """Return what is wrong or undecided, by tracing."""
    remarks = []
    for row in asked:
        answer = trace(device, row.probe, reply=True)
        if answer.verdict is Verdict.UNDECIDED:
            remarks.append(("undecided", row))
            continue
        if answer.verdict is not _definite(row.passed):
            remarks.append(("wrong verdict", row))
            continue
        if row.translated is None:
            continue
        for path in answer.paths:
            if path.egress != row.out:
                remarks.append((f"wrong egress {path.egress}", row))
            left = tuple(path.header.get(name, 0) for name in ("src", "sport", "dst", "dport"))
            if left != row.translated:
                remarks.append((f"wrong translation {left}", row))
        if row.reply is not None and (answer.reply is None or answer.reply.verdict is not _definite(row.reply)):
            remarks.append((f"reply {answer.reply.verdict if answer.reply else None}", row))
    return remarks


@pytest.mark.parametrize("engine", [_by_sets, _by_tracing], ids=["sets", "tracing"])
def test_every_repeatable_row_agrees_with_the_kernel(engine, shared: Path) -> None:
    exports = shared / "data" / "exports"
    total, remarks = 0, []
    for (name, topology), asked in rows(exports).items():
        reading = importers.read([read_text(str(exports / name))])
        total += len(asked)
        remarks += engine(placed(reading.devices[0], topology), asked)

    undecided = [row for kind, row in remarks if kind == "undecided"]
    wrong = [(kind, row.file, row.line) for kind, row in remarks if kind != "undecided"]
    assert total >= 3_000
    assert wrong == []
    assert len(undecided) <= MAY_BE_UNDECIDED * total
    assert Counter(row.file for row in undecided) == EXPLAINED
    assert [row.line for row in undecided if row.probe.known["dst"] not in MULTICAST] == []


@pytest.mark.parametrize("engine", [_by_sets, _by_tracing], ids=["sets", "tracing"])
def test_rows_that_depend_on_rates_are_never_wrong(engine, shared: Path) -> None:
    """One measured outcome of a rule that varies: an answer may be undecided, or definite and right."""
    exports = shared / "data" / "exports"
    found = nondeterministic(exports)
    wrong = []
    for (name, topology), asked in found.items():
        reading = importers.read([read_text(str(exports / name))])
        remarks = engine(placed(reading.devices[0], topology), asked)
        wrong += [(kind, row.file, row.line) for kind, row in remarks if kind == "wrong verdict"]

    assert sum(len(asked) for asked in found.values()) > 0
    assert wrong == []
