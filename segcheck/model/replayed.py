"""The judgement of captures: what `replay` returns and reports tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segcheck.model.assessment import Assessment
from segcheck.model.flow import CaptureFile, Frames
from segcheck.model.replay import EntryUse, Grade, Join, LegUse, Outcome, Ruling, UnseenRule

#: Days of captures from which on that something was not seen makes it a candidate for review.
LONG = 400


@dataclass(frozen=True, slots=True)
class Count:
    """How much of something was seen."""

    conversations: int = 0
    packets: int = 0
    bytes: int = 0

    def __add__(self, other: Count) -> Count:
        """Return both together."""
        return Count(self.conversations + other.conversations, self.packets + other.packets, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Captures judged against a site.

    assessment   its `crossings` are pairs of places between which something was seen, by what was seen of them: a pair that
                 is not among them was not seen, which proves nothing; findings stand on captures
    files        as they were read; `paths` is how each is called in outputs
    rulings      what the register says, by how much was seen; a session that both ends opened counts for each
    outcomes     how many communications between zones came out how in the join with the rules; none without a tap
    grades       conversations of registered communications whose content is expected to be some protocol
    uses         of the entries in force
    legs         of the sanitised communications among them; what they carried was not examined
    inferred     conversations whose opening was not seen
    gaps         (Japanese, English) why what was read is not all there was
    watched      seconds that the captures of every tap cover at least
    unseen       permits of which no use was seen; None where the rules could not be asked of all that was
    unasked      communications that the rules were not asked about: the bound on questions was reached
    """

    assessment: Assessment
    files: tuple[CaptureFile, ...]
    paths: tuple[str, ...]
    frames: Frames
    conversations: Count
    rulings: Mapping[Ruling, Count]
    outcomes: Mapping[Outcome, int]
    grades: Mapping[Grade, int]
    uses: tuple[EntryUse, ...]
    join: Join
    legs: tuple[LegUse, ...] = ()
    inferred: int = 0
    gaps: tuple[tuple[str, str], ...] = ()
    watched: int = 0
    unseen: tuple[UnseenRule, ...] | None = None
    unasked: int = 0

    @property
    def long(self) -> bool:
        """Whether the captures cover so long that what is used once a year would have come round."""
        return self.watched >= LONG * 86_400
