"""The 44 mistakes: found where they were made, by the checks that are named, and nothing is left where they were mended."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from segcheck import checks
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from tests import mistakes
from tests.mistakes import KINDS, Mistake, Sign

ALL = mistakes.mistakes()


def pairs():
    for mistake in ALL:
        for sign in mistake.signs:
            marks = [pytest.mark.xfail(reason=sign.waits, strict=True)] if sign.waits else []
            yield pytest.param(mistake, sign, id=f"{mistake.name}-{sign.by}-{sign.check}", marks=marks)


@pytest.mark.parametrize(("mistake", "sign"), pairs())
def test_it_is_found_where_it_was_made_and_nowhere_else(mistake: Mistake, sign: Sign) -> None:
    found = [finding for _, finding in mistakes.findings(mistake, "mistaken")]

    assert [one for one in found if sign.fits(one) and one.standing is Standing.VIOLATED], found
    assert not [one for _, one in mistakes.findings(mistake, "mended") if one.check == sign.check]


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.name)
def test_nothing_is_left_where_it_was_mended(mistake: Mistake) -> None:
    ruled, seen = mistakes.judged(mistake, "mended")

    found = [one for _, one in mistakes.findings(mistake, "mended") if one.weight is not Weight.LOW]
    assert [(one.check, one.subject) for one in found] == []
    assert ruled.standing in (Standing.PROVEN, Standing.PROVEN_ASSUMING)
    assert seen is None or seen.standing is Standing.NOTHING_SEEN


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.name)
def test_both_languages_say_it(mistake: Mistake) -> None:
    for kind in KINDS:
        for one in mistakes.judged(mistake, kind):
            assert one is None or mistakes.unsaid(one) == []
    assert all(en and ja and en != ja for en, ja in mistake.texts.values())
    assert {"title", "rules", "wire", "mend"} <= mistake.texts.keys()


def test_there_are_44_each_with_both_sites() -> None:
    assert [one.number for one in ALL] == list(range(1, 45))
    assert all(one.name.startswith(f"{one.number:02d}-") for one in ALL)
    assert all((one.folder / kind / "topology.yaml").is_file() for one in ALL for kind in KINDS)


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.name)
def test_the_gravest_finding_is_as_grave_as_the_mistake_or_it_is_said_why_not(mistake: Mistake) -> None:
    gravest = min((sign.weight for sign in mistake.signs), key=lambda weight: weight.rank)

    assert ("graded" in mistake.texts) is (gravest is not mistake.severity)


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.name)
def test_every_basis_has_a_sign_or_says_why_nobody_can_see_it(mistake: Mistake) -> None:
    shown = {sign.by for sign in mistake.signs}
    asked = {module.CHECK.id: module.CHECK.asks.value for module in checks.installed()}
    for sign in mistake.signs:
        if not sign.waits and sign.by in "RC":
            assert asked[sign.check] == sign.by

    assert {"R", "C"} & set(mistake.basis) <= shown or "missing" in mistake.texts


def test_the_sites_stay_small() -> None:
    size = sum(path.stat().st_size for path in mistakes.SITES.rglob("*") if path.is_file())
    exports = list(mistakes.SITES.rglob("exports/*"))

    assert size < 1_000_000
    assert max(len(path.read_text("utf-8").splitlines()) for path in exports) <= 130


def test_the_captures_are_what_their_script_writes(tmp_path: Path) -> None:
    script = mistakes.ROOT / "captures" / "make" / "mistakes.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    made, held = (
        {p.relative_to(at): p.read_bytes() for p in at.rglob("*.pcapng")} for at in (tmp_path, mistakes.SITES)
    )

    assert made == held


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.name)
def test_what_is_found_names_a_requirement_that_the_mistake_breaks(mistake: Mistake) -> None:
    signs = [sign for sign in mistake.signs if not sign.waits]
    found = [one for _, one in mistakes.findings(mistake, "mistaken") if any(sign.fits(one) for sign in signs)]

    assert {name for one in found for name in one.requirements} & set(mistake.requirements) or not signs


def test_requirements_are_ids_of_their_catalogue() -> None:
    for one in ALL:
        assert all(re.fullmatch("(MN|LG|IN|X)-[0-9]{2}|SP-[0-9]{1,2}", name) for name in one.requirements), one.name
        assert len(set(one.requirements)) == len(one.requirements) > 0


def test_the_pages_are_what_the_tool_writes(request: pytest.FixtureRequest) -> None:
    pages = {path: mistakes.page(language) for language, path in mistakes.PAGES.items()}
    wrong = [path for path, page in pages.items() if path.read_text("utf-8") != page]
    if wrong and request.config.getoption("--update"):
        for path in wrong:
            path.write_text(pages[path], encoding="utf-8", newline="\n")
        pytest.fail(f"{len(wrong)} pages were rewritten; read the difference before you keep them", pytrace=False)

    assert wrong == []
