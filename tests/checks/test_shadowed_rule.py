import pytest

from segcheck.model.finding import Weight
from tests.checks.sites import Town, entry, lines, policy, rule, told

CHECK = "shadowed-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
WIDE = rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS")
FIRES = Town(rules=[WIDE, rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS", action="unset")], register=[R1])
SOUND = Town(rules=[WIDE, rule(2, "lg:lg-pcs", "in:in-mail", "WEB", action="unset")], register=[R1])


def test_a_deny_below_the_permit_that_takes_all_its_packets(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.HIGH)
    assert lines(found) == [policy(tmp_path, 2), policy(tmp_path, 1)]
    assert told(found, assessment) == (
        "fw policy 2 は何も決めない。その通信はすべて、上にある 1 が先に決める。",
        "fw policy 2 decides nothing: everything it matches is decided above it, by 1.",
    )
    assert found.remedy == (
        "fw policy 2 を 1 より上に移すか、1 を狭める。不要な規則は削除する。",
        "Move fw policy 2 above 1, or narrow 1; delete what is not needed.",
    )


def test_two_rules_that_hide_it_together(tmp_path):
    half = [rule(n, "lg:lg-pcs", "in:in-mail", service) for n, service in ((1, "HTTPS"), (2, "SMTP"))]
    both = rule(3, "lg:lg-pcs", "in:in-mail", 'HTTPS" "SMTP', action="unset")
    town = Town(rules=[*half, both], register=[entry("R1", "lg-pcs", "in-mail", "[tcp/443, tcp/25]")])

    (found,) = town.judged(tmp_path).findings
    assert lines(found) == [policy(tmp_path, 3), policy(tmp_path, 1), policy(tmp_path, 2)]


@pytest.mark.parametrize("number", [1, 2])
def test_a_disabled_rule_neither_hides_nor_is_hidden(tmp_path, number):
    switched = {1: {}, 2: {}}
    switched[number] = {"status": "disable"}
    rules = [
        rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS", **switched[1]),
        rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS", action="unset", **switched[2]),
    ]

    assert Town(rules=rules, register=[R1]).found(tmp_path, CHECK) == ()


def test_a_hidden_permit_does_less_harm_than_a_hidden_deny(tmp_path):
    rules = [rule(1, "lg:all", "in:all", "ALL", action="unset"), rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS")]

    (found,) = Town(rules=rules).judged(tmp_path).findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.LOW)


def test_a_rule_at_other_hours_hides_nothing(tmp_path):
    rules = [
        rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS", schedule='"hiruma"'),
        rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS", action="unset"),
    ]

    assert Town(rules=rules, register=[R1]).found(tmp_path, CHECK) == ()


def test_two_rules_that_decide_alike_hide_nothing_that_matters(tmp_path):
    town = Town(rules=[WIDE, rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS")], register=[R1])

    assert [one.check for one in town.judged(tmp_path).findings] == ["redundant-rule"]
