"""The licence of a wheel as an SPDX expression, and whether it may go into one bundle with GPL-2.0-or-later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_KNOWN = Path(__file__).with_name("licences.yaml")


@dataclass(frozen=True, slots=True)
class Licence:
    """What a wheel is under, and where that was read; `expression` is None if it is not clear."""

    expression: str | None
    source: str


def licence(name: str, expression: str | None, field: str | None, classifiers: Sequence[str]) -> Licence:
    """Return the licence of a package from its metadata: SPDX expression, else what we read, else older fields.

    Several classifiers are not clear: they may mean "either" or "all of them".
    """
    known = _known()
    if expression:
        return Licence(expression, "License-Expression")
    if name in known["read_by_us"]:
        entry = known["read_by_us"][name]
        return Licence(entry["expression"], entry["source"])
    named = [c.removeprefix("License :: ") for c in classifiers if c.startswith("License :: ")]
    if len(named) == 1 and named[0] in known["words"]:
        return Licence(known["words"][named[0]], "Classifier")
    if not named and field and field.strip() in known["words"]:
        return Licence(known["words"][field.strip()], "License")
    return Licence(None, "; ".join([*named, *([field.strip()[:60]] if field else [])]) or "-")


def objections(expression: str) -> set[str]:
    """Return the licences of an SPDX expression that stand in the way; of "A OR B" one that does not is enough.

    Raises:
        ValueError: it is no SPDX expression.
    """
    words = re.findall(r"\(|\)|[^\s()]+", expression)
    rest, found = _either(words)
    if rest:
        raise ValueError(f"no SPDX expression: {expression}")
    return found


def _either(words: list[str]) -> tuple[list[str], set[str]]:
    words, found = _all(words)
    while words and words[0].upper() == "OR":
        words, other = _all(words[1:])
        found = min(found, other, key=len)
    return words, found


def _all(words: list[str]) -> tuple[list[str], set[str]]:
    words, found = _one(words)
    while words and words[0].upper() == "AND":
        words, other = _one(words[1:])
        found = found | other
    return words, found


def _one(words: list[str]) -> tuple[list[str], set[str]]:
    if words[:1] == ["("]:
        rest, found = _either(words[1:])
        if rest[:1] != [")"]:
            raise ValueError("no SPDX expression: a bracket is not closed")
        return rest[1:], found
    if not words or words[0] == ")" or words[0].upper() in ("AND", "OR", "WITH"):
        raise ValueError("no SPDX expression: a licence is missing")
    name, rest = words[0], words[1:]
    if len(rest) > 1 and rest[0].upper() == "WITH":
        name, rest = f"{name} WITH {rest[1]}", rest[2:]
    return rest, set() if name in _known()["may_be_combined"] else {name}


@cache
def _known() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_KNOWN.read_text(encoding="utf-8"))
    return found
