"""Conversations as rows of cells, for every format that lists them (DESIGN §4, `segcheck/flows/1`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.captures.reading import Read
from segcheck.captures.recognising import names
from segcheck.captures.tables import Table
from segcheck.captures.telling import BLOCK, INITIATORS, STATES, address, openings, ports
from segcheck.model.flow import NO_VLAN, Bits

#: Names the zones of both ends of the rows of a tap's table: of a, then of b.
Zones = Callable[[str, Table], tuple[Sequence[str | None], Sequence[str | None]]]

COLUMNS = (
    *("src", "sport", "dst", "dport", "proto", "domain", "vlan", "first", "last"),
    *("packets_out", "bytes_out", "packets_in", "bytes_in", "initiator", "also_opened", "state", "fragment"),
    *("protocol", "tunnel", "tap", "src_zone", "dst_zone"),
)

_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp"}


def rows(found: Read, zones: Zones | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each conversation in the order of `COLUMNS`: by tap, then by `model.flow.KEY`."""
    for tap in sorted(found.flows):
        table = found.flows[tap]
        for start in range(0, len(table), BLOCK):
            yield from _block(tap, table[start : start + BLOCK], zones)


def moment(times: npt.NDArray[Any]) -> list[str]:
    """Return times (ns since 1970) as ISO 8601 in UTC, with nanoseconds."""
    return [f"{text}Z" for text in np.datetime_as_string(times.astype("datetime64[ns]"), unit="ns").tolist()]


def proto_name(proto: int) -> str:
    """Return a protocol as its common name, else as its number."""
    return _NAMES.get(proto, str(proto))


def _block(tap: str, table: Table, zones: Zones | None) -> Iterator[tuple[Any, ...]]:
    known = openings(table)
    from_a = known.from_a

    def ends(one: str, other: str) -> tuple[list[Any], list[Any]]:
        first, second = table[one], table[other]
        return np.where(from_a, first, second).tolist(), np.where(from_a, second, first).tolist()

    src_hi, dst_hi = ends("a_hi", "b_hi")
    src_lo, dst_lo = ends("a_lo", "b_lo")
    sports, dports = ends("pa", "pb")
    packets_out, packets_in = ends("packets_ab", "packets_ba")
    bytes_out, bytes_in = ends("bytes_ab", "bytes_ba")
    of_a, of_b = zones(tap, table) if zones is not None else ([None] * len(table), [None] * len(table))
    columns = (
        *(table["family"].tolist(), table["proto"].tolist(), sports, dports, from_a.tolist()),
        *(src_hi, src_lo, dst_hi, dst_lo, table["vlan"].tolist(), table["vlan_inner"].tolist()),
        *(moment(table["first"]), moment(table["last"]), packets_out, bytes_out, packets_in, bytes_in),
        *(known.initiator.tolist(), known.also.tolist(), known.state.tolist(), table["bits"].tolist(), of_a, of_b),
        names(table, known),
    )
    for cells in zip(*columns, strict=True):
        family, proto, sport, dport, from_here, shi, slo, dhi, dlo, outer, inner, first, last = cells[:13]
        pout, bout, pin, bin_, initiator, also, state, bits, zone_a, zone_b, spoken = cells[13:]
        sport, dport = ports(family, proto, sport, dport)
        yield (
            *(address(family, shi, slo), sport, address(family, dhi, dlo), dport, proto_name(proto), None),
            tuple(tag for tag in (outer, inner) if tag != NO_VLAN),
            *(first, last, pout, bout, pin, bin_, INITIATORS[initiator].value, also, STATES[state].value),
            *(bool(bits & Bits.FRAGMENT), spoken, None, tap or None),
            *((zone_a, zone_b) if from_here else (zone_b, zone_a)),
        )
