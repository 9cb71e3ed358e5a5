"""Questions about one packet, and the answers that the one-packet interpreter gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from segcheck.model.match import State
from segcheck.model.source import Span


class Verdict(Enum):
    """What becomes of a packet."""

    PERMIT = "permit"
    DENY = "deny"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A packet as far as it is known.

    known     header fields and extra dimensions by name (`src`, `dst`, `proto`, `sport`, `dport`, `icmp_type`,
              `icmp_code`, `tcp_flags`, `fragment`, `ttl` ...); a field that is absent may have any value
    ingress   interface it arrives on; None = any
    egress    interface it would leave by, when the question fixes that; None = as routed
    minute    wall-clock minute for schedules; None = any time
    state     NONE: it belongs to no known connection and is judged as an opening packet
    """

    known: Mapping[str, int]
    ingress: str | None = None
    egress: str | None = None
    minute: int | None = None
    state: State = State.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rule or default that decided something about the packet.

    action   permit, deny, reject, translate, call NAME, return, assign NAME=VALUE, continue, via NAME
    before, after   the header fields known before and after it (equal objects when it rewrote nothing)
    sure     False when the rule may or may not have applied on this path
    """

    stage: str
    list: str
    rule: str
    action: str
    span: Span | None
    before: Mapping[str, int]
    after: Mapping[str, int]
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way that the packet may go through a device.

    egress    interface it leaves by; "" when it is dropped, taken in by the device, or leaves by one that is not known
    local     it is delivered to the device itself
    reply     what a rejected sender is told
    header    the header as it leaves (or as it was when dropped); absent fields are not known
    conditions  names of what had to fall this way for the packet to take this path; empty = it surely does
    gateway   the next hop behind `egress`, None = the destination itself
    guessed   how routing goes is not known: whoever is behind `egress` may be the next hop
    loose     fields of `header` whose value is only the likely one (a port that the device keeps when it can)
    """

    verdict: Verdict
    steps: tuple[Step, ...]
    egress: str = ""
    local: bool = False
    reply: str = ""
    header: Mapping[str, int] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    gateway: int | None = None
    guessed: bool = False
    loose: frozenset[str] = frozenset()

    @property
    def deciding(self) -> Step | None:
        """Return the last step that permitted or denied, or None if nothing did."""
        return next((s for s in reversed(self.steps) if s.action in ("permit", "deny", "reject")), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Every way that a packet may go; the verdict is definite only if all of them agree.

    reply   the trace of the answer to the packet, where it was asked for and the packet passes
    """

    verdict: Verdict
    paths: tuple[Path, ...]
    reply: Trace | None = None
