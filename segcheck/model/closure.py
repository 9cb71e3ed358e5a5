"""Which tiers must not be reached from which others by permitted sessions one after the other (DESIGN §2.16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from segcheck.model.register import Kind, ProfileModel
from segcheck.model.site_words import Method, Tier


class Carries(Enum):
    """What travels from session to session."""

    CONTROL = "control"  # from the initiator to the responder: who gets a foothold there can go on
    DATA = "data"  # both ways: what one side sends, the other has


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What must be empty once sanitisers have cut it.

    sources, targets   tiers
    passes_over        kinds of register entries that do not count as a step, by model of the target segment
    source, certainty  where the rule is from, and how sure its wording is (S, V, K, K?, I)
    """

    carries: Carries
    sources: frozenset[Tier]
    targets: frozenset[Tier]
    passes_over: Mapping[ProfileModel, frozenset[Kind]]
    source: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """Between which two groups of tiers a sanitiser with one of the methods ends what passes it."""

    sides: tuple[frozenset[Tier], frozenset[Tier]]
    methods: Mapping[ProfileModel, frozenset[Method]]
    source: str
    certainty: str

    def between(self, tiers: frozenset[Tier]) -> bool:
        """Return whether a gateway with these tiers around it stands between the two sides, and nowhere else."""
        first, second = self.sides
        return bool(tiers & first) and bool(tiers & second) and tiers <= first | second


@dataclass(frozen=True, slots=True, kw_only=True)
class Closures:
    """All of them.

    one_way   kinds of register entries whose sessions carry data from the initiator to the responder only
    """

    closures: tuple[Closure, ...]
    cuttings: tuple[Cutting, ...]
    one_way: frozenset[Kind]
