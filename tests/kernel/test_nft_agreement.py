"""Rule sets of nftables, judged live by the kernel, against both engines: every hand-written one in turn, and some random."""

from __future__ import annotations

from functools import cache

import pytest

from segcheck import importers
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Severity
from segcheck.model.source import SourceText

from .agreement import ENGINES, Agreement, ask
from .answers import answers
from .case import Case
from .nft_rules import handwritten, random_case
from .oracle import Router

SEED, AT_RANDOM = 11, 8
CASES: dict[str, Case] = {case.name: case for case in handwritten()}
CASES |= {case.name: case for case in (random_case(number, SEED) for number in range(AT_RANDOM))}
#: Rows that may be undecided: a header that only stands first without extension headers, which no packet row tells.
UNDECIDED = {"nft-version-of-ip-v6": "ip6 nexthdr"}
DORMANT = "nft-dormant-v4"


@cache
def _asked(name: str) -> Agreement:
    return ask(CASES[name])


@pytest.mark.kernel
@pytest.mark.parametrize("name", CASES)
def test_both_engines_agree_with_the_kernel(name: str) -> None:
    found = _asked(name)

    assert {engine: found.compared[engine].wrong for engine in ENGINES} == {"sets": [], "tracing": []}
    if name in UNDECIDED:
        assert UNDECIDED[name] in CASES[name].rules.nft
    else:
        assert {engine: found.compared[engine].undecided for engine in ENGINES} == {"sets": [], "tracing": []}
    assert found.rewritten == {"sets": (), "tracing": ()}


@pytest.mark.kernel
def test_slice_asks_enough_of_every_kind() -> None:
    rows = [row for name in CASES for row in _asked(name).judged.rows()]
    verdicts = [row["verdict"] for row in rows]

    assert len(rows) >= 2_300
    assert verdicts.count("FORWARD") >= 500
    assert verdicts.count("DROP") >= 500
    assert verdicts.count("LOCAL") >= 10
    assert sum(_asked(name).placed["sets"] for name in CASES) >= 0.9 * verdicts.count("FORWARD")


@pytest.mark.kernel
@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("-v4") and name != DORMANT])
def test_json_says_the_same_as_text(name: str) -> None:
    case = CASES[name]
    with Router(case.topology) as router:
        router.load(case.rules)
        listed = router.ruleset("-j")
    (reading,) = importers.read([SourceText("ruleset.json", listed, "utf-8", "")], "nftables").devices
    assert reading.taints == ()

    judged = _asked(name).judged
    described = judged.case_row()
    for engine in ENGINES.values():
        _, by_text = answers(described, judged.rows(), engine)
        _, by_json = answers(described | {"written": {"nft": listed}}, judged.rows(), engine, written=True)
        assert by_json == by_text


@pytest.mark.kernel
@pytest.mark.parametrize("name", CASES)
def test_listing_is_read_without_doubt(name: str) -> None:
    text = _asked(name).judged.export.nft
    reading = importers.read([SourceText("ruleset.nft", text, "utf-8", "")], "nftables")

    assert [one.id for one in reading.diagnostics if one.severity is not Severity.NOTE] == []


@pytest.mark.kernel
def test_flag_of_a_sleeping_table_is_not_guessed_from_json() -> None:
    """Nft 1.0.6 prints something else in its place."""
    with Router(CASES[DORMANT].topology) as router:
        router.load(CASES[DORMANT].rules)
        listed = router.ruleset("-j")
    (device,) = importers.read([SourceText("ruleset.json", listed, "utf-8", "")], "nftables").devices

    assert '"dormant"' in listed or [taint.scope for taint in device.taints] == [Scope.DEVICE]
