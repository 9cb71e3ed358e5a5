"""The result of a run: what captures refute, they refute for the organ that it is of."""

from segcheck.reports import run_json
from tests.reports.renderings import handmade


def test_captures_refute_a_requirement_of_one_organ_and_leave_that_of_the_other():
    rules = handmade.organs(
        requirements=[handmade.requirement("LG-01", "pass", organ=organ) for organ in ("shicho", "suido")]
    )
    captures = {
        **handmade.replayed(),
        "requirements": [
            handmade.requirement("LG-01", "fail", "seen", organ="shicho", sources=["C"]),
            handmade.requirement("LG-01", "insufficient_evidence", organ="suido", sources=[]),
        ],
    }

    told = run_json.with_captures(rules, captures)
    first, second = told["requirements"]
    assert (first["organ"], first["outcome"], first["sources"]) == ("shicho", "fail", ["R", "C"])
    assert second == rules["requirements"][1]
    assert told["organs"] == rules["organs"]
