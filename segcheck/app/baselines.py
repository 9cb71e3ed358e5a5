"""An earlier run or result that findings are compared with (`check --baseline`): it tells what is new and hides nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from segcheck.errors import BadInput
from segcheck.model.assessment import Assessment

_SCHEMA = "segcheck/result/1"


def known(folder: str, baseline: str) -> frozenset[str]:
    """Return the fingerprints of a run of the site, by its number, or of a result in a file.

    Raises:
        BadArguments: there is no such run.
        BadInput: there is no history, or no such file, or it is no result.
    """
    if baseline.isascii() and baseline.isdigit():
        from segcheck.app.history import places, states, store

        with store.opened(places.history_of(folder)) as history:
            return states.baseline(history, int(baseline))
    try:
        result = json.loads(Path(baseline).read_text(encoding="utf-8"))
        marks = frozenset(str(one["fingerprint"]) for one in result["findings"])
        schema = result["schema"]
    except (OSError, ValueError, KeyError, TypeError):
        marks, schema = frozenset(), ""
    if schema != _SCHEMA:
        raise BadInput(
            f"--baseline {baseline}: no run, and no result of `check --format json`; nothing was judged",
            f"--baseline {baseline}: 実行の番号でも check --format json の結果でもありません。判定は行っていません",
        )
    return marks


def marked(result: dict[str, Any], baseline: Collection[str] | None) -> Mapping[str, Any]:
    """Return a result whose findings say whether a baseline has them; as it is where there is none."""
    if baseline is None:
        return result
    from segcheck.app.history import states

    return states.marked(result, states.against(result, baseline))


def told(assessment: Assessment, baseline: Collection[str]) -> tuple[str, str]:
    """Return how many findings are new, ongoing and gone (English, Japanese)."""
    marks = {one.fingerprint for one in assessment.findings}
    new, ongoing, gone = len(marks - {*baseline}), len(marks & {*baseline}), len({*baseline} - marks)
    return (
        f"segcheck: since the baseline: new {new}, ongoing {ongoing}, not found any more {gone}",
        f"segcheck: ベースラインとの比較: 新規 {new}、継続 {ongoing}、検出されなくなったもの {gone}",
    )
