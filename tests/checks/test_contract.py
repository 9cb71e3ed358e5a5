"""What holds for the findings of every check of rules: shown on the two towns of its test file, `FIRES` and `SOUND`."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from segcheck import checks
from segcheck.app import assessing
from segcheck.model.finding import Basis
from segcheck.model.result import Run
from segcheck.reports import check_json
from tests.checks.sites import DAY, Town, told

CHECKS = [module.CHECK for module in checks.asked_of(Basis.RULES)]


def towns(check: str) -> tuple[Town, Town]:
    module = import_module(f"tests.checks.test_{check.replace('-', '_')}")
    return module.FIRES, module.SOUND


@pytest.mark.parametrize("check", [one.id for one in CHECKS])
def test_it_fires_on_its_town_and_is_silent_on_the_sound_twin(check: str, tmp_path: Path) -> None:
    fires, sound = towns(check)

    assert fires.found(tmp_path / "fires", check)
    assert sound.judged(tmp_path / "sound").findings == ()


@pytest.mark.parametrize("check", [one.id for one in CHECKS])
def test_fingerprints_stay_when_unrelated_lines_are_added_above(check: str, tmp_path: Path) -> None:
    fires, _ = towns(check)
    before = fires.found(tmp_path, check)
    for path in tmp_path.glob("exports/*.conf"):
        text = path.read_text(encoding="utf-8")
        added = '    edit "unrelated"\n        set subnet 10.9.9.9 255.255.255.255\n    next\n'
        text = text.replace("config firewall address\n", f"config firewall address\n{added}")
        text = text.replace("config system global\n", 'config system global\n    set alias "wall"\n')
        path.write_text(text, encoding="utf-8")
    for path in tmp_path.glob("exports/*.v4"):
        path.write_text(path.read_text(encoding="utf-8").replace("*filter\n", "# 注記\n*filter\n"), encoding="utf-8")
    for name in ("topology.yaml", "policy.yaml"):
        path = tmp_path / name
        path.write_text("# 注記\n# remark\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    after = [f for f in assessing.assess(str(tmp_path), day=DAY).assessment.findings if f.check == check]
    assert [one.fingerprint for one in after] == [one.fingerprint for one in before]
    assert [one.evidence for one in after] != [one.evidence for one in before]


@pytest.mark.parametrize("check", [one.id for one in CHECKS])
def test_findings_speak_both_languages_and_name_files_of_the_site(check: str, tmp_path: Path) -> None:
    fires, _ = towns(check)
    assessment = fires.judged(tmp_path)
    found = [one for one in assessment.findings if one.check == check]

    for one in found:
        for text in (*told(one, assessment), *one.remedy, one.subject):
            assert text
            assert not re.search(r"\{\w+\}", text)  # every word has been filled in
            assert "  " not in text
        assert one.remedy[0].endswith("。")
        assert one.remedy[1].endswith(".")
        assert one.requirements
        assert not set(one.basis).isdisjoint(
            assessment.checks[check].bases
        )  # else its evidence would count as another kind's
        assert len({one.fingerprint for one in found}) == len(found)
    run = Run(version="0", started="2026-11-24T00:00:00Z", command="check")
    result = check_json.result(assessment, (), run, ())
    for one in result["findings"]:
        for piece in one["evidence"]:
            if piece["kind"] == "config":
                assert (tmp_path / piece["path"]).is_file()
                assert not piece["path"].startswith(("/", "."))
    assert str(tmp_path) not in json.dumps(result)


@pytest.mark.parametrize("check", [module.CHECK for module in checks.installed()], ids=lambda check: check.id)
def test_what_a_check_says_of_itself_is_said_in_both_languages(check: checks.Check) -> None:
    said = (check.title, check.message, check.why, check.fix, check.wrong, *(check.unsure or ()))
    for japanese, english in said:
        assert japanese
        assert japanese != english
        assert english.isascii() or "“" in english or "`" in english
        assert "適合" not in japanese


@pytest.mark.parametrize("module", checks.installed(), ids=lambda module: module.CHECK.id)
def test_a_check_that_decides_from_attributes_says_so(module: checks.CheckModule) -> None:
    """Requirements tell rules from claims: a check of attributes that counts as one of rules would show what it does not."""
    text = Path(str(module.__file__)).read_text(encoding="utf-8")  # type: ignore[attr-defined]

    assert ("Basis.ATTRIBUTES" not in text) or (Basis.ATTRIBUTES in module.CHECK.bases)
