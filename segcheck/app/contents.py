"""Whether registered communications speak the protocol that is expected of them, conversation by conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy.typing as npt

from segcheck.analysis.sightings import Group
from segcheck.captures import recognising
from segcheck.captures.recognising import Opening, Verdict
from segcheck.model.flow import NEVER, Bits
from segcheck.model.protocol import Expectations
from segcheck.model.register import RegisterEntry
from segcheck.model.replay import Content, Sighting

_ORDERED = (6, 132)
_OTHER = "?"


def content(
    flows: npt.NDArray[Any], group: Group, entry: RegisterEntry | None, expectations: Expectations
) -> tuple[Content, Group] | None:
    """Return how a sighting compares with what its entry, or else its service port, is expected to speak; None for nothing.

    The group are those of its conversations that gave the grade: they show it.
    """
    sighting = group.sighting
    declared = entry.expect if entry is not None else ()
    expected = declared or (() if sighting.fragment else expectations.of(sighting.proto, sighting.port))
    if not expected:
        return None
    verdicts: list[Verdict] = []
    differing: Counter[str] = Counter()
    for opening in openings(flows, group):
        answers = [recognising.conforms(name, opening) for name in expected]
        found = {one.verdict for one in answers}
        verdicts.append(next(one for one in (Verdict.CONFORMS, Verdict.UNKNOWN, Verdict.DIFFERS) if one in found))
        if verdicts[-1] is Verdict.DIFFERS:
            differing[next((one.what for one in answers if one.what), _OTHER)] += 1
    counts = Counter(verdicts)
    content = Content(
        expected="/".join(expected),
        declared=bool(declared),
        conforms=counts[Verdict.CONFORMS],
        differs=counts[Verdict.DIFFERS],
        unknown=counts[Verdict.UNKNOWN],
        differing=tuple(sorted(differing.items(), key=lambda item: (-item[1], item[0]))),
    )
    worst = next(one for one in (Verdict.DIFFERS, Verdict.UNKNOWN, Verdict.CONFORMS) if counts[one])
    those = [place for place, one in enumerate(verdicts) if one is worst]
    return content, Group(sighting, group.rows[those], group.from_a[those])


def spoken(flows: npt.NDArray[Any], group: Group, limit: int) -> str:
    """Return the one protocol that the first conversations of a sighting surely speak, "" if that cannot be told."""
    first = Group(group.sighting, group.rows[:limit], group.from_a[:limit])
    names = set()
    for one in openings(flows, first):
        found = recognising.recognise(one.initiator, one.responder, one.proto, cut=one.cut, guessed=one.guessed)
        names.add(found.name if found.sure else None)
    return (names.pop() or "") if len(names) == 1 else ""


def openings(flows: npt.NDArray[Any], group: Group) -> Iterator[Opening]:
    """Yield what both ends of each conversation said first."""
    sighting: Sighting = group.sighting
    mine = flows[group.rows]
    heads = {end: (mine[f"head_{end}"], mine[f"head_len_{end}"].tolist()) for end in ("ab", "ba")}
    cut = (mine["bits"] & Bits.TRUNCATED) != 0
    opened = (mine["open_ab"] != NEVER) | (mine["open_ba"] != NEVER)
    rows = zip(group.from_a.tolist(), cut.tolist(), opened.tolist(), strict=True)
    for position, (from_a, shortened, begun) in enumerate(rows):
        one, other = ("ab", "ba") if from_a else ("ba", "ab")
        yield Opening(
            initiator=heads[one][0][position, : heads[one][1][position]].tobytes(),
            responder=heads[other][0][position, : heads[other][1][position]].tobytes(),
            proto=sighting.proto,
            cut=shortened,
            midstream=sighting.proto in _ORDERED and not begun,
            guessed=bool(sighting.inferred),
        )
