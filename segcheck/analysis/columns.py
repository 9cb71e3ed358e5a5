"""Columns of conversations sorted and summed by what they are told apart by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


def grouped(columns: Mapping[str, Column], earliest: Column) -> tuple[Column, Column]:
    """Return the rows sorted by what they are told apart by, and where each group begins; equals stay in the order given."""
    keys = packed(columns.values(), len(earliest))
    order = earliest[np.argsort(keys[earliest], kind="stable")]
    sorted_keys = keys[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = sorted_keys[1:] != sorted_keys[:-1]
    return order, np.flatnonzero(fresh)


def packed(columns: Iterable[Column], count: int) -> Column:
    """Return one number for each row, ordered as the columns are; it is renumbered whenever it might not fit."""
    found, size = np.zeros(count, np.int64), 1
    for column in columns:
        values = column.astype(np.int64)
        low = int(values.min())
        span = int(values.max()) - low + 1
        if size * span >= 1 << 62:
            distinct, inverse = np.unique(found, return_inverse=True)
            found, size = inverse.reshape(-1).astype(np.int64), len(distinct)
        found, size = found * span + (values - low), size * span
    return found


def totals(flows: Column, rows: Column, order: Column, begins: Column) -> Mapping[str, list[int]]:
    """Return what the groups of sorted rows come to, one value each."""
    mine = rows[order]
    packets = flows["packets_ab"][mine].astype(np.uint64) + flows["packets_ba"][mine]
    size = flows["bytes_ab"][mine] + flows["bytes_ba"][mine]
    return {
        "conversations": np.diff(np.append(begins, len(order))).tolist(),
        "packets": np.add.reduceat(packets, begins).tolist(),
        "bytes": np.add.reduceat(size, begins).tolist(),
        "first": np.minimum.reduceat(flows["first"][mine], begins).tolist(),
        "last": np.maximum.reduceat(flows["last"][mine], begins).tolist(),
    }
