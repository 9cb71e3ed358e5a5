"""What is known of a set of packets that is not known exactly: who is surely in it, and who is possibly in it.

Laws (DESIGN §2.4): for every set s that agrees with what is known, must <= s <= may. Union, intersection and difference
work on both ends; negation and the right-hand side of a difference swap them. Operands are treated as if their unknowns
were independent: where they are not, the bounds are wider than need be, never wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segcheck.sets.packets import PacketSet


@dataclass(frozen=True, slots=True)
class Bounds:
    """Two packet sets of one universe with must <= may; each operation costs two of the sets'."""

    must: PacketSet
    may: PacketSet

    @classmethod
    def exact(cls, packets: PacketSet) -> Bounds:
        """Return the bounds of a set that is known."""
        return cls(packets, packets)

    @classmethod
    def possibly(cls, packets: PacketSet) -> Bounds:
        """Return the bounds of any subset of `packets`: surely nothing, possibly all of it."""
        return cls(packets.universe.nothing, packets)

    @property
    def is_exact(self) -> bool:
        """Whether the set is known."""
        return self.must == self.may

    def __or__(self, other: Bounds) -> Bounds:
        return Bounds(self.must | other.must, self.may | other.may)

    def __and__(self, other: Bounds) -> Bounds:
        return Bounds(self.must & other.must, self.may & other.may)

    def __sub__(self, other: Bounds) -> Bounds:
        return Bounds(self.must - other.may, self.may - other.must)

    def __invert__(self) -> Bounds:
        return Bounds(~self.may, ~self.must)

    def _check(self) -> None:
        """Assert that what is sure is possible; for tests."""
        assert self.must <= self.may
