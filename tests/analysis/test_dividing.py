"""Conversations that the register does not tell apart, but rules do: each is judged by what rules say of it."""

from __future__ import annotations

import pytest

from segcheck.analysis import joining as asking
from segcheck.analysis import sightings
from segcheck.model.crossing import Standing
from segcheck.model.finding import FramesEvidence
from segcheck.model.replay import Outcome, Ruling
from tests.checks.sites import WHOLE, Firewall, entry, rule
from tests.replays import FAR, MAIL, OTHER, PC, TAPS, flow, named, only, params, seen, town

WIDE = entry("R1", "lg-lan", "in-mail", "tcp/25")
#: Of all hosts that the register lets in, the rule lets in one.
NARROW = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")


def bypassed(found):
    return {
        one.check: params(one)["conversations"] for one in found.assessment.findings if one.check == "observed-bypass"
    }


@pytest.mark.parametrize("order", [(MAIL, PC), (PC, MAIL)])
def test_a_rule_narrower_than_the_register_is_bypassed_whoever_is_seen_first(tmp_path, order):
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    rows = [flow(src, OTHER, 25, frame=10 * n + 1, sport=50_000 + n) for n, src in enumerate(order)]
    found = seen(folder, {"ti": rows})

    assert bypassed(found) == {"observed-bypass": "1"}
    texts = [one.text for one in only(found, "observed-bypass").evidence if isinstance(one, FramesEvidence)]
    assert [text.partition(":")[0] for text in texts] == [PC]
    assert dict(found.outcomes) == {Outcome.IN_USE: 1, Outcome.BYPASS: 1}
    assert found.rulings[Ruling.REGISTERED].conversations == 2


def test_what_rules_answer_alike_is_one_sighting(tmp_path):
    folder = town(WIDE, rules=[NARROW, rule(2, "lg:all", "in:in-mail", "SMTP")]).written(tmp_path)
    found = seen(folder, {"ti": [flow(src, OTHER, 25) for src in (MAIL, PC, "10.1.0.77")]})

    assert (named(found), dict(found.outcomes)) == ([], {Outcome.IN_USE: 1})


def test_source_ports_that_rules_ask_for_are_told_apart(tmp_path):
    wall = Firewall(iptables=["-i lg -o in -s 10.1.0.0/24 -d 10.2.0.25 -p tcp --sport 1024:65535 --dport 25 -j ACCEPT"])
    folder = town(WIDE, firewalls={"fw": wall}, topology=TAPS + WHOLE).written(tmp_path)
    found = seen(folder, {"ti": [flow(PC, OTHER, 25, sport=50_000), flow(PC, OTHER, 25, sport=1000, frame=2)]})

    assert dict(found.outcomes) == {Outcome.IN_USE: 1, Outcome.BYPASS: 1}


def test_what_rules_are_not_asked_about_is_undecided_and_counted(tmp_path, monkeypatch):
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    rows = {"ti": [flow(MAIL, OTHER, 25), flow(PC, OTHER, 25, frame=2), flow("10.1.0.51", OTHER, 25, frame=3)]}
    asked = seen(folder, rows)
    monkeypatch.setattr(asking, "MAX_ASKED", 1)
    short = seen(folder, rows)

    assert (asked.unasked, asked.assessment.standing) == (0, Standing.UNDECIDED)  # its export has no date
    assert (short.unasked, short.assessment.standing) == (2, Standing.UNDECIDED)
    assert named(short) == []


# ---- many different ones


def test_a_scan_of_all_ports_is_one_finding_of_few_sightings(tmp_path):
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    rows = [flow(PC, FAR, port, heard=False, said=False, answered=False, frame=port + 1) for port in range(2048)]
    found = seen(folder, {"tl": rows, "ti": rows[::2]})

    assert sum(found.outcomes.values()) < 128
    assert found.rulings[Ruling.NOT_REGISTERED].conversations == 3072
    crossed = only(found, "observed-crossing")
    assert params(crossed)["service"] == "1024 services"
    assert len(crossed.evidence) <= 8


def test_a_scan_with_one_registered_port_in_it_keeps_that_apart(tmp_path):
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    rows = [flow(MAIL, OTHER, port, frame=port + 1) for port in range(512)]
    found = seen(folder, {"": rows})

    assert {one: count.conversations for one, count in found.rulings.items()} == {
        Ruling.REGISTERED: 1,
        Ruling.NOT_REGISTERED: 511,
    }
    assert params(only(found))["service"] == "511 services"


def test_a_sweep_of_addresses_is_one_finding(tmp_path):
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    swept = [f"10.2.0.{host}" for host in range(2, 255)]
    found = seen(folder, {"ti": [flow(PC, end, 445, frame=n + 1) for n, end in enumerate(swept)]})

    assert params(only(found, "observed-crossing"))["conversations"] == str(len(swept))
    assert bypassed(found) == {"observed-bypass": str(len(swept))}
    assert sum(found.outcomes.values()) == 2  # the register knows one of them


def test_all_icmp_types_and_codes_are_few_sightings(tmp_path):
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    rows = [flow(PC, FAR, kind << 8 | code, proto=1) for kind in range(40, 48) for code in range(0, 256, 4)]
    found = seen(folder, {"ti": rows})

    assert found.rulings[Ruling.NOT_REGISTERED].conversations == len(rows) == 512
    assert sum(found.outcomes.values()) <= 16


def test_more_than_can_be_judged_leaves_it_undecided(tmp_path, monkeypatch):
    monkeypatch.setattr(sightings, "MAX_SIGHTINGS", 2)
    folder = town(WIDE, rules=[NARROW]).written(tmp_path)
    rows = [flow(MAIL, OTHER, 25), flow(PC, MAIL, 1, frame=2), flow(PC, FAR, 1, frame=3), flow(FAR, PC, 2, frame=4)]
    found = seen(folder, {"tl": rows})

    assert [english for _, english in found.gaps] == ["conversations that were not judged: too many different ones: 2"]
    assert found.assessment.standing is Standing.UNDECIDED
