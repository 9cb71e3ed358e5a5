"""The result of a run: findings of captures beside those of rules; requirements were joined before, for each organ."""

from segcheck.reports import run_json
from tests.reports.renderings import handmade


def test_findings_of_captures_come_beside_and_requirements_stay_as_they_were_joined():
    rules = handmade.organs(
        requirements=[handmade.requirement("LG-01", "pass", organ=organ) for organ in ("shicho", "suido")]
    )
    captures = {
        **handmade.replayed(),
        "requirements": [handmade.requirement("LG-01", "insufficient_evidence", organ="shicho", sources=[])],
    }

    told = run_json.with_captures(rules, captures)
    assert told["requirements"] == rules["requirements"]
    assert told["findings"] == [*rules["findings"], *captures["findings"]]
    assert told["captures"] == captures["captures"]
    assert told["organs"] == rules["organs"]
