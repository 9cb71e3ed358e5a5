"""`data/join.yaml`, our own table of what register, rules and captures say together, to nouns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from segcheck.loaders import tables
from segcheck.model.replay import Join, JoinRow, Observed, Outcome, OutcomeWords, Permitted

_NAME = "join.yaml"


@cache
def load() -> Join:
    """Return the table.

    Raises:
        ValueError, KeyError: the table itself is damaged, or does not hold every combination once: a defect of the
            installation.
    """
    table: Any = tables.table(_NAME)
    rows = tuple(_row(one) for one in table["rows"])
    wanted = [(r, p, o) for r in (True, False) for p in Permitted for o in Observed]
    held = [(one.registered, one.permitted, one.observed) for one in rows]
    words = tuple(_words(name, one) for name, one in table["outcomes"].items())
    if sorted(map(repr, held)) != sorted(map(repr, wanted)) or {one.outcome for one in words} != set(Outcome):
        raise ValueError(f"{_NAME} does not hold every combination and every outcome once")
    return Join(rows=rows, words=words, valid_days=int(table["valid_days"]))


def _row(one: Mapping[str, Any]) -> JoinRow:
    outcome = Outcome(one["outcome"])
    return JoinRow(
        registered=_flag(one["registered"]),
        permitted=Permitted(_word(one["permitted"])),
        observed=Observed(one["observed"]),
        outcome=outcome,
        behind=Outcome(one["behind"]) if "behind" in one else outcome,
    )


def _words(name: str, one: Mapping[str, Any]) -> OutcomeWords:
    return OutcomeWords(
        outcome=Outcome(name),
        counts=one["counts"],
        weight=one.get("weight", ""),
        said=(one["ja"], one["en"]),
        source=one["source"],
        certainty=one["certainty"],
    )


def _flag(value: object) -> bool:
    return _word(value) == "yes"


def _word(value: object) -> str:
    """Return a word as written: YAML may read yes and no as true and false."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
