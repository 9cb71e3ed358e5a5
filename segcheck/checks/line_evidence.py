"""Lines to a cloud, and lines apart from the tiers, that are declared to be other than they must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from segcheck.analysis import permitting
from segcheck.checks._base import Context
from segcheck.checks._declared import (
    Asked,
    Subject,
    among,
    broken,
    by_name,
    coverage,
    finding,
    judged,
    missing,
    nothing,
)
from segcheck.checks._sanitising import segments
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Link
from segcheck.model.site_words import HostRole, LinkKind, Tier

CHECK = Check(
    id="line-evidence",
    weight=Weight.HIGH,
    requirements=("MN-09", "LG-10", "IN-11"),
    title=("クラウドや別回線の接続の不備", "A line to a cloud, or one apart, is not what it must be"),
    message=(
        "{subject} の接続が条件を満たさない。{facts}",
        "The connection of {subject} does not meet its conditions. {facts}",
    ),
    unsure=(
        ("クラウドが分離されているか分からない", "Whether a cloud is apart cannot be told"),
        (
            "{subject} がマイナンバー利用事務系から離れているか判定できない。{facts}",
            "Whether {subject} is apart from the My Number tier cannot be told. {facts}",
        ),
    ),
    why=(
        "クラウド上の領域も庁内の系統の一部である。インターネット経由の回線や共用の機器があれば、そこから系統に入れる。",
        "An area in a cloud is part of its tier: by a line over the internet, or a shared device, others get into the tier there.",
    ),
    fix=(
        "専用回線か閉域網でつなぎ、系統ごとに領域を分け、契約書などを根拠に申告する。",
        "Use a dedicated or closed line, keep the areas of the tiers apart, and declare it with the contract as evidence.",
    ),
    wrong=("回線の種別や申告の書き誤り。", "If the kind of a line, or what is declared of it, is written wrongly."),
    reads=(Basis.RULES, Basis.ATTRIBUTES),
)
LINE = (among("line_type", "dedicated", "closed_vpn"),)
AREA = (Asked("internet_use", lambda one, _: isinstance(one.value, tuple) and "other" not in one.value),)
DETACHED = (among("own_equipment", True),)


def find(context: Context) -> Iterator[Finding]:
    """Yield lines and areas that by declaration or kind fall short, and LGWAN systems in a cloud that My Number can meet."""
    for one in _found(context):
        yield replace(one, key=f"{one.subject}:{one.requirements[0]}")  # one line may serve two of them


def _found(context: Context) -> Iterator[Finding]:
    area, lines = _area(context)
    yield from judged(context, CHECK, lines, LINE, weight=Weight.CRITICAL, requirements=("MN-09",))
    for subject in area:
        used = _exceptions(context)
        wrong = broken(context, subject, AREA)
        told = subject.attributes.get("internet_use")
        if wrong:
            yield finding(CHECK, subject, wrong, weight=Weight.CRITICAL, requirements=("MN-09",))
        elif used and told is not None and told.value == ("none",):
            facts = f"internet_use: none ≠ {', '.join(used)}"
            yield finding(CHECK, subject, (told,), requirements=("MN-09",), facts=facts)
    clouds = _clouds(context)
    for link in _to(context, tuple(clouds)):
        subject = _subject(link)
        if link.kind in (LinkKind.ISP, LinkKind.LTE):
            facts = f"kind: {link.kind.value}"
            yield finding(CHECK, subject, (), requirements=("LG-10",), facts=facts, rules=True)
        else:
            yield from judged(context, CHECK, (subject,), LINE, requirements=("LG-10",))
    for subject in clouds.values():
        yield from _beside(context, subject)
    yield from judged(context, CHECK, _detached(context), DETACHED, requirements=("IN-11",))


def covered(context: Context) -> Mapping[str, Covered]:
    """Return for each requirement whether there is such a line, and what is declared of it."""
    area, lines = _area(context)
    government = coverage(context, lines, LINE)
    if not area:
        government = nothing("ガバメントクラウドのゾーンがない", "there is no zone of the government cloud")
    elif not lines:
        government = missing(
            "ガバメントクラウドへの回線が宣言されていない (links の kind: gov_cloud)",
            "no line to the government cloud is declared (kind: gov_cloud in links)",
        )
    elif government.coverage is Coverage.ASKED:
        government = coverage(context, area, AREA)
    clouds = _clouds(context)
    links = [_subject(one) for one in _to(context, tuple(clouds))]
    cloud = coverage(context, links, LINE)
    if not clouds:
        cloud = nothing("LGWAN接続系のシステムはクラウドにない", "no system of the LGWAN tier is in a cloud")
    elif not links:
        names = ", ".join(clouds)
        cloud = missing(f"{names} への回線が宣言されていない (links)", f"no line to {names} is declared (links)")
    apart = tuple(_detached(context))
    detached = coverage(context, apart, DETACHED) if apart else nothing("別回線がない", "no line is apart")
    return {"MN-09": government, "LG-10": cloud, "IN-11": detached}


def _area(context: Context) -> tuple[tuple[Subject, ...], tuple[Subject, ...]]:
    """Return the zones of the government cloud, and the lines that lead there."""
    zones = [one for one in context.site.zones.values() if one.tier is Tier.GOV_CLOUD]
    area = tuple(Subject(one.id, one.id, one.tier, (), by_name(one.attributes), one.span) for one in zones)
    lines = (one for one in context.site.links.values() if one.kind is LinkKind.GOV_CLOUD)
    return area, tuple(map(_subject, lines))


def _exceptions(context: Context) -> tuple[str, ...]:
    """Return the exceptions for the internet that the policy states."""
    names = ("gov_cloud_patch", "gov_cloud_licence", "gov_cloud_console")
    return tuple(name for name in names if getattr(context.site.policy.options, name))


def _clouds(context: Context) -> Mapping[str, Subject]:
    """Return the segments in a cloud that hold systems of the LGWAN tier."""
    site = context.site
    named = [
        host.segment
        for host in site.hosts.values()
        if host.role is HostRole.CLOUD_SERVICE
        and host.segment
        and site.zones[site.segments[host.segment].zone].tier is Tier.LGWAN
    ]
    for end in site.policy.options.gov_cloud_lgwan_systems:
        named += segments(context, permitting.addresses_of(site, end))
    held = (site.segments[name] for name in dict.fromkeys(named) if name in site.segments)
    return {one.id: Subject(one.id, one.zone, Tier.LGWAN, (one.id,), by_name(one.attributes), one.span) for one in held}


def _to(context: Context, clouds: tuple[str, ...]) -> Iterator[Link]:
    """Yield the lines that end in these segments: there, in their zone, or on a device's interface that stands there."""
    site = context.site
    zones = {site.segments[name].zone for name in clouds if site.zones[site.segments[name].zone].tier is not Tier.LGWAN}
    for link in site.links.values():
        for end in link.ends:
            port = site.devices[end.device].interface(end.interface) if end.device in site.devices else None
            place = end.segment or (port.segment if port is not None else "")
            outward = link.kind not in (LinkKind.ACCESS, LinkKind.TRUNK)
            if outward and (place in clouds or end.zone in zones):
                yield link
                break


def _beside(context: Context, subject: Subject) -> Iterator[Finding]:
    """Yield that a cloud's segment and the My Number tier are joined, or may be, by what the register does not permit."""
    pairs = [
        one
        for one in context.judgement.pairs
        if subject.id in (one.src.id, one.dst.id)
        and Tier.MYNUMBER in (one.src.tier, one.dst.tier)
        and one.standing in (Standing.VIOLATED, Standing.UNDECIDED)
    ]
    if pairs:
        sure = any(one.standing is Standing.VIOLATED for one in pairs)
        shown = pairs if not sure else [one for one in pairs if one.standing is Standing.VIOLATED]
        standing = Standing.VIOLATED if sure else Standing.UNDECIDED
        facts = ", ".join(f"{one.src.id} → {one.dst.id}" for one in shown[:4])
        because = () if sure else tuple(dict.fromkeys(doubt.id for one in shown for doubt in one.because))
        line = ConfigEvidence(subject.span, subject.id)
        found = finding(
            CHECK,
            subject,
            (),
            requirements=("LG-10",),
            facts=facts,
            more=(line,),
            standing=standing,
            rules=True,
        )
        yield replace(found, because=because)


def _detached(context: Context) -> Iterator[Subject]:
    return (_subject(one) for one in context.site.links.values() if one.detached)


def _subject(link: Link) -> Subject:
    return Subject(link.id, "", None, (), by_name(link.attributes), link.span)
