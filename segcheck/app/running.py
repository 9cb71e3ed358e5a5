"""The scheduled run: lock, copy, judge, replay what is new, compare with the last run, write, store, release (`run`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from segcheck.analysis import drifting
from segcheck.analysis.drift_lines import with_lines
from segcheck.app import assessing, copying, ending, notifying, requiring, validating
from segcheck.app.approving import approving
from segcheck.app.assessing import Assessed, Progress
from segcheck.app.ending import Ending
from segcheck.app.history import meaning, observed, places, pruning, reaching, states, store
from segcheck.app.history.store import Prepared, Store
from segcheck.app.new_captures import NewCaptures, new_captures
from segcheck.app.notifying import Ended
from segcheck.app.placing import staging
from segcheck.app.validating import Validated
from segcheck.errors import CannotRun
from segcheck.loaders import site as site_loader
from segcheck.model.assessment import Assessment
from segcheck.model.drift import Drift, InputDrift, ReachedAll
from segcheck.model.history import InputRow, Meaning, Status
from segcheck.model.result import Run
from segcheck.model.site import RunSettings, Settings
from segcheck.reports import check_json, replay_json, run_json
from segcheck.sets.packets import CapacityExceeded
from segcheck.version import __version__

UNUSABLE, INTERNAL, INTERRUPTED = 2, 4, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is asked to do; None: as the site says.

    day     to judge as of, None: today in Japan
    run     how the result came about, for its `run` block
    wait    seconds to wait for another run
    notify  whether the channels of the site are told
    """

    folder: str
    run: Run
    day: date | None = None
    fail_on: str | None = None
    accept: bool | None = None
    wait: float = 0.0
    notify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run that judged.

    result   with its place in the chain
    drift    since the last run that judged, None if there was none
    changed  whether anything happened that somebody should know
    weakened options of this run that made it milder
    operated how segcheck runs at the site, of which `settings` is a part
    notes    (Japanese, English), kept with the run
    """

    run: int
    hash: str
    result: Mapping[str, Any]
    assessment: Assessment
    drift: Drift | None
    changed: bool
    ending: Ending
    settings: RunSettings
    operated: Settings
    weakened: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()


#: Takes what has to be said beside the result, (English, Japanese).
Saying = Callable[[str, str], object]
#: Returns (path, content) of the files to be written, of what a run has made.
Making = Callable[[Ran], Iterable[tuple[str, "str | bytes"]]]


def run(asked: Asked, make: Making, progress: Progress | None = None, say: Saying | None = None) -> Ran:
    """Judge a site, keep what was found, and tell the channels of the site.

    Whatever goes wrong once the history is open is kept as a run that ended with an error, told, and raised. A channel that
    fails is told by `say` and changes nothing of how the run ends.

    Raises:
        Locked: another run is at work.
        BadInput: the site's files or its history cannot be used.
        BadArguments: the history, or an output, cannot be written; nothing that was there is lost.
    """
    path = places.history_of(asked.folder)
    with places.held(path, asked.wait), store.opened(path, create=True) as history:
        try:
            with places.scratch(path) as copied:
                made, prepared = _judged(asked, history, copied, path, progress)
            with staging() as stage:
                for name, content in make(made):
                    stage.add(name, content)
                history.add(prepared)
                stage.place()
        except BaseException as error:
            failed = history.prepared(_failed(asked, error))
            with suppress(CannotRun):
                history.add(failed)
            if isinstance(error, Exception):  # whoever interrupts knows
                _tell(asked, history, _ended(asked, failed), site_loader.settings_of(asked.folder), say)
            raise
        ended = replace(_ended(asked, prepared), result=made.result, site=made.result["site"])
        _tell(asked, history, ended, made.operated, say)
        runs, days = made.settings.keep
        pruning.prune(history, keep=runs, days=days, today=made.assessment.day, at=_now(), shrink=False)
        return made


def _ended(asked: Asked, one: Prepared) -> Ended:
    told = one.told
    return Ended(
        run=one.run,
        hash=one.hash,
        day=told.day,
        site=Path(asked.folder).resolve().name,
        verdict=told.verdict,
        code=told.code,
        result=None,
        said=told.notes[0] if told.status is Status.ERROR else ("", ""),
        notes=tuple(told.notes),
    )


def _tell(asked: Asked, history: Store, ended: Ended, operated: Settings | None, say: Saying | None) -> None:
    if operated is None and say is not None and (Path(asked.folder) / "site.yaml").is_file():
        say(
            "segcheck: site.yaml cannot be used; nobody was told that the run failed",
            "segcheck: site.yaml を使えないため、実行の失敗を通知していません",
        )
    if not asked.notify or operated is None:
        return
    language = operated.language or "ja"
    for english, japanese in notifying.tell(history, operated.notify, ended, folder=asked.folder, language=language):
        if say is not None:
            say(f"segcheck: {english}", f"segcheck: {japanese}")


def _judged(asked: Asked, history: Store, copied: Path, path: Path, progress: Progress | None) -> tuple[Ran, Prepared]:
    day = asked.day or assessing.today()
    left = copying.copy(asked.folder, copied, without=path)
    try:
        validated = validating.validate(str(copied))
    except CannotRun as error:  # the site is where its user knows it
        raise type(error)(*(text.replace(str(copied), asked.folder) for text in (error.en, error.ja))) from error
    if validated.site is None:
        raise assessing.unusable(asked.folder, validated.files)
    settings = validated.site.settings.run
    fail_on = asked.fail_on or settings.fail_on
    accept = settings.accept_assumptions if asked.accept is None else asked.accept
    weakened = ((f"--fail-on {fail_on}",) if fail_on != "low" else ()) + (("--accept-assumptions",) if accept else ())
    last = history.last()
    before = _before(history, last)
    cuts = drifting.cuts(before) if before is not None else ()
    found = assessing.assess(asked.folder, day=day, progress=progress, validated=validated, cuts=cuts)
    seen = new_captures(asked.folder, validated, history, day)
    found = _joined(found, seen, history, day)
    checked = check_json.result(found.assessment, found.files, asked.run, weakened)
    replayed = replay_json.result(seen.replayed, found.files, asked.run, weakened) if seen.replayed else None
    result = run_json.with_captures(checked, replayed)
    end = ending.of_rules(found.assessment, fail_on, accept=accept)
    if seen.replayed is not None:
        end = ending.both(end, ending.of_captures(seen.replayed, fail_on))
    notes = (*left, *seen.notes)
    if seen.notes:  # a capture that was not read is no clean one
        end = ending.both(end, Ending(ending.Code.UNDECIDED))
    told = states.told(result, history, last, validated.site.devices)
    inputs = _inputs(result, validated, str(copied))
    after = reaching.reached(found.judgement) if found.judgement is not None else None
    drift = _drift(history, last, inputs, before, after, found, told.drift)
    if drift is not None:
        drift = replace(drift, changes=approving(validated.site, drift, history, inputs, datetime.now(UTC)))
    changed = drift is None or not drift.empty or _news(history, last, result, end)
    domains = {one.id: one.domain for one in validated.site.segments.values()}
    result = states.marked(result, told.states) | {"drift": run_json.drift(drift, domains), "chain": None}
    reach, sets = reaching.written(after) if after is not None else (None, {})
    prepared = history.prepared(
        store.Run(
            status=Status.JUDGED,
            verdict=result["verdict"],
            code=int(end.code),
            started=asked.run.started,
            finished=_now(),
            day=day.isoformat(),
            version=__version__,
            changed=changed,
            counts=_counts(result, told),
            result=result,
            reach=reach,
            sets=sets,
            inputs=inputs,
            findings=told.rows,
            captures=seen.done,
            notes=notes,
        )
    )
    chained = {"run": prepared.run, "hash": prepared.hash, "previous": prepared.previous}
    ran = Ran(
        run=prepared.run,
        hash=prepared.hash,
        result={**result, "chain": chained},
        assessment=found.assessment,
        drift=drift,
        changed=changed,
        ending=replace(end, notes=(*end.notes, *((f"segcheck: {en}", f"segcheck: {ja}") for ja, en in notes))),
        settings=settings,
        operated=validated.site.settings,
        weakened=weakened,
        notes=notes,
    )
    return ran, prepared


def _joined(found: Assessed, seen: NewCaptures, history: Store, day: date) -> Assessed:
    """Return a judgement whose requirements are decided by all that is known: rules, captures, what is declared.

    Of captures those count that this run replayed, and what those of the last weeks showed (`observed.DAYS`).
    """
    assessment, replayed = found.assessment, seen.replayed
    observed_now = replayed.assessment.findings if replayed is not None else ()
    findings = (*assessment.findings, *observed_now)
    points = {one.tap for one in replayed.files} if replayed is not None else set()
    waived = {one.fingerprint for one in assessment.site.waivers if one.approved <= day <= one.expires}
    refuted = observed.refuted(history, day, points, {*waived, *(one.fingerprint for one in findings)})
    if (seen.context is None and not refuted) or not assessment.requirements:
        return found
    with suppress(CapacityExceeded):  # then each stands as rules alone say, which were asked already
        met = requiring.stands(
            assessment.site,
            day,
            found.context,
            wanted=None,
            findings=findings,
            crossings=assessment.crossings,
            seen=seen.context,
            refuted=refuted,
        )
        return replace(found, assessment=replace(assessment, requirements=met))
    return found


def _before(history: Store, last: int | None) -> ReachedAll | None:
    document = history.reach(last) if last is not None else None
    return reaching.read(document, history.part) if document is not None else None


def _inputs(result: Mapping[str, Any], validated: Validated, folder: str) -> tuple[InputRow, ...]:
    """Return what was read, each file once for each device that it is of."""
    devices = meaning.of_devices(validated.bindings, folder)
    own = {one.source.path: meaning.of_file(one) for one in validated.files}
    rows = {}
    for one in result["inputs"]:
        device = one["device"] or ""
        meant = devices.get(device, "") if device else own.get(one["path"], "")
        rows[one["path"], device] = InputRow(one["path"], device, one["kind"], one["sha256"], meant)
    return tuple(sorted(rows.values()))


def _drift(
    history: Store,
    last: int | None,
    inputs: Iterable[InputRow],
    before: ReachedAll | None,
    after: ReachedAll | None,
    found: Assessed,
    findings: Any,
) -> Drift | None:
    if last is None:
        return None
    rows = inputs_drift(history.inputs(last), inputs, same_version=history.column(last, "version") == __version__)
    blind = any(one.state != "same" and one.device and one.meaning is Meaning.UNKNOWN for one in rows)
    crossings = drifting.drifted(before, after, blind=blind) if before is not None and after is not None else ()
    if found.judgement is not None:
        crossings = with_lines(found.judgement, crossings)
    return Drift(
        since=last,
        finished=history.column(last, "finished"),
        verdict=history.column(last, "verdict"),
        inputs=rows,
        crossings=crossings,
        findings=findings,
    )


def inputs_drift(old: Iterable[InputRow], new: Iterable[InputRow], *, same_version: bool) -> tuple[InputDrift, ...]:
    """Return how every file changed; what it means can be compared by one and the same version of segcheck only."""
    before = {(one.path, one.device): one for one in old}
    after = {(one.path, one.device): one for one in new}
    rows = []
    for key in sorted({*before, *after}):
        a, b = before.get(key), after.get(key)
        if a is None or b is None:
            rows.append(InputDrift(*key, "added" if a is None else "removed", Meaning.CHANGED))
            continue
        state = "same" if a.sha256 == b.sha256 else "changed"
        meant = meaning.compared(a.meaning, b.meaning) if same_version else Meaning.UNKNOWN
        # The meaning is the device's, of all its files: what another of them changed is not this one's.
        rows.append(InputDrift(*key, state, Meaning.SAME if state == "same" else meant))
    return tuple(rows)


def _news(history: Store, last: int | None, result: Mapping[str, Any], end: Ending) -> bool:
    if last is None:
        return True
    rows = history.runs()
    return (
        history.column(last, "verdict") != result["verdict"]
        or history.column(last, "code") != int(end.code)
        or rows[-1].run != last  # the runs in between failed: that it works again is news
    )


def _counts(result: Mapping[str, Any], told: states.Told) -> dict[str, int]:
    findings = [one for one in result["findings"] if not one["waiver"]]
    weights = {name: sum(one["severity"] == name for one in findings) for name in ("critical", "high", "medium", "low")}
    return {
        **weights,
        "waived": len(result["findings"]) - len(findings),
        "new": len(told.drift.new),
        "recurring": len(told.drift.recurring),
        "mended": len(told.drift.mended),
        "undecided_crossings": sum(one["verdict"] == "undecided" for one in result["crossings"]),
    }


def _failed(asked: Asked, error: BaseException) -> store.Run:
    """Return the run that is kept of one that failed; what another exception than ours says may quote an input."""
    if isinstance(error, CannotRun):
        code, said = UNUSABLE, (error.ja.splitlines()[0], error.en.splitlines()[0])
    elif isinstance(error, KeyboardInterrupt):
        code, said = INTERRUPTED, ("中断しました", "interrupted")
    else:
        kind = type(error).__name__
        code, said = INTERNAL, (f"内部エラー ({kind})", f"internal error ({kind})")
    return store.Run(
        status=Status.ERROR,
        verdict="",
        code=code,
        started=asked.run.started,
        finished=_now(),
        day=(asked.day or assessing.today()).isoformat(),
        version=__version__,
        changed=True,
        counts={},
        notes=(said,),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
