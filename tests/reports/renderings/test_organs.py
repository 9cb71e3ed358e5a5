"""The outcomes of requirements by organ: gathered, counted, and the worst where there is room for one."""

from segcheck.lang.words import load
from segcheck.reports.renderings import _organs
from tests.reports.renderings import handmade

COUNTS = dict.fromkeys(_organs.OUTCOMES, 0)


def test_each_organ_has_its_own_counts_and_a_body_without_organs_one():
    first, second = _organs.organs(handmade.organs())

    assert (first.title, first.responsible, second.title) == ("市長部局 (shicho)", "情報政策課長", "水道事業 (suido)")
    assert first.outcomes == {**COUNTS, "pass": 1, "fail": 1, "insufficient_evidence": 2} | {
        "not_applicable": 1,
        "exception_approved": 1,
    }
    assert second.outcomes == {**COUNTS, "pass": 1, "fail": 1, "not_applicable": 2}
    (only,) = _organs.organs(handmade.document())
    assert (only.id, only.title, len(only.rows)) == ("", "", 6)
    assert not _organs.several(handmade.document())


def test_an_organ_that_nothing_is_answered_for_and_one_that_nobody_lists_are_told_too():
    listed = {"id": "kyoiku", "name": "教育委員会", "responsible": None}
    made = handmade.organs(organs=[listed])

    assert [(one.title, len(one.rows)) for one in _organs.organs(made)] == [
        ("教育委員会 (kyoiku)", 0),
        ("shicho", 6),
        ("suido", 4),
    ]
    assert _organs.organs({**made, "organs": None, "requirements": []})[0].outcomes == COUNTS


def test_organs_that_a_report_could_not_tell_apart_are_one():
    organs = [{"id": name, "name": name, "responsible": None} for name in ("a b", "a\nb", "a\x00")]
    rows = [handmade.requirement("LG-01", "pass", organ=name) for name in ("a b", "a\nb")]

    told = _organs.organs(handmade.document(organs=organs, requirements=rows))
    assert len({one.id for one in told}) == len(told) == 2
    assert len(told[0].rows) == 2


def test_the_worst_outcome_of_each_requirement_counts_once_and_says_whose_it_is():
    worst = {row["id"]: (row["outcome"], [one.id for one in whose]) for row, whose in _organs.worst(handmade.organs())}

    assert worst == {
        "LG-01": ("fail", ["shicho"]),
        "LG-02": ("fail", ["suido"]),
        "LG-03": ("insufficient_evidence", ["shicho"]),
        "LG-04": ("insufficient_evidence", ["shicho"]),
        "LG-05": ("not_applicable", ["shicho", "suido"]),
        "LG-06": ("exception_approved", ["shicho"]),
    }
    told = _organs.worst_counts(load("ja"), handmade.organs())
    assert "確認済 0・不備 2・証拠不足 2・対象外 1・例外措置（承認済） 1" in told
    assert "2 機関のうち最も重い" in told
    assert "機関" not in _organs.worst_counts(load("ja"), handmade.document())


def test_the_worst_has_reasons_sources_and_findings_of_all_that_ended_so():
    rows = [
        handmade.requirement(
            "LG-01", "fail", "crossed", organ="a", sources=["R"], because=[handmade.said("甲", "one")]
        ),
        handmade.requirement(
            "LG-01", "fail", "written", organ="b", sources=["A"], because=[handmade.said("甲", "one")]
        ),
        handmade.requirement("LG-01", "pass", organ="c", sources=["C"]),
    ]
    ((row, whose),) = _organs.worst(handmade.document(requirements=rows))

    assert [one.id for one in whose] == ["a", "b"]
    assert (row["sources"], row["because"]) == (["R", "A"], [handmade.said("甲", "one")])
    assert row["findings"] == [handmade.FINGERPRINTS["crossed"], handmade.FINGERPRINTS["written"]]


def test_a_finding_concerns_organs_and_serves_their_clauses():
    made = handmade.organs()
    crossed, _, _, written = made["findings"]
    concerned = _organs.concerned(made)
    clauses = _organs.clauses(made, lambda one: one["clause"] or "")

    assert [one.id for one in concerned[crossed["fingerprint"]]] == ["shicho"]
    assert [one.id for one in concerned[written["fingerprint"]]] == ["suido"]
    assert clauses(crossed, "LG-01") == ["6(3)①"]
    assert clauses(written, "LG-02") == ["第4条"]
    assert clauses(written, "LG-01") == ["6(3)①", "第4条"]  # of neither organ's outcome: all of them
    assert clauses(written, "XX-01") == []
    assert _organs.concerned(handmade.document()) == {}


def test_policies_name_their_organs_only_where_they_differ():
    words = load("ja")

    assert [line.partition(": ")[0] for line in _organs.policies(words, handmade.organs())] == [
        "市長部局 (shicho), 水道事業 (suido)",
        "水道事業 (suido)",
    ]
    (only,) = _organs.policies(words, handmade.document())
    assert only.startswith("条項")
