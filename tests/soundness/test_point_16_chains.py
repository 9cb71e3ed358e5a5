"""DESIGN 2.16: sessions that are each permitted may make a chain; what no registered pair cuts is a possible stepping stone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soundness.test_point_15_sanitisers import LEG_IN, LEG_OUT, REGISTER, site
from tests.soundness.town import POLICY, STANDARD, standing

APART = """\
register:
  - {id: A-1, kind: specific, from: in-mail, to: san-01, service: tcp/25, purpose: x, status: 承認, approver: 課長,
     approved: 2026-04-01, expires: 2027-03-31}
  - {id: A-2, kind: KIND, from: san-01, to: lg-mail, service: tcp/25, purpose: x, status: 承認, approver: 課長,
     approved: 2026-04-01, expires: 2027-03-31}
"""


@pytest.mark.parametrize("kind", ["relay", "specific"])
def test_two_registered_sessions_that_no_gateway_cuts_are_a_possible_stepping_stone(tmp_path: Path, kind: str) -> None:
    """in-mail may open to san-01 and san-01 to lg-mail, by two entries that are no pair of a gateway."""
    found = site(tmp_path, LEG_IN, LEG_OUT, policy=POLICY + STANDARD + APART.replace("KIND", kind))

    assert standing(found, "in-lan", "san-lan") == "proven"
    assert standing(found, "san-lan", "lg-lan") == "proven"
    assert any("stepping" in one.check or "chain" in one.check for one in found.findings)


def test_a_registered_pair_of_legs_cuts_the_chain(tmp_path: Path) -> None:
    found = site(tmp_path, LEG_IN, LEG_OUT)

    assert found.findings == ()


def test_no_chain_without_its_second_hop(tmp_path: Path) -> None:
    found = site(tmp_path, LEG_IN, policy=REGISTER)

    assert {one.check for one in found.findings} == {"narrower-than-registered"}  # the other leg does not pass
    assert standing(found, "san-lan", "lg-lan") == "proven"
