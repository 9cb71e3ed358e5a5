"""`data/temporary_words.yaml`, our own table of words that hint at a temporary rule, as one pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from segcheck.loaders import tables

_NAME = "temporary_words.yaml"


@cache
def load() -> re.Pattern[str]:
    """Return the pattern that finds such a word in a text.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table(_NAME)
    return re.compile("|".join(_pattern(**one) for one in table["words"]), re.IGNORECASE)


def _pattern(word: str, not_before: Sequence[str] = (), *, alone: bool = False) -> str:
    found = re.escape(word)
    if not_before:
        found += f"(?!{'|'.join(map(re.escape, not_before))})"
    return f"(?<![a-z]){found}(?![a-z])" if alone else found
