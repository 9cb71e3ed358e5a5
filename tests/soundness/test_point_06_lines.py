"""DESIGN 2.6: every line ends in exactly one way; what is not read taints; where lines could be missing, a permit is possible."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segcheck import importers
from segcheck.cli.main import run
from segcheck.model.diagnostic import LineAccount, LineUse
from segcheck.model.source import SourceText
from tests.soundness.test_point_01_packets import LINUX, RULES
from tests.soundness.town import (
    CLOSED,
    DAY,
    DEVICE,
    OPEN,
    PORTS,
    TWO_TIERS,
    assessed,
    crossing,
    fortigate,
    standing,
    town,
)

SHUT = fortigate("fw", PORTS, [CLOSED])
OPENED = fortigate("fw", PORTS, [OPEN, CLOSED])


def site(folder: Path, export: str):  # type: ignore[no-untyped-def]
    return assessed(town(folder, TWO_TIERS + DEVICE, {"fw.conf": export}))


@pytest.mark.parametrize("line", ["set frobnicate enable", "garbage", "config nothing known", "", "# comment"])
def test_the_account_adds_up_whatever_a_line_is(line: str) -> None:
    lines = OPENED.splitlines()
    text = "\n".join([*lines[:20], line, *lines[20:]]) + "\n"
    (one,) = importers.read((SourceText("fw.conf", text, "utf-8", ""),), "fortigate").inputs

    assert sum(one.lines.counts().values()) == len(text.splitlines())
    assert all(one.lines.use(number) in LineUse for number in range(1, len(lines) + 2))


def test_a_line_that_nobody_claims_is_unrecognised_and_keeps_its_worst_reading() -> None:
    account = LineAccount(3)
    account.mark(1, 1, LineUse.UNSUPPORTED)
    account.mark(1, 2, LineUse.UNDERSTOOD)

    assert [account.use(number) for number in (1, 2, 3)] == [
        LineUse.UNSUPPORTED,
        LineUse.UNDERSTOOD,
        LineUse.UNRECOGNISED,
    ]
    assert sum(account.counts().values()) == 3


@pytest.mark.parametrize(
    "line", [one for one in range(len(SHUT.splitlines())) if SHUT.splitlines()[one].strip() != "next"]
)
def test_a_closed_device_with_a_line_that_is_not_read_is_never_proven_without_doubt(tmp_path: Path, line: int) -> None:
    """The unread line may have been the permit: at most what it cannot touch stays proven."""
    lines = SHUT.splitlines()
    lines[line] = "        frobnicate everything"
    found = site(tmp_path, "\n".join(lines) + "\n")
    bound = found.bindings[0]
    for one in bound.inputs:
        used = {use for use, count in one.lines.counts().items() if count}
        assert used - {LineUse.UNDERSTOOD, LineUse.IRRELEVANT}
    if bound.config is None:
        assert standing(found) == "undecided"
    else:
        rules = [rule for rules in bound.config.lists.values() for rule in rules.rules]
        assert bound.config.taints or any(rule.because for rule in rules) or standing(found) == "undecided"


@pytest.mark.parametrize("line", range(0, len(OPENED.splitlines()), 2))
def test_garbage_never_proves_what_was_open(tmp_path: Path, line: int) -> None:
    lines = OPENED.splitlines()
    lines[line] = "        frobnicate everything"

    assert standing(site(tmp_path, "\n".join(lines) + "\n")) != "proven"


@pytest.mark.parametrize("cut", range(1, len(OPENED), 61))
def test_an_export_that_is_cut_never_proves_anything(tmp_path: Path, cut: int) -> None:
    found = site(tmp_path, OPENED[:cut])

    assert standing(found) != "proven"
    assert standing(found, "lg-lan", "mn-lan") != "proven"


def test_an_unread_line_taints_the_smallest_scope_its_section_can_affect(tmp_path: Path) -> None:
    """An unread setting of one interface's own access leaves the other pairs alone; an unread section does not."""
    harmless = SHUT.replace("set snmp-index 1", "set snmp-index 1\n        set description x")
    service = SHUT.replace(
        "config router static\n", "config vpn ssl settings\n    set frob 1\nend\nconfig router static\n"
    )
    anything = SHUT.replace(
        "config router static\n", "config firewall frobnication\n    set frob 1\nend\nconfig router static\n"
    )

    assert standing(site(tmp_path / "1", harmless)) == "proven"
    assert standing(site(tmp_path / "2", service)) == "proven"
    assert standing(site(tmp_path / "3", anything)) == "undecided"


def test_an_importer_says_whether_the_export_is_whole_and_by_what_it_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = RULES.format(rule="")
    device = LINUX + "    routes_complete: true\n"
    folder = town(
        tmp_path, TWO_TIERS + device, {"fw.v4": closed, "fw.v6": closed.replace("iptables-save", "ip6tables-save")}
    )
    found = assessed(folder)

    assert standing(found) == "undecided"  # a permit-any may stand behind the last line that is here
    assert crossing(found, "mn-lan", "lg-lan").because == ("incomplete:fw",)
    run(["check", str(folder), "--format", "json", "--time", DAY.isoformat()])
    shown = json.loads(capsys.readouterr().out)["inputs"]
    assert {one["complete"] for one in shown if one["kind"] == "export"} == {"unknown"}
    for one in shown:
        if one["kind"] == "export":
            assert sum(one["lines"].values()) == len((folder / one["path"]).read_text(encoding="utf-8").splitlines())
    assert site(tmp_path / "forti", SHUT).bindings[0].inputs[0].evidence
