import pytest

from segcheck.app import matching
from segcheck.lang.columns import width
from segcheck.lang.words import load
from segcheck.loaders import packet_table
from segcheck.model.result import Fact
from segcheck.model.source import SourceText
from segcheck.reports import as_text
from tests import toy


def source(text, path):
    return SourceText(path, text, "utf-8", "0" * 64)


def page(language="en", **options):
    return as_text.Page(load(language), **options)


def inspected(text, language="en", **options):
    one = page(language, **options)
    as_text.inspection(one, toy.read([source(text, "wall")]))
    return one.text()


def test_rules_stand_with_line_id_action_and_match():
    assert (
        "List main (3 rules, at its end: deny)\n"
        "line  rule  action  match\n"
        "   4  1     deny    dst=192.0.2.66\n"
        '   5  2     permit  in=lan src=10.0.0.0/8 proto=tcp dport=443 "ask (mail), (phone)"\n'
        "   6  3     permit  dst=192.0.2.66\n"
    ) in inspected(toy.WHOLE)


def test_the_last_line_says_whether_all_was_understood():
    assert inspected(toy.WHOLE).endswith("All 7 lines were understood; the export is complete.\n")
    assert inspected(toy.WHOLE.replace("end\n", "")).endswith("nothing is proven from this export.\n")
    assert inspected(toy.DOUBTFUL).endswith("1 of 8 lines were not understood in full; what they touch is undecided.\n")
    assert inspected(toy.DOUBTFUL, "ja").endswith(
        "8 行のうち 1 行を完全には解釈できません。関係する判定は「判定不能」です。\n"
    )


def test_a_diagnostic_tells_where_what_consequence_and_remedy_in_that_order():
    text = inspected(toy.DOUBTFUL)

    where = text.index("wall:7: error: line not recognised: frobnicate (list main) [unrecognised-line]")
    assert where < text.index("counts as unknown") < text.index("Check that the export")


def test_columns_align_by_display_width():
    one = page("ja")
    one.table(["名前", "値"], [["判定", "1"], ["ab", "2"]])

    assert one.text() == "名前  値\n判定  1\nab    2\n"
    assert len({width(line.rsplit(" ", 1)[0]) for line in one.text().splitlines()[1:]} | {width("判定 ")}) <= 2


def test_the_last_column_wraps_on_a_terminal_and_not_in_a_pipe():
    words = "one two three four five six seven eight nine ten"
    terminal, pipe = page(columns=40), page()
    for one in (terminal, pipe):
        one.table(["id", "text"], [["a", words]])

    assert pipe.text() == f"id  text\na   {words}\n"
    assert terminal.text().splitlines()[1:] == ["a   one two three four five six seven", "    eight nine ten"]


def test_colour_is_only_colour():
    import re

    plain, coloured = inspected(toy.DOUBTFUL), inspected(toy.DOUBTFUL, colour=True)

    assert "\x1b[" not in plain
    assert "\x1b[32mpermit" in coloured
    stripped = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_markup_in_an_export_is_only_text():
    text = toy.WHOLE.replace("# ask", "# [red]:smile: \x1b[31m ask")

    assert '"[red]:smile: ?[31m ask' in inspected(text, colour=True).replace("\x1b[0m", "")


@pytest.mark.parametrize(("language", "verdicts"), [("en", ("permit", "undecided")), ("ja", ("許可", "判定不能"))])
def test_packets_come_with_their_verdict_and_the_ways_of_undecided_ones(language, verdicts):
    table = packet_table.load(
        source("src\tdst\tproto\tdport\n10.0.0.5\t192.0.2.1\ttcp\t443\n\t192.0.2.1\ttcp\t443\n", "p.tsv")
    )
    device = toy.read([source(toy.WHOLE, "wall")]).devices[0]
    one = page(language)
    as_text.matching(one, matching.match((device,), table.rows, "main"), table)

    first, second = one.text().splitlines()[1:3]
    assert verdicts[0] in first
    assert "main 2" in first
    assert verdicts[1] in second
    assert "(wall:5)" in one.text()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_health_says_what_is_wrong(language):
    one = page(language)
    as_text.health(one, [Fact("python", "3.11"), Fact("set_engine", "ArithmeticError", good=False)])

    assert load(language)("doctor.bad") in one.text()
    assert load(language)("doctor.some_bad", count=1) in one.text()
