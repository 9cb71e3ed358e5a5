from types import SimpleNamespace

import pytest

from segcheck import checks
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.replay import LegUse, Observed
from segcheck.model.requirement import Coverage
from tests.checks.sanitising import ENTRY, LEGS, WITH_SAN, gateway
from tests.checks.sites import Firewall, Town
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen

CHECK = "observed-one-leg"
SAN = "10.3.0.5"
TAPS = "taps:\n  - {id: ts, device: fw, interface: san}\n  - {id: tl, device: fw, interface: lg}\n"
IN, OUT = flow(OTHER, SAN, 25), flow(SAN, MAIL, 25)


def town(register=(ENTRY,)):
    wall = Firewall(ports=WITH_SAN, rules=LEGS)
    return Town(firewalls={"fw": wall}, register=register, topology=TAPS + gateway())


FIRES = Shown(town=town(), taps={"ts": [IN]})
SOUND = Shown(town=town(), taps={"ts": [IN, OUT]})


def shown(folder, taps):
    return seen(town().written(folder), taps)


def legs(found):
    return {one.leg: (one.observed, len(one.sightings)) for one in found.legs}


def test_mail_that_went_in_and_did_not_come_out(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject, found.weight) == (CHECK, "S1", Weight.LOW)
    assert (found.standing, found.key) == (Standing.UNDECIDED, "S1:in")
    assert params(found)["missing_en"] == "from it on"


def test_mail_that_came_out_and_did_not_go_in(tmp_path):
    assert only(shown(tmp_path, {"ts": [OUT]})).key == "S1:out"


def test_a_tap_that_sees_one_side_only_says_nothing_of_the_other(tmp_path):
    found = shown(tmp_path, {"tl": [OUT]})

    assert named(found) == []
    assert legs(found) == {"in": (Observed.NOT_VISIBLE, 0), "out": (Observed.BOTH, 1)}


def test_an_attempt_that_nobody_answered_carried_nothing(tmp_path):
    tried = flow(OTHER, SAN, 25, said=False, heard=False, answered=False)
    found = shown(tmp_path, {"ts": [tried]})

    assert named(found) == []
    assert legs(found)["in"] == (Observed.ATTEMPTED, 1)


def test_both_legs_are_told_and_that_nobody_looked_inside(tmp_path):
    found = SOUND.judged(tmp_path)

    assert legs(found) == {"in": (Observed.BOTH, 1), "out": (Observed.BOTH, 1)}
    said = next(one.CHECK for one in checks.installed() if one.CHECK.id == CHECK).message
    assert "中身は確かめていない" in said[0]


def test_what_is_no_leg_is_not_counted(tmp_path):
    ended = town(register=(ENTRY.replace("status: 承認", "status: 廃止"),))

    assert seen(ended.written(tmp_path), {"ts": [IN]}).legs == ()


@pytest.mark.parametrize(
    ("observed", "coverage"),
    [
        ((), Coverage.NOTHING_TO_ASK),
        ((Observed.NOT_VISIBLE, Observed.NOT_VISIBLE), Coverage.NO_INPUT),
        ((Observed.NOT_SEEN, Observed.NOT_VISIBLE), Coverage.ASKED),
    ],
)
def test_what_it_was_asked_of(observed, coverage):
    legs = tuple(LegUse("S1", "gw", str(number), bool(number), one) for number, one in enumerate(observed))
    module = next(one for one in checks.installed() if one.CHECK.id == CHECK)

    found = module.covered(SimpleNamespace(legs=legs))
    assert found.coverage is coverage
    assert (found.reason == ("", "")) is (coverage is Coverage.ASKED)
