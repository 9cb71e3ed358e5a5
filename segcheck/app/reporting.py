"""A result told again, without judging anything: from a file now, from the history of a site wherever one is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segcheck.app import schemas
from segcheck.errors import BadArguments
from segcheck.loaders import result_file
from segcheck.reports import as_json, renderings

_SCHEMA = "result"


def stored(path: str) -> dict[str, Any]:
    """Return the result that a file holds.

    Raises:
        BadInput: it holds none, with the place that shows it.
    """
    return result_file.read(path, schemas.schema(_SCHEMA))


def formats() -> tuple[str, ...]:
    """Return what a stored result can be told in, what is told unless something else is asked for first."""
    names = renderings.names()
    return ("md", "json", *(name for name in names if name != "md"))


def named(kind: str | None, name: str) -> str:
    """Return the rendering of a kind of report in a format: KIND is the workbook, KIND-html the pages, by either name.

    Raises:
        BadArguments: the kind is not told in that format.
    """
    if kind is None:
        return name
    wanted = kind if name == "xlsx" else name if name in (kind, f"{kind}-html") else f"{kind}-{name}"
    if wanted not in renderings.names():
        known = ["xlsx"] + [one.removeprefix(f"{kind}-") for one in renderings.names() if one == f"{kind}-html"]
        raise BadArguments(
            f"--kind {kind} --format {name}: no such report; nothing was reported. Formats: {', '.join(known)}",
            f"--kind {kind} --format {name}: その報告書はありません。報告は作成していません。形式: {'、'.join(known)}",
        )
    return wanted


def plugin_code(document: Mapping[str, Any]) -> int:
    """Return what a monitoring plugin ends with for a result: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
    from segcheck.reports.renderings import _state

    return int(_state.state(document))


def told(document: Mapping[str, Any], name: str, language: str) -> str | bytes:
    """Return a report of a result that is known to fit its schema.

    Raises:
        BadArguments: such a report is not made of this result (an audit of a weakened run).
    """
    if name == "json":
        return as_json.render(document)
    return renderings.rendering(name).render(document, language)
