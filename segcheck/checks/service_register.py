"""External services in use that the body's register lacks (外部サービスの利用)."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._declared import (
    ASKED,
    Subject,
    by_name,
    coverage,
    factors,
    finding,
    given,
    judged,
    lacks,
    missing,
    nothing,
)
from segcheck.model.check import Check, Said
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint
from segcheck.model.site_words import EndpointKind, HostRole, Tier
from segcheck.model.source import Span

CHECK = Check(
    id="service-register",
    weight=Weight.HIGH,
    requirements=("X-14",),
    title=("外部サービス台帳にないサービス", "A service that is not in the register"),
    message=(
        "外部サービス {subject} が外部サービス台帳にないか、台帳の内容が足りない。{facts}",
        "External service {subject} is not in the register of external services, or its entry falls short. {facts}",
    ),
    why=(
        "承認していないサービスへは、どの情報を渡しているかを誰も管理していない。",
        "Nobody answers for what is given to a service that nobody approved.",
    ),
    fix=(
        "責任者、扱う情報の格付、契約を確かめて承認し、台帳 (external_services) に載せる。",
        "Approve it with a responsible post, a class of data and a contract, and enter it under external_services.",
    ),
    wrong=("同じサービスを別の名前で台帳に載せているとき。", "If the register has the same service by another host."),
    reads=(Basis.ATTRIBUTES,),
)
WANTED = (given("approval_date"), given("contract"), factors(needed=False))
_OUTSIDE = (Tier.PUBLIC, Tier.UNKNOWN)


def find(context: Context) -> Iterator[Finding]:
    """Yield services of the internet that the policy permits and the register lacks; the register must have entries."""
    services = context.site.external_services
    if services:
        held = {end for one in services.values() for end in one.ends}
        for name, span, text in _used(context):
            if name not in held:
                subject = Subject(name, "", None, (), {}, span)
                yield finding(CHECK, subject, (), facts=text)
    yield from judged(context, CHECK, _subjects(context), WANTED)


def covered(context: Context) -> Covered:
    """Return whether there is a register whose entries have an owner, an approval and a class of data."""
    services = context.site.external_services.values()
    if not services:
        used = ", ".join(name for name, _, _ in _used(context))
        if not used and not any(one.tier in (Tier.INTERNET, Tier.LGWAN) for one in context.site.zones.values()):
            return nothing("外部とつながるゾーンがない", "no zone reaches the outside")
        return missing(
            f"外部サービス台帳がない (external_services){'。許可している宛先: ' + used if used else ''}",
            f"there is no register of external services (external_services){'; permitted: ' + used if used else ''}",
        )
    blank: list[Said] = []
    for one in services:
        empty = [key for key in ("zone", "data_class", "owner", "approved_by") if not getattr(one, key)]
        if empty:
            blank.append((f"{one.id} ({', '.join(empty)})", f"{one.id} ({', '.join(empty)})"))
    if blank:
        return lacks(blank)
    told = coverage(context, _subjects(context), WANTED)
    return told if told.coverage is not Coverage.ASKED else ASKED


def _subjects(context: Context) -> tuple[Subject, ...]:
    return tuple(
        Subject(one.id, one.zone, None, (), by_name(one.attributes), one.span)
        for one in context.site.external_services.values()
    )


def _used(context: Context) -> Iterator[tuple[str, Span, str]]:
    """Yield what the policy permits beyond the body and its closed networks: name, line, what says so."""
    seen: set[str] = set()
    policy = context.site.policy
    for end in policy.options.in_lbo_destinations:
        if end.id not in seen and end.kind in (EndpointKind.HOST, EndpointKind.GROUP):
            seen.add(end.id)
            span = _span(context, end)
            if span is not None:
                yield end.id, span, "options.in_lbo_destinations"
    for entry in policy.register:
        if entry.permits_on(context.day) and entry.destination.id not in seen and _service(context, entry):
            seen.add(entry.destination.id)
            yield entry.destination.id, entry.span, entry.id


def _span(context: Context, end: Endpoint) -> Span | None:
    held = context.site.hosts.get(end.id) or context.site.groups.get(end.id)
    return held.span if held is not None else None


def _service(context: Context, entry: RegisterEntry) -> bool:
    """Return whether an entry leads to a service of others: a breakout, a public host, a cloud that is no government's."""
    site = context.site
    if entry.kind is Kind.LBO:
        return True
    host = site.hosts.get(entry.destination.id) if entry.destination.kind is EndpointKind.HOST else None
    if host is None:
        return False
    tier = site.zones[site.segments[host.segment].zone].tier if host.segment else Tier.PUBLIC
    return tier in _OUTSIDE or (host.role is HostRole.CLOUD_SERVICE and tier is not Tier.GOV_CLOUD)
