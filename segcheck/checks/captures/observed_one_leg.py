"""A capture shows one leg of a sanitised communication, and not the other, though a tap would show that too."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import Cause, Seen, SeenContext, finding
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import LegUse, Observed
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="observed-one-leg",
    weight=Weight.LOW,
    requirements=("LG-02", "LG-13"),
    title=("無害化通信の片側だけを観測", "Only one leg of a sanitised communication was seen"),
    message=(
        "台帳 {entry} の無害化装置 {gateway} で、{seen_ja}の通信 {conversations} 件を観測したが、{missing_ja}の通信は見える地点があるのに観測していない。{first} から {last} (日本時間)、地点 {taps}。中身は確かめていない。{inferred_ja}",
        "At sanitiser {gateway} of register entry {entry}, {conversations} conversations {seen_en} were seen and none {missing_en}, though a tap would show them. {first} to {last} (Japan), taps {taps}. What they carried was not examined.{inferred_en}",
    ),
    why=(
        "入った分が出ていないか、別の経路で届いた分が出ている。無害化装置を通らない経路があるかもしれない。",
        "What came in did not go out, or what went out came by another way: there may be one past the sanitiser.",
    ),
    fix=(
        "装置のログで、入った分と出た分を突き合わせる。",
        "Compare what came in and went out in the gateway's own log.",
    ),
    wrong=(
        "キャプチャの時間が短く、まだ取り出していない・隔離されただけのとき。",
        "If the capture was short and files were not fetched yet, or mail is held back.",
    ),
    asks=Basis.CAPTURES,
)
_SIDES: dict[bool, Said] = {True: ("入る側", "towards it"), False: ("出る側", "from it on")}


def covered(context: SeenContext) -> Covered:
    """Return whether sanitised communications are in force, and whether taps would show both legs of any."""
    if not context.legs:
        return Covered(
            Coverage.NOTHING_TO_ASK, ("有効な無害化通信の登録がない", "no entry of kind sanitise is in force")
        )
    if all(one.observed is Observed.NOT_VISIBLE for one in context.legs):
        return Covered(
            Coverage.NO_INPUT,
            (
                "無害化装置の両側が見える地点のキャプチャがない",
                "no capture was taken where the legs of a sanitiser show",
            ),
        )
    return Covered(Coverage.ASKED)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield each sanitised communication of which one side was seen and the other would have been."""
    entries: dict[str, list[LegUse]] = {}
    for one in context.legs:
        entries.setdefault(one.entry, []).append(one)
    for entry, legs in entries.items():
        seen = [one for one in legs if one.seen]
        sides = {one.incoming for one in seen}
        missing = [one for one in legs if one.incoming not in sides]
        if len(sides) != 1 or not missing or any(one.observed is not Observed.NOT_SEEN for one in missing):
            continue
        sightings = {id(each) for one in seen for each in one.sightings}
        members = tuple(one for one in context.seen if id(one.sighting) in sightings)
        yield _finding(context, entry, seen, members)


def _finding(context: SeenContext, entry: str, seen: list[LegUse], members: tuple[Seen, ...]) -> Finding:
    there, missing = _SIDES[seen[0].incoming], _SIDES[not seen[0].incoming]
    gateway = seen[0].gateway
    cause = Cause(members, "legs", entry)
    return finding(
        CHECK,
        context,
        cause,
        (
            f"{gateway} のログで、{there[0]}と{missing[0]}の件数を突き合わせる。",
            f"Compare what {gateway} logged {there[1]} with what it logged {missing[1]}.",
        ),
        weight=CHECK.weight,
        standing=Standing.UNDECIDED,
        params={
            "entry": entry,
            "gateway": gateway,
            "seen_ja": there[0],
            "seen_en": there[1],
            "missing_ja": missing[0],
            "missing_en": missing[1],
        },
        key=f"{entry}:{'in' if seen[0].incoming else 'out'}",
    )
