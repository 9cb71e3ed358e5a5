import pytest

from segcheck.analysis import anomalies
from segcheck.checks import _hygiene
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests.checks.sites import WHOLE, Firewall, Town, entry, lines, policy, rule, told

CHECK = "correlated-rules"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/80")
DENY = rule(1, "lg:all", "in:in-mail", "HTTPS", action="unset")
FIRES = Town(rules=[DENY, rule(2, "lg:lg-pcs", "in:in-mail", "WEB")], register=[R1])
SOUND = Town(
    rules=[rule(1, "lg:all", "in:in-mail", "HTTPS", action="unset"), rule(2, "lg:lg-pcs", "in:in-pc", "WEB")],
    register=[entry("R1", "lg-pcs", "in-pc", "[tcp/80, tcp/443]")],
)


def test_a_pair_with_a_packet_that_both_match(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.LOW)
    assert lines(found) == [policy(tmp_path, 2), policy(tmp_path, 1)]
    said = told(found, assessment)[1]
    assert "fw policy 1 × 2 (10.1.0.1" in said
    assert "> 10.2.0.25 6/443)" in said


def test_in_iptables(tmp_path):
    rules = ["-s 10.1.0.50/32 -j DROP", "-d 10.2.0.25/32 -p tcp --dport 443 -j ACCEPT"]
    town = Town(firewalls={"fw": Firewall(iptables=rules)}, topology=WHOLE)

    (found,) = town.found(tmp_path, CHECK)
    assert "(10.1.0.50 > 10.2.0.25 6/443)" in dict(found.params)["pairs"]


def test_what_is_too_much_to_look_at_is_said_not_to_have_been(tmp_path, monkeypatch: pytest.MonkeyPatch):
    few = lambda *args, **more: anomalies.anomalies(*args, **more, pairs=0)  # noqa: E731
    monkeypatch.setattr(_hygiene, "anomalies", few)

    (found,) = FIRES.found(tmp_path, CHECK)
    assert (found.standing, found.subject) == (Standing.UNDECIDED, "fw policy 2")
