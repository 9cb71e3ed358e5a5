"""Numbers out of bytes, as numba kernels.

Loads are spelled in plain Python, one byte after the other (LLVM makes one load of them), so that the same source runs
uncompiled. Offsets are unsigned inside, which spares the test for a negative index. Nothing here checks a bound.
"""

from __future__ import annotations

import numpy as np

from segcheck.captures.compiled import kernel


@kernel
def be16(window, at):
    """Return the 16 bits at `at`, most significant byte first."""
    at = np.uint64(at)
    return np.int64(window[at]) << 8 | np.int64(window[at + np.uint64(1)])


@kernel
def be32(window, at):
    """Return the 32 bits at `at`, most significant byte first."""
    return be16(window, at) << 16 | be16(window, at + 2)


@kernel
def be64(window, at):
    """Return the 64 bits at `at`, most significant byte first, unsigned."""
    return np.uint64(be32(window, at)) << np.uint64(32) | np.uint64(be32(window, at + 4))


@kernel
def le16(window, at):
    """Return the 16 bits at `at`, least significant byte first."""
    at = np.uint64(at)
    return np.int64(window[at]) | np.int64(window[at + np.uint64(1)]) << 8


@kernel
def le32(window, at):
    """Return the 32 bits at `at`, least significant byte first."""
    return le16(window, at) | le16(window, at + 2) << 16
