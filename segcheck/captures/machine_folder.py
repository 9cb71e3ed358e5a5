"""Where machine code of the kernels is kept between runs.

The folder is named after the text of all kernels and of the constants in them: a changed kernel never meets old machine
code. It lies in the user's cache folder, since the package's own may be read-only or somebody else's.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path


def machine_folder() -> Path | None:
    """Return the folder, made if it was missing; None if there is no place for it.

    What lies there is executed, so the folder must be the user's own and nobody else may write to it.
    """
    try:
        folder = _named()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
        return folder if own and os.access(folder, os.W_OK | os.X_OK) else None
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None


def _named() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    texts = hashlib.sha256()
    here = Path(__file__).parent
    shared = (here / "compiled.py", here / "machine_code.py", here / "packet.py", here.parent / "model" / "flow.py")
    for path in (*sorted(here.glob("kernel*.py")), *shared):
        texts.update(path.read_bytes())
    return Path(base) / "segcheck" / f"kernels-{texts.hexdigest()[:16]}"
