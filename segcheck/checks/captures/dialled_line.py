"""A capture shows PPPoE on a wire that is no declared line: somebody dials a way out of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segcheck.checks._base import crossing_requirements
from segcheck.checks._neighbours import Heard, Told, Wire, finding, listed, wires
from segcheck.checks._seen import SeenContext
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.neighbour import NeighbourKind
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import LinkKind, Tier

CHECK = Check(
    id="dialled-line",
    weight=Weight.HIGH,
    requirements=("IN-02", "IN-01", "LG-05", "MN-01", "MN-02", "X-12"),
    title=("宣言にない回線への PPPoE 接続", "PPPoE where no line was declared"),
    message=(
        "区間 {place} ({zone}) で {sender} が PPPoE を使っている: {reason_ja}。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "On {place} ({zone}) {sender} speaks PPPoE: {reason_en}. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    unsure=(
        ("どの回線か分からない PPPoE 接続", "PPPoE on a line of nobody knows whom"),
        (
            "{place} で {sender} が PPPoE を使っている: {reason_ja}。宣言された回線かどうかは分からない。フレーム {packets}、{first} から {last} (日本時間)、地点 {taps}。",
            "On {place} {sender} speaks PPPoE: {reason_en}; whether the line is a declared one cannot be told. Frames {packets}, {first} to {last} (Japan), taps {taps}.",
        ),
    ),
    why=(
        "PPPoE は加入者回線へつなぐ手順である。庁内の区間で見えるなら、セキュリティクラウドを通らない回線がある。",
        "PPPoE connects to a subscriber's line. Where it shows inside, there is a line that does not go through the security cloud.",
    ),
    fix=(
        "回線とその機器を探して庁内 LAN から外す。必要な回線であれば、接続点として宣言し承認を得る。",
        "Find the line and its device and take them off the campus LAN; declare and approve it if it is needed.",
    ),
    wrong=(
        "その地点が回線側のインターフェースで、トポロジに回線 (links) が書かれていないとき。",
        "If the tap stands on a line that the topology does not list among its links.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)
_KINDS = (NeighbourKind.PPPOE, NeighbourKind.PPPOE_LINE)
#: Links to somebody else, or below them: PPPoE is at home there.
_LINES = (
    LinkKind.UNDERLAY,
    LinkKind.SECURITY_CLOUD,
    LinkKind.LGWAN,
    LinkKind.JUKI,
    LinkKind.GOV_CLOUD,
    LinkKind.MAINTENANCE,
    LinkKind.ISP,
    LinkKind.LTE,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield each wire of ours on which PPPoE was heard; less grave where nobody answered, undecided where the wire is not known."""
    for wire in wires(context):
        heard = [one for one in wire.of(*_KINDS) if wire.ours and not _on_a_line(context, one.tap)]
        if heard:
            yield _finding(wire, heard)


def covered(context: SeenContext) -> Covered:
    """Return whether a tap stood where no line is declared."""
    inside = [tap for tap in context.neighbours if tap in context.site.taps and not _on_a_line(context, tap)]
    if not inside:
        return Covered(
            Coverage.NO_INPUT,
            ("庁内の区間の地点でのキャプチャがない", "no capture was taken at a tap of an inner segment"),
        )
    return Covered(Coverage.ASKED)


def _on_a_line(context: SeenContext, name: str) -> bool:
    tap = context.site.taps.get(name)
    return tap is not None and any(
        link.kind in _LINES and any((end.device, end.interface) == (tap.device, tap.interface) for end in link.ends)
        for link in context.site.links.values()
    )


def _finding(wire: Wire, heard: list[Heard]) -> Finding:
    line = any(one.one.kind is NeighbourKind.PPPOE_LINE for one in heard)
    names = tuple(dict.fromkeys(one.sender or "-" for one in heard))
    reason: Said = ("回線につながっている", "a line is connected")
    if not line:
        reason = ("接続先を探しているが、応答はない", "it looks for a line, and none answers")
    standing = Standing.VIOLATED if wire.segment is not None else Standing.UNDECIDED
    tier = wire.context.site.zones[wire.zone].tier if wire.zone else Tier.UNKNOWN
    sender = listed(names)
    found = finding(
        CHECK,
        wire,
        Told(names, standing, reason, tuple(heard)),
        weight=wire.weight if line else Weight.MEDIUM,
        params={"sender": sender},
        remedy=(
            f"{sender} の機器と回線を探して外す。正しい回線であれば links に宣言する。",
            f"Find the device {sender} and its line and take them off; declare the line among the links if it is right.",
        ),
    )
    return replace(found, key=wire.name, requirements=("IN-02", *crossing_requirements(tier, Tier.PUBLIC)))
