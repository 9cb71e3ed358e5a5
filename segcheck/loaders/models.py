"""`data/models.yaml`, our own table of what each model of the guideline lets a city register, to nouns."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from segcheck.loaders import marked
from segcheck.model.register import Kind, KindUse, ProfileModel
from segcheck.model.site_words import Tier
from segcheck.model.source import SourceText

_NAME = "models.yaml"


@cache
def load() -> tuple[KindUse, ...]:
    """Return the table.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    text = resources.files("segcheck").joinpath("data", _NAME).read_text(encoding="utf-8")
    table: Any = marked.load(SourceText(_NAME, text, "utf-8", "")).value
    return tuple(
        KindUse(
            kind=Kind(name),
            model=ProfileModel(model),
            initiators=frozenset(Tier(tier) for tier in ends["from"]),
            responders=frozenset(Tier(tier) for tier in ends["to"]),
        )
        for name, one in table["kinds"].items()
        for model, ends in one["models"].items()
    )
