"""A capture shows a communication whose register entry nobody had approved then, or that was retired."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import SeenContext, causes, finding, heard, key_of, name_of, unapproved
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered

CHECK = Check(
    id="unapproved-in-use",
    weight=Weight.HIGH,
    requirements=("SP-9", "MN-03", "X-12"),
    title=("承認のない登録を使用中", "An entry that is not approved is in use"),
    message=(
        "台帳 {entry} は承認されていない (状態 {status}、承認日 {approved}) が、{src} から {dst} への {service} を観測した。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。{inferred_ja}",
        "Register entry {entry} was not approved (status {status}, approved {approved}), yet {service} from {src} to {dst} was seen. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.{inferred_en}",
    ),
    why=(
        "申請中や廃止の登録は許可ではない。承認の前に使い始めた通信を、だれも判断していない。",
        "What is applied for or retired permits nothing: nobody has decided on what is in use already.",
    ),
    fix=(
        "止める。必要であれば、先に台帳の承認を得る。",
        "Stop it, or have the entry approved first.",
    ),
    wrong=(
        "承認されたのに台帳の状態や承認日を改めていないとき。",
        "If it was approved and the register not updated.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield one finding for each entry and pair of places that was seen while the entry permitted nothing."""
    found = [
        one for one in context.seen if unapproved(context, one.sighting) and key_of(one.sighting) in context.crossed
    ]
    for cause in causes(found, by_entry=True):
        entry = context.entries[cause.about]
        remedy = (
            f"止める。必要であれば、台帳 {entry.id} の承認を先に得る。",
            f"Stop it, or have register entry {entry.id} approved first.",
        )
        key = f"{entry.id}:{name_of(cause.first.src)}>{name_of(cause.first.dst)}"
        params = {"status": entry.status.value, "approved": str(entry.approved or "-")}
        yield finding(CHECK, context, cause, remedy, params=params, key=key, breaks=("SP-9",))


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where the captures hold no conversation."""
    return heard(context)
