"""What holds for the findings of every check of captures: shown on the two cases of its test file, `FIRES` and `SOUND`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from segcheck import checks
from segcheck.lang.words import load
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, FramesEvidence
from segcheck.model.neighbour import Neighbour
from segcheck.model.replay import Ruling
from segcheck.model.result import Run
from segcheck.reports import replay_json
from tests.replays import Shown, named, seen
from tests.reports.results import faults

CHECKS = [module.CHECK.id for module in checks.asked_of(Basis.CAPTURES)]


def cases(check: str) -> tuple[Shown, Shown]:
    module = import_module(f"tests.checks.captures.test_{check.replace('-', '_')}")
    return module.FIRES, module.SOUND


@pytest.mark.parametrize("check", CHECKS)
def test_it_fires_on_its_case_and_nothing_does_on_the_sound_twin(check: str, tmp_path: Path) -> None:
    fires, sound = cases(check)

    assert check in named(fires.judged(tmp_path / "fires"))
    assert named(sound.judged(tmp_path / "sound")) == []


@pytest.mark.parametrize("check", CHECKS)
def test_fingerprints_stay_when_the_frames_are_others(check: str, tmp_path: Path) -> None:
    fires, _ = cases(check)
    before = [one for one in fires.judged(tmp_path).assessment.findings if one.check == check]
    moved = {tap: [_later(row) for row in rows] for tap, rows in fires.taps.items()}
    heard = {tap: [_heard_later(one) for one in said] for tap, said in fires.neighbours.items()}
    path = tmp_path / "policy.yaml"
    path.write_text("# 注記\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    after = [one for one in seen(tmp_path, moved, neighbours=heard).assessment.findings if one.check == check]

    assert [one.fingerprint for one in after] == [one.fingerprint for one in before]
    assert [one.evidence for one in after] != [one.evidence for one in before]


def _later(row):  # type: ignore[no-untyped-def]
    moved = row.copy()
    moved["first_frame"] += 1000
    moved["first"] += 10**9
    return moved


def _heard_later(one: Neighbour) -> Neighbour:
    frames = tuple(number + 1000 for number in one.frames)
    return replace(one, frames=frames, first=one.first + 10**9, last=one.last + 10**9)


@pytest.mark.parametrize("check", CHECKS)
def test_findings_speak_both_languages_and_show_frames(check: str, tmp_path: Path) -> None:
    fires, _ = cases(check)
    found = fires.judged(tmp_path)
    mine = [one for one in found.assessment.findings if one.check == check]

    for one in mine:
        words = found.assessment.checks[check].worded(one.standing)
        texts = [text.format(**dict(one.params)) for text in words]
        for text in (*texts, *one.remedy, one.subject):
            assert text
            assert not re.search(r"\{\w+\}", text)
            assert "  " not in text
        assert one.remedy[0].endswith("。")
        assert one.remedy[1].endswith(".")
        assert one.requirements
        assert Basis.CAPTURES in one.basis
        shown = any(isinstance(piece, FramesEvidence) and piece.frames for piece in one.evidence)
        assert shown or one.standing is Standing.NOTHING_SEEN  # what was not seen has no frames
    result = replay_json.result(found, (), Run(version="0", started="2026-11-24T00:00:00Z", command="replay"), ())
    assert faults(json.loads(json.dumps(result)), "result") == []
    assert str(tmp_path) not in json.dumps(result)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_that_checks_and_joins_give_has_its_words(language: str) -> None:
    folder = Path(checks.__file__).parents[1]
    texts = [
        path.read_text(encoding="utf-8") for part in ("checks", "analysis") for path in (folder / part).rglob("*.py")
    ]
    given = {kind for text in texts for kind in re.findall(r'because=[^\n]*?f"([a-z-]+):\{', text)}
    given |= {"bound", "rules", "sender", *(one.value for one in (Ruling.TRANSLATED, Ruling.UNDECLARED))}

    assert {"stale-export", "content", "hours", "neighbour"} <= given
    for kind in given:
        for part in ("message", "why", "consequence", "remedy", "example"):
            assert f"doubts.{kind}.{part}" in load(language), kind
