import pytest

from segcheck.model.finding import Weight
from tests.checks.answering import answered, words
from tests.checks.declaring import MN
from tests.checks.sites import Town, params

CHECK = "governance-documents"
#: Kind: day and further keys; together they answer every requirement.
WHOLE = {
    "organs": "2026-04-01",
    "handling": "2026-04-01, published: false",
    "soc_report": "2026-11-01, period_days: 31",
    "observance": "2026-10-01",
    "emergency_plan": "2026-04-01",
    "contacts": "2026-10-01, period_days: 100",
    "review": "2026-06-01",
    "standards": "2025-04-01, published: false",
    "procedures": "2025-04-01, published: false",
}
KEPT = ", owner: 総務課長, location: 文書管理システム"


def town(kept=KEPT, **changed):
    rows = {kind: text for kind, text in {**WHOLE, **changed}.items() if text}
    lines = "".join(
        f"  - {{id: {kind}, kind: {kind}, title: 文書, date: {text}{kept}}}\n" for kind, text in rows.items()
    )
    return Town(firewalls=MN, topology="documents:\n" + lines)


FIRES = town(contacts="2026-04-01, period_days: 100")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "subject", "named", "facts"),
    [
        (FIRES, "contacts", ("G-05",), "2026-04-01 + 100 d < 2026-11-24"),
        (town(organs="2020-04-01, period_days: 366"), "organs", ("G-01",), "2020-04-01 + 366 d < 2026-11-24"),
        (town(soc_report="2026-09-01, period_days: 31"), "soc_report", ("G-04",), "2026-09-01 + 31 d < 2026-11-24"),
        (town(standards="2024-04-01, period_days: 366, published: false"), "standards", ("G-09", "G-10"), "2024-04-01"),
        (town(procedures="2025-04-01, published: true"), "procedures", ("G-10",), "published: true"),
        (town(handling="2025-04-01, published: true"), "handling", ("G-02",), "published: true"),
        (
            town(internal_audit="2025-06-01", review="2025-01-01"),
            "review",
            ("G-08",),
            "review 2025-01-01 < internal_audit 2025-06-01",
        ),
    ],
)
def test_documents_that_ran_out_are_public_or_were_not_reviewed(changed, subject, named, facts, tmp_path):
    (found,), _ = answered(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements) == (subject, named)
    assert facts in params(found)["facts"]
    assert found.weight is (Weight.LOW if named == ("G-08",) else Weight.MEDIUM)


def test_another_document_that_does_as_well_and_a_review_in_time_are_enough(tmp_path):
    other = town(observance="2024-10-01, period_days: 100", self_check="2026-07-01")
    reviewed = town(internal_audit="2025-06-01")

    assert answered(other, tmp_path, CHECK)[0] == ()
    assert answered(reviewed, tmp_path, CHECK)[0] == ()


def test_each_requirement_lacks_only_its_own(tmp_path):
    every = dict.fromkeys(("G-01", "G-02", "G-04", "G-05", "G-08", "G-09", "G-10"), "asked")

    assert words(answered(SOUND, tmp_path, CHECK)[1]) == every
    lacking = answered(town(contacts="", standards="", review="2027-01-01"), tmp_path, CHECK)[1]
    assert words(lacking) == {**every, **dict.fromkeys(("G-05", "G-08", "G-09", "G-10"), "no_input")}
    assert "contacts" in lacking["G-05"].reason[1]
    assert "emergency_plan" not in lacking["G-05"].reason[1]
    nowhere = answered(town(kept="", procedures="2025-04-01"), tmp_path, CHECK)[1]
    assert words(nowhere) == dict.fromkeys(every, "claimed")
    assert "procedures (owner, location, published)" in nowhere["G-10"].reason[1]
