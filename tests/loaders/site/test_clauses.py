"""A site's own clauses: read, strict, wrong at file:line, and in the place of the bundled example's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from segcheck.loaders import requirements
from segcheck.model.clauses import serving
from tests.loaders.site import cities

OWN = """\
segcheck: 1
title: 見本市情報セキュリティ基本方針
body: 見本市
in_force: 2026-04-01
clauses: {第7条: 分離, 第8条: 分割}
requirements:
  MN-01: 第7条
  LG-01: [第7条, 第8条]
"""
WATER = OWN.replace("見本市情報", "水道事業情報").replace("body: 見本市", "body: 水道事業").replace("  LG-01", "  X-03")


def load(folder: Path, **texts: str):
    (folder / "clauses").mkdir()
    for name, text in texts.items():
        (folder / "clauses" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return cities.load(folder)


def test_a_site_names_its_own_clauses(tmp_path: Path) -> None:
    loaded = load(tmp_path, mihon=OWN)

    assert cities.found(loaded) == []
    assert [one.source.path for one in loaded.files][-1] == "clauses/mihon.yaml"
    (own,) = loaded.site.clauses
    assert (own.body, own.in_force, own.example) == ("見本市", date(2026, 4, 1), False)
    assert own.serves == {"MN-01": ("第7条",), "LG-01": ("第7条", "第8条")}


def test_they_take_the_place_of_the_example_requirement_by_requirement(tmp_path: Path) -> None:
    own, example = load(tmp_path, mihon=OWN).site.clauses, requirements.example()

    assert serving("LG-01", own, example) == (("第7条", "第8条"), "見本市情報セキュリティ基本方針", False)
    assert serving("IN-01", own, example) == (("6(3)③",), example.title, True)
    assert serving("IN-01", (), example)[2]


def test_several_bodies_stand_beside_each_other(tmp_path: Path) -> None:
    own = load(tmp_path, b=WATER, a=OWN).site.clauses

    numbers, title, example = serving("MN-01", own, requirements.example())
    assert numbers == ("見本市 第7条", "水道事業 第7条")
    assert title == "見本市情報セキュリティ基本方針, 水道事業情報セキュリティ基本方針"
    assert not example
    assert serving("X-03", own, requirements.example())[0] == ("水道事業 第7条", "水道事業 第8条")


def test_a_site_without_them_has_none(tmp_path: Path) -> None:
    assert cities.load(tmp_path).site.clauses == ()


def test_everything_wrong_is_told_at_its_line(tmp_path: Path) -> None:
    wrong = OWN.replace("MN-01:", "MN01:").replace("[第7条, 第8条]", "[第7条, 第9条]").replace("title", "titel")
    typo = OWN.replace("  MN-01: 第7条", "  MN01: 第7条").replace("[第7条, 第8条]", "[第7条, 第9条]")
    loaded = load(tmp_path, form=wrong, names=typo)

    assert loaded.site is None
    assert cities.found(loaded) == [
        ("clauses/form.yaml:1:1", "'title' is missing"),
        ("clauses/form.yaml:2:1", "unknown key 'titel'"),
        ("clauses/form.yaml:7:3", "no requirement 'MN01'"),
        ("clauses/names.yaml:7:3", "no requirement 'MN01'"),
        ("clauses/names.yaml:8:10", "`clauses` has no clause '第9条'"),
    ]
    helps = [p.help_en for one in loaded.files for p in one.problems]
    assert "did you mean 'MN-01'?" in helps
    assert "did you mean '第8条'?" in helps


def test_a_scope_names_requirements(tmp_path: Path) -> None:
    right = cities.load(tmp_path, policy=cities.POLICY + "scope: [MN-01, SP-1]\n")
    wrong = cities.load(tmp_path, policy=cities.POLICY + "scope:\n  - MN-01\n  - MN01\n")

    assert right.site.policy.scope == ("MN-01", "SP-1")
    assert wrong.site is None
    assert cities.found(wrong) == [("policy.yaml:9:5", "no requirement 'MN01'")]
    assert [p.help_en for one in wrong.files for p in one.problems] == ["did you mean 'MN-01'?"]
