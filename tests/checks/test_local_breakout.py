from dataclasses import replace

import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sites import PORTS, Firewall, Town, entry, lines, policy, route, rule, violated

CHECK = "local-breakout"
LINE = 'links:\n  - {id: up, ends: ["fw:wan", "zone:public"], kind: isp}\n'
#: The address that the export calls sc-proxy: no security cloud here, so it is on the internet.
CLOUD = {"cloud": ("", "198.51.100.21")}
WIDE = {"everything": "198.51.100.0-223.255.255.255"}


def town(service="tcp/443", path="[fw]", to="cloud", **more):
    wall = Firewall(
        ports={"lg": PORTS["lg"]},
        undeclared={"wan": "203.0.113.6/29"},
        more="      wan: {}",
        rules=[rule(1, "lg:lg-pc", "wan:sc-proxy", "HTTPS")],
        routes=[route(1, "198.51.100.0 255.255.255.0", "203.0.113.1", "wan")],
    )
    made = entry("L1", "lg-pc", to, service, kind="lbo", **({"path": path} if path else {}), **more)
    return Town(
        firewalls={"fw": wall},
        register=[made],
        topology=LINE,
        model="alpha_prime",
        hosts=CLOUD,
        groups=WIDE,
    )


FIRES = town(to="zone:public")
SOUND = town()
CASES = {
    "zone": ({"to": "zone:public"}, "destination", Weight.CRITICAL),
    "any range": ({"to": "everything"}, "destination", Weight.CRITICAL),
    "other service": ({"service": "[tcp/443, tcp/22]"}, "service", Weight.HIGH),
    "ports": ({"service": "tcp/1-65535"}, "service", Weight.HIGH),
    "any protocol": ({"service": "[tcp/443, ip/47]"}, "any-service", Weight.CRITICAL),
    "no device": ({"path": ""}, "path", Weight.HIGH),
}


@pytest.mark.parametrize("case", CASES)
def test_each_thing_that_is_too_wide_is_told(tmp_path, case):
    more, key, weight = CASES[case]

    found = [(one.key, one.weight) for one in town(**more).found(tmp_path, CHECK)]
    assert found == [(f"L1:{key}", weight)]


def test_media_of_meetings_may_be_declared(tmp_path):
    assert town(service="[tcp/443, udp/3478-3481]").found(tmp_path, CHECK) == ()


def test_the_device_has_a_line_of_its_own(tmp_path):
    made = town()
    elsewhere = Town(firewalls=made.firewalls, register=made.register, model="alpha_prime", hosts=CLOUD, groups=WIDE)

    assert [one.key for one in elsewhere.found(tmp_path, CHECK)] == ["L1:line"]


def test_what_is_not_in_force_is_not_asked(tmp_path):
    assert town(to="zone:public", status="申請中").found(tmp_path / "a", CHECK) == ()
    assert coverage(SOUND, CHECK, tmp_path / "b").coverage is Coverage.ASKED
    assert coverage(Town(), CHECK, tmp_path / "c").coverage is Coverage.NOTHING_TO_ASK


def test_the_rules_that_serve_it_are_shown_and_what_they_let_through_beside_names_the_requirement(tmp_path):
    (found,) = town(to="everything").found(tmp_path / "a", CHECK)
    assert policy(tmp_path / "a", 1) in lines(found)

    wider = town()
    wall = wider.firewalls["fw"]
    wall = replace(wall, rules=[rule(1, "lg:lg-pc", "wan:all", "HTTPS")])
    assessment = replace(wider, firewalls={"fw": wall}).judged(tmp_path / "b")
    assert violated(assessment) == {("lg", "public")}
    (surplus,) = assessment.findings
    assert (surplus.weight, "LG-06" in surplus.requirements) == (Weight.CRITICAL, True)
