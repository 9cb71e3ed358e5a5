"""A capture shows a registered communication outside the hours of its entry."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.joining import minute_of
from segcheck.checks._hours import hours
from segcheck.checks._seen import Seen, SeenContext, causes, finding, name_of
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.schedule import week_minute

CHECK = Check(
    id="observed-out-of-hours",
    weight=Weight.MEDIUM,
    requirements=("X-03", "X-12"),
    title=("登録した時間帯の外の通信を観測", "Registered traffic was seen outside its hours"),
    message=(
        "台帳 {entry} の時間帯は「{hours}」だが、{src} から {dst} への {service} を時間外に観測した。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "Register entry {entry} is for `{hours}`, yet {service} from {src} to {dst} began outside it. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    why=(
        "時間帯も承認の一部である。立会いのない時間に開いた保守や接続は、だれも見ていない。",
        "The hours are part of what was approved: what is open while nobody attends is watched by nobody.",
    ),
    fix=(
        "規則に同じ時間帯のスケジュールを付けるか、台帳の時間帯を改めて承認を得る。",
        "Give the rule a schedule of the same hours, or change the entry's hours and have them approved.",
    ),
    wrong=("キャプチャした機器の時計が合っていないとき。", "If the clock of the machine that captured is wrong."),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what began outside its entry's hours (JST); hours that cannot be read for certain are not judged."""
    late = (less for one in context.seen if (less := _late(context, one)) is not None)
    for cause in causes(late, by_entry=True):
        entry = context.entries[cause.about]
        remedy = (
            f"台帳 {entry.id} の通信を「{entry.schedule}」の外では通さない。",
            f"Let the traffic of register entry {entry.id} pass within `{entry.schedule}` only.",
        )
        key = f"{entry.id}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}"
        yield finding(CHECK, context, cause, remedy, weight=CHECK.weight, params={"hours": entry.schedule}, key=key)


def _late(context: SeenContext, one: Seen) -> Seen | None:
    """Return the conversations of a sighting that began outside the hours of its entry."""
    entry = context.entries.get(one.sighting.entry)
    if one.sighting.ruling is not Ruling.REGISTERED or entry is None or not entry.schedule or one.narrow is None:
        return None
    allowed = hours(entry.schedule)
    if allowed is None:
        return None
    late = [number for number, time in enumerate(one.begun()) if week_minute(minute_of(time)) not in allowed]
    return one.narrow(late) if late else None
