"""Interfaces that a device has and the topology lacks: where they lead nobody has said (DESIGN §2.5)."""

from __future__ import annotations

from dataclasses import replace

from segcheck.analysis.compiling.needs import actions_of
from segcheck.analysis.network.wiring import leads_somewhere
from segcheck.model.device import DeviceConfig, Interface
from segcheck.model.diagnostic import Code, Diagnostic, Severity
from segcheck.model.match import Interface as On
from segcheck.model.match import leaves
from segcheck.model.rules import Via
from segcheck.model.site import Site, TopologyDevice
from segcheck.model.source import Span
from segcheck.sets import addresses

#: An interface of every Linux machine, for itself alone.
_LOOPBACK = "lo"


def undeclared(site: Site, device: TopologyDevice, config: DeviceConfig) -> tuple[DeviceConfig, tuple[Diagnostic, ...]]:
    """Return the device with the interfaces that only its rules or routes name, and a warning for each that nobody declared.

    An export that lists its interfaces names no others; one without is taken at the word of its rules.
    """
    declared = {one.name for one in device.interfaces}
    if not config.interfaces:
        named = ((name, span) for name, span in _named(config).items() if name not in declared)
        found = tuple(Interface(name=name, dynamic=True, span=span) for name, span in named)
        config = replace(config, interfaces=found)
    routed = {route.interface for route in config.routes if route.interface}
    strange = (
        one
        for one in config.interfaces
        if one.name not in declared and one.enabled is not False and leads_somewhere(one, routed)
    )
    return config, tuple(
        Diagnostic(
            Code.INTERFACE_UNDECLARED,
            Severity.WARNING,
            device.span,
            scope=f"interface {one.name}",
            params=(("device", device.id), ("interface", one.name), ("line", _line(site, one))),
        )
        for one in strange
    )


def _named(config: DeviceConfig) -> dict[str, Span | None]:
    """Return the interfaces that rules and routes name in full, with where the first of them does."""
    found: dict[str, Span | None] = {}
    for rules in config.lists.values():
        for rule in rules.rules if not rules.builtin else ():
            names = [name for leaf in leaves(rule.match) if isinstance(leaf, On) for name in leaf.names]
            names += [a.interface for a in actions_of(rule.action) if isinstance(a, Via) and a.interface is not None]
            for name in names if rule.enabled else ():
                found.setdefault(name, rule.span)
    for route in config.routes:
        if route.interface is not None:
            found.setdefault(route.interface, route.span)
    return {name: span for name, span in found.items() if not name.endswith("*") and name != _LOOPBACK}


def _line(site: Site, own: Interface) -> str:
    """Return the line to add to the topology: with the segment where the address tells it."""
    if not own.addresses:
        return f"{own.name}: {{segment: ?}}"
    address = own.addresses[0]
    attached = addresses.prefix(address.address, address.length)
    segment = next((one.id for one in site.segments.values() if attached in one.prefixes), "?")
    return f"{own.name}: {{segment: {segment}, address: {addresses.text(address.address)}/{address.length}}}"
