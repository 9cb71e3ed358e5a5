import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.trace import Verdict
from tests.checks.sites import Firewall, Town, entry, item, lines, policy, rule, told, witness

CHECK = "required-flow"
Q1 = "  - {id: Q1, from: lg-mail, to: in-mail, service: tcp/25, purpose: メール}\n"
#: Not in the register on purpose where the rule is missing: what does not pass is asked of the requirement alone.
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
DENY = rule(9, "any:all", "any:all", "ALL", action="unset")
FIRES = Town(rules=[DENY], required=[Q1])
SOUND = Town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), DENY], register=[R1], required=[Q1])


def test_without_its_rule_it_stops_at_the_one_that_denies(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.standing, found.weight) == (CHECK, Standing.VIOLATED, Weight.MEDIUM)
    assert (found.subject, found.key, found.src_zone) == ("Q1", "Q1", "lg")
    assert lines(found) == [policy(tmp_path, 9), item(tmp_path, "Q1")]
    journey = witness(found).journeys[0]
    assert (journey.verdict, journey.hops[-1].device) == (Verdict.DENY, "fw")
    assert told(found, assessment) == (
        "必要な通信 Q1 が通らない。lg-lan からの tcp/25",
        "Required communication Q1 does not work: tcp/25 from lg-lan",
    )
    assert found.remedy[1] == ("Mend rules and routes on the way of Q1; begin with the device where the witness stops.")


def test_a_disabled_rule_is_named_instead(tmp_path):
    off = rule(1, "lg:lg-mail", "in:in-mail", "SMTP", status="disable")

    (found,) = FIRES.with_rules(off, DENY).judged(tmp_path).findings
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "Q1")]


def test_a_disabled_rule_for_something_else_is_not(tmp_path):
    off = rule(1, "lg:lg-mail", "in:in-mail", "RDP", status="disable")

    (found,) = FIRES.with_rules(off, DENY).found(tmp_path, CHECK)
    assert lines(found) == [policy(tmp_path, 9), item(tmp_path, "Q1")]


def test_what_a_device_without_export_may_do_is_undecided(tmp_path):
    walls = {"old": Firewall(exported=False)}
    assessment = Town(firewalls=walls, required=[Q1]).judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert found.standing is Standing.UNDECIDED
    assert "通ると言えない" in told(found, assessment)[0]
    assert "cannot be shown to work" in told(found, assessment)[1]


@pytest.mark.parametrize("schedule", ["hoshu", "hiruma"])
def test_what_works_at_some_hours_only_does_not_work(tmp_path, schedule):
    at_times = rule(1, "lg:lg-mail", "in:in-mail", "SMTP", schedule=f'"{schedule}"')
    town = Town(rules=[at_times], required=[Q1], register=[R1])

    assert [one.check for one in town.judged(tmp_path).findings if one.check == CHECK] == [CHECK]


def test_services_and_sources_of_one_requirement_are_one_finding(tmp_path):
    wide = "  - {id: Q1, from: lg-pcs, to: in-mail, service: [tcp/25, tcp/443]}\n"

    (found,) = Town(rules=[DENY], required=[wide]).judged(tmp_path).findings
    assert dict(found.params)["service"] == "tcp/25, tcp/443"
