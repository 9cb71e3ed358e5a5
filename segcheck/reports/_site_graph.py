"""A site as a graph for pictures: what there is to draw, in the order in which it is drawn, without a coordinate.

Rows are what lies still (segments, places beyond a line, links between devices); devices touch them. `networkx` holds both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segcheck.model.site import DeviceInterface, Link, Segment, Site, TopologyDevice, Zone
from segcheck.model.site_words import BUILT_IN_ZONES, Tier
from segcheck.model.source import Span
from segcheck.sets import addresses

if TYPE_CHECKING:
    import networkx

#: From outside to inside: what lies beyond lines, what faces it, the tiers, what serves them all.
TIERS = (
    Tier.PUBLIC,
    Tier.SECURITY_CLOUD,
    Tier.LGWAN_WAN,
    Tier.GOV_CLOUD,
    Tier.JUKI,
    Tier.DMZ,
    Tier.INTERNET,
    Tier.SCHOOL,
    Tier.SANITISE,
    Tier.LGWAN,
    Tier.MYNUMBER,
    Tier.MANAGEMENT,
    Tier.MAINTENANCE,
    Tier.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A segment, the place beyond an interface that is in no segment (`beyond`), or a link between devices.

    zone       "" for a link between devices
    gateways   ids of the gateways that have a host in the segment
    hosts      ids of the hosts in it
    """

    kind: str
    id: str
    zone: str
    segment: Segment | None = None
    link: Link | None = None
    gateways: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """The node of the graph."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Touch:
    """A device at a row, with the interfaces by which, and the uplinks that leave our sight there."""

    device: str
    row: tuple[str, str]
    interfaces: tuple[DeviceInterface, ...]
    uplinks: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteGraph:
    """A site to draw; zones in the order of their tiers, rows in the order of their zones.

    unread   ids of the devices whose export is missing or could not be read
    """

    site: Site
    zones: tuple[Zone, ...]
    rows: tuple[Row, ...]
    touches: tuple[Touch, ...]
    unread: frozenset[str]
    graph: networkx.Graph[tuple[str, str]] = field(compare=False)

    def touching(self, device: str) -> tuple[Touch, ...]:
        """Return where a device stands, in the order of the rows."""
        order = {row.key: index for index, row in enumerate(self.rows)}
        edges: Iterable[tuple[object, object, Touch]] = self.graph.edges(("device", device), data="touch")
        return tuple(sorted((touch for _, _, touch in edges), key=lambda touch: order[touch.row]))


def build(site: Site, unread: Iterable[str], zones: Iterable[str] = ()) -> SiteGraph:
    """Return the graph of a site; `zones` names built-in zones that the picture needs in any case."""
    import networkx

    touches = tuple(_touches(site))
    beyond = tuple(dict.fromkeys(touch.row[1] for touch in touches if touch.row[0] == "beyond"))
    drawn = _zones(site, {*zones, *beyond})
    rows = tuple(_rows(site, drawn, beyond))
    graph: networkx.Graph[tuple[str, str]] = networkx.Graph()
    graph.add_nodes_from(row.key for row in rows)
    graph.add_nodes_from(("device", name) for name in site.devices)
    for touch in touches:
        graph.add_edge(("device", touch.device), touch.row, touch=touch)
    return SiteGraph(site, drawn, rows, touches, frozenset(unread), graph)


def _zones(site: Site, needed: set[str]) -> tuple[Zone, ...]:
    built_in = [
        Zone(id=name, tier=tier, name=name, span=Span("", 0, 0))
        for name, tier in BUILT_IN_ZONES.items()
        if name in needed
    ]
    return tuple(sorted((*site.zones.values(), *built_in), key=lambda zone: TIERS.index(zone.tier)))


def _rows(site: Site, zones: Iterable[Zone], beyond: Iterable[str]) -> Iterator[Row]:
    hosts: dict[str, list[str]] = {}
    for host in site.hosts.values():
        hosts.setdefault(host.segment, []).append(host.id)
    gateways: dict[str, dict[str, None]] = {}
    for gateway in site.gateways.values():
        for name in gateway.hosts:
            gateways.setdefault(site.hosts[name].segment, {})[gateway.id] = None
    for zone in zones:
        for one in site.segments.values():
            if one.zone == zone.id:
                ends = tuple(gateways.get(one.id, ())), tuple(hosts.get(one.id, ()))
                yield Row("segment", one.id, zone.id, one, None, *ends)
        if zone.id in beyond:
            yield Row("beyond", zone.id, zone.id)
    for link in site.links.values():
        if not _leaves(link):
            yield Row("link", link.id, "", link=link)


def _leaves(link: Link) -> bool:
    """Return whether a link ends in a zone or segment: it is then drawn where its interface is."""
    return any(not end.device for end in link.ends) and any(end.device for end in link.ends)


def _touches(site: Site) -> Iterator[Touch]:
    for device in site.devices.values():
        found: dict[tuple[str, str], tuple[list[DeviceInterface], list[Link]]] = {}
        for interface in device.interfaces:
            for row, uplink in _places(site, device, interface):
                names, uplinks = found.setdefault(row, ([], []))
                names.append(interface)
                uplinks += [uplink] if uplink is not None else []
        for row, (names, uplinks) in found.items():
            yield Touch(device.id, row, tuple(names), tuple(uplinks))


def _places(
    site: Site, device: TopologyDevice, interface: DeviceInterface
) -> Iterator[tuple[tuple[str, str], Link | None]]:
    """Yield the rows that an interface is at; one that is up and nowhere leads to the unknown."""
    somewhere = False
    uplink: Link | None = None
    for link in site.links.values():
        mine = [end for end in link.ends if (end.device, end.interface) == (device.id, interface.name)]
        if not mine:
            continue
        if not _leaves(link):
            somewhere = True
            yield ("link", link.id), None
            continue
        uplink = link
        if not interface.segment:
            somewhere = True
            far = next(end for end in link.ends if not end.device)
            yield (("segment", far.segment) if far.segment else ("beyond", far.zone)), link
    if interface.segment:
        yield ("segment", interface.segment), uplink
    elif not somewhere and interface.enabled:
        yield ("beyond", "unknown"), None


def prefixes(segment: Segment) -> tuple[str, ...]:
    """Return the prefixes of a segment as text."""
    return tuple(text for one in segment.prefixes for text in addresses.describe(one))


def label(touch: Touch) -> str:
    """Return the interfaces of a touch in a few characters: names, the part of the address that is the device's own, VRF."""
    shown = [_short(one) for one in touch.interfaces[:2]]
    more = len(touch.interfaces) - len(shown)
    return ", ".join(shown) + (f" +{more}" if more else "")


def _short(interface: DeviceInterface) -> str:
    own = next(iter(interface.addresses), None)
    text = interface.name
    if own is not None and addresses.family(own.address) == 4:
        octets = addresses.text(own.address).split(".")
        text += " ." + ".".join(octets[min(own.length // 8, 3) :])
    elif own is not None:
        text += f" {addresses.text(own.address)}"
    return text + (f" ({interface.domain})" if interface.domain != "default" else "")


def full(touch: Touch) -> str:
    """Return every interface of a touch with all its addresses."""
    return ", ".join(
        " ".join((one.name, *(f"{addresses.text(a.address)}/{a.length}" for a in one.addresses)))
        for one in touch.interfaces
    )
