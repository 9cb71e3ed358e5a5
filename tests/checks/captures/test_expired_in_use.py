import pytest

from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen, town

CHECK = "expired-in-use"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]


def ending(day):
    return town(entry("R1", "lg-mail", "in-mail", "tcp/25", expires=day), rules=SMTP)


FIRES = Shown(town=ending("2026-11-23"), taps={"tl": [flow(MAIL, OTHER, 25)]})
SOUND = Shown(town=ending("2026-11-24"), taps={"tl": [flow(MAIL, OTHER, 25)]})


def test_it_names_the_entry_and_its_last_day(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject, params(found)["expires"]) == (CHECK, "R1", "2026-11-23")


@pytest.mark.parametrize(
    ("at", "until", "checks"),
    [
        ("2026-11-23 23:59", "", []),  # the last day counts
        ("2026-11-24 00:00", "", [CHECK]),
        ("2026-11-23 15:00", "", []),  # 06:00 UTC on the same day
        ("2026-11-23 08:00", "", []),  # the day before in UTC
        ("2026-11-23 23:00", "2026-11-24 01:00", [CHECK]),  # goes on after the last day
    ],
)
def test_packets_are_judged_by_their_own_day_in_japan(tmp_path, at, until, checks):
    assert named(seen(FIRES.town.written(tmp_path), {"tl": [flow(MAIL, OTHER, 25, at=at, until=until)]})) == checks


def test_what_was_not_yet_approved_is_not_expired(tmp_path):
    folder = town(entry("R1", "lg-mail", "in-mail", "tcp/25", approved="2026-11-25"), rules=SMTP).written(tmp_path)

    assert named(seen(folder, {"tl": [flow(MAIL, OTHER, 25)]})) == ["unapproved-in-use"]
    assert named(seen(folder, {"tl": [flow(MAIL, OTHER, 25, at="2026-11-25 00:00")]})) == []
