import pytest

from segcheck.model.finding import Basis
from tests.checks.answering import answered
from tests.checks.declaring import attributes, one_line
from tests.checks.sites import Firewall, Town, params
from tests.checks.test_split_tunnel import FIRES as WITH_VPN

CHECK = "remote-access"
WAY = {"remote_route": "security_cloud", "mfa_factors": ["knowledge", "possession"], "device_auth": True}


def town(use="used", way=WAY, shown=None):
    keys = {"lg": attributes({"remote_access_use": use}) if use else ""}
    text = one_line(way) if shown is None else one_line(way, shown)
    return Town(firewalls={"fw": Firewall(more=f"    attributes: {text}" if way else "")}, keys=keys)


FIRES = town(way={**WAY, "remote_route": "internet"})
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (FIRES, "remote_route: internet"),
        (
            town(way={**WAY, "mfa_factors": ["knowledge"], "device_auth": False}),
            "mfa_factors: knowledge, device_auth: false",
        ),
    ],
)
def test_ways_in_that_are_open_or_ask_too_little(changed, facts, tmp_path):
    (found,), _ = answered(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == ("fw", ("LG-12",), facts)


def test_a_vpn_in_the_exports_contradicts_that_there_is_no_access(tmp_path):
    from dataclasses import replace

    denied = replace(WITH_VPN, keys={**WITH_VPN.keys, "lg": attributes({"remote_access_use": "none"})})
    (found,), _ = answered(denied, tmp_path, CHECK)

    assert found.subject == "lg"
    assert Basis.RULES in found.basis
    assert params(found)["facts"].startswith("remote_access_use: none ≠ fw VPN ")


@pytest.mark.parametrize(
    ("changed", "coverage", "reason"),
    [
        (SOUND, "asked", ""),
        (town("none", {}), "asked", ""),
        (town("used", {}), "no_input", "remote_route"),
        (town(""), "no_input", "lg (use of access from outside)"),
        (town(shown=""), "claimed", "fw"),
        (town(way={"remote_route": "screen"}), "no_input", "fw"),
        (Town(firewalls={"fw": Firewall(ports={"in": ("in-lan", "10.2.0.1/24")})}), "nothing_to_ask", "inner tiers"),
    ],
)
def test_zones_say_whether_it_is_used_and_ways_what_they_ask(changed, coverage, reason, tmp_path):
    found, told = answered(changed, tmp_path, CHECK)

    assert found == ()
    assert told["LG-12"].coverage.value == coverage
    assert reason in told["LG-12"].reason[1]
