"""The runner itself: a case that is wrong is told, and nothing passes by expecting nothing."""

from types import SimpleNamespace

import pytest

from segcheck import importers
from tests import toy
from tests.cases import casefile, test_cases

GOOD = f"""\
=== title
HTTPS from the LAN
=== source
toy manual, page 1
=== export
{toy.WHOLE}
=== device
interfaces: {{lan: {{address: 10.0.0.1/24}}, wan: {{address: 203.0.113.2/30}}}}
routes: [{{to: 0.0.0.0/0, via: 203.0.113.1}}]
routes_complete: true
=== packets
# to a server
in  src      dst       proto dport | verdict rule    line egress
lan 10.0.0.5 192.0.2.1 tcp   443   | permit  2       5    wan

lan 10.0.0.5 192.0.2.1 tcp   80    | deny    default -    -
=== lines
understood 7
=== diagnostics
"""


@pytest.fixture(autouse=True)
def only_toys(monkeypatch):
    monkeypatch.setattr(importers, "installed", lambda: (toy,))


@pytest.fixture
def case(tmp_path):
    def write(text):
        (tmp_path / "toy").mkdir(exist_ok=True)
        path = tmp_path / "toy" / "one.case"
        path.write_text(text, encoding="utf-8")
        return casefile.parse(path)

    return write


def test_a_case_that_holds_differs_in_nothing(case):
    assert casefile.differences(case(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("permit  2", "deny    2", "verdict is permit, expected deny"),
        ("2       5", "3       5", "rule is 2, expected 3"),
        ("5    wan", "6    wan", "line is 5, expected 6"),
        ("5    wan", "5    lan", "egress is wan, expected lan"),
        ("understood 7", "understood 6", "lines are: understood 7, expected: understood 6"),
        ("=== diagnostics\n", "=== diagnostics\nunrecognised-line 7\n", "no diagnostic unrecognised-line 7"),
        ("\nend\n", "\nfrobnicate\nend\n", "unexpected diagnostic unrecognised-line 7"),
    ],
)
def test_each_kind_of_difference_is_told(case, old, new, told):
    assert old in GOOD
    assert any(line.endswith(told) for line in casefile.differences(case(GOOD.replace(old, new))))


def test_dots_admit_further_diagnostics(case):
    text = GOOD.replace("\nend\n", "\nfrobnicate\nend\n") + "...\n"

    assert not any("diagnostic" in line for line in casefile.differences(case(text)))


def test_engines_that_differ_never_hold(case, monkeypatch):
    from segcheck.analysis.compiling import SetAnswer
    from segcheck.app import matching
    from segcheck.model.trace import Verdict

    monkeypatch.setattr(
        matching, "judge_device", lambda _, probes, reply: [SetAnswer(verdict=Verdict.UNDECIDED)] * len(probes)
    )

    assert any("sets:undecided,interpreter:permit" in line for line in casefile.differences(case(GOOD)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.split("=== packets")[0], "expects nothing"),
        (GOOD.replace("=== source\ntoy manual, page 1\n", ""), "section source is missing"),
        (GOOD.replace("=== lines", "=== linse"), "unknown section linse"),
        ("stray\n" + GOOD, "text before the first section"),
    ],
)
def test_a_case_that_is_no_case_is_refused(case, text, told):
    with pytest.raises(casefile.BadCase, match=told):
        case(text)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("| verdict rule", "| rule rule2", "expectations are verdict"),
        ("443   | permit", "443     permit", "no ' \\| '"),
        ("443   | permit  2       5    wan", "443   | permit  2       5", r"5 \| 3 cells below 5 \| 4"),
        ("=== lines\nunderstood 7", "=== options\nverdict permit", "option 'verdict permit'"),
        ("=== lines", "=== packets\nx | verdict\n=== lines", "second section packets"),
    ],
)
def test_a_table_that_is_no_table_is_refused(case, old, new, told):
    assert old in GOOD
    with pytest.raises(casefile.BadCase, match=told):
        casefile.differences(case(GOOD.replace(old, new)))


def test_an_update_changes_expectations_and_nothing_else(case):
    wrong = GOOD.replace("permit  2       5    wan", "deny    9       9    lan").replace("understood 7", "understood 1")
    rewritten = casefile.updated(case(wrong))

    assert rewritten == GOOD
    assert casefile.differences(case(rewritten)) == []


def test_options_choose_the_list_and_the_format(case):
    text = GOOD.replace("=== packets", "=== options\nformat toy\nlist main\n=== packets").replace("5    wan", "5    -")

    assert casefile.differences(case(text)) == []


@pytest.mark.parametrize(
    ("keyword", "args", "chosen"),
    [
        ("", ["tests/cases"], False),
        ("", ["tests/cases/test_cases.py::test_case"], False),
        ("vip-01", ["tests/cases"], True),
        ("", ["tests/cases/test_cases.py::test_case[toy/one.case]"], True),
    ],
)
def test_expectations_are_never_rewritten_all_at_once(keyword, args, chosen):
    config = SimpleNamespace(option=SimpleNamespace(keyword=keyword), args=args)

    assert test_cases._chosen(config) is chosen
