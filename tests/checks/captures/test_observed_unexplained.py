import pytest

from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis
from tests.checks.sites import entry, rule
from tests.replays import MAIL, OTHER, Shown, flow, named, only, params, seen, town

CHECK = "observed-unexplained"
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
STOPPED = [rule(1, "lg:lg-mail", "in:in-mail", "SMTP", action="deny")]
FLOW = {"tl": [flow(MAIL, OTHER, 25)]}
FIRES = Shown(town=town(R1, rules=STOPPED), taps=FLOW)
SOUND = Shown(town=town(R1, rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]), taps=FLOW)


def test_an_answer_against_rules_of_which_nobody_knows_the_day(tmp_path):
    found = only(FIRES.judged(tmp_path))

    assert (found.check, found.subject, found.standing) == (CHECK, "R1", Standing.UNDECIDED)
    assert (found.because, found.basis) == (("stale-export:fw",), (Basis.CAPTURES, Basis.RULES))
    assert (params(found)["deniers"], "SP-5" in found.requirements) == ("fw", True)


@pytest.mark.parametrize(("day", "standing"), [("2026-11-01", Standing.VIOLATED), ("2026-10-01", Standing.UNDECIDED)])
def test_an_export_speaks_of_packets_near_its_day(day, standing, tmp_path):
    folder = FIRES.town.written(tmp_path)
    text = (folder / "topology.yaml").read_text(encoding="utf-8")
    dated = text.replace("format: fortigate}", f"format: fortigate, as_of: {day}}}")
    (folder / "topology.yaml").write_text(dated, encoding="utf-8")

    assert only(seen(folder, FLOW)).standing is standing


@pytest.mark.parametrize(
    ("taps", "checks"),
    [
        ({"tl": [flow(MAIL, OTHER, 25, heard=False)]}, [CHECK]),  # a reply without payload answers too
        ({"tl": [flow(MAIL, OTHER, 25, answered=False, heard=False)]}, []),  # sent, and stopped as it should be
        ({"ti": [flow(MAIL, OTHER, 25)]}, ["observed-bypass"]),  # behind the device it is another finding
    ],
)
def test_what_shows_that_it_got_across(taps, checks, tmp_path):
    assert named(seen(FIRES.town.written(tmp_path), taps)) == checks
