"""One packet on its way through a site: every device that it meets, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from segcheck.model.crossing import Place
from segcheck.model.trace import Path, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A device on the way.

    ingress, egress   interfaces by the vendor's own name; egress "" where the packet ends here
    path              what the device's rules did with it; None where nothing is known of the device
    conditions        what had to fall this way here ("no export", names of unknown conditions); empty = it surely does
    before, after     the header fields known on arrival and on leaving
    """

    device: str
    domain: str
    ingress: str
    egress: str = ""
    path: Path | None = None
    conditions: tuple[str, ...] = ()
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One way that the packet may go.

    delivered    the place it arrives at, None where it is dropped or its end is not known
    why          where it is not delivered: "denied", "no route", "loop", "unowned next hop" ...; "" otherwise
    conditions   of all hops together; empty = it surely goes this way
    """

    verdict: Verdict
    hops: tuple[Hop, ...]
    delivered: Place | None = None
    why: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTrace:
    """Every way that a packet may go; the verdict is definite only if all of them agree.

    reply   the trace of the answer to it, where it was asked for and the packet arrives
    """

    verdict: Verdict
    journeys: tuple[Journey, ...]
    reply: SiteTrace | None = None
