"""What changed between two runs: files, their meaning, and which packets cross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segcheck.model.change import ChangesDrift
from segcheck.model.history import Meaning
from segcheck.model.schedule import Schedule
from segcheck.model.source import Span
from segcheck.sets.listing import Box, Boxes


@dataclass(frozen=True, slots=True)
class Reached:
    """All packets of one kind that get from one place to another; `boxes` None: too many to be kept.

    digest   names the set: equal for equal sets of a site whose schedules did not change
    """

    digest: str
    boxes: tuple[Box, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedPair:
    """What crosses from one place to another by one judgement; names of places as results have them.

    held   what of `may` is possible while every assumption holds
    """

    src: str
    dst: str
    src_zone: str
    dst_zone: str
    verdict: str
    must: Reached
    may: Reached
    held: Reached

    @property
    def sets(self) -> tuple[Reached, Reached, Reached]:
        """Return the three sets."""
        return self.must, self.held, self.may


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedAll:
    """What crosses in a whole site.

    schedules   those that boxes speak of by `time`, and which of them each class of instants has in force
    """

    pairs: tuple[ReachedPair, ...]
    schedules: tuple[Schedule, ...]
    classes: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class DriftLine:
    """A statement that lets changed packets pass, or stops them, now."""

    span: Span
    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingDrift:
    """How one crossing changed.

    was, now    verdicts; "" = the places, or one of them, are in one of the two runs only
    opened      packets that surely pass now and surely did not; closed: the other way round
    possibly_opened, possibly_closed   packets that may pass now, or surely do, and did less surely before; and the reverse
    undecided   why it cannot be told whether more changed: "too_large", "unread"; "" = it can
    """

    src: str
    dst: str
    src_zone: str
    dst_zone: str
    was: str
    now: str
    opened: Boxes
    closed: Boxes
    possibly_opened: Boxes
    possibly_closed: Boxes
    instants: tuple[tuple[str, ...], ...] = ()
    undecided: str = ""
    lines: tuple[DriftLine, ...] = ()


@dataclass(frozen=True, slots=True)
class InputDrift:
    """How a file changed; `state` is same, changed, added or removed."""

    path: str
    device: str
    state: str
    meaning: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsDrift:
    """How findings changed: fingerprints of new and recurring ones; mended and untold ones as the earlier result has them."""

    new: tuple[str, ...]
    recurring: tuple[str, ...]
    mended: tuple[Mapping[str, object], ...]
    untold: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a run differs from an earlier one, of which `since` is the number.

    changes   held against the approved changes, None where the site keeps none
    """

    since: int
    finished: str
    verdict: str
    inputs: tuple[InputDrift, ...]
    crossings: tuple[CrossingDrift, ...]
    findings: FindingsDrift
    changes: ChangesDrift | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing changed that anybody needs to know: other bytes with the same meaning are no news."""
        same = all(one.state == "same" or one.meaning is Meaning.SAME for one in self.inputs)
        found = self.findings
        return same and not (self.crossings or found.new or found.recurring or found.mended or found.untold)
