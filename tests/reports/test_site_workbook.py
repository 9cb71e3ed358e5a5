"""The register out to a table and back again: equal entries, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segcheck.errors import BadArguments, BadInput
from segcheck.loaders import files, workbook
from segcheck.loaders.site import register_table
from segcheck.loaders.site.policy import RegisterItem
from segcheck.model import register
from segcheck.model.source import SourceText
from segcheck.reports import site_workbook

NAME = st.from_regex(r"\w[\w.-]{0,8}", fullmatch=True)
#: Text of any kind: formulas, blanks at its ends, characters that cells cannot hold.
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        [
            "=1+1",
            "+81",
            "-1",
            "@x",
            "'=1",
            "''",
            "_x000D_",
            "\r\n",
            " x ",
            "true",
            "007",
            "2026-04-01",
            '"',
            "=cmd|' /C calc'!A0",
            "＝1",
            "\0",
            "\x0b",
            "\ufffe",
        ]
    ),
).filter(lambda text: text != "\0")
DAY = st.dates(date(1950, 1, 1), date(2150, 1, 1)).map(date.isoformat)
SERVICE = st.one_of(
    st.builds("{}/{}".format, st.sampled_from(["tcp", "udp"]), st.integers(1, 65535)),
    st.sampled_from(["icmp/8", "esp", "ip/50", "udp/1-9"]),
)
ENTRY = st.fixed_dictionaries(
    {
        "id": NAME,
        "kind": st.sampled_from([one.value for one in register.Kind]),
        "from": NAME,
        "to": NAME,
        "service": st.one_of(SERVICE, st.lists(SERVICE, min_size=1, max_size=3)),
        "purpose": TEXT,
        "status": st.sampled_from(["申請中", "承認", "verified", "廃止"]),
    },
    optional={
        "initiator": st.sampled_from(["from", "to"]),
        "path": st.lists(NAME, max_size=3),
        "gateway": NAME,
        "legs": st.lists(NAME, max_size=2),
        **dict.fromkeys(("approver", "decision_no", "application_no", "section", "contractor"), NAME),
        "schedule": TEXT,
        "clause": TEXT,
        "use": st.sampled_from([one.value for one in register.Use]),
        **dict.fromkeys(("approved", "review_due", "expires"), DAY),
        "log": st.booleans(),
    },
)


def items(entries):
    return [RegisterItem.model_validate(entry) for entry in entries]


def back(source):
    found = register_table.read(source)
    assert found is not None
    return items(one.values for one in found)


@given(st.lists(ENTRY, min_size=1, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_workbook_reads_back_as_equal_entries(entries, japanese):
    source = workbook.decode("t.xlsx", site_workbook.register_xlsx(entries, japanese))

    assert back(source) == items(entries)


@given(st.lists(ENTRY, min_size=1, max_size=4), st.booleans())
@settings(max_examples=100, deadline=None)
def test_csv_reads_back_as_equal_entries(entries, japanese):
    text = site_workbook.register_csv(entries, japanese)

    assert back(files.decode("t.csv", b"\xef\xbb\xbf" + text.encode())) == items(entries)


@given(st.lists(ENTRY, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_cell_that_is_written_is_a_formula(entries):
    book = openpyxl.load_workbook(io.BytesIO(site_workbook.register_xlsx(entries, True)))
    cells = csv.reader(io.StringIO(site_workbook.register_csv(entries, True)))

    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
        "b",
        "inlineStr",
    }
    assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_text_beyond_what_a_cell_holds_is_refused():
    entry = {
        "id": "a",
        "kind": "lbo",
        "from": "x",
        "to": "y",
        "service": "tcp/1",
        "purpose": "x" * 40_000,
        "status": "承認",
    }

    with pytest.raises(BadArguments, match="a cell holds 32767"):
        site_workbook.register_xlsx([entry], True)


def test_wrong_entries_are_told_with_their_cells():
    entry = {"id": "a", "kind": "lbo", "from": "x", "to": "y", "service": "tcp/1", "purpose": "p", "status": "承認"}
    book = openpyxl.load_workbook(io.BytesIO(site_workbook.register_xlsx([entry], True)))
    book["台帳"]["B3"], book["台帳"]["E3"] = "lba", "https"
    out = io.BytesIO()
    book.save(out)

    with pytest.raises(BadInput) as caught:
        register_table.read(workbook.decode("t.xlsx", out.getvalue()))
    assert "t.xlsx:台帳!B3: 'lba'" in caught.value.en
    assert "t.xlsx:台帳!E3: 'https'" in caught.value.en


def test_what_excel_makes_of_csv_when_it_saves_it_again_is_the_same():
    entry = {
        "id": "a",
        "kind": "lbo",
        "from": "x",
        "to": "y",
        "service": "tcp/1",
        "purpose": "目的",
        "status": "承認",
        "approved": "2026-04-01",
        "log": True,
    }
    text = site_workbook.register_csv([entry], True).replace("2026-04-01", "2026/4/1").replace('"true"', "TRUE")

    assert back(files.decode("t.csv", text.encode("cp932"))) == items([entry])


def test_a_table_without_keys_is_none_of_these():
    assert register_table.read(SourceText("t.csv", "No,送信元,宛先,サービス\n1,a,b,c\n", "utf-8", "")) is None
