from segcheck.model.crossing import Standing
from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked
from tests.checks.sites import Town, params

CHECK = "responsibility-boundary"
OUTSIDE = {"in": ", responsibility: prefecture"}


def town(due="2027-03-31", subject="zone:in"):
    rest = "claim: 中継しない, owner: 県情報政策課長, reason: 管理外, document: 規約"
    text = f"attestations:\n  - {{id: T1, subject: {subject}, {rest}, review_due: {due}}}\n"
    return Town(keys=OUTSIDE, topology=text)


FIRES = town("2026-10-31")
SOUND = town()


def test_an_attestation_past_its_review_leaves_it_undecided(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.subject, found.standing) == ("zone:in", Standing.UNDECIDED)
    assert params(found)["facts"] == "T1 (県情報政策課長): 2026-10-31"


def test_what_nobody_attests_is_told(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[0] == ()
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    silent = asked(town(subject="fw"), tmp_path, CHECK)[1]
    assert (silent.coverage, "zone:in" in silent.reason[1]) == (Coverage.NO_INPUT, True)
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
