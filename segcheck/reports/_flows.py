"""Conversations as rows of cells, for every format that lists them (DESIGN §4, `segcheck/flows/1`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.captures.reading import Read
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

_INITIATORS = tuple(one.value for one in INITIATORS)
_STATES = tuple(one.value for one in STATES)
_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp"}


def columns(found: Read, zones: Zones | None = None) -> Iterator[dict[str, list[Any]]]:
    """Yield blocks of conversations, each column a list in the order of `COLUMNS`: by tap, then by `model.flow.KEY`.

    Cost: about 2 us a conversation.
    """
    for tap in sorted(found.flows):
        table = found.flows[tap]
        for start in range(0, len(table), BLOCK):
            yield _block(tap, table[start : start + BLOCK], zones)


def moment(times: npt.NDArray[Any]) -> list[str]:
    """Return times (ns since 1970) as ISO 8601 in UTC, with nanoseconds."""
    return [f"{text}Z" for text in np.datetime_as_string(times.astype("datetime64[ns]"), unit="ns").tolist()]


def proto_name(proto: int) -> str:
    """Return a protocol as its common name, else as its number."""
    return _NAMES.get(proto, str(proto))


class _Tags(dict[tuple[int, int], tuple[int, ...]]):
    """Both VLAN fields of a row to its tags."""

    def __missing__(self, both: tuple[int, int]) -> tuple[int, ...]:
        self[both] = tuple(tag for tag in both if tag != NO_VLAN)
        return self[both]


def _block(tap: str, table: Table, zones: Zones | None) -> dict[str, list[Any]]:
    known = openings(table)
    from_a = known.from_a
    family = table["family"].tolist()
    rows = len(table)

    def ends(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> tuple[list[Any], list[Any]]:
        return np.where(from_a, one, other).tolist(), np.where(from_a, other, one).tolist()

    high, low = ends(table["a_hi"], table["b_hi"]), ends(table["a_lo"], table["b_lo"])
    sport, dport = ports(table, from_a)
    packets, sizes = ends(table["packets_ab"], table["packets_ba"]), ends(table["bytes_ab"], table["bytes_ba"])
    fragments = (table["bits"] & np.uint16(Bits.FRAGMENT)) != 0
    of_a, of_b = zones(tap, table) if zones is not None else ([None] * rows, [None] * rows)
    here = from_a.tolist()
    tags = _Tags()
    found: dict[str, list[Any]] = {
        "src": list(map(address, family, high[0], low[0])),
        "sport": sport.tolist(),
        "dst": list(map(address, family, high[1], low[1])),
        "dport": dport.tolist(),
        "proto": list(map(proto_name, table["proto"].tolist())),
        "domain": [None] * rows,
        "vlan": [tags[both] for both in zip(table["vlan"].tolist(), table["vlan_inner"].tolist(), strict=True)],
        "first": moment(table["first"]),
        "last": moment(table["last"]),
        "packets_out": packets[0],
        "bytes_out": sizes[0],
        "packets_in": packets[1],
        "bytes_in": sizes[1],
        "initiator": [_INITIATORS[one] for one in known.initiator.tolist()],
        "also_opened": known.also.tolist(),
        "state": [_STATES[one] for one in known.state.tolist()],
        "fragment": fragments.tolist(),
        "protocol": [None] * rows,
        "tunnel": [None] * rows,
        "tap": [tap or None] * rows,
        "src_zone": [a if first else b for a, b, first in zip(of_a, of_b, here, strict=True)],
        "dst_zone": [b if first else a for a, b, first in zip(of_a, of_b, here, strict=True)],
    }
    assert tuple(found) == COLUMNS
    return found
