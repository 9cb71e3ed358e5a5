import pytest

from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, attributes
from tests.checks.sites import Town, params

CHECK = "endpoint-detection"
BETA = "model: beta, guideline_edition: R7.3, segments: all, from: 2026-04-01"
WHOLE = {"edr": "block", "edr_last_seen": "2026-11-20", "resident_data": "none"}


def town(profile=BETA, **changed):
    return Town(profile=profile, keys={"in-pcs": ", role: terminal" + attributes({**WHOLE, **changed})})


FIRES = town(edr="none")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (FIRES, "edr: none"),
        (town(edr_last_seen="2026-11-10"), "edr_last_seen: 2026-11-10"),
        (town(edr_coverage=97, resident_data="stored"), "edr_coverage: 97, resident_data: stored"),
    ],
)
def test_under_beta_terminals_need_it(changed, facts, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == ("in-pcs", ("IN-09",), facts)


def test_alpha_does_not_demand_it(tmp_path):
    alpha = "model: alpha, guideline_edition: R7.3, segments: all"
    findings, covered = asked(town(profile=alpha, edr="none"), tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.NOTHING_TO_ASK)
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    assert asked(Town(profile=BETA), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
