from segcheck.model.result import Answer, Matched, PacketRow, PacketTable
from segcheck.model.source import Span
from segcheck.model.trace import Probe, Verdict
from segcheck.reports import as_tsv


def told(columns, cells, **found):
    row = PacketRow(2, cells, Probe(known={}))
    answer = Answer(
        **{
            "row": row,
            "verdict": Verdict.PERMIT,
            "list": "root/policy",
            "rule": "7",
            "span": Span("f", 48, 52),
            "builtin": False,
            "translated": "",
            "reply": Verdict.DENY,
            "egress": "wan",
            "ways": (),
            "interpreted": Verdict.PERMIT,
            "interpreted_reply": None,
        }
        | found
    )
    return as_tsv.matching(Matched(answers=(answer,)), PacketTable("p", "0", columns, (row,)))


def test_the_row_comes_back_with_what_was_found():
    assert told(("src", "dport"), ("10.0.0.1", "")) == (
        "src\tdport\tverdict\tlist\trule\tline\ttranslated\treply_verdict\n10.0.0.1\t\tpermit\troot/policy\t7\t48\t\tdeny\n"
    )


def test_a_list_column_is_kept_and_filled_where_it_was_empty():
    assert told(("list", "src"), ("", "10.0.0.1")).splitlines()[1].split("\t")[:2] == ["root/policy", "10.0.0.1"]
    assert told(("list", "src"), ("policy", "10.0.0.1")).splitlines()[0].split("\t").count("list") == 1
    assert told(("list", "src"), ("policy", "10.0.0.1")).splitlines()[1].startswith("policy\t")


def test_a_name_in_an_export_cannot_break_a_row():
    text = told(("src",), ("10.0.0.1",), rule="7\tdeny\n\x1b[2J", span=None, reply=None)

    assert text.count("\n") == 2
    assert text.splitlines()[1] == "10.0.0.1\tpermit\troot/policy\t7 deny ?[2J\t\t\t"
