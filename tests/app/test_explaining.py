import re
from pathlib import Path

import pytest

from segcheck import checks, importers
from segcheck.analysis.network import DoubtKind
from segcheck.app import explaining
from segcheck.errors import BadArguments
from segcheck.loaders import requirements
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import Code
from segcheck.model.trace import Verdict
from tests import toy


@pytest.fixture(autouse=True)
def only_toys(monkeypatch):
    monkeypatch.setattr(importers, "installed", lambda: (toy,))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "name",
    [*(code.value for code in Code), *(verdict.value for verdict in Verdict), "0", "1", "2", "3", "4", "5", "130"],
)
def test_every_id_is_explained_with_meaning_consequence_remedy_and_example(name, language):
    topic = explaining.explain(name, language)

    assert name in topic.title
    assert len(topic.paragraphs) == 4
    assert all(heading and text for heading, text in topic.paragraphs)


def test_a_format_is_explained_in_both_languages():
    english, japanese = explaining.explain("toy", "en"), explaining.explain("toy", "ja")

    assert ("How to export", "Write it by hand.") in english.paragraphs
    assert ("エクスポートの方法", "手で書いてください。") in japanese.paragraphs


def test_the_contents_name_everything_once():
    names = [name for _, entries in explaining.contents("en") for name, _ in entries]

    assert len(names) == len(set(names))
    assert {code.value for code in Code} | {verdict.value for verdict in Verdict} <= set(names)
    assert {module.CHECK.id for module in checks.installed()} | {"0", "1", "2", "3", "4", "5", "130", "toy"} <= set(
        names
    )


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", [*(kind.value for kind in DoubtKind), *(one.value for one in Standing)])
def test_what_a_judgement_names_is_explained(name, language):
    if name == "routes-declared":
        name = "routes"  # as it stands in results
    topic = explaining.explain(name, language)

    assert name in topic.title
    assert all(heading and text for heading, text in topic.paragraphs)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("check", [module.CHECK for module in checks.installed()], ids=lambda check: check.id)
def test_a_check_and_its_requirements_are_explained(check, language):
    topic = explaining.explain(check.id, language)

    assert topic.title.startswith(f"{check.id}: ")
    assert len(topic.paragraphs) == 5
    for name in check.requirements:
        assert all(heading and text for heading, text in explaining.explain(name, language).paragraphs)


def test_every_requirement_that_a_check_can_name_is_explained():
    pages = (Path(checks.__file__).parent).rglob("*.py")
    named = {name for page in pages for name in re.findall(r'"([A-Z]{1,3}-\d\d?)"', page.read_text(encoding="utf-8"))}

    assert named
    assert named <= set(requirements.ids())


@pytest.mark.parametrize(("language", "spoken"), [("ja", 0), ("en", 1)])
def test_every_requirement_is_explained_whole(language, spoken):
    for one in requirements.load():
        topic = explaining.explain(one.id, language)
        text = "\n".join(body for _, body in topic.paragraphs)

        assert all(heading and body for heading, body in topic.paragraphs)
        assert len(topic.paragraphs) >= 9
        assert one.text[spoken] in text
        assert one.subject[spoken] in text
        assert one.object[spoken] in text
        assert one.note[spoken] in text
        assert all(source in text for source in one.sources)
        assert f"{one.certainty.value}: " in text
        assert all(f"- {clause}" in text for clause in one.clauses)
        assert all(edition in text for edition in one.editions)
        assert "「渋川市情報セキュリティ基本方針」" in text
        assert "2026-04-01" in text
        for module in checks.installed():
            assert (module.CHECK.id in text) or one.id not in module.CHECK.requirements


def test_what_stands_behind_a_colon_is_a_place():
    assert explaining.explain("no-export:rt-1", "en") == explaining.explain("no-export", "en")
    assert explaining.explain("undefined-name:fw.conf:48", "en") == explaining.explain("undefined-name", "en")


def test_an_unknown_id_is_refused_with_the_nearest():
    with pytest.raises(BadArguments, match="did you mean 'undefined-name'"):
        explaining.explain("undefined-nam", "en")


@pytest.mark.parametrize(("language", "words"), [("en", "(clipboard; server)"), ("ja", "(クリップボード; サーバ)")])
def test_a_requirement_names_what_may_be_declared_for_it(language, words):
    told = "\n".join(text for _, text in explaining.explain("LG-04", language).paragraphs)

    assert f"- channel_clipboard: disabled | inbound | outbound | enabled {words}" in told
    assert "mfa_factors" not in told
    assert "channel_" not in "\n".join(text for _, text in explaining.explain("MN-01", language).paragraphs)
