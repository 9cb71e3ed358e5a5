import pytest

from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked
from tests.checks.sites import Town

CHECK = "audit-dates"
BETA = "model: beta, guideline_edition: R7.3, segments: all, from: 2026-04-01"


def document(kind, day, period=""):
    return f"  - {{id: {kind}, kind: {kind}, title: 文書, date: {day}{period}}}\n"


def town(confirmed="2026-03-01", audited="2026-02-01", checked="2026-07-01", profile=BETA):
    held = {
        "external_confirmation": confirmed,
        "external_audit": audited,
        "self_check": checked,
        "internal_audit": "2026-06-01",
    }
    rows = "".join(document(kind, day) for kind, day in held.items() if day)
    return Town(profile=profile, topology="documents:\n" + rows)


FIRES = town(confirmed="2026-05-01")
SOUND = town()


@pytest.mark.parametrize(
    ("changed", "subject", "named"),
    [
        (FIRES, "external_confirmation", ("IN-10",)),
        (town(audited="2025-10-01"), "external_audit", ("IN-10",)),
        (town(checked="2025-10-01"), "self_check", ("G-07",)),
    ],
)
def test_too_late_or_too_long_ago(changed, subject, named, tmp_path):
    (found,), _ = asked(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements) == (subject, named)


def test_what_there_is_no_document_of_is_told(tmp_path):
    alpha = "model: alpha, guideline_edition: R7.3, segments: all"

    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    lacking = asked(town(confirmed="", audited=""), tmp_path, CHECK)[1]
    assert lacking.coverage is Coverage.NO_INPUT
    assert "external_confirmation; external_audit" in lacking.reason[1]
    assert asked(town(confirmed="", audited="", profile=alpha), tmp_path, CHECK)[1].coverage is Coverage.ASKED
