"""What captures show of the declarations that they can contradict (`replay`)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import claims, openings
from segcheck.captures import telling
from segcheck.captures.reading import Read
from segcheck.model.flow import Initiator
from segcheck.model.replay import ClaimUse
from segcheck.model.site import Site

#: Conversations that are shown of what contradicts a claim.
SHOWN = 3


def seen(site: Site, read: Read) -> Iterator[ClaimUse]:
    """Yield for each claim and tap what was seen of it; what is about nothing that was seen, with no conversation."""
    declared = claims.claims(site)
    for tap in sorted(read.flows) if declared else ():
        flows = read.flows[tap]
        known = telling.openings(flows)
        inferred = known.initiator == telling.INITIATORS.index(Initiator.INFERRED)
        opened = openings.measured(flows, known.from_a, inferred, known.also)
        for claim in declared:
            kept, against = claims.sides(claim, flows, opened)
            if not len(against):
                yield ClaimUse(claim=claim, tap=tap, kept=len(kept))
                continue
            mine = flows[against]
            yield ClaimUse(
                claim=claim,
                tap=tap,
                kept=len(kept),
                against=len(against),
                packets=int(mine["packets_ab"].sum(dtype="u8")) + int(mine["packets_ba"].sum(dtype="u8")),
                bytes=int(mine["bytes_ab"].sum()) + int(mine["bytes_ba"].sum()),
                first=int(mine["first"].min()),
                last=int(mine["last"].max()),
                shown=tuple(telling.told(mine[:SHOWN], known.of(against[:SHOWN]))),
            )
