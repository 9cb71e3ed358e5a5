import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Weight
from tests.checks.sites import entry, rule
from tests.replays import FAR, MAIL, OTHER, PC, TAPS, Shown, flow, named, seen, town

CHECK = "observed-bypass"
SMTP = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]
REGISTERED = entry("R1", "lg-mail", "in-mail", "tcp/25")
FIRES = Shown(town=town(REGISTERED, rules=SMTP), taps={"ti": [flow(PC, FAR, 445)]})
SOUND = Shown(town=town(REGISTERED, rules=SMTP), taps={"ti": [flow(MAIL, OTHER, 25)]})


def bypass(found):
    return [one for one in found.assessment.findings if one.check == CHECK]


def dated(folder, as_of):
    written = FIRES.town.written(folder)
    path = written / "topology.yaml"
    text = path.read_text(encoding="utf-8").replace("format: fortigate}", f"format: fortigate, as_of: {as_of}}}")
    path.write_text(text, encoding="utf-8")
    return written


@pytest.mark.parametrize(
    ("as_of", "standing", "weight"),
    [
        ("2026-10-24", Standing.VIOLATED, Weight.CRITICAL),
        ("2026-12-25", Standing.VIOLATED, Weight.CRITICAL),
        ("2026-10-23", Standing.UNDECIDED, Weight.HIGH),  # more than 31 days before
        ("2026-12-26", Standing.UNDECIDED, Weight.HIGH),
    ],
)
def test_it_is_sure_only_if_the_export_speaks_of_those_days(tmp_path, as_of, standing, weight):
    (found,) = bypass(seen(dated(tmp_path, as_of), FIRES.taps))

    assert (found.standing, found.weight, found.basis) == (standing, weight, (Basis.CAPTURES, Basis.RULES))
    assert bool(found.because) is (standing is Standing.UNDECIDED)


def test_before_the_device_nothing_is_bypassed(tmp_path):
    assert bypass(seen(dated(tmp_path, "2026-11-01"), {"tl": [flow(PC, FAR, 445)]})) == []


def test_what_is_registered_but_stopped_by_rules_is_a_bypass_behind_them(tmp_path):
    folder = town(REGISTERED).written(tmp_path)
    (found,) = bypass(seen(folder, {"ti": [flow(MAIL, OTHER, 25)]}))

    assert found.subject == "fw"
    assert bypass(seen(folder, {"tl": [flow(MAIL, OTHER, 25)]})) == []


def test_all_that_passed_one_device_is_one_finding(tmp_path):
    found = seen(FIRES.town.written(tmp_path), {"ti": [flow(PC, FAR, 445), flow(MAIL, FAR, 22), flow(PC, OTHER, 80)]})

    assert len(bypass(found)) == 1
    assert named(found).count("observed-crossing") == 3


def test_a_device_without_export_stops_nothing(tmp_path):
    from tests.checks.sites import Firewall, Town

    unread = Town(firewalls={"fw": Firewall(exported=False)}, topology=TAPS)
    found = seen(unread.written(tmp_path), FIRES.taps)

    assert named(found) == ["observed-crossing"]
