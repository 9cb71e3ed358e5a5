"""A capture shows a registered communication opened by the wrong end."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import SeenContext, causes, finding, heard, key_of, name_of
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Covered

CHECK = Check(
    id="observed-reversed",
    weight=Weight.HIGH,
    requirements=("SP-4", "MN-03", "X-12"),
    title=("登録と逆向きに開始された通信を観測", "A registered session was opened the other way round"),
    message=(
        "台帳 {entry} の通信を、逆の {src} ({src_zone}) から {dst} ({dst_zone}) へ開始している ({service})。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。{inferred_ja}",
        "The session of register entry {entry} was opened the other way round, from {src} ({src_zone}) to {dst} ({dst_zone}) ({service}). Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.{inferred_en}",
    ),
    why=(
        "台帳は開始側も決めている。守られる側へ外から開始できると、登録した意味がない。",
        "The register says who opens. If the other end can open too, the protected side is open to attack.",
    ),
    fix=(
        "開始側を直し、逆向きを通す規則を閉じる。",
        "Let the registered end open the session, and close the rules for the other direction.",
    ),
    wrong=(
        "台帳の開始側の書き誤り。",
        "If the register names the wrong initiator.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what was opened by the end that the register does not name."""
    found = (one for one in context.seen if one.sighting.ruling is Ruling.REVERSED)
    for cause in causes((one for one in found if key_of(one.sighting) in context.crossed), by_entry=True):
        entry = cause.about
        remedy = (
            f"{name_of(cause.first.src)} から開始させない。台帳 {entry} の向きだけを規則で許す。",
            f"Keep {name_of(cause.first.src)} from opening sessions: permit only the direction of register entry {entry}.",
        )
        yield finding(
            CHECK,
            context,
            cause,
            remedy,
            key=f"{entry}:{cause.first.src.place}>{cause.first.dst.place}",
            breaks=("SP-4",),
        )


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where the captures hold no conversation."""
    return heard(context)
