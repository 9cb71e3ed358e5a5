"""What one device may do with one packet, each outcome once; and what all journeys together say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from segcheck.analysis.tracing import MAX_PATHS
from segcheck.model.journey import Journey
from segcheck.model.trace import Path, Trace, Verdict

LIMIT = "limit reached"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that a device may do with a packet.

    known        the header as it leaves, without fields of which only the likely value is known
    conditions   empty where it surely does this, whichever of its rules decides
    """

    path: Path
    known: Mapping[str, int]
    conditions: tuple[str, ...]


def outcomes(trace: Trace) -> tuple[list[Outcome], bool]:
    """Return the distinct outcomes of a device's trace, and whether they are all there are.

    Ways that differ in nothing but the rules they met are one outcome, told by the way with the fewest conditions.
    """
    found: dict[object, Path] = {}
    for path in trace.paths:
        found.setdefault(_outcome(path), path)
    if trace.verdict is Verdict.DENY:
        found = dict(list(found.items())[:1])
    sole = len(found) == 1
    whole = len(trace.paths) < MAX_PATHS or trace.verdict is Verdict.DENY
    told = [Outcome(path, surely(path), () if sole and whole else path.conditions) for path in found.values()]
    return told, whole


def surely(path: Path) -> dict[str, int]:
    """Return the header as it leaves, without fields of which only the likely value is known."""
    return {name: value for name, value in path.header.items() if name not in path.loose}


def _outcome(path: Path) -> object:
    if path.verdict is Verdict.DENY:
        last = path.deciding
        return path.verdict, (last.stage, last.list, last.rule) if last else ()
    header = frozenset(surely(path).items())
    return path.verdict, path.egress, path.local, path.gateway, path.guessed, header


@dataclass(frozen=True, slots=True)
class End:
    """How one journey ends.

    choice   what the sender chose: to whom it handed the packet
    beside   it is told only because a doubt may be true; without it the packet goes another way, told elsewhere
    """

    journey: Journey
    choice: object
    beside: bool


def verdict(ends: Iterable[End], *, every: bool) -> Verdict:
    """Return what becomes of a packet that its sender may hand to whom it likes.

    PERMIT: for some choice (`every`: for each) it is delivered in whatever way it goes on; DENY: for no choice is it even
    possibly delivered.
    """
    by_choice: dict[object, list[Verdict]] = {}
    possible = False
    for end in ends:
        possible = possible or end.journey.verdict is not Verdict.DENY
        found = by_choice.setdefault(end.choice, [])
        if not end.beside:
            found.append(end.journey.verdict)
    if not possible:
        return Verdict.DENY
    sure = [bool(found) and set(found) == {Verdict.PERMIT} for found in by_choice.values()]
    return Verdict.PERMIT if (all(sure) if every else any(sure)) else Verdict.UNDECIDED
