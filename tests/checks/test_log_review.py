from segcheck.model.requirement import Coverage
from tests.checks.declaring import MN, asked, attributes
from tests.checks.sites import Town, params

CHECK = "log-review"


def town(day):
    return Town(firewalls=MN, keys={"mn-srv": ", role: log_server" + attributes({"log_review_date": day})})


FIRES = town("2026-10-01")
SOUND = town("2026-11-01")


def test_logs_that_were_last_reviewed_two_months_ago(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, params(found)["facts"]) == ("mn-srv", "log_review_date: 2026-10-01")


def test_a_review_within_the_month_counts(tmp_path):
    findings, covered = asked(SOUND, tmp_path, CHECK)

    assert (findings, covered.coverage) == ((), Coverage.ASKED)
    assert asked(Town(firewalls=MN), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
