"""DESIGN 2.12: broadcast domains; two zones in one are violated; what nobody has read is an assumption, and counted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from segcheck.cli.main import run
from segcheck.model.assessment import Assessment
from tests.soundness.town import CLOSED, DAY, DEVICE, PORTS, TWO_TIERS, assessed, crossing, fortigate, standing, town

SEPARATE = """\
assumptions:
  - {id: AS-L2, subject: SUBJECT, claim: VLANごとに分離, owner: 課長, reason: 委託先の設計, document: 設計書,
     review_due: 2027-03-31, assume: separate}
"""
VLANS = TWO_TIERS.replace("{zone: mn,", "{zone: mn, vlan: 10,").replace("{zone: lg,", "{zone: lg, vlan: 20,")
SWITCH = "  - id: sw\n    kind: switch\n    interfaces: {x1: {segment: mn-lan}, x2: {segment: lg-lan}}\n"


def site(folder: Path, topology: str, *, more: str = "", day: date = DAY) -> Assessment:
    return assessed(town(folder, topology + more, {"fw.conf": fortigate("fw", PORTS, [CLOSED])}), day)


def test_segments_on_ports_and_cables_of_their_own_need_nobodys_word(tmp_path: Path) -> None:
    found = site(tmp_path, TWO_TIERS + DEVICE)

    assert standing(found) == "proven"
    assert found.layer2 == (2, 0)


def test_two_zones_on_one_wire_are_violated(tmp_path: Path) -> None:
    link = 'links:\n  - {id: patch, ends: ["fw:port1", "segment:lg-lan"], kind: access}\n'
    found = site(tmp_path, TWO_TIERS + DEVICE, more=link)

    assert standing(found, "mn-lan", "lg-lan") == "violated"
    assert standing(found, "lg-lan", "mn-lan") == "violated"


def test_a_switch_that_nobody_read_leaves_it_open(tmp_path: Path) -> None:
    found = site(tmp_path, VLANS + DEVICE + SWITCH)

    assert standing(found) == "undecided"
    assert crossing(found, "mn-lan", "lg-lan").because == ("layer2:sw",)
    assert found.layer2 == (0, 2)


@pytest.mark.parametrize("subject", ["sw"])
def test_its_separation_is_an_assumption_and_counted(
    tmp_path: Path, subject: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = site(tmp_path, VLANS + DEVICE + SWITCH, more=SEPARATE.replace("SUBJECT", subject))

    assert standing(found) == "proven_assuming"
    assert crossing(found, "mn-lan", "lg-lan").assumptions == ("AS-L2",)
    run(["check", str(tmp_path), "--time", DAY.isoformat(), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["layer2"] == {"read": 0, "declared": 2}


def test_vlans_of_no_declared_switch_are_open_as_well(tmp_path: Path) -> None:
    found = site(tmp_path, VLANS + DEVICE)

    assert standing(found) == "undecided"
    assert crossing(found, "mn-lan", "lg-lan").because == ("layer2:undeclared",)


def test_vlans_that_share_a_port_of_a_firewall_may_be_joined_below_it(tmp_path: Path) -> None:
    ports = {
        "trunk": ";",
        "vl10": "172.16.10.1/24;set vlanid 10;set interface trunk;set type vlan",
        "vl20": "172.16.20.1/24;set vlanid 20;set interface trunk;set type vlan",
    }
    device = DEVICE.replace("port1:", "vl10:").replace("port2:", "vl20:")
    export = fortigate("fw", ports, [CLOSED])
    found = assessed(town(tmp_path, VLANS + device, {"fw.conf": export}))

    assert standing(found) == "undecided"
    assert any(name.startswith("layer2:") for name in crossing(found, "mn-lan", "lg-lan").because)


def test_one_domain_needs_no_device_to_cross(tmp_path: Path) -> None:
    """What a switch may join is joined whatever the firewall says: it is no packet of the firewall's."""
    found = site(tmp_path, VLANS + DEVICE + SWITCH)
    boxes = crossing(found, "mn-lan", "lg-lan").forbidden_may.boxes

    assert {box.family for box in boxes} == {4, 6}
