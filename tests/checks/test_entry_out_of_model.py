from dataclasses import replace
from datetime import date

import pytest

from segcheck.app import assessing
from segcheck.model.crossing import Standing
from tests.checks.sites import Town, entry, item, lines, params, policy, rule, violated

CHECK = "entry-out-of-model"
OUT = entry("S1", "lg-pc", "in-pc", "tcp/443")
OPEN = rule(1, "lg:lg-pc", "in:in-pc", "HTTPS")
FIRES = Town(rules=[OPEN], register=[OUT], lenient=False)
SOUND = Town(rules=[], register=[entry("S1", "lg-pc", "in-pc", "tcp/443", status="廃止")], lenient=False)


def test_a_registered_communication_that_no_model_knows_is_one_finding_with_its_line_and_rule(tmp_path):
    found = FIRES.judged(tmp_path)

    (one,) = found.findings
    assert (one.check, one.subject, one.standing) == (CHECK, "S1", Standing.VIOLATED)
    assert item(tmp_path, "S1") in lines(one)
    assert policy(tmp_path, 1) in lines(one)
    assert params(one)["why_en"].startswith(
        "alpha (R7.3), LG → IN (segcheck explain alpha:LG:IN): kinds that may be registered: sanitise, screen, relay"
    )
    assert violated(found) == {("lg", "in")}


def test_it_is_told_even_where_no_rule_lets_it_pass_and_then_not_as_a_missing_rule(tmp_path):
    found = replace(FIRES, rules=[]).judged(tmp_path)

    (one,) = found.findings
    assert (one.check, one.subject, params(one)["rules"]) == (CHECK, "S1", "-")
    assert violated(found) == set()


def test_an_expired_entry_is_told_as_expired_only(tmp_path):
    town = replace(FIRES, register=[entry("S1", "lg-pc", "in-pc", "tcp/443", expires="2026-11-23")])

    assert [one.check for one in town.judged(tmp_path).findings] == ["expired-entry"]


@pytest.mark.parametrize(
    ("profiles", "told"),
    [
        ("{model: alpha, guideline_edition: R7.3, segments: all}", True),
        ("{model: beta, guideline_edition: R7.3, segments: all}", False),  # REG in β
        ("{model: beta, guideline_edition: R7.3, segments: [in-lan]}", True),  # nobody says what holds for lg-lan
        ("{model: beta, guideline_edition: R7.3, segments: [lg-lan]}", False),  # the more protected end's model counts
        ("{model: beta, guideline_edition: R7.3, segments: all, until: 2026-11-23}", True),
        ("{model: beta, guideline_edition: R7.3, segments: all, until: 2026-11-24}", False),
        ("{model: beta, guideline_edition: R7.3, segments: all, from: 2026-11-25}", True),
    ],
)
def test_the_model_of_the_day_and_of_the_more_protected_segment_counts(tmp_path, profiles, told):
    folder = FIRES.written(tmp_path)
    path = folder / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{model: alpha, guideline_edition: R7.3, segments: all}", profiles), encoding="utf-8")

    found = assessing.assess(str(folder), day=date(2026, 11, 24)).assessment.findings
    assert [one.check for one in found] == ([CHECK] if told else [])
