import pytest

from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, entry, lines, policy, route, rule, told

CHECK = "unregistered-rule"
R1 = entry("R1", "lg-pc", "jump", "tcp/443")
#: LGWAN tier, `fw`, a line of the management zone, `inner`, management.
OUTER = {"lg": ("lg-lan", "10.1.0.1/24"), "in": ("mid", "10.5.0.1/29")}
INNER = {"in": ("mid", "10.5.0.2/29"), "mgt": ("mgt-lan", "10.4.0.1/24")}
SEGMENTS = {
    "lg-lan": ("lg", "10.1.0.0/24", ""),
    "mid": ("mgt", "10.5.0.0/29", ", kind: transit"),
    "mgt-lan": ("mgt", "10.4.0.0/24", ""),
}


def town(*spare: str) -> Town:
    outer = Firewall(
        ports=OUTER,
        rules=[rule(1, "lg:lg-pc", "in:jump", "HTTPS"), *spare],
        routes=[route(1, "10.4.0.0 255.255.255.0", "10.5.0.2", "in")],
    )
    inner = Firewall(
        ports=INNER,
        rules=[rule(1, "in:lg-pc", "mgt:jump", "HTTPS")],
        routes=[route(1, "10.1.0.0 255.255.255.0", "10.5.0.1", "in")],
    )
    return Town(firewalls={"fw": outer, "inner": inner}, register=[R1], segments=SEGMENTS)


SPARE = rule(2, "lg:lg-pc", "in:jump", "RDP")
FIRES, SOUND = town(SPARE), town()


def test_a_permit_that_only_another_device_makes_harmless(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight) == (CHECK, "fw policy 2", Weight.MEDIUM)
    assert lines(found) == [policy(tmp_path, 2)]
    assert found.zones == (("lg", "mgt"),)
    (box,) = found.packets.boxes
    assert box.dport.ranges == ((3389, 3389),)
    assert told(found, assessment)[1].startswith("fw policy 2 permits traffic lg → mgt, but")


def test_what_really_crosses_is_told_as_a_crossing_alone(tmp_path):
    crossing = Town(rules=[rule(1, "lg:lg-pcs", "in:in-mail", "SMTP")])

    assert [one.check for one in crossing.judged(tmp_path).findings] == ["forbidden-crossing"]


@pytest.mark.parametrize(
    "spare",
    [
        rule(2, "lg:lg-pc", "in:jump", "RDP", status="disable"),
        rule(2, "in:jump", "in:jump", "RDP"),  # stays inside its zone
        rule(2, "lg:lg-pc", "in:jump", "RDP", action="unset"),
    ],
)
def test_none_of_these_permits_anything_between_zones(tmp_path, spare):
    assert town(spare).found(tmp_path, CHECK) == ()
