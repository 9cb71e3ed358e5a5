"""A capture shows a communication whose register entry is past its last day."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import SeenContext, causes, finding, heard, name_of
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Covered

CHECK = Check(
    id="expired-in-use",
    weight=Weight.HIGH,
    requirements=("SP-9", "MN-03", "X-12"),
    title=("期限切れの登録を使用中", "An expired entry is in use"),
    message=(
        "台帳 {entry} は {expires} で期限が切れているが、{src} から {dst} への {service} を観測した。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。{inferred_ja}",
        "Register entry {entry} expired on {expires}, yet {service} from {src} to {dst} was seen. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.{inferred_en}",
    ),
    why=(
        "期限の過ぎた通信は承認がない。使われているなら、更新か停止を決めなければならない。",
        "Nobody approves it any more; as it is in use, somebody has to renew or stop it.",
    ),
    fix=(
        "不要なら止めて規則を削除する。必要なら台帳を更新して承認を得る。",
        "Stop it and delete the rule, or renew the entry with an approval.",
    ),
    wrong=(
        "台帳の期限の書き漏らし。",
        "If the entry was renewed and the register not updated.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield one finding for each expired entry and pair of places that was seen after its last day (JST)."""
    found = [one for one in context.seen if one.sighting.ruling is Ruling.EXPIRED]
    for cause in causes(found, by_entry=True):
        remedy = (
            f"不要なら止める。必要なら台帳 {cause.about} を更新して承認を得る。",
            f"Stop it, or renew register entry {cause.about} with an approval.",
        )
        key = f"{cause.about}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}"
        params = {"expires": str(context.entries[cause.about].expires)}
        yield finding(CHECK, context, cause, remedy, params=params, key=key, breaks=("SP-9",))


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where the captures hold no conversation."""
    return heard(context)
