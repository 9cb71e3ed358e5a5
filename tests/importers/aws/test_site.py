"""VPCs and their transit gateway as devices of a site: one folder of answers for all of them, each by its context."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import copytree

from segcheck.model.assessment import Assessment
from segcheck.model.finding import Finding
from tests.soundness.town import assessed, lines, standing, town

ATTACHED = '"TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-0a1"}]'
KOKYO = Path(__file__).parent / "kokyo"
TOPOLOGY = """\
segcheck: 1
name: 雲町
zones: {mn: {tier: mynumber, name: マイナンバー利用事務系}, lg: {tier: lgwan, name: LGWAN接続系}}
segments:
  mn-app: {zone: mn, v4: [10.64.1.0/24], v6: none, gateway: [vpc-mn]}
  mn-db: {zone: mn, v4: [10.64.2.0/24], v6: none, gateway: [vpc-mn]}
  mn-tgw: {zone: mn, v4: [10.64.9.0/28], v6: none, gateway: [vpc-mn]}
  lg-web: {zone: lg, v4: [10.65.1.0/24], v6: none, gateway: [vpc-lg]}
  lg-tgw: {zone: lg, v4: [10.65.9.0/28], v6: none, gateway: [vpc-lg]}
  hall: {zone: mn, v4: [10.10.0.0/16], v6: none, gateway: [tgw]}
devices:
  - id: vpc-mn
    kind: router
    exports: [{path: kokyo, format: aws, context: vpc-0a10000000000001, as_of: 2026-11-01}]
    interfaces:
      subnet-0a1: {segment: mn-app, address: 10.64.1.1}
      subnet-0a2: {segment: mn-db, address: 10.64.2.1}
      subnet-0a9: {segment: mn-tgw, address: 10.64.9.1}
      tgw-0c3: {}
  - id: vpc-lg
    kind: router
    exports: [{path: kokyo, format: aws, context: vpc-0b20000000000002, as_of: 2026-11-01}]
    interfaces:
      subnet-0b1: {segment: lg-web, address: 10.65.1.1}
      subnet-0b9: {segment: lg-tgw, address: 10.65.9.1}
      tgw-0c3: {}
  - id: tgw
    kind: router
    exports: [{path: kokyo, format: aws, context: tgw-0c3, as_of: 2026-11-01}]
    interfaces: {tgw-attach-0a1: {}, tgw-attach-0b2: {}, tgw-attach-0d4: {segment: hall}}
links:
  - {id: t1, ends: ["vpc-mn:tgw-0c3", "tgw:tgw-attach-0a1"], kind: gov_cloud}
  - {id: t2, ends: ["vpc-lg:tgw-0c3", "tgw:tgw-attach-0b2"], kind: gov_cloud}
"""


def _judged(folder: Path, **edits: Sequence[tuple[str, str]]) -> Assessment:
    town(folder, TOPOLOGY, {})
    copytree(KOKYO, folder / "kokyo", dirs_exist_ok=True)
    for name, pairs in edits.items():
        path = folder / "kokyo" / f"{name.replace('_', '-')}.json"
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return assessed(folder)


def test_a_blackhole_of_the_transit_gateway_keeps_two_vpcs_apart(tmp_path: Path) -> None:
    found = _judged(tmp_path / "whole")

    assert not [one for binding in found.bindings for one in binding.diagnostics]
    for src, dst in (
        ("lg-web", "mn-app"),
        ("lg-web", "mn-db"),
        ("mn-app", "lg-web"),
        ("lg-web", "hall"),
        ("hall", "lg-tgw"),
    ):
        assert standing(found, src, dst) == "proven", (src, dst)
    # a host of the city hall that calls itself 10.64.1.10 is let in by a group and a route
    assert standing(found, "hall", "lg-web") == "violated"
    assert [(path.endswith("security-groups.json"), first) for path, first, _ in lines(_crossing(found))][-1][0]


def test_a_route_and_a_rule_too_many_are_shown_with_their_lines(tmp_path: Path) -> None:
    found = _judged(
        tmp_path / "open",
        tgw_rtb_0e2=[('"State": "blackhole"', f'{ATTACHED}, "State": "active"')],
        security_groups=[('"CidrIp": "10.10.0.0/16"', '"CidrIp": "10.0.0.0/8"'), ('Port": 22', 'Port": 443')],
    )

    assert standing(found, "lg-web", "mn-app") == "violated"
    assert standing(found, "lg-web", "mn-db") == "proven"


def test_without_the_search_of_a_transit_route_table_its_ways_are_undecided(tmp_path: Path) -> None:
    town(tmp_path, TOPOLOGY, {})
    copytree(KOKYO, tmp_path / "kokyo")
    (tmp_path / "kokyo/tgw-rtb-0e2.json").unlink()
    rules = tmp_path / "kokyo/security-groups.json"
    rules.write_text(rules.read_text(encoding="utf-8").replace("10.10.0.0/16", "10.0.0.0/8"), encoding="utf-8")
    found = assessed(tmp_path)

    assert standing(found, "lg-web", "mn-app") == "undecided"
    assert standing(found, "lg-web", "mn-db") == "proven"


def test_a_line_between_bare_interfaces_is_in_the_zone_of_the_segment_that_it_carries(tmp_path: Path) -> None:
    def judged(name: str, carries: str) -> set[tuple[str, str]]:
        folder = tmp_path / name
        town(folder, TOPOLOGY.replace('tgw:tgw-attach-0a1"]', f'tgw:tgw-attach-0a1"]{carries}'), {})
        copytree(KOKYO, folder / "kokyo")
        return {(one.src.id, one.src.zone) for one in assessed(folder).crossings if one.src.id.startswith("link:")}

    assert judged("unsaid", "") == {("link:t1", "unknown"), ("link:t2", "unknown")}
    assert judged("said", ", segments: [mn-tgw]") == {("link:t1", "mn"), ("link:t2", "unknown")}


def _crossing(found: Assessment) -> Finding:
    shown = [one for one in found.findings if one.check == "forbidden-crossing"]
    return next(one for one in shown if any("sg-0cb1" in str(e) for e in one.evidence))
