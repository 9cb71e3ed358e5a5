"""Packets as brute force has them, and the values and instants that it tries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests.soundness.gate.ground import V6_STARTS

#: Protocols that have ports.
PORTED = frozenset((6, 17, 33, 132, 136))


class Header(NamedTuple):
    """What a packet says of itself on a wire; -1 for a field that it does not carry."""

    fragment: int
    src: int
    dst: int
    proto: int
    sport: int = -1
    dport: int = -1
    tcp_flags: int = -1
    icmp_type: int = -1
    icmp_code: int = -1

    @property
    def family(self) -> int:
        return 6 if self.dst >= V6_STARTS else 4


class Samples(NamedTuple):
    """Values that something unread may write: enough to show that it may, not all there are."""

    addresses: tuple[int, ...]
    ports: tuple[int, ...]
    minutes: tuple[int, ...]


@cache
def network(address: int, length: int) -> IntervalSet:
    return addresses.prefix(address, length)


@cache
def everyone(address: int, length: int) -> int:
    """Return the address that means every host of a network (IPv4), or its routers (IPv6); -1 where it has none."""
    there = network(address, length)
    if address < V6_STARTS:
        return there.max if length < 31 else -1
    return there.min if length < 127 else -1


def named(interface: str, names: Sequence[str]) -> bool:
    return bool(interface) and any(
        interface == name or (name.endswith("*") and interface.startswith(name[:-1])) for name in names
    )


def members(values: IntervalSet) -> list[int]:
    return [value for low, high in values.ranges for value in range(low, high + 1)]


def minutes(schedules: Mapping[str, Any]) -> tuple[int, ...]:
    """Return an instant on each side of every turn of some schedules, in the week of each of their dates and without one."""
    known = [schedule for schedule in schedules.values() if schedule.known]
    if not known:
        return (0,)
    week = 7 * 24 * 60
    monday = 4 * 24 * 60  # 1970-01-05
    once = sorted({turn for s in known for lo, hi in s.once.ranges for turn in (lo, hi + 1)})
    weekly = sorted({turn % week for s in known for lo, hi in s.weekly.ranges for turn in (lo, hi + 1)} | {0})
    weeks = sorted({(turn - monday) // week + after for turn in once for after in (-1, 0, 1)} or {0})
    instants = {monday + number * week + turn for number in weeks for turn in weekly} | set(once)
    seen: dict[tuple[bool, ...], int] = {}
    for instant in sorted(one for one in instants if one >= 0):
        seen.setdefault(tuple(s.in_force(instant) for s in known), instant)
    return tuple(seen.values())
