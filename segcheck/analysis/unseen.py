"""Permits that let something pass between zones, and of which captures show no use (domain.md §7, cityhall.md 9).

It is a statement about what was captured: that nothing was seen never shows that nothing is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from segcheck.analysis.network import Network, Station
from segcheck.analysis.rule_sides import is_permit, sides, through
from segcheck.analysis.sight_lines import wires_of
from segcheck.model.journey import Journey
from segcheck.model.replay import UnseenRule
from segcheck.model.site_words import DeviceKind
from segcheck.model.source import Span

_Key = tuple[str, str, Span]


def unseen(
    network: Network, seen: Iterable[Journey], rare: Iterable[Journey], taps: Sequence[str]
) -> tuple[UnseenRule, ...]:
    """Return the permits that these taps would show in use and that nothing seen may have passed by, device by device.

    seen   every way that what was seen may have gone
    rare   ways of what is used yearly, in disasters or for recovery: what lets that pass is left out
    """
    standing = {
        (site_tap.device, name)
        for tap in taps
        if (site_tap := network.site.taps[tap]).direction == "both"
        for wire in wires_of(network.site, site_tap)
        for name in wire.segments
    }
    known = {key for journeys in (seen, rare) for journey in journeys for key in _met(journey)}
    return tuple(
        rule
        for name, station in network.stations.items()
        if (tapped := _tapped(station, standing))
        for rule in _unseen(network, name, station, tapped, known)
    )


def _tapped(station: Station, standing: set[tuple[str, str]]) -> frozenset[str]:
    """Return the interfaces of a device at which taps show what passes."""
    if station.config is None or station.assumed or station.device.kind is DeviceKind.HOST:
        return frozenset()
    own = station.device.id
    return frozenset(port.interface for port in station.ports if any((own, name) in standing for name in port.places))


def _met(journey: Journey) -> Iterator[_Key]:
    for hop in journey.hops:
        for step in hop.path.steps if hop.path is not None else ():
            if step.span is not None:
                yield hop.device, step.list, step.span


def _unseen(
    network: Network, name: str, station: Station, tapped: frozenset[str], known: set[_Key]
) -> Iterator[UnseenRule]:
    config = station.config
    assert config is not None
    ports = {port.interface: port.places for port in station.ports}
    for key in sorted(through(config)):
        rules = config.lists[key]
        for rule in rules.rules if not rules.builtin else ():
            if not is_permit(rule) or rule.span is None or (name, key, rule.span) in known:
                continue
            ways = sides(config, rules, rule, ports)
            zones = {network.places[place].zone for interface in ways[0] | ways[1] for place in ports[interface]}
            if len(zones) > 1 and any(side and side <= tapped for side in ways):
                yield UnseenRule(name, key, rule.id, rule.span)
