import pytest

from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sites import Town, entry, lines, params, policy, rule

CHECK = "screen-channels"
SCREEN = """\
gateways:
  - id: vdi
    hosts: [in-pc]
    method: screen
    legs:
      - {id: view, to: lg-pc, service: SERVICE, opener: other}
      - {id: web, from: in-mail, service: tcp/8080, opener: self}
"""
VIEW = rule(1, "lg:lg-pc", "in:in-pc", "RDP")
ST = entry("ST1", "lg-pc", "in-pc", "tcp/3389", kind="screen", gateway="vdi", legs="[view]")


def town(*rules, service="tcp/3389", register=(ST,)):
    return Town(rules=[VIEW, *rules], register=register, topology=SCREEN.replace("SERVICE", service))


FIRES = town(rule(2, "lg:lg-pc", "in:in-pc", "CDR"))
SOUND = town()


@pytest.mark.parametrize("service", ["CDR", "ALL"])
def test_the_ports_are_found_by_the_rules_whatever_is_registered(tmp_path, service):
    (found,) = town(rule(2, "lg:lg-pc", "in:in-pc", service)).found(tmp_path, CHECK)

    assert (found.subject, found.requirements) == ("ST1", ("LG-04",))
    assert params(found)["service"] == "tcp/9427, tcp/32111"


def test_registering_them_makes_it_no_better(tmp_path):
    both = "[tcp/3389, tcp/9427]"
    made = town(rule(2, "lg:lg-pc", "in:in-pc", "CDR"), service=both, register=(ST.replace("tcp/3389", both),))

    (found,) = made.found(tmp_path, CHECK)
    assert policy(tmp_path, 2) in lines(found)


def test_between_other_hosts_it_is_a_plain_crossing_that_names_the_requirement(tmp_path):
    findings = town(rule(2, "lg:lg-mail", "in:in-pc", "CDR")).judged(tmp_path).findings

    assert [one.check for one in findings] == ["forbidden-crossing"]
    assert findings[0].requirements == ("LG-01", "LG-13", "LG-04")


def test_without_screen_transfer_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    assert coverage(Town(), CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
