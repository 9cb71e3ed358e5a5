"""`data/temporary_words.yaml`, our own table of words that hint at a temporary rule, as one pattern."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

from segcheck.loaders import marked
from segcheck.model.source import SourceText

_NAME = "temporary_words.yaml"


@cache
def load() -> re.Pattern[str]:
    """Return the pattern that finds such a word in a text.

    Raises:
        ValueError, KeyError, re.error: the table itself is damaged, which is a defect of the installation.
    """
    text = resources.files("segcheck").joinpath("data", _NAME).read_text(encoding="utf-8")
    table: Any = marked.load(SourceText(_NAME, text, "utf-8", "")).value
    return re.compile("|".join(f"(?:{word})" for word in table["words"]), re.IGNORECASE)
