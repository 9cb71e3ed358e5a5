"""The requirements of the page, by organ of the body, gathered by the clause that each serves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from segcheck.lang.words import Words
from segcheck.reports.renderings import _organs
from segcheck.reports.renderings._html.findings import Shown

_CIRCLED = {chr(0x2460 + number): f".{number + 1:02}" for number in range(20)}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its requirements; `rows` are (requirement, its findings as (id, known to the page))."""

    name: str
    rows: tuple[tuple[Mapping[str, Any], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """An organ with its clauses; id and title are "" where the body has no organs.

    anchor   what links lead to; the id may hold what no link can
    """

    anchor: str
    id: str
    title: str
    responsible: str
    counts: tuple[tuple[str, str, int], ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Requirements:
    """The organs with all clauses, and which policies they are of."""

    organs: tuple[Part, ...]
    notes: tuple[str, ...]

    @property
    def several(self) -> bool:
        """Whether they are told by organ."""
        return any(one.id for one in self.organs)


def requirements(words: Words, result: Mapping[str, Any], shown: Mapping[str, Shown]) -> Requirements:
    """Return the requirements by organ and clause, those without a clause last."""
    return Requirements(
        organs=tuple(
            Part(
                anchor=f"organ-{number}",
                id=one.id,
                title=one.title,
                responsible=one.responsible,
                counts=tuple(
                    (name, words(f"requirements.outcome.{name}"), count) for name, count in one.outcomes.items()
                ),
                clauses=_clauses(words, one.rows, shown),
            )
            for number, one in enumerate(_organs.organs(result), 1)
        ),
        notes=tuple(_organs.policies(words, result)),
    )


def _clauses(words: Words, rows: Iterable[Mapping[str, Any]], shown: Mapping[str, Shown]) -> tuple[Clause, ...]:
    groups: dict[str, list[tuple[Mapping[str, Any], tuple[str, ...]]]] = {}
    for one in rows:
        first = (one["clause"] or "").partition(", ")[0]
        numbers = tuple(shown[name].id for name in one["findings"] if name in shown)
        groups.setdefault(first, []).append((one, numbers))
    return tuple(Clause(name or words("html.no_clause"), tuple(groups[name])) for name in sorted(groups, key=_order))


def _order(clause: str) -> tuple[bool, list[tuple[int, str]]]:
    text = "".join(_CIRCLED.get(character, character) for character in clause)
    return not clause, [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", text)]
