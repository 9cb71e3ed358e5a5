from segcheck.model.finding import Weight
from tests.checks.sites import Town, entry, item, lines, params, policy, rule, told

CHECK = "disabled-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
ON = rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS")
OFF = rule(2, "lg:lg-pcs", "in:in-mail", "SMTP", status="disable")
FIRES = Town(rules=[ON, OFF], register=[R1])
SOUND = Town(rules=[ON, rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS", status="disable")], register=[R1])


def test_one_that_would_open_what_nobody_registered(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.LOW)
    assert lines(found) == [policy(tmp_path, 2)]
    assert told(found, assessment)[1] == (
        "1 disabled permits of fw: once enabled they let pass what nobody registered: fw policy 2 (lg → in)"
    )


def test_one_that_an_entry_of_the_register_counts_on(tmp_path):
    town = Town(rules=[ON, OFF], register=[R1, entry("R2", "lg-pcs", "in-mail", "tcp/25")])

    (found,) = town.found(tmp_path, CHECK)
    assert (found.subject, found.weight) == ("fw policy 2", Weight.MEDIUM)
    assert lines(found) == [policy(tmp_path, 2), item(tmp_path, "R2")]
    assert params(found)["what_en"] == "fw policy 2 would let register entry R2 pass, and nothing else does"


def test_what_a_rule_above_stops_anyway_or_one_below_permits_would_open_nothing(tmp_path):
    stopped = Town(rules=[rule(1, "lg:all", "in:all", action="unset"), OFF])
    assert stopped.found(tmp_path / "a", CHECK) == ()

    permitted = Town(rules=[OFF, rule(3, "lg:lg-pcs", "in:in-mail", "SMTP")])
    assert permitted.found(tmp_path / "b", CHECK) == ()
