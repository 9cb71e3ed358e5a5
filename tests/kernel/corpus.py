"""The corpus: hand-written and random rule sets with their packets, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .case import Case, tracks_connections
from .handwritten import TOPOLOGY, Sheet, sheets
from .packets_for import PacketMaker
from .random_rules import random_rules, random_topology

SEED = 20260401
RANDOM_CASES = 220
PROBES_BY_HAND, PROBES_AT_RANDOM = 50, 70
BACKENDS = ("nft", "legacy")


def handwritten_cases(seed: int = SEED) -> Iterator[Case]:
    """Yield a case for each hand-written sheet and family; the backends take turns."""
    pairs = [(sheet, family) for sheet in sheets() for family in sheet.families]
    for number, pair in enumerate(pairs):
        yield _handwritten(*pair, number, seed)


def _handwritten(sheet: Sheet, family: int, number: int, seed: int) -> Case:
    rng = random.Random(f"{seed} {sheet.name} {family}")
    rules = sheet.rules(family)
    tracked = tracks_connections(rules.iptables + rules.ip6tables)
    backend = BACKENDS[number % 2] if tracked else "legacy"
    maker = PacketMaker(rng, TOPOLOGY, rules, family, backend=backend)
    return Case(
        name=f"{sheet.name}-v{family}",
        family=family,
        topology=TOPOLOGY,
        rules=rules,
        probes=maker.probes(PROBES_BY_HAND),
        backend=backend,
        counters=sheet.name == "counters",
    )


def random_case(number: int, seed: int = SEED) -> Case:
    """Return the random case of that number: three of five for IPv4, the backends taking turns."""
    rng = random.Random(f"{seed} {number}")
    family = 6 if number % 5 in (1, 3) else 4
    backend = BACKENDS[(number // 5) % 2]
    topology = random_topology(rng, family)
    rules = random_rules(rng, topology, family)
    maker = PacketMaker(rng, topology, rules, family, backend=backend)
    return Case(
        name=f"random-{seed}-{number}",
        family=family,
        topology=topology,
        rules=rules,
        probes=maker.probes(PROBES_AT_RANDOM),
        backend=backend,
        tcp_loose=number % 11 != 7,
        counters=rng.random() < 0.2,
    )


def whole_corpus(seed: int = SEED) -> Iterator[Case]:
    """Yield every case."""
    yield from handwritten_cases(seed)
    for number in range(RANDOM_CASES):
        yield random_case(number, seed)


def corpus_slice(count: int, seed: int) -> Iterator[Case]:
    """Yield `count` cases: half of them hand-written, chosen by the seed, the others random and of that seed alone."""
    rng = random.Random(seed)
    by_hand = rng.sample(list(handwritten_cases()), count // 2)
    yield from by_hand
    for number in range(count - len(by_hand)):
        yield random_case(number, seed)
