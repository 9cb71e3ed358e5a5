"""Switches, hypervisors, storage and printers that tiers share which must not, or without keeping them apart."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, by_name, claimed, coverage, finding, missing, nothing
from segcheck.model.check import Check, Said
from segcheck.model.declared import Equipment
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import DeviceKind, EquipmentKind, Responsibility, Tier

CHECK = Check(
    id="shared-equipment",
    weight=Weight.HIGH,
    requirements=("MN-12", "MN-14", "X-06"),
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
INTERNET = (Tier.INTERNET, Tier.DMZ, Tier.PUBLIC, Tier.SECURITY_CLOUD, Tier.SCHOOL)
APART = among("isolation", "physical", "vlan", "vrf", "vsys", "host")
SWITCHES = (DeviceKind.SWITCH, DeviceKind.L3_SWITCH)


def find(context: Context) -> Iterator[Finding]:
    """Yield what My Number and internet side share, and what is declared not to keep its zones apart."""
    for one in _shared(context):
        subject = _subject(one)
        tiers = {context.site.zones[zone].tier for zone in one.zones}
        printer = one.kind is EquipmentKind.PRINTER
        mynumber = Tier.MYNUMBER in tiers
        named = ("MN-14", "X-06") if printer and mynumber else ("X-06",) if printer else ("MN-12",)
        if mynumber and (beside := sorted(tier.value for tier in tiers & set(INTERNET))):
            facts = f"zones: {', '.join(one.zones)} (mynumber, {', '.join(beside)})"
            yield finding(CHECK, subject, (), weight=Weight.CRITICAL, requirements=named, facts=facts)
        isolation = subject.attributes.get("isolation")
        if isolation is not None and isolation.value == "none":
            weight = Weight.CRITICAL if mynumber else Weight.HIGH
            key = f"{one.id}:isolation"
            yield finding(CHECK, subject, (isolation,), weight=weight, requirements=named, key=key)


def covered(context: Context) -> Covered:
    """Return whether all that zones share is declared, with how it is kept apart and the document that says so."""
    site = context.site
    declared = {name for one in site.equipment.values() for name in (one.id, *one.devices)}
    silent = [
        device.id
        for device in site.devices.values()
        if device.kind in SWITCHES and device.responsibility is Responsibility.CITY and device.id not in declared
        if len({site.segments[one.segment].zone for one in device.interfaces if one.segment}) > 1
    ]
    if silent:
        names = ", ".join(silent)
        return missing(
            f"複数のゾーンを収容する機器の共用が申告されていない: {names} (equipment)",
            f"nobody declared how these carry several zones: {names} (equipment)",
        )
    shared = tuple(_shared(context))
    if not shared:
        if site.equipment:
            return nothing("ゾーンをまたぐ共用設備がない", "no equipment spans zones")
        return missing(
            "共用設備の有無が申告されていない (仮想基盤・ストレージ・複合機など。equipment)",
            "nobody says what zones share: hypervisors, storage, printers (equipment)",
        )
    told = coverage(context, [_subject(one) for one in shared], (APART,))
    bare: list[Said] = [(f"{one.id} (document)", f"{one.id} (document)") for one in shared if not one.document]
    return claimed(bare) if told.coverage is Coverage.ASKED and bare else told


def _shared(context: Context) -> Iterator[Equipment]:
    return (one for one in context.site.equipment.values() if len(set(one.zones)) > 1)


def _subject(one: Equipment) -> Subject:
    return Subject(one.id, one.zones[0], None, (), by_name(one.attributes), one.span)
