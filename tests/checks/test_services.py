"""Which requirements a finding names for what passes, by tiers and service."""

import pytest

from segcheck.checks._base import crossing_requirements
from segcheck.checks._services import broken_by_seen
from segcheck.model.site_words import Tier
from segcheck.sets.intervals import IntervalSet
from tests.checks.sites import Town, rule
from tests.replays import MAIL, OTHER, Shown, flow, only, town

LG, IN, DMZ, SC, NET, MN = (
    Tier.LGWAN,
    Tier.INTERNET,
    Tier.DMZ,
    Tier.SECURITY_CLOUD,
    Tier.PUBLIC,
    Tier.MYNUMBER,
)
ROWS = [
    ("LG-03", LG, IN, 6, 3389),
    ("LG-03", IN, LG, 17, 3389),
    ("LG-03", IN, LG, 6, 1494),
    ("LG-04", LG, IN, 6, 9427),
    ("LG-04", IN, LG, 6, 32111),
    ("MN-10", MN, LG, 6, 3389),
    ("MN-10", IN, MN, 6, 3389),
    ("LG-02", LG, IN, 6, 445),
    ("LG-09", LG, NET, 6, 8530),
    ("LG-09", IN, LG, 6, 8531),
    ("LG-11", IN, LG, 6, 25),
    ("LG-11", DMZ, LG, 6, 587),
    ("LG-11", SC, LG, 6, 465),
    ("IN-03", IN, NET, 6, 443),
    ("IN-03", IN, SC, 17, 443),
    ("IN-04", IN, NET, 6, 25),
    ("IN-05", IN, NET, 17, 53),
    ("IN-05", IN, SC, 6, 853),
]


def named(src, dst, protocol, port):
    return set(broken_by_seen(src, dst, [(protocol, IntervalSet.of(port))]))


@pytest.mark.parametrize(("requirement", "src", "dst", "protocol", "port"), ROWS)
def test_a_service_names_its_requirement_between_its_tiers_and_nowhere_else(requirement, src, dst, protocol, port):
    assert requirement in named(src, dst, protocol, port)
    assert named(src, dst, protocol, 9) == set(crossing_requirements(src, dst))
    assert requirement not in named(Tier.MANAGEMENT, Tier.MAINTENANCE, protocol, port)


@pytest.mark.parametrize(
    ("requirement", "src", "dst"),
    [
        ("LG-13", LG, IN),
        ("LG-02", IN, LG),
        ("LG-02", DMZ, LG),
        ("IN-08", DMZ, LG),
        ("IN-08", DMZ, MN),
        ("IN-08", DMZ, IN),
        ("LG-02", Tier.SANITISE, MN),
        ("LG-02", Tier.SANITISE, NET),
        ("MN-09", Tier.GOV_CLOUD, IN),
        ("MN-09", LG, Tier.GOV_CLOUD),
    ],
)
def test_the_direction_counts(requirement, src, dst):
    assert requirement in crossing_requirements(src, dst)
    if requirement != "MN-09":
        assert requirement not in crossing_requirements(dst, src)


def test_mail_that_was_seen_past_the_sanitiser(tmp_path):
    found = only(Shown(town=town(), taps={"tl": [flow(OTHER, MAIL, 25)]}).judged(tmp_path), "observed-crossing")

    assert found.requirements == ("LG-01", "LG-02", "LG-11")


def test_a_server_for_updates_that_fetches_outside(tmp_path):
    plain = Town(rules=[rule(1, "lg:lg-mail", "in:in-pc", "HTTPS")])
    relay = Town(rules=plain.rules, roles={"lg-mail": "update_relay"})

    assert ["LG-09" in one.requirements for one in plain.judged(tmp_path / "a").findings] == [False]
    assert ["LG-09" in one.requirements for one in relay.judged(tmp_path / "b").findings] == [True]
