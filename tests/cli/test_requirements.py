"""How a site stands to the requirements, in every output of `check` and `replay`, and what it does to the exit code."""

import json

import pytest

from segcheck import importers
from segcheck.loaders import requirements
from tests.cli.test_check import BETWEEN_HOSTS
from tests.cli.towns import AT, OPEN, POLICY, TOPOLOGY, UNREAD, town
from tests.replays import MAIL, OTHER
from tests.replays import town as walled
from tests.reports.results import faults
from tests.soundness.test_point_18_captures import capture

INSTALLED = importers.installed
WAIVED = """\
segcheck: 1
waivers:
  - {id: W-1, check: forbidden-crossing, from: in-mail, to: lg-mail, service: tcp/445, reason: r, approver: a,
     approved: 2026-11-01, expires: 2026-11-24}
"""
CLAUSES = """\
segcheck: 1
title: 見本市情報セキュリティ基本方針
body: 見本市
in_force: 2026-04-01
requirements: {MN-01: 第8条}
"""


@pytest.fixture
def check(call, tmp_path):
    def checking(*arguments, rules=(), **changed):
        return call("check", town(tmp_path / "town", *rules, **changed), *AT, *arguments)

    return checking


def of(outcome):
    found = json.loads(outcome.out)
    assert faults(found, "result") == []
    assert [one["id"] for one in found["requirements"]] == list(requirements.ids())
    return {one["id"]: one for one in found["requirements"]}


@pytest.mark.parametrize(
    ("rules", "waivers", "ended"),
    [
        ((), None, "pass"),
        ((OPEN,), None, "fail"),
        ((BETWEEN_HOSTS,), WAIVED, "exception_approved"),
        ((UNREAD,), None, "insufficient_evidence"),
    ],
)
def test_a_requirement_ends_as_its_site_does(check, rules, waivers, ended):
    found = of(check("--format", "json", rules=rules, waivers=waivers))

    assert found["MN-01"]["outcome"] == ended
    assert found["MN-01"]["sources"] == ["R"]
    assert bool(found["MN-01"]["because"]) is (ended != "pass")
    assert bool(found["MN-01"]["findings"]) is (ended != "pass")
    assert found["IN-03"]["outcome"] == "not_applicable"  # there is no such tier
    assert found["LG-06"]["outcome"] == "not_applicable"  # alpha knows no breakout
    assert found["D-01"]["outcome"] == "not_applicable"  # shown by documents
    assert found["G-06"]["outcome"] == "insufficient_evidence"
    assert found["MN-05"]["outcome"] in (
        "insufficient_evidence",
        "fail",
    )  # rules do not show that anything is sanitised


def test_assumptions_that_it_leans_on_are_named(check):
    found = of(check("--format", "json", routes_declared=True))

    assert found["MN-01"]["outcome"] == "pass"
    assert found["MN-01"]["because"] == [
        {"ja": "前提 1 件のもとで: routes:wall", "en": "under assumptions: 1 (routes:wall)"}
    ]


def test_what_options_leave_out_is_never_shown_and_does_not_count(check):
    selected = of(check("--format", "json", "--select", "log-off"))
    ignored = check("--format", "json", "--ignore", "forbidden-crossing", rules=(OPEN,))
    sound = check("--ignore", "forbidden-crossing")

    assert {one["outcome"] for one in selected.values()} == {"not_applicable", "insufficient_evidence"}
    assert selected["MN-01"]["outcome"] == "insufficient_evidence"
    assert not selected["MN-01"]["in_scope"]
    assert any("left out by options" in said["en"] for said in selected["MN-01"]["because"])
    assert of(ignored)["MN-01"]["outcome"] == "fail"  # it is crossed, whoever tells of it
    assert sound.code == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_headline_counts_them_and_the_list_is_asked_for(check, language):
    short = check("--lang", language, rules=(OPEN,)).out
    long = check("--lang", language, "--requirements", "list", rules=(OPEN,)).out
    brief = check("--lang", language, "--format", "summary").out

    head = {"ja": "要求事項: 確認済 ", "en": "Requirements: shown "}[language]
    for text in (short, long, brief):
        assert head in text.partition("\n\n")[0]
        assert "適合" not in text
    assert "SP-10" not in short
    rows = [line.split()[0] for line in long.splitlines() if line.startswith("  ") and line.split()]
    assert [name for name in rows if name in requirements.ids()] == list(requirements.ids())
    assert {"ja": "（渋川市の例）", "en": "(example: Shibukawa)"}[language] in long


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_clauses_of_the_site_stand_in_the_place_of_the_example(call, check, tmp_path, language):
    check()
    (tmp_path / "town" / "clauses").mkdir()
    (tmp_path / "town" / "clauses" / "mihon.yaml").write_text(CLAUSES, encoding="utf-8")
    found = of(call("check", "town", *AT, "--format", "json"))
    text = call("check", "town", *AT, "--requirements", "list", "--lang", language).out
    line = next(line for line in text.splitlines() if line.startswith("  MN-01"))

    assert (found["MN-01"]["clause"], found["MN-01"]["policy"]) == (
        "第8条",
        {"title": "見本市情報セキュリティ基本方針", "example": False},
    )
    assert found["IN-01"]["policy"]["example"]
    assert "第8条" in line
    assert "渋川" not in line
    assert "Shibukawa" not in line
    assert "見本市情報セキュリティ基本方針" in text


def test_clauses_that_cannot_be_used_end_with_2(call, check, tmp_path):
    check()
    (tmp_path / "town" / "clauses").mkdir()
    (tmp_path / "town" / "clauses" / "mihon.yaml").write_text(CLAUSES.replace("MN-01", "MN01"), encoding="utf-8")
    outcome = call("validate", "town")

    assert call("check", "town", *AT).code == outcome.code == 2
    assert "clauses/mihon.yaml:5:16: error: no requirement 'MN01'" in outcome.out + outcome.err
    assert "did you mean 'MN-01'?" in outcome.out + outcome.err


def test_a_scope_that_rules_cannot_show_ends_with_3_and_says_why(check):
    wide, narrow = (POLICY + f"scope: [{names}]\n" for names in ("MN-01, MN-05", "MN-01"))
    lacking = check(policy=wide)

    assert lacking.code == 3
    assert "requirements that lack evidence: 1 (MN-05)" in lacking.err
    assert check(policy=narrow).code == 0
    assert check(policy=narrow).err == ""
    assert check(policy=wide, rules=(OPEN,)).code == 1


def test_strict_ends_with_3_while_anything_mandatory_lacks_evidence(check):
    outcome = check("--requirements", "strict", "--lang", "ja")

    assert outcome.code == 3
    assert "証拠不足の要求事項" in outcome.err
    assert "MN-05" in outcome.err
    assert "LG-06" not in outcome.err  # not of this model
    assert "X-01" not in outcome.err  # ours; nobody demands it
    assert check("--requirements", "strict", rules=(OPEN,)).code == 1
    assert check("--requirements", "lenient").code == 2


def test_captures_show_no_prohibition_and_can_only_refute_it(call, monkeypatch, tmp_path):
    monkeypatch.setattr(importers, "installed", INSTALLED)
    site = walled().written(tmp_path / "walled")
    quiet, loud = capture(site / "quiet.pcap", MAIL, MAIL, 25), capture(site / "loud.pcap", MAIL, OTHER, 25)
    seen = {}
    for path in (quiet, loud):
        outcome = call("replay", str(site), f"{path}@tl", *AT, "--format", "json")
        seen[path] = of(outcome)
    text = call("replay", str(site), f"{loud}@tl", *AT, "--requirements", "list", "--lang", "ja").out

    assert {one["outcome"] for one in seen[quiet].values()} == {"insufficient_evidence", "not_applicable"}
    assert not any(one["in_scope"] for one in seen[quiet].values())
    assert seen[loud]["LG-01"]["outcome"] == "fail"
    assert seen[loud]["LG-01"]["sources"] == ["C"]
    head = text.partition("\n\n")[0]
    assert "要求事項: 確認済 0・不備" in head
    assert "不備 0" not in head
    assert "見えなかったことは禁止の証明にならない" in text
    assert "適合" not in text


def test_the_library_returns_the_same(tmp_path, monkeypatch):
    import segcheck
    from tests import toy

    monkeypatch.setattr(importers, "installed", lambda: (toy,))
    town(tmp_path / "town", topology=TOPOLOGY)
    found = segcheck.check(tmp_path / "town", time="2026-11-24").requirements

    assert [one.requirement.id for one in found] == list(requirements.ids())
    assert {one.requirement.id: one.outcome.value for one in found}["MN-01"] == "pass"
