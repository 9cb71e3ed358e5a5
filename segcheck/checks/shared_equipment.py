"""Switches, hypervisors and storage that tiers share which must not, or without keeping them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.checks._base import Context
from segcheck.checks._declared import missing
from segcheck.checks._sharing import documented, shared
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import DeviceKind, EquipmentKind, Responsibility, Tier

CHECK = Check(
    id="shared-equipment",
    weight=Weight.HIGH,
    requirements=("MN-12", "X-01"),
    title=("系統をまたいで共用する設備", "Equipment that tiers share"),
    message=(
        "共用設備 {subject} が、共用してはならない系統にまたがるか、分離されていない。{facts}",
        "Shared equipment {subject} spans tiers that must not share it, or does not keep them apart. {facts}",
    ),
    why=(
        "共用する設備が一台乗っ取られると、ファイアウォールを通らずに系統を越えられる。",
        "Whoever takes over what tiers share crosses between them past every firewall.",
    ),
    fix=(
        "マイナンバー利用事務系の設備をインターネット側と分け、その他の共用は分離の方法を文書にする。",
        "Give the My Number tier equipment apart from the internet side; document how other sharing is kept apart.",
    ),
    wrong=("zones の書き誤り。", "If `zones` is a slip."),
    reads=(Basis.ATTRIBUTES,),
)
SWITCHES = (DeviceKind.SWITCH, DeviceKind.L3_SWITCH)
#: A body has to say of each of these whether it is shared.
ASKED = (EquipmentKind.SWITCH, EquipmentKind.HYPERVISOR, EquipmentKind.STORAGE)
KINDS = tuple(kind for kind in EquipmentKind if kind is not EquipmentKind.PRINTER)


def find(context: Context) -> Iterator[Finding]:
    """Yield what My Number and internet side share, and what is declared not to keep its zones apart."""
    yield from shared(context, CHECK, KINDS, mynumber=("MN-12",), others=("X-01",))


def covered(context: Context) -> Mapping[str, Covered]:
    """Return whether all that zones share is declared, with how it is kept apart and the document that says so.

    MN-12 is about what the My Number tier shares.
    """
    return {"MN-12": _covered(context, Tier.MYNUMBER), "X-01": _covered(context)}


def _covered(context: Context, tier: Tier | None = None) -> Covered:
    site = context.site
    declared = {name for one in site.equipment.values() for name in (one.id, *one.devices)}
    silent = []
    for device in site.devices.values():
        if device.kind not in SWITCHES or device.responsibility is not Responsibility.CITY or device.id in declared:
            continue
        if not context.concerns_device(device.id):
            continue
        zones = {site.segments[one.segment].zone for one in device.interfaces if one.segment}
        if len(zones) > 1 and (tier is None or tier in {site.zones[zone].tier for zone in zones}):
            silent.append(device.id)
    if silent:
        names = ", ".join(silent)
        return missing(
            f"複数のゾーンを収容する機器の共用が申告されていない: {names} (equipment)",
            f"nobody declared how these carry several zones: {names} (equipment)",
        )
    return documented(context, ASKED, tier)
