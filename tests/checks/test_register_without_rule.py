from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, entry, item, lines, rule, told

CHECK = "register-without-rule"
NARROWER = "narrower-than-registered"
R1 = entry("R1", "lg-mail", "in-mail", "[tcp/25, tcp/443]")
FIRES = Town(rules=[rule(1, "lg:lg-pc", "in:in-pc", "RDP")], register=[R1, entry("R2", "lg-pc", "in-pc", "tcp/3389")])
SOUND = Town(
    rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP"), rule(2, "lg:lg-mail", "in:in-mail", "HTTPS")], register=[R1]
)


def test_no_device_has_a_rule_for_it(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.standing, found.weight) == (CHECK, Standing.VIOLATED, Weight.LOW)
    assert (found.subject, lines(found)) == ("R1", [item(tmp_path, "R1")])
    assert told(found, assessment)[0] == "台帳 R1 の通信を通す規則がどの機器にもない。lg-lan からの tcp/25, tcp/443"


def test_a_rule_that_is_narrower_or_switched_off_is_another_finding(tmp_path):
    off = rule(1, "lg:lg-mail", "in:in-mail", "SMTP", status="disable")
    for rules, told_by in ((SOUND.rules[0], {NARROWER}), (off, {NARROWER, "disabled-rule"})):
        findings = SOUND.with_rules(rules).judged(tmp_path / str(len(told_by))).findings
        assert {one.check for one in findings} == told_by


def test_what_may_pass_for_all_that_is_known_is_not_without_a_rule(tmp_path):
    unread = Town(firewalls={"fw": Firewall(exported=False)}, register=[R1])

    found = unread.judged(tmp_path).findings
    assert NARROWER in {one.check for one in found}
    assert CHECK not in {one.check for one in found}
