"""Chains of registered sessions: what a sanitiser cuts and what it does not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from segcheck.app import assessing
from segcheck.model.crossing import Standing
from segcheck.model.finding import ConfigEvidence, Finding, WitnessEvidence
from tests.checks.sites import PORTS, Firewall, Town, entry, rule

CITY = Path(__file__).resolve().parents[2] / "topologies" / "reiji"
DAY = date(2026, 11, 24)
MAIL = "    method: mail_text"
#: A gateway that forwards is an ordinary host.
FORWARDING = f"{MAIL}\n    forwards: true"
MAIL = f"{MAIL}\n    forwards: false"


@pytest.fixture
def judged(tmp_path: Path):
    """Return a function that judges the sound city with some of its words replaced."""

    def judge(
        *changes: tuple[str, str, str], day: date = DAY, check: str = "stepping-stone"
    ) -> dict[tuple[str, str, str], Finding]:
        folder = tmp_path / "site"
        shutil.copytree(CITY, folder)
        for name, old, new in changes:
            text = (folder / name).read_text(encoding="utf-8")
            assert old in text
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        found = assessing.assess(str(folder), day=day, select=[check], spelt=False).assessment.findings
        return {(one.key.partition(":")[0], one.src_zone, one.dst_zone): one for one in found}

    return judge


def way(finding: Finding) -> str:
    return dict(finding.params)["way"]


def test_registered_pairs_of_a_sanitiser_cut_every_chain(judged):
    assert judged() == {}


def test_method_that_the_profile_does_not_accept_makes_an_entry_that_permits_nothing(judged):
    """Web isolation is no method of the α model."""
    isolated = MAIL.replace("mail_text", "web_isolation")

    found = judged(("topology.yaml", MAIL, isolated), check="entry-out-of-model")
    assert {one.subject for one in found.values()} == {"SN-IN", "SN-OUT"}


def test_without_the_cut_everything_beyond_is_reached(judged):
    found = judged(("topology.yaml", MAIL, FORWARDING))

    assert set(found) == {
        ("control", "dmz", "lg"),
        ("control", "sc", "lg"),
        ("data", "dmz", "lg"),
        ("data", "dmz", "mn"),
        ("data", "dmz", "jk"),
        ("data", "dmz", "gc"),
        ("data", "sc", "lg"),
        ("data", "sc", "mn"),
        ("data", "sc", "jk"),
        ("data", "sc", "gc"),
    }
    control = found["control", "dmz", "lg"]
    assert control.standing is Standing.VIOLATED
    assert way(control) == "dmz → (SN-IN) → san [san-mail] → (SN-IN) → lg-srv"
    assert way(found["data", "sc", "mn"]).endswith("lg-srv → (SP-008) → mn-srv")


def test_every_step_is_shown_with_its_packet_rules_and_entry(judged):
    control = judged(("topology.yaml", MAIL, FORWARDING))["control", "dmz", "lg"]

    witnesses = [one for one in control.evidence if isinstance(one, WitnessEvidence)]
    lines = [one.span.path for one in control.evidence if isinstance(one, ConfigEvidence)]
    assert [one.place for one in witnesses] == ["dmz", "san"]
    assert all(one.journeys for one in witnesses)
    assert lines.count("policy.yaml") == 2
    assert "exports/fw-core.conf" in lines


def test_accepted_chain_is_not_told_until_its_review_is_due(judged):
    accepted = (
        "chains:",
        "chains:\n  - {id: CH-02, accept: [SN-IN, SN-IN], reason: 移行, owner: 課長, review_due: 2026-11-24}",
    )

    found = judged(("topology.yaml", MAIL, FORWARDING), ("policy.yaml", *accepted))

    assert ("control", "dmz", "lg") not in found
    assert ("control", "sc", "lg") in found  # a longer way is another way


def test_acceptance_ends_with_its_review_day(judged):
    accepted = (
        "chains:",
        "chains:\n  - {id: CH-02, accept: [SN-IN, SN-IN], reason: 移行, owner: 課長, review_due: 2026-11-23}",
    )

    assert ("control", "dmz", "lg") in judged(("topology.yaml", MAIL, FORWARDING), ("policy.yaml", *accepted))


def test_entry_that_permits_no_longer_is_no_step(judged):
    text = (CITY / "policy.yaml").read_text(encoding="utf-8")
    start = text.index("{id: SN-IN,")
    old = text[start : text.index("}", start)]

    found = judged(
        ("topology.yaml", MAIL, FORWARDING), ("policy.yaml", old, old.replace("status: 承認", "status: 廃止"))
    )

    assert ("control", "dmz", "lg") not in found


def test_screen_sessions_count_as_data_once_they_are_plain_sessions(judged):
    text = (CITY / "policy.yaml").read_text(encoding="utf-8")
    old = (
        "kind: screen, from: lg-terminals, to: vdi-in, service: [tcp/3389, udp/3389], gateway: screen-in, legs: [view],"
    )
    assert old in text
    plain = "kind: specific, from: lg-terminals, to: vdi-in, service: [tcp/3389, udp/3389],"

    own = (
        "standard:\n  - {id: ST-1, from: lgwan, to: internet, kinds: [specific, sanitise, screen], document: 基準, "
        "approver: 課長, reason: 試験, review_due: 2099-12-31}\n"
    )
    found = judged(("policy.yaml", old, plain), ("policy.yaml", "standard:\n", own))

    assert ("data", "in", "mn") in found
    assert ("control", "in", "lg") not in found


#: Mail that goes by way of a host in the sanitising segment that ends no session: two entries, one after the other.
RULES = [rule(1, "in:in-mail", "san:san-mail", "SMTP"), rule(2, "san:san-mail", "lg:lg-mail", "SMTP")]
ENTRIES = [entry("R1", "in-mail", "san-mail", "tcp/25"), entry("R2", "san-mail", "lg-mail", "tcp/25")]
WALL = Firewall(ports={**PORTS, "san": ("san-lan", "10.3.0.1/24")}, rules=RULES)
FIRES = Town(firewalls={"fw": WALL}, register=ENTRIES)
SOUND = Town(firewalls={"fw": replace(WALL, rules=RULES[1:])}, register=ENTRIES[1:])
