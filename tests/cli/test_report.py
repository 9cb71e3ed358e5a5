import json
from pathlib import Path

import openpyxl
import pytest

from segcheck.reports import renderings
from tests.cli.towns import AT, OPEN, town
from tests.reports.results import faults

TEXTS = [name for name in renderings.names() if not renderings.rendering(name).FORMAT.binary]


@pytest.fixture
def result(call, tmp_path):
    """A result that `check` stored, and the folder without anything else."""
    town(tmp_path / "town", OPEN)
    assert call("check", "town", *AT, "--format", "json=r.json").code == 1
    for path in (tmp_path / "town").iterdir():
        path.unlink()
    return "r.json"


def test_every_format_is_told_without_the_site_and_ends_with_0(call, result, tmp_path):
    outputs = [f"{name}=out.{name}" for name in renderings.names() if not name.startswith(("audit", "handover"))]
    outcome = call("report", result, *(word for one in outputs for word in ("--format", one)), "--lang", "ja")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    for one in outputs:
        assert (tmp_path / one.partition("=")[2]).stat().st_size > 100


def test_check_and_report_tell_the_same(call, tmp_path):
    town(tmp_path / "town", OPEN)
    call("check", "town", *AT, *(word for one in ("csv=a.csv", "md=a.md", "json=r.json") for word in ("--format", one)))

    assert call("report", "r.json", "--format", "csv=b.csv", "--format", "json").out == Path("r.json").read_text(
        "utf-8"
    )
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    assert call("report", "r.json").out == Path("a.md").read_text("utf-8")


def test_a_result_says_who_decided_and_which_rules_let_it_through(call, tmp_path):
    town(tmp_path / "town")
    call("check", "town", *AT, "--format", "json=r.json")
    document = json.loads(Path("r.json").read_text("utf-8"))

    assert faults(document, "result") == []
    entry = document["register"][0]
    assert (entry["id"], entry["approver"], entry["permits"], entry["findings"]) == ("R1", "CISO", True, [])
    assert [(one["path"], one["first_line"]) for one in entry["rules"]] == [("wall.txt", 4)]


def test_a_finding_about_an_entry_is_with_it(call, tmp_path):
    town(tmp_path / "town", routes_declared=False)
    wall = tmp_path / "town" / "wall.txt"
    wall.write_text(wall.read_text("utf-8").replace("permit in=port2", "deny in=port2"), encoding="utf-8")
    call("check", "town", *AT, "--format", "json=r.json")
    document = json.loads(Path("r.json").read_text("utf-8"))

    about = {one["fingerprint"]: one["subject"] for one in document["findings"]}
    assert "R1" in {about[name] for name in document["register"][0]["findings"]}
    assert document["register"][0]["rules"] == []


@pytest.mark.parametrize(("rules", "code"), [((), 0), ((OPEN,), 2), (("frobnicate",), 3)])
def test_as_a_plugin_it_ends_with_the_state_of_the_line(call, tmp_path, rules, code):
    town(tmp_path / "town", *rules)
    call("check", "town", *AT, "--format", "json=r.json")

    outcome = call("report", "r.json", "--format", "nagios", "--exit", "plugin")
    assert outcome.code == code
    assert outcome.out.startswith(f"SEGCHECK {('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[code]} - ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "text"), "md is the nearest"),
        (("--format", "summary=x"), "md is the nearest"),
        (("--format", "xlsx"), "not for a terminal"),
        (("--format", "pdf"), "no such format"),
        (("--kind", "audit"), "not for a terminal"),
        (("--kind", "audit", "--format", "csv=x"), "Formats: xlsx, html"),
        (("--kind", "audit", "--format", "audit-summary-html=x"), "Formats: xlsx, html"),
        (("--kind", "handover", "--format", "html=x"), "Formats: xlsx\n"),
    ],
)
def test_what_cannot_be_told_is_refused(call, result, arguments, said):
    outcome = call("report", result, *arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "segcheck/result/1"}', "[" * 100_000])
def test_what_is_no_result_is_refused_with_its_place(call, tmp_path, content):
    (tmp_path / "bad.json").write_text(content, encoding="utf-8")

    outcome = call("report", "bad.json", "--format", "csv=out.csv")
    assert outcome.code == 2
    assert "bad.json" in outcome.err
    assert "Traceback" not in outcome.err
    assert not (tmp_path / "out.csv").exists()
    assert call("report", "missing.json").code == 2


def test_no_audit_report_is_made_of_a_weakened_run(call, tmp_path):
    town(tmp_path / "town")
    weak = ("check", "town", *AT, "--accept-assumptions")
    assert call(*weak, "--format", "json=r.json").code == 0

    for arguments in (
        ("report", "r.json", "--kind", "audit", "--format", "xlsx=a.xlsx"),
        (*weak, "--format", "audit=a.xlsx"),
        ("report", "r.json", "--kind", "audit", "--format", "audit-html=a.xlsx"),
    ):
        outcome = call(*arguments)
        assert outcome.code == 2
        assert "--accept-assumptions" in outcome.err
        assert not (tmp_path / "a.xlsx").exists()
    assert call("report", "r.json", "--kind", "handover", "--format", "xlsx=h.xlsx").code == 0
    assert call("check", "town", *AT, "--format", "json=s.json").code == 0
    assert call("report", "s.json", "--kind", "audit-summary", "--format", "xlsx=a.xlsx").code == 0
    assert call("report", "s.json", "--kind", "audit", "--format", "html=a", "--format", "audit-html=b").code == 0
    assert Path("a").read_bytes() == Path("b").read_bytes()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_help_says_what_each_format_is_for(call, language):
    told = call("report", "--help", "--lang", language).out

    for name in renderings.names():
        summary = renderings.rendering(name).FORMAT.summary[language == "ja"]
        assert summary.split()[0][:12] in told
        assert f"\n  {name} " in told


def rows_of(path, language_title):
    book = openpyxl.load_workbook(path, read_only=True)
    sheet = next(one for one in book if language_title in one.title)
    return [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def test_the_history_of_a_site_is_a_source_too_and_tells_since_when(call, tmp_path):
    site = tmp_path / "town"
    for rules, day in (((), "11-20"), ((OPEN,), "11-21"), ((), "11-22"), ((OPEN,), "11-23"), ((), "11-24")):
        town(site, *rules)
        call("run", "town", "--time", f"2026-{day}")
    last = json.loads(call("report", "town", "--format", "json").out)
    third = json.loads(call("report", "town", "--run", "3", "--format", "json").out)
    one = next(each for each in last["earlier"] if each["check"] == "forbidden-crossing")

    assert [faults(each, "result") for each in (last, third)] == [[], []]
    assert (last["chain"]["run"], third["chain"]["run"]) == (5, 3)
    assert one["state"] == "mended"
    assert one["first"] == {"run": 2, "day": "2026-11-21"}
    assert one["last"] == {"run": 4, "day": "2026-11-23"}
    assert one["mended"] == {"run": 5, "day": "2026-11-24"}
    assert one["returned"] == 1
    fourth = json.loads(call("report", "town", "--run", "4", "--format", "json").out)
    (again,) = [each for each in fourth["earlier"] if each["fingerprint"] == one["fingerprint"]]
    assert (again["state"], again["mended"]) == ("recurring", None)
    assert one["message"] == again["message"] != {"ja": one["check"], "en": one["check"]}
    for kind in ("audit", "handover"):
        outcome = call("report", "town", "--run", "4", "--kind", kind, "--format", f"xlsx={kind}.xlsx", "--lang", "ja")
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    (row,) = [row for row in rows_of("audit.xlsx", "前回指摘") if one["fingerprint"] in row]
    assert row[0] == "再発"
    assert {"2026-11-21 (実行 2)", "2026-11-23 (実行 4)", "1", "No.1"} <= {*row}
    assert "critical 1, high 0" in call("report", "town", "--run", "4").out
    assert "critical 0, high 0" in call("report", "town").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("town", "--run", "9"), "no such run"),
        (("town", "--run", "1"), "run 1 has no result"),
        (("r.json", "--run", "1"), "r.json is a result, not a site"),
    ],
)
def test_a_run_without_a_result_is_told(call, result, tmp_path, arguments, said):
    (tmp_path / "town" / "topology.yaml").write_text("segcheck: 1\n")
    without = call("report", "town")
    call("run", "town", *AT)
    outcome = call("report", *arguments)

    assert (without.code, "there is no history" in without.err) == (2, True)
    assert (outcome.code, outcome.out, said in outcome.err) == (2, "", True)
