"""`kernel`: how a function becomes machine code, and where numba keeps that between runs.

numba notices changes of a function's own file only, not of those whose functions it calls
(https://numba.readthedocs.io/en/stable/developer/caching.html); the folder that it is given here is named after all of
them (`machine_folder`). Where there is none, every run compiles anew, some 8 s of CPU.

Importing numba takes 0.25 s and finding machine code through it as long again, so runs start from what `machine_code` keeps
and only import this, or a kernel, when that is missing. ImportError says that numba is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
from numba.core import config

from segcheck.captures.machine_folder import machine_folder


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` compiled on its first call for the types it is called with; it holds no lock while it runs.

    It raises nothing: an integer divided by 0 is 0 (`error_model`), which no kernel does.
    """
    compiled: Callable[..., Any] = numba.njit(nogil=True, cache=_CACHED, error_model="numpy")(function)
    return compiled


def _prepare() -> bool:
    """Tell numba where to keep machine code; return whether it may."""
    settings = cast("Any", config)
    if settings.CACHE_DIR:  # NUMBA_CACHE_DIR
        return True
    folder = machine_folder()
    if folder is not None:
        settings.CACHE_DIR = str(folder)
    return folder is not None


_CACHED = _prepare()
