"""A capture shows traffic where neither of its addresses belongs."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import MANY, SeenContext, causes, finding, key_of, name_of, tapped
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered

CHECK = Check(
    id="observed-foreign-source",
    weight=Weight.HIGH,
    requirements=("MN-01", "LG-01"),
    title=("その場所に属さないアドレスの通信を観測", "Traffic was seen where neither of its addresses belongs"),
    message=(
        "{src} ({src_zone}) から {dst} ({dst_zone}) への {service} を地点 {taps} で観測したが、どちらのアドレスもその側のものではない{tag_ja}。送信元の詐称か、図にない経路である。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)。",
        "{service} from {src} ({src_zone}) to {dst} ({dst_zone}) was seen at tap {taps}, where neither address belongs{tag_en}: a forged source, or a way that nobody declared. Conversations {conversations}, packets {packets}, {first} to {last} (Japan).",
    ),
    why=(
        "よそのアドレスを名乗る端末か、図にない接続がある。どちらも分離の前提を崩す。",
        "A host claims an address of elsewhere, or there is a connection that nobody declared: both undo the separation.",
    ),
    fix=(
        "その側の端末を調べ、送信元の検査 (uRPF) を有効にする。接続があるなら図に加える。",
        "Look for the host on that side and switch on source checks (uRPF); if there is a connection, declare it.",
    ),
    wrong=(
        "キャプチャ地点、VLAN 番号または経路の宣言が誤っているとき。",
        "If tap, VLAN numbers or routes are declared otherwise than they are.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where no tap was named: whose side an address belongs to can only be asked at one."""
    return tapped(context)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what was seen at a tap to whose side neither address belongs, or with a VLAN tag of no segment.

    What is forbidden and was seen at another tap where it does belong is told by the check of that.
    """
    for tagged in (False, True):
        found = [one for one in context.seen if one.sighting.stray and (one.sighting.vlan is not None) is tagged]
        found = [one for one in found if key_of(one.sighting) not in context.crossed]
        for cause in causes(found):
            tags = ", ".join(dict.fromkeys(str(one.sighting.vlan) for one in cause.members)) if tagged else ""
            some = ", ".join(tags.split(", ")[:MANY]) + (", ..." if tags.count(", ") >= MANY else "")
            remedy = (
                "送信元の端末を探し、機器で送信元アドレスを検査する。正しい接続であれば、トポロジに加える。",
                "Find the sender and have the device check source addresses; if the connection is right, declare it.",
            )
            params = {"tag_ja": f" (VLAN {some})" if tags else "", "tag_en": f" (VLAN {some})" if tags else ""}
            taps = "+".join(sorted({one.sighting.tap for one in cause.members}))
            key = f"{taps}:{tags}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}"
            yield finding(CHECK, context, cause, remedy, params=params, key=key)
