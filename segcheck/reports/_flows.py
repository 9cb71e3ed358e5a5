"""Conversations as rows of cells, for every format that lists them (DESIGN §4, `segcheck/flows/1`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.captures.reading import Read
from segcheck.captures.recognising import names
from segcheck.captures.tables import Table
from segcheck.captures.telling import BLOCK, INITIATORS, STATES, address, openings
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
_PROTOS = tuple(_NAMES.get(proto, str(proto)) for proto in range(256))


def rows(found: Read, zones: Zones | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each conversation in the order of `COLUMNS`: by tap, then by `model.flow.KEY`."""
    for block in blocks(found, zones):
        yield from zip(*block, strict=True)


def blocks(found: Read, zones: Zones | None = None) -> Iterator[tuple[list[Any], ...]]:
    """Yield the same as `rows`, some thousand at a time: a list of cells for each of `COLUMNS`."""
    for tap in sorted(found.flows):
        table = found.flows[tap]
        for start in range(0, len(table), BLOCK):
            yield _block(tap, table[start : start + BLOCK], zones)


def moment(times: npt.NDArray[Any]) -> list[str]:
    """Return times (ns since 1970) as ISO 8601 in UTC, with nanoseconds."""
    return [f"{text}Z" for text in np.datetime_as_string(times.astype("datetime64[ns]"), unit="ns").tolist()]


def proto_name(proto: int) -> str:
    """Return a protocol as its common name, else as its number."""
    return _PROTOS[proto]


def _block(tap: str, table: Table, zones: Zones | None) -> tuple[list[Any], ...]:
    known = openings(table)
    from_a = known.from_a

    def sides(one: str, other: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return what is known of the source, and of the destination, from a's and b's columns."""
        return np.where(from_a, table[one], table[other]), np.where(from_a, table[other], table[one])

    src_high, dst_high = sides("a_hi", "b_hi")
    src_low, dst_low = sides("a_lo", "b_lo")
    sport, dport = sides("pa", "pb")
    icmp = table["proto"] == np.where(table["family"] == 4, 1, 58)
    cells: dict[str, list[Any]] = {
        "src": _addresses(table["family"], src_high, src_low),
        "sport": np.where(icmp, sport >> 8, sport).tolist(),
        "dst": _addresses(table["family"], dst_high, dst_low),
        "dport": np.where(icmp, dport & 0xFF, dport).tolist(),
        "proto": [_PROTOS[one] for one in table["proto"].tolist()],
        "vlan": list(map(_tags, table["vlan"].tolist(), table["vlan_inner"].tolist())),
        "first": moment(table["first"]),
        "last": moment(table["last"]),
        "initiator": [_INITIATORS[one] for one in known.initiator.tolist()],
        "also_opened": known.also.tolist(),
        "state": [_STATES[one] for one in known.state.tolist()],
        "fragment": (table["bits"] & np.uint16(Bits.FRAGMENT) != 0).tolist(),
        "protocol": list(names(table, known)),
        "tap": [tap or None] * len(table),
    }
    for name in ("packets", "bytes"):
        out, back = sides(f"{name}_ab", f"{name}_ba")
        cells |= {f"{name}_out": out.tolist(), f"{name}_in": back.tolist()}
    if zones is not None:
        cells["src_zone"], cells["dst_zone"] = _turned(from_a, *zones(tap, table))
    nothing = [None] * len(table)
    return tuple(cells.get(name, nothing) for name in COLUMNS)


def _turned(
    from_a: npt.NDArray[Any], of_a: Sequence[str | None], of_b: Sequence[str | None]
) -> tuple[list[Any], list[Any]]:
    """Return what is known of source and destination, from what is known of a and b."""
    turns = list(zip(from_a.tolist(), of_a, of_b, strict=True))
    return [a if here else b for here, a, b in turns], [b if here else a for here, a, b in turns]


def _addresses(family: npt.NDArray[Any], high: npt.NDArray[Any], low: npt.NDArray[Any]) -> list[str]:
    """Return what `telling.address` does, for whole columns."""
    if (family == 4).all():
        upper, lower = (half.tolist() for half in (low >> np.uint64(16) & np.uint64(0xFFFF), low & np.uint64(0xFFFF)))
        return [f"{one}.{other}" for one, other in zip(map(_dotted, upper), map(_dotted, lower), strict=True)]
    return list(map(address, family.tolist(), high.tolist(), low.tolist()))


@lru_cache(maxsize=1 << 16)
def _dotted(half: int) -> str:
    """Return half an IPv4 address."""
    return f"{half >> 8}.{half & 0xFF}"


@lru_cache(maxsize=1 << 16)
def _tags(outer: int, inner: int) -> tuple[int, ...]:
    return tuple(tag for tag in (outer, inner) if tag != NO_VLAN)
