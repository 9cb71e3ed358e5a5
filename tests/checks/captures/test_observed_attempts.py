import pytest

from segcheck.model.finding import Weight
from tests.checks.sites import PORTS, Firewall, entry, rule
from tests.replays import FAR, MAIL, OTHER, PC, TAPS, Shown, flow, named, only, params, seen, town

CHECK = "observed-attempts"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
REGISTERED = entry("R1", "lg-mail", "in-mail", "tcp/25")
SILENT = {"said": False, "heard": False, "answered": False}
FIRES = Shown(town=town(REGISTERED, rules=SMTP), taps={"tl": [flow(PC, FAR, 445, **SILENT)]})
SOUND = Shown(town=town(REGISTERED, rules=SMTP), taps={"tl": [flow(MAIL, OTHER, 25, **SILENT)]})


@pytest.mark.parametrize("how", [SILENT, {"refused": True}, {"proto": 17, "answered": False}])
def test_what_nobody_answered_is_an_attempt(tmp_path, how):
    found = only(seen(FIRES.town.written(tmp_path), {"tl": [flow(PC, FAR, 445, **how)]}))

    assert (found.check, found.weight, params(found)["rules_en"]) == (CHECK, Weight.LOW, "stop it")


@pytest.mark.parametrize("how", [SILENT, {"refused": True}, {"proto": 17, "answered": False}])
def test_outside_its_zone_it_has_crossed(tmp_path, how):
    found = seen(FIRES.town.written(tmp_path), {"ti": [flow(PC, FAR, 445, **how)]})

    assert "observed-crossing" in named(found)
    assert CHECK not in named(found)


def test_what_crossed_at_one_tap_is_no_attempt_at_another(tmp_path):
    one = flow(PC, FAR, 445, proto=17, answered=False)

    assert CHECK not in named(seen(FIRES.town.written(tmp_path), {"tl": [one], "ti": [one]}))


def test_an_attempt_that_rules_let_through_weighs_as_the_crossing(tmp_path):
    folder = town(REGISTERED, rules=[rule(1, "lg:all", "in:all")]).written(tmp_path)
    found = only(seen(folder, FIRES.taps))

    assert (found.weight, params(found)["rules_en"]) == (Weight.CRITICAL, "let it through")


@pytest.mark.parametrize(("times", "weight"), [(1, Weight.MEDIUM), (3, Weight.HIGH)])
def test_my_number_hosts_that_repeat_it_weigh_more(tmp_path, times, weight):
    ports = {**PORTS, "mn": ("mn-lan", "10.0.0.1/24")}
    walled = town(firewalls={"fw": Firewall(ports=ports)}, topology=TAPS + "  - {id: tm, device: fw, interface: mn}\n")
    tries = [flow("10.0.0.10", FAR, 445, sport=50_000 + n, **SILENT) for n in range(times)]

    assert only(seen(walled.written(tmp_path), {"tm": tries})).weight is weight
