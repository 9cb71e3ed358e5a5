"""DESIGN 2.17: between tiers everything is denied except what the register lists: hosts, ports, initiator, status, dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from segcheck.app import assessing
from segcheck.cli.main import run
from segcheck.model.assessment import Assessment
from tests.soundness.town import (
    CLOSED,
    DEVICE,
    OPEN,
    POLICY,
    PORTS,
    TWO_TIERS,
    Rule,
    assessed,
    findings,
    fortigate,
    standing,
    town,
)

DAY = date(2026, 11, 24)
ENTRY = {
    "from": "mn-host",
    "to": "lg-host",
    "service": "tcp/443",
    "initiator": "from",
    "status": "承認",
    "approved": "2026-04-01",
    "expires": "2027-03-31",
}


def policy(*entries: dict[str, str]) -> str:
    rows = []
    for number, entry in enumerate(entries, 1):
        words = ", ".join(f"{key}: {value}" for key, value in {**ENTRY, **entry}.items() if value)
        rows.append(f"  - {{id: SP-{number}, kind: specific, purpose: 連携, approver: 課長, {words}}}\n")
    return POLICY + ("register:\n" + "".join(rows) if rows else "")


def site(folder: Path, *entries: dict[str, str], day: date = DAY, rule: Rule = OPEN) -> Assessment:
    files = {"fw.conf": fortigate("fw", PORTS, [rule, CLOSED])}
    return assessed(town(folder, TWO_TIERS + DEVICE, files, policy(*entries)), day)


def test_everything_between_tiers_is_denied_except_what_is_registered(tmp_path: Path) -> None:
    assert standing(site(tmp_path / "none")) == "violated"
    assert standing(site(tmp_path / "one", {})) == "proven"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("from", "lg-host"),
        ("to", "mn-host"),
        ("service", "tcp/80"),
        ("service", "udp/443"),
        ("initiator", "to"),
        ("status", "申請中"),
        ("status", "廃止"),
        ("approved", "2026-11-25"),
        ("expires", "2026-11-23"),
    ],
)
def test_every_word_of_an_entry_counts(tmp_path: Path, key: str, value: str) -> None:
    entry = {key: value} | ({"to": "mn-host"} if (key, value) == ("from", "lg-host") else {})
    entry |= {"from": "lg-host"} if (key, value) == ("to", "mn-host") else {}

    assert standing(site(tmp_path, entry)) == "violated"


def test_an_approved_entry_without_the_day_of_its_decision_is_refused(tmp_path: Path) -> None:
    files = {"fw.conf": fortigate("fw", PORTS, [OPEN, CLOSED])}
    town(tmp_path, TWO_TIERS + DEVICE, files, policy({"approved": ""}))

    assert run(["check", str(tmp_path)]) == 2


@pytest.mark.parametrize("status", ["承認", "設定済", "確認済"])
def test_approved_entries_permit(tmp_path: Path, status: str) -> None:
    assert standing(site(tmp_path, {"status": status})) == "proven"


def test_the_initiator_may_be_the_receiving_side(tmp_path: Path) -> None:
    """Data goes from LGWAN to My Number, and My Number opens the session: a pull."""
    assert standing(site(tmp_path, {"from": "lg-host", "to": "mn-host", "initiator": "to"})) == "proven"


@pytest.mark.parametrize(("days", "expected"), [(-1, "proven"), (0, "proven"), (1, "violated")])
def test_expiry_is_inclusive(tmp_path: Path, days: int, expected: str) -> None:
    last = date(2027, 3, 31)
    found = site(tmp_path, {}, day=last + timedelta(days=days))

    assert standing(found) == expected
    assert {one.check for one in found.findings} == ({"expired-entry"} if days > 0 else set())


def test_the_day_is_that_of_japan(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def,override]
            return datetime(2027, 3, 31, 15, 0, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(assessing, "datetime", Clock)
    assert assessing.today() == date(2027, 4, 1)  # midnight in Japan


def test_the_command_line_names_the_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site(tmp_path, {})

    assert run(["check", str(tmp_path), "--time", "2027-03-31"]) == 0
    assert run(["check", str(tmp_path), "--time", "2027-04-01"]) == 1
    assert run(["check", str(tmp_path), "--time", "yesterday"]) == 2


def test_an_expired_entry_is_one_finding_and_not_two(tmp_path: Path) -> None:
    found = site(tmp_path, {}, day=date(2027, 4, 1))

    assert [(one.check, one.standing.value) for one in found.findings] == [("expired-entry", "violated")]
    assert dict(found.findings[0].params)["entry"] == "SP-1"


def test_a_rule_wider_than_its_entry_is_a_finding_and_so_is_one_that_does_not_pass(tmp_path: Path) -> None:
    wide = replace(OPEN, service="ALL")
    wider = site(tmp_path / "wide", {}, rule=wide)
    narrow = site(
        tmp_path / "narrow",
        {},
        rule=Rule(1, "port1", "port2", "172.16.10.12/32", "172.16.20.25/32", "tcp/80", accept=False),
    )

    assert standing(wider) == "violated"
    assert findings(wider, "wider-than-registered")
    assert findings(wider, "narrower-than-registered") == []
    assert standing(narrow) == "proven"
    assert [one.standing.value for one in findings(narrow, "register-without-rule")] == ["violated"]


def test_two_zones_of_one_tier_are_denied_unless_the_policy_says_otherwise(tmp_path: Path) -> None:
    topology = TWO_TIERS.replace("{tier: mynumber}", "{tier: lgwan}") + DEVICE
    files = {"fw.conf": fortigate("fw", PORTS, [OPEN, CLOSED])}
    strict = assessed(town(tmp_path / "strict", topology, files))
    loose = assessed(town(tmp_path / "loose", topology, files, POLICY + "options: {intra_tier: allow}\n"))

    assert standing(strict) == "violated"
    assert ("mn-lan", "lg-lan") not in {(one.src.id, one.dst.id) for one in loose.crossings}


SCREENS = """\
gateways:
  - {id: screens, hosts: [lg-host], method: screen, legs: [{id: view, to: mn-host, service: tcp/3389, opener: other},
     {id: web, from: zone:lg, service: tcp/443, opener: self}]}
"""


@pytest.mark.parametrize("tier", ["internet", "lgwan"])
def test_the_profile_says_which_entries_may_exist(tmp_path: Path, tier: str) -> None:
    """Screen transfer from My Number may be registered in no model without the option, and never to the internet tier."""
    topology = TWO_TIERS.replace("{tier: lgwan}", f"{{tier: {tier}}}") + DEVICE + SCREENS
    view = Rule(1, "port1", "port2", "172.16.10.12/32", "172.16.20.25/32", "tcp/3389")
    files = {"fw.conf": fortigate("fw", PORTS, [view, CLOSED])}
    words = policy({"service": "tcp/3389", "gateway": "screens", "legs": "[view]"})
    words = words.replace("kind: specific", "kind: screen")
    option = "options: {mn_screen_transfer: true, mn_screen_client: mynumber}\n"
    found = assessed(town(tmp_path / "off", topology, files, words))
    allowed = assessed(town(tmp_path / "on", topology, files, words + option))

    told = {(one.check, one.standing.value) for one in found.findings}
    assert told - {("peer-on-internet", "violated")} == {("entry-out-of-model", "violated")}
    assert standing(found) == "violated"
    assert standing(allowed) == ("proven" if tier == "lgwan" else "violated")
