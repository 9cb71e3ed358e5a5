"""The kernels as they are called: kept machine code where there is some, else through numba.

Starting numba costs a large part of a second, more than reading a million packets. So the machine code that it makes of the
kernels (`kernel_entries`) is kept as one object file, which llvmlite, numba's own loader, links into the process in some
milliseconds. The file's name states everything but the kernels' text that the code depends on: the versions of numba and
llvmlite, the processor and what it can do; a file that is not whole is made anew.

Whoever sets a `NUMBA_` variable (to have indexes checked, or nothing compiled) wants numba itself: nothing kept is used then.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from segcheck import kept
from segcheck.captures.machine_folder import machine_folder

#: What the kernels take, in order. All but numbers are arrays: in machine code an address and a length.
NUMBER, BYTES, NUMBERS, SLOTS, TABLE, PACKETS, ROWS = "number", "bytes", "numbers", "slots", "table", "packets", "rows"
ENTRIES = {
    "walk_pcap": (BYTES, *(NUMBER,) * 7, PACKETS),
    "walk_pcapng": (BYTES, *(NUMBER,) * 3, TABLE, *(NUMBER,) * 3, PACKETS),
    "decode": (BYTES, PACKETS, NUMBER, NUMBERS),
    "turn_joined": (PACKETS, NUMBERS),
    "reindex": (ROWS, NUMBER, SLOTS, NUMBER),
    "aggregate": (BYTES, PACKETS, NUMBER, NUMBER, ROWS, NUMBER, SLOTS, NUMBER),
    "merge": (ROWS, NUMBER, ROWS, NUMBER, SLOTS, NUMBER),
}
#: How many numbers they return.
_RESULTS = {"walk_pcap": 2, "walk_pcapng": 3, "decode": 2, "turn_joined": 0, "reindex": 0, "aggregate": 2, "merge": 2}


class Kernels(NamedTuple):
    """The kernels that others call (see `kernel_walk`, `kernels`, `kernel_table`)."""

    walk_pcap: Callable[..., Any]
    walk_pcapng: Callable[..., Any]
    decode: Callable[..., Any]
    turn_joined: Callable[..., Any]
    reindex: Callable[..., Any]
    aggregate: Callable[..., Any]
    merge: Callable[..., Any]


def prepare() -> None:
    """Make sure that there will be kernels.

    Raises:
        ImportError: numba is not there.
    """
    if importlib.util.find_spec("numba") is None:
        raise ImportError("numba is not installed")
    if _kept() is None:
        from segcheck.captures import kernel_entries  # noqa: F401 -- whether it can be imported is the question


@cache
def kernels() -> Kernels:
    """Return the kernels; the first call on a machine compiles them, some 10 s of CPU."""
    found = _kept()
    if found is not None:
        return found
    from segcheck.captures import kernel_entries

    path = _path()
    if path is not None and (code := kernel_entries.emitted()) is not None:
        kept.write(path, code)
        return _linked(code)
    return kernel_entries.direct()


@cache
def _kept() -> Kernels | None:
    """Return the kernels of an earlier run; None if none are kept for this machine."""
    path = _path()
    if path is None:
        return None
    code = kept.read(path)
    return _linked(code) if code is not None else None


def _path() -> Path | None:
    """Return where machine code for this machine is kept; None if there is no place, or numba itself is wanted."""
    folder = machine_folder() if not any(name.startswith("NUMBA_") for name in os.environ) else None
    if folder is None:
        return None
    from llvmlite import binding

    target = (
        metadata.version("numba"),
        metadata.version("llvmlite"),
        binding.get_process_triple(),
        binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(),
    )
    return folder / f"{hashlib.sha256(repr(target).encode()).hexdigest()[:16]}.o"


def machine() -> Any:
    """Return llvmlite's machine for this processor, as numba sets it up: what emits, and what links."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.Target.from_triple(binding.get_process_triple()).create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        codemodel="jitdefault",
        jit=True,
    )


def _linked(code: bytes) -> Kernels:
    """Return the kernels of an object file, which stays in the process."""
    from llvmlite import binding

    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine())
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Kernels(**{name: _called(engine, name) for name in ENTRIES})


def _called(engine: Any, name: str) -> Callable[..., Any]:
    """Return a kernel in machine code that is called as numba's own is; `engine` owns the code."""
    kinds = [part for kind in ENTRIES[name] for part in _C_TYPES[kind == NUMBER]]
    results_type = ctypes.c_int64 * _RESULTS[name]
    function = ctypes.CFUNCTYPE(None, *kinds, ctypes.c_void_p)(engine.get_function_address(name))

    def call(*arguments: Any) -> list[int]:
        results = results_type()
        given: list[int] = []
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                assert argument.flags.c_contiguous
                given += (argument.ctypes.data, len(argument))
            else:
                given.append(int(argument))
        function(*given, ctypes.addressof(results))
        return list(results)

    call.__dict__["engine"] = engine
    return call


_C_TYPES = {True: (ctypes.c_int64,), False: (ctypes.c_void_p, ctypes.c_int64)}
