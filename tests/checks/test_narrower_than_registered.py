from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.trace import Verdict
from tests.checks.sites import Town, entry, item, lines, params, policy, rule, told, witness

CHECK = "narrower-than-registered"
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
FIRES = Town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP", status="disable")], register=[R1])
SOUND = FIRES.with_rules(rule(1, "lg:lg-mail", "in:in-mail", "SMTP"))


def test_the_rule_of_a_registered_communication_is_disabled(tmp_path):
    assessment = FIRES.judged(tmp_path)

    assert {one.check for one in assessment.findings} == {CHECK, "disabled-rule"}
    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.check, found.standing, found.weight) == (CHECK, Standing.VIOLATED, Weight.LOW)
    assert (found.subject, found.key, found.src_zone) == ("R1", "R1", "lg")
    assert lines(found) == [policy(tmp_path, 1), item(tmp_path, "R1")]
    journey = witness(found).journeys[0]
    assert (journey.verdict, journey.hops[-1].device, journey.delivered) == (Verdict.DENY, "fw", None)
    assert told(found, assessment) == (
        "台帳 R1 の通信が通らない。lg-lan からの tcp/25",
        "Register entry R1 does not pass: tcp/25 from lg-lan",
    )
    assert found.remedy == (
        "台帳 R1 が今も必要かを所管課に確かめる。不要なら廃止し、必要なら規則を有効にするか加える。",
        "Ask whether register entry R1 is still needed; retire it, or enable or add its rule.",
    )


def test_one_of_two_services_is_missing(tmp_path):
    town = Town(rules=SOUND.rules, register=[entry("R1", "lg-mail", "in-mail", "[tcp/25, tcp/443]")])

    (found,) = town.judged(tmp_path).findings
    assert params(found)["service"] == "tcp/443"
    assert lines(found) == [item(tmp_path, "R1")]  # the implicit deny has no line


def test_all_addresses_but_one_are_missing(tmp_path):
    town = Town(
        rules=[rule(1, "lg:lg-pc", "in:in-mail", "SMTP")], register=[entry("R1", "lg-lan", "in-mail", "tcp/25")]
    )

    assert CHECK in {one.check for one in town.judged(tmp_path).findings}


def test_an_entry_with_hours_needs_to_pass_at_some_of_them_only(tmp_path):
    at_times = rule(1, "lg:lg-mail", "in:in-mail", "SMTP", schedule='"hoshu"')
    scheduled = entry("R1", "lg-mail", "in-mail", "tcp/25", schedule='"火曜 22:00-23:00"')

    assert Town(rules=[at_times], register=[scheduled]).judged(tmp_path / "with").findings == ()
    found = Town(rules=[at_times], register=[R1]).judged(tmp_path / "without").findings
    assert [one.check for one in found] == [CHECK]


def test_what_is_no_longer_permitted_need_not_pass(tmp_path):
    retired = Town(rules=FIRES.rules, register=[entry("R1", "lg-mail", "in-mail", "tcp/25", status="廃止")])

    assert retired.found(tmp_path, CHECK) == ()
