import pytest

from segcheck.checks import covered
from segcheck.checks import review_overdue as module
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.registers import asking, mynumber
from tests.checks.sites import Town, entry, item, lines, rule, told

CHECK = "review-overdue"
RULE = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")


def reviewed(day, **more):
    keys = {"section": "総務課", "decision_no": "総決第1号", "review_due": day, **more}
    return entry("R1", "lg-mail", "in-mail", "tcp/25", **keys)


FIRES = Town(rules=[RULE], register=[reviewed("2026-11-23")])
SOUND = Town(rules=[RULE], register=[reviewed("2026-11-24")])  # the day itself counts


def test_the_section_is_told_whose_entry_was_not_reviewed(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = assessment.findings
    assert (found.check, found.subject, found.weight, found.pairs) == (CHECK, "R1", Weight.MEDIUM, (("lg", "in"),))
    assert found.requirements == ("SP-9", "X-12")
    assert lines(found) == [item(tmp_path, "R1")]
    assert told(found, assessment) == (
        "台帳 R1 (所管 総務課) は見直し期限 2026-11-23 を過ぎている。",
        "Register entry R1 (section 総務課) was to be reviewed by 2026-11-23.",
    )


def test_maintenance_without_a_last_day(tmp_path):
    unlimited = entry("R1", "mn-srv", "lg-mail", "tcp/443", kind="maintenance").replace(", expires: 2027-03-31", "")

    (found,) = module.find(asking(mynumber(unlimited), tmp_path))
    assert (found.weight, found.requirements) == (Weight.HIGH, ("SP-9", "MN-03"))


@pytest.mark.parametrize(
    ("line", "coverage", "named"),
    [
        (reviewed("2026-11-24"), Coverage.ASKED, ""),
        (entry("R1", "lg-mail", "in-mail", "tcp/25"), Coverage.NO_INPUT, "R1 (decision_no・review_due)"),
        (reviewed("2026-11-24", decision_no='""'), Coverage.NO_INPUT, "R1 (decision_no)"),
        (reviewed("2026-11-24", approver="例示 太郎"), Coverage.CLAIMED, "R1"),  # a hint: no finding
        (reviewed("2026-11-24", approver="統括情報セキュリティ責任者"), Coverage.ASKED, ""),
        (reviewed("2026-11-24", status="申請中"), Coverage.NOTHING_TO_ASK, ""),
    ],
)
def test_what_the_register_leaves_out_is_said(line, coverage, named, tmp_path):
    context = asking(Town(rules=[RULE], register=[line]), tmp_path)

    found = covered(module, context)
    assert found.coverage is coverage
    assert all(named in text for text in found.reason)
    assert list(module.find(context)) == []
