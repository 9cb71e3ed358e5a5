from segcheck.model.finding import Weight
from tests.checks.sites import WHOLE, Firewall, Town, entry, lines, policy, rule, told

CHECK = "redundant-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "[tcp/443, tcp/80]")
WIDE = rule(1, "lg:lg-pcs", "in:in-mail", "WEB")
FIRES = Town(rules=[WIDE, rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS")], register=[R1])
SOUND = Town(rules=[WIDE], register=[R1])


def test_a_permit_below_the_wider_one(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.LOW)
    assert lines(found) == [policy(tmp_path, 2), policy(tmp_path, 1)]
    assert told(found, assessment)[1] == (
        "1 rules of fw can go together without any packet being decided otherwise: fw policy 2 (1)"
    )


def test_a_permit_above_the_wider_one_that_nothing_between_decides_otherwise(tmp_path):
    narrow = rule(3, "lg:lg-pcs", "in:in-mail", "HTTPS")
    (found,) = Town(rules=[narrow, WIDE], register=[R1]).found(tmp_path / "a", CHECK)
    assert (found.subject, lines(found)[1]) == ("fw policy 3", policy(tmp_path / "a", 1))

    deny = rule(2, "lg:all", "in:in-mail", "HTTPS", action="unset")
    assert Town(rules=[narrow, deny, WIDE], register=[R1]).found(tmp_path / "b", CHECK) == ()


def test_a_rule_that_alone_logs_is_no_copy(tmp_path):
    silent = rule(1, "lg:lg-pcs", "in:in-mail", "WEB", logtraffic="disable")

    town = Town(rules=[rule(2, "lg:lg-pcs", "in:in-mail", "HTTPS"), silent], register=[R1])
    assert town.found(tmp_path, CHECK) == ()


def test_two_rules_together_make_an_iptables_rule_redundant(tmp_path):
    rules = ["-s 10.1.0.0/25 -j ACCEPT", "-s 10.1.0.128/25 -j ACCEPT", "-s 10.1.0.0/24 -p tcp -j ACCEPT"]
    town = Town(firewalls={"fw": Firewall(iptables=rules)}, topology=WHOLE)

    (found,) = town.found(tmp_path, CHECK)
    assert (found.subject, len(found.evidence)) == ("fw FORWARD#3", 3)


def test_a_default_deny_that_is_written_out_is_not_spare(tmp_path):
    rules = ["-s 10.1.0.0/25 -j ACCEPT", "-s 10.1.0.128/25 -j DROP", "-j DROP"]

    assert Town(firewalls={"fw": Firewall(iptables=rules)}, topology=WHOLE).found(tmp_path, CHECK) == ()


def test_many_of_a_device_are_one_finding(tmp_path):
    rules = [WIDE, *(rule(n, "lg:lg-pcs", "in:in-mail", "HTTPS") for n in range(2, 12))]

    (found,) = Town(rules=rules, register=[R1]).found(tmp_path, CHECK)
    assert (found.subject, dict(found.params)["count"]) == ("fw", "10")
