"""`site.xlsx`: the same site as the YAML files, and everything wrong in it told by cell."""

import dataclasses
import io
import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from segcheck.app import bundled
from segcheck.errors import BadInput
from segcheck.loaders import site
from segcheck.loaders.site import sheets
from segcheck.model.diagnostic import Severity
from segcheck.model.source import Span
from segcheck.reports import site_workbook

FILES = ("topology", "policy", "waivers", "site")


def placeless(noun):
    """Return a noun as nested tuples without the places that it was written at."""
    if isinstance(noun, Span):
        return None
    if dataclasses.is_dataclass(noun):
        return type(noun).__name__, *(
            (one.name, placeless(getattr(noun, one.name))) for one in dataclasses.fields(noun)
        )
    if isinstance(noun, dict):
        return [(key, placeless(value)) for key, value in noun.items()]
    return [placeless(one) for one in noun] if isinstance(noun, tuple | list) else noun


def workbook_of(folder, *, japanese=True):
    values = {name: page.document.value for name, page in site.read_pages(str(folder)).items()}
    return site_workbook.site_xlsx(values, japanese)


def city(tmp_path, name="reiji", change=lambda book: None):
    """Return the folder of a bundled city in the form of a workbook, changed."""
    folder = tmp_path / name
    shutil.copytree(bundled.sites()[name], folder)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(folder)))
    change(book)
    book.save(folder / "site.xlsx")
    for one in FILES:
        (folder / f"{one}.yaml").unlink(missing_ok=True)
    return str(folder)


def problems(folder, severity=Severity.ERROR):
    found = site.load(folder)
    return [
        (one.source.place(p.line, p.column), p.en, p.help_en)
        for one in found.files
        for p in one.problems
        if p.severity is severity
    ]


@pytest.mark.parametrize("name", sorted(bundled.sites()))
@pytest.mark.parametrize("japanese", [True, False])
def test_a_city_is_the_same_in_both_forms(name, japanese, tmp_path):
    folder = bundled.sites()[name]
    other = tmp_path / "xlsx"
    shutil.copytree(folder, other)
    (other / "site.xlsx").write_bytes(workbook_of(folder, japanese=japanese))
    for one in FILES:
        (other / f"{one}.yaml").unlink(missing_ok=True)
    loaded = site.load(str(other))

    beside = [
        f"clauses/{one.name}" for one in sorted(folder.glob("clauses/*"))
    ]  # one file for each body, in both forms
    beside += [one for one in ("audit.yaml", "changes.yaml") if (folder / one).is_file()]
    assert [one.source.path for one in loaded.files] == ["site.xlsx", *beside]
    assert loaded.site is not None
    assert placeless(loaded.site) == placeless(site.load(str(folder)).site)


def test_what_excel_saves_again_is_the_same_site(tmp_path):
    assert placeless(site.load(city(tmp_path)).site) == placeless(site.load(str(bundled.sites()["reiji"])).site)


def test_nouns_stand_at_their_cells(tmp_path):
    found = site.load(city(tmp_path)).site

    assert str(found.zones["mn"].span) == "site.xlsx:ゾーン!A3"
    assert str(found.policy.register[0].span).startswith("site.xlsx:台帳!A")


def test_errors_come_all_at_once_with_their_cells_and_the_nearest_word(tmp_path):
    def change(book):
        book["ゾーン"]["B3"] = "mynumbr"
        book["セグメント"]["B4"] = "mm"
        book["ホスト"]["C3"] = "10.10.10.999"
        book["台帳"]["E3"] = "tcp443"
        book["インターフェース"]["A3"] = "fw-mm"
        book["台帳"]["V4"] = "はい"

    found = {place: (en, helps) for place, en, helps in problems(city(tmp_path, change=change))}

    assert "mynumber" in found["site.xlsx:ゾーン!B3"][1]
    assert "no zone 'mm'" in found["site.xlsx:セグメント!B4"][0]
    assert "10.10.10.999" in found["site.xlsx:ホスト!C3"][0]
    assert "tcp443" in found["site.xlsx:台帳!E3"][0]
    assert "fw-mn" in found["site.xlsx:インターフェース!A3"][1]
    assert "true or false" in found["site.xlsx:台帳!V4"][0]


def test_slips_in_sheets_and_keys_are_told(tmp_path):
    def change(book):
        book["ゾーン"]["C2"] = "nane"
        book["セグメント"].title = "セグメンド"
        book.create_sheet("メモ")["A1"] = "自由記入"
        book["グループ"]["Z5"] = "迷子"
        book["機器"]["A4"] = book["機器"]["A3"].value
        book["サイト"]["B4"] = "別の市"

    folder = city(tmp_path, change=change)
    found = {place: (en, helps) for place, en, helps in problems(folder)}

    assert found["site.xlsx:ゾーン!C2"] == ("unknown key 'nane'", "did you mean 'name'?")
    assert "did you mean 'セグメント'" in found["site.xlsx:セグメンド!A1"][1]
    assert "without a key" in found["site.xlsx:グループ!Z5"][0]
    assert "(機器!A3)" in found["site.xlsx:機器!A4"][0]
    assert "one row only" in found["site.xlsx:サイト!B4"][0]
    assert [place for place, _, _ in problems(folder, Severity.NOTE) if "メモ" in place] == ["site.xlsx:メモ!A1"]


def test_struck_broken_and_uncomputed_cells_are_refused(tmp_path):
    def change(book):
        book["台帳"]["B3"].font = Font(strike=True)
        book["台帳"]["J4"] = "#REF!"
        book["台帳"]["J5"] = "=A1"

    found = [place for place, _, _ in problems(city(tmp_path, change=change))]

    assert found == ["site.xlsx:台帳!B3", "site.xlsx:台帳!J4", "site.xlsx:台帳!J5"]


def test_what_is_missing_is_told(tmp_path):
    def change(book):
        del book["適用モデル"]
        book["ゾーン"].delete_rows(2)

    told = [en for _, en, _ in problems(city(tmp_path, change=change))]

    assert "'profiles' is missing" in told
    assert "sheet 'ゾーン' has no row of keys" in told


def test_a_site_has_one_form(tmp_path):
    folder = city(tmp_path)
    (Path(folder) / "policy.yaml").write_text("segcheck: 1\n")

    with pytest.raises(BadInput, match=r"site\.xlsx and policy\.yaml in one site"):
        site.load(folder)


def test_a_site_that_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "site.xlsx").write_text("id,tier\n")

    with pytest.raises(BadInput, match="no workbook"):
        site.load(str(tmp_path))


def test_every_section_of_the_site_files_has_a_sheet():
    wanted = {
        (name, info.alias or key)
        for name, model in site.MODELS.items()
        for key, info in model.model_fields.items()
        if key != "segcheck"
    }
    held = {(spec.file, spec.section) for spec in sheets.sheets()}
    single = {(sheets.home(key), key.partition(".")[0]) for key in sheets.sheets()[0].keys}

    assert wanted <= held | single


def test_drop_down_lists_offer_closed_lists_and_ids():
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(bundled.sites()["reiji"])))
    offered = {
        (sheet.title, str(one.sqref).split(":")[0]): one.formula1
        for sheet in book.worksheets
        for one in sheet.data_validations.dataValidation
    }

    assert "mynumber" in offered["ゾーン", "B3"]
    assert offered["セグメント", "B3"].startswith("'ゾーン'!$A$3")
    assert offered["台帳", "C3"].startswith("'_lists'!")
    assert book["_lists"].sheet_state == "hidden"
