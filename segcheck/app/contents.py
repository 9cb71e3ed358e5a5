"""Whether registered communications speak the protocol that is expected of them, conversation by conversation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from segcheck.analysis.sightings import Group
from segcheck.captures import recognising, telling
from segcheck.captures.recognising import Conformance, Opening, Verdict
from segcheck.captures.tables import Table
from segcheck.captures.telling import Openings
from segcheck.model.flow import Flow
from segcheck.model.protocol import Expectations
from segcheck.model.register import RegisterEntry
from segcheck.model.replay import Content, ScreenSecurity

_OTHER = "?"
_FIRST = (Verdict.DIFFERS, Verdict.UNKNOWN, Verdict.CONFORMS)


def content(
    flows: Table, known: Openings, group: Group, entry: RegisterEntry | None, expectations: Expectations
) -> tuple[Content | None, Group]:
    """Return how a sighting compares with what its entry, or else its service port, is expected to speak; None for nothing.

    known   `telling.openings` of all the flows
    """
    sighting = group.sighting
    declared = entry.expect if entry is not None else ()
    expected = declared or (() if sighting.fragment else expectations.of(sighting.proto, sighting.port))
    if not expected:
        return None, group
    counts: Counter[Verdict] = Counter()
    differing: Counter[str] = Counter()
    ranks: list[int] = []
    answered: dict[Opening, list[Conformance]] = {}
    for opening in recognising.said(flows[group.rows], known.of(group.rows)):
        answers = answered.get(opening)
        if answers is None:
            answers = answered[opening] = [recognising.conforms(name, opening) for name in expected]
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
    return found, replace(group, rows=group.rows[order], from_a=group.from_a[order])


def spoken(flows: Table, known: Openings, group: Group, limit: int) -> str:
    """Return the one protocol that the first conversations of a sighting surely speak, "" if that cannot be told."""
    names = set()
    rows = group.rows[:limit]
    for one in recognising.said(flows[rows], known.of(rows)):
        found = recognising.recognise(one.initiator, one.responder, one.proto, cut=one.cut, guessed=one.guessed)
        names.add(found.name if found.sure else None)
    return (names.pop() or "") if len(names) == 1 else ""


def screened(flows: Table, known: Openings, group: Group, limit: int) -> ScreenSecurity:
    """Return how many RDP conversations of a sighting show their security, and those without TLS; about 10 us for each."""
    answers = [recognising.rdp_encrypted(one) for one in recognising.said(flows[group.rows], known.of(group.rows))]
    plain = np.array([one is False for one in answers], np.bool_)
    some = replace(group, rows=group.rows[plain], from_a=group.from_a[plain])
    return ScreenSecurity(
        told=sum(one is not None for one in answers),
        plain=int(plain.sum()),
        shown=shown(flows, known, some, limit) if plain.any() else (),
    )


def shown(flows: Table, known: Openings, group: Group, limit: int) -> tuple[Flow, ...]:
    """Return the conversations of a sighting that were seen first, in its direction."""
    rows = group.rows[:limit]
    mine = known.of(rows)
    found = telling.told(flows[rows], mine)
    return tuple(
        one if told == from_a else _turned(one)
        for one, told, from_a in zip(found, mine.from_a.tolist(), group.from_a[:limit].tolist(), strict=True)
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
