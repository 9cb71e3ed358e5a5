import pytest

from segcheck.model.crossing import Standing
from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, Shown, flow, judged, moment, named, only, params, seen, town

CHECK = "observed-out-of-hours"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
TAP = "taps:\n  - {id: tl, device: fw, interface: lg}\n"


def open_on(hours):
    return town(entry("R1", "lg-mail", "in-mail", "tcp/25", schedule=f"'{hours}'"), rules=SMTP, topology=TAP)


def at(*times):
    return {"tl": [flow(MAIL, OTHER, 25, at=one, sport=50_000 + n, frame=10 * n + 1) for n, one in enumerate(times)]}


#: 2026-11-24 is a Tuesday.
FIRES = Shown(town=open_on("火曜 12:00-13:00"), taps=at("2026-11-24 13:00"))
SOUND = Shown(town=open_on("火曜 12:00-13:00"), taps=at("2026-11-24 12:00", "2026-11-24 12:59"))


def test_one_session_out_of_hours_is_told_though_others_kept_to_them(tmp_path):
    found = only(seen(open_on("火曜 12:00-13:00").written(tmp_path), at("2026-11-24 12:10", "2026-11-24 13:30")))

    assert (found.check, found.subject) == (CHECK, "R1")
    assert params(found)["conversations"] == "1"
    assert params(found)["first"] == "2026-11-24 13:30:00"
    assert params(found)["schedule"] == "火曜 12:00-13:00"
    assert found.standing is Standing.VIOLATED


def test_the_evidence_holds_what_came_out_of_hours_and_nothing_else(tmp_path):
    times = at("2026-11-24 12:10", "2026-11-24 13:30")
    kept = judged(open_on("火曜 12:00-13:00").written(tmp_path), times).wanted()

    assert [table["first"].tolist() for table, _ in kept.values()] == [[moment("2026-11-24 13:30")]]


@pytest.mark.parametrize(
    ("time", "checks"),
    [
        ("2026-11-24 11:59", [CHECK]),
        ("2026-11-24 12:00", []),
        ("2026-11-24 13:00", [CHECK]),
        ("2026-11-25 12:30", [CHECK]),
    ],
)
def test_the_last_minute_and_other_days_are_out(tmp_path, time, checks):
    assert named(seen(open_on("火曜 12:00-13:00").written(tmp_path), at(time))) == checks


def test_without_a_tap_the_register_is_asked_all_the_same(tmp_path):
    rows = at("2026-11-24 13:30")["tl"]

    assert named(seen(open_on("火曜 12:00-13:00").written(tmp_path), {"": rows})) == [CHECK]


def test_hours_that_cannot_be_read_leave_it_undecided(tmp_path):
    found = only(seen(open_on("必要なとき").written(tmp_path), at("2026-11-24 13:30")))

    assert found.check == CHECK
    assert found.standing is Standing.UNDECIDED
    assert found.because == ("hours:R1",)
