"""The result as metrics for the textfile collector of node_exporter (Prometheus text format 0.0.4).

Labels hold closed words, the site's name and the ids of its organs only: no address, no device, no name from an export. What a
result cannot know, how long a run took and whether the last one failed, is written by the run itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from segcheck.reports.renderings import Format, _organs, _state, _told
from segcheck.reports.renderings._told import Document

FORMAT = Format(
    name="prom",
    suffix=".prom",
    summary=("metrics for a Prometheus textfile collector", "Prometheus のテキストファイル"),
)
_STATES = ("violated", "undecided", "waived")
_VERDICTS = ("violated", "undecided", "nothing_seen", "proven_assuming", "proven")
Labels = dict[str, str]


def render(result: Mapping[str, Any], language: str) -> str:
    """Return the metrics, all of them gauges; every value that a label can take is there, if only as 0."""
    site = {"site": _told.plain(result["site"], 120)}
    return "".join(
        _family(name, text, [(site | labels, value) for labels, value in rows]) for name, text, rows in _all(result)
    )


def _all(result: Document) -> Iterator[tuple[str, str, list[tuple[Labels, float]]]]:
    waivers, entries = _state.running_out(result)
    yield (
        "findings",
        "Findings by severity and state.",
        [
            ({"severity": weight, "state": state}, sum(_is(one, weight, state) for one in result["findings"]))
            for weight in _told.WEIGHTS
            for state in _STATES
        ],
    )
    pairs = _told.pairs(result)
    yield "pairs", "Ordered pairs of places of different zones by verdict.", _rows("verdict", pairs)
    yield "unverified_pairs", "Pairs of places of which nothing could be told.", [({}, pairs["undecided"])]
    yield from _requirements(result)
    yield (
        "verdict",
        "1 for the verdict of the result.",
        _rows("verdict", {one: one == result["verdict"] for one in _VERDICTS}),
    )
    yield "state", "0 ok, 1 warning, 2 critical, 3 unknown.", [({}, _state.state(result))]
    yield "waivers_expiring", f"Approved exceptions that run out within {_state.SOON} days.", [({}, waivers)]
    yield "register_expiring", f"Register entries that run out within {_state.SOON} days.", [({}, entries)]
    yield "devices", "Devices of the body, and those whose export was judged.", _rows("state", result["devices"])
    yield "unread_lines", "Lines of exports that were not wholly understood.", [({}, _state.unread(result))]
    yield (
        "weakened_options",
        "Options of the run that make the judgement milder.",
        [({}, len(result["run"]["weakened"]))],
    )
    if result["as_of"]:
        moment = datetime.fromisoformat(result["as_of"]).replace(tzinfo=_told.JST)
        yield (
            "oldest_input_timestamp_seconds",
            "Day of the oldest export, its beginning in Japan.",
            [({}, moment.timestamp())],
        )
    finished = datetime.fromisoformat(result["run"]["started"]).timestamp()
    yield "last_run_timestamp_seconds", "When the judgement was begun.", [({}, finished)]
    yield "last_success_timestamp_seconds", "When the last judgement that came to a result was begun.", [({}, finished)]
    if result.get("drift"):
        found = result["drift"]["findings"]
        yield (
            "drift_findings",
            "Findings against the last run.",
            _rows("change", {name: len(found[name]) for name in found}),
        )
        opened = sum(bool(one["opened"]["total"]) for one in result["drift"]["crossings"])
        yield "drift_opened_pairs", "Pairs that more gets across than in the last run.", [({}, opened)]
    if result.get("chain"):
        yield "run_number", "Number of the stored run.", [({}, result["chain"]["run"])]


def _requirements(result: Document) -> Iterator[tuple[str, str, list[tuple[Labels, float]]]]:
    rows = [
        (labels | ({"organ": one.id} if one.id else {}), value)
        for one in _organs.organs(result)
        for labels, value in _rows("outcome", one.outcomes)
    ]
    # The collector wants one text of a metric in all files: it is the same with organs and without.
    yield "requirements", "Requirements by outcome; of each organ where the body has any, whose sum is nobody's.", rows
    if _organs.several(result):
        worst = _rows("outcome", _organs.worst_outcomes(result))
        yield "requirements_worst", "Requirements by outcome, each once with its worst over the organs.", worst


def _is(one: Document, weight: str, state: str) -> bool:
    stands = "waived" if one["waiver"] else "undecided" if one["verdict"] == "undecided" else "violated"
    return one["severity"] == weight and stands == state


def _rows(label: str, values: Mapping[str, float]) -> list[tuple[Labels, float]]:
    return [({label: name}, value) for name, value in values.items()]


def _family(name: str, text: str, rows: Iterable[tuple[Labels, float]]) -> str:
    lines = [f"# HELP segcheck_{name} {text}", f"# TYPE segcheck_{name} gauge"]
    for labels, value in rows:
        told = ",".join(f'{label}="{_escaped(word)}"' for label, word in labels.items())
        lines.append(
            f"segcheck_{name}{{{told}}} {value:g}" if abs(value) < 1e6 else f"segcheck_{name}{{{told}}} {int(value)}"
        )
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
