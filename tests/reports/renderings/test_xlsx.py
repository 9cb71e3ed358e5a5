import re
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from segcheck.reports import _print_sheets
from segcheck.reports.renderings import xlsx
from tests.reports.renderings import handmade


def book(result, language="ja"):
    return openpyxl.load_workbook(BytesIO(xlsx.render(result, language)))


def rows(sheet):
    """Return the rows below the head of the sheet's table as mappings by heading."""
    top = int(sheet.print_title_rows.split(":")[0].strip("$"))
    heads = [cell.value for cell in sheet[top]]
    body = sheet.iter_rows(min_row=top + 1, values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in body if row[0] is not None]


def text(sheet):
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def test_sheets_are_those_of_the_office_and_drift_only_where_it_is_known():
    named = [
        "総括",
        "ゾーンマトリクス",
        "指摘事項一覧",
        "要求事項別",
        "台帳",
        "例外措置",
        "前提",
        "入力ファイル",
        "判定の限界",
    ]

    assert book(handmade.document()).sheetnames == named
    assert book(handmade.stored()).sheetnames == [*named[:7], "前回との差分", *named[7:]]


def test_the_first_sheet_has_verdict_counts_weakening_and_boxes_for_stamps():
    told = text(book(handmade.stored())["総括"])

    for part in (
        "越境可能（R）",
        "--ignore any-any により緩めた判定です",
        "担当",
        "課長",
        "実行番号 12",
        "2026-11-25 06:30 JST",
    ):
        assert part in told


def test_findings_have_all_columns_and_a_list_to_fill_in():
    sheet = book(handmade.document())["指摘事項一覧"]
    found = rows(sheet)

    assert [one["判定"] for one in found] == ["越境可能（R）", "判定不能", "例外措置（承認済）", "設定の不備（R）"]
    assert found[0]["規則の行"] == "exports/wall.conf:7"
    assert found[0]["通信"] == "10.30.10.0/24 → 10.20.10.26 tcp/445"
    assert {found[0][name] for name in ("対応状況", "対応期限", "担当", "備考")} == {None}
    assert "対応済" in sheet.data_validations.dataValidation[0].formula1
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref


def test_matrix_requirements_register_and_exceptions_are_told():
    found = book(handmade.replayed())

    assert rows(found["台帳"])[0]["観測"] == "双方向を観測 (1)"
    assert rows(found["台帳"])[0]["通している規則"] == "exports/wall.conf:7"
    assert {one["ID"]: one["状況"] for one in rows(found["要求事項別"])}["LG-06"] == "例外措置（承認済）"
    assert [one["期限の状況"] for one in rows(found["例外措置"])] == ["有効", "期限切れ"]
    assert "captures/day.pcapng" in text(found["入力ファイル"])
    matrix = text(book(handmade.document())["ゾーンマトリクス"])
    assert "越境 1" in matrix
    assert "不明 1" in matrix


def test_what_changed_is_told_with_its_packets():
    told = text(book(handmade.stored())["前回との差分"])

    assert "新たに通る: 10.30.10.0/24 → 10.20.10.26 tcp/445" in told
    assert "直った指摘" in told
    assert "意味が変化" in told
    assert "どうなったか分からない指摘" in told
    assert "示せるのはここまで" in told


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "http://evil.example", "\x00\ufffe\ud800_x0041_"])
def test_no_cell_is_a_formula_or_a_link(name):
    found = book(handmade.hostile(name, handmade.organs()))

    for sheet in found:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None


def test_no_time_but_the_run_s_is_in_the_file():
    file = ZipFile(BytesIO(xlsx.render(handmade.document(), "ja")))

    assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    times = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", file.read("docProps/core.xml").decode())
    assert set(times) == {"2026-11-24T21:30:05Z"}


def test_rows_are_as_high_as_their_longest_cell():
    made = _print_sheets.Book("", "")
    sheet = made.sheet("x", [10, 10])
    sheet.table(["a", "b"], [["短い", "長い文" * 20], ["短い", "短い"]])
    found = openpyxl.load_workbook(BytesIO(made.bytes("x", datetime(2026, 1, 1, tzinfo=UTC))))["x"]

    assert found.row_dimensions[2].height > 5 * found.row_dimensions[3].height


def test_headers_hold_no_codes_of_names():
    made = _print_sheets.Book('&"Arial"&D', "&P")
    made.sheet("x", [10])
    written = (
        ZipFile(BytesIO(made.bytes("x", datetime(2026, 1, 1, tzinfo=UTC)))).read("xl/worksheets/sheet1.xml").decode()
    )

    assert '&amp;&amp;"Arial"&amp;&amp;D</oddHeader>' in written


def test_requirements_are_told_by_organ_where_there_are_organs():
    found = book(handmade.organs())

    told = [(one["機関"], one["ID"], one["状況"]) for one in rows(found["要求事項別"])]
    assert told[0] == ("市長部局 (shicho)", "LG-01", "不備")
    assert told[6:8] == [("水道事業 (suido)", "LG-01", "確認済"), ("水道事業 (suido)", "LG-02", "不備")]
    summary = list(found["総括"].iter_rows(values_only=True))
    assert ("市長部局 (shicho)", "情報政策課長", 1, 1, 2, 1, 1) in [row[:7] for row in summary]
    assert ("水道事業 (suido)", "-", 1, 1, 0, 2, 0) in [row[:7] for row in summary]
    bare = book(handmade.document())
    assert "機関" not in rows(bare["要求事項別"])[0]
    assert "確認済 1・不備 1・証拠不足 2" in text(bare["総括"])
