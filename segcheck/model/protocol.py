"""Which protocols there are to be expected of a conversation, and of which service ports they are expected."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Service ports on which nothing but these protocols is expected, unless the register says otherwise.

    proto      IP protocol number
    protocols  names of recognised protocols; any of them will do
    source     who assigned the ports
    """

    proto: int
    ports: IntervalSet
    protocols: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """Every expectation; no port is in two of them."""

    known: tuple[str, ...]
    entries: tuple[Expectation, ...]

    def of(self, proto: int, port: int) -> tuple[str, ...]:
        """Return the names of the protocols expected on a service port; () if nothing is."""
        for entry in self.entries:
            if entry.proto == proto and port in entry.ports:
                return entry.protocols
        return ()
