import pytest

from segcheck.lang.words import choose_language, fields, load, say


def test_fields_are_filled_in():
    assert load("en")("inspect.version", version="7.2") == "version: 7.2"
    assert load("ja")("inspect.version", version="7.2") == "版: 7.2"


def test_a_field_that_nobody_gave_shows_as_a_question_mark():
    assert load("en")("diagnostics.undefined-name.message", name="x") == "? 'x' is used but not defined"


def test_braces_in_a_value_are_only_text():
    assert "{name}" in load("en")("diagnostics.unrecognised-line.message", text="{name}")


def test_an_unknown_key_is_a_defect():
    with pytest.raises(KeyError):
        load("ja")("no.such.key")


def test_fields_of_a_sentence():
    assert fields("{a} and {b}, {{c}}") == {"a", "b"}


def test_say_picks_the_language():
    assert (say("ja")("yes", "はい"), say("en")("yes", "はい")) == ("はい", "yes")


@pytest.mark.parametrize(
    ("option", "environ", "encoding", "expected"),
    [
        ("ja", {"SEGCHECK_LANG": "en", "LANG": "en_US.UTF-8"}, "utf-8", "ja"),
        ("en", {"LANG": "ja_JP.UTF-8"}, "utf-8", "en"),
        (None, {"SEGCHECK_LANG": "ja", "LANG": "en_US.UTF-8"}, "utf-8", "ja"),
        (None, {"SEGCHECK_LANG": "xx", "LANG": "ja_JP.UTF-8"}, "utf-8", "ja"),
        (None, {"LANG": "ja_JP.UTF-8"}, "utf-8", "ja"),
        (None, {"LANG": "ja_JP.UTF-8"}, "cp932", "ja"),
        (None, {"LANG": "ja_JP.UTF-8"}, "ascii", "en"),
        (None, {"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "utf-8", "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "utf-8", "en"),
        ("ja", {}, "ascii", "ja"),
    ],
)
def test_option_before_variable_before_locale(option, environ, encoding, expected):
    assert choose_language(option, environ, encoding) == expected
