"""DESIGN 2.7: an assumption has an owner, a reason, a document and a date; what leans on it is proven_assuming and names it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from segcheck.app import validating
from segcheck.cli.main import run
from segcheck.model.assessment import Assessment
from segcheck.model.diagnostic import Severity
from tests.soundness.town import CLOSED, DAY, OPEN, Rule, assessed, crossing, findings, fortigate, standing, town

#: fw-a with an export, fw-b without one; a segment between them.
TOPOLOGY = """\
zones:
  mn: {tier: mynumber}
  mid: {tier: management}
  lg: {tier: lgwan}
segments:
  mn-lan: {zone: mn, v4: [172.16.10.0/24], v6: none, gateway: [fw-a]}
  mid-lan: {zone: mid, v4: [172.16.30.0/24], v6: none}
  lg-lan: {zone: lg, v4: [172.16.20.0/24], v6: none, gateway: [fw-b]}
devices:
  - id: fw-a
    kind: firewall
    exports: [{path: exports/a.conf}]
    interfaces: {port1: {segment: mn-lan, address: 172.16.10.1}, port2: {segment: mid-lan, address: 172.16.30.1}}
  - id: fw-b
    kind: firewall
    interfaces: {p1: {segment: mid-lan, address: 172.16.30.2}, p2: {segment: lg-lan, address: 172.16.20.1}}
    routes: [{to: 172.16.10.0/24, via: 172.16.30.1}]
    routes_complete: true
"""
DUE = date(2026, 12, 31)


def claim(assume: str, subject: str = "fw-b", due: date = DUE, identity: str = "AS-1") -> str:
    return (
        f"  - {{id: {identity}, subject: {subject}, claim: 設定, owner: 情報政策課長, reason: 委託先の管理, document: 仕様書,\n"
        f"     review_due: {due.isoformat()}, assume: {assume}}}\n"
    )


def site(
    folder: Path, *claims: str, day: date = DAY, rules: tuple[Rule, ...] = (Rule(1, "port1", "port2"), CLOSED)
) -> Assessment:
    export = fortigate(
        "fw-a",
        {"port1": "172.16.10.1/24", "port2": "172.16.30.1/24"},
        rules,
        [("172.16.20.0/24", "172.16.30.2", "port2")],
    )
    text = "".join(("assumptions:\n", *claims)) if claims else ""
    return assessed(town(folder, TOPOLOGY + text, {"a.conf": export}), day)


def test_without_an_assumption_a_device_without_an_export_is_undecided(tmp_path: Path) -> None:
    found = site(tmp_path)

    assert standing(found) == "undecided"
    assert crossing(found, "mn-lan", "lg-lan").because == ("no-export:fw-b",)
    assert found.assumptions == ()


def test_deny_makes_it_proven_assuming_never_proven_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = site(tmp_path, claim("deny"))
    leaning = crossing(found, "mn-lan", "lg-lan")

    assert (leaning.standing.value, leaning.assumptions) == ("proven_assuming", ("AS-1",))
    (used,) = found.assumptions
    assert (used.id, used.owner, used.reason, used.document) == ("AS-1", "情報政策課長", "委託先の管理", "仕様書")
    assert (used.review_due, used.expired, used.leaning >= 1) == (DUE, False, True)
    capsys.readouterr()
    assert run(["check", str(tmp_path), "--time", DAY.isoformat(), "--ignore", "forbidden-crossing"]) in (1, 3)
    assert "AS-1" in capsys.readouterr().out


def test_what_does_not_lean_on_it_is_proven(tmp_path: Path) -> None:
    found = site(tmp_path, claim("deny"), rules=(CLOSED,))

    assert standing(found, "mn-lan", "lg-lan") == "proven"
    assert crossing(found, "mn-lan", "lg-lan").assumptions == ()


def test_permit_takes_the_device_for_open(tmp_path: Path) -> None:
    open_ = site(tmp_path / "open", claim("permit"))
    shut = site(tmp_path / "shut", claim("permit"), rules=(CLOSED,))

    assert standing(open_) == "violated"
    assert all("AS-1" in one.assumptions for one in findings(open_, "forbidden-crossing") if one.dst_zone == "lg")
    assert standing(shut) in ("proven", "proven_assuming")


@pytest.mark.parametrize(("days", "expected"), [(-1, "proven_assuming"), (0, "proven_assuming"), (1, "undecided")])
def test_an_expired_assumption_does_not_count_and_is_named(tmp_path: Path, days: int, expected: str) -> None:
    """The last day counts."""
    found = site(tmp_path, claim("deny"), day=DUE + timedelta(days=days))

    assert standing(found) == expected
    assert [(one.id, one.expired) for one in found.assumptions] == [("AS-1", days > 0)]


@pytest.mark.parametrize(
    "missing", ["owner: 情報政策課長, ", "reason: 委託先の管理, ", "document: 仕様書,", f"review_due: {DUE}, "]
)
def test_an_assumption_that_nobody_answers_for_is_refused(tmp_path: Path, missing: str) -> None:
    text = claim("deny")
    assert missing in text
    folder = town(tmp_path, TOPOLOGY + "assumptions:\n" + text.replace(missing, ""), {"a.conf": "x"})
    found = validating.validate(str(folder))

    assert found.site is None
    assert any(one.severity is Severity.ERROR for file in found.files for one in file.problems)
    assert run(["check", str(folder)]) == 2


def test_an_attestation_that_only_states_something_changes_nothing(tmp_path: Path) -> None:
    text = claim("deny").replace(", assume: deny", "")
    export = fortigate("fw-a", {"port1": "172.16.10.1/24", "port2": "172.16.30.1/24"}, [OPEN])
    found = assessed(town(tmp_path, TOPOLOGY + "attestations:\n" + text, {"a.conf": export}))

    assert crossing(found, "mid-lan", "lg-lan").standing.value == "undecided"


def test_layer_2_is_an_assumption(tmp_path: Path) -> None:
    vlans = TOPOLOGY.replace("{zone: mn,", "{zone: mn, vlan: 10,").replace("{zone: lg,", "{zone: lg, vlan: 20,")
    switch = "  - id: sw\n    kind: switch\n    interfaces: {x1: {segment: mn-lan}, x2: {segment: lg-lan}}\n"
    export = fortigate("fw-a", {"port1": "172.16.10.1/24", "port2": "172.16.30.1/24"}, [CLOSED])
    said = "assumptions:\n" + claim("deny") + claim("separate", "sw", identity="AS-2")
    alone = assessed(town(tmp_path / "1", vlans + switch + "assumptions:\n" + claim("deny"), {"a.conf": export}))
    both = assessed(town(tmp_path / "2", vlans + switch + said, {"a.conf": export}))
    late = assessed(town(tmp_path / "3", vlans + switch + said, {"a.conf": export}), DUE + timedelta(days=1))

    assert (standing(alone), crossing(alone, "mn-lan", "lg-lan").because) == ("undecided", ("layer2:sw",))
    assert (standing(both), crossing(both, "mn-lan", "lg-lan").assumptions) == ("proven_assuming", ("AS-2",))
    assert standing(late) == "undecided"


def test_a_result_under_assumptions_ends_with_3_and_with_0_for_those_who_accept_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site(tmp_path, claim("deny"), rules=(CLOSED,))
    asked = ["check", str(tmp_path), "--time", DAY.isoformat()]

    assert run(asked) == 3
    assert run([*asked, "--accept-assumptions", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out.partition("\n{")[2].join(("{", "")))
    assert shown["verdict"] == "proven_assuming"
    assert "--accept-assumptions" in shown["run"]["weakened"]
