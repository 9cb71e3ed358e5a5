"""What there is to tell of a run: what holds as of it, and what happened in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from segcheck.app.history.chain import digest
from segcheck.model.notice import Matter, Said
from segcheck.reports import notices

Document = Mapping[str, Any]

#: Days after which what was told and still holds is told again; what nobody could decide, monthly.
_WEEK, _MONTH = 7, 30
#: Days before its last day at which an exception is told.
_SOON = 30
#: Checks that say how old an export is, or where it came from.
_STALE = ("input-origin",)
#: How the state of a finding ends that stands on captures alone.
_CAPTURES = " C"


def lasting(result: Document, notes: tuple[Said, ...] = ()) -> Iterator[Matter]:
    """Yield what holds as of a result: findings, what is undecided, what runs out."""
    checks = result.get("checks") or {}
    for one in result["findings"]:
        if not one["waiver"]:
            yield _finding(one, checks)
    open_pairs = [[one["src"], one["dst"]] for one in result["crossings"] if one["verdict"] == "undecided"]
    if open_pairs:
        full = tuple((f"{src} -> {dst}",) * 2 for src, dst in open_pairs[:20])
        yield _undecided("crossings", open_pairs, notices.said("crossings", count=len(open_pairs)), full)
    torn = [one for one in result["inputs"] if one["complete"] == "no"]
    if torn:
        names = [one["path"] for one in torn]
        yield _undecided("inputs", names, notices.said("incomplete", count=len(torn)), tuple((n, n) for n in names))
    if notes:
        yield _undecided("notes", [*notes], notices.said("notes", count=len(notes)), notes)
    day = date.fromisoformat(result["day"])
    for one in result.get("waivers") or ():
        left = (date.fromisoformat(one["expires"]) - day).days if one.get("expires") else -1
        if 0 <= left <= _SOON:
            yield Matter(
                key=f"waiver:{one['id']}",
                event="expiring",
                state=one["expires"],
                said=notices.said("waiver", id=one["id"], day=one["expires"], left=left),
                again=_WEEK,
            )
    yield from _register(result)
    yield from _awaited(result)


def happened(result: Document, run: int) -> Iterator[Matter]:
    """Yield what newly crosses since the run before, by the drift that is stored with a run."""
    for one in (result.get("drift") or {"crossings": ()})["crossings"]:
        widened = one["opened"]["total"] or one["possibly_opened"]["total"] or one["undecided"]
        if widened:
            said, full = notices.opened(one, run)
            yield Matter(
                key=f"reach:{run}:{one['src']}:{one['dst']}",
                event="reach",
                state="opened",
                said=said,
                full=full,
                lasting=False,
            )
    yield from _unapproved(result, run)


def failed(run: int, code: int, said: Said) -> Matter:
    """Return that a run ended with an error."""
    return Matter(
        key="run",
        event="error",
        state=digest([code, said[1]]),
        said=notices.said("error", run=run, code=code),
        full=(said,),
        again=_WEEK,
    )


def not_gone(result: Document) -> frozenset[str]:
    """Return the keys of findings that are not told and yet not mended: excepted, or nobody could look."""
    drift = result.get("drift")
    untold = drift["findings"]["untold"] if drift else ()
    excepted = [one for one in result["findings"] if one["waiver"]]
    return frozenset(f"finding:{one['fingerprint']}" for one in (*untold, *excepted))


def seen_only(state: str) -> bool:
    """Return whether a state is that of a finding that only captures show: what today's do not show is not mended."""
    return state.endswith(_CAPTURES)


def _finding(one: Document, checks: Mapping[str, Document]) -> Matter:
    said, full = notices.finding(one, checks)
    undecided = one["verdict"] == "undecided"
    event = "stale" if one["check"] in _STALE else "undecided" if undecided else "finding"
    return Matter(
        key=f"finding:{one['fingerprint']}",
        event=event,
        state=f"{one['severity']} {one['verdict']} {','.join(one['source'])}",
        said=said,
        full=full,
        weight=one["severity"],
        again=_MONTH if undecided else _WEEK,
    )


def _undecided(key: str, state: object, said: Said, full: tuple[Said, ...]) -> Matter:
    return Matter(key=f"undecided:{key}", event="undecided", state=digest(state), said=said, full=full, again=_MONTH)


def _register(result: Document) -> Iterator[Matter]:
    """Yield each entry that runs out, told anew at each of the terms; hundreds of a section have their line in common."""
    for group in result.get("renewals") or ():
        for one in group["entries"]:
            yield Matter(
                key=f"register:{one['id']}",
                event="expiring",
                state=f"{one['expires']} {group['within_days']}",
                said=notices.said("register", section=group["section"] or "-", within=group["within_days"]),
                item=f"{one['id']} {one['expires']}",
            )


def _unapproved(result: Document, run: int) -> Iterator[Matter]:
    for one in (_changes(result) or {"unapproved": ()})["unapproved"]:
        reason = notices.said(f"change.{one['reason']}")
        ja, en = (notices.said(f"change.{one['kind']}", reason=text)[of] for of, text in enumerate(reason))
        yield Matter(
            key=f"change:{run}:{one['kind']}:{one['what']}",
            event="changes",
            state=one["reason"],
            said=(ja, en),
            full=((one["what"],) * 2,),
            lasting=False,
        )


def _awaited(result: Document) -> Iterator[Matter]:
    for one in (_changes(result) or {"awaited": ()})["awaited"]:
        yield Matter(
            key=f"awaited:{one['ticket']}",
            event="changes",
            state=digest(one["devices"]),
            said=notices.said("awaited", ticket=one["ticket"], count=len(one["devices"]), until=one["until"]),
            full=tuple((name, name) for name in one["devices"]),
            again=_WEEK,
        )


def _changes(result: Document) -> Document | None:
    drift = result.get("drift")
    found: Document | None = drift.get("changes") if drift else None
    return found
