"""Packets cross between zones that no entry of the register permits, or may do so for all that could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.analysis.crossings import Judged
from segcheck.analysis.examples import example
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.network import Doubt
from segcheck.checks import _coverage
from segcheck.checks._base import Context, crossing_weight
from segcheck.checks._doubts import doubted, reasons, remedies
from segcheck.checks._grouping import SHOWN, Mistake, findings, removal
from segcheck.checks._models import forbidden
from segcheck.checks._services import broken_by
from segcheck.checks.unregistered_crossing import apart
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight, WitnessEvidence
from segcheck.model.requirement import Covered
from segcheck.model.trace import Verdict

CHECK = Check(
    id="forbidden-crossing",
    weight=Weight.CRITICAL,
    requirements=(
        "SP-4",
        *("MN-01", "MN-02", "MN-07", "MN-09", "MN-10", "MN-11", "MN-13"),
        *("LG-01", "LG-02", "LG-03", "LG-04", "LG-05", "LG-06", "LG-07", "LG-09", "LG-11", "LG-13"),
        *("IN-01", "IN-03", "IN-04", "IN-05", "IN-08", "X-03", "X-04", "X-05", "X-08", "X-09", "X-12"),
    ),
    title=("台帳にない通信がゾーンを越えられる", "Unregistered traffic can cross between zones"),
    message=(
        "台帳にない通信がゾーンを越えられる。区間対 {count}: {places}。通している規則: {rules}",
        "Traffic that nobody registered can cross between zones. Pairs of places: {count} ({places}). Let through by: {rules}",
    ),
    unsure=(
        ("越えられないと示せないゾーン", "It cannot be shown that nothing crosses"),
        (
            "台帳にない通信がゾーンを越えないと示せない。{why_ja}。区間対 {count}: {places}",
            "It cannot be shown that no unregistered traffic crosses: {why_en}. Pairs of places: {count} ({places})",
        ),
    ),
    crosses=True,
    why=(
        "三層の分離・分割は、台帳に載せて承認した通信だけが越えることで成り立つ。載っていない通信路は、情報の持ち出しや侵入の経路になる。",
        "The tiers are apart only as long as nothing crosses but what was registered and approved. "
        "Any other way carries data out or attackers in.",
    ),
    fix=(
        "規則を削除するか、台帳に登録した範囲まで狭める。必要な通信であれば、先に台帳へ登録して承認を得る。",
        "Delete the rule or narrow it to what is registered. If the traffic is needed, register and approve it first.",
    ),
    wrong=(
        "トポロジーの経路やセグメントが実際と違うとき。実例のパケットを機器自身の確認コマンドで確かめる。",
        "If routes or segments of the topology are not the real ones: check the witness with the device's own lookup command.",
    ),
)


def covered(context: Context) -> Mapping[str, Covered]:
    """Return ASKED wherever there are such pairs of zones; what cannot be told of them is a finding."""
    return _coverage.between(context, CHECK)


def find(context: Context) -> Iterator[Finding]:
    """Yield what surely crosses by rule line, but for what only lacks an entry, then what possibly crosses by what is not known."""
    yield from findings(context, CHECK, apart(context)[False], _remedy)
    undecided: dict[tuple[Doubt, ...], list[Judged]] = {}
    for pair in context.judgement.pairs:
        if pair.standing is Standing.UNDECIDED:
            undecided.setdefault(pair.because, []).append(pair)
    for doubts, pairs in undecided.items():
        yield _open(context, doubts, pairs)


def _open(context: Context, doubts: tuple[Doubt, ...], pairs: list[Judged]) -> Finding:
    """Return the finding for all pairs that the same doubts leave open."""
    pairs = sorted(pairs, key=lambda one: crossing_weight(one.src.tier, one.dst.tier).rank)
    first = pairs[0]
    packet = example(context.network, first.forbidden_may, first.src.id, first.dst.id)
    possible = [
        one for one in travel(context.network, first.src.id, packet).journeys if one.verdict is not Verdict.DENY
    ]
    ways = sorted(possible, key=lambda one: (one.delivered is None or one.delivered.id != first.dst.id, len(one.hops)))[
        :1
    ]
    zones = tuple(dict.fromkeys((one.src.zone, one.dst.zone) for one in pairs))
    places = [f"{one.src.id} → {one.dst.id}" for one in pairs]
    packets = first.forbidden_may
    for other in pairs[1:]:
        packets = packets | other.forbidden_may
    why = reasons(doubts)
    names = tuple(doubt.id for doubt in doubts)
    universe = context.judgement.reach.universe
    broken = (name for one in pairs for name in broken_by(universe, one.src.tier, one.dst.tier, one.forbidden_may))
    return Finding(
        check=CHECK.id,
        weight=crossing_weight(first.src.tier, first.dst.tier),
        standing=Standing.UNDECIDED,
        basis=(Basis.RULES,),
        subject=", ".join(dict.fromkeys(doubt.subject for doubt in doubts)) or f"{zones[0][0]} → {zones[0][1]}",
        key="because:" + "+".join(names),
        src_zone=zones[0][0],
        dst_zone=zones[0][1],
        zones=zones,
        params=(
            ("count", str(len(places))),
            ("places", ", ".join(places[:SHOWN]) + (", ..." if len(places) > SHOWN else "")),
            ("why_ja", why[0]),
            ("why_en", why[1]),
            ("zones", ", ".join(f"{src} → {dst}" for src, dst in zones)),
        ),
        packets=packets.boxes(4),
        because=(*names, *(name for doubt in doubts for name in doubt.because)),
        evidence=(
            WitnessEvidence(packet, first.src.id, None, tuple(ways), confirm(context.network, ways)),
            *doubted(context, doubts),
        ),
        remedy=remedies(doubts),
        requirements=tuple(dict.fromkeys(broken)),
    )


def _remedy(context: Context, mistake: Mistake) -> Said:
    japanese, english = removal(context, mistake)
    pairs = sorted(
        (one.pair for one in mistake.causes), key=lambda one: crossing_weight(one.src.tier, one.dst.tier).rank
    )
    for pair in pairs:
        banned = forbidden(context.register.profiling, pair.src.id, pair.dst.id, context.day)
        if banned is not None:  # registering is no remedy
            return f"{japanese}{banned[0]}。", f"{english} {banned[1]}."
    if not mistake.rules:
        return japanese, english
    return (
        f"{japanese}必要な通信であれば、先に台帳へ登録して承認を得て、規則をその範囲に狭める。",
        f"{english} If the traffic is needed, register and approve it first, and permit nothing else.",
    )
