"""The audit report in its two editions, and the handover: what they tell, what they leave blank, what they keep to themselves."""

import re
from copy import deepcopy
from io import BytesIO

import openpyxl
import pytest

from segcheck.errors import BadArguments
from segcheck.reports.renderings import _audit, audit, audit_html, audit_summary, audit_summary_html, handover
from tests.reports.renderings import handmade
from tests.reports.renderings.test_xlsx import rows, text

DETAILED = [
    *("表紙", "1-6 監査の概要", "7 検出事項", "8 要求事項別", "9 例外措置", "10 不足する証拠", "11 前回指摘の是正状況"),
    *("12-1 ゾーンマトリクス", "12-2 台帳", "12-3 前提", "12-4 入力ファイル", "12-5 判定の限界"),
    *("監査調書", "自己点検票", "再実施手順"),
]


def book(module, result, language="ja"):
    return openpyxl.load_workbook(BytesIO(module.render(handmade.whole(result), language)))


@pytest.fixture(scope="module")
def detailed():
    return book(audit, handmade.stored())


@pytest.fixture(scope="module")
def brief():
    return book(audit_summary, handmade.stored())


def beside(sheet, name):
    """Return what stands right of a name."""
    return next(row[1] for row in sheet.iter_rows(values_only=True) if row[0] == name)


def test_it_has_the_sections_of_an_audit(detailed):
    assert detailed.sheetnames == DETAILED


def test_the_cover_says_for_whom_and_until_when_and_leaves_boxes_for_stamps(detailed):
    cover = detailed["表紙"]

    assert beside(cover, "情報分類") == "機密性2"
    assert beside(cover, "配布先") == "監査責任者"
    assert beside(cover, "廃棄期限") == "2032-03-31"
    assert beside(cover, "版") == "詳細版"
    assert "0a" * 32 in beside(cover, "履歴のチェーン")
    assert cover.oddHeader.right.text == "機密性2"
    assert "課長" in text(cover)


def test_what_the_auditor_says_is_blank(detailed):
    overview = detailed["1-6 監査の概要"]

    assert not (beside(overview, "所見（監査人が記入）") or "").strip()
    assert not (beside(overview, "結論（監査人が記入）") or "").strip()
    assert {one["所見"] for one in rows(detailed["8 要求事項別"])} == {None}
    assert {one["所見"] for one in rows(detailed["監査調書"])} == {None}
    assert {(one["担当"], one["対応期限"]) for one in rows(detailed["7 検出事項"])} == {(None, None)}


def test_findings_are_facts_with_clause_risk_recommendation_and_how_they_stood(detailed):
    first = rows(detailed["7 検出事項"])[0]

    assert "LG-01 6(3)①（渋川市の例）" in first["条項"]
    assert "exports/wall.conf:7" in first["事実"]
    assert "10.30.10.5:49152 → 10.20.10.26:445 tcp" in first["事実"]
    assert (first["リスク"], first["改善勧告"], first["前回"]) == ("理由です", "規則を狭める", "新規")


def test_missing_evidence_is_listed_whatever_lacks_it(detailed):
    lacking = [one["対象"] for one in rows(detailed["10 不足する証拠"])]

    assert lacking == ["LG-03", "LG-04", "判定不能の原因", "来歴不明"]


def test_earlier_findings_are_told_or_that_there_is_no_record(detailed):
    assert [one["変化"] for one in rows(detailed["11 前回指摘の是正状況"])] == [
        "解消",
        "解消したか不明",
        "新規",
        "継続",
    ]
    fresh = handmade.document()
    fresh["findings"] = [{**one, "history": None} for one in fresh["findings"]]
    assert "比べていません" in text(book(audit, fresh)["11 前回指摘の是正状況"])


def test_the_working_paper_answers_the_body_s_own_items(detailed):
    found = {one["No."]: one for one in rows_of(detailed["監査調書"])}

    assert {name: one["結果"] for name, one in found.items()} == {
        "N-1": "不備",  # the worst of those that answer it
        "N-2": "確認済",
        "N-3": "証拠不足",
        "N-4": "例外措置（承認済）",
        "N-5": "対象外",
        "N-6": "文書で確認",
        "N-7": "判定していない",
    }
    assert found["N-1"]["証跡"].startswith("LG-01: 不備 R 規則 No.1")
    assert (found["N-1"]["監査資料"], found["N-1"]["実施方法"], found["N-1"]["例文番号"]) == ("台帳", "突合", "例文1")


def rows_of(sheet):
    return [one for one in rows(sheet) if one["No."]]


def test_the_self_check_has_marks_and_blanks(detailed):
    found = rows(detailed["自己点検票"])

    assert [one["検証結果"] for one in found] == ["×", "○", "△", "△", "－", None, None]
    assert {(one["自己点検"], one["改善計画"]) for one in found} == {(None, None)}
    assert detailed["自己点検票"].data_validations.dataValidation[0].formula1 == '"○,△,×,－"'


def test_without_items_no_number_is_made_up():
    bare = {**handmade.document(), "audit": None}
    found = book(audit, bare)

    assert "audit.yaml" in text(found["監査調書"])
    assert [one["検証結果"] for one in rows(found["自己点検票"])] == ["×", "○", "△", "△", "－", "△"]
    assert beside(found["表紙"], "情報分類") is None
    assert beside(found["1-6 監査の概要"], "監査目的") is None


def test_doing_it_again_has_version_command_and_digest(detailed):
    told = text(detailed["再実施手順"])

    assert "0.1.0" in told
    assert "segcheck check sites/town --time 2026-11-25 --format json=RESULT.json" in told
    assert _audit.digest(handmade.whole(handmade.stored())) in told


def test_the_digest_is_of_what_was_judged_and_not_of_the_run():
    first = handmade.document()
    later = deepcopy(handmade.stored())
    later["run"]["started"] = "2027-01-01T00:00:00+00:00"
    later["findings"] = [{**one, "history": "recurring"} for one in later["findings"]]
    other = deepcopy(first)
    other["findings"][0]["evidence"][0]["first_line"] = 8

    assert _audit.digest(first) == _audit.digest(later)
    assert _audit.digest(first) != _audit.digest(other)


@pytest.mark.parametrize(
    ("options", "run_options", "named"),
    [
        (["--accept-assumptions"], {}, "--accept-assumptions"),
        (["--ignore any-any", "--fail-on high"], {}, "--ignore any-any, --fail-on high"),
        ([], {"as-model": "beta"}, "--as-model beta"),
    ],
)
@pytest.mark.parametrize("module", [audit, audit_summary, audit_html, audit_summary_html])
def test_a_weakened_run_is_refused_by_name(module, options, run_options, named):
    made = handmade.document()
    made["run"] = {**made["run"], "weakened": options, "options": run_options}

    with pytest.raises(BadArguments) as caught:
        module.render(made, "ja")
    assert named in caught.value.en


def test_the_short_edition_holds_no_address_device_path_or_name_from_an_export(brief):
    told = "\n".join(text(sheet) for sheet in brief)

    assert brief.sheetnames == [*DETAILED[:3], "8 要求事項別", "9 例外措置", "自己点検票"]
    assert not re.search(r"\d+\.\d+\.\d+\.\d+|::|wall|\.conf|\.pcap|exports|-srv|in-mail|lg-mail|switch|sites/", told)
    for kept in (
        "越境可能（R）",
        "情政第2号",
        "統括情報セキュリティ責任者",
        "N-1 は守られているか",
        "例外措置（承認済）",
    ):
        assert kept in told


def test_the_short_edition_of_a_replay_names_no_capture_point():
    told = "\n".join(text(sheet) for sheet in book(audit_summary, handmade.replayed()))

    assert "t1" not in told
    assert "day" not in told
    assert "観測: 2026-11-24 09:00 JST - 2026-11-24 09:00 JST、地点 1、" in told


def test_the_successor_gets_every_term_the_soonest_first():
    found = book(handover, handmade.document(), "ja")
    told = rows(found["期限の一覧"])

    assert [(one["期限"], one["ID"]) for one in told] == [
        ("2026-10-01", "W-2"),
        ("2026-12-10", "W-1"),
        ("2026-12-10", "R-1"),
        ("2026-12-10", "R-2"),
        ("2027-03-31", "AS-1"),
    ]
    assert [one["残り"] for one in told] == ["期限切れ", "あと15日", "あと15日", "あと15日", "あと126日"]


def test_the_handover_tells_what_weakened_the_run():
    made = openpyxl.load_workbook(BytesIO(handover.render(handmade.document(), "en")))

    assert "--ignore any-any" in text(made["Handover"])


def test_an_item_is_answered_for_each_organ_that_it_names_or_by_the_worst_with_whose_it_is():
    made = handmade.organs()
    items = [
        {**handmade.item("N-1", "LG-01", "LG-02"), "organs": ["shicho", "suido", "kyoiku"]},
        {**handmade.item("N-2", "LG-01"), "organs": ["suido"]},
        *(handmade.item(f"N-{at}", name) for at, name in enumerate(("LG-01", "LG-02", "LG-05", "XX-99"), 3)),
    ]
    found = book(audit, {**made, "audit": {**made["audit"], "items": items}})

    told = [(one["No."], one["機関"], one["結果"]) for one in rows_of(found["監査調書"])]
    assert told == [
        ("N-1", "市長部局 (shicho)", "不備"),
        ("N-1", "水道事業 (suido)", "不備"),
        ("N-1", "kyoiku", "判定していない"),
        ("N-2", "水道事業 (suido)", "確認済"),
        ("N-3", "市長部局 (shicho)", "不備"),
        ("N-4", "水道事業 (suido)", "不備"),
        ("N-5", "全機関", "対象外"),
        ("N-6", "-", "判定していない"),
    ]
    proofs = [one["証跡"] for one in rows_of(found["監査調書"])]
    assert "LG-02: 確認済" in proofs[0]
    assert "LG-02: 不備 R 規則 No.4" in proofs[1]
    checks = rows(found["自己点検票"])
    assert [one["検証結果"] for one in checks] == ["×", "×", None, "○", "×", "×", "－", None]
    assert found["自己点検票"].data_validations.dataValidation[0].sqref == "E6:E13"


def test_every_sheet_of_an_audit_says_whose_an_outcome_is(detailed, brief):
    made = handmade.organs()
    found, short = book(audit, {**made, "audit": None}), book(audit_summary, made)

    assert [one["機関"] for one in rows(found["自己点検票"])] == ["市長部局 (shicho)"] * 6 + ["水道事業 (suido)"] * 4
    assert [one["機関"] for one in rows(found["10 不足する証拠"])] == ["市長部局 (shicho)"] * 2 + ["-"] * 2
    assert [one["機関"] for one in rows(short["8 要求事項別"])] == ["市長部局 (shicho)"] * 6 + ["水道事業 (suido)"] * 4
    assert beside(found["1-6 監査の概要"], "要求事項").count("\n") == 1
    assert [one["条項"] for one in rows(found["7 検出事項"])][3] == "LG-01 6(3)①（渋川市の例） 第4条"
    for sheet in (*detailed, *brief):
        assert "機関 " not in text(sheet)
        assert not any("機関" in row for row in sheet.iter_rows(values_only=True))
