"""`data/requirements.yaml` and `data/clauses/`, our own tables of what is demanded and which clauses say so, to nouns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from segcheck.loaders import tables
from segcheck.model.check import Said
from segcheck.model.clauses import Clauses
from segcheck.model.finding import Basis, Weight
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Certainty, Requirement
from segcheck.model.site_words import Tier

_NAME = "requirements.yaml"
_EXAMPLE = "shibukawa.yaml"


@cache
def load() -> tuple[Requirement, ...]:
    """Return every requirement in the order of the table; one whose editions differ once for each of them, the latest last.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table(_NAME)
    terms = {name: _said(pair) for name, pair in table["terms"].items()}
    return tuple(
        requirement for name, row in table["requirements"].items() for requirement in _requirements(name, row, terms)
    )


@cache
def ids() -> tuple[str, ...]:
    """Return the id of every requirement once, in the order of the table."""
    return tuple(dict.fromkeys(one.id for one in load()))


@cache
def example() -> Clauses:
    """Return the clauses of the bundled example.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table("clauses", _EXAMPLE)
    return Clauses(
        title=table["title"],
        body=table["body"],
        in_force=date.fromisoformat(table["in_force"]),
        numbered=table["clauses"],
        serves={name: tuple(numbers) for name, numbers in table["requirements"].items()},
        example=True,
    )


def _requirements(name: str, row: Mapping[str, Any], terms: Mapping[str, Said]) -> Iterator[Requirement]:
    for variant in row.get("variants", [{}]):
        one = {**row, **variant}
        yield Requirement(
            id=name,
            text=(one["ja"], one["en"]),
            subject=terms[one["subject"]],
            object=terms[one["object"]],
            by=_bases(one["by"]),
            needs=_bases(one["needs"]),
            presence={"absence": False, "presence": True}[one.get("shows", "absence")],
            tiers=tuple(Tier(tier) for tier in one.get("tiers", [])),
            models=tuple(ProfileModel(model) for model in one.get("models", [])),
            weight=Weight(one["weight"]),
            certainty=Certainty(one["certainty"]),
            note=_said(one.get("note", ["", ""])),
            sources=tuple(dict.fromkeys([*variant.get("sources", []), *row["sources"]])),
            clauses=example().serves.get(name, ()),
            editions=(variant.get("from", ""), variant.get("until", ""))
            if variant
            else _said(one.get("editions", ["", ""])),
        )


def _bases(letters: list[str]) -> tuple[Basis, ...]:
    return tuple(Basis(letter) for letter in letters)


def _said(pair: list[str]) -> Said:
    first, second = pair
    return first, second
