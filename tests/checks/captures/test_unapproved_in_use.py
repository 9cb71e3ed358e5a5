import pytest

from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen, town

CHECK = "unapproved-in-use"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
FLOW = {"tl": [flow(MAIL, OTHER, 25)]}


def keyed(**keys):
    return town(entry("R1", "lg-mail", "in-mail", "tcp/25", **keys), rules=SMTP)


FIRES = Shown(town=keyed(status="申請中"), taps=FLOW)
SOUND = Shown(town=keyed(), taps=FLOW)


def test_it_names_the_entry_and_its_state(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject) == (CHECK, "R1")
    assert (params(found)["status"], params(found)["approved"]) == ("applied", "2026-04-01")
    assert "SP-9" in found.requirements


@pytest.mark.parametrize(
    ("keys", "port", "checks"),
    [
        ({"status": "廃止"}, 25, [CHECK]),
        ({"approved": "2026-11-25"}, 25, [CHECK]),
        ({"approved": "2026-11-24"}, 25, []),
        ({"expires": "2026-11-23"}, 25, ["expired-in-use"]),
        ({"status": "申請中"}, 26, ["observed-crossing"]),  # no entry is about that service
    ],
)
def test_packets_are_judged_by_the_register_of_their_day(keys, port, checks, tmp_path):
    assert named(seen(keyed(**keys).written(tmp_path), {"tl": [flow(MAIL, OTHER, port)]})) == checks
