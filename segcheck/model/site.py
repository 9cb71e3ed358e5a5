"""A municipality's network as its people declare it: zones, segments, hosts, devices, links, gateways, taps, assumptions.

Names are kept as written; a loader has checked that each one exists. Addresses lie on the joint address line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from segcheck.model.audit import Audit
from segcheck.model.channel import Channel
from segcheck.model.clauses import Clauses
from segcheck.model.declared import (
    Attribute,
    Document,
    Equipment,
    ExternalService,
    Heard,
    Ledger,
    Obtained,
    WirelessNetwork,
)
from segcheck.model.device import InterfaceAddress, Route
from segcheck.model.site_words import (
    Assume,
    DeviceKind,
    EndpointKind,
    ExportRole,
    HostRole,
    LinkKind,
    Method,
    PeerClass,
    Responsibility,
    SegmentKind,
    Tier,
)
from segcheck.model.source import Span
from segcheck.sets.intervals import IntervalSet

if TYPE_CHECKING:
    from segcheck.model.change import Change
    from segcheck.model.register import Policy, Waiver

#: The routing domain of a segment that names none.
DEFAULT_DOMAIN = "default"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a communication, resolved: what it is and its id."""

    kind: EndpointKind
    id: str


@dataclass(frozen=True, slots=True)
class Service:
    """A protocol with its ports or ICMP types, as written in `text`.

    protocol   IP protocol number
    ports      destination ports, or ICMP types; None where the protocol has neither or all are meant
    code       ICMP code; None for all
    """

    text: str
    protocol: int
    ports: IntervalSet | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A part of the network under one rule of separation; exactly one tier."""

    id: str
    tier: Tier
    name: str = ""
    role: str = ""
    responsibility: Responsibility = Responsibility.CITY
    attributes: tuple[Attribute, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A subnet, or a place beyond a line.

    v4, v6     its prefixes; () = declared to have none, None = not said, which proves nothing
    gateways   ids of the devices that its hosts send to; () = any device on it
    """

    id: str
    zone: str
    domain: str = DEFAULT_DOMAIN
    kind: SegmentKind = SegmentKind.LAN
    name: str = ""
    vlan: int | None = None
    v4: tuple[IntervalSet, ...] | None = None
    v6: tuple[IntervalSet, ...] | None = None
    gateways: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    span: Span

    @property
    def prefixes(self) -> tuple[IntervalSet, ...]:
        """Every declared prefix of both families."""
        return (*(self.v4 or ()), *(self.v6 or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host; `segment` is "" for one in the built-in zone `public`."""

    id: str
    segment: str
    addresses: tuple[int, ...]
    macs: tuple[str, ...] = ()
    role: HostRole = HostRole.SERVER
    business: str = ""
    peer_class: PeerClass | None = None
    attributes: tuple[Attribute, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hosts, address ranges and segments under one name; `role` where all its members are of that role."""

    id: str
    hosts: tuple[str, ...] = ()
    ranges: IntervalSet = field(default_factory=IntervalSet.empty)
    segments: tuple[str, ...] = ()
    role: HostRole | None = None
    attributes: tuple[Attribute, ...] = ()
    span: Span

    @property
    def enumerated(self) -> bool:
        """Whether it names its members one by one, as a register of permitted communication must."""
        return not self.segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file of a device; `path` is relative to the site, `as_of` the day it was taken; `obtained` None: origin unknown.

    counting_since   the day on which the counters in it were last reset
    """

    path: str
    format: str = ""
    context: str = ""
    role: ExportRole = ExportRole.CONFIG
    as_of: date | None = None
    obtained: Obtained | None = None
    counting_since: date | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInterface:
    """A device's interface in a segment, by the vendor's own name; addresses carry the length of the segment's prefix."""

    name: str
    segment: str = ""
    addresses: tuple[InterfaceAddress, ...] = ()
    domain: str = DEFAULT_DOMAIN
    enabled: bool = True
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceService:
    """A service of the device itself; `reoriginates`: it opens connections of its own for what it received."""

    kind: str
    services: tuple[Service, ...]
    interfaces: tuple[str, ...] = ()
    reoriginates: bool = False
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyDevice:
    """A device as declared; one per VDOM or vsys. One with the id of a host is that host's own filter.

    hostnames         what its export may call it: the declared name, the members of its HA pair, else its id
    routes_complete   the routes written are the whole table: an assumption
    max_age_days      an export older than this no longer tells what the device does; None = nobody said
    """

    id: str
    kind: DeviceKind
    name: str = ""
    responsibility: Responsibility = Responsibility.CITY
    hostname: str = ""
    members: tuple[str, ...] = ()
    exports: tuple[Export, ...] = ()
    interfaces: tuple[DeviceInterface, ...] = ()
    routes: tuple[Route, ...] = ()
    routes_complete: bool = False
    services: tuple[DeviceService, ...] = ()
    max_age_days: int | None = None
    attributes: tuple[Attribute, ...] = ()
    span: Span

    @property
    def hostnames(self) -> frozenset[str]:
        """The names that its export may carry."""
        return frozenset((self.hostname or self.id, *self.members))

    def interface(self, name: str) -> DeviceInterface | None:
        """Return the interface of that name, or None."""
        return next((one for one in self.interfaces if one.name == name), None)


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """An interface of a device, or a whole zone or segment where the line leaves our sight (`device` is "")."""

    device: str = ""
    interface: str = ""
    zone: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable, trunk, tunnel or uplink; `segments` are those that a trunk or tunnel carries.

    detached   declared to be apart from the three tiers: no device of theirs is on it
    """

    id: str
    ends: tuple[LinkEnd, LinkEnd]
    kind: LinkKind = LinkKind.ACCESS
    segments: tuple[str, ...] = ()
    name: str = ""
    attributes: tuple[Attribute, ...] = ()
    detached: bool = False
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One side of a gateway: data comes `incoming` from the peer, or goes out to it.

    self_opens   the gateway opens the session (push towards the peer, pull from it); otherwise the peer does
    """

    id: str
    peer: Endpoint
    incoming: bool
    services: tuple[Service, ...]
    self_opens: bool
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A sanitiser or screen server that ends sessions; `forwards` None: nobody said whether it forwards packets."""

    id: str
    hosts: tuple[str, ...]
    method: Method
    forwards: bool | None
    legs: tuple[Leg, ...]
    attributes: tuple[Attribute, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A capture point; `nat_before`: it sees addresses as they arrive at the device, None where that makes no difference."""

    id: str
    device: str
    interface: str
    direction: str
    nat_before: bool | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSet:
    """Capture files taken at one tap; `window` in aware times."""

    glob: str
    tap: str
    window: tuple[datetime, datetime] | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What an owner states about something that segcheck cannot read; `review_due` inclusive, JST.

    subject   a device, link, segment, zone, host or gateway, by id (`zone:ID` for zones)
    assume    what may be taken for granted; None for a statement that only reports repeat
    """

    id: str
    subject: str
    claim: str
    owner: str
    reason: str
    document: str
    review_due: date
    assume: Assume | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What `segcheck run` does unless its options say otherwise.

    formats   FORMAT=PATH, paths relative to the site
    keep      documents are kept of so many runs, and of so many days
    """

    formats: tuple[str, ...] = ()
    fail_on: str = "low"
    accept_assumptions: bool = False
    keep: tuple[int, int] = (400, 1825)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How segcheck itself runs at this site.

    runs_on    the host it stands on
    schedule   times of day as "HH:MM"
    history    file of the runs, relative to the site; "" = .segcheck/history.db
    """

    language: str = ""
    runs_on: str = ""
    schedule: tuple[str, ...] = ()
    notify: tuple[Channel, ...] = ()
    history: str = ""
    run: RunSettings = field(default_factory=RunSettings)
    keep_captures_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A whole site; mappings are by id, in the order of the files."""

    name: str
    zones: Mapping[str, Zone]
    segments: Mapping[str, Segment]
    hosts: Mapping[str, Host]
    groups: Mapping[str, Group]
    devices: Mapping[str, TopologyDevice]
    links: Mapping[str, Link]
    gateways: Mapping[str, Gateway]
    taps: Mapping[str, Tap]
    captures: tuple[CaptureSet, ...]
    attestations: tuple[Attestation, ...]
    assumptions: tuple[Attestation, ...]
    policy: Policy
    waivers: tuple[Waiver, ...]
    settings: Settings
    clauses: tuple[Clauses, ...] = ()
    audit: Audit | None = None
    changes: tuple[Change, ...] | None = None
    external_services: Mapping[str, ExternalService] = field(default_factory=dict)
    wireless: Mapping[str, WirelessNetwork] = field(default_factory=dict)
    equipment: Mapping[str, Equipment] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()
