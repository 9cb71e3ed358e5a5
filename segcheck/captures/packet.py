"""The columns that the numba kernels hand to each other, one numpy record per frame, and `FLOW` seen in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segcheck.model.flow import FLOW, HEAD

#: What `PACKET["wants"]` says: a row of its own, joining with its first fragment, or nothing.
NO_ROW, ROW_WANTED, FIRST, LATER = 0, 1, 2, 3
#: Where decoding keeps the earliest and the latest time, behind the counts of the six outcomes.
EARLIEST, LATEST = 6, 7

#: One frame: the walk over a container fills the first group, decoding the rest.
PACKET = np.dtype(
    [
        ("offset", np.int64),  # of its first byte in the window
        ("captured", np.int64),
        ("original", np.int64),
        ("time", np.int64),
        ("number", np.int64),
        ("link", np.int64),
        ("a_hi", np.uint64),
        ("a_lo", np.uint64),
        ("b_hi", np.uint64),
        ("b_lo", np.uint64),
        ("head", np.int64),  # where in the window the payload begins; -1: it gives no head
        ("ident", np.uint32),  # of a fragmented packet
        ("pa", np.uint16),
        ("pb", np.uint16),
        ("vlan", np.uint16),
        ("vlan_inner", np.uint16),
        ("bits", np.uint16),
        ("proto", np.uint8),
        ("family", np.uint8),
        ("flags", np.uint8),
        ("reverse", np.uint8),  # sent by b
        ("opens", np.uint8),  # SYN without ACK
        ("payload", np.uint8),
        ("head_len", np.uint8),
        ("wants", np.uint8),
        ("outcome", np.uint8),
        ("note", np.uint8),  # it may say something to its neighbours
        ("named", np.uint8),  # the protocol that a fragment says to be of
    ]
)


def _paired() -> np.dtype[np.void]:
    names, formats, offsets = [], [], []
    fields: Mapping[str, Any] = FLOW.fields or {}
    for name, (kind, offset, *_) in fields.items():
        if name.endswith("_ba"):
            continue
        paired = name.endswith("_ab")
        names.append(name.removesuffix("_ab"))
        formats.append((kind.base, (2, *kind.shape)) if paired else kind)
        offsets.append(offset)
        if paired and fields[name.removesuffix("_ab") + "_ba"][1] != offset + kind.itemsize:
            raise AssertionError(f"{name} and its other direction do not lie side by side")
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": FLOW.itemsize})


#: The bytes of `FLOW`, where the two directions of a field are one pair: index 0 is from a, 1 from b.
ROW = _paired()
assert ROW["head"].shape == (2, HEAD)
