"""What each device is taken to be: its export with the topology's addressing, an assumption, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from segcheck.analysis.network.nouns import Doubt, DoubtKind
from segcheck.model.device import DeviceConfig, Interface, Scope
from segcheck.model.diagnostic import Severity
from segcheck.model.match import Condition, Kind, leaves
from segcheck.model.reading import Complete
from segcheck.model.result import Binding
from segcheck.model.rules import RuleList, Unsure
from segcheck.model.site import Attestation, Site, TopologyDevice
from segcheck.model.site_words import Assume


def valid(site: Site, day: date) -> tuple[Attestation, ...]:
    """Return the assumptions that count on that day; an expired one does not."""
    return tuple(a for a in (*site.assumptions, *site.attestations) if a.assume is not None and day <= a.review_due)


def assumed(site: Site, day: date, subjects: tuple[str, ...], *kinds: Assume) -> Attestation | None:
    """Return the first valid assumption of one of the kinds about one of the subjects, or None."""
    return next((a for a in valid(site, day) if a.subject in subjects and a.assume in kinds), None)


def equipped(site: Site, binding: Binding, day: date) -> tuple[DeviceConfig | None, tuple[Doubt, ...], tuple[str, ...]]:
    """Return what is judged of a device, the doubts under which it may do anything, and the assumptions it rests on."""
    device = binding.device
    config = binding.config
    errors = tuple(d.id for d in binding.diagnostics if d.severity is Severity.ERROR)
    if config is not None and not errors and not any(t.scope is Scope.DEVICE for t in config.taints):
        doubts = _whole(site, binding, day)
        if device.routes_complete and not config.routing_known:
            doubts += (Doubt(f"routes:{device.id}", DoubtKind.ROUTES_DECLARED, device.id, assumption=True),)
        if len(device.members) > max(1, len(binding.members)):  # declared to be one device: what is read stands for all
            doubts += (Doubt(f"members:{device.id}", DoubtKind.MEMBERS, device.id, assumption=True),)
        return addressed(device, config), doubts, ()
    kind, because = DoubtKind.NO_EXPORT, tuple(d.id for d in binding.diagnostics)
    if config is not None:
        kind, because = DoubtKind.DISAGREES, errors or tuple(t.diagnostic for t in config.taints)
    said = assumed(site, day, _subjects(site, device.id), Assume.DENY, Assume.PERMIT, Assume.NO_FORWARDING)
    if said is None:
        return None, (Doubt(f"{kind.value}:{device.id}", kind, device.id, because=because),), ()
    doubt = Doubt(said.id, kind, device.id, assumption=True, because=because)
    if said.assume is Assume.PERMIT:
        return transparent(device, routing=device.routes_complete), (doubt,), (said.id,)
    return None, (doubt,), (said.id,)


def _subjects(site: Site, device: str) -> tuple[str, ...]:
    """Return what an assumption about a device may be about: the device, or the gateway that it is a host of."""
    return (device, *(g.id for g in site.gateways.values() if device in g.hosts))


def _whole(site: Site, binding: Binding, day: date) -> tuple[Doubt, ...]:
    """Return the doubt that lines are missing, where the export does not show its end."""
    inputs = binding.inputs
    if all(one.complete is Complete.YES for one in inputs):
        return ()
    device = binding.device.id
    said = assumed(site, day, _subjects(site, device), Assume.EXPORT_WHOLE)
    if said is not None and not any(one.complete is Complete.NO for one in inputs):
        return (Doubt(said.id, DoubtKind.INCOMPLETE, device, assumption=True),)
    return (Doubt(f"incomplete:{device}", DoubtKind.INCOMPLETE, device),)


def addressed(device: TopologyDevice, config: DeviceConfig) -> DeviceConfig:
    """Return the export's device, with the topology's interfaces and routes where the export has no addressing of its own."""
    declared = _interfaces(device)
    if config.addressing_known and config.interfaces:
        known = {one.name for one in config.interfaces}
        added = tuple(one for one in declared if one.name not in known)
        return replace(config, interfaces=(*config.interfaces, *added)) if added else config
    own = {one.name: one for one in config.interfaces}
    joined = tuple(
        replace(own[i.name], addresses=i.addresses, domain=i.domain) if i.name in own else i for i in declared
    )
    rest = tuple(one for name, one in own.items() if name not in {i.name for i in declared})
    routes = config.routes if config.routing_known and config.routes else device.routes or config.routes
    return config.with_addressing((*joined, *rest), routes, complete=device.routes_complete)


def transparent(device: TopologyDevice, *, routing: bool) -> DeviceConfig:
    """Return a device that passes everything between the interfaces of one VRF.

    routing   its declared routes are all there are; otherwise any interface of the VRF may be the way out
    """
    return DeviceConfig(
        format="assumed",
        hostname=device.id,
        interfaces=_interfaces(device),
        routes=device.routes,
        routing_known=routing,
        addressing_known=True,
    )


def _interfaces(device: TopologyDevice) -> tuple[Interface, ...]:
    return tuple(
        Interface(name=i.name, addresses=i.addresses, domain=i.domain, enabled=i.enabled, span=i.span)
        for i in device.interfaces
    )


def uncertain(config: DeviceConfig) -> bool:
    """Return whether anything written in a device may fall either way for a reason that nobody knows."""
    if config.taints or not config.routing_known or config.families < {4, 6}:
        return True
    if any(not route.sure or config.unresolved(route) for route in config.routes) or any(
        not schedule.known for schedule in config.schedules.values()
    ):
        return True
    return any(_unsure(rules) for rules in config.lists.values() if not rules.builtin)


def undocumented(config: DeviceConfig) -> bool:
    """Return whether something that the vendor builds in is not documented well enough to be sure of it."""
    return any(_unsure(rules) for rules in config.lists.values() if rules.builtin)


def uncertain_rules(config: DeviceConfig) -> tuple[tuple[str, str, str], ...]:
    """Return what is written and may fall either way: list, key and text of each rule, in order."""
    return tuple(
        (rules.name, rule.key, rule.text)
        for rules in config.lists.values()
        if not rules.builtin
        for rule in rules.rules
        if rule.enabled and (isinstance(rule.action, Unsure) or any(map(_unknown, leaves(rule.match))))
    )


def _unsure(rules: RuleList) -> bool:
    if isinstance(rules.default, Unsure):
        return True
    return any(
        rule.enabled and (isinstance(rule.action, Unsure) or any(map(_unknown, leaves(rule.match))))
        for rule in rules.rules
    )


def _unknown(leaf: object) -> bool:
    return isinstance(leaf, Condition) and leaf.kind is not Kind.VARIES
