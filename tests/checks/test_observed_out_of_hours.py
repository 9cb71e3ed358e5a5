import pytest

from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen, town

CHECK = "observed-out-of-hours"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
#: 2026-11-24 is a Tuesday.
TOWN = town(entry("R1", "lg-mail", "in-mail", "tcp/25", schedule='"火曜 22:00-23:00"'), rules=SMTP)
FIRES = Shown(town=TOWN, taps={"tl": [flow(MAIL, OTHER, 25, at="2026-11-24 14:00")]})
SOUND = Shown(town=TOWN, taps={"tl": [flow(MAIL, OTHER, 25, at="2026-11-24 22:30")]})


@pytest.mark.parametrize(
    ("at", "checks"),
    [
        ("2026-11-24 21:59", [CHECK]),
        ("2026-11-24 22:00", []),
        ("2026-11-24 22:59", []),
        ("2026-11-24 23:00", [CHECK]),
        ("2026-11-25 22:30", [CHECK]),  # a Wednesday
        ("2026-11-17 22:30", []),
    ],
)
def test_the_clock_is_that_of_japan(tmp_path, at, checks):
    assert named(seen(TOWN.written(tmp_path), {"tl": [flow(MAIL, OTHER, 25, at=at)]})) == checks


def test_only_the_conversations_outside_are_told(tmp_path):
    within = [flow(MAIL, OTHER, 25, sport=40_000 + n, at="2026-11-24 22:30", frame=1 + n) for n in range(5)]
    late = flow(MAIL, OTHER, 25, sport=40_100, at="2026-11-24 14:00", frame=77)
    found = only(seen(TOWN.written(tmp_path), {"tl": [*within, late]}))

    assert (found.check, found.subject, params(found)["hours"]) == (CHECK, "R1", "火曜 22:00-23:00")
    assert (params(found)["conversations"], params(found)["packets"]) == ("1", "5")
    assert found.evidence[0].frames == (77,)


def test_hours_that_cannot_be_read_are_not_judged(tmp_path):
    folder = town(entry("R1", "lg-mail", "in-mail", "tcp/25", schedule="業務時間内"), rules=SMTP).written(tmp_path)

    assert named(seen(folder, FIRES.taps)) == []
