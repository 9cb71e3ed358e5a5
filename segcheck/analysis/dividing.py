"""Sightings divided as finely as rules tell conversations apart, asked, and put together again where the answers are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from segcheck.analysis.columns import Column
from segcheck.analysis.joining import Joining
from segcheck.analysis.sightings import Group
from segcheck.model.replay import Answer, Ruling, Sighting


def joined(asking: Joining, flows: Column, group: Group) -> Iterator[tuple[Group, Answer | None]]:
    """Yield a group, or several, each with what register and rules say of every conversation in it.

    The answer is None where rules are not asked. What is like one conversation to all rules is asked once; where rules
    answer differently, the group is divided, those that were seen first before the others.
    """
    parts: dict[object, list[Column]] = {}
    answers: dict[object, tuple[Sighting, Answer | None]] = {}
    for at, part in _parts(asking, flows, group):
        settled = asking.settled(part.sighting, part.opening)
        answer = asking.answer(settled, part.opening) if _asked(settled) else None
        key: object = (settled.ruling, settled.entry, answer and replace(answer, journeys=()))
        parts.setdefault(key, []).append(at)
        answers.setdefault(key, (settled, answer))
    for key, pieces in parts.items():
        settled, answer = answers[key]
        whole = group if len(parts) == 1 else group.part(flows, np.sort(np.concatenate(pieces)))
        yield replace(whole, sighting=replace(whole.sighting, ruling=settled.ruling, entry=settled.entry)), answer


def _asked(one: Sighting) -> bool:
    return bool(one.tap) and (one.ruling.forbidden or one.ruling is Ruling.REGISTERED)


def _parts(asking: Joining, flows: Column, group: Group) -> Iterator[tuple[Column, Group]]:
    """Yield the parts that rules may tell apart, with the positions of their rows, in the order in which they were seen."""
    everything = np.arange(len(group.rows))
    one = group.sighting
    if group.finer is None or not asking.follows(one) or not (_asked(one) or asking.hidden(one)):
        yield everything, group
        return
    _, first, number = np.unique(group.finer, return_index=True, return_inverse=True)
    number = number.reshape(-1)
    pieces = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    for position in np.argsort(first).tolist():
        yield pieces[position], group.part(flows, pieces[position])
