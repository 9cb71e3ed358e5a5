"""How far captured conversations went, seen from who opened them, for whole columns at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.model.flow import Bits

Flags = npt.NDArray[np.bool_]
_SYN, _RST = 0x02, 0x04
_ORDERED = (6, 132)  # protocols with a handshake
#: Steps of `how far`, from least to most; `_DATAGRAM`: payload that nobody answered.
ATTEMPTED, DATAGRAM, ANSWERED, ONE_WAY, BOTH = range(5)


@dataclass(frozen=True, slots=True)
class Openings:
    """Columns, one value for each conversation.

    from_a     the end `a` opened it, or is taken to have
    inferred   nobody saw who opened it: the direction is the likely one
    also       the other end sent an opening packet of its own
    far        how far it went, seen from the initiator
    """

    from_a: Flags
    inferred: Flags
    also: Flags
    far: npt.NDArray[np.uint8]


def measured(flows: npt.NDArray[Any], from_a: Flags, inferred: Flags, also: Flags) -> Openings:
    """Return how far each conversation went; who opened it is given (`captures.telling` knows)."""
    far = _far(flows, from_a, inferred)
    _paired(flows, from_a, far)
    return Openings(from_a=from_a, inferred=inferred, also=also, far=far)


def _far(flows: npt.NDArray[Any], from_a: Flags, inferred: Flags) -> npt.NDArray[np.uint8]:
    def pick(name: str, *, out: bool) -> npt.NDArray[Any]:
        one, other = (f"{name}_ab", f"{name}_ba") if out else (f"{name}_ba", f"{name}_ab")
        found: npt.NDArray[Any] = np.where(from_a, flows[one], flows[other])
        return found

    said, heard = pick("payload", out=True) > 0, pick("payload", out=False) > 0
    back, back_flags = pick("packets", out=False) > 0, pick("flags", out=False)
    ordered = np.isin(flows["proto"], _ORDERED)
    refused = ordered & ((back_flags & _RST) != 0) & ((back_flags & _SYN) == 0) & ~heard & ~inferred
    answer = back & ~refused
    later = (flows["bits"] & Bits.FRAGMENT) != 0  # later fragments are nothing but payload
    said, heard = said | (later & (pick("packets", out=True) > 0)), heard | (later & back)
    far = np.full(len(flows), ATTEMPTED, np.uint8)
    far[said] = DATAGRAM
    far[answer] = ANSWERED
    far[(answer & said) | heard] = ONE_WAY
    far[said & heard] = BOTH
    midstream = ordered & inferred & (far == DATAGRAM)
    far[midstream] = ONE_WAY  # without a session nobody goes on sending payload
    return far


def _paired(flows: npt.NDArray[Any], from_a: Flags, far: npt.NDArray[np.uint8]) -> None:
    """Let datagrams that two hosts send to one port of each other answer each other, whatever ports they come from.

    Tunnels do so (VXLAN, RFC 7348 section 5: the source port is a hash of what is inside).
    """
    rows = np.flatnonzero((far == DATAGRAM) & ~np.isin(flows["proto"], _ORDERED))
    out = from_a[rows]
    port = np.where(out, flows["pb"][rows], flows["pa"][rows])
    columns = [port, *(flows[name][rows] for name in ("proto", "a_hi", "a_lo", "b_hi", "b_lo"))]
    order = np.lexsort(columns)
    fresh = np.zeros(len(rows), np.bool_)
    for column in columns:
        fresh[1:] |= column[order][1:] != column[order][:-1]
    group = np.cumsum(fresh)
    directions = [np.bincount(group, weights=side[order]) > 0 for side in (out, ~out)]
    both = (directions[0] & directions[1])[group]
    far[rows[order[both]]] = BOTH


def both_directions(flows: npt.NDArray[Any], found: Openings) -> tuple[npt.NDArray[np.int64], Flags]:
    """Return (row, from a) of every direction to judge: conversations that both ends opened count for each of them."""
    rows = np.arange(len(flows), dtype=np.int64)
    again = rows[found.also]
    return np.concatenate((rows, again)), np.concatenate((found.from_a, ~found.from_a[again]))
