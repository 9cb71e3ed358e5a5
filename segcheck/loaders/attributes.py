"""`data/attributes.yaml`, our own table of what may be declared of the things of a site, to nouns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from segcheck.loaders import tables
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Certainty
from segcheck.model.site_words import Tier
from segcheck.model.vocabulary import Term, Vocabulary

_NAME = "attributes.yaml"
TYPES = ("words", "flag", "number", "date", "text", "list", "hosts", "segments")


@cache
def load() -> Vocabulary:
    """Return the table.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table(_NAME)
    subjects = {name: (one["ja"], one["en"]) for name, one in table["subjects"].items()}
    return Vocabulary(
        subjects=subjects,
        terms={name: _term(name, one, subjects) for name, one in table["attributes"].items()},
        barred={
            str(name): (
                frozenset(Tier(tier) for tier in one["not_in"]),
                frozenset(ProfileModel(model).value for model in one["but"]),
            )
            for name, one in table["classes"].items()
        },
    )


def _term(name: str, one: Mapping[str, Any], subjects: Mapping[str, object]) -> Term:
    kind = one.get("type", "words")
    if kind not in TYPES or not set(one["of"]) <= set(subjects):
        raise ValueError(name)
    return Term(
        name=name,
        said=(one["ja"], one["en"]),
        subjects=tuple(one["of"]),
        type=kind,
        words=tuple(str(word) for word in one.get("words", one.get("items", ()))),
        days=one.get("days"),
        requirements=tuple(one["requirements"]),
        source=one["source"],
        certainty=Certainty(one["certainty"]),
    )
