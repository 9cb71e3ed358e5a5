"""Whether registered communications speak the protocol that is expected of them, conversation by conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from segcheck.analysis.sightings import Group
from segcheck.captures import recognising, telling
from segcheck.captures.recognising import Opening, Verdict
from segcheck.captures.tables import Table
from segcheck.model.flow import Flow
from segcheck.model.protocol import Expectations
from segcheck.model.register import RegisterEntry
from segcheck.model.replay import Content

_OTHER = "?"
_FIRST = (Verdict.DIFFERS, Verdict.UNKNOWN, Verdict.CONFORMS)


def content(
    flows: Table, group: Group, entry: RegisterEntry | None, expectations: Expectations
) -> tuple[Content | None, Group]:
    """Return how a sighting compares with what its entry, or else its service port, is expected to speak; None for nothing."""
    sighting = group.sighting
    declared = entry.expect if entry is not None else ()
    expected = declared or (() if sighting.fragment else expectations.of(sighting.proto, sighting.port))
    if not expected:
        return None, group
    counts: Counter[Verdict] = Counter()
    differing: Counter[str] = Counter()
    ranks: list[int] = []
    for opening in _said(flows[group.rows]):
        answers = [recognising.conforms(name, opening) for name in expected]
        verdicts = {one.verdict for one in answers}
        if Verdict.CONFORMS in verdicts:
            verdict = Verdict.CONFORMS
        elif Verdict.UNKNOWN in verdicts:
            verdict = Verdict.UNKNOWN
        else:
            verdict = Verdict.DIFFERS
            differing[next((one.what for one in answers if one.what), _OTHER)] += 1
        counts[verdict] += 1
        ranks.append(_FIRST.index(verdict))
    order = np.argsort(np.array(ranks, np.int8), kind="stable")
    found = Content(
        expected="/".join(expected),
        declared=bool(declared),
        conforms=counts[Verdict.CONFORMS],
        differs=counts[Verdict.DIFFERS],
        unknown=counts[Verdict.UNKNOWN],
        differing=tuple(sorted(differing.items(), key=lambda item: (-item[1], item[0]))),
    )
    return found, Group(sighting, group.rows[order], group.from_a[order])


def spoken(flows: Table, group: Group, limit: int) -> str:
    """Return the one protocol that the first conversations of a sighting surely speak, "" if that cannot be told."""
    names = set()
    for one in _said(flows[group.rows[:limit]]):
        found = recognising.recognise(one.initiator, one.responder, one.proto, cut=one.cut, guessed=one.guessed)
        names.add(found.name if found.sure else None)
    return (names.pop() or "") if len(names) == 1 else ""


def shown(flows: Table, group: Group, limit: int) -> tuple[Flow, ...]:
    """Return the conversations of a sighting that were seen first, in its direction."""
    found = telling.told(flows[group.rows[:limit]])
    return tuple(
        one if known == from_a else _turned(one)
        for one, known, from_a in zip(
            found,
            telling.openings(flows[group.rows[:limit]]).from_a.tolist(),
            group.from_a[:limit].tolist(),
            strict=True,
        )
    )


def _turned(one: Flow) -> Flow:
    """Return a conversation that both ends opened, from the other end."""
    return replace(
        one,
        src=one.dst,
        dst=one.src,
        sport=one.dport,
        dport=one.sport,
        packets_out=one.packets_in,
        bytes_out=one.bytes_in,
        packets_in=one.packets_out,
        bytes_in=one.bytes_out,
        payload_out=one.payload_in,
        payload_in=one.payload_out,
    )


def _said(table: Table) -> Iterator[Opening]:
    return recognising.said(table, telling.openings(table))
