"""What is declared, asked of by checks: whose attributes they are, what is wrong with them, how far they could be asked.

A claim that its own words show to be insufficient is a finding. One that sounds right and has no evidence, or evidence of
more than a year ago, is neither a finding nor a pass: `coverage` says CLAIMED. Where nothing is declared it says NO_INPUT.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from segcheck.checks._base import Context
from segcheck.loaders import attributes
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.declared import Attribute, AttributeValue
from segcheck.model.finding import AttributeEvidence, Basis, ConfigEvidence, Evidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Group, Host
from segcheck.model.site_words import HostRole, Responsibility, Tier
from segcheck.model.source import Span

#: Days after which evidence no longer shows how things are: a fiscal year. Ours; nobody has issued it.
EVIDENCE_DAYS = 366
#: Likewise of what ages by itself, such as signatures.
AGEING_DAYS = 100
#: Subjects that a reason names one by one.
NAMED = 5
#: Roles of hosts that stand for others' systems.
_OTHERS = (HostRole.EXTERNAL_PEER, HostRole.CLOUD_SERVICE)
ASKED = Covered(Coverage.ASKED)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of which attributes are declared; `segments` where it stands, `zone` that of the first."""

    id: str
    zone: str
    tier: Tier | None
    segments: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    span: Span


@dataclass(frozen=True, slots=True)
class Asked:
    """An attribute that is asked for; `good` of its value and age, `needed`: that nobody declares it is told."""

    name: str
    good: Callable[[Attribute, date], bool]
    needed: bool = True


def among(name: str, *words: AttributeValue, needed: bool = True) -> Asked:
    """Ask for one of these values."""
    return Asked(name, lambda one, _: one.value in words, needed)


def given(name: str, *, needed: bool = True) -> Asked:
    """Ask that it is declared at all."""
    return Asked(name, lambda one, _: one.value not in ("", ()), needed)


def recent(name: str, *, needed: bool = True) -> Asked:
    """Ask for a date, or an age in days, that was within the vocabulary's limit when the evidence was taken.

    A day to come is none. How old the evidence may be is another question (`backed`).
    """
    return Asked(name, lambda one, day: _fresh(one, min(day, one.evidence_date or day)), needed)


def repeated(name: str, *, needed: bool = True) -> Asked:
    """Ask for the day of something that is done again and again, within the vocabulary's limit of today."""
    return Asked(name, _fresh, needed)


def factors(name: str = "mfa_factors", *, needed: bool = True) -> Asked:
    """Ask for two different factors of authentication."""
    return Asked(name, lambda one, _: isinstance(one.value, tuple) and len(set(one.value)) >= 2, needed)


def _fresh(one: Attribute, day: date) -> bool:
    if isinstance(one.value, date):
        return one.value <= day and (one.days is None or (day - one.value).days <= one.days)
    return isinstance(one.value, int) and (one.days is None or one.value <= one.days)


# --- whose attributes ------------------------------------------------------------------------------------------------


def by_name(declared: Iterable[Attribute]) -> Mapping[str, Attribute]:
    """Return attributes by name."""
    return {one.name: one for one in declared}


def hosts(
    context: Context,
    tiers: Collection[Tier],
    *,
    roles: Collection[HostRole] | None = None,
    but: Collection[HostRole] = (),
) -> Iterator[Subject]:
    """Yield the city's own hosts, and groups of a role, of these tiers; what a group declares counts for its members.

    roles   only these; None = all but those of others' systems
    """
    for host in context.site.hosts.values():
        if host.role in but or (host.role not in roles if roles is not None else host.role in _OTHERS):
            continue
        found = _subject(context, host.id, (host.segment,), _of_host(context, host), host.span)
        if found is not None and found.tier in tiers:
            yield found
    for group in context.site.groups.values():
        if group.role is None or group.role in but or (roles is not None and group.role not in roles):
            continue
        found = _subject(context, group.id, segments_of(context, group), by_name(group.attributes), group.span, tiers)
        if found is not None:
            yield found


def _of_host(context: Context, host: Host) -> Mapping[str, Attribute]:
    found: dict[str, Attribute] = {}
    for group in context.site.groups.values():
        if group.attributes and host.id in group.hosts:
            found.update(by_name(group.attributes))
    found.update(by_name(host.attributes))
    return found


def segments_of(context: Context, group: Group) -> tuple[str, ...]:
    """Return the segments in which members of a group stand."""
    site = context.site
    named = [site.hosts[host].segment for host in group.hosts if site.hosts[host].segment] + list(group.segments)
    within = [name for name in site.segments if context.network.addresses[name].meets(group.ranges)]
    return tuple(dict.fromkeys((*named, *within)))


def _subject(
    context: Context,
    name: str,
    segments: Sequence[str],
    declared: Mapping[str, Attribute],
    span: Span,
    tiers: Collection[Tier] = (),
) -> Subject | None:
    """Return a subject of the city; of several segments those of `tiers`."""
    site = context.site
    own = [one for one in segments if one in site.segments]
    own = [one for one in own if site.zones[site.segments[one].zone].responsibility is Responsibility.CITY]
    own = [one for one in own if not tiers or site.zones[site.segments[one].zone].tier in tiers]
    own = [one for one in own if context.concerns(site.segments[one].zone)]
    if not own:
        return None
    zone = site.segments[own[0]].zone
    return Subject(name, zone, site.zones[zone].tier, tuple(own), declared, span)


def in_segment(context: Context, name: str, segment: str, declared: Iterable[Attribute], span: Span) -> Subject:
    """Return a subject that stands in one segment."""
    zone = context.site.segments[segment].zone
    return Subject(name, zone, context.site.zones[zone].tier, (segment,), by_name(declared), span)


# --- findings --------------------------------------------------------------------------------------------------------


def broken(context: Context, subject: Subject, asked: Iterable[Asked]) -> tuple[Attribute, ...]:
    """Return the attributes that by their own words are not enough."""
    held = subject.attributes
    return tuple(held[one.name] for one in asked if one.name in held and not one.good(held[one.name], context.day))


def judged(
    context: Context,
    check: Check,
    subjects: Iterable[Subject],
    asked: Sequence[Asked],
    *,
    weight: Weight | None = None,
    requirements: tuple[str, ...] = (),
) -> Iterator[Finding]:
    """Yield a finding for each subject of which something insufficient is declared."""
    for subject in subjects:
        wrong = broken(context, subject, asked)
        if wrong:
            yield finding(check, subject, wrong, weight=weight, requirements=requirements)


def finding(
    check: Check,
    subject: Subject,
    wrong: Sequence[Attribute],
    *,
    weight: Weight | None = None,
    requirements: tuple[str, ...] = (),
    more: tuple[Evidence, ...] = (),
    facts: str = "",
    key: str = "",
    standing: Standing = Standing.VIOLATED,
    rules: bool = False,
) -> Finding:
    """Return that something insufficient is declared of a subject; the message of the check has {subject} and {facts}."""
    told = facts or ", ".join(f"{one.name}: {value_text(one.value)}" for one in wrong)
    return Finding(
        check=check.id,
        weight=weight or check.weight,
        standing=standing,
        basis=(Basis.RULES, Basis.ATTRIBUTES) if rules else (Basis.ATTRIBUTES,),
        subject=subject.id,
        key=key or subject.id,
        src_zone=subject.zone,
        params=(("subject", subject.id), ("facts", told)),
        evidence=(*evidence(subject, wrong), *more) if wrong or not more else more,
        remedy=(f"{subject.id}: {check.fix[0]}", f"{subject.id}: {check.fix[1]}"),
        requirements=requirements or check.requirements,
    )


def evidence(subject: Subject, wrong: Sequence[Attribute]) -> tuple[Evidence, ...]:
    """Return the declarations with their lines; the subject's own line where none is at fault."""
    found: list[Evidence] = []
    for one in wrong:
        found.append(AttributeEvidence(f"{subject.id}.{one.name}", value_text(one.value), one.evidence))
        if one.span is not None:
            found.append(ConfigEvidence(one.span, f"{one.name}: {value_text(one.value)}"))
    return tuple(found) or (ConfigEvidence(subject.span, subject.id),)


def value_text(value: AttributeValue) -> str:
    """Return a value as it is written."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


# --- how far it could be asked ---------------------------------------------------------------------------------------


def backed(one: Attribute, day: date) -> bool:
    """Return whether evidence with a day stands behind a claim, and is not too old to show how things are."""
    if not one.evidence or one.evidence_date is None:
        return False
    return (day - one.evidence_date).days <= lasting(one)


def lasting(one: Attribute) -> int:
    """Return for how many days evidence of an attribute counts."""
    return EVIDENCE_DAYS if one.days is None else max(AGEING_DAYS, one.days)


def coverage(context: Context, subjects: Iterable[Subject], asked: Sequence[Asked]) -> Covered:
    """Return whether all that is needed is declared of every subject, and rests on evidence; of an organ without any: nothing."""
    there = False
    lacking: list[Said] = []
    bare: list[Said] = []
    for subject in subjects:
        if not context.concerns(*(context.site.segments[one].zone for one in subject.segments), subject.zone):
            continue
        there = True
        names = [one.name for one in asked if one.needed and one.name not in subject.attributes]
        if names:
            lacking.append((f"{subject.id} ({_said(names, 0)})", f"{subject.id} ({_said(names, 1)})"))
        claims = [subject.attributes[one.name] for one in asked if one.name in subject.attributes]
        claims = [one for one in claims if not backed(one, context.day)]
        if claims:
            who = ", ".join(dict.fromkeys(one.declared_by for one in claims if one.declared_by))
            called = [one.name for one in claims]
            bare.append(
                (
                    f"{subject.id} ({_said(called, 0)}{'、申告者 ' + who if who else ''})",
                    f"{subject.id} ({_said(called, 1)}{'; declared by ' + who if who else ''})",
                )
            )
    if lacking:
        return lacks(lacking)
    if bare:
        return claimed(bare)
    if context.organ is not None and not there:
        return nothing("この機関に該当するものがない", "the organ has no such thing")
    return ASKED


def nothing(japanese: str, english: str) -> Covered:
    """Return that the site has no such thing."""
    return Covered(Coverage.NOTHING_TO_ASK, (japanese, english))


def missing(japanese: str, english: str) -> Covered:
    """Return that what is needed was not supplied."""
    return Covered(Coverage.NO_INPUT, (japanese, english))


def lacks(named: Sequence[Said]) -> Covered:
    """Return that nothing is declared of these."""
    return missing(f"申告されていない: {_some(named, 0)}", f"not declared: {_some(named, 1)}")


def claimed(named: Sequence[Said]) -> Covered:
    """Return that nothing but somebody's word stands behind these."""
    return Covered(
        Coverage.CLAIMED,
        (
            f"根拠がないか古い申告: {_some(named, 0)}",
            f"declared without evidence, or on old evidence: {_some(named, 1)}",
        ),
    )


def _some(named: Sequence[Said], language: int) -> str:
    more = len(named) - NAMED
    text = ("、", "; ")[language].join(one[language] for one in named[:NAMED])
    return text + ((f" ほか {more} 件", f" and {more} more")[language] if more > 0 else "")


def _said(names: Iterable[str], language: int) -> str:
    terms = attributes.load().terms
    return ("・", ", ")[language].join(terms[name].said[language] for name in names)


def terminals(context: Context, tiers: Collection[Tier], title: Said) -> tuple[tuple[Subject, ...], Covered]:
    """Return the terminals of these tiers, and what it means that there are none: no such tier, or nobody declared them."""
    found = tuple(hosts(context, tiers, roles=(HostRole.TERMINAL,)))
    if found:
        return found, ASKED
    zones = [zone.id for zone in context.site.zones.values() if zone.tier in tiers and _own(zone.responsibility)]
    zones = [zone for zone in zones if context.concerns(zone)]
    if not zones:
        return (), nothing(f"{title[0]}のゾーンがない", f"there is no zone of the {title[1]}")
    return (), missing(
        f"{title[0]}の端末が宣言されていない (hosts または groups に role: terminal)",
        f"no terminals of the {title[1]} are declared (role: terminal in hosts or groups)",
    )


def _own(responsibility: Responsibility) -> bool:
    return responsibility is Responsibility.CITY
