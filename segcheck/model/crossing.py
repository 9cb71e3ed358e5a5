"""What the judgement of a site says of each ordered pair of places: proven, assumed, undecided or violated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from segcheck.model.site_words import Tier
from segcheck.sets.listing import Boxes


class Standing(Enum):
    """How a statement about the network stands (DESIGN §2); the same words in every output."""

    PROVEN = "proven"
    PROVEN_ASSUMING = "proven_assuming"
    UNDECIDED = "undecided"
    VIOLATED = "violated"
    EXCEPTION_APPROVED = "exception_approved"
    NOTHING_SEEN = "nothing_seen"  # of captures: nothing forbidden in what was read; proves nothing

    @property
    def rank(self) -> int:
        """Return how bad it is, 0 for PROVEN; the worst of several standings stands for all."""
        return _RANK[self]


_RANK = {
    Standing.PROVEN: 0,
    Standing.EXCEPTION_APPROVED: 1,
    Standing.PROVEN_ASSUMING: 2,
    Standing.NOTHING_SEEN: 3,
    Standing.UNDECIDED: 4,
    Standing.VIOLATED: 5,
}


class PlaceKind(Enum):
    """What packets are injected at or delivered to."""

    SEGMENT = "segment"
    DEVICE = "device"  # packets for an address of the device itself
    BUILT_IN = "built_in"  # the zones `public` and `unknown`


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a crossing: a segment, a device or a built-in zone.

    zone   of a device: "" (its interfaces lie in several), but a device that is the filter of a host has that host's zone
    """

    id: str
    kind: PlaceKind
    zone: str
    tier: Tier
    domain: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what places are ordered by."""
        return self.kind.value, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What may and what must get from one place to another, and what of it nobody permitted.

    must, may                     packets as they leave the initiator, by what surely and what possibly arrives
    forbidden_must, forbidden_may the part that no register entry covers
    support       "filters", or "filters+routing" where the answer also leans on routing tables
    opened_by     ids of devices that would alone open it if their filters passed everything; () = it takes two at least;
                  None = not asked, not proven, or not known
    because       ids of diagnostics, and of devices without export, that leave it undecided
    assumptions   ids of the assumptions that it leans on
    """

    src: Place
    dst: Place
    standing: Standing
    support: str
    because: tuple[str, ...]
    assumptions: tuple[str, ...]
    must: Boxes
    may: Boxes
    forbidden_must: Boxes
    forbidden_may: Boxes
    opened_by: tuple[str, ...] | None = None
