"""The result as the line of a monitoring plugin: state, counts, performance data (Monitoring Plugins guidelines).

The state stands in the line: `SEGCHECK CRITICAL - …`. `segcheck check` keeps its own exit codes; as a plugin, call
`segcheck report RESULT.json --format nagios --exit plugin`, which ends with 0, 1, 2 or 3 as the line says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segcheck.lang.words import Words, load
from segcheck.reports.renderings import Format, _organs, _state, _told
from segcheck.reports.renderings._told import Document

FORMAT = Format(
    name="nagios",
    suffix=".txt",
    summary=("the line of a monitoring plugin (Nagios and its kin)", "監視プラグインの 1 行 (Nagios 互換)"),
)
#: Characters of the line: older versions keep no more than 1024.
_MOST = 700


def render(result: Mapping[str, Any], language: str) -> str:
    """Return one line with performance data; no address is in it.

    Where the body has organs, a requirement counts once, with its worst outcome over them.
    """
    words = load(language)
    state = _state.state(result)
    parts = [
        f"{_told.plain(result['site'], 60)}: {_told.verdict(words, result)}",
        _told.conclusion(words, result),
        _organs.worst_counts(words, result),
        *_told.weakened(words, result),
        *_failing(words, result),
    ]
    text = _told.plain(" / ".join(parts), _MOST).replace("|", "/")
    pairs, outcomes = _told.pairs(result), _organs.worst_outcomes(result)
    open_ones = _told.open_findings(result)
    waivers, entries = _state.running_out(result)
    values = {
        **_told.weights(open_ones),
        "waived": len(result["findings"]) - len(open_ones),
        "pairs_violated": pairs["violated"],
        "pairs_undecided": pairs["undecided"],
        "pairs_assuming": pairs["proven_assuming"],
        "pairs_proven": pairs["proven"],
        "requirements_failed": outcomes["fail"],
        "requirements_without_evidence": outcomes["insufficient_evidence"],
        "waivers_expiring": waivers,
        "entries_expiring": entries,
        "lines_unread": _state.unread(result),
    }
    data = " ".join(f"{name}={value};;;0" for name, value in values.items())
    return f"SEGCHECK {state.name} - {text} | {data}\n"


def _failing(words: Words, result: Document) -> list[str]:
    """Return which organs fail how many requirements."""
    found = [f"{one.title} {one.outcomes['fail']}" for one in _organs.organs(result) if one.id and one.outcomes["fail"]]
    return [words("told.failing", organs=", ".join(found))] if found else []
