"""The bundle for Linux: wheels with a lock of their hashes, and a script that installs them without any network."""

from __future__ import annotations

from collections.abc import Sequence

from tools.bundle.documents import About
from tools.bundle.layout import FILES, accept, beside, whole
from tools.bundle.packing import tar
from tools.bundle.wheels import OWN, Target, Wheel, lock_text


def bundle(wheels: Sequence[Wheel], target: Target, *, browser: str | None) -> tuple[str, bytes]:
    """Return the archive's name and its bytes.

    Raises:
        Refused: a licence stands in the way.
    """
    accept(wheels)
    version = next(wheel.version for wheel in wheels if wheel.name == OWN)
    folder = f"segcheck-{version}-linux-x86_64-py{target.short}"
    about = About(target=target, wheels=tuple(wheels), folder=folder)
    script = (FILES / "install.sh").read_text(encoding="utf-8")
    for word, value in (("VERSION", target.version), ("MAJOR", target.python[0]), ("MINOR", target.python[1])):
        script = script.replace(f"@{word}@", str(value))
    own = {
        "install.sh": script.encode(),
        "requirements.lock": lock_text(wheels).encode(),
        **beside(wheels),
        **{f"wheels/{wheel.path.name}": wheel.content for wheel in wheels},
    }
    return f"{folder}.tar", tar(folder, whole(about, own, browser=browser), programs=["install.sh"])
