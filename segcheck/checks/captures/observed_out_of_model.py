"""A capture shows a registered communication of a kind that the city's model does not know there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from segcheck.analysis import permitting
from segcheck.checks._models import reason
from segcheck.checks._seen import SeenContext, causes, finding, heard, name_of
from segcheck.model.check import Check, Said
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Covered

CHECK = Check(
    id="observed-out-of-model",
    weight=Weight.HIGH,
    requirements=("LG-01", "X-12"),
    title=("モデルにない登録の通信を観測", "Registered traffic that the model does not know was seen"),
    message=(
        "台帳 {entry} ({kind}) の {src} ({src_zone}) から {dst} ({dst_zone}) への {service} を観測したが、{model} モデルでは認められない。{why_ja}。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。{inferred_ja}",
        "{service} from {src} ({src_zone}) to {dst} ({dst_zone}) was seen under register entry {entry} ({kind}), which the model {model} does not know: {why_en}. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.{inferred_en}",
    ),
    why=(
        "同じ画面転送でも、モデルによって認められる向きが違う。移行の後に前のモデルの通信が残ると、分割が崩れる。",
        "The same screen transfer is allowed in one model and not in another: what is left of the former model undoes the separation.",
    ),
    fix=(
        "移行が済んだセグメントでは通信を止め、台帳から外す。移行前なら profiles の日付と範囲を直す。",
        "Stop it where the new model holds and retire the entry, or mend dates and segments of the profiles.",
    ),
    wrong=(
        "profiles の日付・範囲、または台帳の種別の書き誤り。",
        "If the profiles' dates or segments, or the entry's kind, are wrong.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where the captures hold no conversation; that no profile holds is a finding."""
    return heard(context)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what is registered and in force, but not in the model of the day (JST) and the segments."""
    found = (one for one in context.seen if one.sighting.ruling is Ruling.OUT_OF_MODEL)
    for cause in causes(found, by_entry=True):
        one, entry = cause.first, context.entries[cause.about]
        held = [
            profile.model.value
            for profile in context.site.policy.profiles
            if any(profile.holds(end.wire, one.days[1]) for end in (one.src, one.dst))
        ]
        remedy = (
            f"台帳 {entry.id} の通信を止めて登録を廃止するか、profiles を実際の移行に合わせる。",
            f"Stop register entry {entry.id} and retire it, or make the profiles say what the migration is.",
        )
        why = _why(context, entry.id, one.days[1])
        params = {"model": ", ".join(dict.fromkeys(held)), "kind": entry.kind.value, "why_ja": why[0], "why_en": why[1]}
        key = f"{entry.id}:{name_of(one.src)}>{name_of(one.dst)}"
        yield finding(CHECK, context, cause, remedy, params=params, key=key)


def _why(context: SeenContext, name: str, day: date) -> Said:
    """Return why the models in force on a day refuse an entry, with its cell."""
    guideline = context.site.policy.guideline
    refusals = [
        one for held in permitting.Register(context.site).on(day) if held.entry.id == name for one in held.refusals
    ]
    if guideline is None or not refusals:
        return "この会話の日または場所では、モデルが認めない", "not where and when it was seen"
    return reason(guideline, refusals[0])
