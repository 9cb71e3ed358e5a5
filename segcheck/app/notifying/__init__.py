"""Telling people what a scheduled run found, by the channels of site.yaml, once.

matters    what there is to tell
memory     what each channel was told
sending    a message to one channel
mail, syslog, command, by_apprise   the channels; nothing else of segcheck opens a socket or starts a program

A channel is told what it does not know yet, what changed, what is gone, and from time to time what still holds. What was told
is noted after the channel took it: a run that is killed in between is followed by one that tells it again (at least once). A
channel that fails is noted and tried again by the next run; how a run ends does not depend on it, since it says how the
network stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from segcheck.app.history.store import Store
from segcheck.app.notifying import matters, memory
from segcheck.errors import CannotRun
from segcheck.lang.columns import printable
from segcheck.model.channel import Channel
from segcheck.model.finding import Weight
from segcheck.model.history import Status
from segcheck.model.notice import Matter, Message, Said, Told
from segcheck.reports import notices

#: Lines of one message.
_MOST = 200
#: Items behind one line.
_ITEMS = 40
_GRAVE = ("critical", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that is stored.

    result   None: it failed, and `said` (Japanese, English) is why
    notes    what could not be read
    """

    run: int
    hash: str
    day: str
    site: str
    verdict: str
    code: int
    result: Mapping[str, Any] | None
    said: Said = ("", "")
    notes: tuple[Said, ...] = ()


def tell(
    store: Store, channels: Sequence[Channel], ended: Ended, *, folder: str, language: str
) -> tuple[tuple[str, str], ...]:
    """Tell each active channel what it has to know of a run; return the failures to be shown, (English, Japanese)."""
    from segcheck.app.notifying import sending

    active = [one for one in channels if one.active]
    if not active:
        return ()
    failures = []
    for channel in active:
        try:
            asked = _asked(store, channel, ended)
            gone = [key for key, _ in asked.gone]
            if not (asked.pending or asked.gone_told):
                memory.passed(store, channel.id, ended.run, gone)
                continue
            note = sending.send(channel, _message(channel, asked, ended, language), folder)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            memory.delivered(store, channel.id, ended.run, ended.day, at, asked.pending, gone, note)
        except Exception as error:  # whatever a channel does, the run is made and kept
            reason = error.en if isinstance(error, CannotRun) else sending.reason(error)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            with suppress(CannotRun):
                memory.undelivered(store, channel.id, ended.run, at, reason)
            failures.append(
                (
                    f"notification {channel.id}: not told ({reason}); the next run tries again",
                    f"通知 {channel.id}: 送信できませんでした ({reason})。次回の実行で再試行します",
                )
            )
    return tuple(failures)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a channel is to be told: matters, and what is gone; `gone_told` is what of that it wants to hear."""

    pending: tuple[Matter, ...]
    gone: tuple[tuple[str, Told], ...]
    gone_told: tuple[tuple[str, Told], ...]


def _asked(store: Store, channel: Channel, ended: Ended) -> _Asked:
    known = memory.told(store, channel.id)
    now = {one.key: one for one in _now(ended)}
    pending = [one for one in now.values() if _wanted(channel, one) and _due(one, known.get(one.key), ended.day)]
    pending += [one for one in _happened(store, channel, ended) if _wanted(channel, one)]
    gone: list[tuple[str, Told]] = []
    if ended.result is not None:
        kept = {*now, *matters.not_gone(ended.result)}
        gone = [(key, one) for key, one in known.items() if key not in kept and not matters.seen_only(one.state)]
    # What ran out of a list of terms is no recovery; it is told by what follows from it.
    heard = [one for one in gone if not one[0].startswith(("waiver:", "register:", "awaited:"))]
    return _Asked(tuple(pending), tuple(gone), tuple(heard) if "recovered" in channel.on else ())


def _now(ended: Ended) -> Iterator[Matter]:
    if ended.result is None:
        yield matters.failed(ended.run, ended.code, ended.said)
    else:
        yield from matters.lasting(ended.result, ended.notes)


def _happened(store: Store, channel: Channel, ended: Ended) -> Iterator[Matter]:
    """Yield what happened in every run that the channel was not told of, this one included."""
    since = memory.cursor(store, channel.id)
    for row in store.runs():
        if since is None or not since < row.run < ended.run:
            continue
        if row.status == Status.ERROR.value:
            said = next(iter(store.notes(row.run)), ("", ""))
            yield Matter(
                key=f"run:{row.run}",
                event="error",
                state="failed",
                said=notices.said("error", run=row.run, code=row.code),
                full=(said,),
                lasting=False,
            )
        elif (earlier := store.result(row.run)) is not None:
            yield from matters.happened(earlier, row.run)
    if ended.result is not None:
        yield from matters.happened(ended.result, ended.run)


def _wanted(channel: Channel, one: Matter) -> bool:
    light = bool(one.weight) and Weight(one.weight).rank > Weight(channel.min).rank
    return one.event in channel.on and not light


def _due(one: Matter, known: Told | None, day: str) -> bool:
    if known is None or known.state != one.state:
        return True
    return bool(one.again) and (date.fromisoformat(day) - date.fromisoformat(known.day)).days >= one.again


def _message(channel: Channel, asked: _Asked, ended: Ended, language: str) -> Message:
    of = 0 if language == "ja" else 1
    counts = Counter(one.event for one in asked.pending) + Counter(recovered=len(asked.gone_told))
    common: dict[str, list[str]] = {}
    for one in asked.pending:
        common.setdefault(one.said[of], []).extend([one.item] * bool(one.item))
    told = []
    for one in asked.pending:
        items = common.get(one.said[of], []) if one.item else []
        if one.item and items[0] != one.item:
            continue  # told with the first that has this line
        more = f" (+{len(items) - _ITEMS})" if len(items) > _ITEMS else ""
        line = f"{one.said[of]}: {', '.join(items[:_ITEMS])}{more}" if items else one.said[of]
        told.append((one.event, line, [each[of] for each in one.full]))
    told += [("recovered", notices.said("gone", what=one.said[of])[of], []) for _, one in asked.gone_told]
    lines: list[str] = []
    for _, line, full in told:
        lines.append(f"- {printable(line)}")
        if channel.detail == "full":
            lines += [f"    {printable(each)}" for each in full]
    if len(lines) > _MOST:
        lines = [*lines[:_MOST], notices.said("more", count=len(lines) - _MOST)[of]]
    grave = any(one.weight in _GRAVE or one.event in ("error", "reach") for one in asked.pending)
    return Message(
        site=ended.site,
        day=ended.day,
        number=ended.run,
        hash=ended.hash,
        verdict=ended.verdict,
        title=notices.titled(language, ended.site, ended.run, ended.hash, counts),
        lines=(*lines, "", *notices.trailer(language, ended.day, ended.verdict, ended.run, ended.hash)),
        grave=grave,
        matters=tuple({"event": event, "text": line} for event, line, _ in told[:_MOST]),
    )
