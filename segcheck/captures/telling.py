"""Rows of conversations told as `model.flow.Flow`: who opened them, how far they went (DESIGN §4, `model.flow.State`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.captures.tables import Table
from segcheck.model.flow import FRAME_BITS, NEVER, NO_VLAN, Bits, Flow, Initiator, State

_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_TCP, _SCTP, _ICMP, _ICMPV6 = 6, 132, 1, 58
INITIATORS = tuple(Initiator)
STATES = tuple(State)
#: Rows that are told at once.
BLOCK = 8192

_Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Openings:
    """For each row of a table: who opened it, how that is known, how far it went.

    from_a      whether a opened it
    initiator   index into `INITIATORS`
    also        the other end sent an opening packet of its own
    state       index into `STATES`
    """

    from_a: _Column
    initiator: _Column
    also: _Column
    state: _Column

    def of(self, rows: Any) -> Openings:
        """Return the same of some rows only."""
        return Openings(self.from_a[rows], self.initiator[rows], self.also[rows], self.state[rows])


def openings(table: Table) -> Openings:
    """Return who opened each conversation, and how far it went.

    The end that sent a pure SYN (INIT, a question of ICMP) opened it; if both did, the one whose SYN is earlier. Else the end
    that got a SYN-ACK. Else it is inferred: a group or broadcast address never opens; the lower port responds; where
    ports are the same or there are none, the sender of the earliest frame opened.
    Cost: under 1 us a row.
    """
    open_a, open_b = table["open_ab"], table["open_ba"]
    asked_a, asked_b = open_a != NEVER, open_b != NEVER
    earlier_a = (open_a < open_b) | ((open_a == open_b) & (table["open_frame_ab"] <= table["open_frame_ba"]))
    # no pure SYN: a SYN among the flags came with ACK
    agreed_a, agreed_b = (table["flags_ab"] & _SYN) != 0, (table["flags_ba"] & _SYN) != 0
    group_a, group_b = (_groups(table, end) for end in "ab")
    asked, agreed, grouped = asked_a | asked_b, agreed_a ^ agreed_b, group_a ^ group_b
    ports = table["pa"] != table["pb"]
    first_a = (table["bits"] & np.uint16(Bits.ANSWER_FIRST)) == 0
    from_a = np.select(
        [asked, agreed, grouped, ports], [earlier_a, agreed_b, group_b, table["pa"] > table["pb"]], first_a
    )
    initiator = np.select([asked, agreed], [0, 1], 2)
    return Openings(from_a, initiator, asked_a & asked_b, _states(table, from_a, initiator))


def _states(table: Table, from_a: _Column, initiator: _Column) -> _Column:
    """Return how far each conversation went, as an index into `STATES`.

    Where only the initiator's direction was captured, its ACK without a reset tells that the handshake was complete; where only
    the responder's was, its payload does.
    """

    def sides(name: str) -> tuple[_Column, _Column]:
        ab, ba = table[f"{name}_ab"], table[f"{name}_ba"]
        return np.where(from_a, ab, ba), np.where(from_a, ba, ab)

    packets_out, packets_back = sides("packets")
    payload_out, payload_back = (side > 0 for side in sides("payload"))
    flags_out, flags_back = sides("flags")
    silent = packets_back == 0
    both = payload_out & payload_back
    acknowledged = (flags_out & _ACK) != 0
    accepted = (flags_back & (_SYN | _ACK)) == (_SYN | _ACK)
    shaken = np.where(
        accepted,
        acknowledged | ((packets_out == 0) & payload_back),
        silent & acknowledged & ((flags_out & _RST) == 0),
    )
    connected = (table["proto"] == _TCP) | (table["proto"] == _SCTP)
    order = {state: index for index, state in enumerate(STATES)}
    return np.select(
        [
            connected & (initiator == 2),
            both | (connected & shaken & (payload_out | payload_back)),
            connected & shaken,
            connected & ((flags_back & _RST) != 0),
            silent,
        ],
        [order[one] for one in (State.MIDSTREAM, State.DATA, State.ESTABLISHED, State.REFUSED, State.ATTEMPTED)],
        order[State.ANSWERED],
    )


def _groups(table: Table, end: str) -> _Column:
    """Return where an end is multicast or the limited broadcast: no address that could open anything."""
    high, low = table[f"{end}_hi"], table[f"{end}_lo"] & np.uint64(0xFFFF_FFFF)
    four = (low >> np.uint64(28) == 14) | (low == 0xFFFF_FFFF)
    groups: _Column = np.where(table["family"] == 4, four, high >> np.uint64(56) == 0xFF)
    return groups


def told(table: Table, opened: Openings | None = None) -> Iterator[Flow]:
    """Yield each row of a table as a flow, in the order of the table; `opened` is `openings` of it, where that is known."""
    for start in range(0, len(table), BLOCK):
        block = table[start : start + BLOCK]
        known = opened.of(slice(start, start + BLOCK)) if opened is not None else openings(block)
        columns = {
            name: block[name].tolist() for name in block.dtype.names or () if not name.endswith(("head_ab", "head_ba"))
        }
        names = tuple(columns)
        judged = zip(
            known.from_a.tolist(), known.initiator.tolist(), known.also.tolist(), known.state.tolist(), strict=True
        )
        for values, one in zip(zip(*columns.values(), strict=True), judged, strict=True):
            yield _flow(dict(zip(names, values, strict=True)), *one)


@lru_cache(maxsize=1 << 16)
def address(family: int, high: int, low: int) -> str:
    """Return an address of a row as people write it (RFC 5952 for IPv6)."""
    if family == 4:
        return inet_ntop(AF_INET, low.to_bytes(8, "big")[4:])
    # ten times faster than ipaddress; systems differ on addresses that hold an IPv4 one (on Windows, ISATAP's too)
    if high and low >> 32 & 0xFDFF_FFFF != 0x5EFE:
        return inet_ntop(AF_INET6, high.to_bytes(8, "big") + low.to_bytes(8, "big"))
    return str(IPv6Address(high << 64 | low))


def ports(family: int, proto: int, sport: int, dport: int) -> tuple[int, int]:
    """Return source and destination port of a row; of ICMP type and code."""
    return (sport >> 8, sport & 0xFF) if proto == (_ICMP if family == 4 else _ICMPV6) else (sport, dport)


def _flow(row: dict[str, Any], from_a: bool, initiator: int, also: bool, state: int) -> Flow:
    src, dst, out, back = ("a", "b", "ab", "ba") if from_a else ("b", "a", "ba", "ab")
    sport, dport = ports(row["family"], row["proto"], row[f"p{src}"], row[f"p{dst}"])
    place = row["first_frame"] >> FRAME_BITS
    named = ("first_frame", "open_frame_ab", "open_frame_ba", "head_frame_ab", "head_frame_ba")
    shown = {row[name] for name in named if row[name] != NEVER and row[name] >> FRAME_BITS == place}
    return Flow(
        src=address(row["family"], row[f"{src}_hi"], row[f"{src}_lo"]),
        dst=address(row["family"], row[f"{dst}_hi"], row[f"{dst}_lo"]),
        sport=sport,
        dport=dport,
        proto=row["proto"],
        vlans=tuple(tag for tag in (row["vlan"], row["vlan_inner"]) if tag != NO_VLAN),
        first=row["first"],
        last=row["last"],
        packets_out=row[f"packets_{out}"],
        bytes_out=row[f"bytes_{out}"],
        packets_in=row[f"packets_{back}"],
        bytes_in=row[f"bytes_{back}"],
        payload_out=row[f"payload_{out}"],
        payload_in=row[f"payload_{back}"],
        initiator=INITIATORS[initiator],
        state=STATES[state],
        also_opened=also,
        fragment=bool(row["bits"] & Bits.FRAGMENT),
        file=place,
        frames=tuple(sorted(number & ((1 << FRAME_BITS) - 1) for number in shown)),
    )
