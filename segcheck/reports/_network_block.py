"""The network as declared, as JSON of a result, and back: what a picture of it needs, and nothing of exports or policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from segcheck.model.device import InterfaceAddress
from segcheck.model.register import Options, Policy
from segcheck.model.site import (
    DeviceInterface,
    Export,
    Gateway,
    Host,
    Link,
    LinkEnd,
    Segment,
    Settings,
    Site,
    TopologyDevice,
    Zone,
)
from segcheck.model.site_words import DeviceKind, LinkKind, Method, Responsibility, SegmentKind, Tier
from segcheck.model.source import Span
from segcheck.reports._masking import masked
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

_NOWHERE = Span("", 0, 0)


def network(site: Site, unread: Collection[str]) -> dict[str, Any]:
    """Return zones, segments, hosts, devices, links and gateways in the order of the files.

    unread   ids of the devices without an export that could be read
    """
    return {
        "zones": [
            {
                "id": one.id,
                "tier": one.tier.value,
                "name": masked(one.name),
                "role": masked(one.role),
                "responsibility": one.responsibility.value,
            }
            for one in site.zones.values()
        ],
        "segments": [
            {
                "id": one.id,
                "zone": one.zone,
                "domain": one.domain,
                "kind": one.kind.value,
                "name": masked(one.name),
                "vlan": one.vlan,
                "v4": _prefixes(one.v4),
                "v6": _prefixes(one.v6),
            }
            for one in site.segments.values()
        ],
        "hosts": [
            {"id": one.id, "segment": one.segment, "addresses": [addresses.text(a) for a in one.addresses]}
            for one in site.hosts.values()
        ],
        "devices": [_device(one, one.id in unread) for one in site.devices.values()],
        "links": [
            {
                "id": one.id,
                "kind": one.kind.value,
                "name": masked(one.name),
                "ends": [
                    {"device": end.device, "interface": end.interface, "zone": end.zone, "segment": end.segment}
                    for end in one.ends
                ],
                "segments": list(one.segments),
            }
            for one in site.links.values()
        ],
        "gateways": [
            {"id": one.id, "hosts": list(one.hosts), "method": one.method.value} for one in site.gateways.values()
        ],
    }


def _prefixes(declared: tuple[IntervalSet, ...] | None) -> list[str] | None:
    return None if declared is None else [text for one in declared for text in addresses.describe(one)]


def _device(one: TopologyDevice, unread: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "name": masked(one.name),
        "responsibility": one.responsibility.value,
        "members": list(one.members),
        "as_of": [export.as_of.isoformat() for export in one.exports if export.as_of is not None],
        "unread": unread,
        "interfaces": [
            {
                "name": each.name,
                "segment": each.segment,
                "addresses": [f"{addresses.text(a.address)}/{a.length}" for a in each.addresses],
                "domain": each.domain,
                "enabled": each.enabled,
            }
            for each in one.interfaces
        ],
    }


def site_of(block: Mapping[str, Any], name: str) -> tuple[Site, frozenset[str]]:
    """Return the site of a block, as far as the block tells of it, and the ids of its devices that were not read.

    What a block does not hold (policy, routes, services, ...) is empty: the site is there to be drawn, not to be judged.
    """
    site = Site(
        name=name,
        zones={one["id"]: _zone(one) for one in block["zones"]},
        segments={one["id"]: _segment(one) for one in block["segments"]},
        hosts={
            one["id"]: Host(
                id=one["id"],
                segment=one["segment"],
                addresses=tuple(addresses.parse_one(text) for text in one["addresses"]),
                span=_NOWHERE,
            )
            for one in block["hosts"]
        },
        groups={},
        devices={one["id"]: _device_of(one) for one in block["devices"]},
        links={one["id"]: _link(one) for one in block["links"]},
        gateways={
            one["id"]: Gateway(
                id=one["id"],
                hosts=tuple(one["hosts"]),
                method=Method(one["method"]),
                forwards=None,
                legs=(),
                span=_NOWHERE,
            )
            for one in block["gateways"]
        },
        taps={},
        captures=(),
        attestations=(),
        assumptions=(),
        policy=Policy(profiles=(), options=Options(), register=(), required=(), scope=(), chains=()),
        waivers=(),
        settings=Settings(),
    )
    return site, frozenset(one["id"] for one in block["devices"] if one["unread"])


def _zone(one: Mapping[str, Any]) -> Zone:
    return Zone(
        id=one["id"],
        tier=Tier(one["tier"]),
        name=one["name"],
        role=one["role"],
        responsibility=Responsibility(one["responsibility"]),
        span=_NOWHERE,
    )


def _segment(one: Mapping[str, Any]) -> Segment:
    return Segment(
        id=one["id"],
        zone=one["zone"],
        domain=one["domain"],
        kind=SegmentKind(one["kind"]),
        name=one["name"],
        vlan=one["vlan"],
        v4=_parsed(one["v4"]),
        v6=_parsed(one["v6"]),
        span=_NOWHERE,
    )


def _parsed(texts: list[str] | None) -> tuple[IntervalSet, ...] | None:
    return None if texts is None else tuple(addresses.parse(text) for text in texts)


def _device_of(one: Mapping[str, Any]) -> TopologyDevice:
    return TopologyDevice(
        id=one["id"],
        kind=DeviceKind(one["kind"]),
        name=one["name"],
        responsibility=Responsibility(one["responsibility"]),
        members=tuple(one["members"]),
        exports=tuple(Export(path="", as_of=date.fromisoformat(day), span=_NOWHERE) for day in one["as_of"]),
        interfaces=tuple(_interface(each) for each in one["interfaces"]),
        span=_NOWHERE,
    )


def _interface(one: Mapping[str, Any]) -> DeviceInterface:
    ends = (text.rpartition("/") for text in one["addresses"])
    return DeviceInterface(
        name=one["name"],
        segment=one["segment"],
        addresses=tuple(InterfaceAddress(addresses.parse_one(text), int(length)) for text, _, length in ends),
        domain=one["domain"],
        enabled=one["enabled"],
        span=_NOWHERE,
    )


def _link(one: Mapping[str, Any]) -> Link:
    first, second = (LinkEnd(end["device"], end["interface"], end["zone"], end["segment"]) for end in one["ends"])
    return Link(
        id=one["id"],
        ends=(first, second),
        kind=LinkKind(one["kind"]),
        segments=tuple(one["segments"]),
        name=one["name"],
        span=_NOWHERE,
    )
