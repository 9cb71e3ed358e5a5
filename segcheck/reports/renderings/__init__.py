"""Reports made of a result (`segcheck/result/1`) and nothing else: one module per format, found by its presence.

What `check`, `replay` and `run` return as JSON holds everything that these show, so a stored result can be told again, on
another machine and in another language, without judging anything anew.

To add one, put `acme.py` here with:

    FORMAT = Format(name="acme", suffix=".acme", summary=(english, japanese))
    def render(result, language) -> str | bytes     the report; the same bytes for the same result and language

and `tests/reports/renderings/test_acme.py`. Names that begin with an underscore are shared floors, not formats.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from segcheck.model.check import Said


@dataclass(frozen=True, slots=True)
class Format:
    """A report format: its name on the command line, the usual end of a file's name, and what it is for (English, Japanese).

    binary   its reports are bytes, which no terminal shows
    """

    name: str
    suffix: str
    summary: Said
    binary: bool = False


@runtime_checkable
class Rendering(Protocol):
    """What a file of this folder offers."""

    FORMAT: Format

    def render(self, result: Mapping[str, Any], language: str) -> str | bytes:
        """Return the report of a result in "ja" or "en"; bytes where the format is no text."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of the formats, sorted; nothing is imported for it."""
    modules = (entry.name for entry in pkgutil.iter_modules(__path__) if not entry.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in modules))


def rendering(name: str) -> Rendering:
    """Return the module of a format that `names` lists.

    Raises:
        TypeError: the file lacks `FORMAT` or `render`, or its name does not fit the format's.
    """
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    if not isinstance(module, Rendering) or module.FORMAT.name != name:
        raise TypeError(f"report format {name} lacks FORMAT or render, or has another name")
    return module
