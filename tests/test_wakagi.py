"""若木市 under each model: sound as written, every planted mistake found and nothing else, and each day legal in its own model.

What stands in `topologies/` and `captures/wakagi` is what the scripts write.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from segcheck.app import assessing, replaying
from segcheck.model.assessment import Assessment
from segcheck.model.crossing import Standing
from segcheck.model.finding import ConfigEvidence, Finding
from tools.cities.__main__ import cities
from tools.cities.models import ABOUT

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 24)
CAPTURED = date(2026, 11, 10)
MODELS = tuple(ABOUT)
#: What follows from the planted mistakes by itself: a PAN-OS rule for every port is one for FTP, whose helper opens the way back;
#: a sanitiser that forwards may send FTP of its own making through the library's router, which may have such a helper too.
FOLLOWS = {("forbidden-crossing", "fw-mn", Standing.UNDECIDED), ("forbidden-crossing", "rt-tosho", Standing.UNDECIDED)}


def folder(model: str, kind: str = "") -> Path:
    return ROOT / "topologies" / f"wakagi-{model.replace('_', '-')}{kind}"


@cache
def findings(model: str, kind: str = "") -> tuple[Standing, tuple[Finding, ...]]:
    found = assessing.assess(str(folder(model, kind)), day=DAY, spelt=False).assessment
    return found.standing, found.findings


def test_the_cities_are_what_the_script_writes() -> None:
    for name, texts in cities().items():
        there = ROOT / "topologies" / name
        assert {p.relative_to(there).as_posix() for p in there.rglob("*") if p.is_file()} == set(texts)
        for path, text in texts.items():
            assert (there / path).read_text(encoding="utf-8") == text, f"{name}/{path}: run python -m tools.cities"


def test_the_days_are_what_the_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "captures" / "make" / "wakagi.py"), str(tmp_path)], check=True)
    written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*.pcapng")}
    there = ROOT / "captures" / "wakagi"
    assert {p.relative_to(there): p.read_bytes() for p in there.rglob("*.pcapng")} == written
    assert len(written) == 4 * len(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_the_sound_city_has_no_findings(model: str) -> None:
    assert findings(model) == (Standing.PROVEN_ASSUMING, ())


@pytest.mark.parametrize("model", MODELS)
def test_every_planted_mistake_is_found_and_nothing_else(model: str) -> None:
    planted = yaml.safe_load((folder(model, "-mistakes") / "planted.yaml").read_text(encoding="utf-8"))["planted"]
    rows = [SimpleNamespace(**one) for one in planted]
    left = list(findings(model, "-mistakes")[1])
    for row in rows:
        found = [one for one in left if one.check == row.check and _shows(one, **row.evidence)]
        assert found, f"{row.id}: {row.check} at {row.evidence}"
        left = [one for one in left if one not in found]
    assert {(one.check, one.subject, one.standing) for one in left} <= FOLLOWS
    assert len(rows) == 11


def _shows(finding: Finding, path: str, line: int) -> bool:
    spans = [piece.span for piece in finding.evidence if isinstance(piece, ConfigEvidence)]
    return any(span.path.endswith(path) and span.first <= line <= span.last for span in spans)


def replayed(model: str, site: str) -> Assessment:
    files = sorted((ROOT / "captures" / "wakagi" / model).glob("*.pcapng"))
    found = replaying.replay(str(folder(site)), [f"{path}@{path.stem}" for path in files], day=CAPTURED)
    return found.replayed.assessment


@pytest.mark.parametrize("model", MODELS)
def test_nothing_forbidden_is_seen_on_a_day_of_its_own_model(model: str) -> None:
    found = replayed(model, model)
    assert (found.standing, found.findings) == (Standing.NOTHING_SEEN, ())


@pytest.mark.parametrize(
    ("day", "site", "screen", "cell"),
    [
        ("alpha", "beta", "lg-term → in-srv tcp/3389", ("beta", "LG", "IN")),
        ("beta_prime", "alpha", "in-term → lg-srv tcp/3389", ("alpha", "IN", "LG")),
    ],
)
def test_screen_transfer_of_one_model_is_a_violation_in_the_other_and_the_report_says_why(
    day: str, site: str, screen: str, cell: tuple[str, str, str]
) -> None:
    assessment = replayed(day, site)
    assert assessment.standing is Standing.VIOLATED
    (found,) = [one for one in assessment.findings if (one.check, one.subject) == ("observed-crossing", screen)]

    model, src, dst = cell
    words = assessment.checks[found.check].worded(found.standing)
    japanese, english = (text.format(**dict(found.params)) for text in words)
    pointer = f"segcheck explain {model}:{src}:{dst}"
    assert (
        f"登録の有無によらず、適用するモデル {model} (R7.3) は {src} → {dst} の画面転送を認めない ({pointer})"
        in japanese
    )
    reason = f"the model in force, {model} (R7.3), does not allow screen transfer {src} → {dst} ({pointer})"
    assert f"Registered or not, {reason}" in english
    assert "登録して承認" not in found.remedy[0]  # what the model forbids is not to be registered
    assert "approve" not in found.remedy[1]
