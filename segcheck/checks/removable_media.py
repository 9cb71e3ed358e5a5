"""Terminals of the LGWAN and internet tiers on which media are not blocked (媒体の接続)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import among, coverage, hosts, judged, terminals
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Tier

CHECK = Check(
    id="removable-media",
    weight=Weight.HIGH,
    requirements=("X-07",),
    title=("媒体を接続できる端末", "Media can be connected to a terminal"),
    message=(
        "端末 {subject} に記憶媒体を自由に接続できると申告されている。{facts}",
        "Terminal {subject} is declared to take any medium. {facts}",
    ),
    why=(
        "媒体は無害化を通らずに系統を越える。ネットワークからは見えない。",
        "Media cross the tiers past the sanitiser, and no network shows it.",
    ),
    fix=(
        "媒体の接続を止める。取り込みが必要なら、取込元のゾーンの無害化端末だけで行う。",
        "Block media; where import is needed, use a sanitising kiosk in the zone that it comes from.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
#: Of the My Number tier `takeout-blocked` asks more.
TIERS = (Tier.LGWAN, Tier.INTERNET)
ASKED = (among("usb_storage", "blocked", "whitelist"),)


def find(context: Context) -> Iterator[Finding]:
    """Yield terminals on which any medium may be used."""
    yield from judged(context, CHECK, hosts(context, TIERS, roles=(HostRole.TERMINAL,)), ASKED)


def covered(context: Context) -> Covered:
    """Return whether it is declared of every terminal, with evidence."""
    found, none = terminals(context, TIERS, ("LGWAN接続系・インターネット接続系", "LGWAN and internet tiers"))
    return coverage(context, found, ASKED) if found else none
