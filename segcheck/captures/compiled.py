"""`kernel`: how a function becomes machine code, and where that is kept between runs.

numba notices changes of a function's own file only, not of those whose functions it calls
(https://numba.readthedocs.io/en/stable/developer/caching.html). So the folder is named after the text of all kernels and
of the constants in them: a changed kernel never meets old machine code. It lies in the user's cache folder, since the
package's own may be read-only or somebody else's; where there is none, every run compiles anew, some 8 s of CPU.

Nothing else of segcheck imports numba: whoever imports this module or a kernel pays for it (0.2 s), and ImportError says
that it is not there.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numba
from numba.core import config


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` compiled on its first call for the types it is called with; it holds no lock while it runs."""
    compiled: Callable[..., Any] = numba.njit(nogil=True, cache=_CACHED)(function)
    return compiled


def _cache_folder() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    texts = hashlib.sha256()
    here = Path(__file__).parent
    for path in (*sorted(here.glob("kernel*.py")), here / "packet.py", here.parent / "model" / "flow.py"):
        texts.update(path.read_bytes())
    return Path(base) / "segcheck" / f"kernels-{texts.hexdigest()[:16]}"


def _prepare() -> bool:
    """Tell numba where to keep machine code; return whether it may.

    What lies there is executed, so the folder must be the user's own.
    """
    settings = cast("Any", config)
    if settings.CACHE_DIR:  # NUMBA_CACHE_DIR
        return True
    try:
        folder = _cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
        usable = own and os.access(folder, os.W_OK | os.X_OK)
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return False
    if usable:
        settings.CACHE_DIR = str(folder)
    return usable


_CACHED = _prepare()
