"""Terminals of the resident registry (統合端末) that serve something else, stand elsewhere, or touch another tier."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import Subject, among, by_name, coverage, finding, judged, missing, segments_of
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site_words import HostRole, Tier

CHECK = Check(
    id="registry-terminal",
    weight=Weight.CRITICAL,
    requirements=("X-09",),
    title=("住基の統合端末の不備", "A terminal of the resident registry serves or touches something else"),
    message=(
        "統合端末 {subject} の申告が条件を満たさない。{facts}",
        "What is declared of registry terminal {subject} does not meet its conditions. {facts}",
    ),
    why=(
        "住基ネットへの入口を他の用途に使えば、そこから本人確認情報に届く。",
        "Where the way into the registry network serves something else, that something reaches the registry.",
    ),
    fix=(
        "統合端末を専用にし、住基CSのセグメントかそのファイアウォールの内側に置き、他のネットワークから外す。",
        "Dedicate the terminal, put it on the CS segment or behind its firewall, and take it off every other network.",
    ),
    wrong=("申告の後に配置を変えたとき。", "If it was moved after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
PLACED = (among("juki_place", "cs_segment", "behind_firewall"), among("dedicated_use", True))
#: The tiers of the segments that a place means: another one contradicts it.
_MEANT = {"cs_segment": (Tier.JUKI,), "behind_firewall": (Tier.JUKI, Tier.MYNUMBER)}
#: What a registry terminal may stand in beside the registry's own segments.
BESIDE = (Tier.JUKI, Tier.MYNUMBER)


def find(context: Context) -> Iterator[Finding]:
    """Yield terminals that fall short, that the topology has elsewhere, and that stand in another tier's segment too."""
    site = context.site
    for subject in _terminals(context):
        yield from judged(context, CHECK, (subject,), PLACED)
        place = subject.attributes.get("juki_place")
        meant = _MEANT.get(str(place.value)) if place is not None else None
        if place is not None and meant is not None and subject.tier is not None and subject.tier not in meant:
            facts = f"juki_place: {place.value} ≠ {', '.join(subject.segments)} ({subject.tier.value})"
            yield finding(CHECK, subject, (place,), key=f"{subject.id}:place", facts=facts, rules=True)
        other = subject.attributes.get("other_segments")
        names = other.value if other is not None and isinstance(other.value, tuple) else ()
        outside = [name for name in names if site.zones[site.segments[name].zone].tier not in BESIDE]
        if other is not None and outside:
            yield finding(CHECK, subject, (other,), key=f"{subject.id}:other", facts=", ".join(outside))


def covered(context: Context) -> Covered:
    """Return whether there are such terminals, and where they stand and what they serve is declared."""
    found = tuple(_terminals(context))
    if not found:
        return missing(
            "統合端末が宣言されていない (住基のゾーンの role: terminal か、juki_place の申告)",
            "no registry terminal is declared (role: terminal in the registry's zone, or juki_place)",
        )
    return coverage(context, found, PLACED)


def _terminals(context: Context) -> Iterator[Subject]:
    """Yield the terminals in zones of the registry, whoever answers for them, and what declares where it stands."""
    site = context.site
    for host in site.hosts.values():
        held = by_name(host.attributes)
        tier = site.zones[site.segments[host.segment].zone].tier if host.segment else None
        if (host.role is HostRole.TERMINAL and tier is Tier.JUKI) or "juki_place" in held:
            yield Subject(host.id, context.zone_of(host.segment), tier, (host.segment,), held, host.span)
    for group in site.groups.values():
        held = by_name(group.attributes)
        if "juki_place" in held:
            segments = segments_of(context, group)
            zones = {site.segments[name].zone for name in segments}
            tier = site.zones[zones.pop()].tier if len(zones) == 1 else None
            yield Subject(group.id, "", tier, segments, held, group.span)
