"""A capture shows a registered communication at a time that its register entry does not name."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.turns import within
from segcheck.checks._seen import Seen, SeenContext, causes, finding, heard
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="observed-out-of-hours",
    weight=Weight.HIGH,
    requirements=("X-03",),
    title=("登録した時間帯の外の通信を観測", "Registered traffic was seen out of its hours"),
    message=(
        "台帳 {entry} は「{schedule}」だけの通信だが、{src} から {dst} への {service} がそれ以外の時間に始まった。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "Register entry {entry} is for “{schedule}” only, but {service} from {src} to {dst} began at another time. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    why=(
        "保守や画面転送は、人が見ている時間だけ使えることが前提である。時間外の接続は、誰かが人のいない間に入っている疑いがある。",
        "Maintenance and screen transfer are meant for hours in which somebody watches. At other times somebody may be in while nobody looks.",
    ),
    fix=(
        "接続した者に確かめ、時間外は規則のスケジュールか回線の切断で止める。",
        "Ask who connected, and stop it at other times: by the schedule of a rule, or by taking the line down.",
    ),
    wrong=(
        "臨時の作業が別に承認されているとき。キャプチャした機器の時計が狂っているとき。",
        "If the work was approved for once, or if the clock of the capturing machine is wrong.",
    ),
    unsure=(
        ("時間帯の定めを読み取れない登録の通信", "Registered traffic whose hours cannot be read"),
        (
            "台帳 {entry} の時間帯「{schedule}」を読み取れないため、{src} から {dst} への {service} (会話 {conversations}、{first} から {last}) が時間内かどうか判定できない。",
            "The hours “{schedule}” of register entry {entry} cannot be read: whether {service} from {src} to {dst} ({conversations} conversations, {first} to {last}) kept to them cannot be told.",
        ),
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def covered(context: SeenContext) -> Covered:
    """Return whether an entry has hours, and whether any conversation was captured."""
    if any(entry.schedule for entry in context.site.policy.register):
        return heard(context)
    return Covered(Coverage.NOTHING_TO_ASK, ("時間帯 (schedule) のある登録がない", "no entry has hours (schedule)"))


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what began out of the hours of its entry, then what cannot be told since the hours cannot be read."""
    scheduled = [
        one
        for one in context.seen
        if one.sighting.ruling is Ruling.REGISTERED
        and (entry := context.entries.get(one.sighting.entry)) is not None
        and entry.schedule
    ]
    for known in (True, False):
        found = [one for one in scheduled if _kept(context, one) is (False if known else None)]
        for cause in causes(found, by_entry=True):
            yield finding(
                CHECK,
                context,
                cause,
                _remedy(cause.about, known=known),
                weight=CHECK.weight if known else Weight.LOW,
                standing=Standing.VIOLATED if known else Standing.UNDECIDED,
                because=() if known else (f"hours:{cause.about}",),
                params={"schedule": context.entries[cause.about].schedule},
                key=f"{cause.about}:{cause.service}:{'out' if known else 'unread'}",
            )


def _kept(context: SeenContext, one: Seen) -> bool | None:
    """Return whether a sighting began within the hours of its entry; None where those cannot be read.

    The hours of the register tell sightings apart (`analysis.turns`), so the first conversation speaks for all.
    """
    return within(context.entries[one.sighting.entry].schedule, one.sighting.first)


def _remedy(entry: str, *, known: bool) -> Said:
    if known:
        return (
            f"台帳 {entry} の時間外に接続した者を確かめ、時間外は通さない。",
            f"Ask who connected out of the hours of register entry {entry}, and let nothing pass then.",
        )
    return (
        f"台帳 {entry} の時間帯を「火曜 22:00-23:00」のように書く。",
        f"Write the hours of register entry {entry} like “Tue 22:00-23:00”.",
    )
