"""The kernels as C functions, and as one object file of them that needs neither numba nor Python.

A C function takes addresses and lengths for arrays (`machine_code.ENTRIES`), and an address where it leaves its results.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import binding
from numba import types
from numba.np.numpy_support import carray

from segcheck.captures import kernel_table, kernel_walk, kernels
from segcheck.captures.machine_code import (
    BYTES,
    ENTRIES,
    NUMBER,
    NUMBERS,
    PACKETS,
    ROWS,
    SLOTS,
    TABLE,
    Kernels,
    machine,
)
from segcheck.captures.packet import PACKET, ROW

_walk_pcap, _walk_pcapng = kernel_walk.walk_pcap, kernel_walk.walk_pcapng
_decode, _turn_joined = kernels.decode, kernels.turn_joined
_reindex, _aggregate, _merge = kernel_table.reindex, kernel_table.aggregate, kernel_table.merge
_ELEMENTS = {
    BYTES: types.uint8,
    NUMBERS: types.int64,
    SLOTS: types.uint64,
    TABLE: types.int64,
    PACKETS: numba.from_dtype(PACKET),
    ROWS: numba.from_dtype(ROW),
}
_COLUMNS = kernel_walk.OFFSET + 1


def direct() -> Kernels:
    """Return the kernels as numba calls them."""
    return Kernels(_walk_pcap, _walk_pcapng, _decode, _turn_joined, _reindex, _aggregate, _merge)


def walk_pcap(window, size, begin, end, big, header, factor, link, number, packets, room, results):
    """See `kernel_walk`."""
    results[0], results[1] = _walk_pcap(
        carray(window, size), begin, end, big, header, factor, link, number, carray(packets, room)
    )


def walk_pcapng(window, size, begin, end, big, faces, rows, described, time, number, packets, room, results):
    """See `kernel_walk`."""
    interfaces = carray(faces, (rows, _COLUMNS))
    results[0], results[1], results[2] = _walk_pcapng(
        carray(window, size), begin, end, big, interfaces, described, time, number, carray(packets, room)
    )


def decode(window, size, packets, room, count, totals, kept, results):
    """See `kernels`."""
    results[0], results[1] = _decode(carray(window, size), carray(packets, room), count, carray(totals, kept))


def turn_joined(packets, room, where, count, results):
    """See `kernels`."""
    _turn_joined(carray(packets, room), carray(where, count))


def reindex(rows, room, used, index, slots, seed, results):
    """See `kernel_table`."""
    _reindex(carray(rows, room), used, carray(index, slots), np.uint64(seed))


def aggregate(window, size, packets, many, begin, end, rows, room, used, index, slots, seed, results):
    """See `kernel_table`."""
    results[0], results[1] = _aggregate(
        carray(window, size),
        carray(packets, many),
        begin,
        end,
        carray(rows, room),
        used,
        carray(index, slots),
        np.uint64(seed),
    )


def merge(others, many, begin, rows, room, used, index, slots, seed, results):
    """See `kernel_table`."""
    results[0], results[1] = _merge(
        carray(others, many), begin, carray(rows, room), used, carray(index, slots), np.uint64(seed)
    )


_FUNCTIONS = (walk_pcap, walk_pcapng, decode, turn_joined, reindex, aggregate, merge)


def emitted() -> bytes | None:
    """Return all entries as one object file; None if they need something that only numba's runtime has.

    numba's functions come with code that tells Python of exceptions. The kernels raise none: once all but the entries may be
    inlined or dropped, LLVM finds that out, and nothing from outside is left but its own intrinsics.
    """
    module = binding.parse_assembly("")
    for function in _FUNCTIONS:
        kinds = ENTRIES[function.__name__]
        parts = [part for kind in kinds for part in _c_types(kind)]
        compiled = numba.cfunc(types.void(*parts, types.CPointer(types.int64)))(function)
        one = binding.parse_assembly(compiled.inspect_llvm())
        for inner in (*one.functions, *one.global_variables):
            if not inner.is_declaration:
                inner.linkage = "internal"
        entry = one.get_function(compiled.native_name)
        entry.name, entry.linkage = function.__name__, "external"
        module.link_in(one)
    target = machine()
    builder = binding.create_pass_builder(target, binding.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)
    outside = [one.name for one in (*module.functions, *module.global_variables) if one.is_declaration]
    if any(not name.startswith("llvm.") for name in outside):
        return None
    code: bytes = target.emit_object(module)
    return code


def _c_types(kind: str) -> tuple[Any, ...]:
    return (types.int64,) if kind == NUMBER else (types.CPointer(_ELEMENTS[kind]), types.int64)
