"""`data/profiles.yaml`, our own table of what each model of the guideline lets a register hold, to nouns."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from segcheck.loaders import tables
from segcheck.model.check import Said
from segcheck.model.profile import Cell, Choice, Guideline, Model, Need, NeedWords, Permit, Switch
from segcheck.model.register import Kind, ProfileModel
from segcheck.model.requirement import Certainty
from segcheck.model.site_words import Method, PeerClass, Tier

_NAME = "profiles.yaml"


@cache
def load() -> Guideline:
    """Return the table; reading it once takes some hundredths of a second.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table(_NAME)
    editions = {name: date.fromisoformat(day) for name, day in table["editions"].items()}
    return Guideline(
        editions=editions,
        models={
            ProfileModel(name): Model(
                id=ProfileModel(name),
                title=_said(one),
                since=_edition(one["since"], editions),
                screen=(Tier(one["screen"][0]), Tier(one["screen"][1])),
                source=one["source"],
                certainty=_certainty(one),
            )
            for name, one in table["models"].items()
        },
        protection=tuple(Tier(name) for name in table["protection"]),
        switches={
            name: Switch(
                id=name,
                title=_said(one),
                answers={_edition(edition, editions): answer for edition, answer in one["answers"].items()},
                source=one["source"],
                certainty=_certainty(one),
            )
            for name, one in table["switches"].items()
        },
        choices={
            name: Choice(id=name, title=_said(one), source=one["source"], certainty=_certainty(one))
            for name, one in table["choices"].items()
        },
        needs={
            Need(name): NeedWords(demand=_said(one), remedy=(one["fix_ja"], one["fix_en"]))
            for name, one in table["needs"].items()
        },
        cells=_cells(table, editions),
    )


def _cells(table: Any, editions: Any) -> dict[tuple[ProfileModel, Tier, Tier], Cell]:
    tiers = [Tier(name) for name in table["tiers"]]
    rows = {(Tier(name), to): word for name, row in table["matrix"].items() for to, word in _row(tiers, row)}
    found = {}
    for model in ProfileModel:
        mine = {(Tier(one["from"]), Tier(one["to"])): one["is"] for one in table["changes"].get(model.value, ())}
        for (initiator, responder), word in {**rows, **mine}.items():
            sort = table["words"][word]
            found[model, initiator, responder] = Cell(
                initiator=initiator,
                responder=responder,
                word=word,
                permits=tuple(_permit(one, editions) for one in sort.get("permits", ())),
                never=sort.get("never", False),
                why=_said(sort),
                source=sort["source"],
                certainty=_certainty(sort),
            )
    return found


def _row(tiers: list[Tier], row: list[str]) -> list[tuple[Tier, str]]:
    return list(zip(tiers, row, strict=True))


def _permit(one: Any, editions: Any) -> Permit:
    return Permit(
        kinds=frozenset(map(Kind, one["kinds"])),
        needs=tuple(map(Need, one.get("needs", ()))),
        peers=frozenset(map(PeerClass, one.get("peers", ()))),
        methods=frozenset(map(Method, one.get("methods", ()))),
        option=one.get("option", ""),
        since=_edition(one["since"], editions) if "since" in one else None,
        before=_edition(one["before"], editions) if "before" in one else None,
    )


def _said(one: Any) -> Said:
    return one["ja"], one["en"]


def _certainty(one: Any) -> Certainty:
    return Certainty.UNSURE if one["certainty"] == "unsure" else Certainty(one["certainty"])


def _edition(name: str, editions: Any) -> str:
    if name not in editions:
        raise ValueError(f"{_NAME}: no edition {name}")
    return name
