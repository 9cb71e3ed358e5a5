"""More conversations than fit into memory: sorted tables wait on disk until they are merged, a range of keys at a time.

The file is a nameless one of the system's temporary folder (TMPDIR): it is gone with the process, whatever ends it.
"""

from __future__ import annotations

import tempfile
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from segcheck.captures.tables import Table, merge
from segcheck.model.flow import FLOW, KEY

#: Conversations that are kept in memory at once.
MOST_FLOWS = 1 << 18
#: Rows of each table that are looked at to cut the keys into ranges of about equal size.
_SAMPLES = 256

_KEY_ORDER = np.dtype([(name, FLOW[name].newbyteorder(">")) for name in KEY])
_KEY_BYTES = np.dtype(f"S{_KEY_ORDER.itemsize}")


class Spill:
    """Tables put away and merged at the end; results are the same as if all had stayed in memory.

    most    conversations that an engine gathers before it puts a table away
    """

    def __init__(self, most: int = MOST_FLOWS) -> None:
        self.most = max(1, most)
        self._file: IO[bytes] | None = None
        self._sizes: list[int] = []

    def add(self, table: Table) -> None:
        """Put a table away: sorted by `KEY`, one row for each."""
        if not len(table):
            return
        if self._file is None:
            self._file = _nameless()
        self._file.write(table.tobytes())
        self._sizes.append(len(table))

    def all(self, last: Table) -> Table:
        """Return what was put away and `last` as one table, sorted by `KEY`, one row for each.

        Once anything was put away, the result lies in a nameless temporary file as well and is read from there as it is used.
        """
        if self._file is None:
            return last
        self.add(last)
        self._file.flush()
        stored = np.memmap(self._file, FLOW, "r", shape=(sum(self._sizes),))
        ends = np.cumsum(self._sizes)
        tables = [stored[end - size : end] for end, size in zip(ends, self._sizes, strict=True)]
        ranges = max(1, 2 * len(stored) // self.most)
        splitters = _splitters(tables, ranges)
        cuts = [_cut(table, splitters) for table in tables]
        result = _nameless()
        rows = 0
        for index in range(len(cuts[0]) - 1):
            pieces = [np.array(table[cut[index] : cut[index + 1]]) for table, cut in zip(tables, cuts, strict=True)]
            merged = merge(pieces)
            result.write(merged.tobytes())
            rows += len(merged)
        result.flush()
        self._file.close()
        return np.memmap(result, FLOW, "r", shape=(rows,))


def _nameless() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="segcheck-")  # lives until what lies in it is not used any more


def _keys(table: Table) -> npt.NDArray[Any]:
    """Return the keys as bytes that compare as the keys do."""
    keys = np.empty(len(table), _KEY_ORDER)
    for name in KEY:
        keys[name] = table[name]
    return keys.view(_KEY_BYTES)


def _splitters(tables: list[Table], ranges: int) -> npt.NDArray[Any]:
    """Return keys that cut all tables together into about equal ranges."""
    sample = np.sort(np.concatenate([_keys(np.array(table[:: max(1, len(table) // _SAMPLES)])) for table in tables]))
    return np.unique(sample[[len(sample) * index // ranges for index in range(1, ranges)]])


def _cut(table: Table, splitters: npt.NDArray[Any]) -> list[int]:
    """Return where the ranges of a sorted table begin, and its end."""
    return [0, *np.searchsorted(_keys(table), splitters).tolist(), len(table)]
