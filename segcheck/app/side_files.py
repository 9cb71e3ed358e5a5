"""Side files of a device: its routing table and the addresses of its interfaces (DESIGN §2.9).

A routing table closes what the export leaves unknown: routes that protocols bring, interfaces that get theirs from elsewhere.
Routes of the export that it lacks may come back, and one that a protocol brought may go where the export has a backup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segcheck.errors import CannotRun
from segcheck.importers import _tables
from segcheck.importers._tables import HitListing, Listing
from segcheck.loaders import files
from segcheck.model.device import DeviceConfig, Route, RouteKind, Scope, Taint
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.reading import InputReading
from segcheck.model.site import Export, TopologyDevice
from segcheck.model.site_words import ExportRole
from segcheck.model.source import Span
from segcheck.sets import addresses


@dataclass(frozen=True, slots=True)
class Beside:
    """A device's configuration with what stands in its side files, those files, and what was found in them."""

    config: DeviceConfig
    inputs: tuple[InputReading, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def beside(folder: Path, device: TopologyDevice, config: DeviceConfig, exports: Sequence[Export]) -> Beside:
    """Return a device with the side files among `exports`; `folder` is the site's."""
    inputs: list[InputReading] = []
    found: list[Diagnostic] = []
    tables: list[tuple[Export, Listing]] = []
    for export in exports:
        if export.role is ExportRole.ROUTES:
            listing = _read(folder, export, found)
            tables += [(export, listing)] if listing else []
        elif export.role is ExportRole.ADDRESSES and not (config.addressing_known and config.interfaces):
            listing = _read(folder, export, found)
            if listing is not None:
                inputs.append(listing.input)
                found += listing.diagnostics
                config = _addressed(config, listing)
        elif export.role is ExportRole.HITCOUNTS and (counts := _hits(folder, export)) is not None:
            inputs.append(counts.input)
            config = _counted(config, counts)
        elif export.role not in (ExportRole.CONFIG, ExportRole.HA_PEER, ExportRole.IPSET, ExportRole.ARP):
            params = (("path", export.path), ("role", export.role.value))
            found.append(Diagnostic(Code.SIDE_FILE_UNUSED, Severity.NOTE, export.span, scope="file", params=params))
        if export.counting_since is not None and export.as_of is not None:
            config = replace(config, counted=(export.counting_since, export.as_of))
    for export, listing in tables:
        inputs.append(listing.input)
        found += listing.diagnostics
        found += _disagreeing(device, config, listing, export.span)
    if tables:
        config = _routed(device, config, [listing for _, listing in tables])
    return Beside(config, tuple(inputs), tuple(found))


def _read(folder: Path, export: Export, found: list[Diagnostic]) -> Listing | None:
    try:
        source = replace(files.read_text(str(folder / export.path)), path=export.path)
    except CannotRun:
        params = (("path", export.path),)
        found.append(Diagnostic(Code.EXPORT_UNREADABLE, Severity.WARNING, export.span, scope="routing", params=params))
        return None
    return _tables.routes(source) if export.role is ExportRole.ROUTES else _tables.addresses(source)


def _hits(folder: Path, export: Export) -> HitListing | None:
    """Return the counts of a listing, None where it cannot be read or is in no known form: then nothing is taken from it."""
    try:
        return _tables.hits(replace(files.read_text(str(folder / export.path)), path=export.path))
    except CannotRun:
        return None


def _counted(config: DeviceConfig, counts: HitListing) -> DeviceConfig:
    """Return a device whose rules have the hits of a listing, found by list and id."""
    lists = {}
    for name, rules in config.lists.items():
        short = name.rsplit("/", 1)[-1]
        lists[name] = replace(
            rules,
            rules=tuple(
                rule
                if (hits := counts.hits.get((short, rule.id))) is None or rules.builtin
                else replace(rule, hits=hits)
                for rule in rules.rules
            ),
        )
    return replace(config, lists=lists)


def _addressed(config: DeviceConfig, listing: Listing) -> DeviceConfig:
    """Return a device with the addresses of a listing; a line that was not read may be an interface: then nothing is known."""
    taints = config.taints
    if listing.unread:
        taints += (Taint(Scope.DEVICE, listing.diagnostics[0].id if listing.diagnostics else "", "addresses"),)
    found = config.with_addressing(listing.interfaces, config.routes, complete=False)
    return replace(found, taints=taints)


def _routed(device: TopologyDevice, config: DeviceConfig, tables: Sequence[Listing]) -> DeviceConfig:
    """Return a device whose routing is what its tables say, and known where they say all."""
    shown = tuple(route for table in tables for route in table.routes)
    dynamic = frozenset(route for table in tables for route in table.dynamic)
    families = frozenset(family for table in tables for family in table.families)
    whole = not any(table.unread for table in tables) and 4 in families
    whole = whole and (6 in families or not _six(device, config))
    ways = {_way(route) for route in shown}
    absent = [route for route in config.routes or device.routes if route.distance and _way(route) not in ways]
    backed = {route.to for route in absent}
    brought = {route.to for route in dynamic}
    merged = (
        *(replace(route, sure=False) if route in dynamic and route.to in backed else route for route in shown),
        *(route if route.to in brought else replace(route, sure=False) for route in absent),
    )
    taints = tuple(taint for taint in config.taints if not (taint.by_table and whole))
    known = whole and not any(taint.scope is Scope.ROUTING for taint in taints)
    return replace(config, routes=merged, routing_known=known, taints=taints)


def _six(device: TopologyDevice, config: DeviceConfig) -> bool:
    """Return whether a device has, or may get, an IPv6 address: then a table of IPv4 is not all its routing."""
    held = [one.addresses for one in config.interfaces] + [one.addresses for one in device.interfaces]
    six = any(addresses.family(own.address) == 6 for every in held for own in every)
    return six or any(interface.dynamic for interface in config.interfaces)


def _way(route: Route) -> tuple[object, ...]:
    """Return what a route says, so that it can be found again: a gateway tells the interface."""
    return route.to, route.kind, route.gateway if route.gateway is not None else route.interface


def _disagreeing(device: TopologyDevice, config: DeviceConfig, table: Listing, span: Span) -> Iterator[Diagnostic]:
    """Yield what shows that a table is not of this device, or of another day than its export."""
    known = {one.name: one for one in config.interfaces}
    for name in dict.fromkeys(route.interface for route in table.routes if route.interface) if known else ():
        if name not in known and name != "lo":
            yield _differs(span, f"interfaces of {device.id}", ", ".join([*known][:20]), name)
    if table.unread:  # what is missing may stand in a line that was not understood
        return
    direct = {(route.to, route.interface) for route in table.routes if route.gateway is None}
    for declared in device.interfaces:
        own = known.get(declared.name)
        enabled = declared.enabled if own is None else own.enabled is not False
        for one in (own.addresses if own is not None and own.addresses else declared.addresses) if enabled else ():
            attached = addresses.prefix(one.address, one.length)
            if addresses.family(one.address) in table.families and (attached, declared.name) not in direct:
                text = f"{addresses.text(one.address)}/{one.length}"
                yield _differs(span, f"networks of {device.id} {declared.name}", text, "no such connected route")
    ways = {_way(route) for route in table.routes}
    for route in device.routes:
        if addresses.family(route.to.ranges[0][0]) in table.families and _way(route) not in ways:
            via = addresses.text(route.gateway) if route.gateway is not None else route.interface or "-"
            there = "-" if route.kind is RouteKind.DISCARD else via
            text = f"{', '.join(addresses.describe(route.to))} via {there}"
            yield _differs(route.span or span, f"routes of {device.id}", text, "no such route")


def _differs(span: Span, what: str, here: str, there: str) -> Diagnostic:
    params = (("what", what), ("site", here), ("export", there))
    return Diagnostic(Code.SITE_DISAGREES, Severity.ERROR, span, scope="device", params=params)
