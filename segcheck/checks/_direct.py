"""Registered sessions that the rules surely let pass, by tiers and service: what the register cannot make right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from segcheck.analysis import permitting
from segcheck.analysis.permitting import Allowance
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.checks._services import Ports, packets_of
from segcheck.model.crossing import PlaceKind
from segcheck.model.finding import Evidence
from segcheck.model.register import RegisterEntry
from segcheck.model.site_words import Tier
from segcheck.sets.intervals import IntervalSet
from segcheck.sets.packets import PacketSet


@dataclass(frozen=True, slots=True)
class Direct:
    """What of one entry goes between some places with some services.

    pairs      (source place, receiving place), each once
    packets    of all pairs, as they leave the initiator; None where no rule surely lets any pass
    """

    entry: RegisterEntry
    pairs: tuple[tuple[str, str], ...]
    packets: PacketSet | None

    def rules(self, context: Context) -> tuple[Evidence, ...]:
        """Return the rules that let the entry's communication pass."""
        return tuple(sanitising.rules(context, self.entry)) if self.packets is not None else ()


def direct(
    context: Context,
    ports: Ports,
    between: Callable[[Tier, Tier], bool],
    counts: Callable[[RegisterEntry], bool],
    *,
    but: tuple[IntervalSet, IntervalSet] = (IntervalSet.empty(), IntervalSet.empty()),
) -> Iterator[Direct]:
    """Yield what entries in force permit between such tiers with such services.

    but   addresses of initiators and of responders that do not count
    """
    for entry in context.site.policy.register:
        if not entry.permits_on(context.day) or not counts(entry):
            continue
        pairs: dict[tuple[str, str], None] = {}
        passing: PacketSet | None = None
        for allowance in sanitising.permitted(context, entry):
            if not any(ports_meet(allowance, ports)):
                continue
            ends = allowance.initiators - but[0], allowance.responders - but[1]
            for source in sanitising.segments(context, ends[0]):
                for target in sanitising.segments(context, ends[1]):
                    one, other = context.network.places[source], context.network.places[target]
                    if one.zone == other.zone or not between(one.tier, other.tier):
                        continue
                    pairs.setdefault((source, target))
                    packets = _passing(context, allowance, ends, source, target, ports)
                    if packets:
                        passing = packets if passing is None else passing | packets
        if pairs:
            yield Direct(entry, tuple(pairs), passing)


def ports_meet(allowance: Allowance, ports: Ports) -> Iterator[bool]:
    """Yield, by service of an allowance, whether some of it is for given ports."""
    for service in allowance.services:
        values = ports.get(service.protocol)
        yield values is not None and (service.ports is None or service.ports.meets(values))


def _passing(
    context: Context,
    allowance: Allowance,
    ends: tuple[IntervalSet, IntervalSet],
    source: str,
    target: str,
    ports: Ports,
) -> PacketSet:
    judgement = context.judgement
    universe = judgement.reach.universe
    wanted = permitting.openings(universe, allowance) & packets_of(universe, ports)
    wanted = wanted & universe.field("src", ends[0] & context.network.addresses[source])
    found = universe.nothing
    for pair in judgement.pairs:
        if pair.src.id != source or pair.src.kind is PlaceKind.DEVICE:
            continue
        host = context.site.hosts.get(pair.dst.id) if pair.dst.kind is PlaceKind.DEVICE else None
        if pair.dst.id == target or (host is not None and host.segment == target):
            found = found | (pair.must & wanted)
    return found & universe.field("dst", ends[1] & context.network.addresses[target])
