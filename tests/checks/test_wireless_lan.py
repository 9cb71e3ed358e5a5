import pytest

from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import ALL_PORTS, asked, attributes, one_line
from tests.checks.sites import Firewall, Town, params

CHECK = "wireless-lan"
OLD = "model: alpha, guideline_edition: R6.10, segments: all"
NEW = "model: alpha, guideline_edition: R7.3, segments: all"
WHOLE = {
    "auth": "eap_tls",
    "wpa": "wpa3_enterprise",
    "client_cert": True,
    "log_review_date": "2026-11-10",
    "fw_version_date": "2026-08-01",
}
NONE = attributes({"wireless_use": "none"})


def town(segment="lg-lan", profile=NEW, mn=NONE, **changed):
    return Town(
        firewalls={"fw": Firewall(ports=ALL_PORTS)},
        profile=profile,
        keys={"mn": mn},
        topology=f"wireless:\n  - {{id: wl, ssid: x, segment: {segment}, attributes: {one_line({**WHOLE, **changed})}}}\n",
    )


FIRES = town(auth="psk")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "weight", "facts"),
    [
        (FIRES, Weight.HIGH, "auth: psk"),
        (town(auth="peap", client_cert=False), Weight.HIGH, "auth: peap, client_cert: false"),
        (town("mn-lan", OLD, ""), Weight.CRITICAL, "guideline_edition: R6.10"),
        (town("mn-lan", mn="", log_review_date="2026-09-01"), Weight.CRITICAL, "log_review_date: 2026-09-01"),
        (town("mn-lan"), Weight.CRITICAL, "wireless_use: none"),
    ],
)
def test_each_edition_asks_for_its_own(changed, weight, facts, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.weight, params(found)["facts"]) == ("wl", weight, facts)


def test_before_r7_3_a_password_under_enterprise_would_do_in_the_lgwan_tier(tmp_path):
    assert asked(town(profile=OLD, auth="peap", client_cert=False), tmp_path, CHECK)[0] == ()


def test_who_says_nothing_of_a_zone_has_not_shown_that_it_has_none(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(town(mn=attributes({"wireless_use": "none"}, "")), tmp_path, CHECK)[1].coverage is Coverage.CLAIMED
    silent = asked(town(mn=""), tmp_path, CHECK)[1]
    assert (silent.coverage, "mn" in silent.reason[1]) == (Coverage.NO_INPUT, True)
    assert asked(Town(keys={"lg": NONE}), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
