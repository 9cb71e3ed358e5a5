"""Equipment that zones share, of one kind after the other: what must not be shared, and what does not keep apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, by_name, claimed, coverage, finding, missing, nothing
from segcheck.model.check import Check, Said
from segcheck.model.declared import Equipment
from segcheck.model.finding import Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site_words import EquipmentKind, Tier

#: Tiers with which the My Number tier shares nothing (domain MN-12, MN-14).
INTERNET = (Tier.INTERNET, Tier.DMZ, Tier.PUBLIC, Tier.SECURITY_CLOUD, Tier.SCHOOL)
APART = among("isolation", "physical", "vlan", "vrf", "vsys", "host")


def shared(
    context: Context,
    check: Check,
    kinds: Collection[EquipmentKind],
    *,
    mynumber: tuple[str, ...],
    others: tuple[str, ...],
) -> Iterator[Finding]:
    """Yield what My Number and internet side share, and what is declared not to keep its zones apart.

    mynumber, others   the requirements that it breaks with and without the My Number tier
    """
    for one in _several(context, kinds):
        subject = _subject(one)
        tiers = {context.site.zones[zone].tier for zone in one.zones}
        inside = Tier.MYNUMBER in tiers
        named = mynumber if inside else others
        if inside and (beside := sorted(tier.value for tier in tiers & set(INTERNET))):
            facts = f"zones: {', '.join(one.zones)} (mynumber, {', '.join(beside)})"
            yield finding(check, subject, (), weight=Weight.CRITICAL, requirements=named, facts=facts)
        isolation = subject.attributes.get("isolation")
        if isolation is not None and isolation.value == "none":
            weight = Weight.CRITICAL if inside else Weight.HIGH
            key = f"{one.id}:isolation"
            yield finding(check, subject, (isolation,), weight=weight, requirements=named, key=key)


def documented(context: Context, kinds: Collection[EquipmentKind], tier: Tier | None = None) -> Covered:
    """Return whether each kind is declared at all, and what zones share of it rests on evidence and a document.

    Equipment of one zone is declared too: it says that this is not shared. `tier`: only what that tier shares is asked.
    """
    held = {one.kind for one in context.site.equipment.values()}
    lacking = ", ".join(kind.value for kind in kinds if kind not in held)
    if lacking:
        return missing(
            f"共用の有無が申告されていない: {lacking} (equipment。共用しないものもゾーンを 1 つ書いて載せる)",
            f"nobody says whether these are shared: {lacking} (equipment; name one zone for what is not)",
        )
    zones = [name for name, one in context.site.zones.items() if tier is None or one.tier is tier]
    several = tuple(one for one in _several(context, kinds) if not set(one.zones).isdisjoint(zones))
    if not several:
        bare: list[Said] = []
        own = [one for one in context.site.equipment.values() if one.kind in kinds]
        bare = [(f"{one.id} (document)", f"{one.id} (document)") for one in own if not one.document]
        return claimed(bare) if bare else nothing("ゾーンをまたぐものがない", "nothing of it spans zones")
    told = coverage(context, [_subject(one) for one in several], (APART,))
    bare = [(f"{one.id} (document)", f"{one.id} (document)") for one in several if not one.document]
    return claimed(bare) if told.coverage is Coverage.ASKED and bare else told


def _several(context: Context, kinds: Collection[EquipmentKind]) -> Iterator[Equipment]:
    return (one for one in context.site.equipment.values() if one.kind in kinds and len(set(one.zones)) > 1)


def _subject(one: Equipment) -> Subject:
    return Subject(one.id, one.zones[0], None, (), by_name(one.attributes), one.span)
