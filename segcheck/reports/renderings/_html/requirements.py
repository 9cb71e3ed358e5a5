"""The requirements of the page, gathered by the clause that each serves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports.renderings._html.findings import Shown

_CIRCLED = {chr(0x2460 + number): f".{number + 1:02}" for number in range(20)}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its requirements; `rows` are (requirement, its findings as (id, known to the page))."""

    name: str
    rows: tuple[tuple[Mapping[str, Any], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Requirements:
    """All clauses, and which policies they are of."""

    clauses: tuple[Clause, ...]
    notes: tuple[str, ...]


def requirements(words: Words, result: Mapping[str, Any], shown: Mapping[str, Shown]) -> Requirements:
    """Return the requirements by clause, those without one last."""
    groups: dict[str, list[tuple[Mapping[str, Any], tuple[str, ...]]]] = {}
    for one in result["requirements"]:
        first = (one["clause"] or "").partition(", ")[0]
        numbers = tuple(shown[name].id for name in one["findings"] if name in shown)
        groups.setdefault(first, []).append((one, numbers))
    policies = {
        (one["policy"]["title"], one["policy"]["example"]): None for one in result["requirements"] if one["policy"]
    }
    return Requirements(
        clauses=tuple(
            Clause(name or words("html.no_clause"), tuple(groups[name])) for name in sorted(groups, key=_order)
        ),
        notes=tuple(
            words("requirements.example_of" if example else "requirements.clauses_of", title=title)
            for title, example in policies
        ),
    )


def _order(clause: str) -> tuple[bool, list[tuple[int, str]]]:
    text = "".join(_CIRCLED.get(character, character) for character in clause)
    return not clause, [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", text)]
