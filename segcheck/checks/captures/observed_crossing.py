"""A capture shows traffic between zones that nobody registered."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis.profiling import Profiling
from segcheck.checks._models import SCREENS, forbidden
from segcheck.checks._seen import (
    SHOWN,
    Cause,
    Seen,
    SeenContext,
    causes,
    crosses,
    finding,
    heard,
    key_of,
    name_of,
    unapproved,
    ways,
)
from segcheck.checks._services import SCREEN
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Covered
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="observed-crossing",
    weight=Weight.HIGH,
    requirements=("SP-11", "MN-01", "LG-01"),
    title=("台帳にない越境を観測", "Unregistered traffic between zones was seen"),
    message=(
        "{src} ({src_zone}) から {dst} ({dst_zone}) への {service} を観測した。台帳にない。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。{added_ja}{inferred_ja}",
        "{service} from {src} ({src_zone}) to {dst} ({dst_zone}) was seen; it is not registered. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.{added_en}{inferred_en}",
    ),
    why=(
        "台帳で承認していない通信が実際にゾーンを越えた。規則の誤り、抜け道、または侵害の跡である。",
        "Traffic that nobody approved did cross: a rule is wrong, there is a way round, or a host is compromised.",
    ),
    fix=(
        "送信元の端末を確かめて止め、通した経路を閉じる。必要な通信なら台帳に登録して承認を得る。",
        "Find the sender and stop it, close the way it took, or have the traffic registered and approved.",
    ),
    wrong=(
        "アドレスの宣言がトポロジと実際とで違うとき。開始を見ていない通信は向きが逆のことがある。",
        "If addresses are declared otherwise than they are used. Of traffic whose opening was not seen, the direction may be the other one.",
    ),
    unsure=(
        ("台帳にあるか判定できない通信", "Traffic that may be registered or not"),
        (
            "{src} ({src_zone}) から {dst} ({dst_zone}) への {service} は台帳と突き合わせられない: {reason_ja}。会話 {conversations}、地点 {taps}。{inferred_ja}",
            "{service} from {src} ({src_zone}) to {dst} ({dst_zone}) cannot be compared with the register: {reason_en}. Conversations {conversations}, taps {taps}.{inferred_en}",
        ),
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what crossed though nobody registered it, then what cannot be told.

    What cannot have come from where its addresses say is a finding of `observed-foreign-source` instead.
    """
    guideline = context.site.policy.guideline
    profiling = None if guideline is None else Profiling(context.site, guideline)
    crossed = (one for one in context.seen if one.sighting.ruling is Ruling.NOT_REGISTERED)
    mine = (one for one in crossed if key_of(one.sighting) in context.crossed and not unapproved(context, one.sighting))
    for cause in causes(mine):
        # Between the very ends of an entry in force it is another service than the registered one.
        breaks = ("SP-11",) if any(one.sighting.entry for one in cause.members) else ()
        banned = _banned(profiling, cause)
        remedy = _stopped(cause) if banned else ways(context, cause)
        yield finding(CHECK, context, cause, remedy, params=_added(cause, banned), breaks=breaks)
    standing = [one for one in context.seen if crosses(one.sighting) and not one.sighting.stray]
    for ruling, reason, remedy in _UNSURE:
        for cause in causes(one for one in standing if one.sighting.ruling is ruling):
            yield finding(
                CHECK,
                context,
                cause,
                remedy,
                standing=Standing.UNDECIDED,
                because=(f"{ruling.value}:{cause.first.src.place}",),
                params={"reason_ja": reason[0], "reason_en": reason[1]},
            )


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where no conversation was seen at all: a capture that shows nothing shows nothing of other services."""
    return heard(context)


_UNSURE = (
    (
        Ruling.TRANSLATED,
        (
            "途中でアドレスが変換され、だれの通信か分からない",
            "its addresses are translated on the way, whose it is cannot be told",
        ),
        (
            "変換の前のアドレスが見える地点でキャプチャする。",
            "Capture at a tap that sees the addresses before they are translated.",
        ),
    ),
    (
        Ruling.UNDECLARED,
        ("両端とも宣言されていないアドレスである", "nobody declared the addresses of either end"),
        ("両端のセグメントをトポロジに加える。", "Add the segments of both ends to the topology."),
    ),
)


def _banned(profiling: Profiling | None, cause: Cause) -> Said | None:
    """Return that the models do not allow it, whether or not anybody registered it; None where an entry could."""
    one = cause.first
    src, dst = (spot.wire or spot.place for spot in (one.src, one.dst))
    if all(map(_screen, cause.members)):
        said = forbidden(profiling, src, dst, one.days[1], screen=True)
        if said is not None:
            return said
    return forbidden(profiling, src, dst, one.days[1])


def _screen(one: Seen) -> bool:
    """Return whether it is screen transfer by what it says or, where that is not known, by its port."""
    spoken, sighting = one.speak(), one.sighting
    ports = SCREEN.get(sighting.proto, IntervalSet.empty())
    return spoken in SCREENS or (not spoken and not sighting.fragment and sighting.port in ports)


def _stopped(cause: Cause) -> Said:
    """Return what to do about what no entry can permit: registering it is no remedy."""
    src, dst = name_of(cause.first.src), name_of(cause.first.dst)
    return (
        f"{src} の送信元を確かめて止め、{dst} へ通した機器の規則を閉じる。移行中なら、profiles が実際のモデルと合っているかを確かめる。",
        f"Find and stop the sender in {src}, and close the rule that let it through to {dst}. "
        "During a migration, see whether the profiles say which model really holds.",
    )


def _added(cause: Cause, banned: Said | None) -> dict[str, str]:
    """Return what is said beside: the protocol that it speaks, that it left its zone on the way, that no model allows it."""
    spoken = ", ".join(dict.fromkeys(name for one in cause.members[:SHOWN] if (name := one.speak())))
    japanese, english = [], []
    if spoken:
        japanese.append(f"内容は {spoken}。")
        english.append(f" It speaks {spoken}.")
    if any(one.sighting.transit for one in cause.members):
        japanese.append("同じゾーンの間の通信だが、途中で別のゾーンを通っている。")
        english.append(" Both ends are in one zone, but it passed another on its way.")
    if banned is not None:
        japanese.append(f"{banned[0]}。")
        english.append(f" {banned[1]}.")
    return {"added_ja": "".join(japanese), "added_en": "".join(english)}
