import pytest

from segcheck import importers
from segcheck.app import explaining
from segcheck.errors import BadArguments
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

    assert len(names) == len(set(names)) == len(Code) + len(Verdict) + 7 + 1


def test_an_unknown_id_is_refused_with_the_nearest():
    with pytest.raises(BadArguments, match="did you mean 'undefined-name'"):
        explaining.explain("undefined-nam", "en")
