"""Findings from run to run: new, ongoing, recurring, mended, and those of which nobody can tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from segcheck.app.history.store import Store
from segcheck.errors import BadArguments
from segcheck.model.drift import FindingsDrift
from segcheck.model.history import FindingRow, State

#: What only captures show is not mended because today's captures do not show it.
_CAPTURES = "C"


@dataclass(frozen=True, slots=True)
class Told:
    """How the findings of a result stand to the runs before; `rows` is what is stored of them."""

    rows: tuple[FindingRow, ...]
    states: Mapping[str, str]
    drift: FindingsDrift


def told(result: Mapping[str, Any], earlier: Store | None, last: int | None, devices: Collection[str]) -> Told:
    """Return how the findings of a result stand to the run `last`, and to all before it; `devices` are the site's now."""
    owners = {one.path: one.device for one in earlier.inputs(last)} if earlier is not None and last else {}
    before = {one.fingerprint: one for one in earlier.findings(last)} if earlier is not None and last else {}
    ever = earlier.ever() if earlier is not None else frozenset()
    rows: dict[str, FindingRow] = {}
    for finding in result["findings"]:
        state = _state(finding["fingerprint"], finding["source"], before, ever)
        rows.setdefault(finding["fingerprint"], _row(finding, state))
    mended, untold = [], []
    for mark, one in before.items():
        if mark in rows or one.source == _CAPTURES:
            continue
        assert earlier is not None
        assert last is not None
        whole = _last_seen(earlier, last, one)
        if _can_tell(result, whole, owners, devices):
            mended.append(_short(whole))
        else:
            rows[mark] = replace(one, state=State.UNTOLD.value)
            untold.append(_short(whole))
    drift = FindingsDrift(
        new=_marks(rows.values(), State.NEW),
        recurring=_marks(rows.values(), State.RECURRING),
        mended=tuple(mended),
        untold=tuple(untold),
    )
    states = {mark: one.state for mark, one in rows.items() if one.state != State.UNTOLD.value}
    return Told(tuple(sorted(rows.values())), states, drift)


def against(result: Mapping[str, Any], baseline: Collection[str]) -> dict[str, str]:
    """Return new or ongoing for every finding of a result, by fingerprint, as a baseline has it or not."""
    return {
        one["fingerprint"]: (State.ONGOING if one["fingerprint"] in baseline else State.NEW).value
        for one in result["findings"]
    }


def marked(result: Mapping[str, Any], states: Mapping[str, str]) -> dict[str, Any]:
    """Return a result with `history` of its findings filled in."""
    return {**result, "findings": [{**one, "history": states.get(one["fingerprint"])} for one in result["findings"]]}


def baseline(store: Store, run: int) -> frozenset[str]:
    """Return the fingerprints of what a run found.

    Raises:
        BadArguments: there is no such run, or it judged nothing.
    """
    if store.column(run, "status") != "judged":
        raise BadArguments(
            f"run {run} ended with an error and judged nothing; nothing was compared. Name another",
            f"実行 {run} はエラーで終わり、何も判定していません。比較していません。別の実行を指定してください",
        )
    return frozenset(one.fingerprint for one in store.findings(run) if one.state != State.UNTOLD.value)


def _state(mark: str, source: Sequence[str], before: Mapping[str, FindingRow], ever: Collection[str]) -> str:
    if mark in before or ([*source] == [_CAPTURES] and mark in ever):
        return State.ONGOING.value
    return State.RECURRING.value if mark in ever else State.NEW.value


def _row(finding: Mapping[str, Any], state: str) -> FindingRow:
    return FindingRow(
        fingerprint=finding["fingerprint"],
        check=finding["check"],
        severity=finding["severity"],
        verdict=finding["verdict"],
        source="".join(finding["source"]),
        state=state,
        waived=(finding["waiver"] or {}).get("id", ""),
    )


def _marks(rows: Iterable[FindingRow], state: State) -> tuple[str, ...]:
    return tuple(sorted(one.fingerprint for one in rows if one.state == state.value))


def _last_seen(store: Store, last: int, one: FindingRow) -> Mapping[str, Any]:
    """Return a finding as the last result has it that shows it; where that was pruned, as much as is known."""
    run = last
    if one.state == State.UNTOLD.value:
        for earlier in range(last, 0, -1):
            if any(r.fingerprint == one.fingerprint and r.state != State.UNTOLD.value for r in store.findings(earlier)):
                run = earlier
                break
    result = store.result(run)
    for finding in result["findings"] if result is not None else ():
        if finding["fingerprint"] == one.fingerprint:
            found: Mapping[str, Any] = finding
            return found
    return {
        "fingerprint": one.fingerprint,
        "check": one.check,
        "severity": one.severity,
        "message": {"ja": one.check, "en": one.check},
        "src_zone": None,
        "dst_zone": None,
        "evidence": [],
    }


def _can_tell(
    result: Mapping[str, Any], finding: Mapping[str, Any], owners: Mapping[str, str], devices: Collection[str]
) -> bool:
    """Return whether a result that lacks a finding shows that it is gone.

    It does not where the lines that it stood on could not be read, where the crossing between its zones is undecided now, or
    where nothing was judged. `owners` are the devices of files as the earlier run had them.
    """
    if not result["crossings"]:
        return False
    pair = finding["src_zone"], finding["dst_zone"]
    if all(pair) and any(
        (c["src_zone"], c["dst_zone"]) == pair and c["verdict"] == "undecided" for c in result["crossings"]
    ):
        return False
    read = {one["device"] for one in result["inputs"] if one["kind"] == "export" and one["complete"] != "no"}
    stood = {owners.get(piece["path"], "") for piece in finding["evidence"] if piece["kind"] == "config"}
    return not (stood & {*devices}) - read


def _short(finding: Mapping[str, Any]) -> dict[str, object]:
    return {name: finding[name] for name in ("fingerprint", "check", "severity", "message")}
