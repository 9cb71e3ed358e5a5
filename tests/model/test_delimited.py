import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.model import delimited
from segcheck.model.sheet import cell_name, column_name, column_number
from segcheck.model.source import SourceText


def sheet(text):
    return delimited.book(SourceText("t.csv", text, "utf-8", "")).sheets[0]


def texts(text):
    return [{column: cell.text for column, cell in row.cells.items()} for row in sheet(text).rows]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_separator_is_found(mark):
    text = "\n".join(mark.join(row) for row in (["No", "送信元", "宛先"], ["1", "10.0.0.1", "10.0.0.2"]))

    assert texts(text)[1] == {1: "1", 2: "10.0.0.1", 3: "10.0.0.2"}


def test_commas_inside_cells_of_a_tab_separated_table_separate_nothing():
    assert texts("No\t送信元\n1\t10.0.0.1,10.0.0.2\n2\ta,b\n")[1] == {1: "1", 2: "10.0.0.1,10.0.0.2"}


def test_a_quoted_cell_may_span_lines_and_keeps_their_numbers():
    rows = sheet('a,b\n1,"x\ny"\n\n2,z\n').rows

    assert [(row.first, row.last) for row in rows] == [(1, 1), (2, 3), (5, 5)]
    assert rows[1].cell(2).text == "x\ny"


@pytest.mark.parametrize(
    ("text", "torn"), [('a,"b\nc', True), ('a,"b\nc"', False), ('a,"b""c"', False), ("a,b", False)]
)
def test_a_quote_that_never_closes_is_noticed(text, torn):
    assert sheet(text).torn is torn


def test_a_cell_without_end_stops_the_reading():
    assert sheet('a,b\n1,"' + "x\n" * 200_000).torn


def test_rows_are_bounded(monkeypatch):
    monkeypatch.setattr(delimited, "MAX_ROWS", 2)

    assert sheet("a,b\n1,2\n3,4\n").torn
    assert len(sheet("a,b\n1,2\n3,4\n").rows) == 2


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), min_size=2, max_size=5),
        min_size=1,
    )
)
def test_what_the_csv_module_writes_in_quotes_is_read_back(rows):
    width = max(map(len, rows))
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)

    assert texts(out.getvalue()) == [
        found for row in rows if (found := {at: cell for at, cell in enumerate(row, 1) if cell})
    ]


@given(st.integers(1, 16384))
def test_column_letters_go_both_ways(number):
    assert column_number(column_name(number)) == number


@pytest.mark.parametrize("letters", ["", "A1", "XFE", "ア", "AAAA"])
def test_other_letters_are_no_column(letters):
    with pytest.raises(ValueError):  # noqa: PT011 -- of this one call
        column_number(letters)


@pytest.mark.parametrize(
    ("sheet", "name"),
    [("通信要件", "通信要件!C12"), ("FW 一覧", "'FW 一覧'!C12"), ("it's", "'it''s'!C12"), ("2026", "'2026'!C12")],
)
def test_cells_are_named_as_excel_does(sheet, name):
    assert cell_name(sheet, 12, 3) == name
