"""Sightings divided as finely as rules tell conversations apart, asked, and put together again where the answers are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from segcheck.analysis.columns import Column
from segcheck.analysis.joining import Joining
from segcheck.analysis.sightings import Group
from segcheck.model.replay import Answer, Ruling, Sighting


def joined(asking: Joining, group: Group) -> Iterator[tuple[Group, Answer | None]]:
    """Yield a group, or several, each with what register and rules say of every conversation in it.

    The answer is None where rules are not asked. What is like one conversation to all rules is asked once; where rules
    answer differently, the group is divided, those that were seen first before the others.
    """
    one = group.sighting
    if group.finer is None or not asking.follows(one) or not (_asked(one) or asking.hidden(one)):
        settled, answer = _answered(asking, group, 0)
        yield group if settled is one else replace(group, sighting=settled), answer
        return
    parts: dict[object, list[Column]] = {}
    answers: dict[object, tuple[Sighting, Answer | None]] = {}
    for at in _parts(group.finer):
        settled, answer = _answered(asking, group, int(at[0]))
        key: object = (settled.ruling, settled.entry, answer and replace(answer, journeys=()))
        parts.setdefault(key, []).append(at)
        answers.setdefault(key, (settled, answer))
    for key, pieces in parts.items():
        settled, answer = answers[key]
        whole = group if len(parts) == 1 else group.part(np.sort(np.concatenate(pieces)))
        yield replace(whole, sighting=replace(whole.sighting, ruling=settled.ruling, entry=settled.entry)), answer


def _asked(one: Sighting) -> bool:
    return bool(one.tap) and (one.ruling.forbidden or one.ruling is Ruling.REGISTERED)


def _answered(asking: Joining, group: Group, at: int) -> tuple[Sighting, Answer | None]:
    """Return what register and rules say of the conversation in one row of a group."""
    one = group.sighting
    if not one.tap:
        return one, None  # without a tap nothing is followed
    opening = group.opening(at) if asking.follows(one) else {}
    settled = asking.settled(one, opening)
    return settled, asking.answer(settled, opening) if _asked(settled) else None


def _parts(finer: Column) -> list[Column]:
    """Return the positions of equal values, ascending; those of the value that comes first are first."""
    _, first, number = np.unique(finer, return_index=True, return_inverse=True)
    number = number.reshape(-1)
    pieces = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    return [pieces[position] for position in np.argsort(first).tolist()]
