"""The gate notices every defect that is put into the engine, on sites that the engine without it passes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count, islice

import pytest

from tests.soundness.gate.drawing import themes
from tests.soundness.gate.gate import Found, compare_all
from tests.soundness.gate.mutants import MUTANTS, Mutant

#: Sites that are tried for a defect before the gate is said to have missed it, from this seed on.
SITES, FIRST = 80, 200_000
#: A site that shows each defect, tried first; the others are tried when a change to sites or engine has made it useless.
SHOWN_BY = {
    "distance ignored": 200858,
    "unknown rule as exact": 200054,
    "unknown rule as never": 200115,
    "schedule per rule": 200125,
    "user per rule": 200018,
    "negation does not swap bounds": 200137,
    "unsure action as its first": 200022,
    "later condition as exact": 200054,
    "fragments have ports": 200226,
    "state quantified per hop": 200003,
    "pool existential for required": 202199,
    "required by any gateway": 200023,
    "required by any equal route": 200076,
    "only the first of equal routes": 200336,
    "floating route as sure": 200163,
    "floating route ignored": 200288,
    "blackhole ignored": 200062,
    "shortest prefix wins": 200029,
    "unknown routing leaks between VRFs": 201040,
    "unknown routing as known": 200000,
    "policy routes ignored": 200090,
    "one table for all VRFs": 200051,
    "unknown NAT ignored in must": 201580,
    "source translation ignored backward": 200079,
    "translation ignored forward": 200014,
    "destination translation after the local test": 200008,
    "havoc keeps the header": 200049,
    "havoc only hands on to devices": 200069,
    "havoc does not send to those whom nobody declared": 200069,
    "expired assumption still counts": 200255,
    "an export that may lack lines is whole": 200002,
    "families that were not read are open to nobody": 200001,
    "what is assumed is certain": 200069,
    "unread line ignored: list": 200440,
    "unread line ignored: translation": 200119,
    "unread line ignored: interface": 200016,
    "unread line ignored: local": 200118,
    "unread line ignored: routing": 200163,
    "fragments are not joined": 200122,
    "a device's own address is a host of the segment": 200191,
    "a broadcast domain that may be shared is not": 200005,
    "a host sends to its first device only": 200000,
    "a next hop that nobody owns is nowhere": 200019,
    "two places of an interface are two wires": 200012,
    "a device is visited once": 200168,
    "foreign sources are dropped where they are sent": 200000,
    "the register is matched on the header, not on who receives": 200406,
    "the register permits openings both ways": 200029,
    "the register permits a foreign source": 200245,
    "the register permits any receiver": 200005,
}


def seeds(mutant: Mutant) -> Iterator[int]:
    """Yield the seeds that a defect is tried on: the one known to show it, then those of its theme."""
    if mutant.name in SHOWN_BY:
        yield SHOWN_BY[mutant.name]
    fitting = (seed for seed in count(FIRST) if not mutant.theme or mutant.theme in themes(seed))
    yield from islice(fitting, SITES)


def noticed(mutant: Mutant) -> int | None:
    """Return the first seed on which the gate notices a defect."""
    with mutant.applied():
        return next((seed for seed in seeds(mutant) if speaks(compare_all([seed]))), None)


def speaks(found: Found) -> bool:
    return bool(found.exceptions or found.imprecise)


@cache
def unchanged(seed: int) -> Found:
    return compare_all([seed])


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_gate_notices_a_defect(mutant: Mutant) -> None:
    seed = noticed(mutant)

    assert seed is not None, f"the gate missed it on {SITES} sites"
    assert not speaks(unchanged(seed)), "the engine without the defect is noticed too"


def test_there_are_defects_of_every_kind() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len(MUTANTS) >= 21
