"""A sanitiser that stands in two segments may pass packets on between them: a claim that it does not proves nothing (§2.15)."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from segcheck.app import assessing
from segcheck.model.crossing import Standing

CITY = Path(__file__).resolve().parents[2] / "topologies" / "reiji"
DAY = date(2026, 11, 24)
ONE_ARMED = "{id: san-file-02, segment: san, addresses: [10.50.10.10],"
TWO_ARMED = "{id: san-file-02, segment: lg-srv, addresses: [10.20.10.9],"
ASSUMED = "    document: 製品仕様書 3.2\n    review_due: 2027-03-31\n"
EXPIRED = "    document: 製品仕様書 3.2\n    review_due: 2026-11-23\n"


def crossings(folder: Path, *changes: tuple[str, str]):
    shutil.copytree(CITY, folder)
    text = (folder / "topology.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "topology.yaml").write_text(text, encoding="utf-8")
    found = assessing.assess(str(folder), day=DAY, only_crossings=True, spelt=False).assessment.crossings
    return {(one.src.id, one.dst.id): one for one in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def test_claim_alone_and_an_expired_assumption_leave_the_crossing_open(folder: Path) -> None:
    found = crossings(folder, (ONE_ARMED, TWO_ARMED), (ASSUMED, EXPIRED))

    assert found["san", "lg-srv"].standing is Standing.UNDECIDED
    assert "forwarding:san-file" in found["san", "lg-srv"].because
    assert found["in-vdi", "lg-srv"].standing is Standing.UNDECIDED  # by way of what it may send to the sanitiser
    assert found["dmz", "lg-srv"].standing is Standing.PROVEN_ASSUMING  # which it may not


def test_assumption_with_an_owner_is_named(folder: Path) -> None:
    found = crossings(folder, (ONE_ARMED, TWO_ARMED))

    assert found["san", "lg-srv"].standing is Standing.PROVEN_ASSUMING
    assert "AS-02" in found["san", "lg-srv"].assumptions


def test_one_armed_sanitiser_is_judged_by_its_firewall(folder: Path) -> None:
    found = crossings(folder, (ASSUMED, EXPIRED))

    assert found["san", "lg-srv"].standing is Standing.PROVEN_ASSUMING
    assert "AS-02" not in found["san", "lg-srv"].assumptions
