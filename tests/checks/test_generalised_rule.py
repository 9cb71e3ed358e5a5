from segcheck.model.finding import Weight
from tests.checks.sites import WHOLE, Firewall, Town, entry, lines, policy, rule, told

CHECK = "generalised-rule"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
FIRES = Town(
    rules=[rule(1, "lg:lg-pc", "in:in-mail", "HTTPS", action="unset"), rule(2, "lg:lg-pc", "in:in-mail", "WEB")],
    register=[entry("R1", "lg-pc", "in-mail", "tcp/80")],
)
SOUND = Town(
    rules=[rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS"), rule(2, "lg:all", "in:all", action="unset")], register=[R1]
)


def test_a_deny_above_the_wider_permit(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.LOW)
    assert lines(found) == [policy(tmp_path, 2), policy(tmp_path, 1)]
    assert told(found, assessment)[1].endswith("meant as exceptions? fw policy 2 ⊃ 1")


def test_permits_above_a_deny_that_says_what_the_end_of_the_list_says_are_no_matter(tmp_path):
    """Every list that ends with a written deny would be full of exceptions."""
    rules = ["-s 10.1.0.50/32 -j ACCEPT", "-s 10.1.0.0/24 -j DROP", "-j DROP"]
    town = Town(firewalls={"fw": Firewall(iptables=rules)}, topology=WHOLE)
    assert town.found(tmp_path / "a", CHECK) == ()

    more = Town(firewalls={"fw": Firewall(iptables=[*rules[:2], "-d 10.2.0.25/32 -j ACCEPT"])}, topology=WHOLE)
    (found,) = more.found(tmp_path / "b", CHECK)
    assert found.subject == "fw FORWARD#2"
