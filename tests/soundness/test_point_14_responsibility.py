"""DESIGN 2.14: responsibility ends somewhere: what lies beyond is listed as outside the judgement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segcheck.cli.main import run
from segcheck.model.assessment import Assessment
from tests.soundness.town import CLOSED, DAY, DEVICE, PORTS, TWO_TIERS, Rule, assessed, fortigate, standing, town

BEYOND = TWO_TIERS.replace(
    "segments:\n", "  sc: {tier: security_cloud, responsibility: prefecture}\nsegments:\n"
).replace("hosts:\n", "  sc-net: {zone: sc, v4: [198.51.100.0/24], v6: none, kind: external}\nhosts:\n")
UPLINK = "      port3: {segment: sc-net, address: 198.51.100.2}\n"
OTHERS = """\
  - id: rt-sc
    kind: router
    responsibility: RESPONSIBILITY
    interfaces: {lan: {segment: sc-net, address: 198.51.100.1}}
"""


def site(folder: Path, responsibility: str) -> Assessment:
    ports = {**PORTS, "port3": "198.51.100.2/24"}
    export = fortigate("fw", ports, [CLOSED])
    topology = BEYOND + DEVICE + UPLINK + OTHERS.replace("RESPONSIBILITY", responsibility)
    return assessed(town(folder, topology, {"fw.conf": export}))


@pytest.mark.parametrize("responsibility", ["prefecture", "jlis", "digital_agency", "vendor"])
def test_what_others_answer_for_is_listed_as_outside(
    tmp_path: Path, responsibility: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = site(tmp_path, responsibility)

    assert found.outside == ("rt-sc", "zone:sc")
    assert found.devices == (1, 1)  # read, of those that the city answers for
    run(["check", str(tmp_path), "--time", DAY.isoformat(), "--format", "json"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["outside"] == ["rt-sc", "zone:sc"]
    run(["check", str(tmp_path), "--time", DAY.isoformat()])
    told = capsys.readouterr().out
    assert "rt-sc" in told
    assert "zone:sc" in told


def test_what_the_city_answers_for_is_never_outside(tmp_path: Path) -> None:
    found = site(tmp_path, "city")

    assert found.outside == ("zone:sc",)
    assert found.devices == (1, 2)


def test_the_border_itself_is_judged(tmp_path: Path) -> None:
    """Whoever answers for the far side: what crosses to it from here is a crossing of ours."""
    ports = {**PORTS, "port3": "198.51.100.2/24"}
    rules = [Rule(1, "port1", "port3", dst="198.51.100.0/24"), CLOSED]
    export = fortigate("fw", ports, rules)
    found = assessed(town(tmp_path, BEYOND + DEVICE + UPLINK, {"fw.conf": export}))

    assert standing(found, "mn-lan", "sc-net") == "violated"
    assert standing(found, "lg-lan", "sc-net") == "proven"
