"""A capture shows another protocol than a registered communication is meant to speak."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import SeenContext, causes, finding, heard, name_of
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Grade
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="protocol-differs",
    weight=Weight.HIGH,
    requirements=("MN-03", "X-12"),
    title=("登録と異なる内容の通信", "Registered traffic speaks another protocol"),
    message=(
        "台帳 {entry} の {src} から {dst} への {service} は {expected} のはずだが、会話 {differs} 件の内容は {actual} である。想定どおりの会話 {conforms}、判定できない会話 {unknown}。{first} から {last} (日本時間)、地点 {taps}。",
        "{service} from {src} to {dst} (register entry {entry}) should be {expected}, but {differs} conversations speak {actual}. Conversations that are as expected: {conforms}, that cannot be told: {unknown}. {first} to {last} (Japan), taps {taps}.",
    ),
    why=(
        "番号だけ合わせれば、画面転送やウェブのためのポートで別の通信を通せる。",
        "With the right port number alone, anything can pass where screen transfer or web traffic is meant to.",
    ),
    fix=(
        "送信元と宛先で動いているものを確かめ、登録した内容以外は止める。",
        "See what runs on both ends and stop whatever is not what was registered.",
    ),
    wrong=(
        "登録した内容が、同じ番号を使う別のプロトコルのとき (expect で示す)。",
        "If what is registered is meant to use the port for something else: say so with `expect`.",
    ),
    unsure=(
        ("内容を判定できない通信", "Registered traffic whose protocol cannot be told"),
        (
            "台帳 {entry} は {src} から {dst} への {service} の内容を {expected} と定めているが、会話 {unknown} 件は判定できない (地点 {taps})。",
            "Register entry {entry} wants {service} from {src} to {dst} to be {expected}; of {unknown} conversations that cannot be told (taps {taps}).",
        ),
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def covered(context: SeenContext) -> Covered:
    """Return whether the first words of a registered conversation were captured, of which a protocol is expected."""
    known = heard(context)
    held = [one.sighting.content for one in context.seen if one.sighting.content is not None]
    if known.coverage is not Coverage.ASKED or any(one.conforms or one.differs for one in held):
        return known
    return Covered(
        Coverage.NO_INPUT,
        (
            "内容が分かる登録済みの会話がキャプチャにない",
            "no capture holds what a registered conversation says",
        ),
    )


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what surely or apparently is another protocol, then what cannot be told though the register names a protocol."""
    for grade in (Grade.DIFFERS, Grade.UNKNOWN):
        found = [one for one in context.seen if (held := one.sighting.content) is not None and held.grade is grade]
        if grade is Grade.UNKNOWN:
            found = [one for one in found if one.sighting.content is not None and one.sighting.content.declared]
        for cause in causes(found, by_entry=True):
            expected = ", ".join(dict.fromkeys(c.expected for c in cause.contents))
            actual = ", ".join(dict.fromkeys(name for c in cause.contents for name, _ in c.differing))
            params = {
                "expected": expected,
                "actual": actual or "?",
                "differs": str(sum(c.differs for c in cause.contents)),
                "conforms": str(sum(c.conforms for c in cause.contents)),
                "unknown": str(sum(c.unknown for c in cause.contents)),
            }
            yield finding(
                CHECK,
                context,
                cause,
                _remedy(cause.about, expected, sure=grade is Grade.DIFFERS),
                weight=Weight.HIGH if grade is Grade.DIFFERS else Weight.LOW,
                standing=Standing.VIOLATED if grade is Grade.DIFFERS else Standing.UNDECIDED,
                because=() if grade is Grade.DIFFERS else (f"content:{cause.about}",),
                params=params,
                key=f"{cause.about}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}:{grade.value}",
            )


def _remedy(entry: str, expected: str, *, sure: bool) -> Said:
    if sure:
        return (
            f"{expected} 以外を止める。台帳 {entry} に {expected} と異なる内容が必要なら、expect を改めて承認を得る。",
            f"Stop whatever is not {expected}. If register entry {entry} is meant for something else, change its `expect` and have it approved.",
        )
    return (
        "開始から双方の最初のデータまでが入るように、切り詰めずにキャプチャする。",
        "Capture from the opening to the first words of both ends, without cutting frames short.",
    )
