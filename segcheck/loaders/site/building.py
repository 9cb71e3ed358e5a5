"""Checked site files to nouns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from segcheck.loaders import marked, profiles
from segcheck.loaders.device_file import route
from segcheck.loaders.edges import service
from segcheck.loaders.site import declaring, operating, organs
from segcheck.loaders.site import policy as policy_files
from segcheck.loaders.site.addressing import length_in, written
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.model import register, site
from segcheck.model.device import InterfaceAddress
from segcheck.model.site_words import Tier
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet


def build(
    topology: Page, policy: Page, waivers: Page | None, settings: Page | None, names: Names, folder: Path
) -> site.Site:
    """Return the site; every page is free of errors."""
    top, pol = topology.entry, policy.entry
    zones = {
        key: site.Zone(
            id=key,
            tier=one.tier,
            name=one.name or key,
            role=one.role or "",
            responsibility=one.responsibility,
            attributes=declaring.attributes_of(topology, ("zones", key), one.attributes),
            span=topology.span(("zones", key)),
        )
        for key, one in top.zones.items()
    }
    return site.Site(
        name=top.name,
        zones=zones,
        segments={key: _segment(topology, key, one) for key, one in top.segments.items()},
        hosts={one.id: _host(topology, path, one) for path, one in topology.items("hosts")},
        groups={key: _group(topology, key, one) for key, one in top.groups.items()},
        devices={one.id: _device(topology, path, one) for path, one in topology.items("devices")},
        links={one.id: _link(topology, path, one) for path, one in topology.items("links")},
        gateways={one.id: _gateway(topology, path, one, names) for path, one in topology.items("gateways")},
        taps={
            one.id: site.Tap(
                id=one.id,
                device=one.device,
                interface=one.interface,
                direction=one.direction,
                nat_before=None if one.nat_side is None else one.nat_side == "before",
                span=topology.span(path),
            )
            for path, one in topology.items("taps")
        },
        captures=tuple(
            site.CaptureSet(
                glob=one.glob,
                tap=one.tap,
                window=(one.window[0], one.window[1]) if one.window else None,
                span=topology.span(path),
            )
            for path, one in topology.items("captures")
        ),
        attestations=tuple(_statements(topology, "attestations")),
        assumptions=tuple(_statements(topology, "assumptions")),
        policy=_policy(policy, pol, names),
        waivers=tuple(_waivers(waivers, names)),
        settings=operating.settings(settings),
        external_services=declaring.external_services(topology),
        wireless=declaring.wireless(topology),
        equipment=declaring.equipment(topology),
        documents=declaring.documents(topology),
        ledgers=declaring.ledgers(topology, folder),
        heard=tuple(declaring.heard(topology, folder)),
    )


def _services(texts: Iterable[str]) -> tuple[site.Service, ...]:
    return tuple(service(text) for text in texts)


def _segment(page: Page, key: str, one: Any) -> site.Segment:
    def prefixes(texts: list[str] | None) -> tuple[IntervalSet, ...] | None:
        return None if texts is None else tuple(addresses.parse(text) for text in texts)

    return site.Segment(
        id=key,
        zone=one.zone,
        domain=one.domain,
        kind=one.kind,
        name=one.name or key,
        vlan=one.vlan,
        v4=prefixes(one.v4),
        v6=prefixes(one.v6),
        gateways=tuple(one.gateway),
        attributes=declaring.attributes_of(page, ("segments", key), one.attributes),
        span=page.span(("segments", key)),
    )


def _host(page: Page, path: marked.Path, one: Any) -> site.Host:
    return site.Host(
        id=one.id,
        segment=one.segment or "",
        addresses=tuple(addresses.parse_one(text) for text in one.addresses),
        macs=tuple(one.mac),
        role=one.role,
        business=one.business,
        peer_class=one.peer_class,
        attributes=declaring.attributes_of(page, path, one.attributes),
        span=page.span(path),
    )


def _group(page: Page, key: str, one: Any) -> site.Group:
    ranges = IntervalSet.of(*(pair for text in one.ranges for pair in addresses.parse(text).ranges))
    return site.Group(
        id=key,
        hosts=tuple(one.hosts),
        ranges=ranges,
        segments=tuple(one.segments),
        role=one.role,
        attributes=declaring.attributes_of(page, ("groups", key), one.attributes),
        span=page.span(("groups", key)),
    )


def _device(page: Page, path: marked.Path, one: Any) -> site.TopologyDevice:
    return site.TopologyDevice(
        id=one.id,
        kind=one.kind,
        name=one.name or one.id,
        responsibility=one.responsibility,
        hostname=one.hostname or "",
        members=tuple(one.members),
        exports=tuple(
            site.Export(
                path=export.path,
                format=export.format or "",
                context=export.context or "",
                role=export.role,
                as_of=export.as_of,
                obtained=declaring.obtained(export.obtained),
                counting_since=export.counting_since,
                span=page.span((*path, "exports", index)),
            )
            for index, export in enumerate(one.exports)
        ),
        interfaces=tuple(
            site.DeviceInterface(
                name=name,
                segment=interface.segment or "",
                addresses=tuple(_address(page, interface.segment, text) for _, text in written(interface)),
                domain=interface.vrf or interface.domain or site.DEFAULT_DOMAIN,
                enabled=interface.enabled,
                span=page.span((*path, "interfaces", name)),
            )
            for name, interface in one.interfaces.items()
        ),
        routes=tuple(route(entry, page.span((*path, "routes", index))) for index, entry in enumerate(one.routes)),
        routes_complete=one.routes_complete,
        services=tuple(
            site.DeviceService(
                kind=entry.kind,
                services=_services(entry.service),
                interfaces=tuple(entry.interfaces),
                reoriginates=entry.reoriginates,
                span=page.span((*path, "services", index)),
            )
            for index, entry in enumerate(one.services)
        ),
        max_age_days=one.max_age_days,
        attributes=declaring.attributes_of(page, path, one.attributes),
        span=page.span(path),
    )


def _address(page: Page, segment: str | None, text: str) -> InterfaceAddress:
    bare, slash, length = text.partition("/")
    value = addresses.parse_one(bare)
    found = int(length) if slash else length_in(page.entry.segments[segment], value)
    assert found is not None  # `addressing` has refused what has no length
    return InterfaceAddress(value, found)


def _link(page: Page, path: marked.Path, one: Any) -> site.Link:
    def end(text: str) -> site.LinkEnd:
        what, _, name = text.partition(":")
        if what == "zone":
            return site.LinkEnd(zone=name)
        return site.LinkEnd(segment=name) if what == "segment" else site.LinkEnd(device=what, interface=name)

    return site.Link(
        id=one.id,
        ends=(end(one.ends[0]), end(one.ends[1])),
        kind=one.kind,
        segments=tuple(one.segments),
        name=one.name or one.id,
        attributes=declaring.attributes_of(page, path, one.attributes),
        detached=one.detached,
        span=page.span(path),
    )


def _gateway(page: Page, path: marked.Path, one: Any, names: Names) -> site.Gateway:
    return site.Gateway(
        id=one.id,
        hosts=tuple(one.hosts),
        method=one.method,
        forwards=one.forwards,
        legs=tuple(
            site.Leg(
                id=leg.id,
                peer=names.endpoint(leg.from_ or leg.to),
                incoming=leg.from_ is not None,
                services=_services(leg.service),
                self_opens=leg.opener == "self",
                span=page.span((*path, "legs", index)),
            )
            for index, leg in enumerate(one.legs)
        ),
        attributes=declaring.attributes_of(page, path, one.attributes),
        span=page.span(path),
    )


def _statements(page: Page, section: str) -> Iterator[site.Attestation]:
    for path, one in page.items(section):
        yield site.Attestation(
            id=one.id,
            subject=one.subject,
            claim=one.claim,
            owner=one.owner,
            reason=one.reason,
            document=one.document,
            review_due=one.review_due,
            assume=getattr(one, "assume", None),
            span=page.span(path),
        )


def _policy(page: Page, one: Any, names: Names) -> register.Policy:
    return register.Policy(
        profiles=tuple(organs.profiles(page, names.topology)),
        options=register.Options(
            mn_screen_transfer=one.options.mn_screen_transfer,
            lg_in_update_relay=one.options.lg_in_update_relay == "registered",
            intra_tier=one.options.intra_tier == "allow",
            mn_screen_client=None if one.options.mn_screen_client is None else Tier(one.options.mn_screen_client),
            **{
                name: tuple(names.endpoint(end) for end in getattr(one.options, name))
                for name in policy_files.ENDS_OF_OPTIONS
            },
            stated=frozenset(  # an empty list says no more than none, and a workbook cannot tell them apart
                name for name in one.options.model_fields_set if getattr(one.options, name) not in ([], None)
            ),
        ),
        guideline=profiles.load(),
        standard=tuple(organs.standards(page)),
        organs=tuple(organs.build(page, names.topology)),
        register=tuple(_entry(page, path, entry, names) for path, entry in page.items("register")),
        required=tuple(
            register.RequiredFlow(
                id=flow.id,
                source=names.endpoint(flow.from_),
                destination=names.endpoint(flow.to),
                services=_services(flow.service),
                purpose=flow.purpose,
                span=page.span(path),
            )
            for path, flow in page.items("required")
        ),
        scope=tuple(one.scope),
        chains=tuple(
            register.AcceptedChain(
                id=chain.id,
                accept=tuple(chain.accept),
                reason=chain.reason,
                owner=chain.owner,
                review_due=chain.review_due,
                span=page.span(path),
            )
            for path, chain in page.items("chains")
        ),
    )


def _entry(page: Page, path: marked.Path, one: Any, names: Names) -> register.RegisterEntry:
    return register.RegisterEntry(
        id=one.id,
        kind=one.kind,
        source=names.endpoint(one.from_),
        destination=names.endpoint(one.to),
        services=_services(one.service),
        opened_by_source=one.initiator == "from",
        path=tuple(one.path),
        gateway=one.gateway or "",
        legs=tuple(one.legs),
        purpose=one.purpose,
        status=one.status,
        approver=one.approver,
        decision_no=one.decision_no,
        application_no=one.application_no,
        section=one.section,
        contractor=one.contractor,
        use=one.use,
        schedule=one.schedule,
        approved=one.approved,
        review_due=one.review_due,
        expires=one.expires,
        log=one.log,
        clause=one.clause,
        expect=tuple(str(name.value) for name in one.expect),
        span=page.span(path),
    )


def _waivers(page: Page | None, names: Names) -> Iterator[register.Waiver]:
    if page is None:
        return
    for path, one in page.items("waivers"):
        yield register.Waiver(
            id=one.id,
            check=one.check,
            source=names.endpoint(one.from_),
            destination=names.endpoint(one.to),
            services=_services(one.service),
            reason=one.reason,
            approver=one.approver,
            approved=one.approved,
            expires=one.expires,
            decision_no=one.decision_no,
            fingerprint=one.fingerprint or "",
            span=page.span(path),
        )
