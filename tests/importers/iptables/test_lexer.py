from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.importers.iptables import _lexer


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-A INPUT  -j\tDROP ", ["-A", "INPUT", "-j", "DROP"]),
        ('--comment "two words"', ["--comment", "two words"]),
        (r'--comment "a \"quoted\" word"', ["--comment", 'a "quoted" word']),
        (r'--log-prefix "back\\slash"', ["--log-prefix", "back\\slash"]),
        (r"--log-prefix back\slash", ["--log-prefix", r"back\slash"]),
        ('--comment ""', ["--comment", ""]),
        ('a"b c"d', ["ab cd"]),
        ("--comment 'two words'", ["--comment", "'two", "words'"]),
    ],
)
def test_words_are_split_as_iptables_restore_does(line: str, words: list[str]) -> None:
    assert _lexer.split(line).words == words


@pytest.mark.parametrize("line", ['--comment "open', r'--comment "open\"', 'a" b "c"'])
def test_open_quote_is_refused(line: str) -> None:
    with pytest.raises(_lexer.UnclosedQuoteError):
        _lexer.split(line)


def test_column_counts_from_one() -> None:
    assert [_lexer.column('-A X "a b" -j DROP', at) for at in range(5)] == [1, 4, 6, 12, 15]
    assert _lexer.column("-A X", 9) == 0


def test_quoted_words_are_marked() -> None:
    assert _lexer.split('-m comment --comment "-j" -j DROP').quoted == {3}
    assert _lexer.split(r'-m comment --comment "\"" -j DROP').quoted == {3}


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), min_size=1))
def test_quoted_words_are_read_back(words: list[str]) -> None:
    assert _lexer.split(" ".join(map(_lexer.quote, words))).words == words
