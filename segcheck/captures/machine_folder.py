"""Where machine code of the kernels is kept between runs.

The folder is named after the text of all kernels and of the constants in them: a changed kernel never meets old machine
code. It lies in the user's cache folder, since the package's own may be read-only or somebody else's.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from segcheck import kept


def machine_folder() -> Path | None:
    """Return the folder, made if it was missing; None if there is no place for it."""
    texts = hashlib.sha256()
    here = Path(__file__).parent
    shared = (here / "compiled.py", here / "machine_code.py", here / "packet.py", here.parent / "model" / "flow.py")
    for path in (*sorted(here.glob("kernel*.py")), *shared):
        texts.update(path.read_bytes())
    return kept.folder(f"kernels-{texts.hexdigest()[:16]}")
