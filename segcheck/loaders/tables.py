"""Our own tables of data, as plain values."""

from __future__ import annotations

from importlib import resources
from typing import Any

from segcheck import kept
from segcheck.loaders import marked


def table(*path: str) -> Any:
    """Return the values of a file in `data/`.

    Raises:
        BadInput: the table itself is damaged, which is a defect of the installation.
    """
    text = resources.files("segcheck").joinpath("data", *path).read_text(encoding="utf-8")
    return kept.values(text, marked.values)
