"""The sites that come with segcheck: sample cities to look at, to learn from and to test an installation with."""

from __future__ import annotations

from pathlib import Path


def sites() -> dict[str, Path]:
    """Return the folder of each bundled site by name, the same from a wheel and from an editable installation.

    A wheel carries them inside the package; a source tree has them beside it.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "topologies", package.parent / "topologies"):
        if folder.is_dir():
            return {site.name: site for site in sorted(folder.iterdir()) if (site / "README.md").is_file()}
    return {}
