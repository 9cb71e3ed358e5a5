"""`data/closures.yaml`, our own table of which chains of permitted sessions must not exist, to nouns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from segcheck.loaders import tables
from segcheck.model.closure import Carries, Closure, Closures, Cutting
from segcheck.model.register import Kind, ProfileModel
from segcheck.model.site_words import Method, Tier

_NAME = "closures.yaml"


@cache
def load() -> Closures:
    """Return the table.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table(_NAME)
    return Closures(
        closures=tuple(_closure(one) for one in table["closures"]),
        cuttings=tuple(_cutting(one) for one in table["cuttings"]),
        one_way=frozenset(Kind(name) for name in table["one_way"]),
    )


def _closure(one: Mapping[str, Any]) -> Closure:
    return Closure(
        carries=Carries(one["carries"]),
        sources=_tiers(one["from"]),
        targets=_tiers(one["to"]),
        passes_over={
            ProfileModel(model): frozenset(Kind(name) for name in kinds) for model, kinds in one["passes_over"].items()
        },
        source=one["source"],
        certainty=one["certainty"],
    )


def _cutting(one: Mapping[str, Any]) -> Cutting:
    first, second = one["between"]
    return Cutting(
        sides=(_tiers(first), _tiers(second)),
        methods={
            ProfileModel(model): frozenset(Method(name) for name in methods)
            for model, methods in one["methods"].items()
        },
        source=one["source"],
        certainty=one["certainty"],
    )


def _tiers(names: Iterable[str]) -> frozenset[Tier]:
    return frozenset(Tier(name) for name in names)
