from dataclasses import replace

import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sites import SEGMENTS, Firewall, Town, entry, lines, policy, rule

CHECK = "direct-service"
PORTS = {"in": ("in-lan", "10.2.0.1/24"), "wan": ("sc-net", "198.51.100.6/24")}


def town(source, service, name, register=True):
    wall = Firewall(ports=PORTS, rules=[rule(1, f"in:{source}", "wan:sc-proxy", name)])
    return Town(
        firewalls={"fw": wall},
        segments={**SEGMENTS, "sc-net": ("sc", "198.51.100.0/24", ", kind: external")},
        register=[entry("R1", source, "sc-proxy", service)] if register else [],
    )


FIRES = town("in-pc", "tcp/25", "SMTP")
SOUND = replace(town("in-mail", "tcp/25", "SMTP"), roles={"in-mail": "mail_server"})
SERVICES = [
    ("tcp/443", "HTTPS", "IN-03", "proxy"),
    ("tcp/25", "SMTP", "IN-04", "mail_server"),
    ("[tcp/53, udp/53]", "DNS", "IN-05", "dns_server"),
]


@pytest.mark.parametrize(("service", "name", "requirement", "role"), SERVICES)
def test_each_service_goes_through_its_server(tmp_path, service, name, requirement, role):
    made = town("in-pc", service, name)

    (found,) = made.found(tmp_path / "a", CHECK)
    assert (found.requirements, found.weight, found.subject) == ((requirement,), Weight.HIGH, "R1")
    assert lines(found)[1:] == [policy(tmp_path / "a", 1)]
    assert replace(made, roles={"in-pc": role}).found(tmp_path / "b", CHECK) == ()


@pytest.mark.parametrize(("service", "name", "requirement", "role"), SERVICES)
def test_unregistered_it_is_a_crossing_that_names_the_requirement(tmp_path, service, name, requirement, role):
    (found,) = town("in-pc", service, name, register=False).judged(tmp_path).findings

    assert (found.check, requirement in found.requirements) == ("forbidden-crossing", True)


def test_the_proxy_of_the_security_cloud_may_be_used_directly_but_its_mail_may_not(tmp_path):
    web = replace(town("in-pc", "tcp/443", "HTTPS"), roles={"sc-proxy": "proxy"})
    mail = replace(FIRES, roles={"sc-proxy": "mail_server"})

    assert web.found(tmp_path / "a", CHECK) == ()
    assert [one.requirements for one in mail.found(tmp_path / "b", CHECK)] == [("IN-04",)]


def test_a_destination_that_the_city_lets_out_locally_is_no_direct_web(tmp_path):
    folder = town("in-pc", "tcp/443", "HTTPS").written(tmp_path)
    path = folder / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("register:", "options: {in_lbo_destinations: [sc-proxy]}\nregister:"), encoding="utf-8"
    )

    topology = (folder / "topology.yaml").read_text(encoding="utf-8")
    assert FIRES.found_in(folder, topology, CHECK) == ()


def test_without_an_internet_tier_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    alone = Town(firewalls={"fw": Firewall(ports={"lg": ("lg-lan", "10.1.0.1/24")})})
    assert coverage(alone, CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
