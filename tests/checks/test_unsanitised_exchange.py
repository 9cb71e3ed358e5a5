import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sites import Firewall, Town, entry, lines, policy, rule

CHECK = "unsanitised-exchange"
MX = entry("R1", "in-mail", "lg-mail", "tcp/25")
FIRES = Town(rules=[rule(1, "in:in-mail", "lg:lg-mail", "SMTP")], register=[MX])
SOUND = Town(
    rules=[rule(1, "in:in-pc", "lg:lg-pc", "DNS")], register=[entry("R1", "in-pc", "lg-pc", "[tcp/53, udp/53]")]
)


def test_a_second_mail_path_past_the_sanitiser(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.weight, found.requirements) == ("R1", Weight.CRITICAL, ("LG-02", "LG-11"))
    assert lines(found)[1:] == [policy(tmp_path, 1)]


def test_what_leaves_has_its_own_requirement(tmp_path):
    out = Town(
        rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")], register=[entry("R1", "lg-mail", "in-mail", "tcp/25")]
    )

    assert [one.requirements for one in out.found(tmp_path, CHECK)] == [("LG-13",)]


def test_a_share_is_no_better_and_without_a_rule_it_is_less_grave(tmp_path):
    (found,) = Town(register=[entry("R1", "in-pc", "lg-pc", "tcp/445")]).found(tmp_path, CHECK)

    assert (found.weight, found.requirements) == (Weight.HIGH, ("LG-02",))


@pytest.mark.parametrize("more", [{"status": "申請中"}, {"expires": "2026-11-23"}])
def test_what_is_not_in_force_permits_nothing(tmp_path, more):
    assert Town(register=[entry("R1", "in-mail", "lg-mail", "tcp/25", **more)]).found(tmp_path, CHECK) == ()


def test_without_an_lgwan_tier_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    alone = Town(firewalls={"fw": Firewall(ports={"in": ("in-lan", "10.2.0.1/24")})})
    assert coverage(alone, CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
