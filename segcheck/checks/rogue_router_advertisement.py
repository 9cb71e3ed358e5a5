"""A capture shows a router advertisement that does not come from the segment's router, or where there is to be no IPv6."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._neighbours import Heard, Wire, finding, wires
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.neighbour import NeighbourKind
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


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield router advertisements on our segments that no declared router may have sent as they are."""
    for wire in wires(context):
        for mac, heard in _by_sender(wire) if wire.ours else ():
            standing, reason = _judged(wire, heard)
            if standing is None:
                continue
            named = heard[0].sender
            yield finding(
                CHECK,
                wire,
                heard,
                subject=named,
                key=mac,
                standing=standing,
                weight=wire.weight,
                params={
                    "sender": named,
                    "reason_ja": reason[0],
                    "reason_en": reason[1],
                    "prefixes": _listed(heard, "prefixes"),
                    "resolvers": _listed(heard, "resolvers"),
                },
                remedy=(
                    f"{named} の機器を探して外すか、その IPv6 を止める。正しいルータであれば、そのアドレスとプレフィックスを宣言し、ルータ自身の ARP か近隣広告も入るようにキャプチャする。",
                    f"Find {named} and take it off or switch its IPv6 off; if it is the right router, declare its "
                    "addresses and prefixes, and capture its ARP or neighbour advertisements too.",
                ),
            )


def _by_sender(wire: Wire) -> Iterator[tuple[str, list[Heard]]]:
    found: dict[str, list[Heard]] = {}
    for heard in wire.of(NeighbourKind.RA):
        found.setdefault(heard.one.mac or heard.one.address, []).append(heard)
    yield from sorted(found.items())


def _listed(heard: list[Heard], what: str) -> str:
    return ", ".join(dict.fromkeys(text for one in heard for text in getattr(one.one, what))) or "-"


def _judged(wire: Wire, heard: list[Heard]) -> tuple[Standing | None, Said]:
    """Return how the advertisements of one sender stand, None if nothing is wrong, and why."""
    known = wire.segment
    if known is not None and known.v6 == ():
        return Standing.VIOLATED, ("この区間は IPv6 なしと宣言されている", "the segment is declared to have no IPv6")
    offered = dict.fromkeys(prefix for one in heard for prefix in one.one.prefixes)
    declared = (known.v6 or ()) if known is not None else _everywhere(wire)
    if declared:
        foreign = [text for text in offered if not any(parse(text) <= own for own in declared)]
        if foreign:
            texts = ", ".join(foreign)
            return Standing.VIOLATED, (f"宣言にないプレフィックス {texts}", f"it offers {texts}, which is not declared")
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
