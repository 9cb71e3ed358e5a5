"""What is declared of who talks to whom, held against conversations: host by host, which sightings do not tell apart.

An address that lies in several routing domains is left out: at a tap nobody could say whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from segcheck.analysis import openings as opening
from segcheck.analysis.columns import Column
from segcheck.analysis.distinctions import Distinctions
from segcheck.analysis.ends import addresses_of
from segcheck.analysis.hours import hours
from segcheck.model.declared import Attribute
from segcheck.model.replay import Claim
from segcheck.model.schedule import WEEK_MINUTES, week_minute
from segcheck.model.site import Endpoint, Site
from segcheck.model.site_words import EndpointKind, HostRole, LinkKind, Tier
from segcheck.model.source import Span
from segcheck.sets.addresses import LINE_SIZE
from segcheck.sets.intervals import IntervalSet

_TCP, _UDP = 6, 17
_EVERYBODY, _NOBODY = IntervalSet.of((0, LINE_SIZE - 1)), IntervalSet.empty()
_JST, _MINUTE = 9 * 3600 * 10**9, 60 * 10**9
#: Syslog (RFC 5426, 6587, 5425), NTP (RFC 5905), CAPWAP (RFC 5415), RADIUS, LDAP and Kerberos (IANA service names).
Services = tuple[tuple[int, tuple[int, ...] | None], ...]
_SYSLOG: Services = ((_UDP, (514, 6514)), (_TCP, (514, 6514)))
_NTP: Services = ((_UDP, (123,)),)
_CAPWAP: Services = ((_UDP, (5246, 5247)),)
_LOGON: Services = ((_UDP, (88, 1645, 1812)), (_TCP, (88, 389, 443, 636)))
_ANY: Services = ((_TCP, None), (_UDP, None))
_INNER = (Tier.MYNUMBER, Tier.LGWAN)


def claims(site: Site) -> tuple[Claim, ...]:
    """Return what a site declares that captures can show or contradict."""
    shared = _shared(site)
    found = (*_of_hosts(site), *_of_devices(site), *_of_zones(site), *_of_lines(site))
    return tuple(one for one in found if one.own and not one.own.meets(shared))


def sides(claim: Claim, flows: Column, known: opening.Openings) -> tuple[Column, Column]:
    """Return the rows of conversations that are as a claim says, and those that contradict it, ascending."""
    finer = Distinctions.of(None, [("src", one) for one in (claim.own, claim.meant, claim.others)])
    starts = finer.addresses
    within = {
        name: np.array([start in one for start in starts], np.bool_)
        for name, one in (("own", claim.own), ("meant", claim.meant), ("others", claim.others))
    }
    asked = _asked(claim, flows, known)
    rows = np.flatnonzero(asked) if 2 * np.count_nonzero(asked) < len(flows) else np.arange(len(flows))
    mine = flows if len(rows) == len(flows) else flows[rows]  # most claims are about a port that few conversations have
    a, b = finer.ends(mine)
    from_a = known.from_a[rows]
    opener, answerer = np.where(from_a, a, b), np.where(from_a, b, a)
    own = asked[rows] & within["own"][opener]
    meant, others = within["meant"][answerer], within["others"][answerer] & ~within["meant"][answerer]
    if claim.hours is not None:
        open_ = _in_hours(claim.hours, mine["first"])
        meant, others = others & open_, others & ~open_
    return rows[own & meant], rows[own & others]


def _asked(claim: Claim, flows: Column, known: opening.Openings) -> Column:
    """Return which conversations have a service that a claim is about, and went far enough to count."""
    port = np.where(known.from_a, flows["pb"], flows["pa"])
    found = np.zeros(len(flows), np.bool_)
    for protocol, ports in claim.services:
        mine = flows["proto"] == protocol
        if ports is not None:
            mine &= np.isin(port, ports)
        if ports is None or protocol == _TCP:  # who opened datagrams shows by the port alone
            mine &= ~known.inferred
        found |= mine
    unanswered = (opening.ATTEMPTED, opening.DATAGRAM) if claim.answered else (opening.ATTEMPTED,)
    return found & ~np.isin(known.far, unanswered)


def _in_hours(hours: IntervalSet, moments: Column) -> Column:
    minutes = ((moments.astype(np.int64) + _JST) // _MINUTE + week_minute(0)) % WEEK_MINUTES
    return np.array([minute in hours for minute in range(WEEK_MINUTES)], np.bool_)[minutes]


# ---- what is declared


def _of_hosts(site: Site) -> Iterator[Claim]:
    relays = [host for host in site.hosts.values() if host.role is HostRole.UPDATE_RELAY]
    for name, kind, declared, span in _hosts(site):
        held = {one.name: one for one in declared}
        zone, tier = _stands(site, name, kind)
        own = _addresses(site, (name,))
        if tier is None:
            continue
        sources = [held[key] for key in ("patch_source", "av_source") if key in held]
        if sources and tier in _INNER:
            meant = _addresses(site, _names(sources))
            # of one source alone nobody knows where the other comes from
            others = IntervalSet.of(*(a for host in relays if host.id != name for a in host.addresses))
            others = others if len(sources) > 1 else _NOBODY
            yield _claim(name, zone, tier, sources[0], own, meant, others, _ANY, span)
        for key, services in (("mfa_server", _LOGON), ("edr_console", _ANY)):
            if key in held:  # that others are asked too contradicts nothing
                yield _claim(
                    name, zone, tier, held[key], own, _addresses(site, _names([held[key]])), _NOBODY, services, span
                )
        yield from _logs_and_clock(site, name, zone, tier, held, own, span)


def _of_devices(site: Site) -> Iterator[Claim]:
    for device in site.devices.values():
        held = {one.name: one for one in device.attributes}
        segments = [one.segment for one in device.interfaces if one.segment]
        if held and segments and device.id not in site.hosts:
            zone = site.segments[segments[0]].zone
            own = _addresses(site, (device.id,))
            yield from _logs_and_clock(site, device.id, zone, site.zones[zone].tier, held, own, device.span)


def _logs_and_clock(
    site: Site, name: str, zone: str, tier: Tier, held: dict[str, Attribute], own: IntervalSet, span: Span
) -> Iterator[Claim]:
    for key, services, answered in (("log_targets", _SYSLOG, False), ("time_source", _NTP, True)):
        if key in held:
            meant = _addresses(site, _names([held[key]]))
            yield _claim(name, zone, tier, held[key], own, meant, _EVERYBODY, services, span, answered=answered)


def _of_zones(site: Site) -> Iterator[Claim]:
    for zone in site.zones.values():
        told = next((one for one in zone.attributes if one.name == "wireless_use"), None)
        if told is not None and told.value == "none":
            own = addresses_of(site, Endpoint(EndpointKind.ZONE, zone.id))
            yield _claim(zone.id, zone.id, zone.tier, told, own, _NOBODY, _EVERYBODY, _CAPWAP, zone.span, sure=False)


def _of_lines(site: Site) -> Iterator[Claim]:
    """Yield what lines for maintenance may be used for, taken together: at a tap nobody tells one from another."""
    lines = [one for one in site.links.values() if one.kind is LinkKind.MAINTENANCE]
    inside = {name: zone.tier is Tier.MAINTENANCE for name, zone in site.zones.items()}
    own, others = IntervalSet.empty(), IntervalSet.empty()
    for segment in site.segments.values():
        for prefix in segment.prefixes:
            own, others = (own | prefix, others) if inside[segment.zone] else (own, others | prefix)
    zone = next((name for name, held in inside.items() if held), "")
    for key in ("target_hosts", "enabled_window"):
        told = [each for one in lines for each in one.attributes if each.name == key]
        if not told or len(told) < len(lines):
            continue  # a line of which nobody says it may be the one
        if key == "target_hosts":
            meant = _addresses(site, _names(told))
            yield _claim(lines[0].id, zone, Tier.MAINTENANCE, told[0], own, meant, others, _ANY, lines[0].span)
            continue
        spans = [hours(str(one.value)) for one in told]
        known = [one for one in spans if one is not None]
        if len(known) == len(spans):
            allowed = IntervalSet.empty()
            for span in known:
                allowed = allowed | span
            one = _claim(lines[0].id, zone, Tier.MAINTENANCE, told[0], own, _NOBODY, others, _ANY, lines[0].span)
            yield replace(one, hours=allowed)


def _claim(
    subject: str,
    zone: str,
    tier: Tier,
    declared: Attribute,
    own: IntervalSet,
    meant: IntervalSet,
    others: IntervalSet,
    services: Services,
    span: Span,
    *,
    answered: bool = True,
    sure: bool = True,
) -> Claim:
    return Claim(
        subject=subject,
        zone=zone,
        tier=tier,
        declared=declared,
        own=own,
        meant=meant,
        others=others,
        services=services,
        answered=answered,
        sure=sure,
        span=span,
    )


def _hosts(site: Site) -> Iterator[tuple[str, EndpointKind, tuple[Attribute, ...], Span]]:
    yield from ((one.id, EndpointKind.HOST, one.attributes, one.span) for one in site.hosts.values() if one.attributes)
    yield from (
        (one.id, EndpointKind.GROUP, one.attributes, one.span) for one in site.groups.values() if one.attributes
    )


def _stands(site: Site, name: str, kind: EndpointKind) -> tuple[str, Tier | None]:
    """Return zone and tier of a host, or of a group whose members all stand in one zone."""
    own = addresses_of(site, Endpoint(kind, name))
    zones = {
        segment.zone
        for segment in site.segments.values()
        if any(own.meets(prefix) for prefix in segment.prefixes)
        and (kind is EndpointKind.GROUP or site.hosts[name].segment == segment.id)
    }
    if len(zones) != 1:
        return "", None
    (zone,) = zones
    return zone, site.zones[zone].tier


def _names(declared: Iterable[Attribute]) -> tuple[str, ...]:
    return tuple(name for one in declared if isinstance(one.value, tuple) for name in one.value)


def _addresses(site: Site, names: Iterable[str]) -> IntervalSet:
    found = IntervalSet.empty()
    for name in names:
        kind = (
            EndpointKind.HOST
            if name in site.hosts
            else EndpointKind.GROUP
            if name in site.groups
            else EndpointKind.DEVICE
        )
        found = found | addresses_of(site, Endpoint(kind, name))
    return found


def _shared(site: Site) -> IntervalSet:
    """Return the addresses that lie in segments of several routing domains."""
    by_domain: dict[str, IntervalSet] = {}
    found = IntervalSet.empty()
    for segment in site.segments.values():
        for prefix in segment.prefixes:
            for domain, held in by_domain.items():
                found = found | (held & prefix) if domain != segment.domain else found
            by_domain[segment.domain] = by_domain.get(segment.domain, IntervalSet.empty()) | prefix
    return found
