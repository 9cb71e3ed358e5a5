from segcheck.checks import evidence_stale
from segcheck.loaders import attributes as vocabulary
from segcheck.model.crossing import Standing
from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked, attributes
from tests.checks.sites import Town, params

CHECK = "evidence-stale"


def town(day):
    return Town(keys={"lg-pc": attributes({"shared_account": False}, f"evidence: 出力{day}")})


FIRES = town(", evidence_date: 2025-11-01")
SOUND = town(", evidence_date: 2025-12-01")


def test_evidence_of_more_than_a_year_ago_leaves_it_undecided(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.standing, found.requirements) == ("lg-pc", Standing.UNDECIDED, ("MN-05",))
    assert params(found)["facts"] == "shared_account: 2025-11-01"


def test_that_no_evidence_is_old_shows_nothing_by_itself(tmp_path):
    assert asked(FIRES, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    for one in (SOUND, town(""), Town()):
        findings, covered = asked(one, tmp_path, CHECK)
        assert (findings, covered.coverage) == ((), Coverage.NOTHING_TO_ASK)


def test_it_bears_on_whatever_the_vocabulary_serves():
    served = {one for term in vocabulary.load().terms.values() for one in term.requirements}

    assert set(evidence_stale.CHECK.requirements) == served
