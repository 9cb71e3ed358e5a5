"""Exports of the bundled cities against changed copies of themselves: exact, short, and never equal where lines are missing."""

from pathlib import Path

import pytest

from segcheck.analysis.comparing import Verdict
from segcheck.app import diffing

CITIES = Path(__file__).resolve().parents[2] / "topologies"
EXPORT = CITIES / "kozato" / "exports" / "kz-fw-mn.conf"
RULES = CITIES / "reiji" / "exports" / "san-mail-01.rules.v4"


def changed(tmp_path, text, name="new"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("export", sorted(CITIES.glob("*/exports/*")), ids=lambda p: f"{p.parts[-3]}-{p.name}")
def test_every_export_means_the_same_as_itself(export):
    found = diffing.diff(str(export), str(export))

    assert found.verdict is Verdict.EQUAL
    assert [change for one in found.devices for change in one.comparison.changes] == []
    assert not found.widens


@pytest.mark.parametrize("kept", [0.25, 0.5, 0.75, 0.97])
def test_an_export_cut_short_is_never_called_equal_and_is_told_in_few_words(tmp_path, kept):
    lines = EXPORT.read_text(encoding="utf-8").splitlines(keepends=True)
    found = diffing.diff(str(EXPORT), changed(tmp_path, "".join(lines[: int(len(lines) * kept)])))

    assert found.verdict is not Verdict.EQUAL
    for device in found.devices:
        if device.comparison is not None:
            changes = device.comparison.changes
            assert len({(one.list, one.permitted, one.sure, one.old, one.new) for one in changes}) == len(changes)


def test_rules_without_their_end_are_never_called_equal(tmp_path):
    text = RULES.read_text(encoding="utf-8")
    cut = text[: text.index("COMMIT")]

    assert diffing.diff(str(RULES), changed(tmp_path, cut)).verdict is Verdict.UNDECIDED


def test_a_rule_taken_out_is_told_once_by_its_line(tmp_path):
    text = EXPORT.read_text(encoding="utf-8")
    start, end = text.index("    edit 1\n        set name"), text.index("    edit 99\n")
    found = diffing.diff(str(EXPORT), changed(tmp_path, text[:start] + text[end:]))
    changes = [change for device in found.devices for change in device.comparison.changes]

    assert found.verdict is Verdict.DIFFERS
    assert [(one.permitted, one.sure, one.old.rule, one.new.rule) for one in changes] == [(False, True, "1", "99")]
    assert changes[0].old.span.first == text[:start].count("\n") + 1
    assert not found.widens
