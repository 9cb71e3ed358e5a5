import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests.checks.sites import WHOLE, Firewall, Town, entry, lines, params, policy, rule, told

CHECK = "any-any"
R1 = entry("R1", "lg-pcs", "in-mail", "tcp/443")
NARROW = rule(1, "lg:lg-pcs", "in:in-mail", "HTTPS")
FIRES = Town(rules=[NARROW, rule(2, "lg:all", "in:all")], register=[R1])
SOUND = Town(rules=[NARROW], register=[R1])
LINUX = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("in-lan", "10.2.0.1/24")}


def linux(*rules: str) -> Town:
    return Town(firewalls={"fw": Firewall(ports=LINUX, iptables=rules)}, topology=WHOLE)


def test_any_to_any_between_tiers_weighs_what_its_crossing_does(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.subject, found.weight, found.standing) == ("fw policy 2", Weight.CRITICAL, Standing.VIOLATED)
    assert lines(found) == [policy(tmp_path, 2)]
    assert told(found, assessment)[0] == (
        "fw policy 2 は宛先もサービスも限定せずに許可する。送信元: any、入口: lg、出口: in"
    )


@pytest.mark.parametrize(
    ("line", "source"),
    [("-i lg -o in -j ACCEPT", "any"), ("-i lg -s 10.1.0.50/32 -m conntrack --ctstate NEW -j ACCEPT", "10.1.0.50")],
)
def test_in_the_words_of_iptables_and_from_one_host_too(tmp_path, line, source):
    (found,) = linux(line).found(tmp_path, CHECK)

    assert params(found)["source"] == source


def test_what_is_wide_is_looked_at_not_how_it_is_written(tmp_path):
    town = linux("-i lg -d 0.0.0.0/1 -j ACCEPT", "-i lg -d 128.0.0.0/1 -j ACCEPT", "-i lg -p tcp -j ACCEPT")

    assert town.found(tmp_path / "halves", CHECK) == ()
    assert linux("-i lg -d 0.0.0.0/0 -j ACCEPT").found(tmp_path / "whole", CHECK)


@pytest.mark.parametrize(
    "line", ["-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", "-i lg -o in -j DROP", "-d 10.2.0.0/24 -j ACCEPT"]
)
def test_answers_denials_and_limited_destinations_are_none(tmp_path, line):
    assert linux(line).found(tmp_path, CHECK) == ()


def test_a_schedule_does_not_make_it_narrower_and_a_disabled_rule_is_none(tmp_path):
    some_hours = rule(2, "lg:all", "in:all", schedule='"hoshu"')
    off = rule(3, "lg:all", "in:all", status="disable")

    (found,) = Town(rules=[some_hours, off]).found(tmp_path, CHECK)
    assert found.subject == "fw policy 2"


def test_inside_one_zone_it_is_no_matter(tmp_path):
    ports = {"lg": ("lg-lan", "10.1.0.1/24"), "lg2": ("lg-lan2", "10.1.1.1/24")}
    segments = {"lg-lan": ("lg", "10.1.0.0/24", ""), "lg-lan2": ("lg", "10.1.1.0/24", "")}
    town = Town(firewalls={"fw": Firewall(ports=ports, rules=[rule(1, "lg:all", "lg2:all")])}, segments=segments)

    assert town.found(tmp_path, CHECK) == ()
