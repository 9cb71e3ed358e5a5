import pytest

from segcheck.app import reading
from segcheck.errors import BadInput
from segcheck.importers.rule_table import tables
from segcheck.lang.words import load as words
from segcheck.loaders import files, table_mapping
from segcheck.model.sheet import SheetMapping
from segcheck.model.source import SourceText
from segcheck.reports import mapping_yaml

TABLE = "No,送信元,宛先,サービス,審査欄\n1,10.0.0.1,10.1.0.1,tcp/443,済\n"
MAPPING = """\
segcheck: 1
sheets:
  table:
    headings: [1]
    columns: {A: number, B: source, C: destination, D: service, E: ""}
"""


def load(text):
    return table_mapping.load(SourceText("t.mapping.yaml", text, "utf-8", "0"))


def test_a_mapping_says_what_columns_hold():
    found = load(MAPPING + "    dash: any\n")

    assert found.sheets["table"] == SheetMapping(
        {1: "number", 2: "source", 3: "destination", 4: "service", 5: ""}, (1,), "unknown", "any"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MAPPING.replace("source", "sorce"), "did you mean 'source'"),
        (MAPPING.replace("A:", "A1:"), "'A1' is no column"),
        (MAPPING.replace("headings", "heading"), "unknown key 'heading'"),
        (MAPPING + "    blank: left\n", "did you mean"),
        ("x", "a mapping is needed"),
        ("segcheck: 1\nsheets: [", "not readable as YAML"),
        ("#" * (table_mapping.MAX_CHARACTERS + 1), "longer than"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, told):
    with pytest.raises(BadInput) as caught:
        load(text)

    assert told in caught.value.en or "not one of the words" in caught.value.en
    assert "t.mapping.yaml:" in caught.value.en
    assert "判定は行っていません" in caught.value.ja


def test_a_sheet_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="did you mean 'table'"):
        table_mapping.attached(SourceText("t.csv", TABLE, "utf-8", ""), load(MAPPING.replace("table:", "tables:")))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_shown_reads_back_as_the_same_columns(language):
    held = tables.tables(tables.book_of(SourceText("t.csv", TABLE, "utf-8", "")))
    shown = mapping_yaml.mapping(held, words(language))

    assert load(shown).sheets["table"].columns == held[0].columns
    assert "審査欄" in shown


def test_a_mapping_beside_a_table_is_used_and_counts_as_an_input(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE, encoding="cp932")
    before = reading.read_export(str(tmp_path / "t.csv")).reading
    (tmp_path / "t.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    after = reading.read_export(str(tmp_path / "t.csv"), "rule-table").reading
    folder = reading.read_export(str(tmp_path), "rule-table").reading

    assert (reading.is_sure(before), reading.is_sure(after), reading.is_sure(folder)) == (False, True, True)
    assert [one.format for one in after.inputs] == ["rule-table", "rule-table mapping"]
    assert files.mapping_beside("a/b.c.xlsx").as_posix() == "a/b.c.mapping.yaml"
