from hypothesis import given
from hypothesis import strategies as st

from segcheck.lang.columns import clip, pad, printable, width, wrap

TEXT = st.text(alphabet="ab c、。漢字かなｶﾅ-（）\u3000", max_size=60)


def test_a_full_width_character_takes_two_columns():
    assert [width(text) for text in ("abc", "判定", "ﾊﾝｶｸ", "e\u0301", "")] == [3, 4, 4, 1, 0]


def test_padding_counts_columns():
    assert pad("判定", 6) + "|" == "判定  |"
    assert pad("判定", 3) == "判定"


def test_clipping_keeps_within_the_columns():
    assert clip("判定不能です", 9) == "判定不..."
    assert clip("abc", 3) == "abc"


def test_control_characters_cannot_steer_the_terminal():
    assert printable("a\x1b[31mb\u202ec\x00判") == "a?[31mb?c?判"


def test_words_stay_whole():
    assert wrap("one two three", 8) == ["one two", "three"]


def test_japanese_breaks_anywhere_but_before_closing_punctuation():
    assert wrap("判定不能。", 8) == ["判定不能。"]
    assert wrap("判定不能です", 8) == ["判定不能", "です"]


@given(TEXT, st.integers(10, 40))
def test_wrapping_loses_nothing_but_spaces(text, columns):
    def solid(one):
        return "".join(one.split())

    assert solid("".join(wrap(text, columns))) == solid(text)


@given(TEXT, st.integers(10, 40))
def test_clipped_text_fits(text, columns):
    assert width(clip(text, columns)) <= columns
