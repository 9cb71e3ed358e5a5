import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.coverage import coverage
from tests.checks.sanitising import ENTRY, WITH_SAN, town
from tests.checks.sites import PORTS, SEGMENTS, Firewall, Town, entry, lines, params, policy, rule

CHECK = "sanitiser-initiates"
CLOUD = {"sc-net": ("sc", "198.51.100.0/24", ", kind: external")}
ALL = {**WITH_SAN, "wan": ("sc-net", "198.51.100.6/24"), "mn": ("mn-lan", "10.0.0.1/24")}


def reaching(target: str, port: str, *rules: str, **more: str) -> Town:
    """Return the town with an entry from the sanitiser to a host."""
    extra = entry("R9", "san-mail", target, "tcp/443", **more)
    return town(*rules, register=(ENTRY, extra), segments={**SEGMENTS, **CLOUD}, ports={**WITH_SAN, port: ALL[port]})


OUTWARD = rule(3, "san:san-mail", "wan:sc-proxy", "HTTPS")
FIRES = reaching("sc-proxy", "wan", OUTWARD)
SOUND = town()


def test_a_sanitiser_that_fetches_from_outside(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.subject, found.weight, found.requirements) == ("R9", Weight.CRITICAL, ("LG-02",))
    assert params(found)["places"] == "sc-net"
    assert policy(tmp_path, 3) in lines(found)


def test_into_the_my_number_tier_it_breaks_that_too(tmp_path):
    (found,) = reaching("mn-srv", "mn", rule(3, "san:san-mail", "mn:mn-srv", "HTTPS")).found(tmp_path, CHECK)

    assert found.requirements == ("LG-02", "MN-02")


def test_an_entry_that_no_rule_serves_is_less_grave(tmp_path):
    (found,) = reaching("sc-proxy", "wan").found(tmp_path, CHECK)

    assert found.weight is Weight.HIGH


@pytest.mark.parametrize("more", [{"kind": "log_export"}, {"status": "申請中"}, {"expires": "2026-11-23"}])
def test_logs_may_be_sent_and_what_is_not_in_force_permits_nothing(tmp_path, more):
    assert reaching("sc-proxy", "wan", **more).found(tmp_path, CHECK) == ()


def test_without_sanitisers_there_is_nothing_to_ask(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    plain = Town(firewalls={"fw": Firewall(ports=PORTS)})
    assert coverage(plain, CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
