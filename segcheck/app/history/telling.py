"""What lists and comparisons of runs tell."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.analysis import drifting
from segcheck.app.history import reaching, states
from segcheck.app.history.store import Store
from segcheck.app.running import inputs_drift
from segcheck.errors import BadArguments
from segcheck.model.drift import Drift, FindingsDrift, ReachedAll
from segcheck.model.history import Meaning


@dataclass(frozen=True, slots=True)
class Compared:
    """How two runs differ; `result` is the later one's, `domains` the routing domains of its places."""

    drift: Drift
    result: dict[str, object]


def compared(store: Store, old: int, new: int) -> Compared:
    """Return how a run differs from an earlier one, of what is stored of both; nothing is judged anew.

    Raises:
        BadArguments: a run that does not exist, judged nothing, or whose documents were dropped.
    """
    marks = [states.baseline(store, run) for run in (old, new)]
    results = [store.result(run) for run in (old, new)]
    for run, result in zip((old, new), results, strict=True):
        if result is None:
            raise BadArguments(
                f"run {run}: its documents were dropped; nothing was compared. Runs that have theirs: segcheck history list",
                f"実行 {run} の文書は削除済みです。比較していません。残っている実行は segcheck history list で確かめてください",
            )
    before, after = results
    assert before is not None
    assert after is not None
    rows = inputs_drift(
        store.inputs(old),
        store.inputs(new),
        same_version=store.column(old, "version") == store.column(new, "version"),
    )
    blind = any(one.state != "same" and one.device and one.meaning is Meaning.UNKNOWN for one in rows)
    reaches = [_reach(store, run) for run in (old, new)]
    first, second = reaches
    gone = marks[0] - marks[1]
    short = ("fingerprint", "check", "severity", "message")
    mended = tuple({name: one[name] for name in short} for one in before["findings"] if one["fingerprint"] in gone)
    drift = Drift(
        since=old,
        finished=store.column(old, "finished"),
        verdict=store.column(old, "verdict"),
        inputs=rows,
        crossings=drifting.drifted(first, second, blind=blind) if first is not None and second is not None else (),
        findings=FindingsDrift(new=tuple(sorted(marks[1] - marks[0])), recurring=(), mended=mended, untold=()),
    )
    return Compared(drift, after)


def _reach(store: Store, run: int) -> ReachedAll | None:
    document = store.reach(run)
    return reaching.read(document, store.part) if document is not None else None
