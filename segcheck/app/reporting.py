"""A result told again, without judging anything: from a file, or from the history of a site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segcheck.app import schemas
from segcheck.errors import BadArguments
from segcheck.loaders import result_file
from segcheck.reports import as_json, renderings

_SCHEMA = "result"


def stored(path: str, run: int | None = None) -> dict[str, Any]:
    """Return the result that a file holds; of a site's folder that of a run in its history.

    run   its number; None: the last one that judged

    Raises:
        BadInput: it holds none, with the place that shows it; there is no history.
        BadArguments: a run of a file; one that does not exist, judged nothing, or whose documents were dropped.
    """
    if Path(path).is_dir():
        return _of_history(path, run)
    if run is not None:
        raise BadArguments(
            f"--run {run}: {path} is a result, not a site; nothing was reported. Runs are in the history of a site",
            f"--run {run}: {path} は結果のファイルで、サイトではありません。報告は作成していません。"
            "実行の番号はサイトの履歴にあるものです",
        )
    return result_file.read(path, schemas.schema(_SCHEMA))


def _of_history(folder: str, run: int | None) -> dict[str, Any]:
    from segcheck.app.history import earlier, places, store  # sqlite3 only where it is asked for

    path = places.history_of(folder)
    with store.opened(path) as history:
        number = history.last() if run is None else run
        document = history.result(number) if number is not None else None
        if document is None or number is None:
            which = f"run {number}" if number is not None else "the history"
            said = f"実行 {number}" if number is not None else "履歴"
            raise BadArguments(
                f"{path}: {which} has no result (it ended with an error, or its documents were dropped); nothing was "
                "reported. `segcheck history list` shows the runs",
                f"{path}: {said}に結果がありません（エラーで終わったか、文書が削除済み）。報告は作成していません。"
                "segcheck history list で確かめてください",
            )
        document["earlier"] = earlier.findings(history, number)
    return result_file.checked(f"{path} (run {number})", document, schemas.schema(_SCHEMA))


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
