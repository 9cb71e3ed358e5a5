"""One filtering device, or one virtual device (VDOM, vsys) of it, as its export describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from segcheck.model.match import Expr
from segcheck.model.pipeline import Helper, Pipeline
from segcheck.model.rules import RuleList
from segcheck.model.schedule import Schedule
from segcheck.model.source import Span
from segcheck.sets.addresses import prefix
from segcheck.sets.intervals import IntervalSet


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """An address of an interface on the joint address line, and the length of its prefix (0..32 or 0..128)."""

    address: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A port, VLAN interface, aggregate, tunnel or vdom-link end, by the vendor's own name.

    domain     routing domain (VRF); "default" unless the export says otherwise
    zone       the firewall zone it belongs to, if any
    enabled    None when the export does not say
    dynamic    its address comes from elsewhere (DHCP, PPPoE) and is not in the export
    peer       the other end of a vdom-link or pair, by name
    """

    name: str
    addresses: tuple[InterfaceAddress, ...] = ()
    domain: str = "default"
    zone: str = ""
    vlan: int | None = None
    parent: str = ""
    kind: str = ""
    peer: str = ""
    enabled: bool | None = True
    dynamic: bool = False
    comment: str = ""
    span: Span | None = None


class RouteKind(Enum):
    """What a route does with a packet."""

    UNICAST = "unicast"
    DISCARD = "discard"  # blackhole, null, unreachable, prohibit


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route of the table: longest `to` wins, then lowest distance, then lowest metric; equals share the load.

    to          one prefix on the joint address line
    interface   None when only the gateway is given
    sure        False for one that may be withdrawn (tracked, link monitor, floating behind a tracked one)
    """

    to: IntervalSet
    interface: str | None = None
    gateway: int | None = None
    kind: RouteKind = RouteKind.UNICAST
    distance: int = 1
    metric: int = 0
    domain: str = "default"
    sure: bool = True
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalService:
    """A service of the device itself that takes traffic in, and possibly sends it on in its own name.

    kind         management, dns-forwarder, explicit-proxy, vpn-portal, ipsec, dhcp-relay, dhcp-server, ntp, routing ...
    match        packets that reach it, as far as the export says
    reoriginates it opens connections of its own on behalf of what it received
    """

    kind: str
    match: Expr
    interfaces: tuple[str, ...] = ()
    reoriginates: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVpn:
    """A tunnel that a device offers to clients elsewhere.

    name       as the vendor calls it: a portal, a phase 1, a gateway's client configuration
    split      whether clients are told to send only some destinations through it; None = the export does not say
    interface  of the device, on which what comes out of the tunnel arrives; "" = not known
    pool       addresses that clients get, empty where that is not known
    """

    name: str
    split: bool | None
    interface: str = ""
    pool: IntervalSet = field(default_factory=IntervalSet.empty)
    span: Span | None = None


class Scope(Enum):
    """What an unread line can affect."""

    DEVICE = "device"  # anything: the device may do whatever it likes
    LIST = "list"  # the list named in `subject`
    TRANSLATION = "translation"  # any address may be rewritten
    ROUTING = "routing"  # the routing table is not known
    INTERFACE = "interface"  # the interface named in `subject`
    LOCAL = "local"  # what the device itself accepts or sends


@dataclass(frozen=True, slots=True)
class Taint:
    """Something unread that makes part of the device uncertain; `diagnostic` is the id of the diagnostic that says why.

    by_table   what it makes uncertain shows in the routing table that the device prints
    """

    scope: Scope
    diagnostic: str
    subject: str = ""
    span: Span | None = None
    by_table: bool = False


@dataclass(frozen=True, slots=True)
class NamedObject:
    """A definition of the export (address, group, service, set), for `inspect`.

    state   defined, undefined (referenced only) or unused
    """

    kind: str
    name: str
    text: str
    state: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfig:
    """What one device does, vendor-independent.

    format      id of the importer
    context     VDOM or vsys; "" where the vendor has none
    families    IP versions whose rules this export holds; for the others the device is as if it had no export
    lists       by name
    routing_known   no dynamic protocol and no unread routing line was met, or a table was supplied
    addressing_known   the interfaces' addresses are all here
    counted     the days on which the counting of hits began and was read; None where nobody says
    client_vpns     read of FortiGate and PAN-OS only; of other formats () says nothing
    """

    format: str
    hostname: str = ""
    context: str = ""
    version: str = ""
    families: frozenset[int] = frozenset((4, 6))
    interfaces: tuple[Interface, ...] = ()
    lists: Mapping[str, RuleList] = field(default_factory=dict)
    pipeline: Pipeline = field(default_factory=Pipeline)
    routes: tuple[Route, ...] = ()
    routing_known: bool = False
    addressing_known: bool = False
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    services: tuple[LocalService, ...] = ()
    helpers: tuple[Helper, ...] = ()
    client_vpns: tuple[ClientVpn, ...] = ()
    taints: tuple[Taint, ...] = ()
    objects: tuple[NamedObject, ...] = ()
    counted: tuple[date, date] | None = None

    def interface(self, name: str) -> Interface | None:
        """Return the interface of that name, or None."""
        return next((interface for interface in self.interfaces if interface.name == name), None)

    def unresolved(self, route: Route) -> bool:
        """Return whether a route names only a gateway, and that is on no network that its routing domain is connected to.

        Then it is not in force, or leads to where some other route leads: nobody says.
        """
        if route.interface is not None or route.gateway is None or route.kind is RouteKind.DISCARD:
            return False
        return not any(
            route.gateway in prefix(own.address, own.length)
            for interface in self.interfaces
            if interface.enabled is not False and interface.domain == route.domain
            for own in interface.addresses
        )

    def with_addressing(
        self, interfaces: tuple[Interface, ...], routes: tuple[Route, ...], *, complete: bool
    ) -> DeviceConfig:
        """Return this device with interfaces and routes from a side file in place of the export's own.

        complete   the routes given are the whole table
        """
        return replace(
            self,
            interfaces=interfaces,
            routes=routes,
            addressing_known=True,
            routing_known=complete or self.routing_known,
        )
