"""What was seen of the site's communications, and what the register and the rules say of each: the nouns of `replay`.

A sighting is a group of conversations that nothing here tells apart: the same ends as far as the site knows them, the same
service, the same days, the same tap. Times are nanoseconds since 1970 (UTC), days are Japanese.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from segcheck.model.declared import Attribute
from segcheck.model.flow import Flow
from segcheck.model.journey import Journey
from segcheck.model.site_words import Tier
from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet


class SpotKind(Enum):
    """What an address is to the site; the last five never name a host beyond their own wire."""

    SEGMENT = "segment"
    DEVICE = "device"  # an address of a device itself
    PUBLIC = "public"
    UNKNOWN = "unknown"  # unicast that nobody declared and that is not public
    MULTICAST = "multicast"
    BROADCAST = "broadcast"
    LINK_LOCAL = "link-local"
    LOOPBACK = "loopback"
    UNSPECIFIED = "unspecified"

    @property
    def local(self) -> bool:
        """Whether such an address says nothing of where a packet goes, or comes from, but its own wire."""
        return self in _LOCAL


_LOCAL = frozenset(
    (SpotKind.MULTICAST, SpotKind.BROADCAST, SpotKind.LINK_LOCAL, SpotKind.LOOPBACK, SpotKind.UNSPECIFIED)
)


@dataclass(frozen=True, slots=True)
class Spot:
    """What an address belongs to.

    place   id of the segment; of a device's address the device; else the word of its kind
    wire    id of the segment that the address lies in, "" where it lies in none
    zone    "" where it has none (multicast and the like)
    """

    kind: SpotKind
    place: str
    wire: str
    zone: str
    tier: Tier
    domain: str


def stays(src: Spot, dst: Spot) -> bool:
    """Return whether packets between two spots end on their own wire: a broadcast to another zone's segment does not."""
    if dst.kind is SpotKind.BROADCAST and dst.wire:
        return src.kind.local or src.zone == dst.zone
    return src.kind.local or dst.kind.local


class Ruling(Enum):
    """What the register says of a communication that was seen."""

    LOCAL = "local"  # multicast, broadcast, link-local: it ends on its own wire
    SAME_ZONE = "same-zone"
    REGISTERED = "registered"
    OFF_PATH = "off-path"  # registered, but on another path than where it was seen
    OUT_OF_MODEL = "out-of-model"  # registered, but the model in force there on that day knows no such entry
    EXPIRED = "expired"
    REVERSED = "reversed"  # registered with the other end as initiator
    NOT_REGISTERED = "not-registered"
    UNDECLARED = "undeclared"  # nobody declared either end
    TRANSLATED = "translated"  # an end may be translated on the way, and who it really is cannot be told

    @property
    def forbidden(self) -> bool:
        """Whether nobody permitted it."""
        return self in _FORBIDDEN


_FORBIDDEN = frozenset((Ruling.OFF_PATH, Ruling.OUT_OF_MODEL, Ruling.EXPIRED, Ruling.REVERSED, Ruling.NOT_REGISTERED))


class Observed(Enum):
    """How much of a communication was seen; what nobody answered is an attempt."""

    BOTH = "payload-both-ways"
    ONE_WAY = "payload-one-way"
    ANSWERED = "answered"
    ATTEMPTED = "attempted"
    NOT_SEEN = "not-seen"
    NOT_VISIBLE = "not-visible"  # no tap stands where it would pass

    @property
    def rank(self) -> int:
        """Return 0 for what shows most."""
        return _RANK[self]


_RANK = {one: rank for rank, one in enumerate(Observed)}


class Permitted(Enum):
    """What the exported rules say of one packet of it."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


class Outcome(Enum):
    """What register, rules and captures say together (docs: `segcheck explain` of the checks that report them)."""

    IN_USE = "in-use"
    UNUSED = "unused"
    NO_RULE = "no-rule"  # registered, but rules stop it
    CROSSED = "crossed"  # seen, nobody permitted it
    HOLE = "hole"  # rules let through what nobody registered; not seen, or tried only
    BYPASS = "bypass"  # seen past a device whose rules stop it
    BLOCKED = "blocked"  # tried, and rules stop it
    SHUT = "shut"  # neither registered, nor permitted, nor seen
    UNCLEAR = "unclear"  # rules cannot be decided
    NOT_VISIBLE = "not-visible"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRow:
    """One row of the table that joins the three.

    behind   the outcome where a tap saw it behind a device whose rules stop it
    """

    registered: bool
    permitted: Permitted
    observed: Observed
    outcome: Outcome
    behind: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWords:
    """What an outcome is called, how it counts, and where the table has it from.

    counts   "pass", "info" or "fail"
    weight   of "fail": "crossing" (that of the tiers), "lower" (one less), "critical"; "" otherwise
    said     (Japanese, English)
    """

    outcome: Outcome
    counts: str
    weight: str
    said: tuple[str, str]
    source: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The table: 36 rows, every combination once; and for how many days an export speaks of packets before and after it."""

    rows: tuple[JoinRow, ...]
    words: tuple[OutcomeWords, ...]
    valid_days: int

    def row(self, registered: bool, permitted: Permitted, observed: Observed) -> JoinRow:
        """Return the row of a combination."""
        asked = (registered, permitted, observed)
        return next(one for one in self.rows if (one.registered, one.permitted, one.observed) == asked)

    def worded(self, outcome: Outcome) -> OutcomeWords:
        """Return what an outcome is called."""
        return next(one for one in self.words if one.outcome is outcome)


class Grade(Enum):
    """Whether the content is the protocol that is expected; what cannot be told never conforms."""

    CONFORMS = "conforms"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """How the conversations of a sighting compare with the protocol that is expected of them.

    declared   the register names the protocol; otherwise it is the one usual for the port
    differing  (what it is, how many) of those that differ, most first
    """

    expected: str
    declared: bool
    conforms: int
    differs: int
    unknown: int
    differing: tuple[tuple[str, int], ...] = ()

    @property
    def grade(self) -> Grade:
        """The worst that was seen: one conversation that differs counts more than any that cannot be told."""
        return Grade.DIFFERS if self.differs else Grade.UNKNOWN if self.unknown else Grade.CONFORMS


@dataclass(frozen=True, slots=True)
class ScreenSecurity:
    """Of the RDP conversations of a sighting whose negotiation both ends show: how many there are, how many go without TLS.

    shown   those without TLS that were seen first
    """

    told: int = 0
    plain: int = 0
    shown: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Conversations of one kind, seen at one tap, in the direction in which they were opened.

    port         destination port; ICMP: type << 8 | code; 0 where there is none or it is not known (`fragment`)
    ports        the values of `port` that were seen, where they are too many to be told one by one; `port` is then one
                 that means the same as each of them
    tap          "" = no tap was named: only the register is asked
    days         of the first and of the last packet
    inferred     conversations with ports of which nobody saw the opening; the direction is the likely one
    entry        the register entry that the ruling is about, "" if none
    stray        neither end belongs where it was seen: a foreign source address, or a way that nobody declared
    transit      both ends lie in one zone, and it was seen on the wire of another
    arrived      it was seen on a wire of another zone than its sender's
    """

    src: Spot
    dst: Spot
    proto: int
    port: int
    fragment: bool
    tap: str
    days: tuple[date, date]
    observed: Observed
    inferred: int
    conversations: int
    packets: int
    bytes: int
    first: int
    last: int
    ruling: Ruling
    entry: str = ""
    stray: bool = False
    transit: bool = False
    arrived: bool = False
    vlan: int | None = None
    content: Content | None = None
    ports: IntervalSet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the rules say of a sighting, and what becomes of it in the join.

    deniers   devices whose rules stop it
    behind    it was seen where it only comes past those devices
    dated     the exports of those devices speak of the day of the packets
    because   ids of what leaves it undecided
    """

    permitted: Permitted
    outcome: Outcome
    deniers: tuple[str, ...] = ()
    behind: bool = False
    dated: bool = False
    because: tuple[str, ...] = ()
    journeys: tuple[Journey, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryUse:
    """What was seen of a register entry in force: conversations, how much of them, whether any tap would show it."""

    entry: str
    observed: Observed
    conversations: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that people declare and captures can contradict: who talks to whom with a kind of service.

    subject     what it is declared of; `zone`, `tier` where that stands
    own         addresses that open the conversations it is about; `meant` those that they are for
    others      addresses of which it says that they are not asked; () = nothing that is seen contradicts it
    services    (protocol, ports; None = every one)
    answered    only what somebody answered counts
    sure        what contradicts it is no other thing with the same port
    hours       minutes of the week in which they may begin; None = at any time
    """

    subject: str
    zone: str
    tier: Tier
    declared: Attribute
    own: IntervalSet
    meant: IntervalSet
    others: IntervalSet
    services: tuple[tuple[int, tuple[int, ...] | None], ...]
    answered: bool = True
    sure: bool = True
    hours: IntervalSet | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUse:
    """What was seen at one tap ("" = none was named) of a claim: conversations that are as it says, and that are not.

    against     those that contradict it; `first`, `last`, `packets`, `bytes` are of these
    shown       the first of them
    """

    claim: Claim
    tap: str
    kept: int
    against: int = 0
    packets: int = 0
    bytes: int = 0
    first: int = 0
    last: int = 0
    shown: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True)
class LegUse:
    """What was seen of one leg of a sanitised communication in force; of what it carried nothing was examined.

    incoming   data comes to the gateway by it
    observed   the most that was seen; NOT_SEEN: a tap would have shown it; NOT_VISIBLE: none would
    sightings  of it, under whichever entry uses the same leg
    """

    entry: str
    gateway: str
    leg: str
    incoming: bool
    observed: Observed
    sightings: tuple[Sighting, ...] = ()

    @property
    def seen(self) -> bool:
        """Whether it carried anything: an attempt that nobody answered did not."""
        return self.observed.rank < Observed.ATTEMPTED.rank


@dataclass(frozen=True, slots=True)
class UnseenRule:
    """A permit between zones that a tap would show in use, and that nothing seen may have passed by."""

    device: str
    list: str
    rule: str
    span: Span
