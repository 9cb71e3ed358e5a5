import json
from pathlib import Path

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
