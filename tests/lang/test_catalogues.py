"""The catalogues agree with each other and with what the code asks of them."""

import re
from pathlib import Path

import pytest

import segcheck
from segcheck.analysis.network import DoubtKind
from segcheck.lang import words
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.reading import Complete, Maturity
from segcheck.model.trace import Verdict

PACKAGE = Path(segcheck.__file__).parent
LANGUAGES = sorted(path.stem for path in (PACKAGE / "lang").glob("*.yaml"))


def test_both_languages_are_there():
    assert LANGUAGES == ["en", "ja"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_have_the_same_keys(language):
    assert set(words.leaves(language)) == set(words.leaves("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_have_the_same_fields(language):
    english = {key: words.fields(text) for key, text in words.leaves("en").items()}

    assert {key: words.fields(text) for key, text in words.leaves(language).items()} == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language):
    assert [key for key, text in words.leaves(language).items() if not text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_diagnostic_code_is_worded(language):
    known = words.leaves(language)
    parts = ("message", "why", "consequence", "remedy", "example")

    assert [
        f"{code.value}.{part}" for code in Code for part in parts if f"diagnostics.{code.value}.{part}" not in known
    ] == []


def test_no_code_is_worded_that_nobody_can_raise():
    assert set(words.load("en").under("diagnostics")) == {code.value for code in Code}


def test_messages_have_the_fields_that_the_code_promises():
    """The comment beside each code names the parameters that importers give."""
    source = (PACKAGE / "model" / "diagnostic.py").read_text(encoding="utf-8")
    promised = {
        code: frozenset(re.findall(r"\{(\w+)\}", rest)) for code, rest in re.findall(r'= "([\w-]+)"  # (\{.*)', source)
    }
    worded = {code.value: words.fields(words.leaves("en")[f"diagnostics.{code.value}.message"]) for code in Code}

    assert promised == worded


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_enum_that_outputs_show_is_worded(language):
    wanted = [
        *(f"verdicts.{one.value}.name" for one in Verdict),
        *(f"severity.{one.value}" for one in Severity),
        *(f"line_use.{one.value}.name" for one in LineUse),
        *(f"complete.{one.value}" for one in Complete),
        *(f"maturity.{one.value}.name" for one in Maturity),
        *(f"scope.{one.value}" for one in Scope),
    ]

    assert [key for key in wanted if key not in words.leaves(language)] == []


def test_every_word_that_the_code_asks_for_exists():
    asked = set()
    for path in PACKAGE.rglob("*.py"):
        asked |= set(re.findall(r"""words\(\s*["']([a-z_]+\.[\w.-]+)["']""", path.read_text(encoding="utf-8")))

    assert len(asked) > 30
    assert sorted(key for key in asked if key not in words.leaves("en")) == []


def test_japanese_words_use_no_ambiguous_width():
    """A character that is one column here and two there would break tables on Japanese terminals."""
    import unicodedata

    ambiguous = {c for text in words.leaves("ja").values() for c in text if unicodedata.east_asian_width(c) == "A"}

    assert ambiguous == set()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", list(DoubtKind), ids=lambda kind: kind.value)
def test_every_reason_for_not_knowing_has_its_words(language, kind):
    for part in ("message", "why", "consequence", "remedy", "example"):
        assert f"doubts.{kind.value}.{part}" in words.load(language)
