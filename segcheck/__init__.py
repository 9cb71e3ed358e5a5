"""segcheck: proves or refutes that only permitted, sanitised paths cross zones.

The verbs of the command line are functions here (`segcheck.check(site)`); `segcheck.api` describes them. Importing the package
costs nothing: what a verb needs is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segcheck.version import __version__

if TYPE_CHECKING:
    from segcheck.api import check, diff, explain, flows, inspect, match, matrix, replay, samples, trace, validate


__all__ = (
    "__version__",
    "check",
    "diff",
    "explain",
    "flows",
    "inspect",
    "match",
    "matrix",
    "replay",
    "samples",
    "trace",
    "validate",
)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'segcheck' has no attribute {name!r}")
    from segcheck import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
