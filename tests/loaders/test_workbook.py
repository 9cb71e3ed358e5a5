"""Workbooks made by openpyxl, and workbooks that no honest program makes."""

import datetime
import io
import struct
import zipfile

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from segcheck.errors import UnreadableFile
from segcheck.loaders import files, workbook
from segcheck.loaders.workbook import _package, _sheet
from segcheck.model.sheet import CellKind, Struck


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(*cells, change=lambda sheet: None):
    """Return the first sheet of a workbook with these (cell, value) in it, read back."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for name, value in cells:
        sheet[name] = value
    change(sheet)
    return workbook.decode("t.xlsx", saved(book)).book.sheets[0]


def parts_changed(data, changes):
    """Return a package with parts, by name, replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {**dict.fromkeys(old.namelist()), **changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return out.getvalue()


def refused(data, path="t.xlsx"):
    with pytest.raises(UnreadableFile) as caught:
        workbook.decode(path, data)
    assert "nothing was judged" in caught.value.en
    assert "判定は行っていません" in caught.value.ja
    return caught.value.en


def small():
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "x"
    return saved(book)


SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [
        ("許可", "許可", CellKind.TEXT),
        (443, "443", CellKind.NUMBER),
        (443.0, "443", CellKind.NUMBER),
        (0.5, "0.5", CellKind.NUMBER),
        (True, "true", CellKind.BOOLEAN),
        (datetime.date(2026, 4, 1), "2026-04-01", CellKind.DATE),
        (datetime.datetime(2026, 4, 1, 8, 30), "2026-04-01T08:30", CellKind.DATE),
        (datetime.time(8, 30), "08:30", CellKind.DATE),
        ("#N/A", "#N/A", CellKind.ERROR),
        ("=1+1", "", CellKind.UNCOMPUTED),
    ],
)
def test_values_stand_as_people_read_them(value, text, kind):
    cell = sheet_of(("B2", value)).rows[0].cell(2)

    assert (cell.text, cell.kind) == (text, kind)


def test_formats_that_show_dates_are_told_from_formats_that_hold_their_letters():
    formats = ["General", "0.00E+00", '"day" 0', "[Red]0", "000", 'ggge"年"m"月"d"日"', "[$-411]yyyy/m/d", "G/標準"]

    def change(sheet):
        for at, code in enumerate(formats, 1):
            sheet.cell(at, 1, 46113).number_format = code

    texts = [row.cell(1).text for row in sheet_of(change=change).rows]

    assert texts == ["46113", "46113", "46113", "46113", "46113", "2026-04-01", "2026-04-01", "46113"]


def test_a_number_shown_with_leading_zeros_keeps_them():
    def change(sheet):
        sheet["A1"] = 7
        sheet["A1"].number_format = "0000"

    assert sheet_of(change=change).rows[0].cell(1).text == "0007"


def test_a_computed_formula_counts_as_what_was_computed():
    data = parts_changed(
        small(),
        {SHEET: f'{HEAD}<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'},
    )
    cell = workbook.decode("t.xlsx", data).book.sheets[0].rows[0].cell(1)

    assert (cell.text, cell.formula, cell.kind) == ("2", True, CellKind.NUMBER)


def test_strikethrough_of_a_cell_and_of_part_of_it():
    def change(sheet):
        sheet["A1"], sheet["B1"] = "旧", "新"
        sheet["A1"].font = Font(strike=True)
        sheet["C1"] = CellRichText(TextBlock(InlineFont(strike=True), "10.0.0.1"), " 10.0.0.2")
        sheet["D1"] = CellRichText(TextBlock(InlineFont(strike=True), "10.0.0.1"))

    row = sheet_of(change=change).rows[0]

    assert [row.cell(column).struck for column in (1, 2, 3, 4)] == [Struck.WHOLE, Struck.NO, Struck.PART, Struck.WHOLE]
    assert row.cell(3).text == "10.0.0.1 10.0.0.2"


def test_merged_areas_repeat_their_value_in_used_rows_only():
    def change(sheet):
        sheet["A1"], sheet["B2"], sheet["C1"] = "送信元", "x", "y"
        sheet.merge_cells("A1:A4")

    rows = sheet_of(change=change).rows

    assert [row.number for row in rows] == [1, 2]
    assert (rows[1].cell(1).text, rows[1].cell(1).merged, rows[0].cell(1).merged) == ("送信元", True, False)


def test_hidden_rows_columns_and_sheets_are_read_and_marked():
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["C2"] = "a", "b"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("裏").sheet_state = "hidden"
    book["裏"]["A1"] = "z"
    found = workbook.decode("t.xlsx", saved(book)).book

    assert [row.hidden for row in found.sheets[0].rows] == [False, True]
    assert found.sheets[0].hidden_columns == {3}
    assert (found.sheets[1].name, found.sheets[1].hidden, found.sheets[1].rows[0].cell(1).text) == ("裏", True, "z")


def test_colour_is_marked():
    def change(sheet):
        sheet["A1"], sheet["B1"] = "a", "b"
        sheet["A1"].fill = PatternFill("solid", fgColor="FFFF0000")

    row = sheet_of(change=change).rows[0]

    assert (row.cell(1).coloured, row.cell(2).coloured) == (True, False)


NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://x/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
    '<Relationship Id="rId9" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)


def shared(*items, namespace=NAMESPACE):
    """Return the cells of a workbook as Excel writes it: texts in a part of their own."""
    cells = "".join(f'<c r="{chr(65 + at)}1" t="s"><v>{at}</v></c>' for at in range(len(items)))
    strings = f'<sst xmlns="{namespace}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'
    data = parts_changed(
        small(),
        {
            "xl/_rels/workbook.xml.rels": RELATIONS,
            "xl/sharedStrings.xml": strings,
            SHEET: f'<worksheet xmlns="{namespace}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>',
        },
    )
    return list(workbook.decode("t.xlsx", data).book.sheets[0].rows[0].cells.values())


def test_readings_of_kanji_are_no_part_of_the_text():
    (cell,) = shared('<t>庁内</t><rPh sb="0" eb="2"><t>チョウナイ</t></rPh>')

    assert cell.text == "庁内"


def test_shared_texts_in_runs_are_joined_and_may_be_struck():
    struck = "<r><rPr><strike/></rPr><t>旧</t></r>"
    cells = shared(f"{struck}<r><t> 新</t></r>", struck, '<r><rPr><strike val="0"/></rPr><t>新</t></r>')

    assert [(cell.text, cell.struck) for cell in cells] == [
        ("旧 新", Struck.PART),
        ("旧", Struck.WHOLE),
        ("新", Struck.NO),
    ]


def test_escaped_characters_and_blanks_are_kept():
    first, second = shared("<t>a_x000D_b_x005F_x0041_</t>", '<t xml:space="preserve"> x </t>')

    assert (first.text, second.text) == ("a\rb_x0041_", " x ")


def test_strict_workbooks_are_read_too():
    (cell,) = shared("<t>x</t>", namespace="http://purl.oclc.org/ooxml/spreadsheetml/main")

    assert cell.text == "x"


def test_text_has_a_line_per_used_row_and_places_name_cells():
    book = openpyxl.Workbook()
    book.worksheets[0].title = "FW 一覧"
    book.worksheets[0]["B3"], book.worksheets[0]["C5"] = "a\nb", "c"
    source = workbook.decode("t.xlsx", saved(book))

    assert source.lines() == ["a b", "c"]
    assert source.place(2, 3) == "t.xlsx:'FW 一覧'!C5"


def test_a_workbook_is_an_export_and_not_a_text(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(small())

    assert files.read_export(str(path))[0].encoding == "xlsx"
    with pytest.raises(UnreadableFile, match="not a text file"):
        files.read_text(str(path))


# --- what is refused -------------------------------------------------------------------------------------------------


def test_old_and_encrypted_workbooks_are_told_apart():
    old = workbook.COMPOUND + b"\0" * 512
    encrypted = workbook.COMPOUND + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le")

    assert "old form (.xls)" in refused(old)
    assert "encrypted" in refused(encrypted)


def test_a_binary_workbook_and_a_plain_zip_are_named():
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://x/officeDocument" Target="xl/workbook.bin"/></Relationships>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", "x")

    assert ".xlsb" in refused(_with_rels(rels))
    assert "no Excel workbook" in refused(out.getvalue())


def _with_rels(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("_rels/.rels", text)
        made.writestr("xl/workbook.bin", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    "doctype", ['<!DOCTYPE x [<!ENTITY a "aaaa">]>', '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">']
)
def test_document_types_are_refused(doctype):
    data = parts_changed(small(), {SHEET: f"{doctype}{HEAD}</worksheet>"})

    assert "DOCTYPE" in refused(data)


def test_an_area_of_the_whole_sheet_costs_no_more_than_its_used_cells():
    merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    rows = '<row r="1"><c r="A1" t="str"><v>x</v></c></row><row r="1048576"><c r="C1048576" t="str"><v>y</v></c></row>'
    data = parts_changed(
        small(), {SHEET: f'{HEAD}<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData>{merged}</worksheet>'}
    )
    found = workbook.decode("t.xlsx", data).book.sheets[0]

    assert [row.number for row in found.rows] == [1, 1048576]
    assert found.rows[1].cell(1).text == "x"


@pytest.mark.parametrize(
    "body",
    [
        '<sheetData><row r="1"><c r="A0"/><c r="AAAA1"/></row></sheetData>',
        '<sheetData><row r="9999999"/></sheetData>',
        '<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData>',
        '<mergeCells><mergeCell ref="1:A"/></mergeCells>',
        "<sheetData><row></sheetData>",
        "<a>" * 100,
    ],
)
def test_damaged_sheets_are_refused(body):
    assert "damaged" in refused(parts_changed(small(), {SHEET: f"{HEAD}{body}</worksheet>"}))


def test_a_style_that_is_not_there_is_no_style():
    body = '<sheetData><row r="1"><c r="A1" s="77" t="str"><v>x</v></c></row></sheetData>'
    data = parts_changed(small(), {SHEET: f"{HEAD}{body}</worksheet>"})

    assert workbook.decode("t.xlsx", data).book.sheets[0].rows[0].cell(1).text == "x"


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (_package, "MAX_UNPACKED", 1000),
        (_package, "MAX_ELEMENTS", 20),
        (_package, "MAX_FILE", 100),
        (_sheet, "MAX_SHEETS", 0),
    ],
)
def test_what_is_read_is_bounded(monkeypatch, where, name, value):
    monkeypatch.setattr(where, name, value)

    assert "more than a table of rules can hold" in refused(small())


@pytest.mark.parametrize("short", [{"cells": 2}, {"characters": 3}])
def test_cells_and_characters_are_bounded(short):
    budget = _sheet.Budget(**short)
    budget.cell("x")
    budget.cell("xx")

    with pytest.raises(_package.Unusable):
        budget.cell("x")


def test_rows_are_bounded():
    budget = _sheet.Budget(rows=1)
    budget.row()

    with pytest.raises(_package.Unusable):
        budget.row()


def test_a_bomb_that_lies_about_its_size_is_stopped_by_what_comes_out(monkeypatch):
    monkeypatch.setattr(_package, "MAX_UNPACKED", 1 << 20)
    data = bytearray(parts_changed(small(), {SHEET: f"{HEAD}{' ' * (4 << 20)}</worksheet>"}))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    struct.pack_into("<I", data, at + 24, 4 << 20)

    assert len(data) < 20_000
    assert "unpacked" in refused(bytes(data))


@pytest.mark.parametrize("body", ["<c r='{}'/>", "<!--{}-->", "<c {}='1'/>"])
def test_a_piece_without_end_is_stopped_before_it_is_gone_over_again_and_again(body):
    data = parts_changed(small(), {SHEET: f"{HEAD}{body.format('A' * (9 << 20))}</worksheet>"})

    assert "in one piece" in refused(data)


@pytest.mark.parametrize("cut", [5, 30, 200, -30])
def test_cut_workbooks_are_refused(cut):
    assert "damaged" in refused(small()[:cut])
