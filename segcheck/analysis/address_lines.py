"""Numbers for the addresses of captured conversations, for whole columns at once: O(n log pieces) in numpy."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segcheck.sets.addresses import LINE_SIZE, V4

#: Where IPv6 begins on the joint line.
V6_START = V4.max + 1
Indexes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class AddressLine:
    """The joint line of addresses cut into pieces, each with a number; several pieces may have the same."""

    v4: npt.NDArray[np.uint64]
    v6: npt.NDArray[np.bytes_]
    numbers4: Indexes
    numbers6: Indexes

    @classmethod
    def of(cls, starts: Sequence[int], numbers: Indexes) -> AddressLine:
        """Return the line whose pieces begin at `starts`: ascending, 0 and `V6_START` among them."""
        split = bisect_right(starts, V6_START - 1)
        six = [start - V6_START for start in starts[split:] if start < LINE_SIZE]
        return cls(
            v4=np.array(starts[:split], np.uint64),
            v6=_wide(
                np.array([start >> 64 for start in six], np.uint64),
                np.array([start & 0xFFFFFFFFFFFFFFFF for start in six], np.uint64),
            ),
            numbers4=numbers[:split],
            numbers6=numbers[split : split + len(six)],
        )

    def find(self, flows: npt.NDArray[Any], end: str) -> Indexes:
        """Return the number of the address of one end ("a" or "b") of each conversation."""
        hi, lo, family = flows[f"{end}_hi"], flows[f"{end}_lo"], flows["family"]
        four = family == 4
        if four.all():
            return _found(self.v4, self.numbers4, lo & np.uint64(0xFFFFFFFF))
        found = np.empty(len(flows), np.int32)
        found[four] = _found(self.v4, self.numbers4, lo[four] & np.uint64(0xFFFFFFFF))
        six = ~four
        found[six] = _found(self.v6, self.numbers6, _wide(hi[six], lo[six]))
        return found

    def number(self, address: int) -> int:
        """Return the number of one address."""
        if address < V6_START:
            return int(_found(self.v4, self.numbers4, np.array([address], np.uint64))[0])
        value = address - V6_START
        halves = np.array([value >> 64], np.uint64), np.array([value & 0xFFFFFFFFFFFFFFFF], np.uint64)
        return int(_found(self.v6, self.numbers6, _wide(*halves))[0])


def _found(starts: npt.NDArray[Any], numbers: Indexes, values: npt.NDArray[Any]) -> Indexes:
    return numbers[np.searchsorted(starts, values, side="right") - 1]


def _wide(hi: npt.NDArray[np.uint64], lo: npt.NDArray[np.uint64]) -> npt.NDArray[np.bytes_]:
    """Return 128-bit numbers as byte strings that are ordered as they are; numpy pads short ones with zeros."""
    return np.stack((hi, lo), axis=1).astype(">u8").view("S16").ravel()
