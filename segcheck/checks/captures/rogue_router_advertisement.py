"""A capture shows a router advertisement that does not come from the segment's router, or where there is to be no IPv6."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._neighbours import CLAIMS, Heard, Told, Wire, few, finding, listed, overheard, wires
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.neighbour import NeighbourKind
from segcheck.model.requirement import Covered
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

CHECK = Check(
    id="rogue-router-advertisement",
    weight=Weight.HIGH,
    requirements=("MN-15", "X-11"),
    title=("宣言にない IPv6 ルータ広告", "A router advertisement that nobody declared"),
    message=(
        "区間 {place} ({zone}) で {sender} が IPv6 のルータを名乗っている: {reason_ja}。プレフィックス {prefixes}、DNS {resolvers}。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "On {place} ({zone}) {sender} advertises itself as IPv6 router: {reason_en}. Prefixes {prefixes}, DNS {resolvers}. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("送信者の分からない IPv6 ルータ広告", "A router advertisement of nobody knows whom"),
        (
            "区間 {place} ({zone}) で {sender} が IPv6 のルータを名乗っている: {reason_ja}。プレフィックス {prefixes}、DNS {resolvers}。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
            "On {place} ({zone}) {sender} advertises itself as IPv6 router: {reason_en}. Prefixes {prefixes}, DNS {resolvers}. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
        ),
    ),
    why=(
        "端末はルータ広告を受けるだけで IPv6 の経路と DNS を得る。IPv4 の規則をすり抜ける出口になり、通信を横取りされる。",
        "A host that hears one has a way out by IPv6 and another resolver: past all rules for IPv4, and through whoever sent it.",
    ),
    fix=(
        "送信した機器を外すか IPv6 を無効にし、スイッチで RA ガードを有効にする。",
        "Take the sender off or switch its IPv6 off, and switch on RA guard.",
    ),
    wrong=(
        "ルータの宣言、または区間の IPv6 プレフィックスの宣言が足りないとき。",
        "If a router or an IPv6 prefix of the segment is missing in the topology.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def covered(context: SeenContext) -> Covered:
    """Return whether anything was heard of the neighbours on a segment of ours: most have no router that advertises."""
    return overheard(context, NeighbourKind.RA, *CLAIMS)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield router advertisements on our segments that no declared router may have sent as they are."""
    for wire in wires(context):
        for told in few(_strange(wire)) if wire.ours else ():
            named = listed(heard.sender for heard in told.members)
            yield finding(
                CHECK,
                wire,
                told,
                weight=wire.weight,
                params={
                    "sender": named,
                    "prefixes": listed(prefix for heard in told.members for prefix in heard.one.prefixes),
                    "resolvers": listed(resolver for heard in told.members for resolver in heard.one.resolvers),
                },
                remedy=(
                    f"{named} の機器を探して外すか、その IPv6 を止める。正しいルータであれば、そのアドレスとプレフィックスを宣言し、ルータ自身の ARP か近隣広告も入るようにキャプチャする。",
                    f"Find {named} and take it off or switch its IPv6 off; if it is the right router, declare its "
                    "addresses and prefixes, and capture its ARP or neighbour advertisements too.",
                ),
            )


def _strange(wire: Wire) -> Iterator[Told]:
    """Yield what is wrong or not known with the advertisements of each sender."""
    senders: dict[str, list[Heard]] = {}
    for heard in wire.of(NeighbourKind.RA):
        senders.setdefault(heard.one.mac or heard.one.address, []).append(heard)
    for _, mine in sorted(senders.items()):
        standing, reason = _judged(wire, mine)
        if standing is not None:
            yield Told((mine[0].sender,), standing, reason, tuple(mine))


def _judged(wire: Wire, heard: list[Heard]) -> tuple[Standing | None, Said]:
    """Return how the advertisements of one sender stand, None if nothing is wrong, and why."""
    known = wire.segment
    if known is not None and known.v6 == ():
        return Standing.VIOLATED, ("この区間は IPv6 なしと宣言されている", "the segment is declared to have no IPv6")
    offered = dict.fromkeys(prefix for one in heard for prefix in one.one.prefixes)
    declared = (known.v6 or ()) if known is not None else _everywhere(wire)
    if declared and not all(any(parse(text) <= own for own in declared) for text in offered):
        return Standing.VIOLATED, (
            "宣言にないプレフィックスを配っている",
            "it offers a prefix that nobody declared",
        )
    if any(wire.routes(one.one) for one in heard):
        if known is not None and known.v6 is None:
            return Standing.UNDECIDED, ("この区間の IPv6 は宣言されていない", "nobody declared the segment's IPv6")
        return None, ("", "")
    host = next((host for one in heard if (host := wire.host(one.one)) is not None), None)
    if host is not None:
        return Standing.VIOLATED, (f"ルータではなくホスト {host.id} である", f"it is host {host.id}, no router")
    return Standing.UNDECIDED, (
        "宣言されたどのルータかが分からない",
        "which declared router it is, if any, cannot be told",
    )


def _everywhere(wire: Wire) -> tuple[IntervalSet, ...]:
    """Return every IPv6 prefix of the site, () where a segment leaves it open: something else may be right there."""
    segments = wire.context.site.segments.values()
    if any(segment.v6 is None for segment in segments):
        return ()
    return tuple(prefix for segment in segments for prefix in segment.v6 or ())
